//! Guide → fences with fates, and examples. Pure: no file, no process, no clock.
//!
//! Enters: a [`crate::discover::Guide`]. Leaves: a [`Document`] in which every fence has exactly one
//! [`Fate`], every example its id, code and directives, and every shown output the example that
//! it belongs to. All problems of a guide at once.

mod attributes;
mod bare;
mod blocks;
mod colons;
mod comments;
mod containers;
mod context;
mod coverage;
mod dialects;
mod directives;
mod document;
mod draft;
mod equal_names;
mod examples;
mod excerpt;
mod fence;
mod fence_lines;
mod file;
mod groups;
mod includes;
mod info;
mod lines;
mod literal;
mod names;
mod nested;
mod outline;
mod outputs;
mod passage;
mod piece;
mod problems;
mod reader;
mod roles;
mod session;
mod signs;
mod source;
mod steering;

pub use coverage::{Coverage, coverage};
pub use directives::{Directives, Raises, StderrMode, StdoutMode, VersionCondition};
pub use document::{
    Block, BlockKind, Blocks, Document, Example, Extra, Flags, OutputFence, Prompt, document,
    document_with_includes, documents,
};
pub use excerpt::Excerpt;
pub use fence::{Fate, Fence, FenceKind};
pub use file::SourceFile;
pub use includes::Includes;
pub use passage::Passage;

#[cfg(test)]
mod tests;
