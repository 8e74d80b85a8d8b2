//! Runs on interpreters that were asked for and are not on this machine: blocked, each with its reason.

use crate::plan::{Choice, Disposition, PlanEntry, plan};
use crate::report::ExampleReport;

use super::check::not_run;
use super::project::Chosen;

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

/// Adds what is blocked to the reports of the examples that it is about.
pub(super) fn add_absent(examples: &mut Vec<ExampleReport>, entries: Vec<PlanEntry>) {
    for entry in entries {
        let run = not_run(&entry);
        match examples.iter_mut().find(|report| report.is_of(&entry)) {
            Some(report) => {
                report.runs.push(run);
                report.runs.sort_by_key(|run| run.interpreter.label());
            }
            None => examples.push(ExampleReport {
                id: entry.id,
                guide: entry.guide,
                line: entry.line,
                runs: vec![run],
                unrecorded_fails: true,
                behaviours: None,
            }),
        }
    }
    examples.sort_by(|a, b| (&a.guide, a.line, &a.id).cmp(&(&b.guide, b.line, &b.id)));
}
