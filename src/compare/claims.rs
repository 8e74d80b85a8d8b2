//! Outputs that the guide itself shows: are they what was printed?

use crate::execute::Analysis;
use crate::extract::Example;
use crate::normalise::Transcript;
use crate::plan::Interpreter;

use super::Difference;

/// A claim that is false, or that cannot be attributed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimFault {
    /// What is wrong, in words.
    pub message: String,
    /// Claimed against printed; `line` is the claim's line in the guide.
    pub difference: Difference,
    /// Whether it fails the check, or is advice.
    pub fails: bool,
}

/// Judges every claim of an example on one interpreter. `analyses` has one entry per block.
#[must_use]
pub fn false_claims(
    _example: &Example,
    _guide_text: &str,
    _analyses: &[Analysis],
    _transcript: &Transcript,
    _interpreter: &Interpreter,
    _claims: crate::discover::Claims,
) -> Vec<ClaimFault> {
    todo!("owner: compare")
}
