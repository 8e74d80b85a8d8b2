//! `fencepost compare`: what differs between interpreters.

use crate::compare::Verdict;
use crate::journey::{self, Project};
use crate::problem::Problem;
use crate::report::Report;

use super::ExitCode;
use super::arguments::CompareArguments;
use super::output::{Follower, Output, finish};
use super::request::{options, request};

/// Runs the command.
pub(crate) fn run(arguments: &CompareArguments) -> Result<ExitCode, Vec<Problem>> {
    let output = Output::parse(&arguments.output)?;
    let request = request(&arguments.guides, &arguments.run)?;
    let project = Project::open(&request)?;
    let mut follower = Follower::new(&arguments.output, &arguments.run);
    let mut report = journey::compare(
        &project,
        &request,
        &options(&project, &request, &arguments.run),
        &mut |event| {
            follower.watch(&event);
        },
    )?;
    drop(follower);
    report.verbose = arguments.output.verbose;
    let code = if arguments.fail_on_change {
        code_of(&report)
    } else {
        ExitCode::Success
    };
    Ok(finish(output.write(&report), code))
}

/// Returns what a nightly job has to know: that something changed, or cannot be compared.
fn code_of(report: &Report) -> ExitCode {
    let is_any = |verdict| {
        let mut runs = report.examples.iter().flat_map(|example| &example.runs);
        runs.any(|run| run.verdict == verdict)
    };
    if is_any(Verdict::Differs) || is_any(Verdict::Flaky) {
        ExitCode::Finding
    } else if is_any(Verdict::Blocked) {
        ExitCode::Blocked
    } else {
        ExitCode::Success
    }
}
