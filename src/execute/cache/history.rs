//! What is remembered of the last run of each example: how long it took, and what it depended on.
//!
//! Serves the order of runs and `--explain`, never a verdict: losing it costs nothing but time. Spread
//! over files by name, so that a small change reads and writes little.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::execute::{Ending, RunRecord};

use super::key::PARTS;
use super::store::make_private;

/// How many files there are; a power of two.
const FILES: u64 = 64;
/// Lines of one file; what was longest not written goes.
const LINES: usize = 4_000;
/// Changes whenever the form of a line does.
const FORM: &str = "1";

/// The last run of one example on one interpreter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::execute) struct Past {
    /// Wall-clock time in milliseconds.
    pub(in crate::execute) duration_ms: u64,
    /// CPU time in milliseconds.
    pub(in crate::execute) cpu_ms: Option<u64>,
    /// Why its result was not kept, if it was not: the ending's name.
    pub(super) unkept: Option<String>,
    /// Beginnings of the hashes of the key's parts.
    pub(super) parts: [u32; PARTS.len()],
}

impl Past {
    pub(super) fn of(record: &RunRecord, parts: [u32; PARTS.len()], is_kept: bool) -> Self {
        Self {
            duration_ms: record.duration_ms,
            cpu_ms: record.cpu_ms,
            unkept: (!is_kept).then(|| name(&record.ending).to_owned()),
            parts,
        }
    }
}

fn name(ending: &Ending) -> &'static str {
    match ending {
        Ending::Exited { .. } => "exited",
        Ending::Signal { .. } => "signal",
        Ending::TimedOut { .. } => "timed-out",
        Ending::TooMuchOutput { .. } => "too-much-output",
        Ending::OutOfMemory { .. } => "out-of-memory",
        Ending::Limit { .. } => "limit",
        Ending::CouldNotStart { .. } => "could-not-start",
    }
}

/// The files, read as they are asked for.
#[derive(Debug)]
pub(super) struct History {
    root: PathBuf,
    files: BTreeMap<u64, BTreeMap<u64, Past>>,
    changed: BTreeSet<u64>,
}

impl History {
    pub(super) fn new(root: PathBuf) -> Self {
        Self {
            root,
            files: BTreeMap::new(),
            changed: BTreeSet::new(),
        }
    }

    /// Returns the last run under a name.
    pub(super) fn of(&mut self, name: u64) -> Option<&Past> {
        self.file(name).get(&name)
    }

    pub(super) fn remember(&mut self, name: u64, past: Past) {
        self.file(name).insert(name, past);
        self.changed.insert(name % FILES);
    }

    /// Writes what is new. Another process that does the same at the same time wins or loses whole files.
    pub(super) fn write(&mut self) -> std::io::Result<()> {
        if self.changed.is_empty() {
            return Ok(());
        }
        make_private(&self.root)?;
        for number in std::mem::take(&mut self.changed) {
            let file = self.files.entry(number).or_default();
            while file.len() > LINES {
                file.pop_first();
            }
            let mut temporary = tempfile::NamedTempFile::new_in(&self.root)?;
            temporary.write_all(text(file).as_bytes())?;
            temporary.persist(path(&self.root, number))?;
        }
        Ok(())
    }

    fn file(&mut self, name: u64) -> &mut BTreeMap<u64, Past> {
        let number = name % FILES;
        self.files.entry(number).or_insert_with(|| {
            let text = std::fs::read_to_string(path(&self.root, number)).unwrap_or_default();
            text.lines().filter_map(line).collect()
        })
    }
}

fn path(root: &Path, number: u64) -> PathBuf {
    root.join(format!("{number:02x}"))
}

fn text(file: &BTreeMap<u64, Past>) -> String {
    let mut text = String::with_capacity(file.len() * 128);
    for (name, past) in file {
        let cpu = past
            .cpu_ms
            .map_or_else(|| "-".to_owned(), |time| time.to_string());
        let unkept = past.unkept.as_deref().unwrap_or("-");
        write!(text, "{FORM} {name:x} {} {cpu} {unkept}", past.duration_ms)
            .expect("a string takes text");
        for part in past.parts {
            write!(text, " {part:x}").expect("a string takes text");
        }
        text.push('\n');
    }
    text
}

/// Reads a line; one that was not written by this version says nothing.
fn line(text: &str) -> Option<(u64, Past)> {
    let mut words = text.split(' ');
    if words.next() != Some(FORM) {
        return None;
    }
    let name = u64::from_str_radix(words.next()?, 16).ok()?;
    let duration_ms = words.next()?.parse().ok()?;
    let cpu_ms = words.next()?.parse().ok();
    let unkept = words.next().filter(|word| *word != "-").map(str::to_owned);
    let mut parts = [0; PARTS.len()];
    for part in &mut parts {
        *part = u32::from_str_radix(words.next()?, 16).ok()?;
    }
    let past = Past {
        duration_ms,
        cpu_ms,
        unkept,
        parts,
    };
    words.next().is_none().then_some((name, past))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn past(duration_ms: u64) -> Past {
        Past {
            duration_ms,
            cpu_ms: duration_ms.is_multiple_of(2).then_some(3),
            unkept: duration_ms
                .is_multiple_of(3)
                .then(|| "timed-out".to_owned()),
            parts: [7; PARTS.len()],
        }
    }

    #[test]
    fn what_was_written_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("history");
        let mut history = History::new(root.clone());
        for name in 0..200 {
            history.remember(name * 37, past(name));
        }
        history.write().unwrap();
        let mut again = History::new(root);
        for name in 0..200 {
            assert_eq!(again.of(name * 37), Some(&past(name)));
        }
        assert_eq!(again.of(u64::MAX), None);
    }

    #[test]
    fn lines_of_other_forms_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let mut history = History::new(folder.path().to_owned());
        history.remember(1, past(1));
        history.write().unwrap();
        let path = path(folder.path(), 1);
        let good = std::fs::read_to_string(&path).unwrap();
        let rubbish = format!("0 1 2 3\n\n{}\n{good}x\n", &good[..good.len() - 9]);
        std::fs::write(&path, rubbish + &good.replacen(" 1 ", " 41 ", 1)).unwrap();
        let mut again = History::new(folder.path().to_owned());
        assert_eq!(again.of(0x41), Some(&past(1)));
        assert_eq!(again.of(1), Some(&past(1)));
    }
}
