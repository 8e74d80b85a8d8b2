//! Which examples run on which interpreters, and why others do not.

use crate::extract::Document;

use super::{Interpreter, Plan};

/// What the user chose beside the guides.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Limit on wall-clock time from the command line, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// How processes begin, from the command line; `None` is `auto`.
    pub start: Option<crate::discover::Start>,
}

/// Joins documents and interpreters into a plan. Pure; the order of `documents` does not matter.
#[must_use]
pub fn plan(
    _documents: &[Document],
    _interpreters: &[Interpreter],
    _selection: &Selection,
) -> Plan {
    todo!("owner: main")
}
