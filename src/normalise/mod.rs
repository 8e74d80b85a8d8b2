//! Run record → transcript: what varies by machine becomes a named token. Pure.
//!
//! Enters: a [`RunRecord`], and what the example's directives say. Leaves: a [`Transcript`]. The
//! rules are small, run in one fixed order, and running them again changes nothing.

mod addresses;
mod filters;
mod newlines;
mod paths;
mod tracebacks;
mod warnings;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::execute::{Ending, RunRecord};
use crate::extract::{Directives, StderrMode};
use crate::plan::Interpreter;

pub use addresses::mask_addresses;
pub use filters::{BUILT_IN_FILTERS, Filter, apply_built_in};
pub use tracebacks::reduce;

/// A run's output and ending without what varies by machine.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Transcript {
    /// stdout, normalised.
    pub stdout: String,
    /// stderr, normalised, and reduced unless `stderr=full`.
    pub stderr: String,
    /// How it ended.
    pub ending: Ending,
    /// stdout of each block of a group (of each prompt of a session), normalised.
    pub blocks: Vec<Vec<String>>,
    /// `Type: message` of the exception that ended the process with status 1, all message lines,
    /// no final line feed. Known only from a run, never from an expected file.
    #[serde(default)]
    pub exception: Option<String>,
}

impl Transcript {
    /// Returns what an expected file keeps of it: streams and ending.
    #[must_use]
    pub fn recorded_part(&self) -> Self {
        Self {
            stdout: self.stdout.clone(),
            stderr: self.stderr.clone(),
            ending: self.ending.clone(),
            blocks: Vec::new(),
            exception: None,
        }
    }
}

/// Normalises a record. `filters` are the ones that the example's `filter` directive names, in its order.
///
/// Names that no user filter has are looked up in [`BUILT_IN_FILTERS`]; unknown ones do nothing
/// here (the journey reports them).
#[must_use]
pub fn transcript(
    record: &RunRecord,
    interpreter: &Interpreter,
    directives: &Directives,
    filters: &[Filter],
) -> Transcript {
    let rules = Rules {
        paths: paths::replacements(&record.folder, interpreter),
        names: &directives.filters,
        filters,
    };
    let shape = |text: &str| settle(text, |text| rules.apply(text));
    let whole = |text: &str| settle(text, |text| tracebacks::drop_carets(&rules.apply(text)));
    let stderr = rules.apply(&record.stderr);
    Transcript {
        stdout: shape(&record.stdout),
        stderr: match directives.stderr {
            StderrMode::Full | StderrMode::Ignore => whole(&record.stderr),
            StderrMode::Reduced => settle(&record.stderr, |text| reduce(&rules.apply(text))),
        },
        ending: record.ending.clone(),
        blocks: (record.blocks.iter())
            .map(|outputs| outputs.iter().map(|output| shape(output)).collect())
            .collect(),
        exception: match record.ending {
            Ending::Exited { code: 1 } => tracebacks::last_exception(&stderr),
            _ => None,
        },
    }
}

/// The rules of one transcript that do not depend on the stream.
struct Rules<'a> {
    paths: Vec<paths::Replacement>,
    names: &'a [String],
    filters: &'a [Filter],
}

impl Rules<'_> {
    fn apply(&self, text: &str) -> String {
        let text = newlines::unify(text);
        let text = paths::replace(&text, &self.paths);
        let text = mask_addresses(&text);
        filters::apply(&text, self.names, self.filters)
    }
}

/// How often [`settle`] tries; only a user's filter that feeds itself needs more than three.
const MOST_PASSES: usize = 8;

/// Applies `rule` until it changes nothing more, so that normalising twice is normalising once.
fn settle(text: &str, rule: impl Fn(&str) -> String) -> String {
    let mut current = rule(text);
    for _ in 0..MOST_PASSES {
        let next = rule(&current);
        if next == current {
            break;
        }
        current = next;
    }
    current
}
