//! Runs a list of planned runs, several at a time, and keeps their order.

mod reuse;

use std::sync::{Arc, Mutex};

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::plan::PlannedRun;
use crate::problem::Problem;

use super::cache::{Cache, Explanation};
use super::load::Loads;
use super::sandbox::Level;
use super::start::{self, Beginning};
use super::walls::Walls;
use super::{RunRecord, interrupt};
use reuse::Desk;

/// What happens while runs go on.
#[derive(Debug, Clone)]
pub enum RunEvent<'a> {
    /// The run with this index began.
    Started(usize),
    /// The run with this index ended, or its kept result was used.
    Finished(usize, &'a RunRecord),
    /// Why the run with this index is made, or that it is not; comes before anything begins.
    Explained(usize, &'a Explanation),
}

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

/// Runs everything, in the best order it finds, and returns records in the order of `runs`.
///
/// `event` is called from this thread alone. SIGINT and SIGTERM end every child, remove every
/// temporary folder and return a problem of class `Interrupted`.
///
/// # Errors
///
/// What kept fencepost itself from working: no temporary folder, no process left, interrupted.
/// An example that cannot start is a record, not an error.
pub fn run_all(
    runs: &[PlannedRun],
    options: &RunOptions,
    event: &mut dyn FnMut(RunEvent<'_>),
) -> Result<Vec<RunRecord>, Problem> {
    let mut desk = Desk::look_up(runs, options);
    let mut records = desk.found(event);
    let mut open: Vec<usize> = (0..runs.len())
        .filter(|index| records[*index].is_none())
        .collect();
    open.sort_by_key(|index| std::cmp::Reverse(desk.duration_ms(*index)));
    let rest: Vec<PlannedRun> = open.iter().map(|index| runs[*index].clone()).collect();
    let mut tell = |told: RunEvent<'_>| match told {
        RunEvent::Started(number) => event(RunEvent::Started(open[number])),
        RunEvent::Finished(number, record) => {
            desk.keep(open[number], record);
            event(RunEvent::Finished(open[number], record));
        }
        RunEvent::Explained(..) => (),
    };
    for (index, record) in open.iter().zip(run_open(rest, options, &mut tell)?) {
        records[*index] = Some(record);
    }
    let missing = || Problem::bug("a run has no record");
    records
        .into_iter()
        .map(|record| record.ok_or_else(missing))
        .collect()
}

/// Makes every run of a list.
fn run_open(
    runs: Vec<PlannedRun>,
    options: &RunOptions,
    event: &mut dyn FnMut(RunEvent<'_>),
) -> Result<Vec<RunRecord>, Problem> {
    if runs.is_empty() {
        return Ok(Vec::new());
    }
    let interrupt = interrupt::watch();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| no_runtime(&error))?;
    runtime.block_on(async {
        let mut stopped = interrupt.clone();
        let raised = tokio::select! {
            biased;
            _ = stopped.wait_for(|interrupted| *interrupted) => return Err(interrupt::problem()),
            raised = Walls::raise(options.sandbox, &runs) => raised?,
        };
        let work = Arc::new(Work {
            beginnings: start::decide(&runs, options.sandbox),
            runs,
            walls: raised,
        });
        let answer = schedule(&work, options.jobs.max(1), interrupt, event).await;
        work.walls.lower().await;
        answer
    })
}

fn no_runtime(error: &std::io::Error) -> Problem {
    Problem::blocked("no-runtime", "cannot start threads to run examples with")
        .because(error.to_string())
        .hint("close some programs, or raise the limits on processes and open files")
}

/// What all workers share.
struct Work {
    runs: Vec<PlannedRun>,
    /// How each of them begins.
    beginnings: Vec<Beginning>,
    walls: Walls,
}

/// What a worker tells the scheduler.
enum News {
    Started(usize),
    Finished(usize, Box<RunRecord>),
}

/// Runs everything in two waves: what may stand beside others, then what must be alone.
async fn schedule(
    work: &Arc<Work>,
    jobs: usize,
    mut interrupt: watch::Receiver<bool>,
    event: &mut dyn FnMut(RunEvent<'_>),
) -> Result<Vec<RunRecord>, Problem> {
    let (alone, together): (Vec<usize>, Vec<usize>) =
        (0..work.runs.len()).partition(|index| work.runs[*index].alone);
    let mut records: Vec<Option<RunRecord>> = work.runs.iter().map(|_| None).collect();
    let overlaps = work.walls.see_sleepers();
    for (order, jobs, overlaps) in [(together, jobs, overlaps), (alone, 1, false)] {
        let of_order: Vec<&PlannedRun> = order.iter().map(|index| &work.runs[*index]).collect();
        let loads = Loads::new(jobs, &of_order, overlaps);
        let mut workers = JoinSet::new();
        let mut news = send_out(&mut workers, work, order, loads);
        loop {
            tokio::select! {
                biased;
                _ = interrupt.wait_for(|interrupted| *interrupted) => {
                    workers.shutdown().await;
                    return Err(interrupt::problem());
                }
                item = news.recv() => match item {
                    Some(News::Started(index)) => event(RunEvent::Started(index)),
                    Some(News::Finished(index, record)) => {
                        event(RunEvent::Finished(index, &record));
                        records[index] = Some(*record);
                    }
                    None => break,
                },
            }
        }
        while let Some(ended) = workers.join_next().await {
            ended.map_err(|error| Problem::bug(format!("a worker failed: {error}")))?;
        }
    }
    let missing = || Problem::bug("a run has no record");
    records
        .into_iter()
        .map(|record| record.ok_or_else(missing))
        .collect()
}

/// Starts workers that take runs from a common list until it is empty; their news ends when they do.
fn send_out(
    workers: &mut JoinSet<()>,
    work: &Arc<Work>,
    order: Vec<usize>,
    loads: Loads,
) -> mpsc::UnboundedReceiver<News> {
    let (sender, receiver) = mpsc::unbounded_channel();
    let count = loads.workers;
    let loads = Arc::new(loads);
    let list = Arc::new(Mutex::new(order.into_iter()));
    for _ in 0..count {
        let (work, list, sender) = (Arc::clone(work), Arc::clone(&list), sender.clone());
        let loads = Arc::clone(&loads);
        workers.spawn(async move {
            loop {
                let load = loads.take().await;
                let Some(index) = next(&list) else { break };
                let run = &work.runs[index];
                let memory = loads.take_memory(run).await;
                let _ = sender.send(News::Started(index));
                let record = work.walls.run(run, &work.beginnings[index], &load).await;
                drop((load, memory));
                let _ = sender.send(News::Finished(index, Box::new(record)));
            }
        });
    }
    receiver
}

fn next(list: &Mutex<std::vec::IntoIter<usize>>) -> Option<usize> {
    list.lock()
        .expect("no worker panics while it holds the list")
        .next()
}

#[cfg(all(test, unix))]
mod tests;
