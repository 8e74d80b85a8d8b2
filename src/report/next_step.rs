//! What to type after a finding: the command that reruns it, and what accepts it if it is right.

use std::io::{self, Write};

use crate::compare::{Stream, Verdict};
use crate::execute::Ending;
use crate::normalise::Transcript;

use super::joined::Finding;
use super::{ExampleReport, Report, safe};

/// Ends a finding with the command that reruns it, and the one that accepts it.
pub(super) fn write(
    report: &Report,
    example: &ExampleReport,
    finding: &Finding<'_>,
    sink: &mut dyn Write,
) -> io::Result<()> {
    let rerun = &report.rerun;
    let on = finding.interpreters.first().copied();
    match finding.verdict {
        Verdict::Flaky => writeln!(sink, "  rerun: {} --repeat 20", rerun.check(example, on)),
        Verdict::Differs => {
            writeln!(sink, "  rerun: {}", rerun.check(example, on))?;
            match finding.difference.map(|found| found.stream) {
                Some(Stream::Ending) => write_declaration(finding, sink),
                Some(_) => {
                    let record = rerun.record(example);
                    writeln!(sink, "  if the new output is right: {record}")
                }
                None => Ok(()),
            }
        }
        Verdict::Unrecorded => writeln!(sink, "  record it: {}", rerun.record(example)),
        Verdict::Blocked | Verdict::Skipped | Verdict::Match => Ok(()),
    }
}

/// Tells how a guide says that an example ends so, or may use more: endings are declared, not recorded.
fn write_declaration(finding: &Finding<'_>, sink: &mut dyn Write) -> io::Result<()> {
    let Some(transcript) = &finding.run.transcript else {
        return Ok(());
    };
    let (condition, directive) = match (declaration(transcript), limit(&transcript.ending)) {
        (Some(directive), _) => ("is meant to end so", directive),
        (None, Some(name)) => ("needs more", format!("{name}=…")),
        (None, None) => return Ok(()),
    };
    writeln!(
        sink,
        "  if it {condition}: write `<!-- fencepost: {directive} -->` above it"
    )
}

/// Returns the directive that declares an ending, if one does.
fn declaration(transcript: &Transcript) -> Option<String> {
    if let Some(exception) = &transcript.exception {
        let raised = exception.split(':').next().unwrap_or_default();
        return Some(format!("raises=\"{}\"", safe::terminal(raised)));
    }
    match &transcript.ending {
        Ending::Exited { code } if *code != 0 => Some(format!("exit={code}")),
        Ending::Signal { signal, .. } => Some(format!("signal={signal}")),
        _ => None,
    }
}

/// Returns the directive of the limit that an example ran into, if it has one.
fn limit(ending: &Ending) -> Option<&str> {
    match ending {
        Ending::TimedOut { .. } => Some("timeout"),
        Ending::TooMuchOutput { .. } => Some("output"),
        Ending::OutOfMemory { .. } => Some("memory"),
        Ending::Limit { limit } if ["processes", "disk"].contains(&limit.as_str()) => Some(limit),
        _ => None,
    }
}
