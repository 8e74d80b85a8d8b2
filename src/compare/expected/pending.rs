//! Changes that wait for a person: what a run would record, kept apart until it is accepted.
//!
//! They stand in `.pending/` under the folder of expected files, one file for each expected file,
//! in the same form but for the first line. Nothing judges by them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::extract::Example;
use crate::normalise::Transcript;
use crate::plan::Label;
use crate::problem::Problem;

use super::file;
use super::labels;
use super::merge::{self, Seen};
use super::{Expectation, ExpectedFile, parse, text};

/// The first line of every file of pending changes.
pub const PENDING_FIRST_LINE: &str = "# fencepost pending changes, format 1";

/// The folder of pending changes, under the folder of expected files.
const FOLDER: &str = ".pending";

/// Pending changes of one guide: for each example the versions whose expectation would change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PendingFile {
    /// In document order. Each holds only what would change.
    pub changes: Vec<Expectation>,
    /// Whether any of them was seen without the full sandbox.
    pub unsandboxed: bool,
}

/// One change as a reviewer sees it: versions that change alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The versions and builds, oldest first.
    pub labels: Vec<Label>,
    /// What is expected there now; `None` where nothing is.
    pub old: Option<Transcript>,
    /// What would be expected.
    pub new: Transcript,
}

impl PendingFile {
    /// Returns where the pending changes of an expected file stand; `expected_folder` holds it.
    #[must_use]
    pub fn path_for(expected_folder: &Path, expected_path: &Path) -> PathBuf {
        let relative = expected_path.strip_prefix(expected_folder);
        let folder = expected_folder.join(FOLDER);
        match relative {
            Ok(relative) => folder.join(relative),
            Err(_) => folder.join(expected_path.file_name().unwrap_or_default()),
        }
    }

    /// Returns what recording `seen` over `file` would change.
    #[must_use]
    pub fn propose(file: &ExpectedFile, examples: &[Example], seen: &Seen) -> Self {
        let merged = merge::merge(file, examples, seen, false);
        let changes = merged.expectations.into_iter().filter_map(|new| {
            let old = former(file, examples, &new.name);
            let changed = |(label, transcript): (Label, Transcript)| {
                let before = old.and_then(|old| old.transcripts.get(&label));
                let same =
                    before == Some(&transcript) && old.is_some_and(|old| old.name == new.name);
                (!same && seen.contains_key(&new.name)).then_some((label, transcript))
            };
            let transcripts: BTreeMap<Label, Transcript> =
                new.transcripts.into_iter().filter_map(changed).collect();
            (!transcripts.is_empty()).then_some(Expectation { transcripts, ..new })
        });
        Self {
            changes: changes.collect(),
            unsandboxed: false,
        }
    }

    /// Adds changes in place of those of the same examples, in the order of `examples`.
    pub fn add(&mut self, more: Self, examples: &[Example], unsandboxed: bool) {
        self.unsandboxed &= !self.changes.is_empty();
        self.unsandboxed |= (unsandboxed || more.unsandboxed) && !more.changes.is_empty();
        for change in more.changes {
            self.reject(&change.name);
            self.changes.push(change);
        }
        let place = |change: &Expectation| examples.iter().position(|one| one.name == change.name);
        self.changes.sort_by_key(place);
    }

    /// Returns the pending change of an example as a reviewer sees it, equal ones joined.
    #[must_use]
    pub fn changes_of(&self, name: &str, file: &ExpectedFile, examples: &[Example]) -> Vec<Change> {
        let Some(pending) = self.find(name) else {
            return Vec::new();
        };
        let old = former(file, examples, name);
        let mut changes: Vec<Change> = Vec::new();
        for (label, new) in &pending.transcripts {
            let judging = old.and_then(|old| old.judging(*label));
            let old = judging.map(|judging| judging.transcript.clone());
            match changes
                .iter_mut()
                .find(|change| change.old == old && change.new == *new)
            {
                Some(change) => change.labels.push(*label),
                None => changes.push(Change {
                    labels: vec![*label],
                    old,
                    new: new.clone(),
                }),
            }
        }
        changes
    }

    /// Returns the pending change of the example with this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Expectation> {
        self.changes.iter().find(|change| change.name == name)
    }

    /// Moves the change of an example into `file`, in the order of `examples`; says whether there was one.
    pub fn accept(&mut self, name: &str, file: &mut ExpectedFile, examples: &[Example]) -> bool {
        let Some(index) = self.changes.iter().position(|change| change.name == name) else {
            return false;
        };
        let change = self.changes.remove(index);
        // Renames go first, all of them, so that no name stands for two examples on the way.
        *file = merge::merge(file, examples, &Seen::new(), false);
        let old = file.expectations.iter().position(|old| old.name == name);
        let mut accepted = match old {
            Some(at) => file.expectations.remove(at),
            None => Expectation {
                transcripts: BTreeMap::new(),
                ..change.clone()
            },
        };
        let code_changed = accepted.code != change.code;
        for label in change.transcripts.keys() {
            labels::make_room(
                &mut accepted.transcripts,
                *label,
                &change.transcripts,
                code_changed,
            );
        }
        accepted.transcripts.extend(change.transcripts);
        accepted.code = change.code;
        file.unsandboxed |= self.unsandboxed;
        let at = old.unwrap_or_else(|| place(file, examples, name));
        file.expectations.insert(at, accepted.canonical());
        true
    }

    /// Drops the change of an example; says whether there was one.
    pub fn reject(&mut self, name: &str) -> bool {
        let before = self.changes.len();
        self.changes.retain(|change| change.name != name);
        self.changes.len() < before
    }

    /// Writes the text form; also what a reviewer edits.
    #[must_use]
    pub fn to_text(&self) -> String {
        text::to_text_under(PENDING_FIRST_LINE, &self.as_expected())
    }

    /// Parses the text form.
    ///
    /// # Errors
    ///
    /// As [`ExpectedFile::parse`].
    pub fn parse(name: &str, text: &str) -> Result<Self, Vec<Problem>> {
        let file = parse::parse_under(PENDING_FIRST_LINE, name, text)?;
        Ok(Self {
            changes: file.expectations,
            unsandboxed: file.unsandboxed,
        })
    }

    /// Reads a file; no changes where there is none.
    ///
    /// # Errors
    ///
    /// As [`ExpectedFile::read`].
    pub fn read(path: &Path, name: &str) -> Result<Self, Vec<Problem>> {
        match file::read_text(path, name)? {
            Some(text) => Self::parse(name, &text),
            None => Ok(Self::default()),
        }
    }

    /// Writes a file by temporary file and rename; one without changes is removed.
    ///
    /// # Errors
    ///
    /// A blocked problem; the old file is untouched then.
    pub fn write(&self, expected_folder: &Path, path: &Path, name: &str) -> Result<(), Problem> {
        let written = if self.changes.is_empty() {
            file::remove(path)
        } else {
            ignore_folder(expected_folder)
                .and_then(|()| file::replace(path, self.to_text().as_bytes()))
        };
        written.map_err(|error| file::unwritable(name, &error))
    }

    fn as_expected(&self) -> ExpectedFile {
        ExpectedFile {
            expectations: self.changes.clone(),
            unsandboxed: self.unsandboxed,
        }
    }
}

/// Returns what a file expects of the example with this name, under whatever name it was recorded.
fn former<'f>(file: &'f ExpectedFile, examples: &[Example], name: &str) -> Option<&'f Expectation> {
    match examples.iter().position(|example| example.name == name) {
        Some(at) => Some(&file.expectations[file.follow(examples).by_example[at]?]),
        None => file.find(name),
    }
}

/// Where an example that the file does not hold yet comes in: after the last of those above it.
fn place(file: &ExpectedFile, examples: &[Example], name: &str) -> usize {
    let position = |name: &str| examples.iter().position(|example| example.name == name);
    let own = position(name);
    let is_above = |other: &Expectation| position(&other.name).is_some_and(|at| Some(at) < own);
    let last = file.expectations.iter().rposition(is_above);
    last.map_or(0, |last| last + 1)
}

/// Pending changes are nobody else's business: git is told to leave the folder alone.
fn ignore_folder(expected_folder: &Path) -> io::Result<()> {
    let folder = expected_folder.join(FOLDER);
    fs::create_dir_all(&folder)?;
    let path = folder.join(".gitignore");
    if path.exists() {
        return Ok(());
    }
    file::replace(&path, b"*\n")
}
