//! `fencepost compare`: what differs between interpreters.

use crate::compare::Verdict;
use crate::journey::{self, Project};
use crate::problem::Problem;

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
    let report = journey::compare(
        &project,
        &request,
        &options(&project, &request, &arguments.run),
        &mut |event| {
            follower.watch(&event);
        },
    )?;
    drop(follower);
    let changed = report
        .examples
        .iter()
        .any(|example| example.worst() == Verdict::Differs);
    let code = if changed && arguments.fail_on_change {
        ExitCode::Finding
    } else {
        ExitCode::Success
    };
    Ok(finish(output.write(&report), code))
}
