//! Expected files of a project: reading them, and finding those that nothing answers to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::compare::expected::{Expectation, ExpectedFile, FIRST_LINE};
use crate::extract::Document;
use crate::position::Position;
use crate::problem::Problem;

use super::Project;

/// What was recorded for the guides of a project.
#[derive(Debug, Default)]
pub(super) struct Expectations {
    by_guide: BTreeMap<String, ExpectedFile>,
    /// Files that could not be understood.
    pub(super) problems: Vec<Problem>,
    /// Whether anything was ever recorded in this project.
    pub(super) any: bool,
}

impl Expectations {
    /// Reads the expected file of every guide.
    pub(super) fn read(project: &Project) -> Self {
        let mut read = Self {
            any: ours_below(&project.config.expected).next().is_some(),
            ..Self::default()
        };
        for document in &project.documents {
            let path = &document.guide.expected_path;
            match ExpectedFile::read(path, &name(project, path)) {
                Ok(Some(file)) => {
                    read.any = true;
                    read.by_guide.insert(document.guide.id.clone(), file);
                }
                Ok(None) => {}
                Err(problems) => {
                    read.any = true;
                    read.problems.extend(problems);
                }
            }
        }
        read
    }

    /// Returns the expected file of a guide, if there is one.
    pub(super) fn file(&self, guide: &str) -> Option<&ExpectedFile> {
        self.by_guide.get(guide)
    }

    /// Returns what was recorded for one example.
    pub(super) fn of(&self, guide: &str, example: &str) -> Option<&Expectation> {
        self.by_guide
            .get(guide)?
            .expectations
            .iter()
            .find(|expectation| expectation.name == example)
    }

    /// Returns one finding for each expectation that no example answers to.
    pub(super) fn orphans(&self, project: &Project) -> Vec<Problem> {
        let mut problems: Vec<Problem> = project
            .documents
            .iter()
            .flat_map(|document| self.orphans_of(project, document))
            .collect();
        if project.whole {
            problems.extend(
                files_without_guide(project)
                    .iter()
                    .map(|path| file_orphan(project, path)),
            );
        }
        problems
    }

    fn orphans_of(&self, project: &Project, document: &Document) -> Vec<Problem> {
        let Some(file) = self.by_guide.get(&document.guide.id) else {
            return Vec::new();
        };
        let known = |expectation: &&Expectation| {
            document
                .examples
                .iter()
                .any(|example| example.name == expectation.name)
        };
        let path = name(project, &document.guide.expected_path);
        let orphan = |expectation: &Expectation| {
            let line = line_of(&document.guide.expected_path, &expectation.name);
            let guide = &document.guide.id;
            Problem::finding(
                "orphan-expectation",
                format!("no example of `{guide}` is named `{}`", expectation.name),
            )
            .at(&path, Position { line, column: 1 })
            .hint(format!("`fencepost record --prune {guide}` removes it"))
        };
        file.expectations
            .iter()
            .filter(|expectation| !known(expectation))
            .map(orphan)
            .collect()
    }
}

/// Returns expected files below the expected folder whose guide is gone.
pub(super) fn files_without_guide(project: &Project) -> Vec<PathBuf> {
    let known: Vec<&Path> = project
        .documents
        .iter()
        .map(|document| document.guide.expected_path.as_path())
        .collect();
    let mut orphans: Vec<PathBuf> = ours_below(&project.config.expected)
        .filter(|path| !known.contains(&path.as_path()))
        .collect();
    orphans.sort();
    orphans
}

fn file_orphan(project: &Project, path: &Path) -> Problem {
    Problem::finding(
        "orphan-expectation",
        "no guide answers to this expected file",
    )
    .at(name(project, path), Position { line: 1, column: 1 })
    .hint("`fencepost record --prune` removes it")
}

/// Returns a path as problems name it: relative to the project root, with `/`.
pub(super) fn name(project: &Project, path: &Path) -> String {
    let relative = path.strip_prefix(&project.config.root).unwrap_or(path);
    relative.to_string_lossy().replace('\\', "/")
}

/// Returns the line on which an expectation stands in its file; 1 where it is not found.
fn line_of(path: &Path, example: &str) -> usize {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let quoted = format!("{example:?}");
    let found = text
        .lines()
        .position(|line| line.starts_with("name") && line.contains(&quoted));
    found.map_or(1, |index| index + 1)
}

/// Returns the files below `folder` that begin as ours do.
fn ours_below(folder: &Path) -> impl Iterator<Item = PathBuf> {
    ignore::WalkBuilder::new(folder)
        .standard_filters(false)
        .hidden(true)
        .build()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .map(ignore::DirEntry::into_path)
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .filter(|path| is_ours(path))
}

fn is_ours(path: &Path) -> bool {
    use std::io::Read;
    let mut start = vec![0; FIRST_LINE.len()];
    std::fs::File::open(path)
        .and_then(|mut file| file.read_exact(&mut start))
        .is_ok()
        && start == FIRST_LINE.as_bytes()
}
