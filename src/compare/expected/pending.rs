//! Changes that wait for a person: what a run would record, kept apart until it is accepted.
//!
//! They stand in `.pending/` under the folder of expected files, one file for each expected file,
//! in the same form but for the first line. Nothing judges by them.

use std::collections::{BTreeMap, BTreeSet};
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
    /// The versions and builds as a file names them, oldest first.
    pub versions: Vec<String>,
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

    /// Returns what recording `seen` over `file` would change. Where one patch of a minor version
    /// changes, all of them are there, so that they are told apart.
    #[must_use]
    pub fn propose(file: &ExpectedFile, examples: &[Example], seen: &Seen) -> Self {
        let merged = merge::merge(file, examples, seen, false);
        let new = merged.expectations.into_iter();
        let changes = new.filter(|new| seen.contains_key(&new.name)).map(|new| {
            let old = former(file, examples, &new.name).filter(|old| old.name == new.name);
            let is_changed = |(label, transcript): &(&Label, &Transcript)| {
                old.and_then(|old| old.transcripts.get(label)) != Some(transcript)
            };
            let changed = new.transcripts.iter().filter(is_changed);
            let changed: Vec<Label> = changed.map(|(label, _)| *label).collect();
            let mut new = new;
            (new.transcripts).retain(|label, _| is_any_minor_of(&changed, *label));
            new
        });
        Self {
            changes: changes
                .filter(|change| !change.transcripts.is_empty())
                .collect(),
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
        let recorded = old.into_iter().flat_map(|old| old.transcripts.keys());
        let all: BTreeSet<Label> = recorded
            .chain(pending.transcripts.keys())
            .copied()
            .collect();
        let mut changes: Vec<Change> = Vec::new();
        let pairs = pending.transcripts.iter().flat_map(|(label, new)| {
            let replaced = pending.replaced_by(*label, old);
            replaced.into_iter().map(move |label| (label, new))
        });
        for (label, new) in pairs {
            let version = labels::to_text(label, &all);
            let judging = old.and_then(|old| old.judging(label));
            let old = judging.map(|judging| judging.transcript.clone());
            match changes
                .iter_mut()
                .find(|change| change.old == old && change.new == *new)
            {
                Some(change) => change.versions.push(version),
                None => changes.push(Change {
                    versions: vec![version],
                    old,
                    new: new.clone(),
                }),
            }
        }
        // A patch that is only told apart from another changes nothing; a new name does.
        let is_change = |change: &Change| change.old.as_ref() != Some(&change.new);
        if changes.iter().any(is_change) {
            changes.retain(is_change);
        }
        changes
    }

    /// Returns the pending change of the example with this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Expectation> {
        self.changes.iter().find(|change| change.name == name)
    }

    /// Moves the change of an example into `file`, in the order of `examples`; `None` where there is none.
    ///
    /// Returns the names of expectations that answer to no example and had to go, as another example
    /// has taken their name.
    pub fn accept(
        &mut self,
        name: &str,
        file: &mut ExpectedFile,
        examples: &[Example],
    ) -> Option<Vec<String>> {
        let index = self.changes.iter().position(|change| change.name == name)?;
        let change = self.changes.remove(index);
        let removed = if is_elsewhere(file, examples, name) {
            follow_all(file, examples)
        } else {
            Vec::new()
        };
        let old = file.expectations.iter().position(|old| old.name == name);
        let mut accepted = match old {
            Some(at) => file.expectations.remove(at),
            None => Expectation {
                transcripts: BTreeMap::new(),
                ..change.clone()
            },
        };
        let labels: Vec<Label> = change.transcripts.keys().copied().collect();
        (accepted.transcripts).retain(|label, _| !is_any_minor_of(&labels, *label));
        accepted.transcripts.extend(change.transcripts);
        accepted.code = change.code;
        file.unsandboxed |= self.unsandboxed;
        let at = old.unwrap_or_else(|| place(file, examples, name));
        file.expectations.insert(at, accepted.canonical());
        Some(removed)
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

impl Expectation {
    /// Returns the labels that a pending one stands for: where patches agree now that were told apart,
    /// each of them.
    fn replaced_by(&self, label: Label, old: Option<&Self>) -> Vec<Label> {
        let patches = |one: &Self| -> Vec<Label> {
            let labels = one.transcripts.keys().copied();
            labels
                .filter(|other| labels::is_same_minor(*other, label))
                .collect()
        };
        let before = old.map(patches).unwrap_or_default();
        if before.len() > 1 && patches(self).len() == 1 {
            before
        } else {
            vec![label]
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

fn is_any_minor_of(labels: &[Label], label: Label) -> bool {
    let mut labels = labels.iter();
    labels.any(|other| labels::is_same_minor(*other, label))
}

/// Says whether what was recorded for an example stands under another name, or other code's under its name.
fn is_elsewhere(file: &ExpectedFile, examples: &[Example], name: &str) -> bool {
    let own = former(file, examples, name);
    own.is_some_and(|own| own.name != name) || (own.is_none() && file.find(name).is_some())
}

/// Renames all that examples took along, so that no name stands for two examples on the way. Returns
/// the names of those that had to go.
fn follow_all(file: &mut ExpectedFile, examples: &[Example]) -> Vec<String> {
    let orphans = file.follow(examples).orphans;
    let merged = merge::merge(file, examples, &Seen::new(), false);
    let before = std::mem::replace(file, merged);
    let orphans = orphans.iter().map(|index| &before.expectations[*index]);
    let gone = orphans.filter(|orphan| !file.expectations.contains(orphan));
    gone.map(|orphan| orphan.name.clone()).collect()
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
