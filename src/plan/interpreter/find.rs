//! Finds interpreters in PATH, pyenv and the other places where machines keep them.

use std::path::PathBuf;

use super::Interpreter;

/// A program that looks like Python and cannot be used, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Where it was found.
    pub path: PathBuf,
    /// Why it cannot be used, such as `CPython 2.7.18 is too old: fencepost runs 3.8 and newer`.
    pub reason: String,
}

/// What the machine holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Usable interpreters, one per real path, oldest first.
    pub interpreters: Vec<Interpreter>,
    /// What looked like one and is not usable.
    pub misfits: Vec<Misfit>,
}

/// Searches the machine; `extra` are paths that the user named, probed as well.
#[must_use]
pub fn find(_extra: &[PathBuf]) -> Found {
    todo!("owner: interpreters")
}
