//! What reading a guide needs besides its text, and what is known of the whole of it beforehand.

use memchr::memmem;

use super::dialects::{Dialect, Dialects};
use super::includes::Includes;

/// What reading a guide needs besides its text.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is known for itself")]
pub(super) struct Context<'a> {
    /// Finds the files that blocks name.
    pub(super) includes: &'a Includes<'a>,
    /// Which tools' markup is read.
    pub(super) dialects: Dialects<'a>,
    /// Whether outputs are claims without a label, as phmdoctest has it.
    pub(super) outputs_are_claims: bool,
    /// Whether code says what phmdoctest is to leave out.
    pub(super) omits: bool,
    /// Whether the bytes of a prompt stand anywhere.
    pub(super) prompts: bool,
    /// Whether all blocks share names, as sybil has it.
    pub(super) shares: bool,
}

impl<'a> Context<'a> {
    /// Looks through a guide once for what would otherwise be looked for in each of its blocks.
    pub(super) fn new(guide: &str, dialects: Dialects<'a>, includes: &'a Includes<'a>) -> Self {
        let says = |words: &str| memmem::find(guide.as_bytes(), words.as_bytes()).is_some();
        let phmdoctest = dialects.read(Dialect::Phmdoctest);
        let sybil = dialects.read(Dialect::Sybil);
        Self {
            includes,
            dialects,
            outputs_are_claims: phmdoctest && says("<!--phmdoctest-"),
            omits: phmdoctest && says("phmdoctest:"),
            prompts: says(">>>"),
            shares: sybil && (says("<!-- clear-namespace") || says("invisible-code")),
        }
    }
}
