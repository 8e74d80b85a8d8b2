//! `fencepost check`: run the journey, report, pick the exit code.

use crate::journey::{self, CheckRequest, Project, Watched};
use crate::problem::Problem;

use super::arguments::CheckArguments;
use super::output::{Follower, Output, finish};
use super::request::{options, request, rerun};
use super::{ExitCode, failed};

/// Runs the command.
pub(crate) fn run(arguments: &CheckArguments) -> Result<ExitCode, Vec<Problem>> {
    let mut output = Output::parse(&arguments.output)?;
    let request = request(&arguments.guides, &arguments.run)?;
    let project = Project::open(&request)?;
    let wanted = CheckRequest {
        repeat: arguments.repeat.into(),
        pending: arguments.pending,
        rerun: rerun(&project, &request, &arguments.run),
        verbose: arguments.output.verbose,
    };
    let mut follower = Follower::new(&arguments.output, &arguments.run);
    let report = journey::check(
        &project,
        &request,
        wanted,
        &options(&project, &request, &arguments.run),
        &mut |event| match event {
            Watched::Begun(report) => output.begin(report),
            Watched::Judged(report, example) => output.add(report, example, &follower),
            event => follower.watch(&event),
        },
    )?;
    drop(follower);
    if !report.missing.is_empty() {
        failed(&report.missing);
    }
    Ok(finish(output.write(&report), ExitCode::of_report(&report)))
}
