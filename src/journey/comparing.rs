//! `compare`: what differs between interpreters; needs no expectations.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use crate::compare::{Behaviours, Run, Verdict, instability};
use crate::discover::Start;
use crate::execute::{RunOptions, RunRecord};
use crate::normalise::Transcript;
use crate::plan::{Disposition, Plan, PlanEntry, PlannedRun};
use crate::problem::Problem;
use crate::report::{ExampleReport, Report, RunReport};
use crate::wording::count;

use super::check::{blocks_of, elapsed, not_run, runs_of, used};
use super::environments::planned;
use super::recording::told_unstable;
use super::running::{Watch, anew, normalised, run};
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
    let one = |problem| vec![problem];
    let runs = runs_of(&planned);
    let mut records = run(&runs, options, watch).map_err(one)?;
    let mut examples = grouped(project, &planned, &records).map_err(one)?;
    let mut again = |places: &[usize], why| {
        let spawned: Vec<_> = places.iter().map(|at| spawned(&runs[*at])).collect();
        run(&spawned, &anew(options, why), watch).map_err(one)
    };
    let doubtful = different(&planned, &examples, |run| run.start == Some(Start::Fork));
    if !doubtful.is_empty() {
        let anew = again(&doubtful, "it differs from another in a forked process")?;
        for (at, record) in doubtful.iter().zip(anew) {
            records[*at] = record;
        }
        examples = grouped(project, &planned, &records).map_err(one)?;
        tell_fallbacks(&planned, &doubtful, &mut examples);
    }
    let suspects = different(&planned, &examples, |_| true);
    if !suspects.is_empty() {
        let anew = again(&suspects, "it differs from another interpreter")?;
        let pairs = suspects.iter().map(|at| records[*at].clone()).zip(anew);
        let entries: Vec<&PlanEntry> = ran(&planned).collect();
        for (at, pair) in suspects.iter().zip(pairs) {
            tell_flaky(project, entries[*at], pair, &mut examples).map_err(one)?;
        }
    }
    let interpreters = used(&chosen, &choices);
    let told = project.report(options.sandbox);
    Ok(Report {
        remarks: vec![summary(&examples, interpreters.len())],
        examples,
        problems: project.problems_at(options.sandbox),
        interpreters,
        wall_ms: elapsed(begun),
        ..told
    })
}

/// Joins the runs of a plan by example and groups each by behaviour.
fn grouped(
    project: &Project,
    planned: &Plan,
    records: &[RunRecord],
) -> Result<Vec<ExampleReport>, Problem> {
    let mut by_example: BTreeMap<&str, usize> = BTreeMap::new();
    let mut examples: Vec<ExampleReport> = Vec::new();
    let mut records = records.iter();
    for entry in &planned.entries {
        let run = match &entry.disposition {
            Disposition::Run(_) => {
                let missing = || Problem::bug("a run has no record");
                behaviour(project, entry, records.next().ok_or_else(missing)?)?
            }
            Disposition::Skipped(_) | Disposition::Blocked(_) => not_run(entry),
        };
        let index = *by_example.entry(&entry.id).or_insert_with(|| {
            examples.push(example_report(entry));
            examples.len() - 1
        });
        examples[index].runs.push(run);
    }
    for report in &mut examples {
        group(project, report);
    }
    Ok(examples)
}

/// Returns the places, among the runs of a plan, of those of examples that differ.
fn different(
    planned: &Plan,
    examples: &[ExampleReport],
    is_wanted: impl Fn(&RunReport) -> bool,
) -> Vec<usize> {
    let differs = |example: &&ExampleReport| {
        let behaviours = example.behaviours.as_ref();
        behaviours.is_some_and(|behaviours| behaviours.groups.len() > 1)
    };
    let different: BTreeMap<&str, &ExampleReport> = examples
        .iter()
        .filter(differs)
        .map(|example| (example.id.as_str(), example))
        .collect();
    let is_different = |entry: &PlanEntry| {
        let run = different
            .get(entry.id.as_str())
            .and_then(|example| run_of(example, entry));
        run.is_some_and(&is_wanted)
    };
    ran(planned)
        .enumerate()
        .filter(|(_, entry)| is_different(entry))
        .map(|(at, _)| at)
        .collect()
}

/// Tells of an example that one interpreter runs in two ways: what differs is no matter of versions then.
fn tell_flaky(
    project: &Project,
    entry: &PlanEntry,
    (one, other): (RunRecord, RunRecord),
    examples: &mut [ExampleReport],
) -> Result<(), Problem> {
    let (document, example) = project.planned_example(&entry.id)?;
    let transcript = |record| normalised(document, example, entry.as_run(), record);
    let seen = [transcript(&one)?, transcript(&other)?];
    let runs: Vec<Run> = [one, other].into_iter().zip(seen).collect();
    let mut reports = examples.iter_mut();
    let (Some(found), Some(report)) = (
        instability(example, &runs),
        reports.find(|report| report.id == entry.id),
    ) else {
        return Ok(());
    };
    report.behaviours = None;
    for run in &mut report.runs {
        if run.interpreter == entry.interpreter {
            told_unstable(run, found.clone(), "it does not print the same every time");
        } else if run.verdict == Verdict::Differs {
            run.verdict = Verdict::Match;
        }
        run.difference = None;
    }
    Ok(())
}

fn tell_fallbacks(planned: &Plan, doubtful: &[usize], examples: &mut [ExampleReport]) {
    let entries: Vec<&PlanEntry> = ran(planned).collect();
    let ran_again: BTreeSet<(&str, &Path)> = doubtful
        .iter()
        .map(|at| {
            (
                entries[*at].id.as_str(),
                entries[*at].interpreter.path.as_path(),
            )
        })
        .collect();
    for example in examples {
        for run in &mut example.runs {
            run.note_fall_back(ran_again.contains(&(&example.id, &run.interpreter.path)));
        }
    }
}

fn ran(planned: &Plan) -> impl Iterator<Item = &PlanEntry> {
    let is_run = |entry: &&PlanEntry| matches!(entry.disposition, Disposition::Run(_));
    planned.entries.iter().filter(is_run)
}

fn run_of<'a>(example: &'a ExampleReport, entry: &PlanEntry) -> Option<&'a RunReport> {
    let mut runs = example.runs.iter();
    runs.find(|run| run.interpreter == entry.interpreter)
}

fn spawned(run: &PlannedRun) -> Arc<PlannedRun> {
    Arc::new(PlannedRun {
        start: Some(Start::Spawn),
        ..run.clone()
    })
}

/// Says how many examples change, or that there was nothing to compare.
fn summary(examples: &[ExampleReport], interpreters: usize) -> String {
    let ran = examples.iter().filter_map(ExampleReport::behaviours);
    let ran: Vec<&Behaviours> = ran.filter(|one| !one.groups.is_empty()).collect();
    let changing = ran.iter().filter(|one| one.differ()).count();
    let mut runs = examples.iter().flat_map(|example| &example.runs);
    let is_flaky = runs.any(|run| run.verdict == Verdict::Flaky);
    match (ran.len(), changing) {
        (_, 0) if is_flaky => {
            "what does not print the same every time cannot be compared".to_owned()
        }
        (0, _) => "nothing ran: there is nothing to compare".to_owned(),
        _ if interpreters < 2 => {
            "one interpreter alone shows no change: name others with `--python`".to_owned()
        }
        (_, 0) => "every example that ran behaves alike on these interpreters".to_owned(),
        (all, some) => format!(
            "changing between these interpreters: {some} of {}",
            count(all, "example")
        ),
    }
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
    let (document, example) = project.planned_example(&entry.id)?;
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
