//! Patches of one minor version: a file that names the minor version alone does not say which of its
//! patches was recorded. Where another patch prints otherwise, the patches beside it can tell.

use std::collections::{BTreeMap, BTreeSet};

use crate::extract::Example;
use crate::normalise::Transcript;
use crate::plan::Label;

use super::labels::is_same_minor;
use super::merge::{Seen, with_patterns};
use super::{Expectation, ExpectedFile};

/// By the name of an example of unchanged code: what was seen now, and would replace other output
/// that another patch may have printed.
pub type Doubts = BTreeMap<String, BTreeSet<Label>>;

/// Returns what recording `seen` would replace, though the code that printed it is the same.
pub(super) fn doubts(file: &ExpectedFile, examples: &[Example], seen: &Seen) -> Doubts {
    let of_example = |(example, old): (&Example, &Expectation)| {
        let seen = seen.get(example.name.as_str())?;
        let is_doubted = |label: &&Label| is_doubted(example, old, **label, seen);
        let doubted: BTreeSet<Label> = seen.keys().filter(is_doubted).copied().collect();
        (!doubted.is_empty()).then(|| (example.name.to_string(), doubted))
    };
    unchanged(file, examples).filter_map(of_example).collect()
}

/// Adds to `seen` what the patches beside it printed, wherever one of them printed what was recorded.
/// Returns the doubts that remain.
pub(super) fn tell_apart(
    file: &ExpectedFile,
    examples: &[Example],
    seen: &mut Seen,
    beside: &Seen,
) -> Doubts {
    let mut all = seen.clone();
    for (name, seen) in &mut all {
        let beside = beside.get(name).into_iter().flatten();
        for (label, transcript) in beside {
            seen.entry(*label).or_insert_with(|| transcript.clone());
        }
    }
    // Patches that explain nothing are none of this recording's business.
    let open = doubts(file, examples, &all);
    for (name, labels) in doubts(file, examples, seen) {
        let is_explained = |label: &Label| {
            let is_near = |other: &Label| is_same_minor(*other, *label);
            labels.iter().any(is_near) && !open.get(&name).into_iter().flatten().any(is_near)
        };
        if let (Some(seen), Some(all)) = (seen.get_mut(&name), all.remove(&name)) {
            seen.extend(all.into_iter().filter(|(label, _)| is_explained(label)));
        }
    }
    doubts(file, examples, seen)
}

/// Returns each example whose code is what was recorded, with what was recorded.
fn unchanged<'a>(
    file: &'a ExpectedFile,
    examples: &'a [Example],
) -> impl Iterator<Item = (&'a Example, &'a Expectation)> {
    let followed = file.follow(examples).by_example;
    let pairs = examples.iter().zip(followed);
    pairs.filter_map(|(example, index)| {
        let old = &file.expectations[index?];
        (old.code == Expectation::code_of(example)).then_some((example, old))
    })
}

/// Says whether what was recorded for a minor version, its patch not told, is printed by none of the
/// patches of it that were seen.
fn is_doubted(
    example: &Example,
    old: &Expectation,
    label: Label,
    seen: &BTreeMap<Label, Transcript>,
) -> bool {
    let mut recorded = (old.transcripts.iter()).filter(|(other, _)| is_same_minor(**other, label));
    let (Some((_, recorded)), None) = (recorded.next(), recorded.next()) else {
        return false;
    };
    let mut of_minor = seen
        .iter()
        .filter(|(other, _)| is_same_minor(**other, label));
    !of_minor
        .any(|(_, printed)| with_patterns(example, recorded, printed) == recorded.recorded_part())
}
