//! `fencepost.toml` and `[tool.fencepost]`: every key checked, unknown ones refused with a suggestion.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::problem::Problem;

use super::Settings;

/// Where configuration came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigLocation {
    /// A `fencepost.toml`, or the file named by `--config`.
    File(PathBuf),
    /// The `[tool.fencepost]` table of a `pyproject.toml`.
    Pyproject(PathBuf),
    /// No configuration was found: defaults.
    None,
}

/// The configuration of a project.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder that ids and expected files are relative to.
    pub root: PathBuf,
    /// Where it came from.
    pub location: ConfigLocation,
    /// Globs of guides, relative to the root; empty means `**/*.md`.
    pub guides: Vec<String>,
    /// Folder of expected files, absolute.
    pub expected: PathBuf,
    /// Settings before overrides.
    pub settings: Arc<Settings>,
}

impl Config {
    /// Finds and reads the configuration that rules `first_path`, or the one at `explicit`.
    ///
    /// # Errors
    ///
    /// All problems of the file at once, each with its place and class `Usage`.
    pub fn load(_explicit: Option<&Path>, _first_path: &Path) -> Result<Self, Vec<Problem>> {
        todo!("owner: discover")
    }

    /// Returns the settings of the guide with this id, overrides applied.
    #[must_use]
    pub fn settings_for(&self, _guide: &str) -> Arc<Settings> {
        todo!("owner: discover")
    }
}

/// Returns the JSON schema of `fencepost.toml`.
#[must_use]
pub fn schema() -> serde_json::Value {
    todo!("owner: discover")
}
