//! Results of runs, kept by what they depend on; and what is remembered of the last runs.
//!
//! In the user's cache folder: `runs/` and `analyses/` hold content-addressed files (see [`store`]) that
//! may be shared between machines; `history/` says how long examples took, and what changed since.
//! Whatever is damaged, missing or cannot be written costs a run, never a verdict.

mod explanation;
mod history;
pub(super) mod installed;
mod key;
mod size;
mod store;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

use crate::discover::Start;
use crate::plan::{Interpreter, PlannedRun, Surroundings};

use super::sandbox::Level;
use super::{Ending, RunRecord};

pub use explanation::Explanation;
use history::History;
pub(super) use history::Past;
use key::{Key, Keys};
pub use size::Usage;
use store::{Found, Store};

/// How many bytes of results and answers are kept.
const LIMIT: u64 = 512 << 20;

/// The signal that the system itself ends a process with when it runs out of memory.
const SIGKILL: i32 = 9;

/// The cache of one user, seen from one project.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    scope: PathBuf,
    limit: u64,
    runs: Store,
    analyses: Store,
    keys: Keys,
    history: Mutex<History>,
    added: AtomicU64,
}

/// What the cache says of one run.
#[derive(Debug)]
pub(super) struct Answer {
    key: Key,
    /// Its result, if it was kept.
    pub(super) record: Option<Box<RunRecord>>,
    /// Why there is none, or that there is one.
    pub(super) explanation: Explanation,
    /// Its last run, where the result is missing.
    pub(super) past: Option<Past>,
}

impl Cache {
    /// Returns the cache in fencepost's cache folder, for the project at `scope`. Nothing is made yet.
    #[must_use]
    pub fn new(folder: &Path, scope: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            scope: scope.to_owned(),
            limit: LIMIT,
            runs: Store::new(folder.join("runs")),
            analyses: Store::new(folder.join("analyses")),
            keys: Keys::default(),
            history: Mutex::new(History::new(folder.join("history"))),
            added: AtomicU64::new(0),
        }
    }

    /// Returns how many bytes it may take.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Returns the folders that it consists of.
    #[must_use]
    pub fn folders(&self) -> [PathBuf; 3] {
        [
            self.runs.root().to_owned(),
            self.analyses.root().to_owned(),
            self.folder.join("history"),
        ]
    }

    /// Counts what is kept.
    #[must_use]
    pub fn usage(&self) -> Usage {
        size::usage(&[self.runs.root(), self.analyses.root()])
    }

    /// Removes everything that is kept; returns what that was.
    ///
    /// # Errors
    ///
    /// The first folder that cannot be removed.
    pub fn clear(&self) -> std::io::Result<Usage> {
        let usage = self.usage();
        for folder in self.folders() {
            match fs::remove_dir_all(folder) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => (),
            }
        }
        let _ = fs::remove_file(self.total_file());
        Ok(usage)
    }

    /// Looks for the result of a run behind the walls of `level`.
    pub(super) fn look_up(&self, run: &PlannedRun, level: Level) -> Answer {
        let key = self.keys.of(run, level);
        let (record, explanation) = match self.runs.read(&key.whole) {
            Found::Whole(content) => match understand(&content, run) {
                Some(record) if is_wanted(&record, run) => (Some(record), Explanation::Reused),
                Some(_) => (None, Explanation::Forked),
                None => (None, Explanation::Damaged),
            },
            Found::Damaged => (None, Explanation::Damaged),
            Found::Missing => (None, Explanation::New),
        };
        self.explained(key, record, explanation, run)
    }

    /// Passes a run by, for a reason that holds for everything.
    pub(super) fn pass_by(&self, run: &PlannedRun, level: Level, why: &'static str) -> Answer {
        let key = self.keys.of(run, level);
        self.explained(key, None, Explanation::Everything(why), run)
    }

    fn explained(
        &self,
        key: Key,
        record: Option<RunRecord>,
        mut explanation: Explanation,
        run: &PlannedRun,
    ) -> Answer {
        let mut past = None;
        if record.is_none() {
            past = self.history().of(key::name(&self.scope, run)).cloned();
            if explanation == Explanation::New {
                explanation = Explanation::of_missing(&key, past.as_ref());
            }
        }
        Answer {
            key,
            record: record.map(Box::new),
            explanation,
            past,
        }
    }

    /// Keeps the result of a run that was looked up, if it is one that would be the same again.
    pub(super) fn keep(&self, run: &PlannedRun, answer: &Answer, record: &RunRecord) {
        if record.surroundings != Surroundings::default() {
            return;
        }
        let is_kept = is_final(&record.ending) && self.write(&answer.key, record);
        let past = Past::of(record, answer.key.parts, is_kept);
        self.history().remember(key::name(&self.scope, run), past);
    }

    fn write(&self, key: &Key, record: &RunRecord) -> bool {
        let content = serde_json::to_vec(&RunRecord {
            id: String::new(),
            ..record.clone()
        });
        content.is_ok_and(|content| self.add(&self.runs, &key.whole, &content))
    }

    fn add(&self, store: &Store, key: &blake3::Hash, content: &[u8]) -> bool {
        let written = store.write(key, content);
        if let Ok(bytes) = written {
            self.added.fetch_add(bytes, Ordering::Relaxed);
        }
        written.is_ok()
    }

    /// Returns what an interpreter answered to a question about code, as it was kept.
    pub(super) fn recall(
        &self,
        interpreter: &Interpreter,
        script: &str,
        codes: &[&str],
    ) -> Option<Vec<u8>> {
        match self
            .analyses
            .read(&key::of_question(interpreter, script, codes))
        {
            Found::Whole(content) => Some(content),
            Found::Missing | Found::Damaged => None,
        }
    }

    /// Keeps what an interpreter answered to a question about code.
    pub(super) fn note(
        &self,
        interpreter: &Interpreter,
        script: &str,
        codes: &[&str],
        answer: &[u8],
    ) {
        let key = key::of_question(interpreter, script, codes);
        self.add(&self.analyses, &key, answer);
    }

    /// Writes the history, and removes what was longest not used if there is too much by now.
    pub(super) fn close(&self) {
        // A cache that cannot be written helps nobody and hurts nobody.
        let _ = self.history().write();
        let added = self.added.swap(0, Ordering::Relaxed);
        if added == 0 {
            return;
        }
        let roots = [self.runs.root(), self.analyses.root()];
        let known = fs::read_to_string(self.total_file());
        let known = known.ok().and_then(|text| text.trim().parse::<u64>().ok());
        let mut total = match known {
            Some(total) => total.saturating_add(added),
            None => size::usage(&roots).bytes,
        };
        if total > self.limit {
            total = size::evict(&roots, self.limit / 10 * 9).bytes;
        }
        let _ = fs::write(self.total_file(), total.to_string());
    }

    /// What all entries took when they were last counted, and what was written since.
    fn total_file(&self) -> PathBuf {
        self.folder.join("cache-size")
    }

    fn history(&self) -> MutexGuard<'_, History> {
        self.history
            .lock()
            .expect("no thread panics while it holds the history")
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        self.close();
    }
}

/// Reads a record that was kept, and gives it to the run that asks.
fn understand(content: &[u8], run: &PlannedRun) -> Option<RunRecord> {
    let record: RunRecord = serde_json::from_slice(content).ok()?;
    Some(RunRecord {
        id: run.id.clone(),
        cached: true,
        ..record
    })
}

/// Says whether a record is of a process that began as the run asks.
fn is_wanted(record: &RunRecord, run: &PlannedRun) -> bool {
    run.start != Some(Start::Spawn) || record.start == Start::Spawn
}

/// Says whether a process ended by itself, and so would end again. One that was stopped at a limit
/// depends on the machine; SIGKILL may have been the system's, short of memory.
fn is_final(ending: &Ending) -> bool {
    match ending {
        Ending::Exited { .. } => true,
        Ending::Signal { number, .. } => *number != SIGKILL,
        Ending::TimedOut { .. }
        | Ending::TooMuchOutput { .. }
        | Ending::OutOfMemory { .. }
        | Ending::Limit { .. }
        | Ending::CouldNotStart { .. } => false,
    }
}

#[cfg(all(test, unix))]
mod tests;
