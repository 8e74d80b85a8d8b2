//! A launcher: one small process with one thread per worker slot, which builds the walls, starts runs
//! behind them one after the other, watches over them and tells how they ended.
//!
//! It is fencepost's own binary, started again with a hidden word (see [`super::slot`]). It lives as
//! long as the socket that is its standard input, and takes everything it started with it.

mod ahead;
mod base;
mod descendants;
mod example;
mod filter;
mod forked;
mod init;
mod kernel_text;
mod namespaces;
mod network;
mod pulse;
mod raise;
mod root;
mod rules;
mod warm;
mod watch;

use std::io::{self, Read as _, Seek as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{WaitId, WaitIdOptions, waitid};

use ahead::Ahead;
use base::Base;
use example::{Confinement, Streams};
use filter::Filters;
use init::{Init, Word};
use network::Network;
use pulse::Pulse;
use raise::{is_missing, raise, readable};
use rules::Rules;
use warm::Warm;
use watch::{Sight, are_too_many};

use super::Level;
use super::order::{Exceeded, Layer, Missing, RunFate, RunOrder, RunReport, SlotOrder};
use super::socket;
use super::system::{self, RUN_NAMESPACES, Split};

/// What a launcher asks for, so that it keeps seeing what an example does to the machine.
const PRIORITY: i32 = -15;

/// Runs a launcher to its end.
pub(crate) fn main() -> u8 {
    let Ok(control) = io::stdin().as_fd().try_clone_to_owned() else {
        return 1;
    };
    let Some(order) = receive::<SlotOrder>(&control) else {
        return 1;
    };
    let priority = rustix::process::getpriority_process(None).unwrap_or(0);
    // Whoever may go first among many processes does; for others the kernel's own fairness has to do.
    let _ = rustix::process::setpriority_process(None, PRIORITY);
    match Launcher::new(control, &order, priority) {
        Some(mut launcher) => {
            launcher.serve();
            0
        }
        None => 1,
    }
}

struct Launcher {
    control: OwnedFd,
    /// The priority that examples have: fencepost's own.
    priority: i32,
    base: Option<Base>,
    /// What examples may read where there are no namespaces.
    readable: Vec<PathBuf>,
    landlock: bool,
    filters: Option<Filters>,
    /// The network as it was before the last run.
    network: Network,
    /// Whether the network has not had its settings yet.
    network_is_new: bool,
    /// First processes of runs that are over, on their way out.
    leaving: Vec<OwnedFd>,
    /// Where the next run may go.
    ahead: Option<Ahead>,
    warm: Warm,
}

/// A run that goes on.
struct Running {
    pid: i32,
    has_namespaces: bool,
    first: OwnedFd,
    word: OwnedFd,
    sight: Option<Sight>,
    pulse: Pulse,
    deadline: Instant,
    began: Duration,
}

impl Launcher {
    /// Builds the walls and tells which of them stand.
    fn new(control: OwnedFd, order: &SlotOrder, priority: i32) -> Option<Self> {
        let (base, ready, filters) = raise(order);
        let landlock = !is_missing(&ready, Layer::Landlock);
        let enough = order.level == Level::Reduced || ready.missing.is_empty();
        let text = serde_json::to_vec(&ready).ok()?;
        socket::send(&control, &text, &[]).ok()?;
        let own = rustix::process::getpid();
        let inherits = base.is_some() || rustix::process::set_child_subreaper(Some(own)).is_ok();
        (enough && inherits).then(|| Self {
            control,
            priority,
            base,
            readable: readable(order),
            landlock,
            filters,
            network: Network::now(),
            network_is_new: true,
            leaving: Vec::new(),
            ahead: None,
            warm: Warm::default(),
        })
    }

    /// Runs what it is told until nobody is left to tell.
    fn serve(&mut self) {
        while let Ok((text, descriptors)) = socket::receive(&self.control) {
            if text.is_empty() {
                break;
            }
            let Some((order, streams)) = understand(descriptors) else {
                continue;
            };
            let report = self.run(order, streams);
            let text = serde_json::to_vec(&report).unwrap_or_default();
            if socket::send(&self.control, &text, &[]).is_err() {
                break;
            }
            self.let_go();
        }
        self.give_up_place();
    }

    fn run(&mut self, mut order: RunOrder, streams: Streams) -> RunReport {
        order.new_network = std::mem::take(&mut self.network_is_new);
        let forked = self.run_forked(&order, &streams);
        let is_forked = forked.is_some();
        let (fate, cpu) = forked.unwrap_or_else(|| match self.start(&order, &streams, false) {
            Ok(running) => {
                drop(streams);
                self.watch(running, &order)
            }
            Err(missing) => (RunFate::Failed(missing), Duration::ZERO),
        });
        RunReport {
            fate,
            forked: is_forked,
            cpu_ms: u64::try_from(cpu.as_millis()).unwrap_or(u64::MAX),
            network_attempts: self.look_at_network(),
        }
    }

    fn start(&self, order: &RunOrder, streams: &Streams, warm: bool) -> Result<Running, Missing> {
        let failed = |error| Missing::new(Layer::Processes, "making namespaces for a run", &error);
        let (word, launcher) = socket::pair().map_err(failed)?;
        let began = system::children_cpu_time();
        let namespaces = if self.base.is_some() {
            RUN_NAMESPACES
        } else {
            0
        };
        match system::split(namespaces).map_err(failed)? {
            Split::Child => {
                drop(word);
                let root = [PathBuf::from("/")];
                let confinement = Confinement {
                    priority: self.priority,
                    namespaces: self.base.is_some(),
                    rules: self.landlock.then_some(Rules {
                        readable: if self.base.is_some() {
                            &root
                        } else {
                            &self.readable
                        },
                        writable: &order.writable,
                    }),
                    filters: self.filters.as_ref(),
                };
                let init = Init {
                    base: self.base.as_ref(),
                    order,
                    streams,
                    confinement: &confinement,
                    launcher,
                    warm,
                };
                init.run()
            }
            Split::Parent(pid, first) => Ok(Running {
                pid,
                has_namespaces: self.base.is_some(),
                first,
                word,
                sight: None,
                pulse: Pulse::new(),
                deadline: Instant::now() + Duration::from_millis(order.limits.timeout_ms),
                began,
            }),
        }
    }

    fn watch(&mut self, mut running: Running, order: &RunOrder) -> (RunFate, Duration) {
        let fate = loop {
            let now = Instant::now();
            let rest = running.deadline.saturating_duration_since(now);
            if rest.is_zero() {
                break RunFate::TimedOut;
            }
            let [told, spoken] =
                wait_for(&self.control, &running.word, rest.min(running.pulse.pace()));
            if spoken {
                match running.listen(order) {
                    Some((fate, cpu)) => {
                        self.leaving.push(running.first);
                        return (fate, cpu);
                    }
                    None => continue,
                }
            }
            if told {
                // Whatever it is, or the end of fencepost: this run is over. A word that asks for it is taken.
                break RunFate::Stopped;
            }
            if let Some(exceeded) = running.look(&self.control, order) {
                break RunFate::Exceeded(exceeded);
            }
        };
        if matches!(fate, RunFate::Stopped) {
            let _ = socket::receive(&self.control);
        }
        running.kill();
        (
            fate,
            system::children_cpu_time().saturating_sub(running.began),
        )
    }

    /// Reads what the network counts; leaves it for a new one if a run left something in it.
    fn look_at_network(&mut self) -> u64 {
        let before = self.network;
        let mut now = Network::now();
        let attempts = now.attempts.saturating_sub(before.attempts);
        let is_dirty = self.base.is_some() && now.holds_more_than(before);
        if is_dirty && namespaces::renew_network().is_ok() {
            self.give_up_place();
            self.network_is_new = true;
            now = Network::now();
        }
        self.network = now;
        attempts
    }

    /// Reaps first processes that have gone by now.
    fn let_go(&mut self) {
        self.leaving.retain(|first| {
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG;
            matches!(waitid(WaitId::PidFd(first.as_fd()), options), Ok(None))
        });
    }
}

impl Running {
    /// Begins now, in a place that was made before.
    fn begin(mut self, order: &RunOrder) -> Self {
        self.pulse = Pulse::new();
        self.deadline = Instant::now() + Duration::from_millis(order.limits.timeout_ms);
        self.began = system::children_cpu_time();
        self
    }

    /// Hears what the first process says; returns how the run ended, once it has.
    fn listen(&mut self, order: &RunOrder) -> Option<(RunFate, Duration)> {
        let (text, descriptors) = socket::receive(&self.word).unwrap_or_default();
        match serde_json::from_slice(&text) {
            Ok(Word::Standing) if self.has_namespaces => {
                self.sight = Sight::new(descriptors);
                None
            }
            Ok(Word::Standing) => {
                self.sight = Sight::below(self.pid);
                None
            }
            Ok(Word::Ended {
                status,
                cpu_ms,
                left,
            }) => {
                let sight = self.sight.as_ref();
                let is_full =
                    status != 0 && sight.is_some_and(|sight| sight.disk_is_full(&order.limits));
                let fate = if is_full {
                    RunFate::Exceeded(Exceeded::Disk)
                } else if left > order.limits.processes || self.pulse.failed_in_a_crowd(status) {
                    RunFate::Exceeded(Exceeded::Processes)
                } else {
                    RunFate::Ended(status)
                };
                Some((fate, Duration::from_millis(cpu_ms)))
            }
            Ok(Word::Open) => None,
            Ok(Word::Failed(missing)) => Some((RunFate::Failed(missing), Duration::ZERO)),
            Err(_) => {
                let error = io::Error::from_raw_os_error(libc::ECHILD);
                let step = "hearing from the first process of a run";
                let missing = Missing::new(Layer::Processes, step, &error);
                Some((RunFate::Failed(missing), Duration::ZERO))
            }
        }
    }

    /// Looks at the run from outside: tells whether it sleeps, and returns which limit it has passed, if any.
    fn look(&mut self, control: &OwnedFd, order: &RunOrder) -> Option<Exceeded> {
        let sight = self.sight.as_ref()?;
        let pids = sight.pids();
        if are_too_many(&pids, &order.limits) {
            return Some(Exceeded::Processes);
        }
        let beat = sight.beat(&pids);
        if self.pulse.is_crowded(&beat, &order.limits) {
            return Some(Exceeded::Processes);
        }
        let now = Instant::now();
        if let Some(word) = self.pulse.take(beat, now) {
            // Who does not hear it is about to end this process.
            let _ = socket::send(control, word, &[]);
        }
        if !self.pulse.is_due(now) {
            return None;
        }
        sight.look(&pids, &order.limits)
    }

    /// Kills the first process, and with it everything in its namespaces; returns when all is gone.
    fn kill(&self) {
        self.end();
        if !self.has_namespaces {
            descendants::end_all();
            return;
        }
        let _ = waitid(WaitId::PidFd(self.first.as_fd()), WaitIdOptions::EXITED);
    }
}

/// Reads an order and its streams from the descriptors that came with a message.
fn understand(descriptors: Vec<OwnedFd>) -> Option<(RunOrder, Streams)> {
    let mut descriptors = descriptors.into_iter();
    let mut file = std::fs::File::from(descriptors.next()?);
    let (output, error) = (descriptors.next()?, descriptors.next()?);
    let mut text = Vec::new();
    file.rewind().ok()?;
    file.read_to_end(&mut text).ok()?;
    let streams = Streams {
        input: descriptors.next(),
        output,
        error,
    };
    Some((serde_json::from_slice(&text).ok()?, streams))
}

fn receive<T: serde::de::DeserializeOwned>(socket: &OwnedFd) -> Option<T> {
    let (text, _) = socket::receive(socket).ok()?;
    serde_json::from_slice(&text).ok()
}

/// Waits until one of two sockets has something to say; says which.
fn wait_for(first: &OwnedFd, second: &OwnedFd, longest: Duration) -> [bool; 2] {
    let mut sockets = [
        PollFd::new(first, PollFlags::IN),
        PollFd::new(second, PollFlags::IN),
    ];
    let timeout = rustix::event::Timespec {
        tv_sec: i64::try_from(longest.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: longest.subsec_nanos().into(),
    };
    if poll(&mut sockets, Some(&timeout)).is_err() {
        return [false; 2];
    }
    [
        !sockets[0].revents().is_empty(),
        !sockets[1].revents().is_empty(),
    ]
}
