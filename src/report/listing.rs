//! `list` for people: a table per guide of its fences and fates, then totals.

use std::collections::BTreeMap;
use std::io::{self, Write};

use owo_colors::OwoColorize;

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
    let mut guide = "";
    for fence in &report.fences {
        if fence.guide != guide {
            guide = &fence.guide;
            writeln!(sink, "{}", safe::terminal(guide).bold())?;
        }
        write_fence(fence, sink)?;
    }
    write_totals(report, sink)?;
    super::problems::write(&report.problems, sink)
}

fn write_fence(report: &FenceReport, sink: &mut dyn Write) -> io::Result<()> {
    let fence = &report.fence;
    let fate = format!("{:<10}", fence.fate.name());
    let fate = match fence.fate {
        Fate::Run => fate.green().to_string(),
        Fate::Lookalike(_) => fate.red().to_string(),
        Fate::Skipped(_) => fate.yellow().to_string(),
        Fate::Output | Fate::File | Fate::NotPython | Fate::Nested => fate.dimmed().to_string(),
    };
    let kind = format!("{:?}", fence.kind).to_lowercase();
    let id = fence
        .id
        .as_deref()
        .map(|id| id.strip_prefix(&report.guide).unwrap_or(id))
        .unwrap_or_default();
    let reason = fence.fate.reason().unwrap_or_default();
    let info = if fence.info.is_empty() {
        "-"
    } else {
        &fence.info
    };
    let text = format!("{info}  {id}  {reason}");
    writeln!(
        sink,
        "  {:>5}  {kind:<9} {fate} {}",
        fence.position.line,
        safe::terminal(text.trim_end())
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
