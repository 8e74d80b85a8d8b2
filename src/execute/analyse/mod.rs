//! Questions about Python's grammar, asked of `ast` and `tokenize` in a child, in batches, behind the walls
//! that examples have.
//!
//! fencepost parses no Python in its own process: interpreters crash on real files.

mod ask;
mod kept;
mod room;

use serde::{Deserialize, Serialize};

use crate::plan::Interpreter;
use crate::problem::Problem;

use super::run::RunOptions;

const SCRIPT: &str = include_str!("analyse.py");

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
    /// Whether there is no answer: the interpreter ended over it, and the syntax error says how.
    #[serde(default)]
    pub unanswered: bool,
    /// Whether it compiles only with top-level `await` allowed.
    pub needs_await: bool,
    /// Whether it calls `input()` by its plain name.
    pub calls_input: bool,
}

/// Analyses blocks of code in a child of `interpreter`, behind the walls that examples have; the answer
/// has the order of `codes`. What the cache knows is not asked again, and needs no child.
///
/// # Errors
///
/// Where no child can be started at all, or the walls do not stand. A block that an interpreter crashes
/// over is an answer.
pub fn analyse(
    interpreter: &Interpreter,
    codes: &[&str],
    options: &RunOptions,
) -> Result<Vec<Analysis>, Problem> {
    let answers = match &options.cache {
        Some(cache) => kept::ask(interpreter, codes, options.sandbox, cache)?,
        None => ask::ask(interpreter, codes, options.sandbox)?,
    };
    Ok(answers.into_iter().map(|answer| answer.analysis).collect())
}

/// What was found out about one block.
struct Answer {
    analysis: Analysis,
    /// Whether it would be the same again: a process that was stopped may have been unlucky.
    is_final: bool,
}

#[cfg(all(test, unix))]
mod tests;
