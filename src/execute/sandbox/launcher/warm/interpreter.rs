//! How a warm interpreter starts: in a root of its own, with the rights to give its children their place,
//! and with a script that holds it before it runs anything else.

use std::fs;
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::Path;

use rustix::io::FdFlags;
use rustix::process::Signal;
use rustix::thread::{CapabilitySet, CapabilitySets, UnshareFlags};

use super::super::base::Base;
use super::super::example::{self, Streams};
use super::super::filter::Filters;
use super::super::namespaces::EXAMPLE_ID;
use super::super::{Layer, Missing, RunOrder, Split, root, socket, system};

const SCRIPT: &str = include_str!("warm.py");

/// What a `.pth` file imports before packages have their say.
const RIGHTS_SCRIPT: &str = include_str!("rights.py");

/// What stands where the script would: an interpreter that reads it has not found `usercustomize`.
const NEVER: &str = "raise SystemExit('this interpreter has no user site')\n";

/// What a warm process needs to give its children their place, and nothing else.
const RIGHTS: CapabilitySet = CapabilitySet::SYS_ADMIN
    .union(CapabilitySet::SYS_CHROOT)
    .union(CapabilitySet::SETUID)
    .union(CapabilitySet::SETGID)
    .union(CapabilitySet::SETPCAP);

/// What warm processes are made behind.
pub(crate) struct Walls<'a> {
    pub base: &'a Base,
    pub filters: &'a Filters,
    /// The priority that examples have.
    pub priority: i32,
}

/// Starts an interpreter in a root of its own; returns the socket to it.
pub(super) fn start(walls: &Walls<'_>, order: &RunOrder) -> io::Result<OwnedFd> {
    let (ours, theirs) = socket::pair()?;
    match system::split(0)? {
        Split::Child => {
            drop(ours);
            // Whoever waits for it hears that the socket is closed.
            let _ = become_warm(walls, order, &theirs);
            system::exit_now(127)
        }
        Split::Parent(_, process) => {
            drop(theirs);
            // It is reaped when the launcher ends; until then it is told by its socket.
            drop(process);
            Ok(ours)
        }
    }
}

fn become_warm(
    walls: &Walls<'_>,
    order: &RunOrder,
    control: &OwnedFd,
) -> Result<std::convert::Infallible, Missing> {
    let failed = |error: io::Error| Missing::new(Layer::Program, "warming an interpreter", &error);
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|error| failed(error.into()))?;
    system::unshare(UnshareFlags::NEWNS).map_err(failed)?;
    root::enter_without_proc(walls.base, order)?;
    refuse_customized(order).map_err(failed)?;
    // A launcher that could not go first has the same priority anyway.
    let _ = rustix::process::setpriority_process(None, walls.priority);
    prepare(walls.filters, order, control).map_err(failed)?;
    let mut order = order.clone();
    // Else each child would look for the functions of libraries that it is the first to call: ld.so(8).
    let bound = ("LD_BIND_NOW".to_owned(), "1".to_owned());
    order.environment.push(bound);
    Err(failed(example::execute(&order)))
}

/// Fails where packages hold a `usercustomize` of their own: another stands in its place here.
fn refuse_customized(order: &RunOrder) -> io::Result<()> {
    let folders = order.warm.iter().flat_map(|warm| &warm.packages);
    let has_one = |folder: &Path| {
        folder.join("usercustomize.py").exists() || folder.join("usercustomize").exists()
    };
    for folder in folders.map(Path::new) {
        if has_one(folder) || folder.parent().is_some_and(has_one) {
            return Err(io::Error::from_raw_os_error(libc::ENOTSUP));
        }
    }
    Ok(())
}

fn prepare(filters: &Filters, order: &RunOrder, control: &OwnedFd) -> io::Result<()> {
    rustix::process::setsid()?;
    // Like those of examples: pipes that nobody reads.
    let (_reader, writer) = io::pipe()?;
    let streams = Streams {
        input: None,
        output: writer.try_clone()?.into(),
        error: writer.into(),
    };
    example::connect(&streams)?;
    rustix::io::fcntl_setfd(control, FdFlags::empty())?;
    system::reset_signals();
    example::limit_in_common()?;
    write_files(order, &script(filters, order, control.as_raw_fd()))?;
    rustix::thread::set_no_new_privs(true)?;
    filters.apply_most().map_err(io::Error::other)?;
    keep_rights()
}

fn write_files(order: &RunOrder, script: &str) -> io::Result<()> {
    let site = order.warm.as_ref().map_or("", |warm| warm.site.as_str());
    let site = Path::new(&order.folder).join(site);
    fs::create_dir_all(&site)?;
    fs::write(Path::new(&order.folder).join("example.py"), NEVER)?;
    fs::write(site.join("fencepost.pth"), "import fencepost_rights\n")?;
    fs::write(site.join("fencepost_rights.py"), rights())?;
    fs::write(site.join("usercustomize.py"), script)
}

/// Writes constants above the text that deals with rights.
fn rights() -> String {
    let calls = [
        ("setns", libc::SYS_setns),
        ("chdir", libc::SYS_chdir),
        ("setsid", libc::SYS_setsid),
        ("dup3", libc::SYS_dup3),
        ("close", libc::SYS_close),
        ("openat", libc::SYS_openat),
        ("prlimit64", libc::SYS_prlimit64),
        ("landlock_restrict_self", libc::SYS_landlock_restrict_self),
        ("setgroups", libc::SYS_setgroups),
        ("setresgid", libc::SYS_setresgid),
        ("setresuid", libc::SYS_setresuid),
        ("prctl", libc::SYS_prctl),
        ("capset", libc::SYS_capset),
        ("close_range", libc::SYS_close_range),
        ("wait4", libc::SYS_wait4),
    ];
    let calls: Vec<String> = calls
        .map(|(name, number)| format!("{name:?}: {number}"))
        .into();
    let (rights, calls) = (RIGHTS.bits(), calls.join(", "));
    format!("USER = {EXAMPLE_ID}\nRIGHTS = {rights}\nCALLS = {{{calls}}}\n{RIGHTS_SCRIPT}")
}

/// Writes constants above the script.
fn script(filters: &Filters, order: &RunOrder, control: i32) -> String {
    let filter = filters.rest();
    let folder = &order.folder;
    format!(
        "CONTROL = {control}\nFOLDER = {folder:?}\nUSER = {EXAMPLE_ID}\nFILTER = bytes({filter:?})\n{SCRIPT}"
    )
}

/// Gives up every right but those that a warm process needs, and keeps these across `exec`.
fn keep_rights() -> io::Result<()> {
    for capability in CapabilitySet::all().difference(RIGHTS).iter() {
        // Older kernels have fewer capabilities.
        let _ = rustix::thread::remove_capability_from_bounding_set(capability);
    }
    rustix::thread::set_capabilities(
        None,
        CapabilitySets {
            effective: RIGHTS,
            permitted: RIGHTS,
            inheritable: RIGHTS,
        },
    )?;
    for capability in RIGHTS.iter() {
        rustix::thread::configure_capability_in_ambient_set(capability, true)?;
    }
    Ok(())
}
