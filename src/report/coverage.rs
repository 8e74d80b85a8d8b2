//! What other tools would have run, for `doctor`: counts, and each block that they would have missed.

use std::io::{self, Write};

use serde_json::json;

use crate::extract::{Coverage, Document, Fate, Fence, coverage};
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
    let Coverage {
        tool,
        runs,
        skips,
        misses,
    } = coverage;
    let guide = safe::terminal(&document.guide.id);
    let asked = match skips.len() {
        0 => String::new(),
        number => format!(", skip {number} as its markup asks"),
    };
    let (run, missed) = (wording::count(runs.len(), "block"), misses.len());
    writeln!(
        out,
        "{guide}: {tool} would run {run}{asked} and miss {missed}"
    )?;
    let odd = runs.iter().filter(|index| !is_run(document, **index));
    let told = odd.map(|index| (index, "would run it"));
    let told = told.chain(misses.iter().map(|index| (index, "would miss it")));
    let mut told: Vec<(&usize, &str)> = told.collect();
    told.sort_unstable();
    for (index, what) in told {
        let fence = &document.fences[*index];
        let info = match &*fence.info {
            "" => "-",
            info => info,
        };
        let (line, info) = (fence.position.line, safe::terminal(info));
        writeln!(out, "    {guide}:{line} {info}: {what}{}", ours(fence))?;
    }
    Ok(())
}

fn is_run(document: &Document, index: usize) -> bool {
    document.fences[index].fate == Fate::Run
}

/// Says what fencepost makes of a fence that it does not run.
fn ours(fence: &Fence) -> String {
    match &fence.fate {
        Fate::Run => String::new(),
        fate => {
            let reason = fate.reason().map(|reason| format!(" ({reason})"));
            let reason = safe::terminal(&reason.unwrap_or_default());
            format!(", which is {} here{reason}", fate.name())
        }
    }
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
        "skips": blocks(&coverage.skips),
        "misses": blocks(&coverage.misses),
    });
    writeln!(out, "{}", safe::json(&object.to_string()))
}
