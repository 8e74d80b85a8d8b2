//! Expected files: what was recorded for each example of one guide.

use std::collections::BTreeMap;
use std::path::Path;

use crate::normalise::Transcript;
use crate::plan::Label;
use crate::problem::Problem;

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
    pub fn parse(_name: &str, _text: &str) -> Result<Self, Vec<Problem>> {
        todo!("owner: compare")
    }

    /// Writes the canonical text: base and minimal overlays, byte-stable.
    #[must_use]
    pub fn to_text(&self) -> String {
        todo!("owner: compare")
    }

    /// Reads a file; `Ok(None)` where there is none.
    ///
    /// # Errors
    ///
    /// As [`ExpectedFile::parse`], and where it cannot be read.
    pub fn read(_path: &Path, _name: &str) -> Result<Option<Self>, Vec<Problem>> {
        todo!("owner: compare")
    }

    /// Writes a file by temporary file and rename; does nothing where the bytes are the same already.
    ///
    /// # Errors
    ///
    /// A blocked problem; the old file is untouched then.
    pub fn write(&self, _path: &Path, _name: &str) -> Result<(), Problem> {
        todo!("owner: compare")
    }
}
