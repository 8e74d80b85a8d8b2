//! The walls that a list of runs has, and the slots that stand ready behind them.

use std::sync::Arc;

use crate::discover::Start;
use crate::plan::PlannedRun;
use crate::problem::Problem;

use super::load::Load;
use super::place::Site;
use super::sandbox::Level;
use super::start::Beginning;
use super::{RunRecord, open};

/// What stands between runs and the machine.
pub(super) enum Walls {
    /// Nothing but folders of their own.
    Open(Site),
    /// A sandbox.
    #[cfg(target_os = "linux")]
    Closed(closed::Closed),
}

impl Walls {
    /// Raises the walls of a level for these runs, so many at once.
    pub(super) async fn raise(
        level: Level,
        runs: &[Arc<PlannedRun>],
        jobs: usize,
    ) -> Result<Self, Problem> {
        match level {
            Level::Off => Ok(Self::Open(Site::new()?)),
            #[cfg(target_os = "linux")]
            Level::Reduced | Level::Full => Ok(Self::Closed(
                closed::Closed::raise(level, runs, jobs).await?,
            )),
            #[cfg(not(target_os = "linux"))]
            Level::Reduced | Level::Full => {
                let _ = (runs, jobs);
                Err(super::sandbox::not_supported())
            }
        }
    }

    /// Runs one example behind them.
    pub(super) async fn run(
        &self,
        run: &PlannedRun,
        beginning: &Beginning,
        load: &Load,
    ) -> RunRecord {
        let mut record = match self {
            Self::Open(site) => open::run(run, site).await,
            #[cfg(target_os = "linux")]
            Self::Closed(closed) => closed.run(run, beginning, load).await,
        };
        if record.start == Start::Spawn {
            record.spawned_because = Some(match beginning {
                Beginning::Spawn(reason) => (*reason).to_owned(),
                Beginning::Fork(_) => "the interpreter cannot be kept warm".to_owned(),
            });
        }
        record
    }

    /// Says whether runs are watched from outside, so that sleepers are known.
    pub(super) fn see_sleepers(&self) -> bool {
        !matches!(self, Self::Open(_))
    }

    /// Ends what stands ready.
    pub(super) async fn lower(&self) {
        match self {
            Self::Open(_) => (),
            #[cfg(target_os = "linux")]
            Self::Closed(closed) => closed.lower().await,
        }
    }
}

#[cfg(target_os = "linux")]
mod closed {
    //! Slots: idle ones wait to be taken; one that failed is replaced by a new one.

    use std::collections::BTreeSet;
    use std::io;
    use std::path::{Path, PathBuf};
    use std::sync::{Arc, Mutex};

    use crate::plan::PlannedRun;
    use crate::problem::Problem;

    use super::super::load::Load;
    use super::super::place::Site;
    use super::super::sandbox::order::SlotOrder;
    use super::super::sandbox::slot::Slot;
    use super::super::sandbox::{Level, raise};
    use super::super::shelf::Shelf;
    use super::super::start::Beginning;
    use super::super::{Ending, RunRecord, outcome, walled};

    /// Interpreters of which each job may have a slot of its own; more of them share slots.
    const MOST_INTERPRETERS: usize = 4;

    pub(crate) struct Closed {
        order: SlotOrder,
        /// Folders for runs that have no root of their own.
        site: Option<Site>,
        /// Idle slots by the interpreter that each keeps warm.
        idle: Mutex<Shelf<PathBuf, Slot>>,
    }

    impl Closed {
        pub(crate) async fn raise(
            level: Level,
            runs: &[Arc<PlannedRun>],
            jobs: usize,
        ) -> Result<Self, Problem> {
            let order = SlotOrder {
                level,
                readable: walled::readable(runs),
            };
            let program = runs.first().map(|run| walled::program_inside(run));
            let program = program.unwrap_or_default();
            let slot = raise(&order, &program.to_string_lossy()).await?;
            let site = (!slot.ready.namespaces).then(Site::new).transpose()?;
            let interpreters: BTreeSet<&Path> = runs.iter().map(|run| interpreter(run)).collect();
            let mut shelf = Shelf::new(jobs * interpreters.len().min(MOST_INTERPRETERS));
            if let Some(first) = runs.first() {
                shelf.expect();
                shelf.put(interpreter(first).to_owned(), slot);
            }
            Ok(Self {
                order,
                site,
                idle: Mutex::new(shelf),
            })
        }

        pub(crate) async fn run(
            &self,
            run: &PlannedRun,
            beginning: &Beginning,
            load: &Load,
        ) -> RunRecord {
            match self.try_run(run, beginning, load).await {
                Ok(record) => record,
                Err(error) => {
                    self.slots().lose();
                    let mut record = outcome::blank(run);
                    record.ending = Ending::CouldNotStart {
                        reason: error.to_string(),
                    };
                    record
                }
            }
        }

        async fn try_run(
            &self,
            run: &PlannedRun,
            beginning: &Beginning,
            load: &Load,
        ) -> io::Result<RunRecord> {
            let idle = self.slots().take(interpreter(run));
            let mut slot = match idle {
                Some(slot) => slot,
                None => Slot::start(&self.order).await?,
            };
            let folder = &run.surroundings.folder;
            let place = self
                .site
                .as_ref()
                .map(|site| site.place(folder))
                .transpose()?;
            let record = walled::run(run, (beginning, load), &mut slot, place.as_ref()).await?;
            self.slots().put(interpreter(run).to_owned(), slot);
            Ok(record)
        }

        pub(crate) async fn lower(&self) {
            let idle = self.slots().empty();
            for slot in idle {
                slot.stop().await;
            }
        }

        fn slots(&self) -> std::sync::MutexGuard<'_, Shelf<PathBuf, Slot>> {
            self.idle
                .lock()
                .expect("no thread panics while it holds the list")
        }
    }

    fn interpreter(run: &PlannedRun) -> &Path {
        &run.interpreter.path
    }
}
