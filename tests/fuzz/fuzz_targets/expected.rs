//! Expected files: what is written is read as it was, and a broken file is told with its place.

#![no_main]

use std::collections::BTreeMap;

use fencepost::compare::expected::{Expectation, ExpectedFile, FIRST_LINE};
use fencepost_fuzz::{interpreter, record};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    written_as_read(&format!("{FIRST_LINE}\n{text}"));
    written_as_read(text);
    recorded_as_printed(text);
});

/// A file that can be read is written so that it is read the same again, and then to the same bytes.
fn written_as_read(text: &str) {
    match ExpectedFile::parse("guide.toml", text) {
        Ok(file) => assert_lasts(&file),
        Err(problems) => {
            assert!(!problems.is_empty());
            for problem in &problems {
                let lines = text.replace("\r\n", "\n").matches(['\n', '\r']).count() + 1;
                let place = problem.position.expect("a problem of a file has a place");
                assert_eq!(problem.guide.as_deref(), Some("guide.toml"));
                assert!(
                    (1..=lines).contains(&place.line) && place.column > 0,
                    "{problem:?}"
                );
            }
        }
    }
}

/// Whatever was printed on several versions stands in the file, whole.
fn recorded_as_printed(text: &str) {
    let printed: Vec<&str> = text.split('\0').take(8).collect();
    let transcripts: BTreeMap<_, _> = (printed.iter().zip(8..))
        .map(|(stdout, minor)| (interpreter(minor).label(), record(stdout, stdout)))
        .map(|(label, record)| (label, fencepost_fuzz::transcript_of(&record)))
        .collect();
    let expectation = Expectation {
        name: "a".to_owned(),
        code: "0123456789abcdef".to_owned(),
        transcripts,
    };
    assert_lasts(&ExpectedFile {
        expectations: vec![expectation],
        unsandboxed: false,
    });
}

fn assert_lasts(file: &ExpectedFile) {
    let text = file.to_text();
    let read = ExpectedFile::parse("guide.toml", &text).expect("what is written can be read");
    let canonical: Vec<Expectation> = (file.expectations.iter())
        .map(Expectation::canonical)
        .collect();
    assert_eq!(read.expectations, canonical);
    assert_eq!(read.unsandboxed, file.unsandboxed);
    assert_eq!(read.to_text(), text);
}
