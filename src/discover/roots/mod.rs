//! What the user named → guides, in a stable order.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::problem::Problem;

use crate::discover::argument::{Argument, argument};
use crate::discover::expected::{expected_path, root_of_file, shared_files};
use crate::discover::glob::ruling;
use crate::discover::guide::read;
use crate::discover::path::{normalise, relative};
use crate::discover::since::changed_since;
use crate::discover::walk::{is_guide, walk};
use crate::discover::{Config, ConfigLocation, Guide, Selector};

/// What the user named on the command line.
#[derive(Debug, Clone, Default)]
pub struct Roots {
    /// `PATH` arguments as typed: a file, a folder, `GUIDE:LINE` or `GUIDE#NAME`; empty means the
    /// guides of the configuration, or the current folder.
    pub paths: Vec<String>,
    /// The current folder, absolute.
    pub current_folder: PathBuf,
    /// Only guides changed since this git revision.
    pub since: Option<String>,
    /// The user's environment variables, for git.
    pub variables: Vec<(OsString, OsString)>,
    /// Whether it is no problem that there is no guide at all.
    pub may_be_empty: bool,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Discovered {
    /// Readable guides, ordered by id.
    pub guides: Vec<Guide>,
    /// Unreadable guides, paths that name nothing, two guides for one expected file.
    pub problems: Vec<Problem>,
    /// Whether the whole project was asked for, so that an expected file without a guide is an orphan.
    pub whole_project: bool,
}

/// A file that was named or found.
#[derive(Debug, Clone)]
struct Candidate {
    path: PathBuf,
    /// The folder that was given, where no configuration says which is the root.
    given: PathBuf,
    /// Empty means all of it.
    selectors: Vec<Selector>,
}

/// Candidates by id.
type Candidates = BTreeMap<String, Candidate>;

/// Finds and reads the guides that `roots` name under `config`.
#[must_use]
pub fn guides(roots: &Roots, config: &Config) -> Discovered {
    let mut search = Search::new(roots, config);
    if roots.paths.is_empty() {
        search.project();
    }
    for text in &roots.paths {
        search.named(text);
    }
    search.finish()
}

/// One search: what was found so far.
struct Search<'a> {
    roots: &'a Roots,
    config: &'a Config,
    candidates: Candidates,
    problems: Vec<Problem>,
    /// Folders that were named, absolute.
    folders: Vec<PathBuf>,
}

impl<'a> Search<'a> {
    fn new(roots: &'a Roots, config: &'a Config) -> Self {
        Self {
            roots,
            config,
            candidates: Candidates::new(),
            problems: Vec::new(),
            folders: Vec::new(),
        }
    }

    /// Adds what configuration calls the project's guides, or everything in the current folder.
    fn project(&mut self) {
        let config = self.config;
        if config.location == ConfigLocation::None {
            return self.folder(&self.roots.current_folder.clone());
        }
        if config.globs().is_empty() {
            return self.folder(&config.root.clone());
        }
        let positive = config.globs().iter().filter(|glob| !glob.negated);
        let starts: Vec<PathBuf> = positive
            .map(|glob| config.root.join(glob.start()))
            .collect();
        let wanted = |path: &Path| ruling(config.globs(), &relative(path, &config.root)).is_some();
        for start in starts.iter().filter(|start| start.exists()) {
            self.walk(start, &wanted);
        }
        if self.candidates.is_empty() && self.problems.is_empty() {
            let file = config.file_name().unwrap_or_default();
            self.nothing_found(no_guides("the globs of `guides`").in_file(file));
        }
    }

    /// Adds one argument.
    fn named(&mut self, text: &str) {
        let is_known = |path: &Path| self.is_guide(path);
        match argument(
            text,
            &self.roots.current_folder,
            &self.config.root,
            &is_known,
        ) {
            Ok(Argument::Folder(folder)) => self.folder(&folder),
            Ok(Argument::Guide(path, selector)) => self.add(path, None, selector),
            Err(problem) => self.problems.push(problem),
        }
    }

    /// Says whether a file may be a guide: by its ending, or because configuration names it.
    fn is_guide(&self, path: &Path) -> bool {
        let id = relative(path, &self.config.root);
        is_guide(path) || ruling(self.config.globs(), &id).is_some()
    }

    /// Adds every guide below a folder that the user named.
    fn folder(&mut self, folder: &Path) {
        let config = self.config;
        let folder = normalise(folder);
        let before = self.candidates.len() + self.problems.len();
        let taken_away = |id: &str| {
            config
                .globs()
                .iter()
                .any(|glob| glob.negated && glob.matches(id))
        };
        let wanted = |path: &Path| {
            // Most files of a tree are no guides: their endings say so, before any path is made.
            if !is_guide(path) && config.globs().is_empty() {
                return false;
            }
            let id = relative(path, &config.root);
            !taken_away(&id) && (is_guide(path) || ruling(config.globs(), &id).is_some())
        };
        self.walk(&folder, &wanted);
        if before == self.candidates.len() + self.problems.len() && !self.covers(&folder) {
            let name = relative(&folder, &self.roots.current_folder);
            let name = if name.is_empty() { "." } else { &name };
            self.nothing_found(no_guides(&format!("`{name}`")));
        }
        self.folders.push(folder);
    }

    fn nothing_found(&mut self, problem: Problem) {
        if !self.roots.may_be_empty {
            self.problems.push(problem);
        }
    }

    /// Says whether a folder was walked already as part of another.
    fn covers(&self, folder: &Path) -> bool {
        self.folders.iter().any(|walked| folder.starts_with(walked))
    }

    fn walk(&mut self, folder: &Path, wanted: &dyn Fn(&Path) -> bool) {
        let walked = walk(folder, wanted);
        self.problems.extend(walked.problems);
        for path in walked.files {
            self.add(path, Some(folder), None);
        }
    }

    /// Adds a file; the whole of it wins over a part.
    fn add(&mut self, path: PathBuf, given: Option<&Path>, selector: Option<Selector>) {
        let id = relative(&path, &self.config.root);
        let given = given.map_or_else(|| root_of_file(&id, &path, self.config), Path::to_owned);
        match self.candidates.get_mut(&id) {
            None => {
                let selectors = selector.into_iter().collect();
                let candidate = Candidate {
                    path,
                    given,
                    selectors,
                };
                self.candidates.insert(id, candidate);
            }
            Some(known) => match selector {
                Some(selector) if !known.selectors.is_empty() => known.selectors.push(selector),
                Some(_) => {}
                None => known.selectors.clear(),
            },
        }
    }

    /// Reads the files.
    fn finish(mut self) -> Discovered {
        let whole_project = self.is_whole();
        self.keep_changed();
        let candidates: Vec<_> = std::mem::take(&mut self.candidates).into_iter().collect();
        let read = |(id, candidate)| self.guide(id, candidate);
        let read: Vec<_> = candidates.into_par_iter().map(read).collect();
        let mut guides = Vec::new();
        for one in read {
            match one {
                Ok(guide) => guides.push(guide),
                Err(problem) => self.problems.push(problem),
            }
        }
        self.problems.extend(shared_files(&guides, self.config));
        Discovered {
            guides,
            problems: self.problems,
            whole_project,
        }
    }

    /// Drops what did not change since the revision asked for, the guide itself and its expected file.
    fn keep_changed(&mut self) {
        let Some(revision) = &self.roots.since else {
            return;
        };
        let config = self.config;
        let changed = match changed_since(revision, &config.root, &self.roots.variables) {
            Ok(changed) => changed,
            Err(problem) => {
                self.candidates.clear();
                return self.problems.push(problem);
            }
        };
        let is_changed = |path: &Path| {
            path.canonicalize()
                .is_ok_and(|path| changed.contains(&path))
        };
        self.candidates.retain(|id, one| {
            is_changed(&one.path) || is_changed(&expected_path(id, &one.path, &one.given, config))
        });
    }

    fn guide(&self, id: String, candidate: Candidate) -> Result<Guide, Problem> {
        Ok(Guide {
            text: read(&candidate.path, &id)?.into(),
            expected_path: expected_path(&id, &candidate.path, &candidate.given, self.config),
            settings: self.config.settings_for(&id),
            path: candidate.path,
            selectors: candidate.selectors,
            id,
        })
    }

    /// Says whether all that can have expected files was asked for.
    fn is_whole(&self) -> bool {
        if self.roots.since.is_some() {
            return false;
        }
        if self.roots.paths.is_empty() {
            return true;
        }
        if self.config.location == ConfigLocation::None {
            return self.folders.len() == 1 && self.roots.paths.len() == 1;
        }
        let globs = self.config.globs().iter().filter(|glob| !glob.negated);
        let mut starts = globs
            .map(|glob| self.config.root.join(glob.start()))
            .peekable();
        if starts.peek().is_none() {
            return self.covers(&self.config.root);
        }
        starts.all(|start| self.covers(&start))
    }
}

fn no_guides(place: &str) -> Problem {
    Problem::usage("no-guides", format!("no guide was found in {place}"))
        .hint("guides end in `.md`, `.markdown` or `.mdx`; what `.gitignore` names is left out")
}

#[cfg(test)]
mod tests;
