//! A problem: what is wrong, where in which guide, why, and what to do.
//!
//! Stages return problems; only `report` prints them and only `cli` turns them into exit codes.

use serde::{Deserialize, Serialize};

use crate::position::Position;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Fails the run.
    Error,
    /// Reported, does not fail the run.
    Warning,
    /// A suggestion.
    Advice,
}

/// Which exit code an error-level problem leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// A finding in a guide or an expected file: exit 1.
    Finding,
    /// Command line, configuration, a path that names nothing, refused under CI: exit 2.
    Usage,
    /// Blocked, could not run or could not write: exit 3.
    Blocked,
    /// A bug in fencepost: exit 70.
    Bug,
    /// Interrupted by a signal: exit 130.
    Interrupted,
}

/// Something wrong, with its place and its way out.
///
/// `message`, `why` and `hint` follow one style: lower case, no final stop, literals between ticks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Stable kebab-case name, such as `unterminated-fence`.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// Which exit code it leads to when it is an error.
    pub class: Class,
    /// The guide (or other file) relative to the project root with `/`.
    pub guide: Option<String>,
    /// Where in that file.
    pub position: Option<Position>,
    /// What is wrong.
    pub message: String,
    /// The cause, if it is known and not plain from the message.
    pub why: Option<String>,
    /// What to do.
    pub hint: Option<String>,
}

impl Problem {
    /// Returns an error of class [`Class::Finding`].
    #[must_use]
    pub fn finding(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            severity: Severity::Error,
            class: Class::Finding,
            guide: None,
            position: None,
            message: message.into(),
            why: None,
            hint: None,
        }
    }

    /// Returns an error of class [`Class::Usage`].
    #[must_use]
    pub fn usage(code: &str, message: impl Into<String>) -> Self {
        Self {
            class: Class::Usage,
            ..Self::finding(code, message)
        }
    }

    /// Returns an error of class [`Class::Blocked`].
    #[must_use]
    pub fn blocked(code: &str, message: impl Into<String>) -> Self {
        Self {
            class: Class::Blocked,
            ..Self::finding(code, message)
        }
    }

    /// Returns an error of class [`Class::Bug`].
    #[must_use]
    pub fn bug(message: impl Into<String>) -> Self {
        Self {
            class: Class::Bug,
            ..Self::finding("bug", message)
        }
    }

    /// Adds the file and the place in it.
    #[must_use]
    pub fn at(mut self, guide: impl Into<String>, position: Position) -> Self {
        self.guide = Some(guide.into());
        self.position = Some(position);
        self
    }

    /// Adds the file, where no single place in it is meant.
    #[must_use]
    pub fn in_file(mut self, guide: impl Into<String>) -> Self {
        self.guide = Some(guide.into());
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Changes the severity.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Says whether this problem fails the run.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
