//! One Markdown file, read, with everything known about it before its text is understood.

use std::path::PathBuf;
use std::sync::Arc;

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
