//! A place that is made before its run is known: while one example runs, the next one's namespaces and
//! root are built, for a run like it.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};

use rustix::process::{Signal, WaitId, WaitIdOptions, pidfd_send_signal, waitid};

use super::super::order::RunOrder;
use super::example::{Streams, write_files};
use super::init::as_example;
use super::{Launcher, Running};

/// A place without a run.
pub(super) struct Ahead {
    /// The order that it would do for, but for the files.
    order: RunOrder,
    running: Running,
}

/// A place for a child of a warm interpreter, with the files of a run.
pub(super) struct Place {
    pub running: Running,
    /// What the child enters: its Landlock rules, and its namespaces.
    pub walls: Vec<OwnedFd>,
}

impl Launcher {
    /// Returns a place for a run: the one that was made ahead, if it does for it, or a new one.
    pub(super) fn place(&mut self, order: &RunOrder, streams: &Streams) -> Option<Place> {
        let mut running = match self.take_ahead(order) {
            Some(running) => running.begin(order),
            None => self.start(order, streams, true).ok()?,
        };
        if let Some(walls) = running.open_for(order) {
            return Some(Place { running, walls });
        }
        self.leaving.push(running.leave());
        None
    }

    fn take_ahead(&mut self, order: &RunOrder) -> Option<Running> {
        let ahead = self.ahead.take()?;
        if ahead.order.shares_place(order) {
            return Some(ahead.running);
        }
        self.leaving.push(ahead.running.leave());
        None
    }

    /// Makes a place for a run like this one, which goes on meanwhile.
    pub(super) fn make_ahead(&mut self, order: &RunOrder, streams: &Streams) {
        let order = RunOrder {
            new_network: false,
            ..order.without_files()
        };
        // Whoever finds none makes one, and tells what is in the way.
        let running = self.start(&order, streams, true).ok();
        self.ahead = running.map(|running| Ahead { order, running });
    }

    /// Gives up a place that no run will come to; returns when it is gone.
    pub(super) fn give_up_place(&mut self) {
        if let Some(ahead) = self.ahead.take() {
            let first = ahead.running.leave();
            let _ = waitid(WaitId::PidFd(first.as_fd()), WaitIdOptions::EXITED);
        }
    }
}

impl Running {
    /// Waits until the place is ready, and writes the files of a run into it; returns its walls.
    fn open_for(&mut self, order: &RunOrder) -> Option<Vec<OwnedFd>> {
        let mut walls = self.wait_for_walls()?;
        furnish(&walls.pop()?, order).ok()?;
        Some(walls)
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

impl RunOrder {
    /// Says whether the place of one order does for another: only scripts and interpreters differ.
    fn shares_place(&self, other: &Self) -> bool {
        !other.new_network
            && self.folder == other.folder
            && self.writable == other.writable
            && self.limits.disk == other.limits.disk
            && self.limits.memory == other.limits.memory
            && self.pids_before == other.pids_before
            && self.cpus == other.cpus
    }
}

/// Writes the files of a run into its folder, as the user that examples are.
fn furnish(folder: &OwnedFd, order: &RunOrder) -> io::Result<()> {
    rustix::process::fchdir(folder)?;
    let written = as_example(|| write_files(order));
    std::env::set_current_dir("/")?;
    written
}
