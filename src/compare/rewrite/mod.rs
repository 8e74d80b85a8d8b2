//! Claims rewritten to what was printed: byte-exact edits of a guide, inside its claims alone.
//!
//! Enters: an understood guide, and for some of its examples what they printed on each interpreter.
//! Leaves: [`Edit`]s, and a [`Refusal`] for each false claim that only a person can mend. True
//! claims are not touched, and `[..]` and `...` stay where they still match, so that rewriting
//! twice changes nothing.

mod conditions;
mod fences;
mod file;
mod grammar;
mod inline;
mod lines;
mod old;
mod reread;
mod session;
mod truth;
mod wanted;

#[cfg(test)]
mod tests;

use crate::discover::Claims;
use crate::execute::Analysis;
use crate::extract::{BlockKind, Document, Example};
use crate::normalise::Transcript;
use crate::plan::Interpreter;
use crate::position::Span;

use super::claims::block_outputs;

pub use file::write_guide;

use reread::Part;

/// One change of a guide.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edit {
    /// Start of the bytes that go.
    pub start: usize,
    /// End of the bytes that go; the same where something is only added.
    pub end: usize,
    /// What comes in their place.
    pub replacement: String,
}

/// A false claim that is not rewritten, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Where it stands in the guide as it was.
    pub offset: usize,
    /// Why, and what to do.
    pub message: String,
}

/// What one example printed: one transcript for each interpreter, oldest first.
#[derive(Debug, Clone)]
pub struct Source<'a> {
    /// The example.
    pub example: &'a Example,
    /// One analysis per block.
    pub analyses: Vec<Analysis>,
    /// Runs that are stable and ended as declared.
    pub runs: Vec<(&'a Interpreter, &'a Transcript)>,
}

/// How to make the claims of a guide true.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rewriting {
    /// Disjoint, in order.
    pub edits: Vec<Edit>,
    /// In order.
    pub refusals: Vec<Refusal>,
    /// How many output fences come in, where versions differ.
    pub added_fences: usize,
}

impl Rewriting {
    fn refuse(&mut self, span: &Span, message: impl Into<String>) {
        self.refusals.push(Refusal {
            offset: span.start,
            message: message.into(),
        });
    }

    /// Returns where a byte of the guide stands once the edits are made; of what goes, where it was.
    #[must_use]
    pub fn moved(&self, offset: usize) -> usize {
        let above = self.edits.iter().filter(|edit| edit.start < offset);
        above.fold(offset, |moved, edit| {
            moved + edit.replacement.len() - (edit.end.min(offset) - edit.start)
        })
    }
}

/// What one block printed on each interpreter that runs it.
type Outputs<'a> = Vec<(&'a Interpreter, &'a Transcript, Vec<String>)>;

/// What rewriting one guide needs beside its examples.
struct Guide<'a> {
    document: &'a Document,
    text: &'a str,
    strict: bool,
}

/// Returns the edits that make a guide's claims true of what was printed.
#[must_use]
pub fn rewrite(document: &Document, sources: &[Source<'_>], claims: Claims) -> Rewriting {
    if claims == Claims::Off {
        return Rewriting::default();
    }
    let guide = Guide::new(document, claims == Claims::Strict);
    let blocks =
        |source: usize| (0..sources[source].example.blocks.len()).map(move |at| (source, at));
    let parts = (0..sources.len())
        .flat_map(blocks)
        .map(|(source, index)| Part {
            source,
            block: index,
            rewriting: block(&guide, &sources[source], index),
        });
    reread::joined(&guide, sources, parts.collect())
}

fn block(guide: &Guide<'_>, source: &Source<'_>, index: usize) -> Rewriting {
    let mut rewriting = Rewriting::default();
    let block = &source.example.blocks[index];
    let outputs = outputs(source, index);
    if outputs.is_empty() {
        return rewriting;
    }
    match &block.kind {
        BlockKind::Session(prompts) => {
            session::rewrite(guide, block, prompts, &outputs, &mut rewriting);
        }
        BlockKind::Script => inline::rewrite(guide, source, index, &outputs, &mut rewriting),
    }
    fences::rewrite(guide, source.example, index, &outputs, &mut rewriting);
    if rewriting == Rewriting::default() {
        truth::refuse_false(guide, source, index, &outputs, &mut rewriting);
    }
    rewriting
}

fn outputs<'a>(source: &Source<'a>, index: usize) -> Outputs<'a> {
    let output = |(interpreter, transcript): &(&'a Interpreter, &'a Transcript)| {
        let mut by_block = block_outputs(source.example, transcript, interpreter);
        let output = by_block.get_mut(index)?.take()?;
        Some((*interpreter, *transcript, output))
    };
    source.runs.iter().filter_map(output).collect()
}

impl<'a> Guide<'a> {
    fn new(document: &'a Document, strict: bool) -> Self {
        Self {
            document,
            text: &document.guide.text,
            strict,
        }
    }
}

/// Applies edits, the last one first, so that those before keep their places.
///
/// Edits that overlap an earlier one are left out.
#[must_use]
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut sorted = edits.to_vec();
    sorted.sort();
    let mut end = 0;
    sorted.retain(|edit| {
        let is_free = edit.start >= end && edit.end <= text.len();
        if is_free {
            end = edit.end;
        }
        is_free
    });
    let mut applied = text.to_owned();
    for edit in sorted.iter().rev() {
        applied.replace_range(edit.start..edit.end, &edit.replacement);
    }
    applied
}
