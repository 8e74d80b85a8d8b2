//! Markup that other tools left in guides, read as wishes about blocks.
//!
//! Enters: comments, attributes and options, as text. Leaves: [`Wish`]es. What a wish does to a
//! fence is decided in [`wishes`]; what cannot be done is told by name, never dropped.

mod attributes;
mod comments;
mod conditions;
mod marks;
mod options;
mod prompts;
mod told;
mod transforms;
pub(super) mod wishes;

pub(super) use attributes::attribute_wishes;
pub(super) use comments::{comment_wishes, invisible_language};
pub(super) use options::{EXACTLY, flags_of_sphinx, on, options, settings};
pub(super) use prompts::{prompt_wishes, rest_of_session};
pub(super) use told::Told;
pub(super) use transforms::{may_omit, omitted, unhidden};

use super::{Flags, Raises, VersionCondition};
use crate::discover::DIALECTS;
use crate::problem::{Problem, Severity};

/// A tool whose markup is read, in the order of [`DIALECTS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    PytestMarkdownDocs,
    PytestExamples,
    MarkdownPytest,
    PytestCodeblocks,
    PytestCodeblock,
    Phmdoctest,
    Sybil,
    Doccmd,
    Mktestdocs,
    Myst,
    Mdbook,
    Mkdocs,
    Byexample,
    Xdoctest,
}

impl Dialect {
    /// Returns the name that the configuration uses.
    pub(super) fn name(self) -> &'static str {
        DIALECTS[self as usize]
    }
}

/// Which dialects are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dialects<'a>(Option<&'a [String]>);

impl<'a> Dialects<'a> {
    /// `None` reads all.
    pub(super) fn new(names: Option<&'a [String]>) -> Self {
        Self(names)
    }

    /// Says whether a dialect is read.
    pub(super) fn read(self, dialect: Dialect) -> bool {
        let named = |names: &[String]| names.iter().any(|name| name == dialect.name());
        self.0.is_none_or(named)
    }

    /// Says whether a dialect was asked for by name.
    pub(super) fn asked(self, dialect: Dialect) -> bool {
        self.0.is_some() && self.read(dialect)
    }
}

/// Something that markup asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wish {
    /// Whose markup it is.
    pub(super) dialect: Dialect,
    /// The words that ask for it, as written.
    pub(super) words: String,
    /// What they ask for.
    pub(super) what: What,
}

/// What can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// The next block does not run, for this reason.
    Skip(String),
    /// The next block runs on these versions only.
    Versions(VersionCondition),
    /// The next block belongs to this group.
    Group(String),
    /// The tool tests the next block, which it would not without these words.
    Test,
    /// The next block has this name.
    Name(String),
    /// The next block goes on where the last one ended.
    Join,
    /// The next block may await at its top level.
    Await,
    /// The next block ends with this exception.
    Raises(Raises),
    /// The next block ends with this status.
    Exit(i32),
    /// The next fence is the whole output of the block before it, compared under these flags.
    Output(Flags),
    /// The prompts of the next block, or the next output, are compared under these flags.
    Compare(Flags),
    /// No block runs from here on, for this reason.
    SkipFrom(String),
    /// Blocks run on these versions only from here on.
    VersionsFrom(VersionCondition),
    /// Blocks run again from here on.
    SkipEnd,
    /// Blocks belong to this group from here on.
    GroupFrom(String),
    /// Blocks belong to no group from here on.
    GroupEnd,
    /// Blocks after the next one go on where it ended.
    Share,
    /// Blocks after the next one stand alone again.
    Unshare,
    /// The next block begins anew, where blocks share names.
    Clear,
    /// It cannot be done; the block is skipped for it if true.
    Unsupported(bool),
}

/// How many letters of a guide's words a report repeats.
const MOST_LETTERS: usize = 100;

impl Wish {
    /// Takes note of what words ask for; long ones are cut off for reports.
    fn new(dialect: Dialect, words: &str, what: What) -> Self {
        let mut shown: String = words.chars().take(MOST_LETTERS).collect();
        if shown.len() < words.len() {
            shown.push('…');
        }
        Self {
            dialect,
            words: shown,
            what,
        }
    }

    /// Says that it cannot be done; the block is skipped for it if `skips`.
    pub(super) fn unsupported(&self, skips: bool) -> Problem {
        let Self { dialect, words, .. } = self;
        let message = format!("`{words}` of {} is not supported", dialect.name());
        let problem = Problem::finding("unsupported-dialect", message);
        if skips {
            let hint = "the block is skipped; say what it needs with `<!-- fencepost: … -->`";
            problem.severity(Severity::Warning).hint(hint)
        } else {
            problem
                .severity(Severity::Advice)
                .hint("it is left out of account")
        }
    }

    /// Says whether the wish waits for the next block however far below it stands.
    pub(super) fn waits(&self) -> bool {
        matches!(
            self.dialect,
            Dialect::Sybil | Dialect::Doccmd | Dialect::PytestCodeblocks
        )
    }
}
