//! Finds what varies between runs of one example that should be equal.
//!
//! Enters: an example and its runs on one interpreter, each in surroundings of its own. Leaves: the
//! exact stretches of output that vary, what each looks like, and what would fix it.

mod advice;
mod clock;
mod likeness;
mod spans;

#[cfg(test)]
mod tests;

use crate::execute::RunRecord;
use crate::extract::{Example, StderrMode, StdoutMode};
use crate::normalise::Transcript;

use super::Stream;
use super::ending::{ending_in_words, is_cut_off, same_ending};

pub use likeness::Likeness;

use spans::Varying;

/// One stretch of output that varies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaryingSpan {
    /// `stdout`, `stderr` or `ending`.
    pub stream: Stream,
    /// 1-based line in that stream, of the first run.
    pub line: usize,
    /// 1-based column in that line, in characters.
    pub column: usize,
    /// What stood there in each run, in order, without repeats.
    pub values: Vec<String>,
    /// What it looks like: `address`, `duration`, `pid`, `thread id`, `set order`, `thread order`, `path`, `date`, `random`, `hash seed`, `cpu count`, `memory use`, `port`.
    pub looks_like: String,
}

/// Why an example must not be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instability {
    /// What varies.
    pub spans: Vec<VaryingSpan>,
    /// The code change or filter that would fix it.
    pub advice: String,
}

/// One run, as the detector looks at it.
pub type Run = (RunRecord, Transcript);

/// Compares runs of one example on one interpreter; `None` where all are equal.
///
/// What the example's directives do not compare may vary, and so may what runs printed until the same
/// limit ended each.
#[must_use]
pub fn instability(example: &Example, runs: &[Run]) -> Option<Instability> {
    let mut varying: Vec<(Stream, Varying)> = Vec::new();
    varying.extend(ending(runs).map(|found| (Stream::Ending, found)));
    if varying.is_empty() && runs.iter().all(|(_, run)| is_cut_off(&run.ending)) {
        return None;
    }
    let stdout: Vec<&str> = runs.iter().map(|(_, run)| run.stdout.as_str()).collect();
    if compares_stdout(example.directives.stdout, &stdout) {
        let found = spans::find(&stdout);
        varying.extend(found.into_iter().map(|found| (Stream::Stdout, found)));
    }
    if example.directives.stderr != StderrMode::Ignore {
        let stderr: Vec<&str> = runs.iter().map(|(_, run)| run.stderr.as_str()).collect();
        let found = spans::find(&stderr);
        varying.extend(found.into_iter().map(|found| (Stream::Stderr, found)));
    }
    if varying.is_empty() {
        return None;
    }
    let liken = |found: &Varying| likeness::of(found, example, runs);
    let named: Vec<(Stream, Varying, Likeness)> = (varying.into_iter())
        .map(|(stream, found)| {
            let likeness = liken(&found);
            (stream, found, likeness)
        })
        .collect();
    Some(Instability {
        advice: advice::of(&named),
        spans: named.into_iter().map(span).collect(),
    })
}

fn span((stream, found, likeness): (Stream, Varying, Likeness)) -> VaryingSpan {
    let mut values: Vec<String> = Vec::new();
    for value in found.values {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    VaryingSpan {
        stream,
        line: found.line,
        column: found.column,
        values,
        looks_like: likeness.name().to_owned(),
    }
}

fn ending(runs: &[Run]) -> Option<Varying> {
    let first = &runs.first()?.1.ending;
    let same = (runs.iter()).all(|(_, run)| same_ending(first, &run.ending));
    (!same).then(|| Varying {
        line: 1,
        column: 1,
        values: (runs.iter())
            .map(|(_, run)| ending_in_words(&run.ending))
            .collect(),
        context: Vec::new(),
        is_order: false,
    })
}

fn compares_stdout(mode: StdoutMode, outputs: &[&str]) -> bool {
    match mode {
        StdoutMode::Exact => true,
        StdoutMode::Ignore => false,
        StdoutMode::Unordered => {
            let sorted = |text: &str| {
                let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
                lines.sort_unstable();
                lines
            };
            (outputs.iter()).any(|output| sorted(output) != sorted(outputs[0]))
        }
    }
}
