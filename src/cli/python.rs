//! `fencepost python list`, `python install`: the interpreters of this machine.

use crate::execute::run_tool;
use crate::plan::environment::{Tools, install};
use crate::plan::interpreter::{Spec, choose, find};
use crate::problem::Problem;
use crate::report::{self, Sink, say};

use super::ExitCode;
use super::arguments::{ListFormat, PythonArguments, PythonCommand};
use super::request::{current_folder, places, provisioning, variables};

/// Runs the command.
pub(crate) fn run(arguments: &PythonArguments) -> Result<ExitCode, Vec<Problem>> {
    match &arguments.command {
        PythonCommand::List { format } => list(*format),
        PythonCommand::Install { version } => install_one(version),
    }
}

fn list(format: ListFormat) -> Result<ExitCode, Vec<Problem>> {
    let found = find(&places(), &[]);
    let draw: &dyn Fn(&mut dyn std::io::Write) -> std::io::Result<()> = match format {
        ListFormat::Json => &|out| report::write_interpreters_json(&found.interpreters, out),
        ListFormat::Human => &|out| report::write_found(&found, out),
    };
    Sink::Stdout.write(draw).map_err(|problem| vec![problem])?;
    choose(&[], &found)?;
    Ok(ExitCode::Success)
}

fn install_one(version: &str) -> Result<ExitCode, Vec<Problem>> {
    let tools = Tools {
        uv: provisioning(false).uv,
        variables: variables(),
        folder: current_folder()?,
        run: &run_tool,
    };
    install(version, &tools).map_err(|problem| vec![problem])?;
    let chosen = choose(
        &[Spec::parse(version).map_err(|problem| vec![problem])?],
        &find(&places(), &[]),
    )?;
    for interpreter in chosen {
        say(&format!(
            "{} is at {}",
            interpreter.in_words(),
            interpreter.path.display()
        ));
    }
    Ok(ExitCode::Success)
}
