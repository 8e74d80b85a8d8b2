//! Joins runs of one example that say the same into one finding.

use crate::compare::{ClaimFault, Difference, Instability, Stream, Verdict};
use crate::plan::Interpreter;

use super::{ExampleReport, RunReport};

/// Several runs of one example that say the same.
#[derive(Debug, Clone)]
pub(crate) struct Finding<'a> {
    /// The verdict.
    pub(crate) verdict: Verdict,
    /// Why.
    pub(crate) reason: Option<&'a str>,
    /// What to do.
    pub(crate) hint: Option<&'a str>,
    /// The difference from what was expected.
    pub(crate) difference: Option<&'a Difference>,
    /// False claims.
    pub(crate) faults: Vec<&'a ClaimFault>,
    /// On which interpreters, oldest first.
    pub(crate) interpreters: Vec<&'a Interpreter>,
    /// The first of the runs.
    pub(crate) run: &'a RunReport,
}

/// Returns what an example's runs say, each thing once, in order of the first interpreter that says it.
pub(crate) fn findings(example: &ExampleReport) -> Vec<Finding<'_>> {
    let mut findings: Vec<Finding<'_>> = Vec::new();
    for run in &example.runs {
        let finding = finding(run);
        match findings.iter_mut().find(|known| same(known, &finding)) {
            Some(known) => known.interpreters.push(&run.interpreter),
            None => findings.push(finding),
        }
    }
    findings
}

fn finding(run: &RunReport) -> Finding<'_> {
    Finding {
        verdict: run.verdict,
        reason: run.reason.as_deref(),
        hint: run.hint.as_deref(),
        difference: run.difference.as_ref(),
        faults: run.faults.iter().collect(),
        interpreters: vec![&run.interpreter],
        run,
    }
}

fn same(a: &Finding<'_>, b: &Finding<'_>) -> bool {
    let told = match (&a.run.varying, &b.run.varying) {
        // Values that vary are never the same; where and what they are may be.
        (Some(a), Some(b)) => places(a).eq(places(b)),
        (None, None) => a.reason == b.reason,
        (Some(_), None) | (None, Some(_)) => false,
    };
    told && a.verdict == b.verdict && a.difference == b.difference && a.faults == b.faults
}

/// Returns where something varies, and what it looks like.
fn places(found: &Instability) -> impl Iterator<Item = (Stream, usize, &str)> {
    found
        .spans
        .iter()
        .map(|span| (span.stream, span.line, span.looks_like.as_str()))
}

/// Says whether a finding fails the check.
pub(crate) fn fails(finding: &Finding<'_>, example: &ExampleReport) -> bool {
    match finding.verdict {
        Verdict::Differs | Verdict::Flaky | Verdict::Blocked => true,
        Verdict::Unrecorded => example.unrecorded_fails,
        Verdict::Skipped | Verdict::Match => false,
    }
}

/// Says whether a problem of the whole command tells it already: an interpreter that is not there.
pub(crate) fn is_told_once(finding: &Finding<'_>) -> bool {
    let mut interpreters = finding.interpreters.iter();
    finding.verdict == Verdict::Blocked && interpreters.all(|one| one.is_absent())
}
