//! Examples × interpreters → planned runs: selection, version conditions, skip and block reasons.
//!
//! Enters: documents and the interpreters chosen. Leaves: a [`Plan`], which is serialisable, and
//! independent of the order in which documents came. [`plan()`] is pure; only the finding of
//! interpreters ([`interpreter`]) looks at the machine.

/// CPython builds: finding, probing, choosing.
pub mod interpreter;

mod planned;
mod selection;

pub use interpreter::{Build, Interpreter, Label};
pub use planned::{
    Disposition, Plan, PlanEntry, PlannedRun, Program, ProgramBlock, ProgramFile, Surroundings,
};
pub use selection::{Choice, plan, select};
