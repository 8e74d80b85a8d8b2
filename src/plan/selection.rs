//! Which examples run on which interpreters, and why others do not.

use std::sync::Arc;

use crate::discover::{Limits, Selector};
use crate::extract::{Block, BlockKind, Document, Example, Prompt};
use crate::position::{LineIndex, Position};
use crate::problem::Problem;

use super::{
    Disposition, Interpreter, Plan, PlanEntry, PlannedRun, Program, ProgramBlock, ProgramFile,
    ProgramPrompt, Warnings,
};

/// One guide's part of a plan: its document, the examples asked for, and its interpreters.
#[derive(Debug, Clone)]
pub struct Choice<'a> {
    /// The guide, understood.
    pub document: &'a Document,
    /// Which of its examples were asked for, in document order (see [`select`]).
    pub examples: Vec<&'a Example>,
    /// On which interpreters, oldest first.
    pub interpreters: &'a [Interpreter],
}

/// Returns the examples of a document that its guide's selectors name; all where there is none.
///
/// # Errors
///
/// One usage problem for each selector that names nothing.
pub fn select(document: &Document) -> Result<Vec<&Example>, Vec<Problem>> {
    let guide = &document.guide;
    if guide.selectors.is_empty() {
        return Ok(document.examples.iter().collect());
    }
    let index = LineIndex::new(&guide.text);
    let chosen = |example: &&Example| {
        let named = |wanted| names(document, &index, example, wanted);
        guide.selectors.iter().any(named)
    };
    let missing: Vec<Problem> = guide
        .selectors
        .iter()
        .filter(|wanted| {
            let named = |example| names(document, &index, example, wanted);
            !document.examples.iter().any(named)
        })
        .map(|wanted| names_nothing(document, wanted))
        .collect();
    if missing.is_empty() {
        Ok(document.examples.iter().filter(chosen).collect())
    } else {
        Err(missing)
    }
}

fn names(document: &Document, index: &LineIndex, example: &Example, selector: &Selector) -> bool {
    match selector {
        Selector::Name(name) => names_of(example).any(|known| known == name),
        Selector::Line(line) => fences_of(example).any(|fence| {
            let span = &document.fences[fence].span;
            let last = span.end.saturating_sub(1).max(span.start);
            (index.line(span.start)..=index.line(last)).contains(line)
        }),
    }
}

/// Returns the name of an example and those of its blocks: a block of a group is run with its group.
fn names_of(example: &Example) -> impl Iterator<Item = &str> {
    let blocks = example.blocks.iter();
    let given = blocks.filter_map(|block| block.directives.name.as_deref());
    std::iter::once(example.name.as_str()).chain(given)
}

/// Returns the indexes of all fences that belong to an example: blocks, files and outputs.
pub fn fences_of(example: &Example) -> impl Iterator<Item = usize> + '_ {
    let blocks = example.blocks.iter().map(|block| block.fence);
    let files = example.files.iter().map(|file| file.fence);
    let outputs = example.outputs.iter().map(|output| output.fence);
    blocks.chain(files).chain(outputs)
}

fn names_nothing(document: &Document, selector: &Selector) -> Problem {
    let guide = &document.guide.id;
    match selector {
        Selector::Line(line) => Problem::usage(
            "no-example",
            format!("no example stands at line {line} of `{guide}`"),
        )
        .at(
            guide,
            Position {
                line: *line,
                column: 1,
            },
        )
        .hint(format!(
            "`fencepost list {guide}` shows every fence with its line"
        )),
        Selector::Name(name) => {
            let known: Vec<&str> = document.examples.iter().flat_map(names_of).collect();
            let hint = match crate::wording::nearest(name, &known) {
                Some(near) => format!("did you mean `{guide}#{near}`?"),
                None => format!("`fencepost list {guide}` shows every example with its name"),
            };
            Problem::usage(
                "no-example",
                format!("no example of `{guide}` is named `{name}`"),
            )
            .in_file(guide)
            .hint(hint)
        }
    }
}

/// Joins guides and interpreters into a plan. Pure; the order of `choices` does not matter.
#[must_use]
pub fn plan(choices: &[Choice<'_>]) -> Plan {
    Plan::new(choices.iter().flat_map(entries_of).collect())
}

fn entries_of<'a>(choice: &'a Choice<'a>) -> impl Iterator<Item = PlanEntry> + 'a {
    choice.examples.iter().flat_map(move |example| {
        choice
            .interpreters
            .iter()
            .map(move |interpreter| PlanEntry {
                id: example.id.to_string(),
                guide: choice.document.guide.id.clone(),
                line: example.position.line,
                interpreter: interpreter.clone(),
                disposition: disposition(choice.document, example, interpreter),
            })
    })
}

fn disposition(document: &Document, example: &Example, interpreter: &Interpreter) -> Disposition {
    if let Some(reason) = reason_to_skip(example, interpreter) {
        return Disposition::Skipped(reason);
    }
    let blocks: Vec<&Block> = blocks_for(example, interpreter).collect();
    if blocks.is_empty() {
        return Disposition::Skipped("no block of it is for this interpreter".to_owned());
    }
    Disposition::Run(Arc::new(PlannedRun {
        limits: Limits::clone(&example.limits),
        start: example.directives.start.or(document.guide.settings.start),
        alone: example.directives.alone,
        ..PlannedRun::usual(&example.id, program(example, &blocks), interpreter)
    }))
}

/// Returns the blocks of an example that are for an interpreter.
pub fn blocks_for<'e>(
    example: &'e Example,
    interpreter: &Interpreter,
) -> impl Iterator<Item = &'e Block> {
    let is_for = |block: &&Block| condition_against(&block.directives, interpreter).is_none();
    example.blocks.iter().filter(is_for)
}

fn reason_to_skip(example: &Example, interpreter: &Interpreter) -> Option<String> {
    let directives = &example.directives;
    directives
        .skip
        .clone()
        .or_else(|| condition_against(directives, interpreter))
}

/// Returns why a block is not for an interpreter, if it is not.
fn condition_against(
    directives: &crate::extract::Directives,
    interpreter: &Interpreter,
) -> Option<String> {
    if let Some(condition) = &directives.python
        && !condition.allows(interpreter.release)
    {
        return Some(format!("for python {}", condition.text));
    }
    let build = directives.build.as_deref()?;
    (build != interpreter.build.name()).then(|| format!("for the {build} build"))
}

fn program(example: &Example, blocks: &[&Block]) -> Program {
    Program {
        blocks: blocks.iter().map(|block| program_block(block)).collect(),
        files: example
            .files
            .iter()
            .map(|extra| ProgramFile {
                path: extra.path.clone(),
                content: extra.content.clone(),
            })
            .collect(),
        stdin: example.directives.stdin.clone().unwrap_or_default(),
        top_level_await: example.directives.top_level_await,
    }
}

fn program_block(block: &Block) -> ProgramBlock {
    match &block.kind {
        BlockKind::Script => ProgramBlock::Script(block.code.to_string()),
        BlockKind::Session(prompts) => {
            ProgramBlock::Session(prompts.iter().map(program_prompt).collect())
        }
    }
}

fn program_prompt(prompt: &Prompt) -> ProgramPrompt {
    ProgramPrompt {
        line: prompt.line,
        source: source_of(prompt),
        // As in pytest-doctestplus, hiding goes before showing.
        warnings: if prompt.has("IGNORE_WARNINGS") {
            Warnings::Hidden
        } else if prompt.has("SHOW_WARNINGS") {
            Warnings::Shown
        } else {
            Warnings::Usual
        },
    }
}

/// Returns what runs for a prompt: nothing for one that says `# doctest: +SKIP`.
fn source_of(prompt: &Prompt) -> String {
    if prompt.has("SKIP") {
        "pass\n".to_owned()
    } else {
        prompt.source.clone()
    }
}
