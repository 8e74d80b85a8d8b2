//! A rewritten guide, read again: it must be the same guide with other outputs.
//!
//! What an example prints may be Markdown itself: marks that close a fence, or in a session without a
//! fence a heading or a list. Such changes are refused, whatever kind of claim they are for.

use crate::execute::Analysis;
use crate::extract::{Block, BlockKind, Document, Example, Fate, document};

use super::grammar::analysis_after;
use super::{Edit, Guide, Refusal, Rewriting, Source, apply, block};

/// What rewriting the claims of one block comes to.
pub(super) struct Part {
    /// Index of its source.
    pub(super) source: usize,
    /// Index of the block in its example.
    pub(super) block: usize,
    pub(super) rewriting: Rewriting,
}

/// Joins what is changed for each block, without what would make another guide of this one.
pub(super) fn joined(guide: &Guide<'_>, sources: &[Source<'_>], mut parts: Vec<Part>) -> Rewriting {
    let rereading = Rereading { guide, sources };
    let mut all = rereading.holds(&parts.iter().collect::<Vec<&Part>>());
    if !all {
        for part in &mut parts {
            if !rereading.holds(&[part]) {
                refuse(part);
            }
        }
        all = rereading.holds(&parts.iter().collect::<Vec<&Part>>());
    }
    let mut joined = Rewriting::default();
    for mut part in parts {
        if !all {
            refuse(&mut part);
        }
        joined.edits.extend(part.rewriting.edits);
        joined.refusals.extend(part.rewriting.refusals);
        joined.added_fences += part.rewriting.added_fences;
    }
    joined.edits.sort();
    joined.edits.dedup();
    joined.refusals.sort_by_key(|refusal| refusal.offset);
    joined
}

/// Turns the changes for a block into a refusal.
fn refuse(part: &mut Part) {
    let Some(first) = part.rewriting.edits.first() else {
        return;
    };
    part.rewriting.refusals.push(Refusal {
        offset: first.start,
        message: "shown there, what is printed would change how the guide is read: \
                  mend it by hand, in a fence of its own"
            .to_owned(),
    });
    part.rewriting.edits.clear();
    part.rewriting.added_fences = 0;
}

struct Rereading<'a> {
    guide: &'a Guide<'a>,
    sources: &'a [Source<'a>],
}

impl Rereading<'_> {
    /// Says whether the guide with these parts rewritten is the same guide, and needs no more of them.
    fn holds(&self, parts: &[&Part]) -> bool {
        let edits: Vec<Edit> = (parts.iter())
            .flat_map(|part| part.rewriting.edits.iter().cloned())
            .collect();
        if edits.is_empty() {
            return true;
        }
        // Files that the guide includes stay what they are, so both are read without them.
        let before = document(&self.guide.document.guide);
        let mut guide = before.guide.clone();
        guide.text = apply(self.guide.text, &edits).into();
        let after = document(&guide);
        let added = parts.iter().map(|part| part.rewriting.added_fences).sum();
        let readings = [&before, &after];
        let mut changed = parts.iter().filter(|part| !part.rewriting.edits.is_empty());
        is_same(&before, &after, added)
            && changed.all(|part| self.needs_no_more(readings, part, &edits))
    }

    fn needs_no_more(&self, readings: [&Document; 2], part: &Part, edits: &[Edit]) -> bool {
        let source = &self.sources[part.source];
        let ran = &source.example.blocks[part.block];
        let [Some((_, before)), Some((example, after))] =
            readings.map(|document| read_again(document, &source.example.id, part.block))
        else {
            return true;
        };
        let mut analyses = source.analyses.clone();
        if let Some(analysis) = analyses.get_mut(part.block) {
            let Some(after) = self.analysis_after(analysis, [ran, before, after], edits) else {
                return false;
            };
            *analysis = after;
        }
        let source = Source {
            example,
            analyses,
            runs: source.runs.clone(),
        };
        let guide = Guide::new(readings[1], self.guide.strict);
        let more = block(&guide, &source, part.block);
        // What is refused now and was not before is false, and cannot be mended where it stands.
        more.edits.is_empty() && more.refusals.len() <= part.rewriting.refusals.len()
    }

    /// Returns the analysis of a block that ran, was read and is read again; `None` where it cannot be told.
    fn analysis_after(
        &self,
        analysis: &Analysis,
        [ran, before, after]: [&Block; 3],
        edits: &[Edit],
    ) -> Option<Analysis> {
        let is_script = matches!(ran.kind, BlockKind::Script);
        if !is_script || ran.code != *before.code {
            // The prompts of a session say all, and what an included file says is not rewritten here.
            return Some(Analysis::default());
        }
        analysis_after(analysis, [before, after], self.guide.text, edits)
    }
}

/// Finds an example and a block of it in a reading.
fn read_again<'a>(
    document: &'a Document,
    id: &str,
    block: usize,
) -> Option<(&'a Example, &'a Block)> {
    let example = document
        .examples
        .iter()
        .find(|example| &*example.id == id)?;
    Some((example, example.blocks.get(block)?))
}

/// Says whether two readings hold the same examples, and the same text around their fences; `added` is
/// how many outputs come in with text of their own.
fn is_same(before: &Document, after: &Document, added: usize) -> bool {
    let examples = |document: &Document| -> Vec<(String, Vec<Vec<String>>)> {
        let blocks = |blocks: &[Block]| blocks.iter().map(sources_of).collect();
        let examples = document.examples.iter();
        examples
            .map(|example| (example.id.to_string(), blocks(&example.blocks)))
            .collect()
    };
    let is_output = |fate: &Fate| *fate == Fate::Output;
    let around = |document: &Document| {
        let fates = document.fences.iter().map(|fence| fence.fate.clone());
        // Where versions differ, outputs and their labels are added.
        let others: Vec<Fate> = fates.filter(|fate| !is_output(fate)).collect();
        (others, document.problems.len())
    };
    examples(before) == examples(after)
        && around(before) == around(after)
        && before.fences.len() + added == after.fences.len()
        && (added > 0 || outside(before) == outside(after))
}

/// Returns the sources of a session's prompts; a script's code holds its claims.
fn sources_of(block: &Block) -> Vec<String> {
    match &block.kind {
        BlockKind::Session(prompts) => prompts.iter().map(|prompt| prompt.source.clone()).collect(),
        BlockKind::Script => Vec::new(),
    }
}

/// Returns the text that stands in no fence.
fn outside(document: &Document) -> String {
    let text = &document.guide.text;
    let (mut outside, mut end) = (String::new(), 0);
    for fence in &document.fences {
        outside.push_str(text.get(end..fence.span.start).unwrap_or_default());
        end = end.max(fence.span.end);
    }
    outside.push_str(&text[end..]);
    outside
}
