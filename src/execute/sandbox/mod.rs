//! The walls around a run.

use serde::{Deserialize, Serialize};

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
