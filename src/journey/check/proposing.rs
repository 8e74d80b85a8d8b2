//! `check --pending`: changes of what is expected, kept apart until a person has looked at them.

use std::collections::BTreeSet;

use crate::compare::Verdict;
use crate::compare::expected::{ExpectedFile, PendingFile, Seen};
use crate::execute::RunOptions;
use crate::execute::sandbox::Level;
use crate::extract::Document;
use crate::plan::interpreter::Found;
use crate::plan::{Choice, Plan};
use crate::problem::Problem;
use crate::report::ExampleReport;
use crate::wording::count;

use crate::journey::expectations::name;
use crate::journey::recording::{FEWEST_RUNS, Recording, look, tell_patches_apart};
use crate::journey::running::{Watch, anew};
use crate::journey::{Project, Request};

use super::Checked;

/// What became of the changes that a check found.
pub(super) struct Proposed {
    /// Files that could not be read or written.
    pub(super) problems: Vec<Problem>,
    /// What to tell.
    pub(super) remarks: Vec<String>,
}

/// Looks closer at what does not match, as `record` does, and keeps what is stable for `review`.
pub(super) fn propose(
    (checked, examples): (&Checked, &mut [ExampleReport]),
    project: &Project,
    (request, found): (&Request, &Found),
    choices: &[Choice<'_>],
    options: &RunOptions,
    watch: Watch<'_>,
) -> Result<Proposed, Vec<Problem>> {
    let mut recording =
        Recording::new(project, choices, options).map_err(|problem| vec![problem])?;
    let doubtful = changed(checked, examples);
    let anew = anew(options, "what does not match is looked at closer");
    look(&mut recording, &doubtful, FEWEST_RUNS, &anew, watch)?;
    recording.leave_out_refused();
    tell_flaky(examples, &recording.examples);
    let patches = (found, FEWEST_RUNS);
    let told = tell_patches_apart(&mut recording, request, patches, &anew, watch)?;
    let mut problems = Vec::new();
    let mut waiting = 0;
    let nothing = Seen::new();
    for document in &project.documents {
        let seen = recording.seen.get(&document.guide.id).unwrap_or(&nothing);
        match write(
            project,
            document,
            (checked, examples),
            seen,
            options.sandbox,
        ) {
            Ok(changes) => waiting += changes,
            Err(found) => problems.extend(found),
        }
    }
    let mut remarks = told.of_pending();
    if waiting > 0 {
        let changes = count(waiting, "change");
        remarks.push(format!(
            "{changes} of what is expected to look at: fencepost review"
        ));
    }
    Ok(Proposed { problems, remarks })
}

/// Returns the part of the plan whose examples do not match somewhere.
fn changed(checked: &Checked, examples: &[ExampleReport]) -> Plan {
    let is_changed = |example: &&ExampleReport| {
        let mut verdicts = example.runs.iter().map(|run| run.verdict);
        verdicts.any(|verdict| match verdict {
            Verdict::Differs | Verdict::Unrecorded | Verdict::Flaky => true,
            Verdict::Match | Verdict::Skipped | Verdict::Blocked => false,
        })
    };
    let examples = examples.iter().filter(is_changed);
    let ids: BTreeSet<&str> = examples.map(|example| example.id.as_str()).collect();
    let entries = checked.planned.entries.iter();
    Plan {
        entries: entries
            .filter(|entry| ids.contains(entry.id.as_str()))
            .cloned()
            .collect(),
    }
}

/// Says of an example that does not match that it is not even stable, where a closer look has shown it.
fn tell_flaky(examples: &mut [ExampleReport], closer: &[ExampleReport]) {
    for example in examples {
        let Some(closer) = closer.iter().find(|closer| closer.id == example.id) else {
            continue;
        };
        for run in &mut example.runs {
            let same = |other: &&crate::report::RunReport| {
                other.interpreter == run.interpreter && other.verdict == Verdict::Flaky
            };
            if let Some(flaky) = closer.runs.iter().find(same) {
                *run = flaky.clone();
            }
        }
    }
}

/// Brings a guide's pending changes up to date; returns how many there are.
fn write(
    project: &Project,
    document: &Document,
    (checked, examples): (&Checked, &[ExampleReport]),
    seen: &Seen,
    level: Level,
) -> Result<usize, Vec<Problem>> {
    let guide = &document.guide;
    let folder = project.config.expected_for(&guide.id);
    let path = PendingFile::path_for(&folder, &guide.expected_path);
    let called = name(project, &path);
    if checked
        .expectations
        .is_corrupt(&name(project, &guide.expected_path))
    {
        return Ok(0);
    }
    let mut pending = PendingFile::read(&path, &called)?;
    let of_guide = examples.iter().filter(|one| one.guide == guide.id);
    let before = pending.clone();
    for example in of_guide {
        if let Some((_, example)) = project.example(&example.id) {
            pending.reject(&example.name);
        }
    }
    let nothing = ExpectedFile::default();
    let file = checked.expectations.file(&guide.id).unwrap_or(&nothing);
    let proposed = PendingFile::propose(file, &document.examples, seen);
    pending.add(proposed, &document.examples, level != Level::Full);
    if pending != before {
        pending
            .write(&folder, &path, &called)
            .map_err(|problem| vec![problem])?;
    }
    Ok(pending.changes.len())
}
