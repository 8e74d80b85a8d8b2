//! What stands in a guide as far as examples need it: code, headings, comments, labels.
//!
//! Every offset is a byte of the guide, never of a source.

use smallvec::SmallVec;

use crate::position::Span;

use super::FenceKind;

/// A part of a line's text: bytes of the guide, or spaces that a tab became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chunk {
    /// Bytes of the guide; line ends between and after lines included.
    pub(super) span: Span,
    /// Spaces before it that a partly used tab stands for.
    pub(super) pad: usize,
}

/// The parts of a block in order; most blocks stand in the guide in one piece.
pub(super) type Chunks = SmallVec<[Chunk; 1]>;

/// A code block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Code {
    /// What kind of place it is.
    pub(super) kind: FenceKind,
    /// The whole block, final line end excluded.
    pub(super) span: Span,
    /// The info string, trimmed; empty where there is none.
    pub(super) info: Span,
    /// Its text.
    pub(super) chunks: Chunks,
    /// Whether a closing line ends it; true for kinds that need none.
    pub(super) closed: bool,
    /// Whether it stands in a list item.
    pub(super) in_list: bool,
}

/// One thing in a guide, in document order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// A heading at the top level of the guide.
    Heading {
        /// 1–6.
        level: u8,
        /// Its text without markup.
        text: String,
        /// Where it starts.
        start: usize,
    },
    /// A code block.
    Code(Code),
    /// A block of HTML, or an HTML comment within a line.
    Html {
        /// The whole of it.
        span: Span,
        /// Its text without the prefixes of quotes and lists.
        chunks: Chunks,
    },
    /// A paragraph that begins like a comment of `MyST` (`% …`) or MDX (`{/* … */}`).
    Note {
        /// The whole of it.
        span: Span,
        /// Its lines.
        chunks: Chunks,
    },
    /// A paragraph that may be a label, or anything else that is neither code, comment nor blank.
    Prose {
        /// Where it starts.
        start: usize,
        /// The beginning of its text, where it follows code closely; otherwise empty.
        text: String,
    },
}

impl Piece {
    /// Returns where the piece starts.
    pub(super) fn start(&self) -> usize {
        match self {
            Self::Heading { start, .. } | Self::Prose { start, .. } => *start,
            Self::Code(code) => code.span.start,
            Self::Html { span, .. } | Self::Note { span, .. } => span.start,
        }
    }
}
