//! What a failed run shows and where, told alike by whoever judges runs.

use crate::compare::{
    ClaimFault, Diagnosis, Difference, Ran, diagnose, diagnose_session, last_begun, locate,
};
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
    let ended = last_begun(example, ran);
    let code = example.blocks.get(ended).map_or("", |block| &block.code);
    let mut diagnosis = diagnose(ran, blocks.get(ended), code, &above)?;
    diagnosis.reason += &below(document, example, ended);
    Some(diagnosis)
}

/// Says which block of several ended the run, where it kept others from running.
fn below(document: &Document, example: &Example, ended: usize) -> String {
    if ended + 1 >= example.blocks.len() {
        return String::new();
    }
    let line = document.fences[example.blocks[ended].fence].position.line;
    format!(", in the block at line {line}: those below it did not run")
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
