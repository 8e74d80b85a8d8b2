//! Extraction of a whole tree against pulldown-cmark's bare loop over the same bytes, in turns: the ratio.
//!
//! `cargo bench --bench extraction -- FOLDER`, with a project as `benches/corpus.py` writes it; `make
//! bench-scale` does both.

#![expect(clippy::print_stdout, reason = "a measurement prints its table")]

use std::hint::black_box;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use fencepost::discover::{Config, Guide, Roots, guides};
use fencepost::extract::documents;
use pulldown_cmark::Parser;

const ROUNDS: usize = 15;
const AIM: f64 = 1.5;

fn main() -> ExitCode {
    let Some(folder) = std::env::args()
        .skip(1)
        .find(|word| !word.starts_with("--"))
    else {
        println!("extraction: nothing to do without a FOLDER; `make bench-scale` makes one");
        return ExitCode::SUCCESS;
    };
    let guides = read(folder.into());
    let fences: usize = documents(&guides, &|_, _| None)
        .iter()
        .map(|document| document.fences.len())
        .sum();
    let mut times: Vec<(Duration, Duration)> = (0..ROUNDS)
        .map(|_| (bare(&guides), extraction(&guides)))
        .collect();
    let ratio = |(bare, ours): &(Duration, Duration)| ours.as_secs_f64() / bare.as_secs_f64();
    times.sort_by(|one, other| ratio(one).total_cmp(&ratio(other)));
    let middle = &times[ROUNDS / 2];
    let verdict = if ratio(middle) <= AIM {
        "met"
    } else {
        "MISSED"
    };
    println!(
        "| {fences} fences in {} guides | ms |\n|---|---:|",
        guides.len()
    );
    println!(
        "| pulldown-cmark's bare loop | {:.1} |",
        milliseconds(middle.0)
    );
    println!("| extraction | {:.1} |\n", milliseconds(middle.1));
    println!("| figure | measured | aim | |\n|---|---:|---|---|");
    println!(
        "| extraction : bare loop | {:.2} | ≤ {AIM} | {verdict} |",
        ratio(middle)
    );
    if guides.is_empty() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn read(folder: PathBuf) -> Vec<Guide> {
    let config = Config::load(None, &folder).expect("the project's configuration can be read");
    let roots = Roots {
        current_folder: folder,
        ..Roots::default()
    };
    guides(&roots, &config).guides
}

/// Takes the parser's events one by one and does nothing with them.
fn bare(guides: &[Guide]) -> Duration {
    timed(|| {
        let end = |guide: &Guide| {
            Parser::new(&guide.text)
                .into_offset_iter()
                .map(|(_, range)| range.end)
                .max()
        };
        guides.iter().filter_map(end).sum::<usize>()
    })
}

fn extraction(guides: &[Guide]) -> Duration {
    timed(|| documents(guides, &|_, _| None))
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let begun = Instant::now();
    let made = black_box(work());
    let taken = begun.elapsed();
    drop(made);
    taken
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
