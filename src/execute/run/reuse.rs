//! What the cache says of a list of runs, before any of them is made.

use std::sync::Arc;

use crate::execute::RunRecord;
use crate::execute::cache::{Answer, Cache, Explanation};
use crate::plan::PlannedRun;
use crate::problem::Problem;

use super::{Listen, Reuse, RunEvent, RunOptions, Trust};

/// Fewer runs than these are looked up by one thread.
const BATCH: usize = 64;

/// How long a run is thought to take, of which nothing is known: longer than most.
pub(super) const UNKNOWN_MS: u64 = 100;

/// Runs with what was kept of each; without a cache nothing was.
pub(super) struct Desk<'a> {
    runs: &'a [Arc<PlannedRun>],
    cache: Option<&'a Cache>,
    reuse: Reuse,
    answers: Vec<Answer>,
}

impl<'a> Desk<'a> {
    /// Looks up every run, several at a time.
    pub(super) fn look_up(runs: &'a [Arc<PlannedRun>], options: &'a RunOptions) -> Self {
        let cache = options.cache.as_deref();
        let answer = |run: &Arc<PlannedRun>, cache: &Cache| match options.reuse {
            Reuse::Kept => cache.look_up(run, options.sandbox),
            Reuse::Nothing(why) => cache.pass_by(run, options.sandbox, why),
        };
        let answers = cache.map_or_else(Vec::new, |cache| {
            in_parallel(runs, &|run| answer(run, cache))
        });
        Self {
            runs,
            cache,
            reuse: options.reuse,
            answers,
        }
    }

    /// Tells of every run, and of the results that were found; returns the places of those that are still to
    /// be made, and whether in a new process since what was found is doubted.
    pub(super) fn found(&mut self, listen: Listen<'_>) -> Result<Vec<(usize, bool)>, Problem> {
        let mut open = Vec::new();
        let nothing_kept = Explanation::Everything(match self.reuse {
            Reuse::Kept => "there is no cache folder",
            Reuse::Nothing(why) => why,
        });
        for index in 0..self.runs.len() {
            let answer = self.answers.get_mut(index);
            let record = answer.and_then(|answer| answer.record.take());
            let answer = self.answers.get(index);
            let explanation = answer.map_or(&nothing_kept, |answer| &answer.explanation);
            listen(RunEvent::Explained(index, explanation))?;
            let Some(record) = record else {
                open.push((index, false));
                continue;
            };
            if let Trust::Doubted(why) = listen(RunEvent::Finished(index, &record))? {
                listen(RunEvent::Explained(index, &Explanation::Everything(why)))?;
                open.push((index, true));
            }
        }
        Ok(open)
    }

    /// Returns how long the run at `index` took last time, or may take.
    pub(super) fn duration_ms(&self, index: usize) -> u64 {
        let past = self
            .answers
            .get(index)
            .and_then(|answer| answer.past.as_ref());
        past.map_or(UNKNOWN_MS, |past| past.duration_ms)
    }

    /// Keeps the result of the run at `index`.
    pub(super) fn keep(&self, index: usize, record: &RunRecord) {
        if let Some(cache) = self.cache {
            cache.keep(&self.runs[index], &self.answers[index], record);
        }
    }
}

/// Maps a list with all CPUs.
fn in_parallel<T: Sync, U: Send>(items: &[T], map: &(dyn Fn(&T) -> U + Sync)) -> Vec<U> {
    let cpus = std::thread::available_parallelism().map_or(1, usize::from);
    let size = items.len().div_ceil(cpus).max(BATCH);
    if items.len() <= size {
        return items.iter().map(map).collect();
    }
    std::thread::scope(|scope| {
        let parts: Vec<_> = items
            .chunks(size)
            .map(|part| scope.spawn(move || part.iter().map(map).collect::<Vec<U>>()))
            .collect();
        let join = |part: std::thread::ScopedJoinHandle<'_, Vec<U>>| {
            part.join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        parts.into_iter().flat_map(join).collect()
    })
}
