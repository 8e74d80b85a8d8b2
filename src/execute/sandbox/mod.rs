//! The walls around a run.

use serde::{Deserialize, Serialize};

use crate::plan::Interpreter;
use crate::problem::Problem;

#[cfg(target_os = "linux")]
mod canary;
#[cfg(target_os = "linux")]
mod fixes;
#[cfg(target_os = "linux")]
mod idle;
#[cfg(target_os = "linux")]
pub(crate) mod launcher;
#[cfg(target_os = "linux")]
mod layers;
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

/// Returns what a user has to be told about a level before examples run at it: nothing about the full one.
#[must_use]
pub fn warning(level: Level) -> Option<Problem> {
    let problem = match level {
        Level::Full => return None,
        Level::Off => Problem::blocked(
            "sandbox-off",
            "examples run without the sandbox: they can do whatever you can",
        )
        .hint("leave out `--sandbox off` unless you wrote every example yourself"),
        Level::Reduced => {
            let missing: Vec<String> = report(None)
                .into_iter()
                .filter(|layer| !layer.on)
                .map(|layer| format!("{} ({})", layer.name, layer.why))
                .collect();
            let missing = if missing.is_empty() {
                "no layer is missing".to_owned()
            } else {
                format!("missing: {}", missing.join("; "))
            };
            Problem::blocked("sandbox-reduced", "the sandbox is REDUCED")
                .because(missing)
                .hint(
                    "the outer container has to have no network: fencepost takes your word for it",
                )
        }
    };
    Some(problem.severity(crate::problem::Severity::Warning))
}

/// Reports on every layer, for `doctor`; with an interpreter, also whether the walls hold for it.
#[must_use]
pub fn report(interpreter: Option<&Interpreter>) -> Vec<LayerReport> {
    #[cfg(target_os = "linux")]
    return layers::report(interpreter);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = interpreter;
        vec![LayerReport {
            name: "sandbox".to_owned(),
            on: false,
            why: NOT_SUPPORTED.to_owned(),
            fix: Some("use `--sandbox off` for guides that you trust".to_owned()),
        }]
    }
}

#[cfg(not(target_os = "linux"))]
const NOT_SUPPORTED: &str = "the sandbox is not supported yet on this system";

/// Returns the problem that any sandbox is on this system.
#[cfg(not(target_os = "linux"))]
pub(super) fn not_supported() -> Problem {
    Problem::blocked("no-sandbox", NOT_SUPPORTED).hint("use `--sandbox off`")
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
