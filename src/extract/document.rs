//! The whole of a guide, understood: fences, examples, outputs.

use std::mem;
use std::sync::Arc;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use smallvec::SmallVec;

use crate::discover::{Guide, Limits, Sharing};
use crate::position::Position;
use crate::problem::Problem;

use super::containers::structure;
use super::context::Context;
use super::dialects::{Dialect, Dialects};
use super::examples::assemble;
use super::includes::Includes;
use super::piece::Piece;
use super::reader::read;
use super::source::Source;
use super::{Directives, Excerpt, Fence, Passage, VersionCondition};

/// What a block's text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockKind {
    /// Plain Python.
    Script,
    /// `>>>` prompts with their outputs inline.
    Session(Vec<Prompt>),
}

/// Option flags of `doctest`, each switched on or off; a later one wins.
pub type Flags = Vec<(String, bool)>;

/// One prompt of a session with the output that the guide shows for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// 0-based line of its `>>>` in the block's code.
    pub line: usize,
    /// Source without prompts, ending in a line feed.
    pub source: String,
    /// The output shown, with a final line feed, or empty.
    pub want: String,
    /// 0-based lines of the block's code that hold `want` (half-open; empty where nothing is shown).
    pub want_lines: std::ops::Range<usize>,
    /// Flags of its block, then those of `# doctest: +NAME` in this prompt.
    pub options: Flags,
}

impl Prompt {
    /// Says whether an option flag is on: of several words about it the last one holds.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        let mut options = self.options.iter().rev();
        options
            .find(|(option, _)| option == name)
            .is_some_and(|(_, on)| *on)
    }
}

/// One block of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Index of its fence in [`Document::fences`].
    pub fence: usize,
    /// What its text is.
    pub kind: BlockKind,
    /// Whether strings in quotes of their own below prints are outputs, as pytest-examples has them.
    pub reads_quotes: bool,
    /// Code as the interpreter gets it: container indentation and `\r` gone, dedented, ends in a line feed unless empty.
    pub code: Passage,
    /// What the guide says about this block.
    pub directives: Arc<Directives>,
}

/// The blocks of an example; most have one.
pub type Blocks = SmallVec<[Block; 1]>;

/// A file that a guide writes beside an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    /// Index of its fence in [`Document::fences`].
    pub fence: usize,
    /// Path relative to the example's folder; stays inside it.
    pub path: String,
    /// What it holds.
    pub content: String,
}

/// An output that the guide shows in a fence of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFence {
    /// Index of its fence in [`Document::fences`].
    pub fence: usize,
    /// The text shown, line feeds only, final one included unless empty.
    pub text: Passage,
    /// On which versions it is judged.
    pub python: Option<VersionCondition>,
    /// On which build it is judged.
    pub build: Option<String>,
    /// Index in [`Example::blocks`] of the block that it follows.
    pub block: usize,
    /// Whether it is a claim; otherwise it is advice unless claims are strict.
    pub explicit: bool,
    /// Where it is the whole output, as other tools have it: the option flags of `doctest` under
    /// which it is compared. Otherwise it shows lines of the output.
    pub whole: Option<Flags>,
}

/// A runnable unit: one block, or the blocks of one group in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// `GUIDE#NAME`.
    pub id: Excerpt,
    /// The name alone.
    pub name: Excerpt,
    /// Whether the guide gave the name (`name` or `group`).
    pub named: bool,
    /// The opening line of its first block.
    pub position: Position,
    /// Its blocks, at least one.
    pub blocks: Blocks,
    /// Files written before it runs.
    pub files: Vec<Extra>,
    /// Outputs shown for it, in document order.
    pub outputs: Vec<OutputFence>,
    /// What the guide says about the whole: the first block's directives, joined with the others' of a group.
    pub directives: Arc<Directives>,
    /// Limits after configuration and directives; one for all neighbours of which the same is said.
    pub limits: Arc<Limits>,
}

/// A guide, understood.
#[derive(Debug, Clone)]
pub struct Document {
    /// The guide it was read from.
    pub guide: Guide,
    /// Every fence in document order.
    pub fences: Vec<Fence>,
    /// Every example in document order of its first block, all of them (selection comes later).
    pub examples: Vec<Example>,
    /// Every problem of the guide, in document order.
    pub problems: Vec<Problem>,
}

/// Reads a guide: finds every fence, decides its fate, builds the examples. No include is found.
#[must_use]
pub fn document(guide: &Guide) -> Document {
    document_with_includes(guide, &|_| None)
}

/// Reads a guide whose blocks may name files instead of holding code.
///
/// `includes` gives the text of such a file; see [`crate::discover::included_text`].
#[must_use]
pub fn document_with_includes(guide: &Guide, includes: &Includes<'_>) -> Document {
    let text = guide.text.as_ref();
    let dialects = Dialects::new(guide.settings.dialects.as_deref());
    let colons = dialects.read(Dialect::Myst);
    let mut pieces = structure(text, &Source::whole(text).mended(), colons, 0);
    pieces.drain(..count_in_front_matter(text, &pieces));
    let context = Context::new(text, &pieces, dialects, includes);
    let mut reading = read(guide, pieces, context);
    let mut problems = mem::take(&mut reading.problems);
    let shares = guide.settings.sharing == Sharing::Guide || dialects.asked(Dialect::Mktestdocs);
    let (fences, examples) = assemble(guide, reading, shares, &mut problems);
    Document {
        guide: guide.clone(),
        fences,
        examples,
        problems: problems.placed(&guide.id, text),
    }
}

/// Reads guides side by side; the documents stand in the order of their guides.
///
/// `includes` gives the text of a file that a guide names.
#[must_use]
pub fn documents(
    guides: &[Guide],
    includes: &(dyn Fn(&Guide, &str) -> Option<String> + Sync),
) -> Vec<Document> {
    let read = |guide: &Guide| document_with_includes(guide, &|path: &str| includes(guide, path));
    guides.par_iter().map(read).collect()
}

/// Counts the pieces that the parser made of the lines above a guide's text: `---`, keys, `---`.
fn count_in_front_matter(text: &str, pieces: &[Piece]) -> usize {
    let body = text.trim_start_matches('\u{feff}');
    let mut lines = body.split_inclusive('\n');
    let marker = lines.next().unwrap_or_default().trim_end();
    let first = lines.next().unwrap_or_default();
    if !matches!(marker, "---" | "+++") || !first.contains([':', '=', '#']) {
        return 0;
    }
    let closes =
        |line: &&str| line.trim_end() == marker || (marker == "---" && line.trim_end() == "...");
    let Some(last) = lines.find(closes) else {
        return 0;
    };
    let end = last.as_ptr() as usize - text.as_ptr() as usize;
    pieces
        .iter()
        .take_while(|piece| piece.start() < end && !matches!(piece, Piece::Code(_)))
        .count()
}
