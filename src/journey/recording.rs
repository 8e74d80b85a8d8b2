//! `record`: run each example in several surroundings, refuse what is not stable, write the rest.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::compare::expected::{ExpectedFile, Seen};
use crate::compare::{Instability, Verdict, false_claims, instability, judge};
use crate::discover::{Claims, Start};
use crate::execute::{Cache, Reuse, RunOptions, RunRecord};
use crate::extract::{Document, Example};
use crate::normalise::Transcript;
use crate::plan::{Choice, Disposition, Label, PlanEntry, PlannedRun, Surroundings};
use crate::problem::Problem;
use crate::report::{ExampleReport, Report, RunReport};

use super::check::{elapsed, not_run, used};
use super::environments::planned;
use super::expectations::{Expectations, files_without_guide, name};
use super::running::{Analyses, Watch, normalised, run};
use super::{Project, Request};

/// What `record` was asked for beside the guides.
#[derive(Debug, Clone, Copy, Default)]
pub struct RecordRequest {
    /// Runs of each example on each interpreter; at least 4.
    pub runs: usize,
    /// Whether expectations without an example are removed.
    pub prune: bool,
}

/// Once as checked, twice in other surroundings, once with the machine busy.
const FEWEST_RUNS: usize = 4;

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
    let one = |problem| vec![problem];
    let planned = planned(project, request, &choices, watch)?;
    let variations = variations(wanted.runs);
    let runs: Vec<PlannedRun> = planned
        .entries
        .iter()
        .filter_map(planned_run)
        .flat_map(|run| varied(run, &variations))
        .collect();
    let anew = RunOptions {
        reuse: Reuse::Nothing("`record` runs everything"),
        ..options.clone()
    };
    let mut records = run(&runs, &anew, watch).map_err(one)?.into_iter();
    let cache = options.cache.as_deref();
    let mut recording = Recording::new(project, &choices, cache).map_err(one)?;
    for entry in &planned.entries {
        let of_entry: Vec<RunRecord> = match &entry.disposition {
            Disposition::Run(_) => records.by_ref().take(variations.len()).collect(),
            Disposition::Skipped(_) | Disposition::Blocked(_) => Vec::new(),
        };
        recording.take(entry, of_entry).map_err(one)?;
    }
    let mut report = Report {
        guides: project.documents.len(),
        fences: project.fences(),
        interpreters: used(&chosen, &choices),
        sandbox: options.sandbox.name().to_owned(),
        problems: project.problems(),
        ..Report::default()
    };
    recording.write(wanted.prune, &mut report);
    report.examples = recording.examples;
    report.wall_ms = elapsed(begun);
    Ok(report)
}

fn planned_run(entry: &PlanEntry) -> Option<&PlannedRun> {
    match &entry.disposition {
        Disposition::Run(run) => Some(run),
        Disposition::Skipped(_) | Disposition::Blocked(_) => None,
    }
}

/// Returns the surroundings that an example must be equal in; the first are those of `check`.
fn variations(runs: usize) -> Vec<Surroundings> {
    let usual = Surroundings::default();
    let seed = |hash_seed| Surroundings {
        hash_seed,
        ..usual.clone()
    };
    let mut all = vec![
        usual.clone(),
        Surroundings {
            folder: "another-folder".to_owned(),
            ..seed(1)
        },
        Surroundings {
            pids_before: 11,
            cpus: Some(1),
            ..seed(2)
        },
        Surroundings {
            busy: true,
            ..usual.clone()
        },
    ];
    let more = runs.saturating_sub(FEWEST_RUNS);
    all.extend((3..).map(seed).take(more));
    all
}

fn varied(run: &PlannedRun, variations: &[Surroundings]) -> Vec<PlannedRun> {
    let with = |surroundings: &Surroundings| PlannedRun {
        surroundings: surroundings.clone(),
        start: Some(Start::Spawn),
        ..run.clone()
    };
    variations.iter().map(with).collect()
}

/// What was seen so far, example by example.
struct Recording<'a> {
    project: &'a Project,
    claims: Analyses,
    examples: Vec<ExampleReport>,
    seen: BTreeMap<String, BTreeMap<Label, Transcript>>,
}

impl<'a> Recording<'a> {
    fn new(
        project: &'a Project,
        choices: &[Choice<'_>],
        cache: Option<&Cache>,
    ) -> Result<Self, Problem> {
        Ok(Self {
            project,
            claims: Analyses::of(choices, cache, &|document, _| {
                document.guide.settings.claims != Claims::Off
            })?,
            examples: Vec::new(),
            seen: BTreeMap::new(),
        })
    }

    fn take(&mut self, entry: &PlanEntry, records: Vec<RunRecord>) -> Result<(), Problem> {
        let run = match &entry.disposition {
            Disposition::Skipped(_) | Disposition::Blocked(_) => not_run(entry),
            Disposition::Run(_) => self.looked_at(entry, records)?,
        };
        match self
            .examples
            .last_mut()
            .filter(|report| report.id == entry.id)
        {
            Some(report) => report.runs.push(run),
            None => self.examples.push(ExampleReport {
                id: entry.id.clone(),
                guide: entry.guide.clone(),
                line: entry.line,
                runs: vec![run],
                unrecorded_fails: true,
                behaviours: None,
            }),
        }
        Ok(())
    }

    /// Decides whether one run may be recorded, and keeps its transcript if so.
    fn looked_at(
        &mut self,
        entry: &PlanEntry,
        records: Vec<RunRecord>,
    ) -> Result<RunReport, Problem> {
        let Some((document, example)) = self.project.example(&entry.id) else {
            return Err(Problem::bug(format!(
                "`{}` was planned and is no example",
                entry.id
            )));
        };
        let seen = records
            .into_iter()
            .map(|record| {
                let transcript = normalised(document, example, entry.as_run(), &record)?;
                Ok((record, transcript))
            })
            .collect::<Result<Vec<_>, Problem>>()?;
        let Some((record, transcript)) = seen.first() else {
            return Err(Problem::bug("a run has no record"));
        };
        let mut report = RunReport {
            transcript: Some(transcript.clone()),
            duration_ms: record.duration_ms,
            start: Some(record.start),
            ..RunReport::new(entry.interpreter.clone(), Verdict::Match)
        };
        if let Some(found) = instability(example, &seen) {
            report.verdict = Verdict::Flaky;
            report.reason = Some(unstable(&found));
            report.hint = Some(found.advice);
        } else {
            self.declared(document, example, &mut report);
        }
        if report.verdict == Verdict::Match {
            report.recorded = true;
            let transcripts = self.seen.entry(entry.id.clone()).or_default();
            transcripts.insert(entry.interpreter.label(), transcript.clone());
        }
        Ok(report)
    }

    /// Holds a stable run against what its guide declares and claims.
    fn declared(&self, document: &Document, example: &Example, report: &mut RunReport) {
        let Some(transcript) = report.transcript.clone() else {
            return;
        };
        let judged = judge(example, &transcript, &report.interpreter, None);
        if judged.verdict == Verdict::Differs {
            report.verdict = Verdict::Differs;
            report.reason = judged.reason.or(Some(
                "it ends otherwise than its directives declare".to_owned(),
            ));
            report.difference = judged.difference;
            return;
        }
        let analyses = self.claims.blocks(document, example);
        let claims = document.guide.settings.claims;
        if claims != Claims::Off {
            let text = &document.guide.text;
            report.faults = false_claims(
                example,
                text,
                &analyses,
                &transcript,
                &report.interpreter,
                claims,
            );
        }
        if report.faults.iter().any(|fault| fault.fails) {
            report.verdict = Verdict::Differs;
        }
    }

    /// Writes the expected file of every guide of which something was recorded.
    fn write(&mut self, prune: bool, report: &mut Report) {
        self.leave_out_refused();
        let old = Expectations::read(self.project);
        report.problems.extend(old.problems.iter().cloned());
        let corrupt = |path: &str| {
            old.problems
                .iter()
                .any(|problem| problem.guide.as_deref() == Some(path))
        };
        let mut files = 0;
        for document in &self.project.documents {
            let path = &document.guide.expected_path;
            let called = name(self.project, path);
            if corrupt(&called) {
                continue;
            }
            let file = self.merged(document, old.file(&document.guide.id), prune);
            match file.map(|file| file.write(path, &called)) {
                Some(Err(problem)) => report.problems.push(problem),
                Some(Ok(())) => files += 1,
                None => {}
            }
        }
        if prune && self.project.whole {
            report.problems.extend(remove_orphans(self.project));
        }
        let recorded = self.seen.len();
        report.remarks.push(format!(
            "recorded {} in {}",
            crate::wording::count(recorded, "example"),
            crate::wording::count(files, "file")
        ));
    }

    /// An example refused on one interpreter is recorded on none.
    fn leave_out_refused(&mut self) {
        for example in &self.examples {
            if example
                .runs
                .iter()
                .any(|run| matches!(run.verdict, Verdict::Flaky | Verdict::Differs))
            {
                self.seen.remove(&example.id);
            }
        }
    }

    /// Joins what was recorded before with what was seen now; `None` where the guide has nothing.
    fn merged(
        &self,
        document: &Document,
        old: Option<&ExpectedFile>,
        prune: bool,
    ) -> Option<ExpectedFile> {
        let of_example = |example: &Example| {
            let transcripts = self.seen.get(&example.id)?;
            Some((example.name.clone(), transcripts.clone()))
        };
        let seen: Seen = document.examples.iter().filter_map(of_example).collect();
        let file = old.cloned().unwrap_or_default();
        let merged = file.merge(&document.examples, &seen, prune);
        (old.is_some() || !merged.expectations.is_empty()).then_some(merged)
    }
}

fn unstable(found: &Instability) -> String {
    let spans: Vec<String> = found
        .spans
        .iter()
        .map(|span| {
            let stream = format!("{:?}", span.stream).to_lowercase();
            format!(
                "{stream} line {}: {} ({})",
                span.line,
                crate::wording::ticked(&span.values),
                span.looks_like
            )
        })
        .collect();
    format!(
        "it does not print the same every time, so it is not recorded\n{}",
        spans.join("\n")
    )
}

fn remove_orphans(project: &Project) -> Vec<Problem> {
    let remove = |path: &std::path::PathBuf| {
        let error = std::fs::remove_file(path).err()?;
        let file = name(project, path);
        Some(
            Problem::blocked("cannot-write", format!("cannot remove `{file}`"))
                .because(error.to_string()),
        )
    };
    files_without_guide(project)
        .iter()
        .filter_map(remove)
        .collect()
}
