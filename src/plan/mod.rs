//! Examples × interpreters → planned runs: selection, version conditions, skip and block reasons.
//!
//! Enters: documents and the interpreters chosen. Leaves: a [`Plan`], which is serialisable, and
//! independent of the order in which documents came. [`plan()`] is pure; only the finding of
//! interpreters ([`interpreter`]) and the making of environments ([`environment`]) look at the machine.

// CPython builds: finding, probing, choosing.
pub mod interpreter;

// Package environments: locking, provisioning, giving each run its own.
pub mod environment;

mod planned;
mod selection;

pub use interpreter::{Build, Installation, Interpreter, Label};
pub use planned::{
    Disposition, Plan, PlanEntry, PlannedRun, Program, ProgramBlock, ProgramFile, ProgramPrompt,
    Surroundings, Warnings,
};
pub use selection::{Choice, blocks_for, fences_of, plan, select};
