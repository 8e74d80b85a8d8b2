//! Runs a list of planned runs, several at a time, and keeps their order.

use crate::plan::PlannedRun;
use crate::problem::Problem;

use super::RunRecord;
use super::sandbox::Level;

/// What happens while runs go on.
#[derive(Debug, Clone)]
pub enum RunEvent<'a> {
    /// The run with this index began.
    Started(usize),
    /// The run with this index ended.
    Finished(usize, &'a RunRecord),
}

/// How to run.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// How many runs at once, at least 1.
    pub jobs: usize,
    /// The walls that were found to stand (see [`super::sandbox::probe`]).
    pub sandbox: Level,
}

/// Runs everything, in the best order it finds, and returns records in the order of `runs`.
///
/// `event` is called from this thread alone. SIGINT and SIGTERM end every child, remove every
/// temporary folder and return a problem of class `Interrupted`.
///
/// # Errors
///
/// What kept fencepost itself from working: no temporary folder, no process left, interrupted.
/// An example that cannot start is a record, not an error.
pub fn run_all(
    _runs: &[PlannedRun],
    _options: &RunOptions,
    _event: &mut dyn FnMut(RunEvent<'_>),
) -> Result<Vec<RunRecord>, Problem> {
    todo!("owner: execute")
}
