//! What differs between interpreters, for people, as JSON and as a table.

use std::io::{self, Write};

use owo_colors::OwoColorize;
use serde_json::{Value, json};

use crate::compare::{Behaviour, Behaviours, DifferenceClass, Stream};
use crate::plan::Interpreter;

use super::{ExampleReport, Report, difference, ending_in_words, safe, versions};

/// Returns the examples that were compared.
fn compared(report: &Report) -> impl Iterator<Item = (&ExampleReport, &Behaviours)> {
    let with = |example| Some((example, ExampleReport::behaviours(example)?));
    report.examples.iter().filter_map(with)
}

/// Returns the examples that behave in more than one way.
pub(crate) fn differing(report: &Report) -> impl Iterator<Item = (&ExampleReport, &Behaviours)> {
    compared(report).filter(|(_, behaviours)| behaviours.differ())
}

/// Writes each example that differs, its groups, and what changes from one to the next; and those that never work.
pub(crate) fn write(report: &Report, sink: &mut dyn Write) -> io::Result<()> {
    for (example, behaviours) in compared(report) {
        let headline = if behaviours.differ() {
            "changes".yellow().bold().to_string()
        } else if behaviours.never_works() {
            "fails alike".cyan().bold().to_string()
        } else {
            continue;
        };
        let place = format!("{}:{}", example.guide, example.line);
        let name = example
            .id
            .strip_prefix(&example.guide)
            .and_then(|rest| rest.strip_prefix('#'))
            .unwrap_or_default();
        writeln!(
            sink,
            "{headline}: {} `{}`",
            safe::terminal(&place).bold(),
            safe::terminal(name)
        )?;
        if let Some(needs) = needs(behaviours) {
            writeln!(sink, "  {}", safe::terminal(&needs))?;
        }
        for group in &behaviours.groups {
            write_group(report, group, sink)?;
        }
        writeln!(sink)?;
    }
    Ok(())
}

/// Returns `needs 3.11: except*`, `works up to 3.12: …` or `works nowhere: …`, where it does not work everywhere.
fn needs(behaviours: &Behaviours) -> Option<String> {
    let why = behaviours.reason_it_fails().unwrap_or("it fails elsewhere");
    if behaviours.never_works() {
        let why = behaviours
            .reason_it_fails()
            .unwrap_or("it does not end well");
        return Some(format!("works nowhere: {why}"));
    }
    let first = behaviours
        .first_that_works()
        .map(|first| format!("needs {}: {why}", first.label().minor()));
    first.or_else(|| {
        let last = behaviours.last_that_works()?;
        Some(format!("works up to {}: {why}", last.label().minor()))
    })
}

fn write_group(report: &Report, group: &Behaviour, sink: &mut dyn Write) -> io::Result<()> {
    let interpreters: Vec<&Interpreter> = group.interpreters.iter().collect();
    let on = versions::in_words(&interpreters, &report.interpreters);
    let Some(change) = &group.change else {
        writeln!(
            sink,
            "  {on}: {}",
            ending_in_words(&group.transcript.ending)
        )?;
        return write_output(group, sink);
    };
    let class = match change.class {
        DifferenceClass::Cosmetic => "cosmetic",
        DifferenceClass::Meaning => "in meaning",
    };
    let stream = format!("{:?}", change.stream).to_lowercase();
    writeln!(
        sink,
        "  {on}: {stream} differs {class}: {}",
        safe::terminal(&change.why)
    )?;
    difference::write(&change.expected, &change.actual, sink)?;
    if change.stream == Stream::Ending {
        return write_output(group, sink);
    }
    Ok(())
}

/// Writes the first lines of what a group prints.
fn write_output(group: &Behaviour, sink: &mut dyn Write) -> io::Result<()> {
    const ENOUGH: usize = 12;
    let mut lines = group.transcript.stdout.lines().take(ENOUGH);
    lines.try_for_each(|line| writeln!(sink, "     {}", safe::terminal(line)))
}

/// Returns one example's groups as JSON.
pub(crate) fn to_json(example: &ExampleReport, behaviours: &Behaviours) -> Value {
    json!({
        "type": "comparison",
        "id": example.id,
        "guide": example.guide,
        "line": example.line,
        "differs": behaviours.differ(),
        "first_that_works": behaviours.first_that_works().map(|first| first.label().minor()),
        "last_that_works": behaviours.last_that_works().map(|last| last.label().minor()),
        "feature": behaviours.feature,
        "groups": behaviours.groups.iter().map(group_to_json).collect::<Vec<_>>(),
    })
}

fn group_to_json(group: &Behaviour) -> Value {
    json!({
        "python": versions_of(group),
        "ending": group.transcript.ending,
        "stdout": group.transcript.stdout,
        "stderr": group.transcript.stderr,
        "works": group.works,
        "class": group.change.as_ref().map(|change| change.class),
        "why": group.change.as_ref().map(|change| change.why.clone()),
    })
}

/// Returns full versions, with the letter of builds that are not the usual one: `3.13.0t`.
fn versions_of(group: &Behaviour) -> Vec<String> {
    let interpreters = group.interpreters.iter();
    interpreters
        .map(|one| format!("{}{}", one.version, one.build.suffix()))
        .collect()
}

/// Writes one table «Версия → поведение» for each example that differs, ready to paste into a guide.
pub(crate) fn write_tables(report: &Report, sink: &mut dyn Write) -> io::Result<()> {
    for (example, behaviours) in differing(report) {
        let name = example.id.rsplit('#').next().unwrap_or_default();
        writeln!(
            sink,
            "| Версия | Вывод примера {} |\n|---|---|",
            safe::markdown_code(name)
        )?;
        for group in &behaviours.groups {
            let versions = versions_of(group).join(", ");
            writeln!(sink, "| {versions} | {} |", cell(group))?;
        }
        writeln!(sink)?;
    }
    Ok(())
}

/// Returns each line of stdout between ticks, then the exception, if one ended it.
fn cell(group: &Behaviour) -> String {
    let exception = (!group.works)
        .then(|| group.transcript.stderr.lines().next_back())
        .flatten();
    group
        .transcript
        .stdout
        .lines()
        .chain(exception)
        .map(safe::markdown_code)
        .collect::<Vec<_>>()
        .join(" ")
}
