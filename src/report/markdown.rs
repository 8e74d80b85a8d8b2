//! Markdown: a table of findings, or tables of behaviour by version ready to paste into a guide.

use std::io::{self, Write};

use super::joined::findings;
use super::safe::{markdown_cell, markdown_code};
use super::{ExampleReport, Report, comparison, verdict_name, versions};

/// Writes the head of the table of findings; of a comparison, one table for each example that differs.
pub(crate) fn begin(report: &Report, sink: &mut dyn Write) -> io::Result<()> {
    if is_comparison(report) {
        return comparison::write_tables(report, sink);
    }
    writeln!(
        sink,
        "| Example | Python | Verdict | Why |\n|---|---|---|---|"
    )
}

fn is_comparison(report: &Report) -> bool {
    let mut examples = report.examples.iter();
    examples.any(|example| example.behaviours.is_some())
}

/// Writes the rows of one example; none of them has to wait.
pub(crate) fn example(
    report: &Report,
    example: &ExampleReport,
    sink: &mut dyn Write,
) -> io::Result<bool> {
    if is_comparison(report) {
        return Ok(false);
    }
    for finding in findings(example) {
        let on = versions::in_words(&finding.interpreters, &report.interpreters);
        let fault = finding.faults.iter().find(|fault| fault.fails);
        let why = (finding.reason).or(fault.map(|fault| fault.message.as_str()));
        let why = why.unwrap_or_default();
        let verdict = verdict_name(finding.verdict);
        writeln!(
            sink,
            "| {} | {on} | {verdict} | {} |",
            markdown_code(&example.id),
            markdown_cell(why)
        )?;
    }
    Ok(false)
}

/// Writes the table of problems.
pub(crate) fn end(report: &Report, sink: &mut dyn Write) -> io::Result<()> {
    if is_comparison(report) {
        return Ok(());
    }
    write_problems(report, sink)
}

fn write_problems(report: &Report, sink: &mut dyn Write) -> io::Result<()> {
    if report.all_problems().next().is_none() {
        return Ok(());
    }
    writeln!(sink, "\n| Place | Severity | Problem |\n|---|---|---|")?;
    for problem in report.all_problems() {
        let line = problem
            .position
            .map(|position| format!(":{}", position.line));
        let guide = problem.guide.as_deref().unwrap_or_default();
        let severity = format!("{:?}", problem.severity).to_lowercase();
        writeln!(
            sink,
            "| {}{} | {severity} | {} |",
            markdown_cell(guide),
            line.unwrap_or_default(),
            markdown_cell(&problem.message)
        )?;
    }
    Ok(())
}
