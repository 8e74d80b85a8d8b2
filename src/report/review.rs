//! Changes that wait for a person: one at a time with its code and a diff, and all as JSON lines.

use std::io::{self, Write};

use owo_colors::OwoColorize;
use serde_json::{Value, json};

use crate::compare::{Difference, DifferenceClass};
use crate::execute::Ending;
use crate::normalise::Transcript;
use crate::wording::count;

use super::{Format, difference, ending_in_words, safe};

/// More lines of code than this are counted, not shown.
const MOST_LINES: usize = 40;

/// What would change in the expectation of one example.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingReport {
    /// The example's id.
    pub id: String,
    /// The guide's id.
    pub guide: String,
    /// 1-based line of its first block; 1 where the example is gone.
    pub line: usize,
    /// Its code, blocks one after the other.
    pub code: String,
    /// Why it cannot be accepted any more.
    pub stale: Option<String>,
    /// Whether it was seen without the full sandbox.
    pub unsandboxed: bool,
    /// What changes, versions that change alike together.
    pub changes: Vec<PendingChange>,
}

/// One change, on the versions that change alike.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingChange {
    /// Such as `3.12` and `3.13t`, oldest first.
    pub versions: Vec<String>,
    /// What is expected now.
    pub old: Option<Transcript>,
    /// What would be expected.
    pub new: Transcript,
    /// The difference between both, if an example would be told of one.
    pub difference: Option<Difference>,
}

/// Writes all changes: JSON lines, or for every other format as a person reads them.
///
/// # Errors
///
/// Where writing fails.
pub fn write_list(
    reports: &[PendingReport],
    format: Format,
    sink: &mut dyn Write,
) -> io::Result<()> {
    if format == Format::Json {
        return reports.iter().try_for_each(|report| {
            writeln!(sink, "{}", super::safe::json(&to_json(report).to_string()))
        });
    }
    for report in reports {
        write_one(report, sink)?;
        writeln!(sink)?;
    }
    let changes = count(reports.len(), "change");
    writeln!(sink, "{changes} to look at")
}

/// Writes one change: where, the code, what is expected now and what would be.
///
/// # Errors
///
/// Where writing fails.
pub fn write_one(report: &PendingReport, sink: &mut dyn Write) -> io::Result<()> {
    let place = format!("{}:{}", report.guide, report.line);
    let name = report.id.rsplit('#').next().unwrap_or_default();
    let (verb, place) = (
        "pending".yellow().bold().to_string(),
        safe::terminal(&place),
    );
    writeln!(sink, "{verb}: {} `{}`", place.bold(), safe::terminal(name))?;
    let lines: Vec<&str> = report.code.lines().collect();
    for line in lines.iter().take(MOST_LINES) {
        writeln!(sink, "  {} {}", "|".dimmed(), safe::terminal(line))?;
    }
    if lines.len() > MOST_LINES {
        let more = count(lines.len() - MOST_LINES, "line");
        writeln!(sink, "  … and {more} more")?;
    }
    if let Some(stale) = &report.stale {
        writeln!(sink, "  {}: {}", "stale".red(), safe::terminal(stale))?;
    }
    if report.unsandboxed {
        writeln!(sink, "  it was seen without the full sandbox")?;
    }
    let changes = report.changes.iter();
    changes
        .into_iter()
        .try_for_each(|change| write_change(change, sink))
}

fn write_change(change: &PendingChange, sink: &mut dyn Write) -> io::Result<()> {
    let on = change.versions.join(", ");
    let Some(old) = &change.old else {
        writeln!(sink, "  {on}: nothing is recorded yet")?;
        return difference::write("", &whole(&change.new), sink);
    };
    let why = match &change.difference {
        Some(found) => {
            let class = match found.class {
                DifferenceClass::Cosmetic => "cosmetic",
                DifferenceClass::Meaning => "in meaning",
            };
            format!("{} differs {class}: {}", found.stream.name(), found.why)
        }
        None if old == &change.new => "the same, under another name".to_owned(),
        None => "the same, written otherwise".to_owned(),
    };
    writeln!(sink, "  {on}: {}", safe::terminal(&why))?;
    difference::write(&whole(old), &whole(&change.new), sink)
}

/// Returns everything that a transcript expects in one text.
fn whole(transcript: &Transcript) -> String {
    let mut text = transcript.stdout.clone();
    if !transcript.stderr.is_empty() {
        text = format!("{}[stderr]\n{}", ended(text), transcript.stderr);
    }
    if transcript.ending != (Ending::Exited { code: 0 }) {
        let ending = ending_in_words(&transcript.ending);
        text = format!("{}[{ending}]\n", ended(text));
    }
    text
}

fn ended(mut text: String) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn to_json(report: &PendingReport) -> Value {
    json!({
        "type": "pending",
        "id": report.id,
        "guide": report.guide,
        "line": report.line,
        "code": report.code,
        "stale": report.stale,
        "unsandboxed": report.unsandboxed,
        "changes": report.changes.iter().map(change_to_json).collect::<Vec<_>>(),
    })
}

fn change_to_json(change: &PendingChange) -> Value {
    let difference = change.difference.as_ref();
    json!({
        "python": change.versions,
        "stream": difference.map(|found| found.stream),
        "class": difference.map(|found| found.class),
        "why": difference.map(|found| &found.why),
        "old": change.old.as_ref().map(transcript),
        "new": transcript(&change.new),
    })
}

fn transcript(transcript: &Transcript) -> Value {
    json!({
        "stdout": transcript.stdout,
        "stderr": transcript.stderr,
        "ending": transcript.ending,
    })
}
