//! What the user types: arguments, environment variables, exit codes.

mod exit_code;

pub use exit_code::ExitCode;

/// Runs the program: parses arguments, calls the command, reports, chooses the exit code.
#[must_use]
pub fn main() -> ExitCode {
    ExitCode::Success
}
