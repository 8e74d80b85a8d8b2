//! `mutate`: proof that expectations can fail.

use std::time::Instant;

use crate::compare::{Verdict, has_wildcards, mutate};
use crate::execute::RunOptions;
use crate::problem::Problem;
use crate::report::{MutatedReport, MutatedRun, Report, RunReport};

use super::check::{Asked, Checked, elapsed, used};
use super::running::Watch;
use super::{Project, Request};

/// Checks everything that was asked for, then changes what each example printed and looks whether its
/// expectation notices.
///
/// # Errors
///
/// As [`super::check()`].
pub fn mutate_all(
    project: &Project,
    request: &Request,
    options: &RunOptions,
    watch: Watch<'_>,
) -> Result<MutatedReport, Vec<Problem>> {
    let begun = Instant::now();
    let chosen = project.interpreters(request)?;
    let choices = project.choices(&chosen)?;
    let mut examples = Vec::new();
    let checked = Checked::of(
        project,
        request,
        (&choices, Asked::default()),
        options,
        (watch, &mut |example, _| examples.push(example)),
    )?;
    let problems = checked.problems(project, options.sandbox);
    let mut runs = Vec::new();
    for report in &examples {
        for run in report
            .runs
            .iter()
            .filter(|run| run.verdict == Verdict::Match)
        {
            runs.extend(mutated(project, &checked, &report.id, run));
        }
    }
    let told = project.report(options.sandbox);
    let checked = Report {
        examples,
        problems,
        interpreters: used(&chosen, &choices),
        wall_ms: elapsed(begun),
        ..told
    };
    Ok(MutatedReport { checked, runs })
}

/// Changes what one run printed; `None` where nothing was recorded that could notice.
fn mutated(project: &Project, checked: &Checked, id: &str, run: &RunReport) -> Option<MutatedRun> {
    let (document, example) = project.example(id)?;
    let expectation = checked.expectations.of(document, example)?;
    let transcript = run.transcript.as_ref()?;
    let found = mutate(example, transcript, &run.interpreter, expectation);
    Some(MutatedRun {
        id: id.to_owned(),
        guide: document.guide.id.clone(),
        line: example.position.line,
        interpreter: run.interpreter.clone(),
        has_patterns: has_wildcards(expectation, &run.interpreter),
        found,
    })
}
