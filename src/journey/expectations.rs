//! Expected files of a project: reading them, and finding those that nothing answers to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::compare::expected::{Expectation, ExpectedFile, FIRST_LINE, Followed, followed_file};
use crate::discover::{ConfigLocation, Roots, guides};
use crate::extract::{Document, Example};
use crate::position::Position;
use crate::problem::Problem;

use super::Project;

/// What was recorded for the guides of a project.
#[derive(Debug, Default)]
pub(super) struct Expectations {
    by_guide: BTreeMap<String, Recorded>,
    /// Files that could not be understood.
    pub(super) problems: Vec<Problem>,
    /// Whether anything was ever recorded in this project.
    pub(super) any: bool,
}

/// What was recorded for one guide, and which of its examples each expectation answers to.
#[derive(Debug)]
struct Recorded {
    file: ExpectedFile,
    followed: Followed,
    /// By the name of an example: the index of what it is judged by.
    by_name: BTreeMap<String, Option<usize>>,
}

impl Recorded {
    fn new(file: ExpectedFile, examples: &[Example]) -> Self {
        let followed = file.follow(examples);
        let names = examples.iter().map(|example| example.name.to_string());
        // Of two examples with one name, which is a finding, the first has it.
        let by_name = names.zip(followed.by_example.iter().copied()).rev();
        Self {
            by_name: by_name.collect(),
            file,
            followed,
        }
    }

    /// Returns the example that each expectation answers to, both by index.
    fn heirs(&self) -> BTreeMap<usize, usize> {
        let examples = self.followed.by_example.iter().enumerate();
        let pairs = examples.filter_map(|(example, found)| Some(((*found)?, example)));
        pairs.collect()
    }
}

impl Expectations {
    /// Reads the expected file of every guide.
    pub(super) fn read(project: &Project) -> Self {
        let mut read = Self {
            any: ours(project).next().is_some(),
            ..Self::default()
        };
        for document in &project.documents {
            let path = &document.guide.expected_path;
            match ExpectedFile::read(path, &name(project, path)) {
                Ok(Some(file)) => {
                    read.any = true;
                    let recorded = Recorded::new(file, &document.examples);
                    read.by_guide.insert(document.guide.id.clone(), recorded);
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
        Some(&self.by_guide.get(guide)?.file)
    }

    /// Says whether the file with this name could not be understood.
    pub(super) fn is_corrupt(&self, file: &str) -> bool {
        self.problems
            .iter()
            .any(|problem| problem.guide.as_deref() == Some(file))
    }

    /// Returns what was recorded for one example under its name.
    pub(super) fn of(&self, document: &Document, example: &Example) -> Option<&Expectation> {
        self.followed(document, example)
            .filter(|expectation| expectation.name == example.name)
    }

    /// Returns the other name under which the code of an example was recorded.
    pub(super) fn former_name(&self, document: &Document, example: &Example) -> Option<&str> {
        let expectation = self.followed(document, example)?;
        (expectation.name != example.name).then_some(expectation.name.as_str())
    }

    fn followed(&self, document: &Document, example: &Example) -> Option<&Expectation> {
        let recorded = self.by_guide.get(&document.guide.id)?;
        let index = *recorded.by_name.get(example.name.as_str())?;
        recorded.file.expectations.get(index?)
    }

    /// Returns one finding for each expectation that no example answers to.
    pub(super) fn orphans(&self, project: &Project) -> Vec<Problem> {
        let mut problems: Vec<Problem> = project
            .documents
            .iter()
            .flat_map(|document| self.orphans_of(project, document))
            .collect();
        if project.whole {
            let paths = files_without_guide(project);
            problems.extend(
                paths
                    .iter()
                    .flat_map(|path| self.file_orphan(project, path)),
            );
        }
        problems
    }

    fn orphans_of(&self, project: &Project, document: &Document) -> Vec<Problem> {
        let Some(recorded) = self.by_guide.get(&document.guide.id) else {
            return Vec::new();
        };
        if !document.guide.selectors.is_empty() {
            return Vec::new();
        }
        let guide = &document.guide.id;
        let path = name(project, &document.guide.expected_path);
        let is_known = |name: &str| recorded.by_name.contains_key(name);
        let heirs = recorded.heirs();
        let orphan = |(index, expectation): (usize, &Expectation)| {
            let heir = heirs.get(&index).copied();
            if heir.is_some() && is_known(&expectation.name) {
                return None;
            }
            let gone = format!("no example of `{guide}` is named `{}`", expectation.name);
            let taken = format!(
                "other code of `{guide}` is named `{}` now",
                expectation.name
            );
            let (message, hint) = match (heir, is_known(&expectation.name)) {
                (Some(at), _) => {
                    let heir = &document.examples[at].name;
                    let hint =
                        format!("`{heir}` runs its code: `fencepost record {guide}` follows it");
                    (gone, hint)
                }
                (None, true) => (taken, format!("`fencepost record {guide}` removes it")),
                (None, false) => (
                    gone,
                    format!("`fencepost record --prune {guide}` removes it"),
                ),
            };
            let line = line_of(&document.guide.expected_path, &expectation.name);
            let problem = Problem::finding("orphan-expectation", message);
            Some(problem.at(&path, Position { line, column: 1 }).hint(hint))
        };
        let expectations = recorded.file.expectations.iter().enumerate();
        expectations.filter_map(orphan).collect()
    }

    /// Returns what is wrong with a file that no guide answers to: that, and what keeps it from being read.
    fn file_orphan(&self, project: &Project, path: &Path) -> Vec<Problem> {
        let called = name(project, path);
        let (file, mut problems) = match ExpectedFile::read(path, &called) {
            Ok(file) => (file, Vec::new()),
            Err(problems) => (None, problems),
        };
        let heir = file.and_then(|file| self.heir(project, &file));
        let hint = match heir {
            Some(document) => {
                let guide = &document.guide.id;
                format!("`{guide}` runs the same code: `fencepost record {guide}` follows it")
            }
            None if problems.is_empty() => "`fencepost record --prune` removes it".to_owned(),
            None => "mend it, so that it can be followed, or remove the file".to_owned(),
        };
        let message = "no guide answers to this expected file";
        let orphan = Problem::finding("orphan-expectation", message);
        problems.push(
            orphan
                .at(called, Position { line: 1, column: 1 })
                .hint(hint),
        );
        problems
    }

    /// Returns the guide without an expected file that runs what a file was recorded for.
    fn heir<'a>(&self, project: &'a Project, file: &ExpectedFile) -> Option<&'a Document> {
        let is_heir = |document: &&Document| {
            self.file(&document.guide.id).is_none()
                && followed_file(&document.examples, &[file]).is_some()
        };
        project.documents.iter().find(is_heir)
    }
}

/// Returns expected files whose guide is gone; none where that cannot be known.
///
/// Without configuration the place of an expected file depends on the arguments.
pub(super) fn files_without_guide(project: &Project) -> Vec<PathBuf> {
    if !project.whole && project.config.location == ConfigLocation::None {
        return Vec::new();
    }
    let known = owned(project);
    let orphans: BTreeSet<PathBuf> = ours(project).filter(|path| !known.contains(path)).collect();
    orphans.into_iter().collect()
}

/// Returns the expected file of every guide of the project, whether it was asked for or not.
fn owned(project: &Project) -> BTreeSet<PathBuf> {
    let of_documents = project.documents.iter().map(|document| &document.guide);
    let mut owned: BTreeSet<PathBuf> = of_documents
        .map(|guide| guide.expected_path.clone())
        .collect();
    if !project.whole {
        let roots = Roots {
            current_folder: project.config.root.clone(),
            ..Roots::default()
        };
        let all = guides(&roots, &project.config).guides;
        owned.extend(all.into_iter().map(|guide| guide.expected_path));
    }
    owned
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

/// Returns the files of the project's expected folders that begin as ours do.
fn ours(project: &Project) -> impl Iterator<Item = PathBuf> {
    let folders = project.config.expected_folders();
    let below = |folder: PathBuf| {
        ignore::WalkBuilder::new(folder)
            .standard_filters(false)
            .hidden(true)
            .build()
    };
    (folders.into_iter().flat_map(below))
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
