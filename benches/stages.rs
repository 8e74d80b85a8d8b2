//! The pure stages against their floors: `make bench`.
//!
//! Extraction is measured beside pulldown-cmark's bare event loop on the same bytes, in one run, so that the ratio can
//! be quoted; no time is asserted.

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fencepost::discover::{Guide, Settings};
use fencepost::extract::{document, documents};
use pulldown_cmark::Parser;

/// Returns a guide of so many Python fences, each with its output, and prose between them.
fn guide(id: &str, fences: usize) -> Guide {
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
        id: id.to_owned(),
        path: id.into(),
        text: text.into(),
        expected_path: "expected/guide.toml".into(),
        settings: Arc::new(Settings::default()),
        selectors: Vec::new(),
    }
}

/// Returns 3,000 guides that hold 20,000 fences together.
fn tree() -> Vec<Guide> {
    let fences = |number: usize| if number.is_multiple_of(3) { 4 } else { 3 };
    let id = |number: usize| format!("docs/part-{}/guide-{number}.md", number / 100);
    (0..3_000)
        .map(|number| guide(&id(number), fences(number)))
        .collect()
}

/// Takes the parser's events one by one and does nothing with them.
fn walk(guide: &Guide) -> usize {
    let events = Parser::new(&guide.text).into_offset_iter();
    events.map(|(_, range)| range.end).max().unwrap_or_default()
}

fn one_guide(criterion: &mut Criterion) {
    let guide = guide("guide.md", 2_000);
    let mut group = criterion.benchmark_group("one guide, 4,000 fences");
    group.throughput(Throughput::Bytes(guide.text.len() as u64));
    group.bench_function("pulldown-cmark alone", |bencher| {
        bencher.iter(|| walk(black_box(&guide)));
    });
    group.bench_function("extraction", |bencher| {
        bencher.iter(|| document(black_box(&guide)));
    });
    group.finish();
}

fn many_guides(criterion: &mut Criterion) {
    let guides = tree();
    let bytes: usize = guides.iter().map(|guide| guide.text.len()).sum();
    let mut group = criterion.benchmark_group("3,000 guides, 20,000 fences");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.sample_size(20);
    group.bench_function("pulldown-cmark alone", |bencher| {
        bencher.iter(|| black_box(&guides).iter().map(walk).sum::<usize>());
    });
    group.bench_function("extraction", |bencher| {
        bencher.iter(|| documents(black_box(&guides), &|_, _| None));
    });
    group.finish();
}

criterion_group!(stages, one_guide, many_guides);
criterion_main!(stages);
