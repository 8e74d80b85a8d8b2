//! Expected files: reading, writing, and joining what was seen on several versions into base and overlays.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fencepost::compare::expected::{ExpectedFile, Seen};
use fencepost::discover::{Guide, Settings};
use fencepost::extract::{Document, document};
use fencepost::normalise::transcript;

mod support;

use support::{interpreter, printed, record};

const EXAMPLES: usize = 200;

fn guide() -> Document {
    let mut text = String::from("# Guide\n");
    for number in 0..EXAMPLES {
        write!(
            text,
            "\n## Part {number}\n\n```python\nprint({number})\n```\n"
        )
        .expect("a string takes text");
    }
    document(&Guide {
        id: "guide.md".to_owned(),
        path: "guide.md".into(),
        text: text.into(),
        expected_path: "expected/guide.toml".into(),
        settings: Arc::new(Settings::default()),
        selectors: Vec::new(),
    })
}

/// Returns what every example printed on four versions: the same, but every tenth another text from 3.12 on.
fn seen(document: &Document) -> Seen {
    let on = |minor: u64, number: usize| {
        let changed = if number.is_multiple_of(10) && minor > 11 {
            "new"
        } else {
            "old"
        };
        let stdout = format!("{}{number}\n{changed}\n", printed(3));
        let example = &document.examples[number];
        let interpreter = interpreter(minor);
        let transcript = transcript(&record(&stdout, ""), &interpreter, &example.directives, &[]);
        (interpreter.label(), transcript.recorded_part())
    };
    let examples = document.examples.iter().enumerate();
    let named = examples.map(|(number, example)| {
        let transcripts: BTreeMap<_, _> = (10..14).map(|minor| on(minor, number)).collect();
        (example.name.to_string(), transcripts)
    });
    named.collect()
}

fn files(criterion: &mut Criterion) {
    let document = guide();
    let seen = seen(&document);
    let file = ExpectedFile::default().merge(&document.examples, &seen, false);
    let text = file.to_text();
    assert_eq!(
        ExpectedFile::parse("guide.toml", &text).as_ref(),
        Ok(&file),
        "it is read as it was written"
    );
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let path = folder.path().join("guide.toml");
    let mut group = criterion.benchmark_group(format!(
        "expected file of {EXAMPLES} examples on 4 versions"
    ));
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("parse", |bencher| {
        bencher.iter(|| ExpectedFile::parse("guide.toml", black_box(&text)));
    });
    group.bench_function("overlays and text", |bencher| {
        bencher.iter(|| black_box(&file).to_text());
    });
    group.bench_function("merge", |bencher| {
        bencher.iter(|| black_box(&file).merge(&document.examples, &seen, false));
    });
    group.bench_function("follow", |bencher| {
        bencher.iter(|| black_box(&file).follow(&document.examples));
    });
    group.bench_function("write and read", |bencher| {
        bencher.iter(|| {
            file.write(&path, "guide.toml")
                .expect("the folder can be written");
            ExpectedFile::read(&path, "guide.toml")
        });
    });
    group.finish();
}

criterion_group!(stage, files);
criterion_main!(stage);
