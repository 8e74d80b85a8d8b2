//! GitHub workflow commands: annotations at the guide's line, then the summary for people.

use std::io::{self, Write};

use crate::compare::Verdict;
use crate::problem::Severity;

use super::joined::{Finding, fails, findings, is_told_once};
use super::safe::{github_data, github_property};
use super::{ExampleReport, Report, verdict_name, versions};

/// Writes one annotation for each finding of an example; none of it has to wait.
pub(crate) fn example(
    report: &Report,
    example: &ExampleReport,
    sink: &mut dyn Write,
) -> io::Result<bool> {
    for finding in findings(example)
        .iter()
        .filter(|finding| !matches!(finding.verdict, Verdict::Match | Verdict::Skipped))
        .filter(|finding| !is_told_once(finding))
    {
        write_finding(report, example, finding, sink)?;
    }
    Ok(false)
}

/// Writes one annotation for each problem.
pub(crate) fn end(report: &Report, sink: &mut dyn Write) -> io::Result<()> {
    for problem in report.all_problems() {
        let level = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Advice => "notice",
        };
        let hint = problem
            .hint
            .as_ref()
            .map(|hint| format!("\nhint: {hint}"))
            .unwrap_or_default();
        let why = problem
            .why
            .as_ref()
            .map(|why| format!("\n{why}"))
            .unwrap_or_default();
        let message = format!("{}{why}{hint}", problem.message);
        let position = problem
            .position
            .map_or((1, 1), |position| (position.line, position.column));
        annotate(
            level,
            problem.guide.as_deref(),
            position,
            &problem.code,
            &message,
            sink,
        )?;
    }
    Ok(())
}

fn write_finding(
    report: &Report,
    example: &ExampleReport,
    finding: &Finding<'_>,
    sink: &mut dyn Write,
) -> io::Result<()> {
    let level = if fails(finding, example) {
        "error"
    } else {
        "warning"
    };
    let on = versions::in_words(&finding.interpreters, &report.interpreters);
    let title = format!("{} on {on}", verdict_name(finding.verdict));
    let line = finding
        .faults
        .iter()
        .find_map(|fault| fault.difference.line)
        .or_else(|| finding.difference.and_then(|difference| difference.line))
        .unwrap_or(example.line);
    annotate(
        level,
        Some(&example.guide),
        (line, 1),
        &title,
        &message(example, finding),
        sink,
    )
}

fn message(example: &ExampleReport, finding: &Finding<'_>) -> String {
    let mut parts = vec![example.id.clone()];
    parts.extend(finding.reason.map(str::to_owned));
    let differences = finding
        .difference
        .into_iter()
        .chain(finding.faults.iter().map(|fault| &fault.difference));
    parts.extend(
        differences
            .map(|found| format!("expected:\n{}\nactual:\n{}", found.expected, found.actual)),
    );
    parts.extend(finding.hint.map(|hint| format!("hint: {hint}")));
    parts.join("\n")
}

fn annotate(
    level: &str,
    file: Option<&str>,
    (line, column): (usize, usize),
    title: &str,
    message: &str,
    sink: &mut dyn Write,
) -> io::Result<()> {
    let place = file
        .map(|file| format!("file={},line={line},col={column},", github_property(file)))
        .unwrap_or_default();
    writeln!(
        sink,
        "::{level} {place}title={}::{}",
        github_property(title),
        github_data(message)
    )
}
