//! What a recording did, in words.

use std::collections::BTreeMap;

use crate::compare::expected::{ExpectedFile, Seen};
use crate::extract::Document;
use crate::normalise::Transcript;
use crate::plan::Label;
use crate::wording::count;

/// Counts of what was done.
#[derive(Debug, Default)]
pub(super) struct Tally {
    files: usize,
    new: usize,
    changed: usize,
    /// As before, and recorded for the first time on some interpreter.
    extended: usize,
    same: usize,
    renamed: usize,
    /// Expectations that nothing answers to, by the name of their example.
    removed: Vec<String>,
    /// Files that follow their guides: old name and new name.
    pub(super) moved_files: Vec<String>,
    /// Files that nothing answered to.
    pub(super) removed_files: Vec<String>,
}

impl Tally {
    /// Counts what one file was and what it is now.
    pub(super) fn merged(
        &mut self,
        before: &ExpectedFile,
        after: &ExpectedFile,
        document: &Document,
        seen: &Seen,
    ) {
        let followed = before.follow(&document.examples);
        self.files += usize::from(!seen.is_empty());
        for (example, index) in document.examples.iter().zip(&followed.by_example) {
            let former = index.map(|index| &before.expectations[index]);
            let is_renamed = former.is_some_and(|former| former.name != example.name);
            self.renamed += usize::from(is_renamed);
            if !seen.contains_key(example.name.as_str()) {
                continue;
            }
            let transcripts = after.find(&example.name).map(|now| &now.transcripts);
            match former.zip(transcripts) {
                None => self.new += 1,
                Some((former, now)) if former.transcripts == *now => self.same += 1,
                Some((former, now)) if is_part_of(&former.transcripts, now) => self.extended += 1,
                Some(_) => self.changed += 1,
            }
        }
        let is_gone = |index: &&usize| !after.expectations.contains(&before.expectations[**index]);
        let name = |index: &usize| {
            let name = &before.expectations[*index].name;
            format!("`{}#{name}`", document.guide.id)
        };
        let gone = followed.orphans.iter().filter(is_gone);
        self.removed.extend(gone.map(name));
    }

    /// Tells it, one sentence each.
    pub(super) fn in_words(&self) -> Vec<String> {
        let recorded = self.new + self.changed + self.extended + self.same;
        let extended = match self.extended {
            0 => String::new(),
            number => format!(", {number} on more interpreters"),
        };
        let mut words = vec![format!(
            "recorded {} in {}: {} new, {} changed{extended}, {} as before",
            count(recorded, "example"),
            count(self.files, "file"),
            self.new,
            self.changed,
            self.same
        )];
        if self.renamed > 0 {
            let examples = count(self.renamed, "renamed example");
            words.push(format!("kept what was recorded for {examples}"));
        }
        if !self.moved_files.is_empty() {
            let files = self.moved_files.join(", ");
            words.push(format!("followed renamed guides: {files}"));
        }
        if !self.removed.is_empty() {
            let orphans = count(self.removed.len(), "orphan expectation");
            words.push(format!("removed {orphans}: {}", self.removed.join(", ")));
        }
        if !self.removed_files.is_empty() {
            words.push(format!("removed {}", self.removed_files.join(", ")));
        }
        words
    }
}

/// Says whether everything that was recorded is still.
fn is_part_of(before: &BTreeMap<Label, Transcript>, after: &BTreeMap<Label, Transcript>) -> bool {
    before
        .iter()
        .all(|(label, transcript)| after.get(label) == Some(transcript))
}
