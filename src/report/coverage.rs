//! What other tools would have run, for `doctor`: counts, and each block that they would have missed.

use std::io::{self, Write};

use serde_json::json;

use crate::extract::{Coverage, Document, coverage};
use crate::wording;

use super::{Format, safe};

/// Writes what the tools whose markup stands in the guides would have run of them.
///
/// # Errors
///
/// Where writing fails.
pub fn write_coverage(
    documents: &[Document],
    format: Format,
    out: &mut dyn Write,
) -> io::Result<()> {
    for document in documents {
        for coverage in coverage(document) {
            match format {
                Format::Json => write_json(document, &coverage, out)?,
                _ => write_human(document, &coverage, out)?,
            }
        }
    }
    Ok(())
}

fn write_human(document: &Document, coverage: &Coverage, out: &mut dyn Write) -> io::Result<()> {
    let (runs, misses) = (coverage.runs.len(), coverage.misses.len());
    let guide = safe::terminal(&document.guide.id);
    let blocks = wording::count(runs + misses, "block");
    let tool = coverage.tool;
    writeln!(
        out,
        "{guide}: of {blocks} that fencepost runs, {tool} would run {runs} and miss {misses}"
    )?;
    for index in &coverage.misses {
        let fence = &document.fences[*index];
        let info = if fence.info.is_empty() {
            "-"
        } else {
            &fence.info
        };
        let line = fence.position.line;
        writeln!(out, "    {guide}:{line} {}", safe::terminal(info))?;
    }
    Ok(())
}

fn write_json(document: &Document, coverage: &Coverage, out: &mut dyn Write) -> io::Result<()> {
    let blocks = |indices: &[usize]| -> Vec<serde_json::Value> {
        let fences = indices.iter().map(|index| &document.fences[*index]);
        fences
            .map(|fence| json!({"line": fence.position.line, "info": fence.info}))
            .collect()
    };
    let object = json!({
        "type": "tool",
        "tool": coverage.tool,
        "guide": document.guide.id,
        "runs": blocks(&coverage.runs),
        "misses": blocks(&coverage.misses),
    });
    writeln!(out, "{}", safe::json(&object.to_string()))
}
