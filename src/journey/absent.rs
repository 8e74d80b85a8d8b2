//! Runs on interpreters that were asked for and are not on this machine: blocked, each with its reason.

use crate::plan::{Choice, Disposition, PlanEntry, plan};

use super::chosen::Chosen;

/// Plans the examples on the interpreters that are not there; none of the entries runs.
pub(super) fn absent_entries(choices: &[Choice<'_>], chosen: &Chosen) -> Vec<PlanEntry> {
    let pairs = choices.iter().zip(&chosen.absent);
    let choices: Vec<Choice<'_>> = pairs
        .map(|(choice, absent)| Choice {
            interpreters: absent,
            ..choice.clone()
        })
        .collect();
    let blocked = |entry: PlanEntry| PlanEntry {
        disposition: match entry.disposition {
            Disposition::Run(_) => {
                Disposition::Blocked(format!("{} was not found", entry.interpreter.in_words()))
            }
            other => other,
        },
        ..entry
    };
    plan(&choices).entries.into_iter().map(blocked).collect()
}
