//! `fencepost check`: run the journey, report, pick the exit code.

use crate::journey::{self, CheckRequest, Project};
use crate::problem::Problem;

use super::ExitCode;
use super::arguments::CheckArguments;
use super::output::{Follower, Output};
use super::request::{options, request};

/// Runs the command.
pub(crate) fn run(arguments: &CheckArguments) -> Result<ExitCode, Vec<Problem>> {
    let output = Output::parse(&arguments.output)?;
    let request = request(&arguments.guides, &arguments.run)?;
    let project = Project::open(&request)?;
    let wanted = CheckRequest {
        repeat: arguments.repeat.into(),
        pending: arguments.pending,
    };
    let mut follower = Follower::new(&arguments.output, &arguments.run);
    let report = journey::check(
        &project,
        &request,
        wanted,
        &options(&project, &request, &arguments.run),
        &mut |event| {
            follower.watch(&event);
        },
    )?;
    drop(follower);
    output.write(&report)?;
    Ok(ExitCode::of_report(&report))
}
