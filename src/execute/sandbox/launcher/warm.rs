//! Warm interpreters: processes that have started Python, and imported what coming examples import,
//! and fork a fresh child for each. The child joins the namespaces of a run that stands ready, gives up
//! all rights, and then does what every Python does after its start: it runs the script (see `warm.py`).

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::io::FdFlags;
use rustix::process::Signal;
use rustix::thread::{CapabilitySet, CapabilitySets, UnshareFlags};

use super::super::order::{Missing, RunOrder};
use super::super::socket;
use super::super::system::{self, Split};
use super::base::Base;
use super::example::{self, Streams};
use super::filter::Filters;
use super::namespaces::EXAMPLE_ID;
use super::root;

const SCRIPT: &str = include_str!("warm.py");

/// What stands where the script would: an interpreter that reads it has not found `usercustomize`.
const NEVER: &str = "raise SystemExit('this interpreter has no user site')\n";

/// How long an interpreter may take to start, to import or to fork.
const PATIENCE: Duration = Duration::from_secs(20);

/// Warm processes of one launcher, at most.
const MOST: usize = 48;

/// What a warm process needs to give its children their place, and nothing else.
const RIGHTS: CapabilitySet = CapabilitySet::SYS_ADMIN
    .union(CapabilitySet::SYS_CHROOT)
    .union(CapabilitySet::SETUID)
    .union(CapabilitySet::SETGID)
    .union(CapabilitySet::SETPCAP);

/// What warm processes are made behind.
pub(super) struct Walls<'a> {
    pub base: &'a Base,
    pub filters: &'a Filters,
    /// The priority that examples have.
    pub priority: i32,
}

/// One warm process.
struct Process {
    order: RunOrder,
    /// What it has imported, in order.
    modules: Vec<String>,
    /// Whether it runs examples. Such a process can fork no other warm one any more: its children
    /// belong to the namespaces of the last run.
    runs: bool,
    socket: OwnedFd,
    /// When it was last used, as a count of uses.
    used: u64,
}

/// The warm processes of a launcher.
#[derive(Default)]
pub(super) struct Warm {
    processes: Vec<Process>,
    /// Interpreters that cannot be kept warm, and modules that cannot be imported.
    hopeless: Vec<(String, Vec<String>)>,
    uses: u64,
}

/// What a warm process says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    Ready,
    /// The child runs, with this pid.
    Began(i32),
    /// The child has ended with this wait status, having used so much CPU time.
    Ended(i32, Duration),
    Failed(String),
}

impl Warm {
    /// Returns the socket of a process that is ready for an order, if there can be one.
    pub(super) fn ready(&mut self, walls: &Walls<'_>, order: &RunOrder) -> Option<&OwnedFd> {
        let modules = &order.warm.as_ref()?.modules;
        let mut best = self.best(order, modules, false);
        if best.is_none() && !self.is_hopeless(order, &[]) {
            self.start(walls, order);
            best = self.best(order, modules, false);
        }
        let mut best = best?;
        while self.processes[best].modules.len() < modules.len() {
            let next = modules[..=self.processes[best].modules.len()].to_vec();
            if self.is_hopeless(order, &next) || !self.grow(best, next, false) {
                break;
            }
            best = self.processes.len() - 1;
        }
        let modules = self.processes[best].modules.clone();
        let is_equal = |index: &usize| self.processes[*index].modules == modules;
        let runner = match self.best(order, &modules, true).filter(is_equal) {
            Some(runner) => runner,
            None if self.grow(best, modules, true) => self.processes.len() - 1,
            None => return None,
        };
        self.uses += 1;
        self.processes[runner].used = self.uses;
        Some(&self.processes[runner].socket)
    }

    /// Forgets a process that did not do what it was told.
    pub(super) fn give_up(&mut self, order: &RunOrder) {
        self.processes
            .retain(|process| !process.order.shares_start(order));
        self.hopeless.push((order.program.clone(), Vec::new()));
    }

    /// Finds the process that has imported most of what is wanted, and nothing else.
    fn best(&self, order: &RunOrder, modules: &[String], runs: bool) -> Option<usize> {
        let fits = |process: &Process| {
            process.runs == runs
                && process.order.shares_start(order)
                && modules.starts_with(&process.modules)
        };
        (0..self.processes.len())
            .filter(|index| fits(&self.processes[*index]))
            .max_by_key(|index| self.processes[*index].modules.len())
    }

    fn is_hopeless(&self, order: &RunOrder, modules: &[String]) -> bool {
        self.hopeless
            .iter()
            .any(|(program, path)| *program == order.program && path == modules)
    }

    fn start(&mut self, walls: &Walls<'_>, order: &RunOrder) {
        let socket = start(walls, order).ok();
        let said = socket.as_ref().and_then(|socket| listen(socket, PATIENCE));
        match (socket, said) {
            (Some(socket), Some(Said::Ready)) => self.add(order, Vec::new(), false, socket),
            _ => self.hopeless.push((order.program.clone(), Vec::new())),
        }
    }

    /// Has a process fork one that has imported one more module, if it has not imported all of them.
    fn grow(&mut self, from: usize, modules: Vec<String>, runs: bool) -> bool {
        let parent = &self.processes[from];
        let next = modules.get(parent.modules.len());
        let name = next.map_or("", String::as_str);
        let grown = socket::pair().ok().and_then(|(ours, theirs)| {
            let word = format!("grow {name}");
            socket::send(&parent.socket, word.as_bytes(), &[theirs]).ok()?;
            (listen(&ours, PATIENCE)? == Said::Ready).then_some(ours)
        });
        let order = parent.order.clone();
        let Some(socket) = grown else {
            self.hopeless.push((order.program, modules));
            return false;
        };
        self.add(&order, modules, runs, socket);
        true
    }

    fn add(&mut self, order: &RunOrder, modules: Vec<String>, runs: bool, socket: OwnedFd) {
        if self.processes.len() >= MOST {
            let oldest = (0..self.processes.len()).min_by_key(|index| self.processes[*index].used);
            // A process ends when its socket does.
            oldest.map(|index| self.processes.swap_remove(index));
        }
        self.processes.push(Process {
            order: RunOrder {
                files: Vec::new(),
                ..order.clone()
            },
            modules,
            runs,
            socket,
            used: self.uses,
        });
    }
}

impl RunOrder {
    /// Says whether two orders can have children of one process: only their scripts differ.
    fn shares_start(&self, other: &Self) -> bool {
        let site = |order: &Self| order.warm.as_ref().map(|warm| warm.site.clone());
        self.program == other.program
            && self.arguments == other.arguments
            && self.environment == other.environment
            && self.folder == other.folder
            && self.limits == other.limits
            && self.cpus == other.cpus
            && site(self) == site(other)
    }
}

/// Tells a warm process to run an example in namespaces that stand ready: `walls` are its Landlock rules,
/// and its namespaces of processes, mounts, IPC, host name and network.
pub(super) fn run(process: &OwnedFd, streams: &Streams, walls: Vec<OwnedFd>) -> io::Result<()> {
    let mut descriptors = vec![streams.output.try_clone()?, streams.error.try_clone()?];
    descriptors.extend(walls);
    socket::send(process, b"run ", &descriptors)
}

/// Hears what a warm process says; `None` where it is gone or silent.
pub(super) fn listen(process: &OwnedFd, longest: Duration) -> Option<Said> {
    let until = Instant::now() + longest;
    loop {
        let rest = until.saturating_duration_since(Instant::now());
        if rest.is_zero() {
            return None;
        }
        if super::wait_for(process, process, rest)[0] {
            let (text, _) = socket::receive(process).ok()?;
            return said(std::str::from_utf8(&text).ok()?);
        }
    }
}

fn said(text: &str) -> Option<Said> {
    let mut words = text.splitn(3, ' ');
    match words.next()? {
        "ready" => Some(Said::Ready),
        "began" => Some(Said::Began(words.next()?.parse().ok()?)),
        "ended" => {
            let status = words.next()?.parse().ok()?;
            let time = Duration::from_micros(words.next()?.parse().ok()?);
            Some(Said::Ended(status, time))
        }
        "failed" => Some(Said::Failed(text["failed".len()..].trim().to_owned())),
        _ => None,
    }
}

/// Starts an interpreter in a root of its own; returns the socket to it.
fn start(walls: &Walls<'_>, order: &RunOrder) -> io::Result<OwnedFd> {
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
    let failed = |error: io::Error| {
        Missing::new(
            super::super::order::Layer::Program,
            "warming an interpreter",
            &error,
        )
    };
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|error| failed(error.into()))?;
    system::unshare(UnshareFlags::NEWNS).map_err(failed)?;
    root::enter_without_proc(walls.base, order)?;
    // A launcher that could not go first has the same priority anyway.
    let _ = rustix::process::setpriority_process(None, walls.priority);
    prepare(walls.filters, order, control).map_err(failed)?;
    Err(failed(example::execute(order)))
}

fn prepare(filters: &Filters, order: &RunOrder, control: &OwnedFd) -> io::Result<()> {
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
    example::limit_all_but_cpu(order)?;
    write_files(filters, order, control)?;
    keep_rights()
}

fn write_files(filters: &Filters, order: &RunOrder, control: &OwnedFd) -> io::Result<()> {
    let site = order.warm.as_ref().map_or("", |warm| warm.site.as_str());
    let site = Path::new(&order.folder).join(site);
    fs::create_dir_all(&site)?;
    fs::write(Path::new(&order.folder).join("example.py"), NEVER)?;
    let text = script(filters, order, control.as_raw_fd());
    fs::write(site.join("usercustomize.py"), text)
}

/// Writes constants above the script.
fn script(filters: &Filters, order: &RunOrder, control: i32) -> String {
    let cpu = example::cpu_limit(order);
    let seconds = |limit: Option<u64>| limit.unwrap_or(u64::MAX);
    let mut text = format!(
        "CONTROL = {control}\nFOLDER = {:?}\nUSER = {EXAMPLE_ID}\nCPU = ({}, {})\nFILTERS = [",
        order.folder,
        seconds(cpu.current),
        seconds(cpu.maximum),
    );
    for filter in filters.bytes() {
        let hexadecimal: String = filter.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").expect("a string takes text");
            text
        });
        write!(text, "{hexadecimal:?}, ").expect("a string takes text");
    }
    text.push_str("]\nCALLS = {");
    for (name, number) in [
        ("setns", libc::SYS_setns),
        ("prctl", libc::SYS_prctl),
        ("capset", libc::SYS_capset),
        ("getrusage", libc::SYS_getrusage),
        ("prlimit64", libc::SYS_prlimit64),
        ("landlock_restrict_self", libc::SYS_landlock_restrict_self),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_warm_process_says_is_understood() {
        assert_eq!(said("ready"), Some(Said::Ready));
        assert_eq!(said("began 17"), Some(Said::Began(17)));
        let time = Duration::from_millis(2);
        assert_eq!(said("ended 256 2000"), Some(Said::Ended(256, time)));
        let failed = Said::Failed("OSError(1, 'setns') x".to_owned());
        assert_eq!(said("failed OSError(1, 'setns') x"), Some(failed));
        assert_eq!(said("ended x"), None);
        assert_eq!(said(""), None);
    }
}
