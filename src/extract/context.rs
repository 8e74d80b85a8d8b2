//! What reading a guide needs besides its text, and what is known of the whole of it beforehand.

use super::dialects::{Dialect, Dialects};
use super::includes::Includes;
use super::piece::Piece;

/// What reading a guide needs besides its text.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    /// Finds the files that blocks name.
    pub(super) includes: &'a Includes<'a>,
    /// Which tools' markup is read.
    pub(super) dialects: Dialects<'a>,
    /// Whether outputs are claims without a label, as phmdoctest has it.
    pub(super) outputs_are_claims: bool,
    /// Whether all blocks share names, as sybil has it.
    pub(super) shares: bool,
}

impl<'a> Context<'a> {
    /// Looks through a guide once for what would otherwise be looked for in each of its blocks.
    pub(super) fn new(
        guide: &str,
        pieces: &[Piece],
        dialects: Dialects<'a>,
        includes: &'a Includes<'a>,
    ) -> Self {
        let comments = pieces.iter().filter_map(|piece| match piece {
            Piece::Html { chunks, .. } | Piece::Note { chunks, .. } => Some(chunks),
            Piece::Heading { .. } | Piece::Code(_) | Piece::Prose { .. } => None,
        });
        let comments: Vec<&str> = (comments.flatten())
            .map(|chunk| &guide[chunk.span.clone()])
            .collect();
        let says = |words: &str| comments.iter().any(|comment| comment.contains(words));
        let phmdoctest = dialects.read(Dialect::Phmdoctest);
        let sybil = dialects.read(Dialect::Sybil);
        Self {
            includes,
            dialects,
            outputs_are_claims: phmdoctest && says("<!--phmdoctest-"),
            shares: sybil && (says("<!-- clear-namespace") || says("invisible-code")),
        }
    }
}
