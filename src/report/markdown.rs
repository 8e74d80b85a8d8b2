//! Markdown: a table of findings, or tables of behaviour by version ready to paste into a guide.

use std::io::{self, Write};

use super::joined::findings;
use super::safe::{markdown_cell, markdown_code};
use super::{Report, comparison, verdict_name, versions};

/// Writes one table of findings; of a comparison, one table for each example that differs.
pub(crate) fn write(report: &Report, sink: &mut dyn Write) -> io::Result<()> {
    if report
        .examples
        .iter()
        .any(|example| example.behaviours.is_some())
    {
        return comparison::write_tables(report, sink);
    }
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
                "| {} | {on} | {verdict} | {} |",
                markdown_code(&example.id),
                markdown_cell(why)
            )?;
        }
    }
    Ok(())
}
