//! Expected files: what was recorded for each example of one guide.
//!
//! The model is flat: one transcript per example and label. The text form ([`write`](self)) keeps a
//! base and the smallest set of overlays, computed from the model alone, so that the order in
//! which versions were recorded never shows. This is the only module that writes under `expected/`.

mod file;
mod follow;
mod labels;
mod layers;
mod merge;
mod parse;
mod patches;
mod pending;
mod text;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

use crate::extract::Example;
use crate::normalise::Transcript;
use crate::plan::Label;
use crate::problem::Problem;

pub(super) use file::replace as replace_file;
pub use follow::{Followed, followed_file};
pub use merge::Seen;
pub use patches::Doubts;
pub use pending::{Change, PENDING_FIRST_LINE, PendingFile};

/// The first line of every file of ours.
pub const FIRST_LINE: &str = "# fencepost expectations, format 1";

/// What was recorded for one example, expanded: one transcript per version and build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// The example's name in its guide.
    pub name: String,
    /// A hash of the example's code, by which a renamed example is found again.
    pub code: String,
    /// What is expected where. Labels name the minor version (micro 0) unless two patches of one minor differ.
    pub transcripts: BTreeMap<Label, Transcript>,
}

impl Expectation {
    /// Returns the hash by which [`Expectation::code`] knows an example.
    #[must_use]
    pub fn code_of(example: &Example) -> String {
        let mut hasher = blake3::Hasher::new();
        for block in &example.blocks {
            hasher.update(&(block.code.len() as u64).to_le_bytes());
            hasher.update(block.code.as_bytes());
        }
        hasher.finalize().to_hex()[..16].to_owned()
    }

    /// Records what was seen of an example over what was expected of it.
    ///
    /// Versions that were not seen stay as they are; patterns that a person put in stay where they
    /// still match what was printed.
    #[must_use]
    pub fn record(
        example: &Example,
        old: Option<&Self>,
        seen: &BTreeMap<Label, Transcript>,
    ) -> Self {
        merge::record(example, old, seen)
    }

    /// Returns what judges an interpreter.
    ///
    /// Where it was not recorded: the nearest older version of its build, of the usual build, and
    /// only then the nearest newer one.
    #[must_use]
    pub fn judging(&self, label: Label) -> Option<Judging<'_>> {
        let exact = labels::recorded(self.transcripts.keys(), label);
        let by = exact.or_else(|| labels::nearest(self.transcripts.keys(), label))?;
        Some(Judging {
            label: by,
            transcript: &self.transcripts[&by],
            recorded: exact.is_some(),
        })
    }

    /// Returns the same with labels and transcripts as a file keeps them.
    #[must_use]
    pub fn canonical(&self) -> Self {
        Self {
            name: self.name.clone(),
            code: self.code.clone(),
            transcripts: labels::canonical(&self.transcripts),
        }
    }
}

/// The recorded transcript that judges one interpreter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judging<'a> {
    /// What it was recorded on.
    pub label: Label,
    /// What was recorded.
    pub transcript: &'a Transcript,
    /// Whether that is the interpreter's own version and build.
    pub recorded: bool,
}

/// One expected file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExpectedFile {
    /// In document order.
    pub expectations: Vec<Expectation>,
    /// Whether recorded without the full sandbox.
    pub unsandboxed: bool,
}

impl ExpectedFile {
    /// Parses the text of an expected file; `name` is how problems call it.
    ///
    /// # Errors
    ///
    /// Every problem of the file, each with its line: conflict markers, bad TOML, unknown keys, ranges that hold nothing.
    pub fn parse(name: &str, text: &str) -> Result<Self, Vec<Problem>> {
        parse::parse(name, text)
    }

    /// Writes the canonical text: base and minimal overlays, byte-stable.
    #[must_use]
    pub fn to_text(&self) -> String {
        text::to_text(self)
    }

    /// Returns the expectation of the example with this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Expectation> {
        self.expectations
            .iter()
            .find(|expectation| expectation.name == name)
    }

    /// Assigns expectations to examples: first where name and code agree, then by code, then by name.
    #[must_use]
    pub fn follow(&self, examples: &[Example]) -> Followed {
        follow::follow(self, examples)
    }

    /// Joins what was recorded before with what was seen now, in the order of `examples`.
    ///
    /// Renamed examples keep what was recorded for them; expectations without an example stay last,
    /// or go with `prune`.
    #[must_use]
    pub fn merge(&self, examples: &[Example], seen: &Seen, prune: bool) -> Self {
        merge::merge(self, examples, seen, prune)
    }

    /// Returns what recording `seen` would replace, though unchanged code printed it: perhaps on another patch.
    #[must_use]
    pub fn doubts(&self, examples: &[Example], seen: &Seen) -> Doubts {
        patches::doubts(self, examples, seen)
    }

    /// Adds to `seen` what the patches beside it printed, wherever one of them printed what was
    /// recorded; returns the doubts that remain.
    #[must_use]
    pub fn tell_apart(&self, examples: &[Example], seen: &mut Seen, beside: &Seen) -> Doubts {
        patches::tell_apart(self, examples, seen, beside)
    }

    /// Reads a file; `Ok(None)` where there is none.
    ///
    /// # Errors
    ///
    /// As [`ExpectedFile::parse`], and where it cannot be read.
    pub fn read(path: &Path, name: &str) -> Result<Option<Self>, Vec<Problem>> {
        file::read(path, name)
    }

    /// Writes a file by temporary file and rename; does nothing where the bytes are the same already.
    ///
    /// A file that expects nothing any more is removed. One that is not ours is left alone.
    ///
    /// # Errors
    ///
    /// A blocked problem where it cannot be written, a finding where the file there is not ours;
    /// the old file is untouched then.
    pub fn write(&self, path: &Path, name: &str) -> Result<(), Problem> {
        file::write(self, path, name)
    }

    /// Removes a file that nothing answers to; does nothing where there is none.
    ///
    /// # Errors
    ///
    /// A blocked problem where it cannot be removed.
    pub fn remove(path: &Path, name: &str) -> Result<(), Problem> {
        file::remove(path).map_err(|error| file::unremovable(name, &error))
    }
}
