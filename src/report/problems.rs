//! Draws problems: what, where, why, what to do.

use std::io::{self, Write};

use owo_colors::OwoColorize;

use crate::problem::{Problem, Severity};

use super::safe;

/// Writes problems, one after the other.
///
/// # Errors
///
/// Where writing fails.
pub fn write(problems: &[Problem], sink: &mut dyn Write) -> io::Result<()> {
    problems
        .iter()
        .try_for_each(|problem| write_one(problem, sink))
}

fn write_one(problem: &Problem, sink: &mut dyn Write) -> io::Result<()> {
    let severity = match problem.severity {
        Severity::Error => "error".red().bold().to_string(),
        Severity::Warning => "warning".yellow().bold().to_string(),
        Severity::Advice => "advice".cyan().bold().to_string(),
    };
    writeln!(sink, "{severity}: {}", safe::terminal(&problem.message))?;
    if let Some(place) = place(problem) {
        writeln!(sink, "  {} {}", "-->".dimmed(), safe::terminal(&place))?;
    }
    if let Some(why) = &problem.why {
        writeln!(
            sink,
            "  why: {}",
            safe::terminal(why).replace('\n', "\n       ")
        )?;
    }
    if let Some(hint) = &problem.hint {
        writeln!(sink, "  {}: {}", "hint".green(), safe::terminal(hint))?;
    }
    Ok(())
}

/// Returns `guide:line:column`, as much of it as is known.
fn place(problem: &Problem) -> Option<String> {
    let guide = problem.guide.as_ref()?;
    Some(match problem.position {
        Some(position) => format!("{guide}:{}:{}", position.line, position.column),
        None => guide.clone(),
    })
}
