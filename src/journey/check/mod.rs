//! `check`: run, judge by what was recorded and what the guide claims, report.

mod docket;
mod judging;
mod proposing;

use std::sync::Arc;
use std::time::Instant;

use crate::compare::Verdict;
use crate::execute::RunOptions;
use crate::execute::sandbox::Level;
use crate::extract::{Block, Document, Example};
use crate::normalise::Transcript;
use crate::plan::{Choice, Disposition, Interpreter, Plan, PlanEntry, PlannedRun, blocks_for};
use crate::problem::Problem;
use crate::report::{ExampleReport, Report, Rerun, RunReport, Tally};

use super::absent::absent_entries;
use super::chosen::Chosen;
use super::environments::planned;
use super::expectations::Expectations;
use super::running::{Watch, Watched, anew, run_judged};
use super::{Project, Request};

use docket::Docket;
use judging::Judging;
use proposing::propose;

/// What `check` was asked for beside the guides.
#[derive(Debug, Clone, Default)]
pub struct CheckRequest {
    /// Runs of each example on each interpreter; 0 is taken for 1.
    pub repeat: usize,
    /// Whether changes of what is expected are kept for `review`.
    pub pending: bool,
    /// How commands are typed that do it again.
    pub rerun: Rerun,
    /// Whether people want every place named that did not run.
    pub verbose: bool,
}

/// Runs what was asked for and judges it. The watcher is told of each example as soon as all before it are
/// out, and the report keeps none; only changes kept for `review` need all of them together.
///
/// # Errors
///
/// Usage problems, and what kept fencepost from running at all. What runs on interpreters that are
/// not there is blocked.
pub fn check(
    project: &Project,
    request: &Request,
    wanted: CheckRequest,
    options: &RunOptions,
    watch: Watch<'_>,
) -> Result<Report, Vec<Problem>> {
    let begun = Instant::now();
    let chosen = project.interpreters_here(request)?;
    let choices = project.choices(&chosen)?;
    let mut report = Report {
        interpreters: used(&chosen, &choices),
        rerun: wanted.rerun,
        verbose: wanted.verbose,
        ..project.report(options.sandbox)
    };
    let asked = Asked {
        absent: absent_entries(&choices, &chosen),
        repeat: wanted.repeat,
    };
    if !wanted.pending {
        watch(Watched::Begun(&report));
        report.forget_fences();
    }
    let mut tell = |example: ExampleReport, watch: Watch<'_>| {
        if wanted.pending {
            report.examples.push(example);
        } else {
            report.told.add(&example);
            watch(Watched::Judged(&report, &example));
        }
    };
    let checked = Checked::of(
        project,
        request,
        (&choices, asked),
        options,
        (watch, &mut tell),
    )?;
    report.problems = checked.problems(project, options.sandbox);
    report.remarks = checked.remarks(&report.tally());
    if wanted.pending {
        let examples = &mut report.examples;
        let judged = (&checked, examples.as_mut_slice());
        let asked = (request, &chosen.found);
        let proposed = propose(judged, project, asked, &choices, options, watch)?;
        report.problems.extend(proposed.problems);
        report.remarks.extend(proposed.remarks);
    }
    report.missing = chosen.missing;
    report.wall_ms = elapsed(begun);
    Ok(report)
}

/// What is to be checked beside what runs.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Entries on interpreters that are not there.
    pub(super) absent: Vec<PlanEntry>,
    /// Runs of each example on each interpreter; 0 is taken for 1.
    pub(super) repeat: usize,
}

/// Takes each example that was judged, in order of the plan.
pub(super) type Tell<'a> = &'a mut dyn FnMut(ExampleReport, Watch<'_>);

/// A plan that ran and was judged.
pub(super) struct Checked {
    pub(super) planned: Plan,
    pub(super) expectations: Expectations,
    /// Warnings of blocks whose code no interpreter could be asked about.
    unread: Vec<Problem>,
}

impl Checked {
    /// Runs everything that was chosen, judges it and tells of it in order.
    pub(super) fn of(
        project: &Project,
        request: &Request,
        (choices, asked): (&[Choice<'_>], Asked),
        options: &RunOptions,
        (watch, tell): (Watch<'_>, Tell<'_>),
    ) -> Result<Self, Vec<Problem>> {
        let planned = planned(project, request, choices, watch)?;
        let expectations = Expectations::read(project);
        let mut entries: Vec<&PlanEntry> = planned.entries.iter().chain(&asked.absent).collect();
        entries.sort_by(|a, b| a.order().cmp(&b.order()));
        let repeat = asked.repeat.max(1);
        let unread = std::thread::scope(|scope| {
            let judging = Judging::new(scope, choices, &expectations, options);
            let docket = Docket::new(judging, entries, repeat);
            judge_all(docket, options, (watch, tell))
        });
        Ok(Self {
            unread: unread.map_err(|problem| vec![problem])?,
            planned,
            expectations,
        })
    }

    /// Returns the problems of the sandbox, of the guides and of their expected files.
    pub(super) fn problems(&self, project: &Project, level: Level) -> Vec<Problem> {
        let mut problems = project.problems_at(level);
        problems.extend(self.expectations.problems.iter().cloned());
        problems.extend(self.expectations.orphans(project));
        problems.extend(self.unread.iter().cloned());
        problems
    }

    fn remarks(&self, tally: &Tally) -> Vec<String> {
        if tally.runs(Verdict::Unrecorded) > 0 && !self.expectations.any {
            return vec![
                "nothing was recorded yet: examples were judged by how they end and by the outputs the guides show".to_owned(),
                "record what they print with: fencepost record".to_owned(),
            ];
        }
        Vec::new()
    }
}

/// Makes all runs of a docket and tells of its examples in order; returns warnings about their code.
fn judge_all(
    mut docket: Docket<'_>,
    options: &RunOptions,
    (watch, tell): (Watch<'_>, Tell<'_>),
) -> Result<Vec<Problem>, Problem> {
    let runs = docket.runs();
    if runs.iter().any(|run| run.alone) {
        // Nothing is asked beside a run that has to be alone.
        docket.settle()?;
    }
    let options = if docket.repeat > 1 {
        &anew(options, "`--repeat` runs everything")
    } else {
        options
    };
    run_judged(&runs, options, watch, &mut |index, record, watch| {
        let trust = docket.take(index, record)?;
        // What was kept is there before it is known that anything can run.
        if !record.cached {
            tell_all(&mut docket, watch, tell);
        }
        Ok(trust)
    })?;
    docket.settle()?;
    tell_all(&mut docket, watch, tell);
    Ok(docket.problems())
}

/// Tells every example that can be told by now.
fn tell_all(docket: &mut Docket<'_>, watch: Watch<'_>, tell: Tell<'_>) {
    while let Some(example) = docket.next() {
        tell(example, watch);
    }
}

pub(super) fn elapsed(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Returns the interpreters that any example was asked for on.
pub(super) fn used(chosen: &Chosen, choices: &[Choice<'_>]) -> Vec<Interpreter> {
    if choices.iter().all(|choice| choice.examples.is_empty()) {
        Vec::new()
    } else {
        chosen.all()
    }
}

/// Returns the runs of a plan, in its order.
pub(super) fn runs_of(planned: &Plan) -> Vec<Arc<PlannedRun>> {
    let run = |entry: &PlanEntry| match &entry.disposition {
        Disposition::Run(run) => Some(Arc::clone(run)),
        Disposition::Skipped(_) | Disposition::Blocked(_) => None,
    };
    planned.entries.iter().filter_map(run).collect()
}

/// Reports an entry that did not run, with the reason.
pub(super) fn not_run(entry: &PlanEntry) -> RunReport {
    let (verdict, reason) = match &entry.disposition {
        Disposition::Skipped(reason) => (Verdict::Skipped, reason.as_str()),
        Disposition::Blocked(reason) => (Verdict::Blocked, reason.as_str()),
        Disposition::Run(_) => (Verdict::Blocked, "it was not run"),
    };
    RunReport::new(entry.interpreter.clone(), verdict).because(reason)
}

/// Returns a group's stdout by block, with the line of each block that began to run.
pub(super) fn blocks_of(
    document: &Document,
    example: &Example,
    transcript: &Transcript,
    interpreter: &Interpreter,
) -> Option<Vec<(usize, String)>> {
    if example.blocks.len() < 2 {
        return None;
    }
    let line = |block: &Block| document.fences[block.fence].position.line;
    let lines = blocks_for(example, interpreter).map(line);
    let began = lines
        .zip(&transcript.blocks)
        .filter(|(_, outputs)| !outputs.is_empty());
    Some(
        began
            .map(|(line, outputs)| (line, outputs.concat()))
            .collect(),
    )
}
