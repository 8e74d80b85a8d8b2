//! From one run's record to what is said of it: recorded output, claims, the name of what failed.

use std::collections::BTreeMap;
use std::thread::{Scope, ScopedJoinHandle};

use crate::compare::{
    ClaimFault, Diagnosis, Judged, Ran, Run, Verdict, false_claims, instability, judge,
};
use crate::discover::{Claims, UnrecordedPolicy};
use crate::execute::{RunOptions, RunRecord};
use crate::extract::{Block, Document, Example};
use crate::normalise::Transcript;
use crate::plan::{Choice, Interpreter, PlanEntry};
use crate::problem::Problem;
use crate::report::{ExampleReport, RunReport};

use crate::journey::expectations::Expectations;
use crate::journey::explaining::{diagnosis, place};
use crate::journey::recording::told_unstable;
use crate::journey::running::{Analyses, normalised};

use super::blocks_of;

/// Everything that judging one run needs beside the run.
pub(super) struct Judging<'a> {
    /// By id and line: two examples of one name are a finding, and each is judged for itself.
    examples: BTreeMap<(&'a str, usize), (&'a Document, &'a Example)>,
    choices: &'a [Choice<'a>],
    expectations: &'a Expectations,
    options: &'a RunOptions,
    /// The answer about claims, as long as it is on its way.
    asked: Option<ScopedJoinHandle<'a, Result<Analyses, Problem>>>,
    claims: Analyses,
    failures: Option<Analyses>,
}

impl<'a> Judging<'a> {
    /// Prepares, and asks about claims meanwhile: the answer is awaited where it is first needed.
    pub(super) fn new<'env: 'a>(
        scope: &'a Scope<'a, 'env>,
        choices: &'env [Choice<'env>],
        expectations: &'a Expectations,
        options: &'env RunOptions,
    ) -> Self {
        let asked = scope.spawn(|| Analyses::of(choices, options, &may_claim));
        let of = |choice: &Choice<'a>| {
            let document = choice.document;
            choice
                .examples
                .iter()
                .map(|example| (key_of(example), (document, *example)))
                .collect::<Vec<_>>()
        };
        Self {
            examples: choices.iter().flat_map(of).collect(),
            choices,
            expectations,
            options,
            asked: Some(asked),
            claims: Analyses::default(),
            failures: None,
        }
    }

    /// Waits until everything is known that judging always needs.
    pub(super) fn settle(&mut self) -> Result<(), Problem> {
        if let Some(asked) = self.asked.take() {
            let answer = asked.join();
            self.claims = answer.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        }
        Ok(())
    }

    /// Judges several runs of one entry: by the worst of them, unless they only differ among themselves.
    pub(super) fn judged_repeatedly(
        &mut self,
        entry: &PlanEntry,
        records: Vec<RunRecord>,
    ) -> Result<RunReport, Problem> {
        let mut reports = Vec::with_capacity(records.len());
        let mut runs: Vec<Run> = Vec::with_capacity(records.len());
        for record in records {
            let report = self.judged(entry, &record)?;
            runs.extend(
                report
                    .transcript
                    .clone()
                    .map(|transcript| (record, transcript)),
            );
            reports.push(report);
        }
        let (all, matching) = (
            reports.len(),
            reports.iter().filter(|report| is_match(report)).count(),
        );
        // What a person's patterns allow to vary does not make an example flaky.
        let found = self
            .examples
            .get(&(entry.id.as_str(), entry.line))
            .filter(|_| matching < all)
            .and_then(|(_, example)| instability(example, &runs));
        let worst = reports.into_iter().min_by_key(|report| report.verdict);
        let mut worst = worst.ok_or_else(|| Problem::bug("a run has no record"))?;
        if let Some(found) = found {
            let matched = match matching {
                0 => String::new(),
                number => format!(", and {number} of them matched"),
            };
            let head = format!("it did not print the same in all of {all} runs{matched}");
            told_unstable(&mut worst, found, &head);
        }
        Ok(worst)
    }

    /// Joins the judged runs of one example; `entry` is its first.
    pub(super) fn example(&self, entry: &PlanEntry, runs: Vec<RunReport>) -> ExampleReport {
        let settings = self
            .examples
            .get(&(entry.id.as_str(), entry.line))
            .map(|(document, _)| &document.guide.settings);
        let policy_fails =
            settings.is_none_or(|settings| settings.unrecorded == UnrecordedPolicy::Fail);
        ExampleReport {
            id: entry.id.clone(),
            guide: entry.guide.clone(),
            line: entry.line,
            runs,
            unrecorded_fails: policy_fails && self.expectations.any,
            behaviours: None,
        }
    }

    /// Judges one run.
    pub(super) fn judged(
        &mut self,
        entry: &PlanEntry,
        record: &RunRecord,
    ) -> Result<RunReport, Problem> {
        let Some(&(document, example)) = self.examples.get(&(entry.id.as_str(), entry.line)) else {
            return Err(Problem::bug(format!(
                "`{}` was planned and is no example",
                entry.id
            )));
        };
        self.settle()?;
        let transcript = normalised(document, example, entry.as_run(), record)?;
        let expectation = self.expectations.of(document, example);
        let mut judged = judge(example, &transcript, &entry.interpreter, expectation);
        if judged.verdict == Verdict::Unrecorded
            && let Some(former) = self.expectations.former_name(document, example)
        {
            judged.reason = Some(recorded_as(former, &document.guide.id));
        }
        let faults = self.faults(document, example, &transcript, &entry.interpreter);
        let is_false = faults.iter().any(|fault| fault.fails);
        let ran = Ran {
            record,
            transcript: &transcript,
            interpreter: &entry.interpreter,
        };
        let mut diagnosis = None;
        if judged.difference.is_some() || is_false {
            let of = (document, example);
            diagnosis = self.explain(&mut judged, of, (ran, &faults), expectation.is_some())?;
        }
        if let Some(difference) = &mut judged.difference {
            place(difference, (document, example), ran, self.analyses()?);
        }
        let faults = if judged.verdict == Verdict::Skipped {
            Vec::new()
        } else {
            faults
        };
        if faults.iter().any(|fault| fault.fails) && judged.verdict > Verdict::Differs {
            judged.verdict = Verdict::Differs;
            judged.reason = None;
        }
        let mut hint = None;
        if let Some(diagnosis) = diagnosis {
            judged.reason = Some(diagnosis.reason);
            hint = diagnosis.hint;
        }
        Ok(run_report(
            entry, record, example, document, transcript, judged, faults, hint,
        ))
    }

    fn faults(
        &self,
        document: &Document,
        example: &Example,
        transcript: &Transcript,
        interpreter: &Interpreter,
    ) -> Vec<ClaimFault> {
        let settings = &document.guide.settings;
        if settings.claims == Claims::Off {
            return Vec::new();
        }
        let analyses = self.claims.blocks(document, example);
        false_claims(
            example,
            &document.guide.text,
            &analyses,
            transcript,
            interpreter,
            settings.claims,
        )
    }

    /// Returns a warning for each block that was asked about in vain.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let widest = self.failures.as_ref().unwrap_or(&self.claims);
        widest.problems().to_vec()
    }

    /// Returns what Python's grammar says about every block, asked when it is first needed.
    fn analyses(&mut self) -> Result<&Analyses, Problem> {
        let known = match self.failures.take() {
            Some(known) => known,
            None => Analyses::of(self.choices, self.options, &|_, _| true)?,
        };
        Ok(self.failures.insert(known))
    }

    /// Names what a failed run shows, if it can be named. Lenient guides skip it where nothing was recorded.
    fn explain(
        &mut self,
        judged: &mut Judged,
        (document, example): (&Document, &Example),
        (ran, faults): (Ran<'_>, &[ClaimFault]),
        was_recorded: bool,
    ) -> Result<Option<Diagnosis>, Problem> {
        let failed = (judged.difference.as_ref(), faults);
        let diagnosis = diagnosis((document, example), ran, failed, self.analyses()?);
        let lenient = diagnosis.as_ref().is_some_and(Diagnosis::is_lenient);
        let strict = document.guide.settings.strict || was_recorded || declares_ending(example);
        if lenient && !strict {
            judged.verdict = Verdict::Skipped;
            judged.difference = None;
        }
        Ok(diagnosis)
    }
}

fn is_match(report: &RunReport) -> bool {
    report.verdict == Verdict::Match
}

/// Tells where to find what was recorded for an example that has another name now.
fn recorded_as(former: &str, guide: &str) -> String {
    format!("its code was recorded as `{former}`: `fencepost record {guide}` follows it")
}

fn key_of(example: &Example) -> (&str, usize) {
    (&example.id, example.position.line)
}

fn declares_ending(example: &Example) -> bool {
    let directives = &example.directives;
    directives.raises.is_some() || directives.exit.is_some() || directives.signal.is_some()
}

/// Says whether an example shows outputs whose attribution needs Python's grammar: every claim in
/// code is a comment.
fn may_claim(document: &Document, example: &Example) -> bool {
    let quotes = |block: &Block| {
        block.reads_quotes && (block.code.contains("\"\"\"") || block.code.contains("'''"))
    };
    let commented = (example.blocks.iter()).any(|block| block.code.contains('#') || quotes(block));
    let claims = document.guide.settings.claims;
    let strict = claims == Claims::Strict;
    claims != Claims::Off && (strict || commented || !example.outputs.is_empty())
}

#[expect(
    clippy::too_many_arguments,
    reason = "each is a different part of one report"
)]
fn run_report(
    entry: &PlanEntry,
    record: &RunRecord,
    example: &Example,
    document: &Document,
    transcript: Transcript,
    judged: Judged,
    faults: Vec<ClaimFault>,
    hint: Option<String>,
) -> RunReport {
    RunReport {
        reason: judged.reason,
        hint,
        recorded: judged.recorded,
        blocks: blocks_of(document, example, &transcript, &entry.interpreter),
        transcript: Some(transcript),
        difference: judged.difference,
        faults,
        duration_ms: record.duration_ms,
        cached: record.cached,
        start: Some(record.start),
        spawned_because: record.spawned_because.clone(),
        ..RunReport::new(entry.interpreter.clone(), judged.verdict)
    }
}
