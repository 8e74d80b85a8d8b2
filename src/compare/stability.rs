//! Finds what varies between runs of one example that should be equal.

use crate::execute::RunRecord;
use crate::normalise::Transcript;

/// One stretch of output that varies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaryingSpan {
    /// `stdout`, `stderr` or `ending`.
    pub stream: super::Stream,
    /// 1-based line in that stream.
    pub line: usize,
    /// What stood there in each run, in order, without repeats.
    pub values: Vec<String>,
    /// What it looks like: `address`, `duration`, `pid`, `thread id`, `set order`, `thread order`, `path`, `date`, `random`, `hash seed`, `cpu count`.
    pub looks_like: String,
}

/// Why an example must not be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instability {
    /// What varies.
    pub spans: Vec<VaryingSpan>,
    /// The code change or filter that would fix it.
    pub advice: String,
}

/// Compares runs of one example on one interpreter; `None` where all are equal.
#[must_use]
pub fn instability(_runs: &[(RunRecord, Transcript)]) -> Option<Instability> {
    todo!("owner: compare")
}
