//! `record`: run each example in several surroundings, refuse what is not stable, write the rest.

mod claims;
mod looking;
mod patches;
mod tally;
mod variations;
mod writing;

use std::sync::Arc;
use std::time::Instant;

use crate::execute::{RunOptions, RunRecord};
use crate::plan::{Disposition, Plan, PlanEntry, PlannedRun};
use crate::problem::Problem;
use crate::report::Report;

use super::check::{elapsed, used};
use super::environments::planned;
use super::running::{Watch, anew, run};
use super::{Project, Request};

use claims::{Rewritten, rewrite_claims};
pub(super) use looking::{Recording, told_unstable};
pub(super) use patches::tell_patches_apart;
pub(super) use variations::FEWEST_RUNS;
use variations::{variations, varied};
use writing::write;

/// What `record` was asked for beside the guides.
#[derive(Debug, Clone, Copy, Default)]
pub struct RecordRequest {
    /// Runs of each example on each interpreter; fewer than four are taken for four.
    pub runs: usize,
    /// Whether expectations without an example are removed.
    pub prune: bool,
    /// Whether false outputs that the guides show are rewritten first.
    pub claims: bool,
}

/// Records what was asked for.
///
/// # Errors
///
/// As [`super::check()`]; an expected file that cannot be understood or written is a problem of the report.
pub fn record(
    project: &Project,
    request: &Request,
    wanted: RecordRequest,
    options: &RunOptions,
    watch: Watch<'_>,
) -> Result<Report, Vec<Problem>> {
    let begun = Instant::now();
    let chosen = project.interpreters(request)?;
    let choices = project.choices(&chosen)?;
    let planned = planned(project, request, &choices, watch)?;
    let mut recording =
        Recording::new(project, &choices, options).map_err(|problem| vec![problem])?;
    let anew = anew(options, "`record` runs everything");
    look(&mut recording, &planned, wanted.runs, &anew, watch)?;
    recording.leave_out_refused();
    let rewritten = if wanted.claims {
        rewrite_claims(&recording)
    } else {
        Rewritten::default()
    };
    if rewritten.guides > 0 {
        // Rewritten guides are other texts: what is recorded is what they show and print now.
        let project = Project::open(request)?;
        let wanted = RecordRequest {
            claims: false,
            ..wanted
        };
        let mut report = record(&project, request, wanted, options, watch)?;
        report.remarks.insert(0, rewritten.in_words());
        report.problems.extend(rewritten.problems);
        return Ok(report);
    }
    let patches = (&chosen.found, wanted.runs);
    let told = tell_patches_apart(&mut recording, request, patches, &anew, watch)?;
    let mut report = Report {
        interpreters: used(&chosen, &choices),
        problems: project.problems_at(options.sandbox),
        ..project.report(options.sandbox)
    };
    report.problems.extend(rewritten.problems);
    report
        .problems
        .extend_from_slice(recording.claims.problems());
    write(&recording, wanted.prune, options.sandbox, &mut report);
    report.remarks.extend(told.of_recording());
    report.examples = recording.examples;
    report.wall_ms = elapsed(begun);
    Ok(report)
}

/// Runs every entry of a plan in several surroundings, and decides which runs may be recorded.
pub(super) fn look(
    recording: &mut Recording<'_>,
    planned: &Plan,
    runs: usize,
    options: &RunOptions,
    watch: Watch<'_>,
) -> Result<(), Vec<Problem>> {
    let one = |problem| vec![problem];
    let variations = variations(runs);
    let all: Vec<Arc<PlannedRun>> = planned
        .entries
        .iter()
        .filter_map(planned_run)
        .flat_map(|run| varied(run, &variations))
        .map(Arc::new)
        .collect();
    let mut records = run(&all, options, watch).map_err(one)?.into_iter();
    for entry in &planned.entries {
        let of_entry: Vec<RunRecord> = match &entry.disposition {
            Disposition::Run(_) => records.by_ref().take(variations.len()).collect(),
            Disposition::Skipped(_) | Disposition::Blocked(_) => Vec::new(),
        };
        recording.take(entry, of_entry).map_err(one)?;
    }
    Ok(())
}

fn planned_run(entry: &PlanEntry) -> Option<&PlannedRun> {
    match &entry.disposition {
        Disposition::Run(run) => Some(run),
        Disposition::Skipped(_) | Disposition::Blocked(_) => None,
    }
}
