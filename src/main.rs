//! The `fencepost` binary: parse, call, turn the answer into an exit status.

use std::process::ExitCode;

fn main() -> ExitCode {
    fencepost::cli::main().into()
}
