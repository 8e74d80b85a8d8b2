//! Markdown: a table of behaviour by version, ready to paste into a guide.

use std::io::{self, Write};

use crate::plan::Interpreter;

use super::joined::findings;
use super::safe::markdown_cell;
use super::{ExampleReport, Report, verdict_name, versions};

/// Writes one table of findings.
pub(crate) fn write(report: &Report, sink: &mut dyn Write) -> io::Result<()> {
    writeln!(
        sink,
        "| Example | Python | Verdict | Why |\n|---|---|---|---|"
    )?;
    for example in &report.examples {
        for finding in findings(example) {
            let on = versions::in_words(&finding.interpreters, &report.interpreters);
            let why = finding.reason.unwrap_or_default();
            let verdict = verdict_name(finding.verdict);
            writeln!(
                sink,
                "| `{}` | {on} | {verdict} | {} |",
                markdown_cell(&example.id),
                markdown_cell(why)
            )?;
        }
    }
    Ok(())
}

/// Writes «Версия → поведение» of one example: versions that behave alike share a row.
///
/// # Errors
///
/// Where writing fails.
pub fn comparison_table(
    example: &ExampleReport,
    groups: &[(Vec<&Interpreter>, String)],
    sink: &mut dyn Write,
) -> io::Result<()> {
    let name = example.id.rsplit('#').next().unwrap_or_default();
    writeln!(
        sink,
        "| Версия | Вывод примера `{}` |\n|---|---|",
        markdown_cell(name)
    )?;
    for (interpreters, output) in groups {
        let versions: Vec<String> = interpreters
            .iter()
            .map(|one| format!("{}{}", one.version, one.build.suffix()))
            .collect();
        let lines: Vec<String> = output
            .lines()
            .map(|line| format!("`{}`", markdown_cell(line)))
            .collect();
        writeln!(sink, "| {} | {} |", versions.join(", "), lines.join("<br>"))?;
    }
    writeln!(sink)
}
