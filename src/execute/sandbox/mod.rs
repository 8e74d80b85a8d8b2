//! The walls around a run.

use serde::{Deserialize, Serialize};

use crate::problem::Problem;

#[cfg(target_os = "linux")]
mod canary;
#[cfg(target_os = "linux")]
mod fixes;
#[cfg(target_os = "linux")]
pub(crate) mod launcher;
#[cfg(target_os = "linux")]
pub(crate) mod order;
#[cfg(target_os = "linux")]
mod raise;
#[cfg(target_os = "linux")]
pub(crate) mod slot;
#[cfg(target_os = "linux")]
mod socket;
#[cfg(target_os = "linux")]
mod system;

#[cfg(target_os = "linux")]
pub(crate) use raise::raise;
#[cfg(target_os = "linux")]
pub use slot::use_launcher;

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

/// Becomes a launcher of the sandbox if `words`, a command line, ask for it; returns the exit status then.
///
/// To be called before anything else: a launcher has one thread.
#[must_use]
pub fn serve_if_asked(mut words: impl Iterator<Item = std::ffi::OsString>) -> Option<u8> {
    #[cfg(target_os = "linux")]
    if words.nth(1).is_some_and(|word| word == slot::WORD) {
        return Some(launcher::main());
    }
    #[cfg(not(target_os = "linux"))]
    let _ = words.nth(1);
    None
}
