//! One Markdown file, read, with everything known about it before its text is understood.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::position::LineIndex;
use crate::problem::Problem;
use crate::wording::cause;

use super::Settings;

/// Narrows a guide to a part of its examples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// `GUIDE:LINE`: the example whose block or output holds that 1-based line.
    Line(usize),
    /// `GUIDE#NAME`: the example of that name.
    Name(String),
}

/// One Markdown file.
#[derive(Debug, Clone)]
pub struct Guide {
    /// Path relative to the project root with `/`; the first part of every id.
    pub id: String,
    /// Where the file is.
    pub path: PathBuf,
    /// The whole text, byte order mark and line ends as in the file.
    pub text: Arc<str>,
    /// The expected file of this guide, absolute.
    pub expected_path: PathBuf,
    /// What configuration says about it.
    pub settings: Arc<Settings>,
    /// Which examples were asked for; empty means all.
    pub selectors: Vec<Selector>,
}

/// Reads a guide's text.
///
/// # Errors
///
/// A finding: the file cannot be read, is no regular file, or is not UTF-8.
pub(super) fn read(path: &Path, id: &str) -> Result<String, Problem> {
    let unreadable = |why: String| {
        Problem::finding("unreadable", format!("cannot read `{id}`"))
            .in_file(id)
            .because(why)
    };
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(cause(&error)))?;
    if !metadata.is_file() {
        return Err(unreadable("it is no regular file".to_owned()));
    }
    let bytes = std::fs::read(path).map_err(|error| unreadable(cause(&error)))?;
    String::from_utf8(bytes).map_err(|error| not_utf8(error.as_bytes(), error.utf8_error(), id))
}

fn not_utf8(bytes: &[u8], error: std::str::Utf8Error, id: &str) -> Problem {
    let valid = error.valid_up_to();
    let readable = String::from_utf8_lossy(&bytes[..valid]);
    let place = LineIndex::new(&readable).position(&readable, valid);
    let byte = bytes.get(valid).copied().unwrap_or_default();
    let wide = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    let hint = if wide {
        "it looks like UTF-16: save it as UTF-8"
    } else {
        "save it as UTF-8"
    };
    let message = format!("not UTF-8: byte {valid} is 0x{byte:02X}");
    Problem::finding("not-utf8", message)
        .at(id, place)
        .hint(hint)
}
