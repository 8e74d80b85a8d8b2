//! `fencepost completions` and `fencepost man`, from clap's companions.

use clap::CommandFactory;

use crate::problem::Problem;
use crate::report::Sink;

use super::ExitCode;
use super::arguments::{Arguments, CompletionsArguments, ManArguments};

/// Writes a completion script to standard output.
pub(crate) fn run(arguments: &CompletionsArguments) -> Result<ExitCode, Vec<Problem>> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Arguments::command(),
        "fencepost",
        &mut script,
    );
    Sink::Stdout
        .write(&|out| out.write_all(&script))
        .map_err(|problem| vec![problem])?;
    Ok(ExitCode::Success)
}

/// Writes the manual page, or one page per command into a folder.
pub(crate) fn man(arguments: &ManArguments) -> Result<ExitCode, Vec<Problem>> {
    if let Some(folder) = &arguments.to {
        clap_mangen::generate_to(Arguments::command(), folder).map_err(|error| {
            let problem = Problem::blocked(
                "cannot-write",
                format!("cannot write manual pages to `{}`", folder.display()),
            );
            vec![problem.because(error.to_string())]
        })?;
        return Ok(ExitCode::Success);
    }
    let page = clap_mangen::Man::new(Arguments::command());
    Sink::Stdout
        .write(&|out| page.render(&mut *out))
        .map_err(|problem| vec![problem])?;
    Ok(ExitCode::Success)
}
