//! Questions about Python's grammar, asked of `ast` and `tokenize` in a child, in batches.
//!
//! fencepost parses no Python in its own process: interpreters crash on real files.

mod kept;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::child::{self, Command, Exit, Output, Resource};
use crate::plan::Interpreter;
use crate::problem::Problem;

use super::cache::Cache;

const SCRIPT: &str = include_str!("analyse.py");
const BATCH_BLOCKS: usize = 500;
const BATCH_BYTES: usize = 2 << 20;
const DEADLINE: Duration = Duration::from_secs(60);
const ADDRESS_SPACE: u64 = 4 << 30;

/// A comment token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// 0-based line in the block's code.
    pub line: usize,
    /// 0-based column in characters.
    pub column: usize,
    /// The whole comment from `#` on.
    pub text: String,
    /// Whether code stands before it on its line.
    pub trailing: bool,
}

/// A call of `print` by its plain name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintSite {
    /// 0-based first line of the call.
    pub line: usize,
    /// 0-based last line of the call.
    pub end_line: usize,
    /// Whether it runs exactly once: at the top level of the module, outside loops, branches, functions and classes.
    pub once: bool,
}

/// A string in quotes of its own, directly below a print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// 0-based line of its first line, below the quotes.
    pub line: usize,
    /// Characters that the quotes are indented by.
    pub column: usize,
    /// Its lines without that indentation.
    pub lines: Vec<String>,
}

/// What one block's code looks like to Python.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Analysis {
    /// Comments in order; empty where the code does not tokenise.
    pub comments: Vec<Comment>,
    /// Print calls in order.
    pub prints: Vec<PrintSite>,
    /// Strings that may be the output of the print above them, in order.
    pub quotes: Vec<Quote>,
    /// Top-level names of modules imported anywhere.
    pub imports: Vec<String>,
    /// Names read that the block neither defines nor imports, builtins excluded.
    pub undefined: Vec<String>,
    /// Names that the block defines at its top level.
    pub defines: Vec<String>,
    /// Message and 0-based line of the syntax error, if it does not compile.
    pub syntax_error: Option<(String, usize)>,
    /// Whether it compiles only with top-level `await` allowed.
    pub needs_await: bool,
    /// Whether it calls `input()` by its plain name.
    pub calls_input: bool,
}

/// Analyses blocks of code in a child of `interpreter`; the answer has the order of `codes`. What the
/// cache knows is not asked again.
///
/// A block that crashes the interpreter gets an empty [`Analysis`] with the crash as its syntax error.
///
/// # Errors
///
/// Where the child cannot be started at all.
pub fn analyse(
    interpreter: &Interpreter,
    codes: &[&str],
    cache: Option<&Cache>,
) -> Result<Vec<Analysis>, Problem> {
    let answers = match cache {
        Some(cache) => kept::ask(interpreter, codes, cache)?,
        None => ask(interpreter, codes)?,
    };
    Ok(answers.into_iter().map(|answer| answer.analysis).collect())
}

/// What was found out about one block.
struct Answer {
    analysis: Analysis,
    /// Whether the interpreter died over it, which may have been the machine's fault.
    crashed: bool,
}

fn ask(interpreter: &Interpreter, codes: &[&str]) -> Result<Vec<Answer>, Problem> {
    let mut answers = Vec::with_capacity(codes.len());
    for batch in batches(codes) {
        ask_batch(interpreter, batch, &mut answers)?;
    }
    Ok(answers)
}

/// Analyses one batch. Where the child dies, the block it died on gets the crash as its answer and
/// the rest is asked again.
fn ask_batch(
    interpreter: &Interpreter,
    batch: &[&str],
    answers: &mut Vec<Answer>,
) -> Result<(), Problem> {
    let mut rest = batch;
    while !rest.is_empty() {
        let output = child::run(&question(interpreter, rest));
        if let Exit::CouldNotStart(reason) = &output.exit {
            return Err(not_analysed(interpreter, reason));
        }
        let before = answers.len();
        for line in output.stdout.split_inclusive(|byte| *byte == b'\n') {
            let analysis = serde_json::from_slice::<Analysis>(line).ok();
            answers.extend(analysis.map(|analysis| Answer {
                analysis,
                crashed: false,
            }));
        }
        rest = rest.get(answers.len() - before..).unwrap_or_default();
        if output.succeeded() && !rest.is_empty() {
            return Err(not_analysed(interpreter, &output.stderr_text()));
        }
        if let Some((_, others)) = rest.split_first() {
            answers.push(Answer {
                analysis: Analysis {
                    syntax_error: Some((crash(interpreter, &output), 0)),
                    ..Analysis::default()
                },
                crashed: true,
            });
            rest = others;
        }
    }
    Ok(())
}

/// Splits blocks into batches of bounded size, so that no single child takes long or prints much.
fn batches<'a, 'b>(codes: &'a [&'b str]) -> impl Iterator<Item = &'a [&'b str]> {
    let mut rest = codes;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fitting = rest.iter().take_while(|code| {
            bytes += code.len();
            bytes < BATCH_BYTES
        });
        let count = fitting.count().clamp(1, BATCH_BLOCKS).min(rest.len());
        let (batch, others) = rest.split_at(count);
        rest = others;
        (!batch.is_empty()).then_some(batch)
    })
}

fn question(interpreter: &Interpreter, codes: &[&str]) -> Command {
    let text = serde_json::Value::from(codes.to_vec()).to_string();
    Command {
        output_cap: 256 << 20,
        resources: vec![
            (Resource::CoreDump, 0),
            (Resource::AddressSpace, ADDRESS_SPACE),
        ],
        ..Command::new(&interpreter.path)
            .arguments(["-I", "-S", "-W", "ignore", "-c", SCRIPT])
            .stdin(text)
            .deadline(DEADLINE)
    }
}

/// Says how an interpreter died over a block.
fn crash(interpreter: &Interpreter, output: &Output) -> String {
    let name = interpreter.in_words();
    match &output.exit {
        Exit::Exited(code) => format!("{name} exited with status {code} while compiling it"),
        Exit::Signalled(number) => {
            let signal = super::signals::name(*number);
            format!("{name} crashed (SIG{signal}) while compiling it")
        }
        Exit::TimedOut => format!("{name} took longer than {} s over it", DEADLINE.as_secs()),
        Exit::TooMuchOutput => format!("{name} wrote too much about it"),
        Exit::CouldNotStart(reason) => format!("{name} could not start: {reason}"),
    }
}

fn not_analysed(interpreter: &Interpreter, reason: &str) -> Problem {
    let name = interpreter.in_words();
    Problem::blocked("not-analysed", format!("{name} cannot be asked about code"))
        .because(reason.trim().to_owned())
        .hint(format!(
            "see whether `{} -I -S` starts",
            interpreter.path.display()
        ))
}

#[cfg(all(test, unix))]
mod tests;
