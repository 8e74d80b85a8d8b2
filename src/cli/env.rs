//! `fencepost env lock`, `env sync`, `env list`: package environments.

use crate::journey::{self, Project, Request};
use crate::problem::Problem;
use crate::report::{Sink, say};
use crate::wording::count;

use super::ExitCode;
use super::arguments::{
    EnvArguments, EnvCommand, GuideArguments, ListFormat, OutputArguments, RunArguments,
};
use super::output::Follower;
use super::request::request;

/// Runs the command.
pub(crate) fn run(arguments: &EnvArguments) -> Result<ExitCode, Vec<Problem>> {
    match &arguments.command {
        EnvCommand::Lock { names, upgrade } => lock(arguments, names, *upgrade),
        EnvCommand::Sync {
            names,
            python,
            jobs,
            quiet,
        } => {
            let run = RunArguments {
                python: python.clone(),
                jobs: *jobs,
                ..RunArguments::default()
            };
            sync(arguments, names, &run, *quiet)
        }
        EnvCommand::List { format } => list(arguments, *format),
    }
}

fn open(arguments: &EnvArguments, run: &RunArguments) -> Result<(Request, Project), Vec<Problem>> {
    let guides = GuideArguments {
        config: arguments.config.clone(),
        ..GuideArguments::default()
    };
    let request = Request {
        needs_no_guide: true,
        ..request(&guides, run)?
    };
    let project = Project::open(&request)?;
    if project.environments.is_empty() {
        say(
            "no environment is defined; add `[environments.NAME]` with `requires = [\"…\"]` to the configuration",
        );
    }
    Ok((request, project))
}

fn lock(
    arguments: &EnvArguments,
    names: &[String],
    upgrade: bool,
) -> Result<ExitCode, Vec<Problem>> {
    let (request, project) = open(arguments, &RunArguments::default())?;
    if request.provisioning.uv.is_none() && !project.environments.is_empty() {
        say("uv was not found: pip locks for this machine's interpreters alone");
    }
    let (locked, problems) = journey::lock_environments(&project, &request, names, upgrade)?;
    for one in locked {
        let did = if one.changed { "wrote" } else { "kept" };
        say(&format!(
            "{did} {}: {} for {}",
            one.file,
            count(one.packages, "pin"),
            one.name
        ));
    }
    finish(problems)
}

fn sync(
    arguments: &EnvArguments,
    names: &[String],
    run: &RunArguments,
    quiet: bool,
) -> Result<ExitCode, Vec<Problem>> {
    let (request, project) = open(arguments, run)?;
    let output = OutputArguments {
        quiet,
        ..OutputArguments::default()
    };
    let mut follower = Follower::new(&output, run);
    let synced = journey::sync_environments(&project, &request, names, &mut |event| {
        follower.watch(&event);
    });
    drop(follower);
    let (report, problems) = synced?;
    write(&|out| report.write(out))?;
    finish(problems)
}

fn list(arguments: &EnvArguments, format: ListFormat) -> Result<ExitCode, Vec<Problem>> {
    let (request, project) = open(arguments, &RunArguments::default())?;
    let report = journey::list_environments(&project, &request)?;
    match format {
        ListFormat::Json => write(&|out| report.write_json(out))?,
        ListFormat::Human => write(&|out| report.write(out))?,
    }
    Ok(ExitCode::Success)
}

fn write(
    draw: &dyn Fn(&mut dyn std::io::Write) -> std::io::Result<()>,
) -> Result<(), Vec<Problem>> {
    Sink::Stdout.write(draw).map_err(|problem| vec![problem])
}

fn finish(problems: Vec<Problem>) -> Result<ExitCode, Vec<Problem>> {
    if problems.is_empty() {
        Ok(ExitCode::Success)
    } else {
        Err(problems)
    }
}
