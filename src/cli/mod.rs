//! What the user types: arguments, environment variables, exit codes.
//!
//! One file per command; each turns what was typed into what is meant, calls the journey, hands
//! the answer to `report` and chooses the exit code.

mod arguments;
mod cache;
mod check;
mod compare;
mod completions;
mod config;
mod doctor;
mod env;
mod exit_code;
mod extract;
mod init;
mod list;
mod mutate;
mod output;
mod python;
mod record;
mod request;
mod review;

use std::ffi::OsString;

use clap::Parser;

use crate::execute::sandbox;
use crate::problem::Problem;
use crate::report;

use arguments::{Arguments, Command};
pub use exit_code::ExitCode;

/// Runs the program: parses arguments, calls the command, reports, chooses the exit code.
#[must_use]
pub fn main() -> ExitCode {
    if let Some(status) = sandbox::serve_if_asked(std::env::args_os()) {
        return if status == 0 {
            ExitCode::Success
        } else {
            ExitCode::Bug
        };
    }
    std::panic::set_hook(Box::new(|panic| report::say(&bug(&panic.to_string()))));
    std::panic::catch_unwind(|| run(std::env::args_os())).unwrap_or(ExitCode::Bug)
}

/// Says that fencepost itself is at fault, and what to send.
fn bug(panic: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "error: this is a bug in fencepost {version}\n  why: {panic}\n  hint: please report it with the command you typed"
    )
}

fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(words) {
        Ok(arguments) => arguments,
        Err(error) => return refused(&error),
    };
    report::colours(arguments.color.name());
    let answer = match arguments.command {
        None => check::run(&arguments.check),
        Some(Command::Check(check)) => check::run(&check),
        Some(Command::Record(record)) => record::run(&record),
        Some(Command::List(list)) => list::run(&list),
        Some(Command::Extract(extract)) => extract::run(&extract),
        Some(Command::Compare(compare)) => compare::run(&compare),
        Some(Command::Review(review)) => review::run(&review),
        Some(Command::Mutate(mutate)) => mutate::run(&mutate),
        Some(Command::Python(python)) => python::run(&python),
        Some(Command::Env(env)) => env::run(&env),
        Some(Command::Cache(cache)) => cache::run(&cache),
        Some(Command::Doctor(doctor)) => doctor::run(&doctor),
        Some(Command::Init(init)) => init::run(&init),
        Some(Command::Config(config)) => config::run(&config),
        Some(Command::Completions(completions)) => completions::run(&completions),
        Some(Command::Man(man)) => completions::man(&man),
    };
    answer.unwrap_or_else(|problems| failed(&problems))
}

/// Shows help and version on standard output, other refusals on standard error.
fn refused(error: &clap::Error) -> ExitCode {
    // A closed stream leaves nobody to tell.
    let _ = error.print();
    if error.use_stderr() {
        ExitCode::Usage
    } else {
        ExitCode::Success
    }
}

/// Reports problems that kept a command from its work.
fn failed(problems: &[Problem]) -> ExitCode {
    // A closed standard error leaves nobody to tell.
    let _ = report::write_problems(problems, &mut report::diagnostics());
    ExitCode::of_problems(problems)
}
