//! What a summary counts, added up example by example, so that none of them has to be kept.

use std::collections::BTreeMap;

use crate::compare::Verdict;
use crate::discover::Start;
use crate::plan::Interpreter;

use super::{ExampleReport, RunReport, VERDICTS, verdict_name};

/// Counts over examples and their runs.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// How many examples there are.
    pub examples: usize,
    /// How the runs began.
    pub starts: Starts,
    /// Examples that are a finding of class 1: differing, flaky, or unrecorded where that fails.
    pub findings: usize,
    /// Fences by fate, of those that were told and are not kept.
    pub(crate) fates: BTreeMap<&'static str, usize>,
    verdicts: BTreeMap<Verdict, usize>,
    /// Why runs were skipped, and which were blocked by an interpreter that is not there, of which no
    /// finding tells.
    unrun: BTreeMap<(Verdict, String), Unrun>,
}

/// Runs that one reason kept from running, or from being judged.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unrun {
    pub(crate) runs: usize,
    /// The examples, in order.
    pub(crate) places: Vec<UnrunPlace>,
}

/// An example with the interpreters that one reason is about.
#[derive(Debug, Clone)]
pub(crate) struct UnrunPlace {
    pub(crate) id: String,
    pub(crate) line: usize,
    pub(crate) interpreters: Vec<Interpreter>,
}

impl Unrun {
    fn add(&mut self, example: &ExampleReport, interpreter: &Interpreter) {
        self.runs += 1;
        let is_same =
            |place: &&mut UnrunPlace| place.id == example.id && place.line == example.line;
        match self.places.last_mut().filter(is_same) {
            Some(place) => place.interpreters.push(interpreter.clone()),
            None => self.places.push(UnrunPlace {
                id: example.id.clone(),
                line: example.line,
                interpreters: vec![interpreter.clone()],
            }),
        }
    }
}

/// How the runs of a report began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Starts {
    /// Kept results.
    pub cached: usize,
    /// Forked from a warm interpreter.
    pub forked: usize,
    /// Started anew.
    pub spawned: usize,
    /// Those of them that had been forked first, and did not match.
    pub fell_back: usize,
}

impl Tally {
    /// Adds one example.
    pub fn add(&mut self, example: &ExampleReport) {
        self.examples += 1;
        for run in &example.runs {
            *self.verdicts.entry(run.verdict).or_default() += 1;
            match run.start {
                _ if run.cached => self.starts.cached += 1,
                Some(Start::Fork) => self.starts.forked += 1,
                Some(Start::Spawn) => self.starts.spawned += 1,
                None => (),
            }
            self.starts.fell_back += usize::from(run.fell_back);
            let absent = run.verdict == Verdict::Blocked && run.interpreter.is_absent();
            if run.verdict == Verdict::Skipped || absent {
                let reason = run.reason.as_deref().unwrap_or("no reason given");
                let key = (run.verdict, reason.to_owned());
                let unrun = self.unrun.entry(key).or_default();
                unrun.add(example, &run.interpreter);
            }
        }
        let is_finding = |run: &RunReport| match run.verdict {
            Verdict::Differs | Verdict::Flaky => true,
            Verdict::Unrecorded => example.unrecorded_fails,
            Verdict::Blocked | Verdict::Skipped | Verdict::Match => false,
        };
        self.findings += usize::from(example.runs.iter().any(is_finding));
    }

    /// Returns how many runs have a verdict.
    #[must_use]
    pub fn runs(&self, verdict: Verdict) -> usize {
        self.verdicts.get(&verdict).copied().unwrap_or_default()
    }

    /// Counts runs by the verdict's name; every verdict is present.
    #[must_use]
    pub fn verdicts(&self) -> BTreeMap<&'static str, usize> {
        let counted = |verdict: &Verdict| (verdict_name(*verdict), self.runs(*verdict));
        VERDICTS.iter().map(counted).collect()
    }

    /// Returns what did not run by verdict and reason, the most frequent first.
    pub(crate) fn unrun(&self) -> Vec<(&'static str, &str, &Unrun)> {
        let unrun = self.unrun.iter();
        let mut unrun: Vec<(_, &str, _)> = unrun
            .map(|((verdict, reason), unrun)| (verdict_name(*verdict), reason.as_str(), unrun))
            .collect();
        unrun.sort_by_key(|(verdict, reason, unrun)| {
            (std::cmp::Reverse(unrun.runs), *verdict, *reason)
        });
        unrun
    }
}
