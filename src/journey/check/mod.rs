//! `check`: run, judge by what was recorded and what the guide claims, report.

mod judging;
mod proposing;

use std::time::Instant;

use crate::compare::Verdict;
use crate::discover::Start;
use crate::execute::RunOptions;
use crate::execute::sandbox::Level;
use crate::extract::{Block, Document, Example};
use crate::normalise::Transcript;
use crate::plan::{Choice, Disposition, Interpreter, Plan, PlanEntry, PlannedRun, blocks_for};
use crate::problem::Problem;
use crate::report::{ExampleReport, Report, RunReport};

use super::absent::{absent_entries, add_absent};
use super::environments::planned;
use super::expectations::Expectations;
use super::project::Chosen;
use super::running::{Watch, anew, run};
use super::{Project, Request};

use judging::Judging;

/// What `check` was asked for beside the guides.
#[derive(Debug, Clone, Copy, Default)]
pub struct CheckRequest {
    /// Runs of each example on each interpreter; 0 is taken for 1.
    pub repeat: usize,
    /// Whether changes of what is expected are kept for `review`.
    pub pending: bool,
}

/// Runs what was asked for and judges it.
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
    let mut checked = Checked::of(project, request, &choices, wanted.repeat, options, watch)?;
    add_absent(&mut checked.examples, absent_entries(&choices, &chosen));
    let mut problems = checked.problems(project, options.sandbox);
    let mut remarks = checked.remarks();
    if wanted.pending {
        let proposed = proposing::propose(&mut checked, project, &choices, options, watch)?;
        problems.extend(proposed.problems);
        remarks.extend(proposed.remark);
    }
    let told = project.report(options.sandbox);
    Ok(Report {
        remarks,
        examples: checked.examples,
        problems,
        interpreters: used(&chosen, &choices),
        missing: chosen.missing,
        wall_ms: elapsed(begun),
        ..told
    })
}

/// A plan that ran and was judged.
pub(super) struct Checked {
    pub(super) planned: Plan,
    pub(super) expectations: Expectations,
    pub(super) examples: Vec<ExampleReport>,
    /// Warnings of blocks whose code no interpreter could be asked about.
    unread: Vec<Problem>,
}

impl Checked {
    /// Runs everything that was chosen, `repeat` times each, and judges it.
    pub(super) fn of(
        project: &Project,
        request: &Request,
        choices: &[Choice<'_>],
        repeat: usize,
        options: &RunOptions,
        watch: Watch<'_>,
    ) -> Result<Self, Vec<Problem>> {
        let one = |problem| vec![problem];
        let planned = planned(project, request, choices, watch)?;
        let repeat = repeat.max(1);
        let expectations = Expectations::read(project);
        let judging = || Judging::new(choices, &expectations, options).map_err(one);
        let (examples, unread) = if repeat == 1 {
            let records = run(&runs_of(&planned), options, watch).map_err(one)?;
            let mut judging = judging()?;
            let runs = judging.runs(&planned, records, (options, watch));
            let examples = judging.examples(&planned, runs.map_err(one)?);
            (examples, judging.problems())
        } else {
            let anew = anew(options, "`--repeat` runs everything");
            let records = run(&repeated(&planned, repeat), &anew, watch).map_err(one)?;
            let mut judging = judging()?;
            let runs = judging.repeated(&planned, records, repeat);
            let examples = judging.examples(&planned, runs.map_err(one)?);
            (examples, judging.problems())
        };
        Ok(Self {
            planned,
            expectations,
            examples,
            unread,
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

    fn remarks(&self) -> Vec<String> {
        let mut runs = self.examples.iter().flat_map(|example| &example.runs);
        let unrecorded = runs.any(|run| run.verdict == Verdict::Unrecorded);
        if unrecorded && !self.expectations.any {
            return vec![
                "nothing was recorded yet: examples were judged by how they end and by the outputs the guides show".to_owned(),
                "record what they print with: fencepost record".to_owned(),
            ];
        }
        Vec::new()
    }
}

/// Returns each run of a plan `repeat` times, each in a process of its own.
fn repeated(planned: &Plan, repeat: usize) -> Vec<PlannedRun> {
    let spawned = |run: PlannedRun| PlannedRun {
        start: Some(Start::Spawn),
        ..run
    };
    let runs = runs_of(planned).into_iter().map(spawned);
    runs.flat_map(|run| std::iter::repeat_n(run, repeat))
        .collect()
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
pub(super) fn runs_of(planned: &Plan) -> Vec<PlannedRun> {
    let run = |entry: &PlanEntry| match &entry.disposition {
        Disposition::Run(run) => Some(PlannedRun::clone(run)),
        Disposition::Skipped(_) | Disposition::Blocked(_) => None,
    };
    let mut runs = Vec::with_capacity(planned.entries.len());
    runs.extend(planned.entries.iter().filter_map(run));
    runs
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
