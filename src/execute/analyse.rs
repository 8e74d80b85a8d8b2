//! Questions about Python's grammar, asked of `ast` and `tokenize` in a child, in batches.
//!
//! fencepost parses no Python in its own process: interpreters crash on real files.

use serde::{Deserialize, Serialize};

use crate::plan::Interpreter;
use crate::problem::Problem;

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

/// What one block's code looks like to Python.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Analysis {
    /// Comments in order; empty where the code does not tokenise.
    pub comments: Vec<Comment>,
    /// Print calls in order.
    pub prints: Vec<PrintSite>,
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

/// Analyses blocks of code in one child of `interpreter`; the answer has the order of `codes`.
///
/// A block that crashes the interpreter gets an empty [`Analysis`] with the crash as its syntax error.
///
/// # Errors
///
/// Where the child cannot be started at all.
pub fn analyse(_interpreter: &Interpreter, _codes: &[&str]) -> Result<Vec<Analysis>, Problem> {
    todo!("owner: execute")
}
