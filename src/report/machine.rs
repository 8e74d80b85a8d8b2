//! What the machine holds: the tables of `python list` and `env list`.

use std::io::{self, Write};

use crate::plan::interpreter::{Found, MisfitKind};

use super::human::interpreters;
use super::safe;

/// Writes the table of `python list`, and below it what looks like Python and is not used.
///
/// What is broken is left to `doctor`: a version manager's leftovers are no news here.
///
/// # Errors
///
/// Where writing fails.
pub fn found(found: &Found, sink: &mut dyn Write) -> io::Result<()> {
    interpreters(&found.interpreters, sink)?;
    let known = |kind: MisfitKind| kind != MisfitKind::Broken;
    for misfit in found.misfits.iter().filter(|misfit| known(misfit.kind)) {
        let path = safe::terminal(&misfit.path.display().to_string());
        writeln!(sink, "not used: {path}: {}", safe::terminal(&misfit.reason))?;
    }
    Ok(())
}
