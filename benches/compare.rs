//! Judging a transcript by what was recorded, and by the outputs that a guide shows.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use fencepost::compare::expected::Expectation;
use fencepost::compare::{classify, false_claims, judge};
use fencepost::discover::{Claims, Guide, Settings};
use fencepost::extract::{Document, Example, document};
use fencepost::normalise::{Transcript, transcript};

mod support;

use support::{interpreter, printed, record};

/// Returns a guide with one example that shows so many lines as its output.
fn shown(lines: usize) -> Document {
    let output = printed(lines);
    document(&Guide {
        id: "guide.md".to_owned(),
        path: "guide.md".into(),
        text: format!("# Guide\n\n```python\nmain()\n```\n\nOutput:\n\n```output\n{output}```\n")
            .into(),
        expected_path: "expected/guide.toml".into(),
        settings: Arc::new(Settings::default()),
        selectors: Vec::new(),
    })
}

fn transcript_of(stdout: &str, example: &Example) -> Transcript {
    transcript(
        &record(stdout, ""),
        &interpreter(13),
        &example.directives,
        &[],
    )
}

fn judging(criterion: &mut Criterion) {
    let interpreter = interpreter(13);
    let mut group = criterion.benchmark_group("compare");
    for lines in [2, 1_000] {
        let document = shown(lines);
        let example = &document.examples[0];
        let stdout = printed(lines);
        let same = transcript_of(&stdout, example);
        let other = transcript_of(&stdout.replace("value 1\n", "value one\n"), example);
        let seen = BTreeMap::from([(interpreter.label(), same.recorded_part())]);
        let recorded = Expectation::record(example, None, &seen);
        for (name, transcript) in [("as recorded", &same), ("one line differs", &other)] {
            group.bench_function(format!("{lines} lines, {name}"), |bencher| {
                bencher.iter(|| {
                    judge(
                        example,
                        black_box(transcript),
                        &interpreter,
                        Some(&recorded),
                    )
                });
            });
        }
        group.bench_function(format!("{lines} lines, as claimed"), |bencher| {
            let claims = Claims::Explicit;
            bencher.iter(|| {
                false_claims(
                    example,
                    &document.guide.text,
                    &[],
                    black_box(&same),
                    &interpreter,
                    claims,
                )
            });
        });
        group.bench_function(format!("{lines} lines, classified"), |bencher| {
            bencher.iter(|| classify(black_box(&same.stdout), black_box(&other.stdout)));
        });
    }
    group.finish();
}

criterion_group!(stage, judging);
criterion_main!(stage);
