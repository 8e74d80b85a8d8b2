//! A run whose process is a child of a warm interpreter: its first process makes its place, the
//! interpreter forks a child into it, and the launcher watches over both.

use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use super::super::order::{Exceeded, Layer, Missing, RunFate, RunOrder};
use super::super::socket;
use super::ahead::Place;
use super::example::Streams;
use super::warm::{self, Said, Walls};
use super::watch::Sight;
use super::{Launcher, Running, wait_for};

/// How long a warm interpreter may take to tell that its child has ended.
const PATIENCE: Duration = Duration::from_secs(5);

/// How a run ended, and the CPU time that it took.
type Answer = (RunFate, Duration);

impl Launcher {
    /// Runs an example as a child of a warm interpreter; `None` where nothing of it has run and it has
    /// to be started.
    pub(super) fn run_forked(&mut self, order: &RunOrder, streams: &Streams) -> Option<Answer> {
        let (base, filters) = (self.base.as_ref()?, self.filters.as_ref()?);
        let is_as_usual = streams.input.is_none() && order.pids_before == 0;
        if !self.landlock || !is_as_usual || order.warm.is_none() {
            return None;
        }
        let walls = Walls {
            base,
            filters,
            priority: self.priority,
        };
        let process = self.warm.ready(&walls, order)?.try_clone().ok()?;
        let Place {
            mut running, walls, ..
        } = self.place(order)?;
        let answer = if warm::run(&process, order, streams, walls).is_ok() {
            self.make_ahead(order);
            self.run_in_place(&mut running, &process, order)
        } else {
            self.warm.give_up(order);
            None
        };
        self.leaving.push(running.leave());
        answer
    }

    fn run_in_place(
        &mut self,
        running: &mut Running,
        process: &OwnedFd,
        order: &RunOrder,
    ) -> Option<Answer> {
        let stopped = loop {
            let rest = running.deadline.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                break RunFate::TimedOut;
            }
            let [told, spoken] = wait_for(&self.control, process, rest.min(running.pulse.pace()));
            if spoken {
                return self.hear_end(running, process, order);
            }
            if told {
                let _ = socket::receive(&self.control);
                break RunFate::Stopped;
            }
            if let Some(exceeded) = running.look(&self.control, order) {
                break RunFate::Exceeded(exceeded);
            }
        };
        running.end();
        let (_, cpu) = self.hear_end(running, process, order)?;
        Some((stopped, cpu))
    }

    /// Hears from a warm process how its child ended; `None` where the child never began.
    fn hear_end(
        &mut self,
        running: &Running,
        process: &OwnedFd,
        order: &RunOrder,
    ) -> Option<Answer> {
        match warm::listen(process, PATIENCE) {
            Some(Said::Ended(status, cpu)) => Some((fate(status, running, order), cpu)),
            Some(Said::Failed(_)) => {
                self.warm.give_up(order);
                None
            }
            Some(Said::Ready) | None => {
                self.warm.give_up(order);
                let missing = Missing {
                    layer: Layer::Processes,
                    step: "hearing from a warm interpreter".to_owned(),
                    errno: None,
                };
                Some((RunFate::Failed(missing), Duration::ZERO))
            }
        }
    }
}

/// Tells how a run ended whose process has this wait status, and whose other processes still run.
fn fate(status: i32, running: &Running, order: &RunOrder) -> RunFate {
    let sees = |look: fn(&Sight, &RunOrder) -> bool| {
        let sight = running.sight.as_ref();
        sight.is_some_and(|sight| look(sight, order))
    };
    if status != 0 && sees(|sight, order| sight.disk_is_full(&order.limits)) {
        RunFate::Exceeded(Exceeded::Disk)
    } else if running.pulse.failed_in_a_crowd(status)
        || sees(|sight, order| sight.beat(&sight.pids()).is_crowded(&order.limits))
    {
        RunFate::Exceeded(Exceeded::Processes)
    } else {
        RunFate::Ended(status)
    }
}
