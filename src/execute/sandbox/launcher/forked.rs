//! A run whose process is a child of a warm interpreter: its first process makes its place, the
//! interpreter forks a child into it, and the launcher watches over both.

use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::process::{Signal, pidfd_send_signal};

use super::super::order::{Exceeded, Layer, Missing, RunFate, RunOrder};
use super::super::socket;
use super::example::Streams;
use super::init::Word;
use super::warm::{self, Said, Walls};
use super::watch::{self, Sight};
use super::{Launcher, Running, wait_for};

/// How long a warm interpreter may take to fork a child, or to tell that one has ended.
const PATIENCE: Duration = Duration::from_secs(5);

impl Launcher {
    /// Runs an example as a child of a warm interpreter; `None` where nothing of it has run and it has
    /// to be started.
    pub(super) fn run_forked(
        &mut self,
        order: &RunOrder,
        streams: &Streams,
    ) -> Option<(RunFate, Duration)> {
        let (base, filters) = (self.base.as_ref()?, self.filters.as_ref()?);
        if !self.landlock || streams.input.is_some() || order.warm.is_none() {
            return None;
        }
        let walls = Walls {
            base,
            filters,
            priority: self.priority,
        };
        let process = self.warm.ready(&walls, order)?.try_clone().ok()?;
        let mut running = self.start(order, streams, true).ok()?;
        let walls = running.wait_for_walls()?;
        let began = warm::run(&process, streams, walls)
            .ok()
            .and_then(|()| warm::listen(&process, PATIENCE));
        let Some(Said::Began(_)) = began else {
            self.warm.give_up(order);
            return None;
        };
        let answer = self.watch_forked(&running, &process, order);
        running.kill_later();
        self.leaving.push(running.first);
        Some(answer)
    }

    fn watch_forked(
        &mut self,
        running: &Running,
        process: &OwnedFd,
        order: &RunOrder,
    ) -> (RunFate, Duration) {
        let fate = loop {
            let rest = running.deadline.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                break RunFate::TimedOut;
            }
            let [told, spoken] = wait_for(&self.control, process, rest.min(watch::PACE));
            if spoken {
                return self.hear_end(running, process, order);
            }
            if told {
                let _ = socket::receive(&self.control);
                break RunFate::Stopped;
            }
            let sight = running.sight.as_ref();
            if let Some(exceeded) = sight.and_then(|sight| sight.look(&order.limits)) {
                break RunFate::Exceeded(exceeded);
            }
        };
        running.kill_later();
        let (_, cpu) = self.hear_end(running, process, order);
        (fate, cpu)
    }

    /// Hears from a warm process how its child ended.
    fn hear_end(
        &mut self,
        running: &Running,
        process: &OwnedFd,
        order: &RunOrder,
    ) -> (RunFate, Duration) {
        let failed = |step: String| {
            RunFate::Failed(Missing {
                layer: Layer::Processes,
                step,
                errno: None,
            })
        };
        match warm::listen(process, PATIENCE) {
            Some(Said::Ended(status, cpu)) => {
                let sight = running.sight.as_ref();
                let is_full =
                    status != 0 && sight.is_some_and(|sight| sight.disk_is_full(&order.limits));
                let fate = if is_full {
                    RunFate::Exceeded(Exceeded::Disk)
                } else if sight.is_some_and(|sight| sight.is_crowded(&order.limits)) {
                    RunFate::Exceeded(Exceeded::Processes)
                } else {
                    RunFate::Ended(status)
                };
                (fate, cpu)
            }
            Some(Said::Failed(reason)) => {
                let _ = warm::listen(process, PATIENCE);
                self.warm.give_up(order);
                (
                    failed(format!("confining a forked child: {reason}")),
                    Duration::ZERO,
                )
            }
            Some(Said::Ready | Said::Began(_)) | None => {
                self.warm.give_up(order);
                (
                    failed("hearing from a warm interpreter".to_owned()),
                    Duration::ZERO,
                )
            }
        }
    }
}

impl Running {
    /// Waits until the place for a forked child is ready; returns its walls.
    fn wait_for_walls(&mut self) -> Option<Vec<OwnedFd>> {
        loop {
            let (text, descriptors) = socket::receive(&self.word).ok()?;
            match serde_json::from_slice(&text).ok()? {
                Word::Standing => self.sight = Sight::new(descriptors),
                Word::Open => return Some(descriptors),
                Word::Ended { .. } | Word::Failed(_) => return None,
            }
        }
    }

    /// Kills the first process; it is reaped once everything in its namespaces has gone.
    fn kill_later(&self) {
        let _ = pidfd_send_signal(&self.first, Signal::KILL);
    }
}
