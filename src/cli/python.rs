//! `fencepost python list`: the interpreters of this machine.

use crate::plan::interpreter::{choose, find};
use crate::problem::Problem;
use crate::report::{self, Sink};

use super::ExitCode;
use super::arguments::{PythonArguments, PythonCommand, ReportFormat};

/// Runs the command.
pub(crate) fn run(arguments: &PythonArguments) -> Result<ExitCode, Vec<Problem>> {
    let PythonCommand::List { format } = arguments.command;
    let found = find(&[]);
    let draw: &dyn Fn(&mut dyn std::io::Write) -> std::io::Result<()> = match format {
        ReportFormat::Json => &|out| report::write_interpreters_json(&found.interpreters, out),
        _ => &|out| report::write_found(&found, out),
    };
    Sink::Stdout.write(draw).map_err(|problem| vec![problem])?;
    choose(&[], &found)?;
    Ok(ExitCode::Success)
}
