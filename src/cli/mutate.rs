//! `fencepost mutate`: proof that expectations can fail.

use clap::Args;

use crate::journey::{self, Project};
use crate::problem::Problem;

use super::ExitCode;
use super::arguments::{GuideArguments, OutputArguments, ReportFormat, RunArguments};
use super::output::{Follower, sink};
use super::request::{options, request};

/// Examples of use.
pub(crate) const EXAMPLES: &str = "\
Examples:
  fencepost mutate                      every expectation of this project
  fencepost mutate 'guide.md#gc' --python 3.13
  fencepost mutate --format json";

/// `mutate`
#[derive(Debug, Clone, Args)]
pub(crate) struct MutateArguments {
    #[command(flatten)]
    guides: GuideArguments,
    #[command(flatten)]
    run: RunArguments,

    /// Report in this form: human or json
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: ReportFormat,

    /// Write the report to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<std::path::PathBuf>,

    /// Show no progress
    #[arg(long, short)]
    quiet: bool,
}

/// Runs the command.
pub(crate) fn run(arguments: &MutateArguments) -> Result<ExitCode, Vec<Problem>> {
    let request = request(&arguments.guides, &arguments.run)?;
    let project = Project::open(&request)?;
    let output = OutputArguments {
        quiet: arguments.quiet,
        ..OutputArguments::default()
    };
    let mut follower = Follower::new(&output, &arguments.run);
    let watch = &mut |event: journey::Watched<'_>| follower.watch(&event);
    let options = options(&project, &request, &arguments.run);
    let report = journey::mutate_all(&project, &request, &options, watch)?;
    drop(follower);
    let format = arguments.format.into();
    sink(arguments.output.clone())
        .write(&|out| report.write(format, out))
        .map_err(|problem| vec![problem])?;
    if report.any_cannot_fail() {
        return Ok(ExitCode::Finding);
    }
    Ok(ExitCode::of_report(&report.checked))
}
