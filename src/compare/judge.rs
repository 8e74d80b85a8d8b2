//! The verdict on one run.

use serde::{Deserialize, Serialize};

use crate::extract::Example;
use crate::normalise::Transcript;
use crate::plan::Interpreter;

use super::Difference;
use super::expected::Expectation;

/// What is said of one run. Worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It printed or ended otherwise than recorded, declared or claimed.
    Differs,
    /// Nothing was recorded that could judge it.
    Unrecorded,
    /// It prints now this, now that.
    Flaky,
    /// Interpreter, package or environment is missing.
    Blocked,
    /// Not run, on purpose.
    Skipped,
    /// As recorded.
    Match,
}

/// A verdict with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in words.
    pub reason: Option<String>,
    /// Whether this very version and build was recorded.
    pub recorded: bool,
    /// The first difference, most telling stream first.
    pub difference: Option<Difference>,
}

/// Judges a transcript against what was recorded for the example and what its directives declare.
///
/// Claims are judged apart, by [`super::false_claims`].
#[must_use]
pub fn judge(
    _example: &Example,
    _transcript: &Transcript,
    _interpreter: &Interpreter,
    _expectation: Option<&Expectation>,
) -> Judged {
    todo!("owner: compare")
}
