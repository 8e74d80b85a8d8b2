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
mod running;
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
use init::Init;
use namespaces::Home;
use network::{Meters, Network};
use raise::{is_missing, raise, readable};
use root::NEW_PROC;
use rules::Rules;
use running::Running;
use warm::Warm;

use super::Level;
use super::idle::Idling;
use super::order::{Layer, Missing, RunFate, RunOrder, RunReport, SlotOrder};
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
    /// The network, and how it was before the last run.
    meters: Meters,
    network: Network,
    /// Whether the network has not had its settings yet.
    network_is_new: bool,
    /// First processes of runs that are over, on their way out.
    leaving: Vec<OwnedFd>,
    /// This launcher's own namespaces and first processes for others, where runs have namespaces.
    away: Option<(Home, Idling)>,
    /// Where the next run may go.
    ahead: Option<Ahead>,
    warm: Warm,
}

impl Launcher {
    /// Builds the walls and tells which of them stand.
    fn new(control: OwnedFd, order: &SlotOrder, priority: i32) -> Option<Self> {
        let (base, ready, filters) = raise(order);
        let landlock = !is_missing(&ready, Layer::Landlock);
        let away = match base {
            Some(_) => Some((Home::new().ok()?, Idling::new(NEW_PROC, priority).ok()?)),
            None => None,
        };
        let meters = Meters::open();
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
            network: meters.read(),
            meters,
            network_is_new: true,
            leaving: Vec::new(),
            away,
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
        let (fate, cpu) = forked.unwrap_or_else(|| match self.start(&order, &streams) {
            Ok((running, word)) => {
                drop(streams);
                self.watch(running, &word, &order)
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

    /// Starts the first process of a run, which starts the example; returns the socket that it speaks to.
    fn start(&self, order: &RunOrder, streams: &Streams) -> Result<(Running, OwnedFd), Missing> {
        let failed = |error| Missing::new(Layer::Processes, "making namespaces for a run", &error);
        let (word, launcher) = socket::pair().map_err(failed)?;
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
                };
                init.run()
            }
            Split::Parent(pid, first) => Ok((Running::new(pid, first, order), word)),
        }
    }

    fn watch(
        &mut self,
        mut running: Running,
        word: &OwnedFd,
        order: &RunOrder,
    ) -> (RunFate, Duration) {
        let has_namespaces = self.base.is_some();
        let began = system::children_cpu_time();
        let fate = loop {
            let now = Instant::now();
            let rest = running.deadline.saturating_duration_since(now);
            if rest.is_zero() {
                break RunFate::TimedOut;
            }
            let [told, spoken] = wait_for(&self.control, word, rest.min(running.pulse.pace()));
            if spoken {
                match running.listen(word, has_namespaces, order) {
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
        running.kill(has_namespaces);
        (fate, system::children_cpu_time().saturating_sub(began))
    }

    /// Reads what the network counts; leaves it for a new one if a run left something in it.
    fn look_at_network(&mut self) -> u64 {
        let before = self.network;
        let mut now = self.meters.read();
        let attempts = now.attempts.saturating_sub(before.attempts);
        let is_dirty = self.base.is_some() && now.holds_more_than(before);
        if is_dirty && namespaces::renew_network().is_ok() {
            self.give_up_place();
            self.network_is_new = true;
            self.meters = Meters::open();
            now = self.meters.read();
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
