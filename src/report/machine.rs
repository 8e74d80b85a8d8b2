//! What the machine holds: the tables of `python list` and `env list`.

use std::io::{self, Write};

use crate::plan::Interpreter;
use crate::plan::environment::Provision;
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
    for one in &found.interpreters {
        interpreters(std::slice::from_ref(one), sink)?;
        if let Some(lock) = found.gil.get(&one.real_path) {
            let enabled = if *lock { "True" } else { "False" };
            writeln!(
                sink,
                "{:12} Py_GIL_DISABLED=1, sys._is_gil_enabled() is {enabled}",
                ""
            )?;
        }
    }
    let known = |kind: MisfitKind| kind != MisfitKind::Broken;
    for misfit in found.misfits.iter().filter(|misfit| known(misfit.kind)) {
        let path = safe::terminal(&misfit.path.display().to_string());
        writeln!(sink, "not used: {path}: {}", safe::terminal(&misfit.reason))?;
    }
    Ok(())
}

/// What there is of every environment of a project.
#[derive(Debug, Clone, Default)]
pub struct EnvironmentReport {
    /// In the order of names.
    pub rows: Vec<EnvironmentRow>,
}

/// What there is of one environment.
#[derive(Debug, Clone)]
pub struct EnvironmentRow {
    /// Its name.
    pub name: String,
    /// What it asks for.
    pub requires: Vec<String>,
    /// Its lock: `current`, `stale`, `absent` or `broken`.
    pub lock: String,
    /// The interpreters that it is wanted on, oldest first.
    pub interpreters: Vec<(Interpreter, Provision)>,
}

impl EnvironmentReport {
    /// Writes the table of `env list`.
    ///
    /// # Errors
    ///
    /// Where writing fails.
    pub fn write(&self, sink: &mut dyn Write) -> io::Result<()> {
        for row in &self.rows {
            let requires = safe::terminal(&row.requires.join(", "));
            writeln!(sink, "{} (lock: {}): {requires}", row.name, row.lock)?;
            for (interpreter, provision) in &row.interpreters {
                let said = match provision {
                    Provision::Ready(folder) => format!("ready    {}", folder.display()),
                    Provision::Blocked(reason) => format!("blocked  {reason}"),
                };
                let version = format!("{}{}", interpreter.version, interpreter.build.suffix());
                writeln!(sink, "  {version:<10} {}", safe::terminal(&said))?;
            }
        }
        Ok(())
    }

    /// Writes one JSON object a line, one for each environment.
    ///
    /// # Errors
    ///
    /// Where writing fails.
    pub fn write_json(&self, sink: &mut dyn Write) -> io::Result<()> {
        for row in &self.rows {
            let interpreters: Vec<serde_json::Value> = row
                .interpreters
                .iter()
                .map(|(interpreter, provision)| {
                    let (path, reason) = match provision {
                        Provision::Ready(folder) => (Some(folder.display().to_string()), None),
                        Provision::Blocked(reason) => (None, Some(reason)),
                    };
                    serde_json::json!({
                        "version": interpreter.version,
                        "build": interpreter.build.name(),
                        "path": path,
                        "reason": reason,
                    })
                })
                .collect();
            let line = serde_json::json!({
                "type": "environment",
                "name": row.name,
                "requires": row.requires,
                "lock": row.lock,
                "interpreters": interpreters,
            });
            writeln!(sink, "{line}")?;
        }
        Ok(())
    }
}
