//! What a tool's failure means, in few words. Pure.

use crate::plan::Interpreter;
use crate::wording::cause;

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// The package index, or whatever else was asked for, could not be reached.
    Offline,
    /// A package is not the one that was locked.
    Hash,
    /// A package has nothing to install for this interpreter.
    NoWheel,
    /// Nothing was found to install: no wheel fits this interpreter, or the index could not be reached.
    NothingFound,
    /// The requirements cannot be met together, or name what does not exist.
    Unsatisfiable,
    /// Something else.
    Other,
}

/// A failure, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Its kind.
    pub kind: FaultKind,
    /// What happened, in words.
    pub reason: String,
}

/// Words by which tools say that they could not reach the network.
const OFFLINE: [&str; 13] = [
    "dns error",
    "error sending request",
    "Connection refused",
    "Network is unreachable",
    "Temporary failure in name resolution",
    "Name or service not known",
    "NewConnectionError",
    "ProxyError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "tcp connect error",
    "operation timed out",
    "network was disabled",
];

impl Fault {
    /// Understands what a tool wrote before it failed.
    pub(super) fn of_tool(text: &str) -> Self {
        let (kind, reason) = if let Some(package) = tampered(text) {
            (
                FaultKind::Hash,
                format!("a hash differs from the lock: {package} is not what was locked"),
            )
        } else if OFFLINE.iter().any(|words| text.contains(words)) {
            (
                FaultKind::Offline,
                "no connection to where it is fetched from".to_owned(),
            )
        } else if text.contains("(from versions: none)") {
            // pip says the same of an index that it cannot reach, and nothing else if it is not to retry.
            (
                FaultKind::NothingFound,
                format!(
                    "no wheel of {} was found for this interpreter, or the index could not be reached",
                    not_found(text).unwrap_or_else(|| "a package".to_owned())
                ),
            )
        } else if let Some(package) = without_wheel(text) {
            (
                FaultKind::NoWheel,
                format!("no wheel of {package} fits this interpreter"),
            )
        } else if text.contains("unsatisfiable")
            || text.contains("No solution found")
            || text.contains("No matching distribution")
        {
            (FaultKind::Unsatisfiable, short(text))
        } else {
            (FaultKind::Other, short(text))
        };
        Self { kind, reason }
    }

    /// Returns a failure of another kind.
    pub(super) fn other(reason: impl Into<String>) -> Self {
        Self {
            kind: FaultKind::Other,
            reason: reason.into(),
        }
    }

    /// Returns what the disk refused.
    pub(super) fn of_disk(error: &std::io::Error) -> Self {
        Self::other(format!("cannot write: {}", cause(error)))
    }

    /// Says whether another interpreter may have what this one lacks.
    pub(super) fn is_of_the_interpreter(&self) -> bool {
        matches!(self.kind, FaultKind::NoWheel | FaultKind::NothingFound)
    }

    /// Adds the interpreter that it happened on.
    pub(super) fn on(mut self, interpreter: &Interpreter) -> Self {
        self.reason = format!("{}: {}", interpreter.in_words(), self.reason);
        self
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn hint(&self, name: &str) -> String {
        match self.kind {
            FaultKind::Offline => {
                "check the network and the index that pip and uv are configured with, then run it again".to_owned()
            }
            FaultKind::Hash => format!(
                "if nobody changed the lock file on purpose, do not trust the package; a new lock is made by `fencepost env lock {name}`"
            ),
            FaultKind::NoWheel => format!(
                "choose other interpreters, or other versions in `[environments.{name}]`, then `fencepost env lock {name}`"
            ),
            FaultKind::NothingFound => format!(
                "check the network and the index that pip is configured with; where they are right, choose other interpreters, or other versions in `[environments.{name}]`"
            ),
            FaultKind::Unsatisfiable => format!(
                "change `requires` of `[environments.{name}]`, or name its versions with `python = \">=3.10\"` there"
            ),
            FaultKind::Other => "fix the cause, then run it again".to_owned(),
        }
    }
}

/// Finds the package whose hash is wrong, as uv or pip name it.
fn tampered(text: &str) -> Option<String> {
    if let Some(rest) = text.split("Hash mismatch for ").nth(1) {
        return Some(rest.split_whitespace().next()?.to_owned());
    }
    let rest = text.split("DO NOT MATCH THE HASHES").nth(1)?;
    let line = rest.lines().skip(1).find(|line| !line.trim().is_empty())?;
    Some(format!("`{}`", line.split_whitespace().next()?))
}

/// Finds the package that has no wheel, as uv or pip name it.
fn without_wheel(text: &str) -> Option<String> {
    let whole = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        " has no usable wheels",
        " has no wheels with",
        " can't be installed because",
    ] {
        if let Some((before, _)) = whole.split_once(words) {
            let package = before
                .split_whitespace()
                .rev()
                .find(|word| word.contains("=="))?;
            return Some(format!("`{}`", package.trim_matches('`')));
        }
    }
    not_found(&whole).filter(|package| package.contains("=="))
}

/// Finds the package of which pip found nothing.
fn not_found(text: &str) -> Option<String> {
    let (_, package) = text.split_once("No matching distribution found for ")?;
    Some(format!("`{}`", package.split_whitespace().next()?))
}

/// Returns the telling lines of a tool's output, cut to a bearable length.
fn short(text: &str) -> String {
    const LONGEST: usize = 300;
    let telling = |line: &str| {
        let line = line.trim();
        let line = line.strip_prefix("cause: ").unwrap_or(line);
        line.trim_start_matches(['×', '╰', '─', '▶', '│', ' '])
            .trim()
            .to_owned()
    };
    let start = text.lines().position(|line| {
        let line = line.to_lowercase();
        line.starts_with("error") || line.trim_start().starts_with('×')
    });
    let lines = text
        .lines()
        .skip(start.unwrap_or(0))
        .take_while(|line| !line.starts_with("hint:"));
    let lines: Vec<String> = lines.map(telling).filter(|line| !line.is_empty()).collect();
    let joined = lines.join(" ");
    let joined = joined
        .trim_start_matches("error: ")
        .trim_start_matches("ERROR: ");
    let cut: String = joined.chars().take(LONGEST).collect();
    if cut.len() < joined.len() {
        format!("{cut}…")
    } else {
        cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, kind: FaultKind, words: &str) {
        let fault = Fault::of_tool(text);
        assert_eq!(fault.kind, kind, "{fault:?}");
        assert!(fault.reason.contains(words), "{fault:?}");
    }

    #[test]
    fn failures_of_uv_are_understood() {
        case(
            "error: Failed to download `a==0.8.0`\n  cause: Hash mismatch for `a==0.8.0`\n\n Expected:",
            FaultKind::Hash,
            "`a==0.8.0`",
        );
        case(
            "error: Request failed\n  cause: client error (Connect)\n  cause: dns error\n",
            FaultKind::Offline,
            "connection",
        );
        case(
            "error: No solution found when resolving dependencies\n  cause: Because numpy==2.4.0 has no usable wheels and you require numpy==2.4.0, …",
            FaultKind::NoWheel,
            "`numpy==2.4.0`",
        );
        case(
            "error: No solution found when resolving dependencies\n  cause: Because xyzzy was not found in the package registry and you require xyzzy, we can conclude that your requirements are unsatisfiable.\n",
            FaultKind::Unsatisfiable,
            "xyzzy was not found",
        );
        case("error: disk full\nhint: x", FaultKind::Other, "disk full");
    }

    #[test]
    fn failures_of_pip_are_understood() {
        case(
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If …\n    a==0.0.6 from x:\n        Expected sha256 ab",
            FaultKind::Hash,
            "`a==0.0.6`",
        );
        case(
            "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError'\nERROR: No matching distribution found for a==1",
            FaultKind::Offline,
            "connection",
        );
        case(
            "ERROR: No matching distribution found for numpy==2.4.0",
            FaultKind::NoWheel,
            "`numpy==2.4.0`",
        );
        case(
            "ERROR: No matching distribution found for xyzzy",
            FaultKind::Unsatisfiable,
            "xyzzy",
        );
        case(
            "ERROR: Could not find a version that satisfies the requirement native (from versions: none)\nERROR: No matching distribution found for native\n",
            FaultKind::NothingFound,
            "no wheel of `native` was found",
        );
    }
}
