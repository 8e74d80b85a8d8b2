//! Places for children of warm interpreters: the namespaces and the root of a run. One is made before its
//! run is known, while another runs, for a run like it.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::PathBuf;

use rustix::fs::{Mode, OFlags};
use rustix::process::{WaitId, WaitIdOptions, waitid};

use super::super::order::{Layer, Missing, RunOrder};
use super::example::write_files;
use super::init::{as_example, stand};
use super::rules::Rules;
use super::watch::Sight;
use super::{Launcher, Running};

/// A place without a run.
pub(super) struct Ahead {
    /// The order that it would do for, but for the files.
    order: RunOrder,
    place: Place,
}

/// A place for a child of a warm interpreter.
pub(super) struct Place {
    /// Its first process, which only waits.
    pub running: Running,
    /// What the child enters: its Landlock rules, and its namespaces.
    pub walls: Vec<OwnedFd>,
    /// Where the files of its run go.
    folder: OwnedFd,
}

impl Launcher {
    /// Returns a place with the files of a run: the one that was made ahead, if it does for it, or a new one.
    pub(super) fn place(&mut self, order: &RunOrder) -> Option<Place> {
        let mut place = match self.take_ahead(order) {
            Some(place) => place,
            // What is in the way is told by the run that is started anew.
            None => self.make_place(order).ok()?,
        };
        if furnish(&place.folder, order).is_err() {
            self.leaving.push(place.running.leave());
            return None;
        }
        place.running.begin(order);
        Some(place)
    }

    fn take_ahead(&mut self, order: &RunOrder) -> Option<Place> {
        let ahead = self.ahead.take()?;
        if ahead.order.shares_place(order) {
            return Some(ahead.place);
        }
        self.leaving.push(ahead.place.running.leave());
        None
    }

    /// Makes a place for a run like this one, which goes on meanwhile.
    pub(super) fn make_ahead(&mut self, order: &RunOrder) {
        let order = RunOrder {
            new_network: false,
            ..order.without_files()
        };
        let place = self.make_place(&order).ok();
        self.ahead = place.map(|place| Ahead { order, place });
    }

    fn make_place(&self, order: &RunOrder) -> Result<Place, Missing> {
        let failed = |error| Missing::new(Layer::Processes, "making a place for a run", &error);
        let (Some(base), Some((home, idling))) = (&self.base, &self.away) else {
            return Err(failed(io::Error::from_raw_os_error(libc::ENOSYS)));
        };
        home.away(|| {
            let (sight, (first, processes)) = stand(base, order, || idling.start())?;
            let walls = || {
                let [mounts, objects, names] = home.current()?;
                let rules = rules(order)?;
                Ok(vec![
                    rules,
                    processes,
                    mounts,
                    objects,
                    names,
                    home.network()?,
                ])
            };
            let walls = walls().map_err(failed)?;
            let flags = OFlags::PATH | OFlags::CLOEXEC;
            let folder = rustix::fs::open(".", flags, Mode::empty());
            let folder = folder.map_err(|error| failed(error.into()))?;
            let mut running = Running::new(first.pid, first.keep(), order);
            running.sight = Sight::new(sight);
            Ok(Place {
                running,
                walls,
                folder,
            })
        })
    }

    /// Gives up a place that no run will come to; returns when it is gone.
    pub(super) fn give_up_place(&mut self) {
        if let Some(ahead) = self.ahead.take() {
            let first = ahead.place.running.leave();
            let _ = waitid(WaitId::PidFd(first.as_fd()), WaitIdOptions::EXITED);
        }
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

/// The Landlock rules for a run, in whose root this process is.
fn rules(order: &RunOrder) -> io::Result<OwnedFd> {
    let rules = Rules {
        readable: &[PathBuf::from("/")],
        writable: &order.writable,
    };
    let descriptor = rules.descriptor().map_err(io::Error::other)?;
    descriptor.ok_or_else(|| io::Error::from_raw_os_error(libc::ENOSYS))
}

/// Writes the files of a run into its folder, as the user that examples are.
fn furnish(folder: &OwnedFd, order: &RunOrder) -> io::Result<()> {
    rustix::process::fchdir(folder)?;
    let written = as_example(|| write_files(order));
    std::env::set_current_dir("/")?;
    written
}
