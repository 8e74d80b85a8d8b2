//! Updating the outputs that a guide shows: what holds of any guide, whatever was printed.

use fencepost::compare::false_claims;
use fencepost::compare::rewrite::{Rewriting, Source, apply, rewrite};
use fencepost::discover::Claims;
use fencepost::execute::{Analysis, Ending};
use fencepost::extract::{Block, BlockKind, Document, Example};
use fencepost::normalise::Transcript;
use fencepost::plan::{Build, Installation, Interpreter};

use crate::grammar::{analysis, without_claims};
use crate::pieces::Case;
use crate::read_and_check;

/// Updates a guide by what one interpreter printed, and then by what two printed.
///
/// One: nothing but claims changes, and they become true or the reason is told. Both: updating
/// again by the same outputs changes nothing.
pub fn update_and_check(data: &[u8]) {
    let Case { guide, outputs } = Case::new(data);
    let document = read_and_check(&guide);
    if !document.problems.is_empty() {
        return;
    }
    let half = outputs.len() / 2;
    for runs in [
        &[outputs.as_slice()][..],
        &[&outputs[..half], &outputs[half..]],
    ] {
        let rewriting = update(&document, runs);
        let after = apply(&guide, &rewriting.edits);
        let again = read_and_check(&after);
        let seen = format!("{rewriting:#?}\n{guide}\nbecame\n{after}\nby {runs:?}");
        let more = update(&again, runs).edits;
        assert_eq!(more, [], "updating twice changes more: {seen}");
        assert_eq!(
            line_ends(&guide),
            line_ends(&after),
            "other line ends: {seen}"
        );
        if runs.len() == 1 {
            assert_eq!(kept(&document), kept(&again), "more than claims: {seen}");
        }
        if rewriting.refusals.is_empty() {
            assert_true(&again, runs, &seen);
        }
    }
}

fn update(document: &Document, runs: &[&[String]]) -> Rewriting {
    let interpreters = interpreters();
    let transcripts = transcripts(document, runs);
    let sources: Vec<Source<'_>> = (document.examples.iter().zip(&transcripts))
        .map(|(example, transcripts)| Source {
            example,
            analyses: analyses(example),
            runs: interpreters.iter().zip(transcripts).collect(),
        })
        .collect();
    rewrite(document, &sources, document.guide.settings.claims)
}

/// Every claim of a guide is what was printed.
fn assert_true(document: &Document, runs: &[&[String]], seen: &str) {
    let text = &document.guide.text;
    for (example, transcripts) in document.examples.iter().zip(transcripts(document, runs)) {
        let analyses = analyses(example);
        for (interpreter, transcript) in interpreters().iter().zip(&transcripts) {
            let faults = false_claims(
                example,
                text,
                &analyses,
                transcript,
                interpreter,
                Claims::Explicit,
            );
            let failing = faults.iter().find(|fault| fault.fails);
            assert_eq!(
                failing, None,
                "a false claim is left, and no reason told: {seen}"
            );
        }
    }
}

/// Which line ends a text has: lone line feeds, lone carriage returns, both together.
fn line_ends(text: &str) -> [bool; 3] {
    let rest = text.replace("\r\n", "");
    [
        rest.contains('\n'),
        rest.contains('\r'),
        text.contains("\r\n"),
    ]
}

/// What updating must keep: the text around the fences of examples and outputs, their opening and
/// closing lines, and code without claims.
fn kept(document: &Document) -> Vec<String> {
    let text = &document.guide.text;
    let mut shown: Vec<(usize, Option<&Block>)> = Vec::new();
    for example in &document.examples {
        shown.extend(
            example
                .blocks
                .iter()
                .map(|block| (block.fence, Some(block))),
        );
        shown.extend(example.outputs.iter().map(|output| (output.fence, None)));
    }
    shown.sort_by_key(|(fence, _)| *fence);
    let (mut kept, mut end) = (Vec::new(), 0);
    for (fence, block) in shown {
        let span = &document.fences[fence].span;
        kept.push(text[end.min(span.start)..span.start].to_owned());
        kept.extend(block.into_iter().flat_map(code_without_claims));
        end = span.end;
        let lines: Vec<&str> = text[span.clone()].lines().collect();
        if document.fences[fence].kind == fencepost::extract::FenceKind::Fenced {
            kept.extend(lines.first().map(|line| (*line).to_owned()));
            kept.extend(lines.last().map(|line| (*line).to_owned()));
        }
    }
    kept.push(text[end..].to_owned());
    kept
}

fn code_without_claims(block: &Block) -> Vec<String> {
    match &block.kind {
        BlockKind::Session(prompts) => prompts.iter().map(|prompt| prompt.source.clone()).collect(),
        BlockKind::Script => without_claims(&block.code, block.reads_quotes),
    }
}

fn analyses(example: &Example) -> Vec<Analysis> {
    let blocks = example.blocks.iter();
    blocks.map(|block| analysis(&block.code)).collect()
}

/// What each example printed, by example and run; outputs begin anew when all are used.
fn transcripts(document: &Document, runs: &[&[String]]) -> Vec<Vec<Transcript>> {
    let nothing = [String::new()];
    let mut runs: Vec<_> = (runs.iter())
        .map(|outputs| {
            if outputs.is_empty() {
                &nothing[..]
            } else {
                *outputs
            }
        })
        .map(|outputs| outputs.iter().cycle())
        .collect();
    (document.examples.iter())
        .map(|example| {
            let printed = interpreters().into_iter().zip(&mut runs);
            printed
                .map(|(interpreter, outputs)| transcript(example, &interpreter, outputs))
                .collect()
        })
        .collect()
}

/// What an example printed on an interpreter: only the blocks that are for it have outputs.
fn transcript<'a>(
    example: &Example,
    interpreter: &Interpreter,
    outputs: &mut impl Iterator<Item = &'a String>,
) -> Transcript {
    let is_run = |block: &&Block| {
        let python = block.directives.python.as_ref();
        python.is_none_or(|python| python.allows(interpreter.release))
    };
    let blocks: Vec<Vec<String>> = (example.blocks.iter())
        .filter(is_run)
        .map(|block| {
            let count = match &block.kind {
                BlockKind::Session(prompts) => prompts.len(),
                BlockKind::Script => 1,
            };
            outputs.by_ref().take(count).cloned().collect()
        })
        .collect();
    Transcript {
        stdout: blocks.concat().concat(),
        stderr: String::new(),
        ending: Ending::Exited { code: 0 },
        blocks,
        exception: None,
    }
}

fn interpreters() -> [Interpreter; 2] {
    [12, 13].map(|minor| {
        Installation::unplaced(&format!("3.{minor}.0"), [3, minor, 0], Build::Default).into()
    })
}
