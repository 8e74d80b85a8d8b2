//! A program as files: what stands in the example's folder, and how its stdout falls into blocks.
//!
//! A single script is a plain `example.py`. Everything else starts as the runner (`runner.py`), which
//! writes the joined text of all blocks to `example.py` and runs each block as a compile unit of its
//! own. The second block stands in `example-2.py`, below as many blank lines as there are lines before
//! it in `example.py`, so that tracebacks, `inspect` and C code all find the right line.

use std::fmt::Write as _;

use crate::plan::{Program, ProgramBlock, ProgramPrompt, Warnings};

use super::entropy;

const RUNNER: &str = include_str!("runner.py");

/// What [`lay_out`] makes of a program.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// Name and content of each file, in the order in which they are written.
    pub files: Vec<(String, String)>,
    /// How to read its stdout.
    pub marks: Marks,
}

/// Where in stdout each block begins.
#[derive(Debug, Clone, Default)]
pub(super) struct Marks {
    mark: Vec<u8>,
    /// Units (one for a script, one for each prompt of a session) of each block; empty for a plain script.
    units: Vec<usize>,
}

impl Marks {
    /// Returns how many bytes of stdout the marks take at most.
    pub(super) fn size(&self) -> usize {
        self.mark.len() * self.units.iter().sum::<usize>()
    }

    /// Takes the marks out of `stdout`; returns the text of each unit that began, block by block.
    pub(super) fn split(&self, stdout: &[u8]) -> (Vec<u8>, Vec<Vec<String>>) {
        if self.units.is_empty() {
            return (stdout.to_vec(), Vec::new());
        }
        let mut parts = split_at_marks(stdout, &self.mark);
        if parts.len() > 1 {
            // What came before the first mark (from `sitecustomize`, say) belongs to the first unit.
            let first = parts.remove(0);
            parts[0].splice(0..0, first);
        } else {
            return (stdout.to_vec(), vec![Vec::new(); self.units.len()]);
        }
        let whole = parts.concat();
        let mut texts = parts.iter().map(|part| crate::child::text(part));
        let blocks = self
            .units
            .iter()
            .map(|count| texts.by_ref().take(*count).collect())
            .collect();
        (whole, blocks)
    }
}

fn split_at_marks(bytes: &[u8], mark: &[u8]) -> Vec<Vec<u8>> {
    let mut parts = vec![Vec::new()];
    let mut rest = bytes;
    while let Some((first, others)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(mark) {
            parts.push(Vec::new());
            rest = after;
        } else {
            let last = parts.last_mut().expect("there is always a part");
            last.push(*first);
            rest = others;
        }
    }
    parts
}

/// Turns a program into files.
pub(super) fn lay_out(program: &Program) -> Layout {
    let mut files: Vec<(String, String)> = program
        .files
        .iter()
        .map(|file| (file.path.clone(), file.content.clone()))
        .collect();
    if let ([ProgramBlock::Script(code)], false) =
        (program.blocks.as_slice(), program.top_level_await)
    {
        files.push(("example.py".to_owned(), code.clone()));
        return Layout {
            files,
            marks: Marks::default(),
        };
    }
    let (texts, units) = read_blocks(&program.blocks);
    for (index, (padding, text)) in texts.iter().enumerate().skip(1) {
        files.push((file_name(index), "\n".repeat(*padding) + text));
    }
    let mark = format!("\0fencepost {}\0", entropy::token());
    let whole: String = texts.into_iter().map(|(_, text)| text).collect();
    files.push((
        "example.py".to_owned(),
        bootstrap(program, &mark, &whole, &units),
    ));
    Layout {
        files,
        marks: Marks {
            mark: mark.into_bytes(),
            units: units.iter().map(Vec::len).collect(),
        },
    }
}

/// One compile unit: how many lines stand above it, how it is compiled, what becomes of its warnings,
/// and its source.
type Unit<'a> = (usize, &'static str, &'static str, &'a str);

/// Returns for each block its text with the number of lines before it, and its units.
fn read_blocks(blocks: &[ProgramBlock]) -> (Vec<(usize, String)>, Vec<Vec<Unit<'_>>>) {
    let mut above = 0;
    let mut texts = Vec::new();
    let mut units = Vec::new();
    for block in blocks {
        let (text, block_units) = match block {
            ProgramBlock::Script(code) => (code.clone(), vec![(above, "exec", "", code.as_str())]),
            ProgramBlock::Session(prompts) => (
                session_text(prompts),
                prompts
                    .iter()
                    .map(|prompt| {
                        let warnings = word(prompt.warnings);
                        (
                            above + prompt.line,
                            "single",
                            warnings,
                            prompt.source.as_str(),
                        )
                    })
                    .collect(),
            ),
        };
        let lines = text.lines().count();
        texts.push((above, text));
        units.push(block_units);
        above += lines;
    }
    (texts, units)
}

/// The runner's word for what becomes of warnings.
fn word(warnings: Warnings) -> &'static str {
    match warnings {
        Warnings::Usual => "",
        Warnings::Shown => "always",
        Warnings::Hidden => "ignore",
    }
}

/// The sources of a session, each at its line; outputs are blank lines.
fn session_text(prompts: &[ProgramPrompt]) -> String {
    let mut text = String::new();
    let mut lines = 0;
    for ProgramPrompt { line, source, .. } in prompts {
        text.push_str(&"\n".repeat(line.saturating_sub(lines)));
        lines = lines.max(*line) + source.lines().count();
        text.push_str(source);
    }
    text
}

fn file_name(index: usize) -> String {
    if index == 0 {
        "example.py".to_owned()
    } else {
        format!("example-{}.py", index + 1)
    }
}

/// The first content of `example.py`: the runner and its program, in one expression that leaves no name.
fn bootstrap(program: &Program, mark: &str, whole: &str, units: &[Vec<Unit<'_>>]) -> String {
    let is_session = program
        .blocks
        .iter()
        .all(|block| matches!(block, ProgramBlock::Session(_)));
    let mut list = String::new();
    for (index, block) in units.iter().enumerate() {
        for (line, mode, warnings, source) in block {
            let file = literal(&file_name(index));
            let source = literal(source);
            write!(
                list,
                "({file}, {line}, \"{mode}\", \"{warnings}\", {source}), "
            )
            .expect("writing to a string never fails");
        }
    }
    format!(
        "exec(compile({}, \"<fencepost>\", \"exec\"), {{\"__name__\": \"fencepost\", \"PROGRAM\": ({}, {}, {}, {}, [{list}])}})\n",
        literal(RUNNER),
        literal(mark),
        u8::from(program.top_level_await),
        u8::from(is_session),
        literal(whole),
    )
}

/// A Python string literal: JSON's escapes are Python's too.
fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
