//! What the sandbox costs: a run in a reused slot against a bare spawn of the same interpreter on the same script.
//!
//! In turns, one at a time, median of the rounds' ratios. `cargo bench --bench sandbox`, with the path of an
//! interpreter as an argument where it shall not be the newest one found, and a number of rounds.

#![expect(clippy::print_stdout, reason = "a measurement prints its table")]
#![expect(clippy::disallowed_methods, reason = "the floor is a bare spawn")]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use fencepost::discover::Start;
use fencepost::execute::sandbox::{Level, serve_if_asked};
use fencepost::execute::{Ending, RunEvent, RunOptions, RunRecord, run_all};
use fencepost::plan::interpreter::{Places, find};
use fencepost::plan::{Interpreter, PlannedRun, Program, ProgramBlock};

/// Rounds, unless a number on the command line says otherwise.
const ROUNDS: usize = 11;
/// Runs of each kind in a round, beside the first one, which raises the walls.
const RUNS: usize = 30;
const AIM: f64 = 1.10;

const SCRIPTS: [(&str, &str); 3] = [
    ("print", "print('hello')\n"),
    (
        "dataclasses, json",
        "import dataclasses, json\nprint(json.dumps([1, 2]))\n",
    ),
    (
        "asyncio",
        "import asyncio\nasync def main():\n    await asyncio.sleep(0)\n    print('hello')\nasyncio.run(main())\n",
    ),
];

/// Ways to run, beside the bare spawn.
const KINDS: [(&str, Level, Start); 3] = [
    (
        "no sandbox: folder, limits, capture",
        Level::Off,
        Start::Spawn,
    ),
    ("full sandbox", Level::Full, Start::Spawn),
    ("full sandbox, forked", Level::Full, Start::Fork),
];

fn main() -> ExitCode {
    if let Some(status) = serve_if_asked(std::env::args_os()) {
        return status.into();
    }
    let mut words = std::env::args().skip(1);
    let rounds = words
        .find_map(|word| word.parse().ok())
        .unwrap_or(ROUNDS)
        .max(1);
    let named = std::env::args_os().skip(1).map(PathBuf::from);
    let named: Vec<PathBuf> = named.filter(|word| word.is_file()).collect();
    let places = Places::from_variables(&|name| std::env::var_os(name));
    let found = find(&places, &named);
    let chosen = named
        .first()
        .and_then(|path| found.named.get(path)?.as_ref().ok());
    let Some(interpreter) = chosen.or(found.interpreters.last()) else {
        println!("skipped: needs a CPython");
        return ExitCode::SUCCESS;
    };
    println!(
        "{}, {RUNS} runs of each in each of {rounds} rounds, one at a time:\n",
        interpreter.in_words()
    );
    println!("| script | run | ms | × bare spawn | aim | |\n|---|---|---:|---:|---|---|");
    for (name, code) in SCRIPTS {
        report(name, code, interpreter, rounds);
    }
    ExitCode::SUCCESS
}

fn report(name: &str, code: &str, interpreter: &Interpreter, rounds: usize) {
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    std::fs::write(folder.path().join("example.py"), code).expect("the folder can be written");
    let mut times: [Vec<f64>; 1 + KINDS.len()] = Default::default();
    for _ in 0..rounds {
        times[0].push(bare(interpreter, folder.path()));
        for (index, (_, level, start)) in KINDS.iter().enumerate() {
            times[index + 1].push(runs(interpreter, code, *level, *start));
        }
    }
    println!(
        "| {name} | bare spawn | {:.2} | 1.00 | | |",
        median(&times[0])
    );
    for ((kind, level, _), of_kind) in KINDS.iter().zip(&times[1..]) {
        let pairs = of_kind.iter().zip(&times[0]);
        let ratio = median(&pairs.map(|(one, bare)| one / bare).collect::<Vec<f64>>());
        let verdict = match level {
            Level::Full if ratio <= AIM => format!("≤ {AIM:.2} | met"),
            Level::Full => format!("≤ {AIM:.2} | MISSED"),
            Level::Off | Level::Reduced => " | ".to_owned(),
        };
        println!(
            "| {name} | {kind} | {:.2} | {ratio:.2} | {verdict} |",
            median(of_kind)
        );
    }
}

/// Returns the milliseconds of one bare spawn, with what every run has: its folder, its environment, both streams read.
fn bare(interpreter: &Interpreter, folder: &Path) -> f64 {
    let begun = Instant::now();
    for _ in 0..RUNS {
        let output = Command::new(&interpreter.path)
            .arg("example.py")
            .current_dir(folder)
            .env_clear()
            .envs([
                ("PYTHONHASHSEED", "0"),
                ("LC_ALL", "C.UTF-8"),
                ("PATH", "/usr/bin:/bin"),
            ])
            .output()
            .expect("the interpreter starts");
        assert!(
            output.status.success() && !output.stdout.is_empty(),
            "it runs: {output:?}"
        );
    }
    each(begun.elapsed())
}

/// Returns the milliseconds of one run behind walls that stand already.
fn runs(interpreter: &Interpreter, code: &str, level: Level, start: Start) -> f64 {
    let program = Program::of(vec![ProgramBlock::Script(code.to_owned())]);
    let run = PlannedRun {
        start: Some(start),
        ..PlannedRun::usual("guide.md#example", program, interpreter)
    };
    let mut ended = Vec::with_capacity(RUNS + 1);
    let records = run_all(
        &vec![run; RUNS + 1],
        &RunOptions::new(1, level),
        &mut |event| {
            if let RunEvent::Finished(..) = event {
                ended.push(Instant::now());
            }
        },
    );
    let records = records.unwrap_or_else(|problem| panic!("{problem:?}"));
    assert!(
        records.iter().all(|record| held(record, start)),
        "they run: {:?}",
        records[0]
    );
    each(ended[RUNS] - ended[0])
}

fn held(record: &RunRecord, start: Start) -> bool {
    record.ending == Ending::Exited { code: 0 }
        && !record.stdout.is_empty()
        && record.start == start
}

fn each(time: Duration) -> f64 {
    let runs = u32::try_from(RUNS).expect("there are few runs");
    (time / runs).as_secs_f64() * 1000.0
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
