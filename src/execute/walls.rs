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

/// How well a run fits what is idle now, from worst to best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// Only slots at work are warm for it.
    Elsewhere,
    /// No slot is warm for it, or none has to be.
    Anywhere,
    /// An idle slot is warm for it.
    Ready,
}

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

    /// Says how well it would fit to make a run of a group now.
    pub(super) fn fit(&self, group: Option<usize>) -> Fit {
        match self {
            Self::Open(_) => Fit::Anywhere,
            #[cfg(target_os = "linux")]
            Self::Closed(closed) => closed.fit(group),
        }
    }

    /// Runs one example behind them; `group` is that of the runs that are forked from one warm interpreter.
    pub(super) async fn run(
        &self,
        run: &PlannedRun,
        (beginning, group): (&Beginning, Option<usize>),
        load: &Load,
    ) -> RunRecord {
        let mut record = match self {
            Self::Open(site) => open::run(run, site).await,
            #[cfg(target_os = "linux")]
            Self::Closed(closed) => closed.run(run, (beginning, group), load).await,
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
    use std::path::Path;
    use std::sync::{Arc, Mutex};

    use crate::plan::PlannedRun;
    use crate::problem::Problem;

    use super::super::load::Load;
    use super::super::place::Site;
    use super::super::sandbox::order::SlotOrder;
    use super::super::sandbox::slot::Slot;
    use super::super::sandbox::{Level, raise};
    use super::super::shelf::{Kept, Purpose, Shelf};
    use super::super::start::Beginning;
    use super::super::{Ending, RunRecord, outcome, walled};
    use super::Fit;

    /// Interpreters of which each job may have a slot of its own; more of them share slots.
    const MOST_INTERPRETERS: usize = 4;

    pub(crate) struct Closed {
        order: SlotOrder,
        /// Folders for runs that have no root of their own.
        site: Option<Site>,
        /// Idle slots with the interpreters that each keeps warm.
        idle: Mutex<Shelf<Slot>>,
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
            let interpreters: BTreeSet<&Path> =
                runs.iter().map(|run| &*run.interpreter.path).collect();
            let mut shelf = Shelf::new(jobs * interpreters.len().min(MOST_INTERPRETERS));
            if let Some(first) = runs.first() {
                shelf.expect();
                shelf.put(Kept::new(slot), purpose(first, None));
            }
            Ok(Self {
                order,
                site,
                idle: Mutex::new(shelf),
            })
        }

        pub(crate) fn fit(&self, group: Option<usize>) -> Fit {
            self.slots().fit(group)
        }

        pub(crate) async fn run(
            &self,
            run: &PlannedRun,
            (beginning, group): (&Beginning, Option<usize>),
            load: &Load,
        ) -> RunRecord {
            match self.try_run(run, (beginning, group), load).await {
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
            (beginning, group): (&Beginning, Option<usize>),
            load: &Load,
        ) -> io::Result<RunRecord> {
            let idle = self.slots().take(purpose(run, group));
            let mut kept = match idle {
                Some(kept) => kept,
                None => Kept::new(Slot::start(&self.order).await?),
            };
            let folder = &run.surroundings.folder;
            let place = self
                .site
                .as_ref()
                .map(|site| site.place(folder))
                .transpose()?;
            let slot = &mut kept.thing;
            let record = walled::run(run, (beginning, load), slot, place.as_ref()).await?;
            self.slots().put(kept, purpose(run, group));
            Ok(record)
        }

        pub(crate) async fn lower(&self) {
            let idle = self.slots().empty();
            for slot in idle {
                slot.stop().await;
            }
        }

        fn slots(&self) -> std::sync::MutexGuard<'_, Shelf<Slot>> {
            self.idle
                .lock()
                .expect("no thread panics while it holds the list")
        }
    }

    fn purpose(run: &PlannedRun, group: Option<usize>) -> Purpose<'_> {
        Purpose {
            interpreter: &run.interpreter.path,
            group,
        }
    }
}
