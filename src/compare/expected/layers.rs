//! Transcripts by label ↔ a base and overlays.
//!
//! The base is what the oldest label printed, so that a newer version never rewrites it. Each
//! stream is laid over by itself, and overlays that hold on the same labels are one.

use std::collections::{BTreeMap, BTreeSet};

use crate::execute::Ending;
use crate::normalise::Transcript;
use crate::plan::Label;

/// The fields of a transcript that an overlay sets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields {
    pub(super) stdout: Option<String>,
    pub(super) stderr: Option<String>,
    pub(super) ending: Option<Ending>,
}

/// A base with what lies over it, oldest labels first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layers {
    pub(super) base: Transcript,
    pub(super) overlays: Vec<(BTreeSet<Label>, Fields)>,
}

/// Splits transcripts into layers; `None` where there are none.
pub(super) fn split(transcripts: &BTreeMap<Label, Transcript>) -> Option<Layers> {
    let base = transcripts.values().next()?.recorded_part();
    let mut overlays: BTreeMap<BTreeSet<Label>, Fields> = BTreeMap::new();
    for (labels, stdout) in differing(transcripts, |found| &found.stdout) {
        overlays.entry(labels).or_default().stdout = Some(stdout);
    }
    for (labels, stderr) in differing(transcripts, |found| &found.stderr) {
        overlays.entry(labels).or_default().stderr = Some(stderr);
    }
    for (labels, ending) in differing(transcripts, |found| &found.ending) {
        overlays.entry(labels).or_default().ending = Some(ending);
    }
    Some(Layers {
        base,
        overlays: overlays.into_iter().collect(),
    })
}

/// Returns each value of a field that is not the base's, with the labels that have it.
fn differing<T: Clone + PartialEq>(
    transcripts: &BTreeMap<Label, Transcript>,
    field: impl Fn(&Transcript) -> &T,
) -> Vec<(BTreeSet<Label>, T)> {
    let mut groups: Vec<(T, BTreeSet<Label>)> = Vec::new();
    for (label, transcript) in transcripts {
        let value = field(transcript);
        match groups.iter_mut().find(|(known, _)| known == value) {
            Some((_, labels)) => {
                labels.insert(*label);
            }
            None => groups.push((value.clone(), BTreeSet::from([*label]))),
        }
    }
    // The first group is the base's, since the base is the first label's.
    let overlays = groups.into_iter().skip(1);
    overlays.map(|(value, labels)| (labels, value)).collect()
}

/// Lays the overlays over the base for every label of `recorded`.
pub(super) fn join(layers: &Layers, recorded: &BTreeSet<Label>) -> BTreeMap<Label, Transcript> {
    let mut transcripts = BTreeMap::new();
    for label in recorded {
        let mut transcript = layers.base.clone();
        for (labels, fields) in &layers.overlays {
            if labels.contains(label) {
                lay(&mut transcript, fields);
            }
        }
        transcripts.insert(*label, transcript);
    }
    transcripts
}

fn lay(transcript: &mut Transcript, fields: &Fields) {
    if let Some(stdout) = &fields.stdout {
        transcript.stdout.clone_from(stdout);
    }
    if let Some(stderr) = &fields.stderr {
        transcript.stderr.clone_from(stderr);
    }
    if let Some(ending) = &fields.ending {
        transcript.ending.clone_from(ending);
    }
}
