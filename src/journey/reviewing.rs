//! `review`: changes that `check --pending` kept, looked at and decided one by one.

use std::path::PathBuf;

use crate::compare::difference;
use crate::compare::expected::{Change, Expectation, ExpectedFile, PendingFile};
use crate::extract::{Document, Example};
use crate::plan::select;
use crate::problem::Problem;
use crate::report::{PendingChange, PendingReport};
use crate::wording::nearest;

use super::Project;
use super::expectations::name;

/// Every change that waits, guide by guide.
#[derive(Debug)]
pub struct Review<'p> {
    guides: Vec<GuideReview<'p>>,
}

/// The changes that wait in one guide.
#[derive(Debug)]
struct GuideReview<'p> {
    document: &'p Document,
    file: ExpectedFile,
    pending: PendingFile,
    folder: PathBuf,
    path: PathBuf,
    file_name: String,
    pending_name: String,
}

impl<'p> Review<'p> {
    /// Reads what waits for the guides asked for.
    ///
    /// # Errors
    ///
    /// Expected files and pending changes that cannot be understood.
    pub fn open(project: &'p Project) -> Result<Self, Vec<Problem>> {
        let mut guides = Vec::new();
        let mut problems = Vec::new();
        for document in &project.documents {
            match GuideReview::open(project, document) {
                Ok(guide) => guides.push(guide),
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() {
            Ok(Self { guides })
        } else {
            Err(problems)
        }
    }

    /// Returns every change that waits, in order of the guides.
    #[must_use]
    pub fn reports(&self) -> Vec<PendingReport> {
        self.guides.iter().flat_map(GuideReview::reports).collect()
    }

    /// Returns the ids that `typed` names: one example, or every example of a guide.
    ///
    /// # Errors
    ///
    /// A usage problem where nothing waits under that name.
    pub fn named(&self, typed: &str) -> Result<Vec<String>, Problem> {
        let reports = self.reports();
        let ids: Vec<String> = (reports.iter())
            .filter(|report| report.id == typed || report.guide == typed)
            .map(|report| report.id.clone())
            .collect();
        if !ids.is_empty() {
            return Ok(ids);
        }
        let known: Vec<&str> = reports.iter().map(|report| report.id.as_str()).collect();
        let hint = match nearest(typed, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`fencepost review --list` shows what waits".to_owned(),
        };
        Err(Problem::usage("no-change", format!("no change waits for `{typed}`")).hint(hint))
    }

    /// Moves a change into its expected file; returns the ids of expectations that no example answers
    /// to and that had to go, as the example has taken their name.
    ///
    /// # Errors
    ///
    /// A finding where the example is not what it was, a blocked problem where a file cannot be written.
    pub fn accept(&mut self, id: &str) -> Result<Vec<String>, Problem> {
        self.guide(id)?.accept(id)
    }

    /// Drops a change.
    ///
    /// # Errors
    ///
    /// A blocked problem where the file cannot be written.
    pub fn reject(&mut self, id: &str) -> Result<(), Problem> {
        self.guide(id)?.reject(id)
    }

    /// Returns a change as a person edits it.
    ///
    /// # Errors
    ///
    /// A usage problem where nothing waits under that id.
    pub fn text(&mut self, id: &str) -> Result<String, Problem> {
        let guide = self.guide(id)?;
        let alone = PendingFile {
            changes: guide.change(id).cloned().into_iter().collect(),
            unsandboxed: guide.pending.unsandboxed,
        };
        Ok(alone.to_text())
    }

    /// Puts an edited change in the place of the one that waits.
    ///
    /// # Errors
    ///
    /// Every problem of the text.
    pub fn replace(&mut self, id: &str, text: &str) -> Result<(), Vec<Problem>> {
        let edited = PendingFile::parse("the edited change", text)?;
        let guide = self.guide(id).map_err(|problem| vec![problem])?;
        guide.replace(id, edited).map_err(|problem| vec![problem])
    }

    fn guide(&mut self, id: &str) -> Result<&mut GuideReview<'p>, Problem> {
        let mut guides = self.guides.iter_mut();
        guides
            .find(|guide| guide.change(id).is_some())
            .ok_or_else(|| Problem::usage("no-change", format!("no change waits for `{id}`")))
    }
}

impl<'p> GuideReview<'p> {
    fn open(project: &'p Project, document: &'p Document) -> Result<Self, Vec<Problem>> {
        let guide = &document.guide;
        let folder = project.config.expected_for(&guide.id);
        let path = PendingFile::path_for(&folder, &guide.expected_path);
        let (file_name, pending_name) = (name(project, &guide.expected_path), name(project, &path));
        Ok(Self {
            document,
            file: ExpectedFile::read(&guide.expected_path, &file_name)?.unwrap_or_default(),
            pending: PendingFile::read(&path, &pending_name)?,
            folder,
            path,
            file_name,
            pending_name,
        })
    }

    fn id_of(&self, name: &str) -> String {
        format!("{}#{name}", self.document.guide.id)
    }

    fn change(&self, id: &str) -> Option<&Expectation> {
        let mut changes = self.pending.changes.iter();
        changes.find(|change| self.id_of(&change.name) == id)
    }

    fn example(&self, name: &str) -> Option<&'p Example> {
        let mut examples = self.document.examples.iter();
        examples.find(|example| example.name == name)
    }

    fn reports(&self) -> Vec<PendingReport> {
        let asked_for = select(self.document).unwrap_or_default();
        let everything = self.document.guide.selectors.is_empty();
        let is_asked_for = |change: &&Expectation| {
            everything || asked_for.iter().any(|example| example.name == change.name)
        };
        let changes = self.pending.changes.iter().filter(is_asked_for);
        changes.map(|change| self.report(change)).collect()
    }

    fn report(&self, change: &Expectation) -> PendingReport {
        let example = self.example(&change.name);
        let blocks = example.into_iter().flat_map(|example| &example.blocks);
        let codes: Vec<&str> = blocks.map(|block| block.code.as_str()).collect();
        let changes = (self.pending).changes_of(&change.name, &self.file, &self.document.examples);
        PendingReport {
            id: self.id_of(&change.name),
            guide: self.document.guide.id.clone(),
            line: example.map_or(1, |example| example.position.line),
            code: codes.join("\n"),
            stale: stale(example, change),
            unsandboxed: self.pending.unsandboxed,
            changes: (changes.into_iter())
                .map(|change| pending_change(example, change))
                .collect(),
        }
    }

    fn accept(&mut self, id: &str) -> Result<Vec<String>, Problem> {
        let Some(change) = self.change(id).cloned() else {
            return Ok(Vec::new());
        };
        if let Some(why) = stale(self.example(&change.name), &change) {
            let problem = Problem::finding("stale-change", format!("`{id}` cannot be accepted"));
            return Err(problem
                .because(why)
                .hint("look at it anew: `fencepost check --pending`"));
        }
        let examples = &self.document.examples;
        let removed = self.pending.accept(&change.name, &mut self.file, examples);
        let path = &self.document.guide.expected_path;
        self.file.write(path, &self.file_name)?;
        self.write()?;
        let removed = removed.unwrap_or_default();
        Ok(removed.iter().map(|name| self.id_of(name)).collect())
    }

    fn reject(&mut self, id: &str) -> Result<(), Problem> {
        if let Some(change) = self.change(id).cloned() {
            self.pending.reject(&change.name);
        }
        self.write()
    }

    fn replace(&mut self, id: &str, edited: PendingFile) -> Result<(), Problem> {
        let Some(change) = self.change(id).cloned() else {
            return Ok(());
        };
        let is_same = |new: &Expectation| new.name == change.name && new.code == change.code;
        if edited.changes.len() != 1 || !edited.changes.iter().all(is_same) {
            let message = "the edited text is not of the same example";
            let problem = Problem::finding("other-change", message);
            return Err(problem.hint("leave `name` and `code` as they are"));
        }
        let unsandboxed = self.pending.unsandboxed;
        self.pending
            .add(edited, &self.document.examples, unsandboxed);
        self.write()
    }

    fn write(&self) -> Result<(), Problem> {
        (self.pending).write(&self.folder, &self.path, &self.pending_name)
    }
}

/// Returns why a change is of no more use: it was seen of other code.
fn stale(example: Option<&Example>, change: &Expectation) -> Option<String> {
    match example {
        None => Some("no example has this name any more".to_owned()),
        Some(example) if Expectation::code_of(example) != change.code => {
            Some("the code of the example changed since".to_owned())
        }
        Some(_) => None,
    }
}

fn pending_change(example: Option<&Example>, change: Change) -> PendingChange {
    let old = change.old.as_ref();
    PendingChange {
        versions: change.versions,
        difference: example.and_then(|example| difference(example, old?, &change.new)),
        old: change.old,
        new: change.new,
    }
}
