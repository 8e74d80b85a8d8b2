//! Guide → fences with fates, and examples. Pure: no file, no process, no clock.
//!
//! Enters: a [`crate::discover::Guide`]. Leaves: a [`Document`] in which every fence has exactly one
//! [`Fate`], every example its id, code and directives, and every shown output the example that
//! it belongs to. All problems of a guide at once.

mod directives;
mod document;
mod fence;

pub use directives::{Directives, Raises, StderrMode, StdoutMode, VersionCondition};
pub use document::{Block, BlockKind, Document, Example, Extra, OutputFence, Prompt, document};
pub use fence::{Fate, Fence, FenceKind};
