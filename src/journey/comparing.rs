//! `compare`: what differs between interpreters; needs no expectations.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::compare::{Behaviours, Verdict};
use crate::execute::{RunOptions, RunRecord};
use crate::normalise::Transcript;
use crate::plan::{Disposition, PlanEntry};
use crate::problem::Problem;
use crate::report::{ExampleReport, Report, RunReport};

use super::check::{blocks_of, elapsed, not_run, runs_of, used};
use super::environments::planned;
use super::running::{Watch, normalised, run};
use super::{Project, Request};

/// Runs every example on every interpreter chosen and groups the interpreters by behaviour.
///
/// # Errors
///
/// As [`super::check()`].
pub fn compare(
    project: &Project,
    request: &Request,
    options: &RunOptions,
    watch: Watch<'_>,
) -> Result<Report, Vec<Problem>> {
    let begun = Instant::now();
    let chosen = project.interpreters(request)?;
    let choices = project.choices(&chosen)?;
    let planned = planned(project, request, &choices, watch)?;
    let records = run(&runs_of(&planned), options, watch).map_err(|problem| vec![problem])?;
    let mut by_example: BTreeMap<String, usize> = BTreeMap::new();
    let mut examples: Vec<ExampleReport> = Vec::new();
    let mut records = records.into_iter();
    for entry in &planned.entries {
        let run = match &entry.disposition {
            Disposition::Run(_) => {
                let record = records
                    .next()
                    .ok_or_else(|| vec![Problem::bug("a run has no record")])?;
                behaviour(project, entry, &record).map_err(|problem| vec![problem])?
            }
            Disposition::Skipped(_) | Disposition::Blocked(_) => not_run(entry),
        };
        let index = *by_example.entry(entry.id.clone()).or_insert_with(|| {
            examples.push(example_report(entry));
            examples.len() - 1
        });
        examples[index].runs.push(run);
    }
    for report in &mut examples {
        group(project, report);
    }
    Ok(Report {
        guides: project.documents.len(),
        fences: project.fences(),
        examples,
        problems: project.problems_at(options.sandbox),
        interpreters: used(&chosen, &choices),
        sandbox: options.sandbox.name().to_owned(),
        wall_ms: elapsed(begun),
        ..Report::default()
    })
}

/// Groups an example's runs by behaviour; those unlike the oldest differ from it.
fn group(project: &Project, report: &mut ExampleReport) {
    let Some((_, example)) = project.example(&report.id) else {
        return;
    };
    let seen: Vec<_> = report
        .runs
        .iter()
        .filter_map(|run| Some((&run.interpreter, run.transcript.as_ref()?)))
        .collect();
    let behaviours = Behaviours::of(example, &seen);
    for later in behaviours.groups.iter().skip(1) {
        for run in report
            .runs
            .iter_mut()
            .filter(|run| later.interpreters.contains(&run.interpreter))
        {
            run.verdict = Verdict::Differs;
            run.difference.clone_from(&later.change);
        }
    }
    report.behaviours = Some(behaviours);
}

fn example_report(entry: &PlanEntry) -> ExampleReport {
    ExampleReport {
        id: entry.id.clone(),
        guide: entry.guide.clone(),
        line: entry.line,
        runs: Vec::new(),
        unrecorded_fails: false,
        behaviours: None,
    }
}

fn behaviour(
    project: &Project,
    entry: &PlanEntry,
    record: &RunRecord,
) -> Result<RunReport, Problem> {
    let Some((document, example)) = project.example(&entry.id) else {
        return Err(Problem::bug(format!(
            "`{}` was planned and is no example",
            entry.id
        )));
    };
    let transcript: Transcript = normalised(document, example, entry.as_run(), record)?;
    Ok(RunReport {
        blocks: blocks_of(document, example, &transcript, &entry.interpreter),
        transcript: Some(transcript),
        duration_ms: record.duration_ms,
        cached: record.cached,
        start: Some(record.start),
        spawned_because: record.spawned_because.clone(),
        ..RunReport::new(entry.interpreter.clone(), Verdict::Match)
    })
}
