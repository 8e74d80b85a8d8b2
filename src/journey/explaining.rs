//! What a failed run shows and where, told alike by whoever judges runs.

use crate::compare::{ClaimFault, Diagnosis, Difference, Ran, diagnose, diagnose_session, locate};
use crate::extract::{Document, Example};

use super::running::Analyses;

/// Names what a run shows that ended otherwise than it should, or whose claims are false, if it can be
/// named.
pub(super) fn diagnosis(
    (document, example): (&Document, &Example),
    ran: Ran<'_>,
    (difference, faults): (Option<&Difference>, &[ClaimFault]),
    analyses: &Analyses,
) -> Option<Diagnosis> {
    let above = analyses.above(document, example);
    if difference.is_none() {
        return diagnose_session(ran, faults, &above);
    }
    let blocks = analyses.blocks(document, example);
    diagnose(ran, blocks.last(), last_code(example), &above)
}

/// Gives a difference the guide's line that it points at, where that can be told.
pub(super) fn place(
    difference: &mut Difference,
    (document, example): (&Document, &Example),
    ran: Ran<'_>,
    analyses: &Analyses,
) {
    let blocks = analyses.blocks(document, example);
    let line = locate(difference, example, &document.guide.text, &blocks, ran);
    difference.line = line.or(difference.line);
}

fn last_code(example: &Example) -> &str {
    let last = example.blocks.last();
    last.map_or("", |block| block.code.as_str())
}
