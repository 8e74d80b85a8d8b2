//! The walls around a run.

use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// How much of the sandbox stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// No walls but folder, environment, process group, deadline, caps and rlimits.
    Off,
    /// What an outer container that has no network leaves possible.
    Reduced,
    /// All layers.
    Full,
}

impl Level {
    /// Returns the name used in JSON, in reports and in `--sandbox`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Reduced => "reduced",
            Self::Full => "full",
        }
    }
}

/// Whether one layer stands on this machine, and how to get it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerReport {
    /// The layer's name.
    pub name: String,
    /// Whether it stands.
    pub on: bool,
    /// What was found: a version or measure where it stands, the reason with its errno where it does not.
    pub why: String,
    /// What to type or change, where it does not stand.
    pub fix: Option<String>,
}

/// Finds out whether the walls of `wanted` stand here, by running a real child behind them; returns
/// the level that runs will have.
///
/// # Errors
///
/// A problem of class `Blocked` that names the missing layer, the errno and the fix.
pub fn probe(wanted: Level) -> Result<Level, Problem> {
    // TODO(#4): every other level answers for itself once the walls are built.
    match wanted {
        Level::Off | Level::Reduced | Level::Full => Ok(Level::Off),
    }
}

/// Reports on every layer, for `doctor`.
#[must_use]
pub fn report() -> Vec<LayerReport> {
    Vec::new()
}
