//! Package environments: what an example may import beside the standard library.
//!
//! Enters: `environments` of the configuration and script metadata (PEP 723) in blocks. Leaves: a
//! hash-locked lock file for each, a folder for each environment and interpreter, and planned runs
//! that know their folder or say which command makes it. Examples never install anything.
//!
//! Pure: definitions, locks as text, what a tool's failure means, [`assign()`]. What starts a
//! program does so through [`Tools`], whose owner decides how children run.

mod assign;
mod definition;
mod fault;
mod lock;
mod modules;
mod python;
mod resolution;
mod script;
mod store;
mod sync;
mod tools;

use std::path::PathBuf;

pub use assign::{Provision, assign, name_of, unknown};
pub use definition::environments;
pub use fault::{Fault, FaultKind};
pub use lock::{Lock, LockState, make_lock};
pub use modules::missing_module_hint;
pub use python::install;
pub use script::{ScriptMetadata, script_metadata};
pub use store::{State, Store};
pub use sync::{Pair, SyncEvent, sync};
pub use tools::{Run, Tools};

/// One named environment, as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its name; of script metadata, one made from what it asks for.
    pub name: String,
    /// Requirements, as PEP 508 writes them.
    pub requires: Vec<String>,
    /// Requirements files, absolute.
    pub files: Vec<PathBuf>,
    /// The oldest minor version that it is locked for.
    pub lowest: [u64; 2],
    /// A hash of everything above: a lock made from other inputs is stale.
    pub inputs: String,
    /// Where its lock file is.
    pub lock_path: PathBuf,
}

impl Environment {
    /// Says whether it is locked for an interpreter's version.
    #[must_use]
    pub fn covers(&self, interpreter: &super::Interpreter) -> bool {
        interpreter.release[..2] >= self.lowest[..]
    }
}

#[cfg(test)]
mod tests;
