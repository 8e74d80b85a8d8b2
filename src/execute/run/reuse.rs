//! What the cache says of a list of runs, before any of them is made.

use crate::execute::RunRecord;
use crate::execute::cache::{Answer, Cache, Explanation};
use crate::plan::PlannedRun;

use super::{Reuse, RunEvent, RunOptions};

/// Fewer runs than these are looked up by one thread.
const BATCH: usize = 64;

/// How long a run is thought to take, of which nothing is known: longer than most.
const UNKNOWN_MS: u64 = 100;

/// Runs with what was kept of each; without a cache nothing was.
pub(super) struct Desk<'a> {
    runs: &'a [PlannedRun],
    cache: Option<&'a Cache>,
    reuse: Reuse,
    answers: Vec<Answer>,
}

impl<'a> Desk<'a> {
    /// Looks up every run, several at a time.
    pub(super) fn look_up(runs: &'a [PlannedRun], options: &'a RunOptions) -> Self {
        let cache = options.cache.as_deref();
        let answer = |run: &PlannedRun, cache: &Cache| match options.reuse {
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

    /// Takes out the results that were found, at their places, and tells of each.
    pub(super) fn found(&mut self, event: &mut dyn FnMut(RunEvent<'_>)) -> Vec<Option<RunRecord>> {
        let mut records: Vec<Option<RunRecord>> = self.runs.iter().map(|_| None).collect();
        for (index, answer) in self.answers.iter_mut().enumerate() {
            event(RunEvent::Explained(index, &answer.explanation));
            records[index] = answer.record.take();
            if let Some(record) = &records[index] {
                event(RunEvent::Finished(index, record));
            }
        }
        if self.cache.is_none() {
            let explanation = Explanation::Everything(match self.reuse {
                Reuse::Kept => "there is no cache folder",
                Reuse::Nothing(why) => why,
            });
            (0..self.runs.len()).for_each(|index| event(RunEvent::Explained(index, &explanation)));
        }
        records
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
