//! A run that goes on, as its launcher sees it: its first process, and what looks at its tree saw.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::time::{Duration, Instant};

use rustix::process::{Signal, WaitId, WaitIdOptions, pidfd_send_signal, waitid};

use super::super::order::{Exceeded, Layer, Missing, RunFate, RunOrder};
use super::super::socket;
use super::descendants;
use super::init::Word;
use super::pulse::Pulse;
use super::watch::{Sight, are_too_many};

/// A run that goes on.
pub(super) struct Running {
    pid: i32,
    pub first: OwnedFd,
    pub sight: Option<Sight>,
    pub pulse: Pulse,
    pub deadline: Instant,
}

impl Running {
    pub(super) fn new(pid: i32, first: OwnedFd, order: &RunOrder) -> Self {
        Self {
            pid,
            first,
            sight: None,
            pulse: Pulse::new(),
            deadline: Instant::now() + Duration::from_millis(order.limits.timeout_ms),
        }
    }

    /// Hears what the first process says; returns how the run ended, once it has.
    pub(super) fn listen(
        &mut self,
        word: &OwnedFd,
        has_namespaces: bool,
        order: &RunOrder,
    ) -> Option<(RunFate, Duration)> {
        let (text, descriptors) = socket::receive(word).unwrap_or_default();
        match serde_json::from_slice(&text) {
            Ok(Word::Standing) if has_namespaces => {
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
    pub(super) fn look(&mut self, control: &OwnedFd, order: &RunOrder) -> Option<Exceeded> {
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
    pub(super) fn kill(&self, has_namespaces: bool) {
        self.end();
        if !has_namespaces {
            descendants::end_all();
            return;
        }
        let _ = waitid(WaitId::PidFd(self.first.as_fd()), WaitIdOptions::EXITED);
    }

    /// Begins now, in a place that was made before.
    pub(super) fn begin(&mut self, order: &RunOrder) {
        self.pulse = Pulse::new();
        self.deadline = Instant::now() + Duration::from_millis(order.limits.timeout_ms);
    }

    /// Kills the first process; it is reaped once everything in its namespaces has gone.
    pub(super) fn leave(self) -> OwnedFd {
        self.end();
        self.first
    }

    /// Kills the first process, and does not wait until everything in its namespaces has gone.
    pub(super) fn end(&self) {
        let _ = pidfd_send_signal(&self.first, Signal::KILL);
    }
}
