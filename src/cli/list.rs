//! `fencepost list`: every fence with its fate, nothing run.

use crate::journey::{self, Project};
use crate::problem::Problem;
use crate::report;

use super::ExitCode;
use super::arguments::{ListArguments, RunArguments};
use super::output::{finish, sink};
use super::request::request;

/// Runs the command.
pub(crate) fn run(arguments: &ListArguments) -> Result<ExitCode, Vec<Problem>> {
    let request = request(&arguments.guides, &RunArguments::default())?;
    let project = Project::open(&request)?;
    let mut listed = journey::list(&project);
    if !arguments.fate.is_empty() {
        listed.fences.retain(|fence| {
            arguments
                .fate
                .iter()
                .any(|fate| fate == fence.fence.fate.name())
        });
    }
    let format = arguments.format.into();
    let written = sink(arguments.output.clone())
        .write(&|out| report::write_listing(&listed, format, out))
        .map_err(|problem| vec![problem]);
    Ok(finish(written, ExitCode::of_report(&listed)))
}
