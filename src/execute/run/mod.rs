//! Runs a list of planned runs, several at a time, and hands over each record when its run has ended.

mod crew;
mod queue;
mod reuse;

use std::sync::Arc;

use crate::plan::PlannedRun;
use crate::problem::Problem;

use super::cache::{Cache, Explanation};
use super::sandbox::Level;
use super::surroundings::Busy;
use super::walls::Walls;
use super::{RunRecord, interrupt, start};
use crew::{Crew, News, Turn};
use queue::Groups;
use reuse::{Desk, UNKNOWN_MS};

/// What happens while runs go on.
#[derive(Debug, Clone, Copy)]
pub enum RunEvent<'a> {
    /// The run with this index began.
    Started(usize),
    /// The run with this index ended, or its kept result was used.
    Finished(usize, &'a RunRecord),
    /// Why the run with this index is made, or that it is not; comes before it begins.
    Explained(usize, &'a Explanation),
}

/// What is thought of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// It stands.
    Believed,
    /// The run is to be made again, in a new process, for this reason.
    Doubted(&'static str),
}

/// Hears of everything that happens; what it thinks matters where a run has finished.
pub type Listen<'a> = &'a mut dyn FnMut(RunEvent<'_>) -> Result<Trust, Problem>;

/// Whether kept results are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// Where they are.
    Kept,
    /// Everything runs, for this reason.
    Nothing(&'static str),
}

/// How to run.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// How many runs at once, at least 1.
    pub jobs: usize,
    /// The walls that were found to stand.
    pub sandbox: Level,
    /// Where results are kept; `None` keeps none.
    pub cache: Option<Arc<Cache>>,
    /// Whether those that are there are used.
    pub reuse: Reuse,
}

impl RunOptions {
    /// Returns options without a cache.
    #[must_use]
    pub fn new(jobs: usize, sandbox: Level) -> Self {
        Self {
            jobs,
            sandbox,
            cache: None,
            reuse: Reuse::Kept,
        }
    }
}

/// Runs everything as [`run_each`] does, and returns records in the order of `runs`.
///
/// # Errors
///
/// As [`run_each`].
pub fn run_all<R: Into<Arc<PlannedRun>> + Clone>(
    runs: &[R],
    options: &RunOptions,
    event: &mut dyn FnMut(RunEvent<'_>),
) -> Result<Vec<RunRecord>, Problem> {
    let runs: Vec<Arc<PlannedRun>> = runs.iter().cloned().map(Into::into).collect();
    let mut records: Vec<Option<RunRecord>> = runs.iter().map(|_| None).collect();
    run_each(&runs, options, &mut |told| {
        if let RunEvent::Finished(index, record) = &told {
            records[*index] = Some(RunRecord::clone(record));
        }
        event(told);
        Ok(Trust::Believed)
    })?;
    let missing = || Problem::bug("a run has no record");
    records
        .into_iter()
        .map(|record| record.ok_or_else(missing))
        .collect()
}

/// Runs everything, in the best order it finds; a record that is doubted is followed by another of its run.
///
/// `listen` is called from this thread alone, and while it works other runs go on; only beside a run that
/// has to be alone there is nothing. SIGINT and SIGTERM end every child, remove every temporary folder and
/// return a problem of class `Interrupted`.
///
/// # Errors
///
/// What kept fencepost itself from working: no temporary folder, no process left, interrupted; and what
/// `listen` returns, after which nothing more runs. An example that cannot start is a record, not an error.
pub fn run_each(
    runs: &[Arc<PlannedRun>],
    options: &RunOptions,
    listen: Listen<'_>,
) -> Result<(), Problem> {
    let mut desk = Desk::look_up(runs, options);
    let mut open = desk.found(listen)?;
    if open.is_empty() {
        return Ok(());
    }
    // Of those that are over soon none has to be first: they keep their order.
    let duration_ms = |index: usize| Some(desk.duration_ms(index)).filter(|ms| *ms >= UNKNOWN_MS);
    open.sort_by_key(|(index, _)| std::cmp::Reverse(duration_ms(*index)));
    let interrupt = interrupt::watch();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| no_runtime(&error))?;
    let open_runs: Vec<Arc<PlannedRun>> = open
        .iter()
        .map(|(index, _)| Arc::clone(&runs[*index]))
        .collect();
    let mut stopped = interrupt.clone();
    let walls = runtime.block_on(async {
        tokio::select! {
            biased;
            _ = stopped.wait_for(|interrupted| *interrupted) => Err(interrupt::problem()),
            raised = Walls::raise(options.sandbox, &open_runs, options.jobs.max(1)) => raised,
        }
    })?;
    let beginnings = start::decide(&open_runs, options.sandbox);
    let turns = open.into_iter().zip(open_runs).zip(beginnings);
    let mut groups = Groups::default();
    let turns = turns.map(|(((index, again), run), beginning)| {
        let turn = Turn {
            index,
            group: groups.of(&run, &beginning),
            is_long: desk.duration_ms(index) > UNKNOWN_MS,
            run,
            beginning,
        };
        if again { turn.anew() } else { turn }
    });
    let mut crew = Crew::new(&runtime, walls, interrupt);
    let answer = make(&mut crew, turns.collect(), options, (&desk, listen));
    crew.dismiss();
    answer
}

/// Makes runs in waves: first what may stand beside others, then what a busy machine may, which would
/// slow down all others, then one by one what must be alone.
fn make(
    crew: &mut Crew<'_>,
    turns: Vec<Turn>,
    options: &RunOptions,
    (desk, listen): (&Desk<'_>, Listen<'_>),
) -> Result<(), Problem> {
    let (alone, together): (Vec<Turn>, Vec<Turn>) =
        turns.into_iter().partition(|turn| turn.run.alone);
    let (amid, together): (Vec<Turn>, Vec<Turn>) =
        (together.into_iter()).partition(|turn| turn.run.surroundings.busy);
    crew.send_out(together, options.jobs.max(1));
    hear(crew, desk, listen)?;
    if !amid.is_empty() {
        let _busy = Busy::start();
        crew.send_out(amid, options.jobs.max(1));
        hear(crew, desk, listen)?;
    }
    for turn in alone {
        let _busy = turn.run.surroundings.busy.then(Busy::start);
        crew.send_out(vec![turn], 1);
        hear(crew, desk, listen)?;
    }
    Ok(())
}

/// Hears what a crew has to tell until all its runs have ended; what is not believed is made again.
fn hear(crew: &mut Crew<'_>, desk: &Desk<'_>, listen: Listen<'_>) -> Result<(), Problem> {
    while let Some(news) = crew.news()? {
        let (turn, record) = match news {
            News::Started(index) => {
                listen(RunEvent::Started(index))?;
                continue;
            }
            News::Finished(turn, record) => (turn, record),
        };
        desk.keep(turn.index, &record);
        if let Trust::Doubted(why) = listen(RunEvent::Finished(turn.index, &record))? {
            let explanation = Explanation::Everything(why);
            listen(RunEvent::Explained(turn.index, &explanation))?;
            crew.send_after(turn.anew());
        }
    }
    Ok(())
}

fn no_runtime(error: &std::io::Error) -> Problem {
    Problem::blocked("no-runtime", "cannot start threads to run examples with")
        .because(error.to_string())
        .hint("close some programs, or raise the limits on processes and open files")
}

#[cfg(all(test, unix))]
mod tests;
