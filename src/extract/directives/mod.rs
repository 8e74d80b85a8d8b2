//! Directives: what a guide says about a block, in an HTML comment above it or in its info string.

mod given;
mod keys;

use serde::{Deserialize, Serialize};

pub(super) use given::Given;
pub(super) use keys::KEYS;

/// A PEP 440 version specifier set, compared by release (3.15.0rc1 counts as 3.15).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionCondition {
    /// The specifier as written, such as `>=3.12,<3.14`.
    pub text: String,
    specifiers: pep440_rs::VersionSpecifiers,
}

impl VersionCondition {
    /// Parses a specifier set.
    ///
    /// # Errors
    ///
    /// Says in words what is wrong with `text`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let specifiers = text
            .parse::<pep440_rs::VersionSpecifiers>()
            .map_err(|error| {
                error
                    .to_string()
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            })?;
        Ok(Self {
            text: text.to_owned(),
            specifiers,
        })
    }

    /// Says whether a release such as `[3, 13, 0]` meets the condition.
    #[must_use]
    pub fn allows(&self, release: [u64; 3]) -> bool {
        self.specifiers.contains(&pep440_rs::Version::new(release))
    }
}

/// The uncaught exception that an example is meant to end with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Raises {
    /// The exception's name, qualified or not.
    pub exception: String,
    /// The whole message after normalising, `[..]` allowed; `None` accepts any.
    pub message: Option<String>,
}

/// How stdout is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StdoutMode {
    /// Byte for byte after normalising.
    #[default]
    Exact,
    /// As a multiset of lines.
    Unordered,
    /// Not at all.
    Ignore,
}

/// How stderr is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StderrMode {
    /// Tracebacks and warnings reduced to their last line.
    #[default]
    Reduced,
    /// The whole of it.
    Full,
    /// Not at all.
    Ignore,
}

/// Everything a guide says about one block; absent keys are `None` or defaults.
///
/// The keys and their meaning are the table "Directives" of the README.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Directives {
    /// `name`
    pub name: Option<String>,
    /// `group`
    pub group: Option<String>,
    /// `skip`, with its reason
    pub skip: Option<String>,
    /// `python`
    pub python: Option<VersionCondition>,
    /// `build`: `default`, `free-threaded` or `debug`
    pub build: Option<String>,
    /// `env`
    pub env: Option<String>,
    /// `timeout` in milliseconds
    pub timeout_ms: Option<u64>,
    /// `memory` in bytes
    pub memory: Option<u64>,
    /// `processes`
    pub processes: Option<u64>,
    /// `disk` in bytes
    pub disk: Option<u64>,
    /// `output` in bytes
    pub output: Option<u64>,
    /// `raises`
    pub raises: Option<Raises>,
    /// `exit`
    pub exit: Option<i32>,
    /// `signal`, without `SIG`
    pub signal: Option<String>,
    /// `stdout`
    pub stdout: StdoutMode,
    /// `stderr`
    pub stderr: StderrMode,
    /// `filter`: names of filters
    pub filters: Vec<String>,
    /// `stdin`
    pub stdin: Option<String>,
    /// `file`: a relative path
    pub file: Option<String>,
    /// `start`
    pub start: Option<crate::discover::Start>,
    /// `alone`
    pub alone: bool,
    /// `await`
    pub top_level_await: bool,
}
