//! What the user named → guides, in a stable order.

use std::path::PathBuf;

use crate::problem::Problem;

use super::{Config, Guide};

/// What the user named on the command line.
#[derive(Debug, Clone, Default)]
pub struct Roots {
    /// `PATH` arguments as typed: a file, a folder, `GUIDE:LINE` or `GUIDE#NAME`; empty means the
    /// guides of the configuration, or the current folder.
    pub paths: Vec<String>,
    /// The current folder, absolute.
    pub current_folder: PathBuf,
    /// Only guides changed since this git revision.
    pub since: Option<String>,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Discovered {
    /// Readable guides, ordered by id.
    pub guides: Vec<Guide>,
    /// Unreadable guides, paths that name nothing, two guides for one expected file.
    pub problems: Vec<Problem>,
    /// Whether the whole project was asked for, so that an expected file without a guide is an orphan.
    pub whole_project: bool,
}

/// Finds and reads the guides that `roots` name under `config`.
#[must_use]
pub fn guides(_roots: &Roots, _config: &Config) -> Discovered {
    todo!("owner: discover")
}
