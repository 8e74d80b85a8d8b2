//! `fencepost record`: run the journey, write expected files, report.

use crate::execute::sandbox::Level;
use crate::journey::{self, Project, RecordRequest};
use crate::problem::Problem;

use super::ExitCode;
use super::arguments::RecordArguments;
use super::output::{Follower, Output, finish};
use super::request::{is_ci, options, request, rerun};

/// Runs the command.
pub(crate) fn run(arguments: &RecordArguments) -> Result<ExitCode, Vec<Problem>> {
    if is_ci() && !arguments.allow_ci {
        let problem = Problem::usage("refused-under-ci", "`record` changes files and `CI` is set");
        return Err(vec![
            problem.hint("run `fencepost check` in CI, or pass `--allow-ci`"),
        ]);
    }
    let level = arguments.run.sandbox.level();
    if level != Level::Full && !arguments.allow_unsandboxed {
        let message = format!("`record` needs the full sandbox, not `{}`", level.name());
        let problem = Problem::usage("refused-unsandboxed", message);
        return Err(vec![problem.hint(
            "leave out `--sandbox`, or pass `--allow-unsandboxed`: the expected files will say so",
        )]);
    }
    let output = Output::parse(&arguments.output)?;
    let request = request(&arguments.guides, &arguments.run)?;
    let project = Project::open(&request)?;
    let wanted = RecordRequest {
        runs: arguments.runs.into(),
        prune: arguments.prune,
        claims: arguments.claims,
    };
    let mut follower = Follower::new(&arguments.output, &arguments.run);
    let watch = &mut |event: journey::Watched<'_>| follower.watch(&event);
    let mut report = journey::record(
        &project,
        &request,
        wanted,
        &options(&project, &request, &arguments.run),
        watch,
    )?;
    drop(follower);
    report.verbose = arguments.output.verbose;
    report.rerun = rerun(&project, &request, &arguments.run);
    Ok(finish(output.write(&report), ExitCode::of_report(&report)))
}
