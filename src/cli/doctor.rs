//! `fencepost doctor`: what this machine offers, and the fix for each gap.

use std::io::{self, Write};

use crate::plan::interpreter::{Found, find};
use crate::problem::Problem;
use crate::report::{self, Sink};

use super::ExitCode;
use super::arguments::DoctorArguments;

/// Runs the command.
pub(crate) fn run(arguments: &DoctorArguments) -> Result<ExitCode, Vec<Problem>> {
    let _ = arguments;
    let found = find(&[]);
    Sink::Stdout
        .write(&|out| write(&found, out))
        .map_err(|problem| vec![problem])?;
    Ok(if found.interpreters.is_empty() {
        ExitCode::Blocked
    } else {
        ExitCode::Success
    })
}

fn write(found: &Found, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "interpreters")?;
    report::write_interpreters(&found.interpreters, out)?;
    if found.interpreters.is_empty() {
        writeln!(out, "none found: install CPython 3.8 or newer")?;
    }
    for misfit in &found.misfits {
        writeln!(
            out,
            "not usable: {}: {}",
            misfit.path.display(),
            misfit.reason
        )?;
    }
    Ok(())
}
