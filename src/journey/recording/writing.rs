//! From what was seen to expected files: merging, following renames, removing what nothing answers to.

use std::path::PathBuf;

use crate::compare::expected::{ExpectedFile, PendingFile, Seen, followed_file};
use crate::execute::sandbox::Level;
use crate::extract::Document;
use crate::problem::{Problem, Severity};
use crate::report::Report;

use crate::journey::Project;
use crate::journey::expectations::{Expectations, files_without_guide, name};

use super::Recording;
use super::tally::Tally;

/// Writes the expected file of every guide of which something was recorded, and tells what it did.
pub(super) fn write(recording: &Recording<'_>, prune: bool, level: Level, report: &mut Report) {
    let project = recording.project;
    let mut writing = Writing {
        project,
        prune,
        level,
        old: Expectations::read(project),
        strays: strays(project),
        problems: Vec::new(),
        tally: Tally::default(),
    };
    let nothing = Seen::new();
    for document in &project.documents {
        let seen = recording.seen.get(&document.guide.id);
        writing.guide(document, seen.unwrap_or(&nothing));
    }
    if prune && project.whole {
        writing.remove_strays();
    }
    report.problems.extend(writing.old.problems);
    report.problems.extend(writing.problems);
    report.problems.extend(left_over(project, &report.problems));
    report.remarks.extend(writing.tally.in_words());
}

/// An expected file that no guide answers to.
struct Stray {
    path: PathBuf,
    file: ExpectedFile,
}

/// Returns what may have been recorded for a guide under its former name. Corrupt files follow nobody.
fn strays(project: &Project) -> Vec<Stray> {
    let read = |path: PathBuf| {
        let file = ExpectedFile::read(&path, &name(project, &path)).ok()??;
        Some(Stray { path, file })
    };
    let paths = files_without_guide(project);
    paths.into_iter().filter_map(read).collect()
}

struct Writing<'a> {
    project: &'a Project,
    prune: bool,
    level: Level,
    old: Expectations,
    strays: Vec<Stray>,
    problems: Vec<Problem>,
    tally: Tally,
}

impl Writing<'_> {
    fn guide(&mut self, document: &Document, seen: &Seen) {
        let path = &document.guide.expected_path;
        let called = name(self.project, path);
        if self.old.is_corrupt(&called) {
            return;
        }
        let own = self.old.file(&document.guide.id).cloned();
        let stray = if own.is_none() {
            self.take_stray(document)
        } else {
            None
        };
        let Some(before) = own.or_else(|| stray.as_ref().map(|stray| stray.file.clone())) else {
            return self.new_file(document, seen, &called);
        };
        // Code that could not be read whole is no reason to forget what was recorded for it.
        let prune = self.prune && !document.problems.iter().any(Problem::is_error);
        let mut after = before.merge(&document.examples, seen, prune);
        after.unsandboxed = self.is_unsandboxed(&before, &after, seen);
        if !self.written(after.write(path, &called)) {
            return;
        }
        self.tally.merged(&before, &after, document, seen);
        self.settle(document, seen);
        if let Some(stray) = stray {
            let former = name(self.project, &stray.path);
            if self.written(ExpectedFile::remove(&stray.path, &former)) {
                self.tally
                    .moved_files
                    .push(format!("`{former}` to `{called}`"));
            }
        }
    }

    fn new_file(&mut self, document: &Document, seen: &Seen, called: &str) {
        let before = ExpectedFile::default();
        let mut after = before.merge(&document.examples, seen, false);
        if after.expectations.is_empty() {
            return;
        }
        after.unsandboxed = self.level != Level::Full;
        if self.written(after.write(&document.guide.expected_path, called)) {
            self.tally.merged(&before, &after, document, seen);
            self.settle(document, seen);
        }
    }

    /// Takes the file that was recorded for a guide under its former name.
    fn take_stray(&mut self, document: &Document) -> Option<Stray> {
        let files: Vec<&ExpectedFile> = self.strays.iter().map(|stray| &stray.file).collect();
        let index = followed_file(&document.examples, &files)?;
        Some(self.strays.remove(index))
    }

    /// Says whether anything in a file was recorded without the full sandbox.
    fn is_unsandboxed(&self, before: &ExpectedFile, after: &ExpectedFile, seen: &Seen) -> bool {
        let seen_now = seen.values().any(|transcripts| !transcripts.is_empty());
        let remains = after.expectations.iter().any(|expectation| {
            let again = seen.get(&expectation.name);
            let is_seen = |minor: &str| {
                again.is_some_and(|again| again.keys().any(|label| label.minor() == minor))
            };
            let mut labels = expectation.transcripts.keys();
            labels.any(|label| !is_seen(&label.minor()))
        });
        (seen_now && self.level != Level::Full) || (before.unsandboxed && remains)
    }

    /// Drops changes that waited for a person and were recorded now.
    fn settle(&mut self, document: &Document, seen: &Seen) {
        let folder = self.project.config.expected_for(&document.guide.id);
        let path = PendingFile::path_for(&folder, &document.guide.expected_path);
        let called = name(self.project, &path);
        // What cannot be read is told by `review`, which shows it.
        let Ok(mut pending) = PendingFile::read(&path, &called) else {
            return;
        };
        let dropped = seen.keys().filter(|name| pending.reject(name)).count();
        if dropped > 0 {
            let written = pending.write(&folder, &path, &called);
            self.written(written);
        }
    }

    /// Removes what can be read and nothing answers to: what cannot be read may be another's work.
    fn remove_strays(&mut self) {
        if self.project.discovery.iter().any(Problem::is_error) {
            // A guide that cannot be read now may own any of them.
            return;
        }
        for Stray { path, .. } in std::mem::take(&mut self.strays) {
            let called = name(self.project, &path);
            if self.written(ExpectedFile::remove(&path, &called)) {
                self.tally.removed_files.push(format!("`{called}`"));
            }
        }
    }

    fn written(&mut self, written: Result<(), Problem>) -> bool {
        match written {
            Ok(()) => true,
            Err(problem) => {
                self.problems.push(problem);
                false
            }
        }
    }
}

/// Lists what nothing answers to and was not removed, as a warning: `record` itself did its work.
fn left_over(project: &Project, told: &[Problem]) -> Vec<Problem> {
    let mut orphans = Expectations::read(project).orphans(project);
    orphans.retain(|orphan| !told.contains(orphan));
    let warning = |orphan: Problem| orphan.severity(Severity::Warning);
    orphans.into_iter().map(warning).collect()
}
