//! Outputs that the guide itself shows: are they what was printed?
//!
//! Enters: an example, what Python's grammar says about its comments and prints, and a transcript.
//! Leaves: one [`ClaimFault`] for each claim that is false, at its line in the guide.

mod align;
mod doctest;
mod fences;
mod floats;
mod inline;
mod numbers;
mod quotes;
mod session;

#[cfg(test)]
mod tests;

use std::cell::OnceCell;

use crate::discover::Claims;
use crate::execute::Analysis;
use crate::extract::{Block, BlockKind, Example};
use crate::normalise::Transcript;
use crate::plan::Interpreter;
use crate::position::LineIndex;

use super::classify::classify;
use super::{Difference, Stream};

pub(super) use align::align;
pub(super) use doctest::{Prompted, ellipsis_match, is_as_shown, raised};
pub(super) use fences::{are_shown, is_whole, shows_traceback};
pub(super) use inline::{InlineClaim, inline_claims};
pub(super) use quotes::as_laid_out;

/// A claim that is false, or that cannot be attributed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimFault {
    /// What is wrong, in words.
    pub message: String,
    /// Claimed against printed; `line` is the claim's line in the guide.
    pub difference: Difference,
    /// Whether it fails the check, or is advice.
    pub fails: bool,
}

impl ClaimFault {
    fn new(message: String, claimed: String, printed: String, line: usize) -> Self {
        let (class, why) = classify(&claimed, &printed);
        Self {
            message,
            difference: Difference {
                stream: Stream::Claim,
                expected: claimed,
                actual: printed,
                class,
                why,
                line: Some(line),
            },
            fails: true,
        }
    }

    fn advice(self) -> Self {
        Self {
            fails: false,
            ..self
        }
    }
}

/// What judging the claims of one example needs.
pub(super) struct Judging<'a> {
    example: &'a Example,
    guide_text: &'a str,
    /// The guide's lines, indexed once there is a fault to place.
    lines: OnceCell<LineIndex>,
    transcript: &'a Transcript,
    interpreter: &'a Interpreter,
    claims: Claims,
}

impl<'a> Judging<'a> {
    /// Judges by what one interpreter printed.
    pub(super) fn new(
        example: &'a Example,
        guide_text: &'a str,
        transcript: &'a Transcript,
        interpreter: &'a Interpreter,
        claims: Claims,
    ) -> Self {
        Self {
            example,
            guide_text,
            lines: OnceCell::new(),
            transcript,
            interpreter,
            claims,
        }
    }

    /// Judges the claims in one block and in the fences that follow it; `outputs` are what it printed.
    pub(super) fn block(
        &self,
        index: usize,
        analysis: Option<&Analysis>,
        outputs: &[String],
    ) -> Vec<ClaimFault> {
        let block = &self.example.blocks[index];
        let stdout = outputs.concat();
        let mut faults = match (&block.kind, analysis) {
            (BlockKind::Session(prompts), _) => session::faults(self, block, prompts, outputs),
            (BlockKind::Script, Some(analysis)) => inline::faults(self, block, analysis, &stdout),
            (BlockKind::Script, None) => Vec::new(),
        };
        faults.extend(fences::faults(self, index, &stdout));
        faults
    }

    /// Returns the 1-based line of the guide that holds the byte at `offset`.
    fn line(&self, offset: usize) -> usize {
        let lines = self.lines.get_or_init(|| LineIndex::new(self.guide_text));
        lines.line(offset)
    }
}

/// Judges every claim of an example on one interpreter. `analyses` has one entry per block.
#[must_use]
pub fn false_claims(
    example: &Example,
    guide_text: &str,
    analyses: &[Analysis],
    transcript: &Transcript,
    interpreter: &Interpreter,
    claims: Claims,
) -> Vec<ClaimFault> {
    if claims == Claims::Off {
        return Vec::new();
    }
    let judging = Judging::new(example, guide_text, transcript, interpreter, claims);
    let by_block = block_outputs(example, transcript, interpreter);
    let mut faults: Vec<ClaimFault> = (by_block.iter().enumerate())
        .filter_map(|(index, outputs)| Some((index, outputs.as_ref()?)))
        .flat_map(|(index, outputs)| judging.block(index, analyses.get(index), outputs))
        .collect();
    faults.sort_by_key(|fault| fault.difference.line);
    faults
}

/// Returns what each block printed, prompt by prompt; `None` for one that is not for the interpreter.
pub(super) fn block_outputs(
    example: &Example,
    transcript: &Transcript,
    interpreter: &Interpreter,
) -> Vec<Option<Vec<String>>> {
    let is_run = |block: &Block| is_run_on(block, interpreter);
    let running = example.blocks.iter().filter(|block| is_run(block)).count();
    let whole = [vec![transcript.stdout.clone()]];
    let outputs = if running == 1 && transcript.blocks.is_empty() {
        whole.as_slice()
    } else {
        transcript.blocks.as_slice()
    };
    let mut outputs = outputs.iter();
    let output = |block| is_run(block).then(|| outputs.next().cloned().unwrap_or_default());
    example.blocks.iter().map(output).collect()
}

/// Says whether a block is for an interpreter.
pub(super) fn is_run_on(block: &Block, interpreter: &Interpreter) -> bool {
    let version = block.directives.python.as_ref();
    version.is_none_or(|python| python.allows(interpreter.release))
        && is_build(block.directives.build.as_deref(), interpreter)
}

/// Says whether an interpreter is of a build; any is where none is named.
pub(super) fn is_build(build: Option<&str>, interpreter: &Interpreter) -> bool {
    build.is_none_or(|build| build == interpreter.build.name())
}

/// Splits printed text into lines; the final line feed ends the last one.
pub(super) fn printed_lines(text: &str) -> Vec<&str> {
    let body = text.strip_suffix('\n').unwrap_or(text);
    if text.is_empty() {
        return Vec::new();
    }
    body.split('\n').map(str::trim_end).collect()
}
