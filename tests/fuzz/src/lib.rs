//! What the fuzz targets share: a guide made of any text, with the promises that hold for its
//! reading, and a run that printed anything.

mod grammar;
mod pieces;

#[path = "../../../benches/support/record.rs"]
mod record;

pub mod updates;

use std::path::PathBuf;
use std::sync::Arc;

use fencepost::discover::{Guide, Settings};
use fencepost::execute::RunRecord;
use fencepost::extract::{Directives, Document, FenceKind, StderrMode, document};
use fencepost::normalise::Transcript;
use fencepost::plan::Interpreter;

/// Reads any text as a guide and checks what is promised of every document.
pub fn read_and_check(text: &str) -> Document {
    let read = document(&Guide {
        id: "guide.md".to_owned(),
        path: PathBuf::from("guide.md"),
        text: Arc::from(text),
        expected_path: PathBuf::from("guide.toml"),
        settings: Arc::new(Settings::default()),
        selectors: Vec::new(),
    });
    check_fences(text, &read);
    check_lines(text, &read);
    read
}

/// Fences are ordered and inside the guide; only a nested one lies inside another.
fn check_fences(text: &str, read: &Document) {
    let (mut start, mut end) = (0, 0);
    for fence in &read.fences {
        assert!(text.get(fence.span.clone()).is_some(), "{fence:?}");
        assert!(fence.span.start >= start, "{fence:?}");
        start = fence.span.start;
        if fence.kind != FenceKind::Nested {
            assert!(fence.span.start >= end, "{fence:?}");
            end = fence.span.end;
        }
    }
}

/// Each line of code is what stands in the guide at its span.
fn check_lines(text: &str, read: &Document) {
    let omits = text.contains("phmdoctest:");
    for block in read.examples.iter().flat_map(|example| &example.blocks) {
        let lines: Vec<&str> = block.code.split_terminator('\n').collect();
        let spans = block.code.line_spans();
        assert_eq!(lines.len(), spans.len());
        if omits {
            continue;
        }
        for (line, span) in lines.iter().zip(spans) {
            assert_eq!(line.trim_start(), text[span].trim_start());
        }
    }
}

/// Returns an interpreter of a minor version that nobody starts.
pub fn interpreter(minor: u64) -> Interpreter {
    record::interpreter(minor)
}

/// Returns the record of a run that printed this.
pub fn record(stdout: &str, stderr: &str) -> RunRecord {
    record::record(stdout, stderr)
}

/// Returns the directives of a fence that says how its stderr is compared.
pub fn directives(stderr: &str) -> Directives {
    Directives {
        stderr: match stderr {
            "full" => StderrMode::Full,
            _ => StderrMode::Reduced,
        },
        ..Directives::default()
    }
}

/// Returns a record's streams and ending as they are.
pub fn transcript_of(record: &RunRecord) -> Transcript {
    Transcript {
        stdout: record.stdout.clone(),
        stderr: record.stderr.clone(),
        ending: record.ending.clone(),
        blocks: Vec::new(),
        exception: None,
    }
}
