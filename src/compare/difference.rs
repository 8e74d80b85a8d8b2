//! What differs between two transcripts, where, and whether it matters.

use serde::{Deserialize, Serialize};

/// What a difference is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// The ending.
    Ending,
    /// An output that the guide shows.
    Claim,
}

impl Stream {
    /// Returns the name used in JSON and in sentences.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
            Self::Ending => "ending",
            Self::Claim => "claim",
        }
    }
}

/// Whether a difference changes what the reader learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DifferenceClass {
    /// Addresses, carets, wording of messages, reprs.
    Cosmetic,
    /// Values, order, success.
    Meaning,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Difference {
    /// What it is in.
    pub stream: Stream,
    /// What was expected, whole.
    pub expected: String,
    /// What was printed, whole.
    pub actual: String,
    /// Whether it matters.
    pub class: DifferenceClass,
    /// Why it is of this class, in words, such as `a number differs`.
    pub why: String,
    /// 1-based line in the guide that it points at.
    pub line: Option<usize>,
}
