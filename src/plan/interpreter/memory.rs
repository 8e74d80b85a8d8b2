//! What interpreters said of themselves last time, kept in the user's cache folder.
//!
//! An answer holds as long as the path leads to the same file of the same size and time. Failures
//! are not kept: a hang or a crash may have been the machine's.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::places::is_environment;
use super::probe::{Probed, stamp};
use super::{Misfit, MisfitKind};

/// Changes whenever the probe or the form of the file does.
const FORMAT: u32 = 2;

/// Answers by path.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Memory {
    format: u32,
    answers: BTreeMap<PathBuf, Answer>,
    #[serde(skip)]
    changed: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Answer {
    /// What the file was when it was asked.
    stamp: String,
    answer: Result<Probed, Misfit>,
}

impl Memory {
    /// Reads what was kept; whatever cannot be read is forgotten.
    pub(super) fn read(cache: Option<&Path>) -> Self {
        let text = cache.and_then(|cache| std::fs::read_to_string(file(cache)).ok());
        let memory = text.and_then(|text| serde_json::from_str::<Self>(&text).ok());
        memory
            .filter(|memory| memory.format == FORMAT)
            .unwrap_or_default()
    }

    /// Returns what the program at `path` said, if it is still the same.
    pub(super) fn recall(&self, path: &Path) -> Option<Result<Probed, Misfit>> {
        let known = self.answers.get(path)?;
        let same = current_stamp(path).is_some_and(|stamp| stamp == known.stamp);
        same.then(|| known.answer.clone())
    }

    /// Keeps an answer.
    pub(super) fn keep(&mut self, path: &Path, answer: &Result<Probed, Misfit>) {
        let failed = |misfit: &Misfit| misfit.kind == MisfitKind::Broken;
        let Some(stamp) = current_stamp(path) else {
            return;
        };
        if answer.as_ref().is_err_and(failed) {
            return;
        }
        let answer = answer.clone();
        self.answers
            .insert(path.to_owned(), Answer { stamp, answer });
        self.changed = true;
    }

    /// Writes what is new by temporary file and rename. Without a cache folder all goes on as well, more slowly.
    pub(super) fn write(mut self, cache: Option<&Path>) {
        if !self.changed {
            return;
        }
        self.format = FORMAT;
        self.answers.retain(|path, _| path.exists());
        if let Some(cache) = cache {
            let _ = self.write_to(cache);
        }
    }

    fn write_to(&self, cache: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(cache)?;
        let mut temporary = tempfile::NamedTempFile::new_in(cache)?;
        serde_json::to_writer(&mut temporary, self)?;
        temporary.flush()?;
        temporary.persist(file(cache))?;
        Ok(())
    }
}

fn file(cache: &Path) -> PathBuf {
    cache.join("interpreters.json")
}

/// Returns what changes when a path leads elsewhere, the file changes, or its environment does.
fn current_stamp(path: &Path) -> Option<String> {
    let real = path.canonicalize().ok()?;
    let mut text = format!("{} {}", real.display(), stamp(&real)?);
    if is_environment(path) {
        let settings = path.parent()?.parent()?.join("pyvenv.cfg");
        text.extend([" ", &stamp(&settings)?]);
    }
    Some(text)
}
