//! The report for people: findings, then a summary.

use std::collections::BTreeMap;
use std::io::{self, Write};

use owo_colors::OwoColorize;

use crate::compare::{ClaimFault, DifferenceClass, Stream, Verdict};
use crate::plan::Interpreter;
use crate::wording;

use super::joined::{Finding, fails, findings, is_told_once};
use super::tally::UnrunPlace;
use super::{
    ExampleReport, Report, Starts, Tally, comparison, difference, ending_in_words, next_step,
    problems, safe, verdict_name, versions,
};

/// Writes an example's findings; says whether it has flaky ones, which come after all others.
pub(crate) fn example(
    report: &Report,
    example: &ExampleReport,
    sink: &mut dyn Write,
) -> io::Result<bool> {
    write_some(report, example, &|verdict| verdict != Verdict::Flaky, sink)?;
    Ok((example.runs.iter()).any(|run| run.verdict == Verdict::Flaky))
}

/// Writes flaky examples, problems, and the summary.
pub(crate) fn end(
    report: &Report,
    flaky: &[ExampleReport],
    sink: &mut dyn Write,
) -> io::Result<()> {
    for example in flaky {
        write_some(report, example, &|verdict| verdict == Verdict::Flaky, sink)?;
    }
    comparison::write(report, sink)?;
    if !report.problems.is_empty() {
        problems::write(&report.problems, sink)?;
        writeln!(sink)?;
    }
    write_summary(report, sink)?;
    report
        .remarks
        .iter()
        .try_for_each(|remark| writeln!(sink, "{}", safe::terminal(remark)))
}

/// Writes the findings with a verdict that is wanted.
pub(crate) fn write_findings(
    report: &Report,
    wanted: &dyn Fn(Verdict) -> bool,
    sink: &mut dyn Write,
) -> io::Result<()> {
    (report.examples.iter()).try_for_each(|example| write_some(report, example, wanted, sink))
}

fn write_some(
    report: &Report,
    example: &ExampleReport,
    wanted: &dyn Fn(Verdict) -> bool,
    sink: &mut dyn Write,
) -> io::Result<()> {
    for finding in findings(example) {
        if wanted(finding.verdict) && is_shown(&finding, example) {
            write_finding(report, example, &finding, sink)?;
        }
    }
    Ok(())
}

fn is_shown(finding: &Finding<'_>, example: &ExampleReport) -> bool {
    let tells = fails(finding, example) || !finding.faults.is_empty();
    let is_told_apart = example.behaviours.is_some() && finding.verdict != Verdict::Blocked;
    tells && !is_told_apart && !is_told_once(finding)
}

fn write_finding(
    report: &Report,
    example: &ExampleReport,
    finding: &Finding<'_>,
    sink: &mut dyn Write,
) -> io::Result<()> {
    write_headline(report, example, finding, sink)?;
    if let Some(reason) = finding.reason {
        writeln!(sink, "  {}", safe::terminal(reason).replace('\n', "\n  "))?;
    }
    if let Some(found) = finding.difference {
        write_difference(finding, found, sink)?;
    }
    for fault in &finding.faults {
        write_fault(example, fault, sink)?;
    }
    if let Some(hint) = finding.hint {
        writeln!(sink, "  {}: {}", "hint".green(), safe::terminal(hint))?;
    }
    next_step::write(report, example, finding, sink)?;
    writeln!(sink)
}

fn write_headline(
    report: &Report,
    example: &ExampleReport,
    finding: &Finding<'_>,
    sink: &mut dyn Write,
) -> io::Result<()> {
    let verdict = verdict_name(finding.verdict);
    let verdict = match finding.verdict {
        Verdict::Differs | Verdict::Flaky | Verdict::Blocked => verdict.red().bold().to_string(),
        Verdict::Unrecorded => verdict.yellow().bold().to_string(),
        Verdict::Skipped | Verdict::Match => verdict.cyan().bold().to_string(),
    };
    let name = example
        .id
        .strip_prefix(&example.guide)
        .and_then(|rest| rest.strip_prefix('#'))
        .unwrap_or_default();
    let place = format!("{}:{}", example.guide, pointed_line(example, finding));
    let on = versions::in_words(&finding.interpreters, &report.interpreters);
    writeln!(
        sink,
        "{verdict}: {} `{}` on {on}",
        safe::terminal(&place).bold(),
        safe::terminal(name)
    )
}

/// Returns the guide's line that a finding is about: the false claim's, the difference's, or the example's own.
fn pointed_line(example: &ExampleReport, finding: &Finding<'_>) -> usize {
    let claimed = finding
        .faults
        .iter()
        .filter(|fault| fault.fails)
        .find_map(|fault| fault.difference.line);
    let different = finding.difference.and_then(|difference| difference.line);
    claimed.or(different).unwrap_or(example.line)
}

/// Writes what differs, and how it matters where the reason has not said so.
fn write_difference(
    finding: &Finding<'_>,
    found: &crate::compare::Difference,
    sink: &mut dyn Write,
) -> io::Result<()> {
    if !finding
        .reason
        .is_some_and(|reason| reason.contains(&found.why))
    {
        let stream = match found.stream {
            Stream::Stdout => "stdout",
            Stream::Stderr => "stderr",
            Stream::Ending => "the ending",
            Stream::Claim => "a claim",
        };
        let class = match found.class {
            DifferenceClass::Cosmetic => "cosmetic",
            DifferenceClass::Meaning => "in meaning",
        };
        writeln!(
            sink,
            "  {stream} differs {class}: {}",
            safe::terminal(&found.why)
        )?;
    }
    writeln!(sink, "  {} expected, {} this run", "-".red(), "+".green())?;
    difference::write(&found.expected, &found.actual, sink)?;
    if found.stream == Stream::Ending {
        write_stderr(finding, sink)?;
    }
    Ok(())
}

/// Writes the end of stderr, which tells why a run ended as it did.
fn write_stderr(finding: &Finding<'_>, sink: &mut dyn Write) -> io::Result<()> {
    let Some(transcript) = &finding.run.transcript else {
        return Ok(());
    };
    let lines: Vec<&str> = transcript.stderr.lines().collect();
    let last = &lines[lines.len().saturating_sub(10)..];
    if last.is_empty() {
        return writeln!(
            sink,
            "  it {} and wrote nothing to stderr",
            ending_in_words(&transcript.ending)
        );
    }
    writeln!(sink, "  stderr:")?;
    last.iter()
        .try_for_each(|line| writeln!(sink, "    {}", safe::terminal(line)))
}

fn write_fault(
    example: &ExampleReport,
    fault: &ClaimFault,
    sink: &mut dyn Write,
) -> io::Result<()> {
    let line = fault.difference.line.unwrap_or(example.line);
    let kind = if fault.fails { "claim" } else { "advice" };
    writeln!(
        sink,
        "  {kind} at {}:{line}: {}",
        safe::terminal(&example.guide),
        safe::terminal(&fault.message)
    )?;
    difference::write(&fault.difference.expected, &fault.difference.actual, sink)
}

fn write_summary(report: &Report, sink: &mut dyn Write) -> io::Result<()> {
    let tally = report.tally();
    let examples = wording::count(tally.examples, "example");
    let interpreters = wording::count(report.interpreters.len(), "interpreter");
    let seconds = std::time::Duration::from_millis(report.wall_ms).as_secs_f64();
    writeln!(
        sink,
        "{}, {examples}, {interpreters}, {seconds:.1} s (sandbox: {})",
        wording::count(report.guides, "guide"),
        report.sandbox
    )?;
    writeln!(sink, "  fences: {}", counts(&report.fates()))?;
    writeln!(sink, "  runs:   {}", coloured_counts(&tally.verdicts()))?;
    write_starts(tally.starts, sink)?;
    let names: Vec<String> = report
        .interpreters
        .iter()
        .map(|one| format!("{}{}", one.version, one.build.suffix()))
        .collect();
    writeln!(sink, "  on:     {}", names.join(", "))?;
    write_skips(report, &tally, sink)
}

/// Says where results came from, where that is not simply a new process for each.
fn write_starts(starts: Starts, sink: &mut dyn Write) -> io::Result<()> {
    let named = [
        (starts.cached, "cached"),
        (starts.forked, "forked"),
        (starts.spawned, "spawned"),
    ];
    if starts.cached + starts.forked + starts.fell_back == 0 {
        return Ok(());
    }
    let parts = named.iter().filter(|(number, _)| *number > 0);
    let parts: Vec<String> = parts
        .map(|(number, name)| format!("{number} {name}"))
        .collect();
    let again = match starts.fell_back {
        0 => String::new(),
        number => format!(" ({number} forked first, and did not match)"),
    };
    writeln!(sink, "  starts: {}{again}", parts.join(", "))
}

fn counts(counted: &BTreeMap<&'static str, usize>) -> String {
    let parts: Vec<String> = super::Fate::NAMES
        .iter()
        .filter_map(|name| {
            counted
                .get(name)
                .filter(|number| **number > 0)
                .map(|number| format!("{number} {name}"))
        })
        .collect();
    if parts.is_empty() {
        "none".to_owned()
    } else {
        parts.join(", ")
    }
}

fn coloured_counts(counted: &BTreeMap<&'static str, usize>) -> String {
    let parts: Vec<String> = super::VERDICTS
        .iter()
        .filter_map(|verdict| {
            let name = verdict_name(*verdict);
            let number = counted.get(name).copied().unwrap_or_default();
            (number > 0).then(|| coloured_count(*verdict, number))
        })
        .collect();
    if parts.is_empty() {
        "none".to_owned()
    } else {
        parts.join(", ")
    }
}

fn coloured_count(verdict: Verdict, number: usize) -> String {
    let words = format!("{number} {}", verdict_name(verdict));
    match verdict {
        Verdict::Match => words.green().to_string(),
        Verdict::Skipped => words.cyan().to_string(),
        Verdict::Unrecorded => words.yellow().to_string(),
        Verdict::Differs | Verdict::Blocked | Verdict::Flaky => words.red().to_string(),
    }
}

/// Lists why runs were skipped, most frequent first, so that nothing is skipped in silence; and which
/// were blocked by an interpreter that is not there, of which no finding tells. Whoever wants it verbose
/// gets every reason, each with its places.
fn write_skips(report: &Report, tally: &Tally, sink: &mut dyn Write) -> io::Result<()> {
    let reasons = tally.unrun();
    let shown = if report.verbose { reasons.len() } else { 8 };
    for (verdict, reason, unrun) in reasons.iter().take(shown) {
        writeln!(
            sink,
            "  {verdict} {}: {}",
            unrun.runs,
            safe::terminal(reason)
        )?;
        if report.verbose {
            let mut places = unrun.places.iter();
            places.try_for_each(|place| write_place(report, place, sink))?;
        }
    }
    let more = reasons.len().saturating_sub(shown);
    if more > 0 {
        writeln!(sink, "  … and {}", wording::count(more, "other reason"))?;
    }
    Ok(())
}

/// Writes where something did not run, and on what.
fn write_place(report: &Report, place: &UnrunPlace, sink: &mut dyn Write) -> io::Result<()> {
    let (guide, name) = place.id.split_once('#').unwrap_or((&place.id, ""));
    let interpreters: Vec<&Interpreter> = place.interpreters.iter().collect();
    let on = versions::in_words(&interpreters, &report.interpreters);
    let (guide, name) = (safe::terminal(guide), safe::terminal(name));
    writeln!(sink, "    {guide}:{} `{name}` on {on}", place.line)
}

/// Writes the table of `python list`: version, build, path.
///
/// # Errors
///
/// Where writing fails.
pub fn interpreters(found: &[Interpreter], sink: &mut dyn Write) -> io::Result<()> {
    for one in found {
        let version = format!("{}{}", one.version, one.build.suffix());
        writeln!(
            sink,
            "{version:<12} {:<14} {}",
            one.build.name(),
            safe::terminal(&one.path.display().to_string())
        )?;
    }
    Ok(())
}
