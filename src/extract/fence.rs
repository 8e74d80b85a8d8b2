//! A fence and its fate.

use serde::{Deserialize, Serialize};

use crate::position::{Position, Span};

use super::Excerpt;
use super::dialects::Told;

/// What kind of place in a guide a fence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FenceKind {
    /// A fenced code block of `CommonMark` (spec 0.31, section 4.5).
    Fenced,
    /// An indented code block (section 4.4) that is Python or an output.
    Indented,
    /// A fence inside a longer fence.
    Nested,
    /// A fence in a `MkDocs` admonition or content tab, which `CommonMark` reads as something else.
    Container,
    /// Hidden code in an HTML comment.
    Comment,
    /// Prompts with no info string inside another kind.
    Bare,
}

/// The one thing that a fence is, known without running.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fate {
    /// It runs, alone or in a group.
    Run,
    /// It shows the output of an example.
    Output,
    /// It is written beside an example instead of run.
    File,
    /// It is Python and does not run, for this reason.
    Skipped(String),
    /// It is something else.
    NotPython,
    /// It names Python and was not selected: always a problem. Holds the reason.
    Lookalike(String),
    /// It stands inside another fence and is documentation.
    Nested,
}

impl Fate {
    /// Every fate's name, in the order in which reports count them.
    pub const NAMES: [&'static str; 7] = [
        "run",
        "output",
        "file",
        "skipped",
        "not-python",
        "lookalike",
        "nested",
    ];

    /// Returns the name used in JSON and in `list --fate`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Output => "output",
            Self::File => "file",
            Self::Skipped(_) => "skipped",
            Self::NotPython => "not-python",
            Self::Lookalike(_) => "lookalike",
            Self::Nested => "nested",
        }
    }

    /// Returns the reason that a skipped fence or a look-alike carries.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Skipped(reason) | Self::Lookalike(reason) => Some(reason),
            Self::Run | Self::Output | Self::File | Self::NotPython | Self::Nested => None,
        }
    }
}

/// A place in a guide that holds code or its output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// What kind of place it is.
    pub kind: FenceKind,
    /// Bytes of the whole fence, opening and closing line included.
    pub span: Span,
    /// Its opening line.
    pub position: Position,
    /// The info string, raw and trimmed; empty if there is none.
    pub info: Excerpt,
    /// What it is.
    pub fate: Fate,
    /// The id of the example that it is, belongs to, or shows the output of.
    pub id: Option<Excerpt>,
    /// What it is to other tools.
    pub(super) told: Told,
}
