//! What was recorded before, joined with what was seen now.

use std::collections::BTreeMap;

use crate::extract::{Example, StdoutMode};
use crate::normalise::Transcript;
use crate::plan::Label;

use super::follow::follow;
use super::labels;
use super::{Expectation, ExpectedFile};
use crate::compare::pattern::{escape, keep_patterns, keep_unordered};

/// What was seen of one guide's examples in one recording, by name of the example.
pub type Seen = BTreeMap<String, BTreeMap<Label, Transcript>>;

/// Joins a file with what was seen; expectations come in the order of `examples`, orphans last.
pub(super) fn merge(
    file: &ExpectedFile,
    examples: &[Example],
    seen: &Seen,
    prune: bool,
) -> ExpectedFile {
    let followed = follow(file, examples);
    let mut expectations = Vec::new();
    for (example, index) in examples.iter().zip(&followed.by_example) {
        let old = index.map(|index| &file.expectations[index]);
        let nothing = BTreeMap::new();
        let seen = seen.get(example.name.as_str()).unwrap_or(&nothing);
        let expectation = record(example, old, seen);
        if !expectation.transcripts.is_empty() {
            expectations.push(expectation);
        }
    }
    if !prune {
        let names: Vec<String> = (expectations.iter())
            .map(|expectation| expectation.name.clone())
            .collect();
        // An orphan whose name another example has taken could not be written beside it.
        let orphans = followed
            .orphans
            .iter()
            .map(|index| &file.expectations[*index]);
        expectations.extend(
            orphans
                .filter(|orphan| !names.contains(&orphan.name))
                .cloned(),
        );
    }
    ExpectedFile {
        expectations,
        unsandboxed: file.unsandboxed,
    }
}

/// Records what was seen of one example over what was expected of it.
///
/// Versions that were not seen stay as they are; patterns stay where they still match.
pub(super) fn record(
    example: &Example,
    old: Option<&Expectation>,
    seen: &BTreeMap<Label, Transcript>,
) -> Expectation {
    let code = Expectation::code_of(example);
    let code_changed = old.is_some_and(|old| old.code != code);
    let kept = old.map(|old| &old.transcripts);
    let mut transcripts = kept.cloned().unwrap_or_default();
    for label in seen.keys() {
        labels::make_room(&mut transcripts, *label, seen, code_changed);
    }
    for (label, transcript) in seen {
        let judging = old.and_then(|old| old.judging(*label));
        let transcript = match judging {
            Some(judging) => with_patterns(example, judging.transcript, transcript),
            None => escaped(transcript),
        };
        transcripts.insert(*label, transcript);
    }
    // What was not run again is still what the old code printed.
    let code = match old {
        Some(old) if seen.is_empty() => old.code.clone(),
        _ => code,
    };
    let expectation = Expectation {
        name: example.name.to_string(),
        code,
        transcripts,
    };
    expectation.canonical()
}

/// Returns what is recorded of something printed: with the patterns of `old` that still match.
pub(super) fn with_patterns(
    example: &Example,
    old: &Transcript,
    printed: &Transcript,
) -> Transcript {
    let keep = match example.directives.stdout {
        StdoutMode::Exact | StdoutMode::Ignore => keep_patterns,
        StdoutMode::Unordered => keep_unordered,
    };
    Transcript {
        stdout: keep(&old.stdout, &printed.stdout),
        stderr: keep_patterns(&old.stderr, &printed.stderr),
        ..printed.recorded_part()
    }
}

fn escaped(printed: &Transcript) -> Transcript {
    Transcript {
        stdout: escape(&printed.stdout),
        stderr: escape(&printed.stderr),
        ..printed.recorded_part()
    }
}
