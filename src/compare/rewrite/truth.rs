//! What stays as it is, held against what was printed as `check` does it.
//!
//! Rewriting reads a claim to find what to write in its place; only `check` says whether it is true. What it
//! calls false where nothing is written and no reason told is refused, so that no block stays false untold.

use std::collections::BTreeMap;

use crate::compare::claims::Judging;
use crate::discover::Claims;
use crate::position::LineIndex;

use super::{Guide, Outputs, Refusal, Rewriting, Source};

/// Refuses the claims of a block, and of the fences that follow it, that are false.
pub(super) fn refuse_false(
    guide: &Guide<'_>,
    source: &Source<'_>,
    index: usize,
    outputs: &Outputs<'_>,
    rewriting: &mut Rewriting,
) {
    let false_ones = false_ones(guide, source, index, outputs);
    if false_ones.is_empty() {
        return;
    }
    let lines = LineIndex::new(guide.text);
    let fence = &guide.document.fences[source.example.blocks[index].fence];
    let refusals = false_ones.into_iter().map(|(line, message)| Refusal {
        offset: line
            .and_then(|line| lines.start(line))
            .unwrap_or(fence.span.start),
        message: format!("{message}: mend it by hand"),
    });
    rewriting.refusals.extend(refusals);
}

/// Returns what is wrong by line of the guide, as the oldest interpreter on which it is tells it.
fn false_ones(
    guide: &Guide<'_>,
    source: &Source<'_>,
    index: usize,
    outputs: &Outputs<'_>,
) -> BTreeMap<Option<usize>, String> {
    let claims = if guide.strict {
        Claims::Strict
    } else {
        Claims::Explicit
    };
    let analysis = source.analyses.get(index);
    let mut false_ones = BTreeMap::new();
    for (interpreter, transcript, output) in outputs {
        let judging = Judging::new(source.example, guide.text, transcript, interpreter, claims);
        let faults = judging.block(index, analysis, output).into_iter();
        for fault in faults.filter(|fault| fault.fails) {
            let message = false_ones.entry(fault.difference.line);
            message.or_insert(fault.message);
        }
    }
    false_ones
}
