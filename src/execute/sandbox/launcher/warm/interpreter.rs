//! How a warm interpreter starts: in a root of its own, with the rights to give its children their place,
//! and with a script that holds it before it runs anything else.

use std::fmt::Write as _;
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
    let has_packages = hide_packages(order).map_err(failed)?;
    // A launcher that could not go first has the same priority anyway.
    let _ = rustix::process::setpriority_process(None, walls.priority);
    prepare(walls.filters, order, control, has_packages).map_err(failed)?;
    Err(failed(example::execute(order)))
}

/// Hides the folders of packages, and what runs from them when an interpreter starts; says whether there
/// is such a thing. Fails where something like it stands beside the standard library.
fn hide_packages(order: &RunOrder) -> io::Result<bool> {
    let folders = order.warm.iter().flat_map(|warm| &warm.packages);
    let mut has_code = false;
    for folder in folders.map(Path::new).filter(|folder| folder.is_dir()) {
        has_code |= runs_at_start(folder)?;
        if folder.parent().is_some_and(is_customized) {
            return Err(io::Error::from_raw_os_error(libc::ENOTSUP));
        }
        root::hide(folder)?;
    }
    Ok(has_code)
}

fn runs_at_start(folder: &Path) -> io::Result<bool> {
    if is_customized(folder) {
        return Ok(true);
    }
    for entry in fs::read_dir(folder)? {
        if entry?
            .path()
            .extension()
            .is_some_and(|extension| extension == "pth")
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_customized(folder: &Path) -> bool {
    let names = ["sitecustomize", "usercustomize"].into_iter();
    let mut paths = names.flat_map(|name| [format!("{name}.py"), name.to_owned()]);
    paths.any(|name| folder.join(name).exists())
}

fn prepare(
    filters: &Filters,
    order: &RunOrder,
    control: &OwnedFd,
    has_packages: bool,
) -> io::Result<()> {
    rustix::process::setsid()?;
    // Like those of examples: pipes that nobody reads yet.
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
    let text = script(filters, order, control.as_raw_fd(), has_packages);
    write_files(order, &text)?;
    rustix::thread::set_no_new_privs(true)?;
    filters.apply_most().map_err(io::Error::other)?;
    keep_rights()
}

fn write_files(order: &RunOrder, script: &str) -> io::Result<()> {
    let site = order.warm.as_ref().map_or("", |warm| warm.site.as_str());
    let site = Path::new(&order.folder).join(site);
    fs::create_dir_all(&site)?;
    fs::write(Path::new(&order.folder).join("example.py"), NEVER)?;
    fs::write(site.join("usercustomize.py"), script)
}

/// Writes constants above the script.
fn script(filters: &Filters, order: &RunOrder, control: i32, has_packages: bool) -> String {
    let has_packages = if has_packages { "True" } else { "False" };
    let hexadecimal: String = filters.rest().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes text");
        text
    });
    let mut text = format!(
        "CONTROL = {control}\nFOLDER = {:?}\nUSER = {EXAMPLE_ID}\nHAS_PACKAGES = {has_packages}\nFILTER = {hexadecimal:?}\nCALLS = {{",
        order.folder,
    );
    for (name, number) in [
        ("setns", libc::SYS_setns),
        ("prctl", libc::SYS_prctl),
        ("capset", libc::SYS_capset),
        ("getrusage", libc::SYS_getrusage),
        ("prlimit64", libc::SYS_prlimit64),
        ("landlock_restrict_self", libc::SYS_landlock_restrict_self),
        ("close_range", libc::SYS_close_range),
    ] {
        write!(text, "{name:?}: {number}, ").expect("a string takes text");
    }
    text.push_str("}\n");
    text.push_str(SCRIPT);
    text
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
