//! Verdicts → text: terminal, JSON lines, `JUnit`, GitHub annotations. The only stage that prints.
//!
//! Enters: a [`Report`], complete or example by example in order of the plan ([`Draft`]). Leaves: text in one
//! of the [`Format`]s, the same bytes whatever order the runs finished in. What examples printed is escaped
//! for where it goes.

mod cached;
mod comparison;
mod coverage;
mod difference;
mod draft;
mod extraction;
mod github;
mod human;
mod joined;
mod json;
mod junit;
mod listing;
mod machine;
mod markdown;
mod mutated;
mod next_step;
mod problems;
mod progress;
mod rerun;
mod review;
mod safe;
mod sink;
mod tally;
mod unusable;
mod versions;

use std::collections::BTreeMap;

use crate::compare::{Behaviours, ClaimFault, Difference, Instability, Verdict};
use crate::discover::Start;
use crate::execute::Ending;
use crate::extract::{Excerpt, Fate, Fence};
use crate::normalise::Transcript;
use crate::plan::Interpreter;
use crate::problem::Problem;

pub use cached::CacheReport;
pub use coverage::write_coverage;
pub use draft::Draft;
pub use extraction::{
    EXTRACTION_MAP, ExtractedExample, Extraction, ExtractionFolder, open_extraction, translate,
    write_extraction,
};
pub use human::interpreters as write_interpreters;
pub use json::interpreters as write_interpreters_json;
pub use listing::write as write_listing;
pub use machine::{EnvironmentReport, EnvironmentRow, found as write_found};
pub use mutated::{MutatedReport, MutatedRun};
pub use problems::write as write_problems;
pub use progress::Progress;
pub use rerun::Rerun;
pub use review::{
    PendingChange, PendingReport, write_list as write_pending, write_one as write_pending_change,
};
pub use sink::{Format, Sink, colours, diagnostics, say};
pub use tally::{Starts, Tally};
pub use unusable::write_unusable;
pub use versions::in_words;

/// One run, judged.
#[derive(Debug, Clone)]
pub struct RunReport {
    /// On what.
    pub interpreter: Interpreter,
    /// What is said of it.
    pub verdict: Verdict,
    /// Why.
    pub reason: Option<String>,
    /// What to do, where more can be said than how to rerun.
    pub hint: Option<String>,
    /// Whether this version and build was recorded.
    pub recorded: bool,
    /// What it printed and how it ended, normalised; `None` where it did not run.
    pub transcript: Option<Transcript>,
    /// The first difference.
    pub difference: Option<Difference>,
    /// Claims that are false on it, or advice about them.
    pub faults: Vec<ClaimFault>,
    /// What varies between runs that should be equal.
    pub varying: Option<Instability>,
    /// stdout of each block of a group, with the 1-based line of the block.
    pub blocks: Option<Vec<(usize, String)>>,
    /// Wall-clock time in milliseconds.
    pub duration_ms: u64,
    /// Whether it came from the cache.
    pub cached: bool,
    /// `fork`, `spawn`, or `None` where it did not run.
    pub start: Option<Start>,
    /// Why it was started anew where it might have been forked.
    pub spawned_because: Option<String>,
    /// Whether a forked process came first, and what it printed did not match.
    pub fell_back: bool,
}

impl RunReport {
    /// Returns a report that says nothing yet but the verdict.
    #[must_use]
    pub fn new(interpreter: Interpreter, verdict: Verdict) -> Self {
        Self {
            interpreter,
            verdict,
            reason: None,
            hint: None,
            recorded: false,
            transcript: None,
            difference: None,
            faults: Vec::new(),
            varying: None,
            blocks: None,
            duration_ms: 0,
            cached: false,
            start: None,
            spawned_because: None,
            fell_back: false,
        }
    }

    /// Notes that a forked process came first, if one did.
    pub fn note_fall_back(&mut self, forked: bool) {
        self.fell_back = forked;
        if forked {
            self.spawned_because = Some("forked first, it did not match".to_owned());
        }
    }

    /// Gives the reason.
    #[must_use]
    pub fn because(mut self, reason: &str) -> Self {
        self.reason = Some(reason.to_owned());
        self
    }
}

/// One example on all interpreters chosen for it.
#[derive(Debug, Clone)]
pub struct ExampleReport {
    /// Its id.
    pub id: String,
    /// The guide's id.
    pub guide: String,
    /// 1-based line of its first block.
    pub line: usize,
    /// Its runs, oldest interpreter first.
    pub runs: Vec<RunReport>,
    /// Whether an unrecorded verdict fails the check.
    pub unrecorded_fails: bool,
    /// How it behaves by interpreter, where that was asked for.
    pub behaviours: Option<Behaviours>,
}

impl ExampleReport {
    /// Returns how it behaves by interpreter, where that was asked for.
    #[must_use]
    pub fn behaviours(&self) -> Option<&Behaviours> {
        self.behaviours.as_ref()
    }

    /// Returns the worst verdict of its runs; an example without runs matches.
    #[must_use]
    pub fn worst(&self) -> Verdict {
        self.runs
            .iter()
            .map(|run| run.verdict)
            .min()
            .unwrap_or(Verdict::Match)
    }
}

/// A fence with its guide, for `list` and the JSON report.
#[derive(Debug, Clone)]
pub struct FenceReport {
    /// The guide's id; one text for all its fences.
    pub guide: Excerpt,
    /// The fence.
    pub fence: Fence,
}

/// Everything that a command found out.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// How many guides were read.
    pub guides: usize,
    /// Every fence of every guide, in order, unless they were told before.
    pub fences: Vec<FenceReport>,
    /// The examples that are kept until the end, in order.
    pub examples: Vec<ExampleReport>,
    /// What the examples and fences add up to that were told before.
    pub told: Tally,
    /// Every problem of guides and expected files, in order.
    pub problems: Vec<Problem>,
    /// Interpreters that were asked for and are not there; people are told beside the report.
    pub missing: Vec<Problem>,
    /// Interpreters that were used.
    pub interpreters: Vec<Interpreter>,
    /// `full`, `reduced` or `off`.
    pub sandbox: String,
    /// Wall-clock time of the whole in milliseconds.
    pub wall_ms: u64,
    /// Sentences to say after the summary.
    pub remarks: Vec<String>,
    /// How commands are typed that do it again.
    pub rerun: Rerun,
    /// Whether people want every place named that did not run.
    pub verbose: bool,
}

impl Report {
    /// Lets go of the fences, which were told; they stay counted.
    pub fn forget_fences(&mut self) {
        self.told.fates = self.fates();
        self.fences = Vec::new();
    }

    /// Counts fences by fate; every fate is present.
    #[must_use]
    pub fn fates(&self) -> BTreeMap<&'static str, usize> {
        let mut counts: BTreeMap<&'static str, usize> =
            Fate::NAMES.iter().map(|name| (*name, 0)).collect();
        counts.extend(&self.told.fates);
        for fence in &self.fences {
            *counts.entry(fence.fence.fate.name()).or_default() += 1;
        }
        counts
    }

    /// Returns what all examples add up to, those that were told before and those that are kept.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let mut tally = self.told.clone();
        for example in &self.examples {
            tally.add(example);
        }
        tally
    }

    /// Returns every problem: of guides and expected files, then of interpreters.
    pub fn all_problems(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().chain(&self.missing)
    }
}

/// Every verdict, in the order in which reports count them.
const VERDICTS: [Verdict; 6] = [
    Verdict::Match,
    Verdict::Differs,
    Verdict::Unrecorded,
    Verdict::Skipped,
    Verdict::Blocked,
    Verdict::Flaky,
];

/// Returns a verdict's name in JSON and in words.
fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Match => "match",
        Verdict::Differs => "differs",
        Verdict::Unrecorded => "unrecorded",
        Verdict::Skipped => "skipped",
        Verdict::Blocked => "blocked",
        Verdict::Flaky => "flaky",
    }
}

/// Returns an ending in words: `exited with 1`, `ended by SIGSEGV`.
fn ending_in_words(ending: &Ending) -> String {
    match ending {
        Ending::Exited { code } => format!("exited with {code}"),
        Ending::Signal { signal, .. } => format!("ended by SIG{signal}"),
        Ending::TimedOut { limit_ms } => format!("ran longer than {}", milliseconds(*limit_ms)),
        Ending::TooMuchOutput { limit_bytes } => {
            format!("printed more than {}", bytes(*limit_bytes))
        }
        Ending::OutOfMemory { limit_bytes } => {
            format!("used more than {} of memory", bytes(*limit_bytes))
        }
        Ending::Limit { limit } => format!("hit the limit of {limit}"),
        Ending::CouldNotStart { reason } => format!("could not start: {reason}"),
    }
}

/// Returns `10 s` or `250 ms`.
fn milliseconds(time: u64) -> String {
    if time.is_multiple_of(1000) {
        format!("{} s", time / 1000)
    } else {
        format!("{time} ms")
    }
}

/// Returns `512 MiB`, `1 KiB` or `17 bytes`.
fn bytes(size: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let unit = UNITS
        .iter()
        .find(|(unit, _)| size >= *unit && size.is_multiple_of(*unit));
    match unit {
        Some((unit, name)) => format!("{} {name}", size / unit),
        None => format!("{size} bytes"),
    }
}

/// Returns the difference that a run is reported with: from its expectation, else of its first false claim.
fn told_difference(run: &RunReport) -> Option<&Difference> {
    let fault = run
        .faults
        .iter()
        .find(|fault| fault.fails)
        .map(|fault| &fault.difference);
    run.difference.as_ref().or(fault)
}
