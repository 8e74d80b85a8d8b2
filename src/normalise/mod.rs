//! Run record → transcript: what varies by machine becomes a named token. Pure.

use serde::{Deserialize, Serialize};

use crate::execute::{Ending, RunRecord};
use crate::extract::Directives;
use crate::plan::Interpreter;

/// A run's output and ending without what varies by machine.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Transcript {
    /// stdout, normalised.
    pub stdout: String,
    /// stderr, normalised, and reduced unless `stderr=full`.
    pub stderr: String,
    /// How it ended.
    pub ending: Ending,
    /// stdout of each block of a group (of each prompt of a session), normalised.
    pub blocks: Vec<Vec<String>>,
}

/// A compiled user filter: name, expression, token.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Name in the configuration.
    pub name: String,
    /// What it matches.
    pub expression: regex::Regex,
    /// What a match becomes.
    pub token: String,
}

/// Normalises a record. `filters` are the ones that the example's `filter` directive names, in its order.
#[must_use]
pub fn transcript(
    _record: &RunRecord,
    _interpreter: &Interpreter,
    _directives: &Directives,
    _filters: &[Filter],
) -> Transcript {
    todo!("owner: compare")
}
