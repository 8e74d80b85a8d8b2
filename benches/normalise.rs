//! Normalising what a run printed: what most examples print, a lot of it, and a traceback.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fencepost::extract::Directives;
use fencepost::normalise::transcript;

mod support;

use support::{interpreter, printed, record};

const TRACEBACK: &str = "Traceback (most recent call last):
  File \"/home/example/example.py\", line 3, in <module>
    main()
    ~~~~^^
  File \"/opt/python3.13/lib/python3.13/asyncio/runners.py\", line 194, in run
    return runner.run(main)
           ~~~~~~~~~~^^^^^^
ValueError: <Node object at 0x7f3a00001000> is no leaf
";

fn normalising(criterion: &mut Criterion) {
    let interpreter = interpreter(13);
    let directives = Directives::default();
    let mut group = criterion.benchmark_group("normalise");
    for (name, stdout, stderr) in [
        ("2 lines", printed(2), ""),
        ("10,000 lines", printed(10_000), ""),
        ("a traceback", String::new(), TRACEBACK),
    ] {
        let record = record(&stdout, stderr);
        group.throughput(Throughput::Bytes((stdout.len() + stderr.len()) as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| transcript(black_box(&record), &interpreter, &directives, &[]));
        });
    }
    group.finish();
}

criterion_group!(stage, normalising);
criterion_main!(stage);
