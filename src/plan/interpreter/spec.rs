//! `--python SPEC`: a version, a path, a range, a comparison, `all` or `newest`.

use std::path::PathBuf;

use crate::problem::Problem;

use super::{Build, Found, Interpreter};

/// One choice of interpreters, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spec {
    /// `3.12` (its newest patch), `3.12.1`, `3.13t`: must exist.
    Version {
        /// Two or three numbers.
        numbers: Vec<u64>,
        /// Which build; the usual one without a suffix.
        build: Build,
    },
    /// A path: must exist and be `CPython` 3.8 or newer.
    Path(PathBuf),
    /// `3.10..3.13`, both ends included, minor versions: chooses among those found.
    Range {
        /// First minor version.
        from: [u64; 2],
        /// Last minor version.
        to: [u64; 2],
    },
    /// `>=3.11` or any other PEP 440 specifier: chooses among those found.
    Comparison(String),
    /// One per minor version and build.
    All,
    /// The newest of the usual builds.
    Newest,
}

impl Spec {
    /// Parses what the user typed.
    ///
    /// # Errors
    ///
    /// A usage problem that says which forms there are.
    pub fn parse(_text: &str) -> Result<Self, Problem> {
        todo!("owner: interpreters")
    }
}

/// Chooses interpreters, oldest first, without repeats; no spec means [`Spec::All`].
///
/// # Errors
///
/// One blocked problem for each version or path that is not there (with what was found and how to
/// get it), or one where nothing is left.
pub fn choose(_specs: &[Spec], _found: &Found) -> Result<Vec<Interpreter>, Vec<Problem>> {
    todo!("owner: interpreters")
}
