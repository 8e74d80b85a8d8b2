//! Labels in expected files: their text, ranges of them, and which one judges an interpreter.

use std::collections::{BTreeMap, BTreeSet};

use crate::normalise::Transcript;
use crate::plan::{Build, Label};

const BUILDS: [Build; 3] = [Build::Default, Build::FreeThreaded, Build::Debug];

/// The minor version and build of a label, which a file names unless patches differ.
fn minor(label: Label) -> (u64, u64, Build) {
    (label.release[0], label.release[1], label.build)
}

/// Says whether two labels are patches of one minor version, or the same.
pub(super) fn is_same_minor(one: Label, other: Label) -> bool {
    minor(one) == minor(other)
}

fn without_patch(label: Label) -> Label {
    let [major, minor, _] = label.release;
    Label {
        release: [major, minor, 0],
        build: label.build,
    }
}

/// Returns the transcripts by canonical label: without the patch where a minor version's patches agree.
pub(super) fn canonical(transcripts: &BTreeMap<Label, Transcript>) -> BTreeMap<Label, Transcript> {
    let mut by_minor: BTreeMap<_, Vec<(Label, Transcript)>> = BTreeMap::new();
    for (label, transcript) in transcripts {
        let entry = by_minor.entry(minor(*label)).or_default();
        entry.push((*label, transcript.recorded_part()));
    }
    let mut canonical = BTreeMap::new();
    for patches in by_minor.into_values() {
        let agree = patches.iter().all(|(_, found)| *found == patches[0].1);
        for (label, transcript) in patches {
            let label = if agree { without_patch(label) } else { label };
            canonical.insert(label, transcript);
        }
    }
    canonical
}

/// Returns the label under which `wanted` itself was recorded.
///
/// The only patch of a minor version stands for all of them.
pub(super) fn recorded<'a>(
    labels: impl Iterator<Item = &'a Label>,
    wanted: Label,
) -> Option<Label> {
    let patches: Vec<Label> = labels
        .copied()
        .filter(|label| minor(*label) == minor(wanted))
        .collect();
    match patches.as_slice() {
        [only] => Some(*only),
        several => several.iter().copied().find(|label| *label == wanted),
    }
}

/// Takes away the labels that a recording on `label` replaces.
///
/// A minor version without its patch is replaced by any patch of it. Patches that were told apart
/// stay beside a new one, unless they are what other code printed.
pub(super) fn make_room(
    transcripts: &mut BTreeMap<Label, Transcript>,
    label: Label,
    seen: &BTreeMap<Label, Transcript>,
    code_changed: bool,
) {
    let patches: Vec<Label> = (transcripts.keys().copied())
        .filter(|other| minor(*other) == minor(label))
        .collect();
    if patches.len() == 1 || code_changed {
        for patch in patches.iter().filter(|patch| !seen.contains_key(patch)) {
            transcripts.remove(patch);
        }
    }
}

/// Returns the label nearest to one that was not recorded.
pub(super) fn nearest<'a>(labels: impl Iterator<Item = &'a Label>, wanted: Label) -> Option<Label> {
    let all: Vec<Label> = labels.copied().collect();
    let of = |build: Build| all.iter().filter(move |label| label.build == build);
    let older = |build: Build| {
        of(build)
            .filter(|label| label.release <= wanted.release)
            .max()
    };
    let newer = |build: Build| {
        of(build)
            .filter(|label| label.release > wanted.release)
            .min()
    };
    older(wanted.build)
        .or_else(|| older(Build::Default))
        .or_else(|| newer(wanted.build))
        .or_else(|| newer(Build::Default))
        .or_else(|| all.first())
        .copied()
}

/// Writes one label as `all` lets it: `3.12`, `3.13t`, or `3.12.1` where another patch is there too.
pub(super) fn to_text(label: Label, all: &BTreeSet<Label>) -> String {
    let alone = (all
        .iter()
        .filter(|other| minor(**other) == minor(label))
        .count())
        <= 1;
    if alone {
        label.minor()
    } else {
        label.to_string()
    }
}

/// Writes `part` of `all` as ranges: `3.10`, `3.12..3.13`, `3.13t`. A range never names what is not in `all`.
pub(super) fn ranges(part: &BTreeSet<Label>, all: &BTreeSet<Label>) -> Vec<String> {
    let mut ranges = Vec::new();
    for build in BUILDS {
        let of_build: Vec<Label> = (all.iter().copied())
            .filter(|label| label.build == build)
            .collect();
        for run in of_build.chunk_by(|a, b| part.contains(a) == part.contains(b)) {
            if !part.contains(&run[0]) {
                continue;
            }
            let first = to_text(run[0], all);
            ranges.push(match run {
                [_] => first,
                [.., last] => format!("{first}..{}", to_text(*last, all)),
                [] => continue,
            });
        }
    }
    ranges
}

/// Parses a label: `3.12`, `3.12.1`, `3.13t`.
pub(super) fn parse(text: &str) -> Option<Label> {
    let (numbers, build) = match text.as_bytes().last()? {
        b't' => (&text[..text.len() - 1], Build::FreeThreaded),
        b'd' => (&text[..text.len() - 1], Build::Debug),
        _ => (text, Build::Default),
    };
    let mut release = [0; 3];
    let parts: Vec<&str> = numbers.split('.').collect();
    if !(2..=3).contains(&parts.len()) {
        return None;
    }
    for (number, part) in release.iter_mut().zip(&parts) {
        let plain = part.bytes().all(|byte| byte.is_ascii_digit());
        *number = part.parse().ok().filter(|_| plain)?;
    }
    Some(Label { release, build })
}

/// Expands a label or range to the members of `all` that it names; `None` where it cannot be read.
pub(super) fn expand(text: &str, all: &BTreeSet<Label>) -> Option<BTreeSet<Label>> {
    let (first, last) = match text.split_once("..") {
        Some((first, last)) => (parse(first)?, parse(last)?),
        None => (parse(text)?, parse(text)?),
    };
    if first.build != last.build {
        return None;
    }
    let within = |label: &&Label| {
        label.build == first.build && (first.release..=last.release).contains(&label.release)
    };
    Some(all.iter().filter(within).copied().collect())
}
