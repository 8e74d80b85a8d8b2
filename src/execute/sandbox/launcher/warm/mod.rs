//! Warm interpreters: processes that have started Python, and imported what coming examples import,
//! and fork a fresh child for each. The child joins the namespaces of a run that stands ready, gives up
//! all rights, and then does what every Python does after its start: it runs the script (see `warm.py`).

mod interpreter;

use std::fmt::Write as _;
use std::io;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use super::super::order::RunOrder;
use super::super::socket;
use super::example::{self, Streams};
pub(super) use interpreter::Walls;

/// How long an interpreter may take to start, to import or to fork.
const PATIENCE: Duration = Duration::from_secs(20);

/// Warm processes of one launcher, at most.
const MOST: usize = 24;

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
    /// The child has ended with this wait status, having used so much CPU time.
    Ended(i32, Duration),
    /// It could not do what it was told; of an example nothing has run.
    Failed(String),
}

impl Warm {
    /// Returns the socket of a process that is ready for an order, if there can be one.
    pub(super) fn ready(&mut self, walls: &Walls<'_>, order: &RunOrder) -> Option<&OwnedFd> {
        let modules = self.possible(order)?;
        let runner = match self.best(order, &modules, true) {
            Some(runner) if self.processes[runner].modules == modules => runner,
            Some(_) | None => self.make_runner(walls, order, &modules)?,
        };
        self.uses += 1;
        self.processes[runner].used = self.uses;
        Some(&self.processes[runner].socket)
    }

    /// Returns the modules that are wanted, up to the first that could not be imported.
    fn possible(&self, order: &RunOrder) -> Option<Vec<String>> {
        let modules = &order.warm.as_ref()?.modules;
        let longest = (0..=modules.len())
            .take_while(|length| !self.is_hopeless(order, &modules[..*length]))
            .last()?;
        Some(modules[..longest].to_vec())
    }

    /// Makes a process that has imported these modules and runs examples; returns its place.
    fn make_runner(
        &mut self,
        walls: &Walls<'_>,
        order: &RunOrder,
        modules: &[String],
    ) -> Option<usize> {
        if self.best(order, modules, false).is_none() {
            self.start(walls, order);
        }
        let mut from = self.best(order, modules, false)?;
        while self.processes[from].modules.len() < modules.len() {
            let next = modules[..=self.processes[from].modules.len()].to_vec();
            from = self.grow(from, next, false)?;
        }
        self.grow(from, modules.to_vec(), true)
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
        let socket = interpreter::start(walls, order).ok();
        let said = socket.as_ref().and_then(|socket| listen(socket, PATIENCE));
        match (socket, said) {
            (Some(socket), Some(Said::Ready)) => self.add(order, Vec::new(), false, socket),
            _ => self.hopeless.push((order.program.clone(), Vec::new())),
        }
    }

    /// Has a process fork one that has imported one more module, if it has not imported all of them;
    /// returns its place.
    fn grow(&mut self, from: usize, modules: Vec<String>, runs: bool) -> Option<usize> {
        self.uses += 1;
        self.processes[from].used = self.uses;
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
            return None;
        };
        self.add(&order, modules, runs, socket);
        Some(self.processes.len() - 1)
    }

    fn add(&mut self, order: &RunOrder, modules: Vec<String>, runs: bool, socket: OwnedFd) {
        if self.processes.len() >= MOST {
            let oldest = (0..self.processes.len()).min_by_key(|index| self.processes[*index].used);
            // A process ends when its socket does.
            oldest.map(|index| self.processes.swap_remove(index));
        }
        self.uses += 1;
        self.processes.push(Process {
            order: order.without_files(),
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
            && self.cpus == other.cpus
            && site(self) == site(other)
    }
}

/// Tells a warm process to run an example in namespaces that stand ready: `walls` are its Landlock rules,
/// and its namespaces of processes, mounts, IPC, host name and network.
pub(super) fn run(
    process: &OwnedFd,
    order: &RunOrder,
    streams: &Streams,
    walls: Vec<OwnedFd>,
) -> io::Result<()> {
    let mut descriptors = vec![streams.output.try_clone()?, streams.error.try_clone()?];
    descriptors.extend(walls);
    let is_early = order.warm.as_ref().is_some_and(|warm| warm.leaves_early);
    let mut word = String::from(if is_early { "run early" } else { "run late" });
    for (resource, limit) in example::limits(order) {
        let number = |limit: Option<u64>| limit.unwrap_or(u64::MAX);
        let (soft, hard) = (number(limit.current), number(limit.maximum));
        write!(word, " {}:{soft}:{hard}", resource as u32).expect("a string takes text");
    }
    socket::send(process, word.as_bytes(), &descriptors)
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
            let (words, _) = socket::receive(process).ok()?;
            return said(&words);
        }
    }
}

fn said(words: &[u8]) -> Option<Said> {
    match words.split_at_checked(6) {
        Some((b"ended ", answer)) => {
            let number = |at: usize| Some(i64::from_ne_bytes(*answer.get(at..)?.first_chunk()?));
            let status = i32::from_ne_bytes(*answer.first_chunk()?);
            let seconds = number(8)? + number(24)?;
            let microseconds = number(16)? + number(32)?;
            let time = Duration::from_secs(seconds.try_into().ok()?)
                + Duration::from_micros(microseconds.try_into().ok()?);
            Some(Said::Ended(status, time))
        }
        Some((b"failed", problem)) => {
            let problem = String::from_utf8_lossy(problem);
            Some(Said::Failed(problem.trim().to_owned()))
        }
        _ => (words == b"ready").then_some(Said::Ready),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_warm_process_says_is_understood() {
        assert_eq!(said(b"ready"), Some(Said::Ready));
        let mut ended = b"ended ".to_vec();
        // A status, padding, and times in user and in kernel mode: seconds and microseconds.
        for number in [256, 1, 2000, 0, 500_i64] {
            ended.extend(number.to_ne_bytes());
        }
        let time = Duration::from_micros(1_002_500);
        assert_eq!(said(&ended), Some(Said::Ended(256, time)));
        assert_eq!(said(&ended[..40]), None, "cut off");
        let failed = Said::Failed("OSError(1, 'setns') x".to_owned());
        assert_eq!(said(b"failed OSError(1, 'setns') x"), Some(failed));
        assert_eq!(said(b"failed"), Some(Said::Failed(String::new())));
        assert_eq!(said(b"x"), None);
        assert_eq!(said(b""), None);
    }
}
