//! Whether what an example printed in several surroundings may be recorded.

use std::collections::BTreeMap;

use crate::compare::expected::Seen;
use crate::compare::{
    ClaimFault, Instability, Ran, Run, Verdict, false_claims, instability, judge,
};
use crate::discover::Claims;
use crate::execute::{RunOptions, RunRecord};
use crate::extract::{Document, Example};
use crate::plan::{Choice, Disposition, PlanEntry};
use crate::problem::Problem;
use crate::report::{ExampleReport, RunReport};
use crate::wording::ticked;

use crate::journey::Project;
use crate::journey::check::not_run;
use crate::journey::explaining::{diagnosis, place};
use crate::journey::running::{Analyses, normalised};

/// What was seen so far, example by example.
pub(in crate::journey) struct Recording<'a> {
    pub(super) project: &'a Project,
    pub(super) claims: Analyses,
    pub(in crate::journey) examples: Vec<ExampleReport>,
    /// What may be recorded, by guide.
    pub(in crate::journey) seen: BTreeMap<String, Seen>,
}

impl<'a> Recording<'a> {
    /// Begins with nothing seen.
    pub(in crate::journey) fn new(
        project: &'a Project,
        choices: &[Choice<'_>],
        options: &RunOptions,
    ) -> Result<Self, Problem> {
        Ok(Self {
            project,
            claims: Analyses::of(choices, options, &|document, _| {
                document.guide.settings.claims != Claims::Off
            })?,
            examples: Vec::new(),
            seen: BTreeMap::new(),
        })
    }

    /// Takes the records of one entry of the plan.
    pub(super) fn take(
        &mut self,
        entry: &PlanEntry,
        records: Vec<RunRecord>,
    ) -> Result<(), Problem> {
        let run = match &entry.disposition {
            Disposition::Skipped(_) | Disposition::Blocked(_) => not_run(entry),
            Disposition::Run(_) => self.looked_at(entry, records)?,
        };
        let last = self.examples.last_mut();
        match last.filter(|report| report.id == entry.id) {
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

    /// Leaves out what was refused: an example refused on one interpreter is recorded on none.
    pub(in crate::journey) fn leave_out_refused(&mut self) {
        let refused = |run: &RunReport| matches!(run.verdict, Verdict::Flaky | Verdict::Differs);
        for report in &self.examples {
            let example = self.project.example(&report.id);
            let seen = self.seen.get_mut(&report.guide);
            if let (Some((_, example)), Some(seen)) = (example, seen)
                && report.runs.iter().any(refused)
            {
                seen.remove(example.name.as_str());
            }
        }
    }

    /// Decides whether one run may be recorded, and keeps its transcript if so.
    fn looked_at(
        &mut self,
        entry: &PlanEntry,
        records: Vec<RunRecord>,
    ) -> Result<RunReport, Problem> {
        let (document, example) = self.project.planned_example(&entry.id)?;
        let seen = records
            .into_iter()
            .map(|record| {
                let transcript = normalised(document, example, entry.as_run(), &record)?;
                Ok((record, transcript))
            })
            .collect::<Result<Vec<Run>, Problem>>()?;
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
            let head = "it does not print the same every time, so it is not recorded";
            told_unstable(&mut report, found, head);
        } else {
            self.declared((document, example), record, &mut report);
        }
        if report.verdict == Verdict::Match {
            report.recorded = true;
            let of_guide = self.seen.entry(entry.guide.clone()).or_default();
            let transcripts = of_guide.entry(example.name.to_string()).or_default();
            transcripts.insert(entry.interpreter.label(), transcript.clone());
        }
        Ok(report)
    }

    /// Holds a stable run against what its guide declares and claims.
    fn declared(
        &self,
        (document, example): (&Document, &Example),
        record: &RunRecord,
        report: &mut RunReport,
    ) {
        let Some(transcript) = report.transcript.clone() else {
            return;
        };
        let ran = Ran {
            record,
            transcript: &transcript,
            interpreter: &report.interpreter.clone(),
        };
        let judged = judge(example, &transcript, ran.interpreter, None);
        if !matches!(judged.verdict, Verdict::Unrecorded | Verdict::Match) {
            let otherwise = "it ends otherwise than its directives declare";
            report.verdict = judged.verdict;
            report.reason = judged.reason.or(Some(otherwise.to_owned()));
            report.difference = judged.difference;
        } else if document.guide.settings.claims != Claims::Off {
            report.faults = self.false_claims((document, example), ran);
            if report.faults.iter().any(|fault| fault.fails) {
                report.verdict = Verdict::Differs;
            }
        }
        if report.verdict != Verdict::Match {
            self.explain((document, example), ran, report);
        }
    }

    fn false_claims(
        &self,
        (document, example): (&Document, &Example),
        ran: Ran<'_>,
    ) -> Vec<ClaimFault> {
        false_claims(
            example,
            &document.guide.text,
            &self.claims.blocks(document, example),
            ran.transcript,
            ran.interpreter,
            document.guide.settings.claims,
        )
    }

    /// Names what a refused run shows, and where.
    fn explain(&self, of: (&Document, &Example), ran: Ran<'_>, report: &mut RunReport) {
        let failed = (report.difference.as_ref(), report.faults.as_slice());
        if let Some(diagnosis) = diagnosis(of, ran, failed, &self.claims) {
            report.reason = Some(diagnosis.reason);
            report.hint = diagnosis.hint;
        }
        if let Some(difference) = &mut report.difference {
            place(difference, of, ran, &self.claims);
        }
    }
}

/// Makes a report tell what varies between runs, and what would fix it.
pub(in crate::journey) fn told_unstable(report: &mut RunReport, found: Instability, head: &str) {
    let span = |span: &crate::compare::VaryingSpan| {
        let (stream, line, likeness) = (span.stream.name(), span.line, &span.looks_like);
        format!(
            "\n{stream} line {line}: {} ({likeness})",
            ticked(&span.values)
        )
    };
    let spans: String = found.spans.iter().map(span).collect();
    report.verdict = Verdict::Flaky;
    report.reason = Some(format!("{head}{spans}"));
    report.hint = Some(found.advice.clone());
    report.varying = Some(found);
}
