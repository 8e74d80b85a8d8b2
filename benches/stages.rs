//! The pure stages against their floors: `make bench`.
//!
//! Extraction is measured beside pulldown-cmark's bare event loop on the same bytes, in one run, so that the ratio can
//! be quoted; no time is asserted.

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fencepost::discover::{Guide, Settings};
use fencepost::extract::document;

/// Returns a guide of so many fences with prose between them.
fn guide(fences: usize) -> Guide {
    let mut text = String::from("# Guide\n");
    for number in 0..fences {
        write!(
            text,
            "\n## Part {number}\n\nSome *prose* with `code` and a [link](#part-{number}), long enough to be read.\n\n\
             ```python\nvalue = {number}\nprint(value * 2)\n```\n\nOutput:\n\n```text\n{}\n```\n",
            number * 2
        )
        .expect("a string takes text");
    }
    Guide {
        id: "guide.md".to_owned(),
        path: "guide.md".into(),
        text: text.into(),
        expected_path: "expected/guide.toml".into(),
        settings: Arc::new(Settings::default()),
        selectors: Vec::new(),
    }
}

fn extraction(criterion: &mut Criterion) {
    let guide = guide(2_000);
    let mut group = criterion.benchmark_group("extract");
    group.throughput(Throughput::Bytes(guide.text.len() as u64));
    group.bench_function("pulldown-cmark alone", |bencher| {
        bencher.iter(|| {
            let events = pulldown_cmark::Parser::new(black_box(&guide.text)).into_offset_iter();
            events.map(|(_, range)| range.end).max()
        });
    });
    group.bench_function("document", |bencher| {
        bencher.iter(|| document(black_box(&guide)));
    });
    group.finish();
}

criterion_group!(stages, extraction);
criterion_main!(stages);
