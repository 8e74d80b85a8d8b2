//! From a plan to transcripts: execute and normalise, with analysis of the code where it is needed.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::compare::Neighbour;
use crate::execute::{
    Analysis, Explanation, Reuse, RunEvent, RunOptions, RunRecord, Trust, analyse, run_all,
    run_each,
};
use crate::extract::{Document, Example};
use crate::normalise::{BUILT_IN_FILTERS, Filter, Transcript, transcript};
use crate::plan::{Choice, Interpreter, PlannedRun};
use crate::position::Position;
use crate::problem::{Problem, Severity};
use crate::report::{ExampleReport, Report};
use crate::wording::{nearest, ticked};

/// What a command tells while runs go on.
#[derive(Debug)]
pub enum Watched<'a> {
    /// So many runs will be made.
    Planned(usize),
    /// So many environments will be made.
    Provisioning(usize),
    /// This environment was made, or could not be.
    Provisioned(&'a str),
    /// This run ended, or its kept result was used.
    Finished(&'a PlannedRun, &'a RunRecord),
    /// Why this run is made, or that it is not.
    Explained(&'a PlannedRun, &'a Explanation),
    /// This run will be made once more, since its record is doubted.
    Doubted(&'a PlannedRun),
    /// All is known of this report that is known before anything runs.
    Begun(&'a Report),
    /// This example is judged, and all before it were told: it belongs to the report, which knows all but its
    /// end and keeps none.
    Judged(&'a Report, &'a ExampleReport),
}

/// Listens to a command's progress.
pub type Watch<'a> = &'a mut dyn FnMut(Watched<'_>);

/// Runs and tells the watcher.
pub(super) fn run(
    runs: &[Arc<PlannedRun>],
    options: &RunOptions,
    watch: Watch<'_>,
) -> Result<Vec<RunRecord>, Problem> {
    watch(Watched::Planned(runs.len()));
    run_all(runs, options, &mut |event| {
        tell(event, &|index| &runs[index], watch);
    })
}

/// Runs, tells the watcher, and has each record judged as soon as it is there.
pub(super) fn run_judged(
    runs: &[Arc<PlannedRun>],
    options: &RunOptions,
    watch: Watch<'_>,
    judge: &mut dyn FnMut(usize, &RunRecord, Watch<'_>) -> Result<Trust, Problem>,
) -> Result<(), Problem> {
    watch(Watched::Planned(runs.len()));
    run_each(runs, options, &mut |event| {
        tell(event, &|index| &runs[index], watch);
        let RunEvent::Finished(index, record) = event else {
            return Ok(Trust::Believed);
        };
        let trust = judge(index, record, watch)?;
        if trust != Trust::Believed {
            watch(Watched::Doubted(&runs[index]));
        }
        Ok(trust)
    })
}

fn tell<'a>(event: RunEvent<'a>, run: &dyn Fn(usize) -> &'a PlannedRun, watch: Watch<'_>) {
    match event {
        RunEvent::Started(_) => (),
        RunEvent::Finished(index, record) => watch(Watched::Finished(run(index), record)),
        RunEvent::Explained(index, explanation) => {
            watch(Watched::Explained(run(index), explanation));
        }
    }
}

/// Returns options under which everything runs, whatever was kept.
pub(super) fn anew(options: &RunOptions, why: &'static str) -> RunOptions {
    RunOptions {
        reuse: Reuse::Nothing(why),
        ..options.clone()
    }
}

/// Compiled filters of one guide by name, with the built-in ones left to `normalise`.
pub(super) fn filters(document: &Document, example: &Example) -> Result<Vec<Filter>, Problem> {
    let rules = &document.guide.settings.filters;
    let of_user = example
        .directives
        .filters
        .iter()
        .filter_map(|name| rules.get(name).map(|rule| (name, rule)));
    of_user
        .map(|(name, rule)| {
            let expression = regex::Regex::new(&rule.pattern).map_err(|error| {
                Problem::usage(
                    "bad-filter",
                    format!("the filter `{name}` is no regular expression"),
                )
                .because(error.to_string())
            })?;
            Ok(Filter {
                name: name.clone(),
                expression,
                token: rule.token.clone(),
            })
        })
        .collect()
}

/// Returns a finding for each name of a filter that nobody defines.
pub(super) fn unknown_filters(document: &Document) -> Vec<Problem> {
    let rules = document.guide.settings.filters.keys().map(String::as_str);
    let known: Vec<&str> = BUILT_IN_FILTERS.into_iter().chain(rules).collect();
    let mut problems = Vec::new();
    for example in &document.examples {
        let names = example.directives.filters.iter();
        for name in names.filter(|name| !known.contains(&name.as_str())) {
            let known = format!("filters are: {}", ticked(&known));
            let hint = nearest(name, &BUILT_IN_FILTERS).map_or_else(
                || known.clone(),
                |near| format!("did you mean `{near}`? {known}"),
            );
            let problem =
                Problem::finding("unknown-filter", format!("no filter is named `{name}`"));
            problems.push(problem.at(&document.guide.id, example.position).hint(hint));
        }
    }
    problems
}

/// Normalises a record as its example asks.
pub(super) fn normalised(
    document: &Document,
    example: &Example,
    interpreter: &Interpreter,
    record: &RunRecord,
) -> Result<Transcript, Problem> {
    let filters = filters(document, example)?;
    Ok(transcript(
        record,
        interpreter,
        &example.directives,
        &filters,
    ))
}

/// What Python's grammar says about blocks, by guide and fence.
#[derive(Debug, Default)]
pub(super) struct Analyses {
    by_fence: BTreeMap<(String, usize), Analysis>,
    /// Blocks that there is no answer about.
    problems: Vec<Problem>,
}

impl Analyses {
    /// Analyses, in one batch on the newest interpreter, every block that `wanted` names.
    pub(super) fn of(
        choices: &[Choice<'_>],
        options: &RunOptions,
        wanted: &dyn Fn(&Document, &Example) -> bool,
    ) -> Result<Self, Problem> {
        let Some(newest) = newest(choices) else {
            return Ok(Self::default());
        };
        let mut keys = Vec::new();
        let mut places = Vec::new();
        let mut codes = Vec::new();
        for choice in choices {
            for example in choice
                .examples
                .iter()
                .filter(|example| wanted(choice.document, example))
            {
                for block in &example.blocks {
                    keys.push((choice.document.guide.id.clone(), block.fence));
                    places.push(choice.document.fences[block.fence].position);
                    codes.push(block.code.as_str());
                }
            }
        }
        let answers = analyse(newest, &codes, options)?;
        let problems = (keys.iter().zip(&places).zip(&answers))
            .filter_map(|(((guide, _), place), answer)| unanswered(guide, *place, answer))
            .collect();
        Ok(Self {
            by_fence: keys.into_iter().zip(answers).collect(),
            problems,
        })
    }

    /// Returns a warning for each block that no interpreter could be asked about.
    pub(super) fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Returns the analysis of each block of an example; an empty one where none was made.
    pub(super) fn blocks(&self, document: &Document, example: &Example) -> Vec<Analysis> {
        let key = |fence| (document.guide.id.clone(), fence);
        example
            .blocks
            .iter()
            .map(|block| {
                self.by_fence
                    .get(&key(block.fence))
                    .cloned()
                    .unwrap_or_default()
            })
            .collect()
    }

    /// Returns what blocks above `example` define.
    pub(super) fn above(&self, document: &Document, example: &Example) -> Vec<Neighbour> {
        let first = example.blocks.first().map_or(0, |block| block.fence);
        let key = |fence| (document.guide.id.clone(), fence);
        self.by_fence
            .range(key(0)..key(first))
            .map(|((_, fence), analysis)| Neighbour {
                line: document.fences[*fence].position.line,
                defines: analysis.defines.clone(),
            })
            .collect()
    }
}

/// Tells that nothing is known of a block, and what that means for its reader.
fn unanswered(guide: &str, place: Position, answer: &Analysis) -> Option<Problem> {
    let (how, _) = answer.syntax_error.as_ref().filter(|_| answer.unanswered)?;
    let problem = Problem::blocked("not-analysed", "the code of this block cannot be read")
        .because(how.clone())
        .hint("outputs that it shows in comments are not judged: show them in an `output` fence, or make the block smaller");
    Some(problem.severity(Severity::Warning).at(guide, place))
}

fn newest<'a>(choices: &'a [Choice<'_>]) -> Option<&'a Interpreter> {
    choices
        .iter()
        .flat_map(|choice| choice.interpreters)
        .max_by_key(|interpreter| interpreter.label())
}
