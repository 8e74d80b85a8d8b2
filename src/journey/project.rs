//! Guides found and understood, and the interpreters chosen for each.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use crate::discover::{Config, Roots, Settings, Start, guides, included_text};
use crate::execute::sandbox::{self, Level};
use crate::extract::{Document, Example, Excerpt, Fate, Fence, documents};
use crate::plan::environment::{Environment, environments, unknown};
use crate::plan::interpreter::{Choosing, Places, Spec};
use crate::plan::{Choice, fences_of, select};
use crate::position::LineIndex;
use crate::problem::{Class, Problem};
use crate::report::{FenceReport, Report};

use super::Provisioning;
use super::chosen::{Chosen, check_specs, choose_for, parse_all};
use super::running::unknown_filters;

/// What the user asked for, whatever the command.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `PATH` arguments as typed.
    pub paths: Vec<String>,
    /// The current folder, absolute.
    pub current_folder: PathBuf,
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--python`, each as typed; wins over configuration.
    pub python: Vec<String>,
    /// `--timeout` in milliseconds; wins over configuration, not over directives.
    pub timeout_ms: Option<u64>,
    /// `--start`.
    pub start: Option<Start>,
    /// `--since`.
    pub since: Option<String>,
    /// `--jobs`, at least 1.
    pub jobs: usize,
    /// What package environments are made with.
    pub provisioning: Provisioning,
    /// Where interpreters are, and the cache.
    pub places: Places,
    /// The user's environment variables, for git, uv and pip.
    pub variables: Vec<(OsString, OsString)>,
    /// Whether the command has something to do where there is no guide.
    pub needs_no_guide: bool,
}

/// Guides, found and understood.
#[derive(Debug)]
pub struct Project {
    /// Configuration.
    pub config: Config,
    /// Guides in order of their ids.
    pub documents: Vec<Document>,
    /// Problems of discovery.
    pub discovery: Vec<Problem>,
    /// Whether the whole project was asked for.
    pub whole: bool,
    /// Package environments in order of their names.
    pub environments: Vec<Environment>,
}

impl Project {
    /// Finds and reads what was asked for.
    ///
    /// # Errors
    ///
    /// Problems of the configuration, all at once; paths that name nothing.
    pub fn open(request: &Request) -> Result<Self, Vec<Problem>> {
        let first = request.paths.first().map_or_else(
            || request.current_folder.clone(),
            |path| request.current_folder.join(path),
        );
        let config = Config::load(request.config.as_deref(), &first)?;
        check_specs(&config)?;
        let roots = Roots {
            paths: request.paths.clone(),
            current_folder: request.current_folder.clone(),
            since: request.since.clone(),
            variables: request.variables.clone(),
            may_be_empty: request.needs_no_guide,
        };
        let found = guides(&roots, &config);
        let usage: Vec<Problem> = found
            .problems
            .iter()
            .filter(|problem| problem.class == Class::Usage)
            .cloned()
            .collect();
        if !usage.is_empty() {
            return Err(usage);
        }
        let mut guides = found.guides;
        for guide in &mut guides {
            guide.settings = with_flags(&guide.settings, request);
        }
        let documents = documents(&guides, &included_text);
        let missing = documents
            .iter()
            .filter_map(|document| select(document).err());
        let missing: Vec<Problem> = missing.flatten().collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        Ok(Self {
            environments: environments(&config, &documents)?,
            config,
            documents,
            discovery: found.problems,
            whole: found.whole_project,
        })
    }

    /// Returns a report that tells of the guides alone, behind walls of this level.
    pub(super) fn report(&self, level: Level) -> Report {
        Report {
            guides: self.documents.len(),
            fences: self.fences(),
            sandbox: level.name().to_owned(),
            ..Report::default()
        }
    }

    /// Returns every fence of every guide; of a guide whose examples were named, theirs.
    #[must_use]
    pub fn fences(&self) -> Vec<FenceReport> {
        let count = (self.documents.iter()).map(|document| document.fences.len());
        let mut reports = Vec::with_capacity(count.sum());
        for document in &self.documents {
            let asked = Asked::of(document);
            let guide = Excerpt::from(document.guide.id.as_str());
            let fences = document.fences.iter().enumerate();
            let fences = fences.filter(|(index, _)| asked.has(*index));
            reports.extend(fences.map(|(_, fence)| FenceReport {
                guide: guide.clone(),
                fence: fence.clone(),
            }));
        }
        reports
    }

    /// Returns the problems of discovery and of every guide; each look-alike is one of them.
    ///
    /// Of a guide whose examples were named, only theirs.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = self.discovery.clone();
        for document in &self.documents {
            let asked = Asked::of(document);
            let own = document.problems.iter().cloned();
            let found = own
                .chain(unreported_lookalikes(document))
                .chain(unknown_filters(document));
            problems.extend(found.filter(|problem| asked.concerns(document, problem)));
        }
        let document = |id: &str| self.documents.iter().find(|found| found.guide.id == id);
        let is_asked = |problem: &Problem| {
            let guide = problem.guide.as_deref().and_then(document);
            guide.is_none_or(|guide| Asked::of(guide).concerns(guide, problem))
        };
        let environments = unknown(&self.documents, &self.environments);
        problems.extend(environments.into_iter().filter(is_asked));
        problems
    }

    /// Returns those problems, and first what the user has to be told about the sandbox that examples run in.
    pub(super) fn problems_at(&self, level: Level) -> Vec<Problem> {
        let mut problems: Vec<Problem> = sandbox::warning(level).into_iter().collect();
        problems.extend(self.problems());
        problems
    }

    /// Chooses interpreters for each guide: the flag's, else the configuration's, else all.
    ///
    /// # Errors
    ///
    /// A bad spec, an interpreter that is not there, or none at all.
    pub fn interpreters(&self, request: &Request) -> Result<Chosen, Vec<Problem>> {
        let chosen = self.interpreters_here(request)?;
        if chosen.missing.is_empty() {
            Ok(chosen)
        } else {
            Err(chosen.missing)
        }
    }

    /// Chooses interpreters as [`Project::interpreters`] does, and tells of those that are not there.
    ///
    /// # Errors
    ///
    /// A bad spec.
    pub fn interpreters_here(&self, request: &Request) -> Result<Chosen, Vec<Problem>> {
        let wanted = |document: &Document| {
            if request.python.is_empty() {
                document.guide.settings.python.clone()
            } else {
                request.python.clone()
            }
        };
        let mut specs: BTreeMap<Vec<String>, Vec<Spec>> = BTreeMap::new();
        for texts in self.documents.iter().map(wanted) {
            specs.insert(texts.clone(), parse_all(&texts)?);
        }
        let (by_specs, found) = choose_for(&specs, &request.places);
        let mut missing: Vec<Problem> = Vec::new();
        for problem in by_specs.values().flat_map(|chosen| &chosen.problems) {
            if !missing.contains(problem) {
                missing.push(problem.clone());
            }
        }
        let of_guide = |document| &by_specs[&wanted(document)];
        let chosen: Vec<&Choosing> = self.documents.iter().map(of_guide).collect();
        Ok(Chosen {
            by_guide: chosen.iter().map(|chosen| chosen.here.clone()).collect(),
            absent: chosen.iter().map(|chosen| chosen.absent.clone()).collect(),
            missing,
            found,
        })
    }

    /// Joins each guide with the examples asked for and its interpreters.
    ///
    /// # Errors
    ///
    /// `GUIDE:LINE` and `GUIDE#NAME` that name nothing.
    pub fn choices<'a>(&'a self, chosen: &'a Chosen) -> Result<Vec<Choice<'a>>, Vec<Problem>> {
        let mut choices = Vec::new();
        let mut problems = Vec::new();
        for (document, interpreters) in self.documents.iter().zip(&chosen.by_guide) {
            match select(document) {
                Ok(examples) => choices.push(Choice {
                    document,
                    examples,
                    interpreters,
                }),
                Err(missing) => problems.extend(missing),
            }
        }
        if problems.is_empty() {
            Ok(choices)
        } else {
            Err(problems)
        }
    }

    /// Finds the example that an entry of a plan is for.
    pub(super) fn planned_example(&self, id: &str) -> Result<(&Document, &Example), Problem> {
        let unknown = || Problem::bug(format!("`{id}` was planned and is no example"));
        self.example(id).ok_or_else(unknown)
    }

    /// Finds an example by its id.
    #[must_use]
    pub fn example(&self, id: &str) -> Option<(&Document, &Example)> {
        let may_hold = |document: &&Document| {
            let name = id.strip_prefix(&document.guide.id);
            name.is_some_and(|name| name.starts_with('#'))
        };
        let mut documents = self.documents.iter().filter(may_hold);
        documents.find_map(|document| {
            let mut examples = document.examples.iter();
            Some((document, examples.find(|example| example.id == id)?))
        })
    }
}

/// Which fences of a guide were asked for: those of the examples that were named, or all.
struct Asked(Option<(BTreeSet<usize>, LineIndex)>);

impl Asked {
    fn of(document: &Document) -> Self {
        if document.guide.selectors.is_empty() {
            return Self(None);
        }
        let examples = select(document).unwrap_or_default();
        let fences = examples.into_iter().flat_map(fences_of).collect();
        Self(Some((fences, LineIndex::new(&document.guide.text))))
    }

    fn has(&self, fence: usize) -> bool {
        let asked = self.0.as_ref();
        asked.is_none_or(|(fences, _)| fences.contains(&fence))
    }

    /// Says whether a problem stands at a fence that was asked for, or above it up to the fence before.
    fn concerns(&self, document: &Document, problem: &Problem) -> bool {
        let (Some((asked, index)), Some(position)) = (&self.0, problem.position) else {
            return true;
        };
        let last_line =
            |fence: usize| index.line(document.fences[fence].span.end.saturating_sub(1));
        asked.iter().any(|fence| {
            let above = fence.checked_sub(1).map_or(0, last_line);
            let first = (above + 1).min(document.fences[*fence].position.line);
            (first..=last_line(*fence)).contains(&position.line)
        })
    }
}

/// Returns settings with the command line's wishes in place of the configuration's.
fn with_flags(settings: &Arc<Settings>, request: &Request) -> Arc<Settings> {
    if request.timeout_ms.is_none() && request.start.is_none() {
        return Arc::clone(settings);
    }
    let mut changed = Settings::clone(settings);
    changed.limits.timeout_ms = request.timeout_ms.unwrap_or(changed.limits.timeout_ms);
    changed.start = request.start.or(changed.start);
    Arc::new(changed)
}

/// Makes a finding of each look-alike that extraction has not reported itself.
fn unreported_lookalikes(document: &Document) -> Vec<Problem> {
    let places = document.problems.iter();
    let places = places.filter_map(|problem| Some(problem.position?.line));
    let lines: BTreeSet<usize> = places.collect();
    let reported = |fence: &Fence| lines.contains(&fence.position.line);
    document
        .fences
        .iter()
        .filter(|fence| matches!(fence.fate, Fate::Lookalike(_)) && !reported(fence))
        .map(|fence| {
            let reason = fence.fate.reason().unwrap_or_default();
            Problem::finding(
                "lookalike",
                format!("`{}` looks like Python and was not selected", fence.info),
            )
            .at(&document.guide.id, fence.position)
            .because(reason)
            .hint("write `python`, or `text` if it is not meant to run")
        })
        .collect()
}
