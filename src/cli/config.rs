//! `fencepost config schema`: the JSON schema of the configuration.

use crate::discover::schema;
use crate::problem::Problem;
use crate::report::Sink;

use super::ExitCode;
use super::arguments::{ConfigArguments, ConfigCommand};

/// Runs the command.
pub(crate) fn run(arguments: &ConfigArguments) -> Result<ExitCode, Vec<Problem>> {
    let ConfigCommand::Schema = arguments.command;
    let schema = schema();
    Sink::Stdout
        .write(&|out| writeln!(out, "{schema:#}"))
        .map_err(|problem| vec![problem])?;
    Ok(ExitCode::Success)
}
