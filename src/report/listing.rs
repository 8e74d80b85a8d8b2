//! `list` for people: a table per guide of its fences and fates, then totals.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use owo_colors::OwoColorize;
use unicode_width::UnicodeWidthStr;

use crate::extract::Fate;
use crate::wording;

use super::{FenceReport, Format, Report, json, safe};

/// Writes the fences of a report: JSON lines, or a table for every other format.
///
/// # Errors
///
/// Where writing fails.
pub fn write(report: &Report, format: Format, sink: &mut dyn Write) -> io::Result<()> {
    if format == Format::Json {
        json::write_fences(&report.fences, sink)?;
        return report
            .problems
            .iter()
            .try_for_each(|found| writeln!(sink, "{}", json::problem(found)));
    }
    for fences in report.fences.chunk_by(|one, next| one.guide == next.guide) {
        let guide = safe::terminal(&fences[0].guide);
        writeln!(sink, "{}", guide.bold())?;
        write_guide(fences, sink)?;
    }
    write_totals(report, sink)?;
    super::problems::write(&report.problems, sink)
}

/// Columns are as wide as what stands in them, up to this; what is longer only shifts its own row.
const WIDEST: usize = 40;

/// How much of an info string is shown; JSON lines hold all of it.
const LONGEST_INFO: usize = 120;

/// Writes the table of a guide: line, kind, fate, info string, name, reason.
fn write_guide(fences: &[FenceReport], sink: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<[String; 2]> = fences.iter().map(names).collect();
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].width());
        widths.filter(|width| *width <= WIDEST).max().unwrap_or(0)
    };
    let (info, name) = (width(0), width(1));
    for (fence, row) in fences.iter().zip(&rows) {
        let gap = |text: &str, width: usize| " ".repeat(width.saturating_sub(text.width()));
        let (a, b) = (gap(&row[0], info), gap(&row[1], name));
        let reason = fence.fence.fate.reason().unwrap_or_default();
        let reason = safe::terminal(reason);
        write_fence(
            fence,
            &format!("{}{a}  {}{b}  {reason}", row[0], row[1]),
            sink,
        )?;
    }
    Ok(())
}

/// Returns what a fence says it is, and the name of its example.
fn names(report: &FenceReport) -> [String; 2] {
    let fence = &report.fence;
    let id = fence.id.as_deref().unwrap_or_default();
    let name = id.strip_prefix(report.guide.as_str()).unwrap_or(id);
    let info = if fence.info.is_empty() {
        "-"
    } else {
        &fence.info
    };
    [safe::terminal(&shortened(info)), safe::terminal(name)]
}

/// Cuts an info string that would flood the screen.
fn shortened(info: &str) -> Cow<'_, str> {
    match info.char_indices().nth(LONGEST_INFO) {
        Some((end, _)) => Cow::Owned(format!("{}…", &info[..end])),
        None => Cow::Borrowed(info),
    }
}

fn write_fence(report: &FenceReport, about: &str, sink: &mut dyn Write) -> io::Result<()> {
    let fence = &report.fence;
    let fate = format!("{:<10}", fence.fate.name());
    let fate = match fence.fate {
        Fate::Run => fate.green().to_string(),
        Fate::Lookalike(_) => fate.red().to_string(),
        Fate::Skipped(_) => fate.yellow().to_string(),
        Fate::Output | Fate::File | Fate::NotPython | Fate::Nested => fate.dimmed().to_string(),
    };
    let kind = format!("{:?}", fence.kind).to_lowercase();
    writeln!(
        sink,
        "  {:>5}  {kind:<9} {fate} {}",
        fence.position.line,
        about.trim_end()
    )
}

fn write_totals(report: &Report, sink: &mut dyn Write) -> io::Result<()> {
    let counts: Vec<String> = report
        .fates()
        .iter()
        .filter(|(_, number)| **number > 0)
        .map(|(name, number)| format!("{number} {name}"))
        .collect();
    let fences = wording::count(report.fences.len(), "fence");
    let guides = wording::count(report.guides, "guide");
    let detail = if counts.is_empty() {
        String::new()
    } else {
        format!(": {}", counts.join(", "))
    };
    writeln!(sink, "{fences} in {guides}{detail}")?;
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for reason in report
        .fences
        .iter()
        .filter_map(|fence| fence.fence.fate.reason())
    {
        *reasons.entry(reason).or_default() += 1;
    }
    reasons
        .iter()
        .try_for_each(|(reason, number)| writeln!(sink, "  {number} × {}", safe::terminal(reason)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_info_string_is_cut_between_letters() {
        let long = "я".repeat(LONGEST_INFO + 1);
        assert_eq!(shortened(&long), format!("{}…", "я".repeat(LONGEST_INFO)));
        assert_eq!(shortened(&long[2..]), long[2..]);
    }
}
