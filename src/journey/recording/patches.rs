//! Patches of one minor version that print differently, recorded one after the other: those beside a
//! patch are run too, where it would replace what another may have printed.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::expected::{Doubts, Seen};
use crate::execute::RunOptions;
use crate::plan::interpreter::Found;
use crate::plan::{Choice, Interpreter, Label, Plan};
use crate::problem::Problem;
use crate::wording::count;

use crate::journey::Request;
use crate::journey::environments::planned;
use crate::journey::expectations::Expectations;
use crate::journey::running::Watch;

use super::{Recording, look};

/// What is at stake, by guide.
type DoubtsByGuide<'a> = BTreeMap<&'a str, Doubts>;

/// Looks at the patches beside those that were seen, where what was recorded for their minor version
/// is in doubt.
pub(in crate::journey) fn tell_patches_apart(
    recording: &mut Recording<'_>,
    request: &Request,
    (found, runs): (&Found, usize),
    options: &RunOptions,
    watch: Watch<'_>,
) -> Result<Told, Vec<Problem>> {
    let old = Expectations::read(recording.project);
    let doubts = doubts(recording, &old);
    if doubts.is_empty() {
        return Ok(Told::default());
    }
    let beside = patches_beside(&doubts, found);
    let seen = seen_beside(recording, request, (&doubts, &beside, runs), options, watch)?;
    let nothing = Seen::new();
    let mut told = Told {
        beside: beside.iter().map(Interpreter::label).collect(),
        ..Told::default()
    };
    for document in &recording.project.documents {
        let guide = document.guide.id.as_str();
        let (Some(doubts), Some(file)) = (doubts.get(guide), old.file(guide)) else {
            continue;
        };
        let own = recording.seen.entry(guide.to_owned()).or_default();
        let beside = seen.get(guide).unwrap_or(&nothing);
        let rest = file.tell_apart(&document.examples, own, beside);
        told.add(doubts, &rest);
    }
    Ok(told)
}

fn doubts<'a>(recording: &Recording<'a>, old: &Expectations) -> DoubtsByGuide<'a> {
    let of_guide = |document: &'a crate::extract::Document| {
        let guide = document.guide.id.as_str();
        let seen = recording.seen.get(guide)?;
        let doubts = old.file(guide)?.doubts(&document.examples, seen);
        (!doubts.is_empty()).then_some((guide, doubts))
    };
    let documents = recording.project.documents.iter();
    documents.filter_map(of_guide).collect()
}

/// Returns one interpreter for each other patch of the versions in doubt.
fn patches_beside(doubts: &DoubtsByGuide<'_>, found: &Found) -> Vec<Interpreter> {
    let doubted: BTreeSet<Label> = (doubts.values().flat_map(BTreeMap::values).flatten())
        .copied()
        .collect();
    let minors: BTreeSet<String> = doubted.iter().map(Label::minor).collect();
    let mut labels = BTreeSet::new();
    let is_beside =
        |one: &&Interpreter| minors.contains(&one.label().minor()) && labels.insert(one.label());
    found
        .interpreters
        .iter()
        .filter(is_beside)
        .cloned()
        .collect()
}

/// Runs the examples in doubt on those patches.
fn seen_beside(
    recording: &Recording<'_>,
    request: &Request,
    (doubts, beside, runs): (&DoubtsByGuide<'_>, &[Interpreter], usize),
    options: &RunOptions,
    watch: Watch<'_>,
) -> Result<BTreeMap<String, Seen>, Vec<Problem>> {
    let project = recording.project;
    let choices: Vec<Choice<'_>> = (project.documents.iter())
        .filter_map(|document| {
            let doubts = doubts.get(document.guide.id.as_str())?;
            let examples = document.examples.iter();
            let examples = examples.filter(|example| doubts.contains_key(example.name.as_str()));
            Some(Choice {
                document,
                examples: examples.collect(),
                interpreters: beside,
            })
        })
        .collect();
    let mut planned = planned(project, request, &choices, watch)?;
    planned.entries.retain(|entry| {
        let example = project.example(&entry.id);
        let labels = example
            .and_then(|(_, example)| doubts.get(entry.guide.as_str())?.get(example.name.as_str()));
        let label = entry.interpreter.label();
        labels.is_some_and(|labels| {
            let mut minors = labels.iter().map(Label::minor);
            !labels.contains(&label) && minors.any(|minor| minor == label.minor())
        })
    });
    seen_of(recording, &choices, &planned, runs, (options, watch))
}

fn seen_of(
    recording: &Recording<'_>,
    choices: &[Choice<'_>],
    planned: &Plan,
    runs: usize,
    options: (&RunOptions, Watch<'_>),
) -> Result<BTreeMap<String, Seen>, Vec<Problem>> {
    if planned.entries.is_empty() {
        return Ok(BTreeMap::new());
    }
    let (options, watch) = options;
    let mut beside =
        Recording::new(recording.project, choices, options).map_err(|one| vec![one])?;
    // What is refused on one of them tells nothing against what another prints.
    look(&mut beside, planned, runs, options, watch)?;
    Ok(beside.seen)
}

/// What came of it, by the patch that was seen.
#[derive(Default)]
pub(in crate::journey) struct Told {
    apart: BTreeMap<Label, usize>,
    replaced: BTreeMap<Label, usize>,
    /// The patches that could be looked at.
    beside: Vec<Label>,
}

impl Told {
    fn add(&mut self, doubts: &Doubts, rest: &Doubts) {
        for (name, labels) in doubts {
            for label in labels {
                let is_open = rest.get(name).is_some_and(|rest| rest.contains(label));
                let counts = if is_open {
                    &mut self.replaced
                } else {
                    &mut self.apart
                };
                *counts.entry(*label).or_default() += 1;
            }
        }
    }

    /// Tells what was recorded.
    pub(in crate::journey) fn of_recording(&self) -> Vec<String> {
        self.in_words(
            |examples, minor| format!("recorded {examples} for each patch of {minor} here"),
            "replaced what was recorded",
            "record them together: fencepost record",
        )
    }

    /// Tells what waits for a person.
    pub(in crate::journey) fn of_pending(&self) -> Vec<String> {
        self.in_words(
            |examples, minor| format!("kept {examples} for each patch of {minor} here"),
            "to accept would replace what was recorded",
            "look at them together: fencepost check --pending",
        )
    }

    fn in_words(
        &self,
        apart: impl Fn(String, String) -> String,
        replaced: &str,
        together: &str,
    ) -> Vec<String> {
        let apart = self.apart.iter().map(|(label, number)| {
            let told = apart(count(*number, "example"), label.minor());
            format!("{told}: another than {label} had been recorded, which prints otherwise")
        });
        let replaced = self.replaced.iter().map(|(label, number)| {
            let examples = count(*number, "example");
            let minor = label.minor();
            let others = self.others(*label);
            format!("{replaced} on {minor} for {examples} whose code is the same; if another patch than {label} printed it, {together} --python {label}{others}")
        });
        apart.chain(replaced).collect()
    }

    /// Returns the options that name the patches beside one.
    fn others(&self, label: Label) -> String {
        let minor = label.minor();
        let others = self.beside.iter();
        let others = others.filter(|other| **other != label && other.minor() == minor);
        let others: Vec<String> = others.map(|other| format!(" --python {other}")).collect();
        if others.is_empty() {
            format!(" --python {minor}.PATCH")
        } else {
            others.concat()
        }
    }
}
