//! Tests of the detector: one table of what varies, what it is called, and where it stands.

use super::*;
use crate::compare::testing::{example, printed};
use crate::discover::Start;
use crate::execute::Ending;
use crate::plan::Surroundings;

/// 2026-01-31 12:00:00 UTC.
const NOON: u64 = 1_769_860_800;

/// The runs of `record`: as checked, two other surroundings, and once with the machine busy.
fn surroundings() -> [Surroundings; 4] {
    let usual = Surroundings::default();
    [
        usual.clone(),
        Surroundings {
            hash_seed: 1,
            folder: "another-folder".into(),
            ..usual.clone()
        },
        Surroundings {
            hash_seed: 2,
            pids_before: 11,
            cpus: Some(1),
            ..usual.clone()
        },
        Surroundings {
            busy: true,
            ..usual
        },
    ]
}

fn runs(outputs: [&str; 4]) -> Vec<Run> {
    let run = |(at, (stdout, surroundings)): (usize, (&str, Surroundings))| {
        let record = RunRecord {
            id: "guide.md#a".into(),
            ending: Ending::Exited { code: 0 },
            stdout: stdout.into(),
            stderr: String::new(),
            blocks: Vec::new(),
            duration_ms: 40,
            cpu_ms: None,
            start: Start::Spawn,
            cached: false,
            folder: "/home/example".into(),
            started_at: NOON + at as u64,
            network_attempts: 0,
            spawned_because: None,
            surroundings,
        };
        (record, printed(stdout))
    };
    (outputs.into_iter().zip(surroundings()).enumerate())
        .map(run)
        .collect()
}

fn found(code: &str, outputs: [&str; 4]) -> Option<Instability> {
    let guide = format!("```python\n{code}```\n");
    instability(&example(&guide, code), &runs(outputs))
}

#[track_caller]
fn case(code: &str, outputs: [&str; 4], line: usize, looks_like: &str, values: &[&str]) {
    let found = found(&format!("{code}\n"), outputs).unwrap();
    let spans: Vec<(usize, &str)> = (found.spans.iter())
        .map(|span| (span.line, span.looks_like.as_str()))
        .collect();
    assert_eq!(spans, [(line, looks_like)]);
    assert_eq!(found.spans[0].values, values);
    assert!(!found.advice.is_empty());
}

#[test]
fn equal_runs_are_stable() {
    assert_eq!(found("f()\n", ["a\n"; 4]), None);
}

#[test]
fn addresses_pids_and_thread_ids_are_told_apart() {
    let addresses = [
        "94210331443216",
        "94210331443232",
        "140010331443216",
        "140010331443200",
    ];
    case("print(id(a))", addresses, 1, "address", &addresses);
    case(
        "print(hex(id(a)))",
        [
            "0x7f0123456780",
            "0x7f0123456790",
            "0x7f01234567a0",
            "0x7f01234567b0",
        ],
        1,
        "address",
        &[
            "0x7f0123456780",
            "0x7f0123456790",
            "0x7f01234567a0",
            "0x7f01234567b0",
        ],
    );
    let pids = ["x\npid 103", "x\npid 105", "x\npid 130", "x\npid 140"];
    case("f()", pids, 2, "pid", &["103", "105", "130", "140"]);
    case("print(p)", ["3", "3", "14", "3"], 1, "pid", &["3", "14"]);
    let idents = [
        "139990331443200",
        "139990331443264",
        "140010331443200",
        "140010331443264",
    ];
    case(
        "print(threading.get_ident())",
        idents,
        1,
        "thread id",
        &idents,
    );
}

#[test]
fn times_and_dates_are_told_apart_by_the_clock_of_the_run() {
    case(
        "f()",
        ["0.0123 s", "0.0131 s", "0.0119 s", "0.0391 s"],
        1,
        "duration",
        &["0.0123", "0.0131", "0.0119", "0.0391"],
    );
    case(
        "print(datetime.now())",
        [
            "2026-01-31 12:00:00.1",
            "2026-01-31 12:00:01.2",
            "2026-01-31 12:00:02.3",
            "2026-01-31 12:00:03.4",
        ],
        1,
        "date",
        &[
            "2026-01-31 12:00:00.1",
            "2026-01-31 12:00:01.2",
            "2026-01-31 12:00:02.3",
            "2026-01-31 12:00:03.4",
        ],
    );
    let epochs = [
        "1769860800.5",
        "1769860801.5",
        "1769860802.5",
        "1769860803.9",
    ];
    case("print(time.time())", epochs, 1, "date", &epochs);
}

#[test]
fn orders_are_told_apart_by_what_they_follow() {
    case(
        "print({'a', 'b', 'c'})",
        [
            "{'a', 'b', 'c'}",
            "{'b', 'a', 'c'}",
            "{'c', 'a', 'b'}",
            "{'a', 'b', 'c'}",
        ],
        1,
        "set order",
        &["'a', 'b', 'c'", "'b', 'a', 'c'", "'c', 'a', 'b'"],
    );
    case(
        "for x in names: print(x)",
        ["a\nb\n", "b\na\n", "b\na\n", "a\nb\n"],
        1,
        "set order",
        &["a\nb", "b\na"],
    );
    case(
        "import threading",
        [
            "start\na\nb\n",
            "start\na\nb\n",
            "start\na\nb\n",
            "start\nb\na\n",
        ],
        2,
        "thread order",
        &["a\nb", "b\na"],
    );
    case(
        "random.shuffle(x)",
        ["[1, 2, 3]", "[2, 1, 3]", "[3, 1, 2]", "[1, 3, 2]"],
        1,
        "random",
        &["1, 2, 3", "2, 1, 3", "3, 1, 2", "1, 3, 2"],
    );
}

#[test]
fn surroundings_are_recognised_in_what_is_printed() {
    case(
        "print(os.getcwd())",
        [
            "in example",
            "in another-folder",
            "in example",
            "in example",
        ],
        1,
        "path",
        &["example", "another-folder"],
    );
    let files = [
        "/tmp/tmpab12cd34",
        "/tmp/tmpqq12cd34",
        "/tmp/tmpzz12cd34",
        "/tmp/tmpxx12cd34",
    ];
    case("f()", files, 1, "path", &files);
    case(
        "print(os.cpu_count())",
        ["8", "8", "1", "8"],
        1,
        "cpu count",
        &["8", "1"],
    );
    case(
        "print(sys.flags)",
        [
            "sys.flags(hash_randomization=0)",
            "sys.flags(hash_randomization=1)",
            "sys.flags(hash_randomization=1)",
            "sys.flags(hash_randomization=0)",
        ],
        1,
        "hash seed",
        &["0", "1"],
    );
    case(
        "print(hash('a'))",
        ["-823451", "9123", "77", "-823451"],
        1,
        "hash seed",
        &["-823451", "9123", "77"],
    );
    case(
        "f()",
        ["0", "1", "2", "0"],
        1,
        "hash seed",
        &["0", "1", "2"],
    );
}

#[test]
fn hashes_of_objects_pools_and_time_spans_are_named_by_their_cause() {
    let hashes = [
        "8794515226655",
        "8786574098463",
        "8773934170143",
        "8790734825503",
    ];
    case("print(hash(object()))", hashes, 1, "address", &hashes);
    let pool = "print(ThreadPoolExecutor()._max_workers)";
    case(pool, ["6", "6", "5", "6"], 1, "cpu count", &["6", "5"]);
    let spans = [
        "0:00:00.001874",
        "0:00:00.001843",
        "0:00:00.004279",
        "0:00:00.002038",
    ];
    case("print(now() - start)", spans, 1, "duration", &spans);
}

#[test]
fn memory_and_ports_are_named_by_what_the_code_asks_for() {
    let sizes = ["9236", "9244", "9180", "9300"];
    case("print(usage.ru_maxrss)", sizes, 1, "memory use", &sizes);
    let ports = ["38975", "53343", "40001", "32810"];
    case("print(s.getsockname()[1])", ports, 1, "port", &ports);
}

#[test]
fn a_place_is_a_column_of_characters_in_the_first_run() {
    let found = found(
        "import random",
        [
            "же\nшаг 7: 0.51 и 0.77",
            "же\nшаг 7: 0.52 и 0.79",
            "же\nшаг 7: 0.53 и 0.71",
            "же\nшаг 7: 0.54 и 0.72",
        ],
    );
    let places: Vec<(usize, usize)> = (found.unwrap().spans.iter())
        .map(|span| (span.line, span.column))
        .collect();
    assert_eq!(places, [(2, 8), (2, 15)]);
}

#[test]
fn what_follows_nothing_is_chance() {
    // Shorter than the run, as times are.
    let small = ["0.011", "0.032", "0.023", "0.004"];
    case("print(random.random())", small, 1, "random", &small);
    let floats = [
        "0.8444218515250481",
        "0.7579544029403025",
        "0.420571580830845",
        "0.25891675029296335",
    ];
    case("print(random.random())", floats, 1, "random", &floats);
    case(
        "print(uuid.uuid4())",
        [
            "00000000-0000-4000-8000-000000000001",
            "10000000-0000-4000-8000-000000000002",
            "20000000-0000-4000-8000-000000000003",
            "30000000-0000-4000-8000-000000000004",
        ],
        1,
        "random",
        &[
            "00000000-0000-4000-8000-000000000001",
            "10000000-0000-4000-8000-000000000002",
            "20000000-0000-4000-8000-000000000003",
            "30000000-0000-4000-8000-000000000004",
        ],
    );
}

#[test]
fn several_stretches_of_a_line_are_told_apart() {
    let found = found(
        "f()\n",
        [
            "pid 3 took 0.01 s\n",
            "pid 3 took 0.02 s\n",
            "pid 14 took 0.03 s\n",
            "pid 3 took 0.02 s\n",
        ],
    )
    .unwrap();
    let looks: Vec<&str> = (found.spans.iter())
        .map(|span| span.looks_like.as_str())
        .collect();
    assert_eq!(looks, ["pid", "duration"]);
}

#[test]
fn advice_names_a_filter_only_where_it_helps() {
    let advice = |outputs| found("f()\n", outputs).unwrap().advice;
    let times = [
        "took 0.1 s\n",
        "took 0.2 s\n",
        "took 0.3 s\n",
        "took 0.4 s\n",
    ];
    assert!(
        advice(times).ends_with("or set `filter=durations`"),
        "{}",
        advice(times)
    );
    let lines = ["a\nb\n", "b\na\n", "b\na\n", "a\nb\n"];
    assert!(
        advice(lines).ends_with("or set `stdout=unordered`"),
        "{}",
        advice(lines)
    );
    let digits = [
        "0.1000000000000001\n",
        "0.1000000000000002\n",
        "0.1\n",
        "0.1000000000000001\n",
    ];
    assert!(
        advice(digits).ends_with("or set `filter=floats`"),
        "{}",
        advice(digits)
    );
    let one_line = [
        "{'a', 'b'}\n",
        "{'b', 'a'}\n",
        "{'b', 'a'}\n",
        "{'a', 'b'}\n",
    ];
    assert!(!advice(one_line).contains("or set"), "{}", advice(one_line));
}

#[test]
fn what_is_not_compared_may_vary() {
    let mut example = example("```python\nf()\n```\n", "f()\n");
    let seen = runs(["a\nb\n", "b\na\n", "a\nb\n", "a\nb\n"]);
    assert!(instability(&example, &seen).is_some());
    std::sync::Arc::make_mut(&mut example.directives).stdout = StdoutMode::Unordered;
    assert_eq!(instability(&example, &seen), None);
    std::sync::Arc::make_mut(&mut example.directives).stdout = StdoutMode::Ignore;
    assert_eq!(instability(&example, &runs(["1", "2", "3", "4"])), None);
}

#[test]
fn runs_that_one_limit_ended_may_have_printed_more_or_less() {
    let example = example("```python\nf()\n```\n", "f()\n");
    let ended_by = |ending: &Ending| {
        let mut seen = runs(["1\n2\n", "1\n", "1\n2\n3", ""]);
        for (_, run) in &mut seen {
            run.ending.clone_from(ending);
        }
        seen
    };
    for ending in [
        Ending::TimedOut { limit_ms: 1000 },
        Ending::TooMuchOutput { limit_bytes: 10 },
        Ending::OutOfMemory { limit_bytes: 10 },
        Ending::Limit {
            limit: "processes".into(),
        },
    ] {
        let mut seen = ended_by(&ending);
        assert_eq!(instability(&example, &seen), None);
        seen[3].1.ending = Ending::Exited { code: 0 };
        assert!(instability(&example, &seen).is_some());
    }
    assert!(instability(&example, &ended_by(&Ending::Exited { code: 1 })).is_some());
}

#[test]
fn an_ending_that_varies_is_told() {
    let mut seen = runs(["a\n"; 4]);
    seen[2].1.ending = Ending::Exited { code: 1 };
    let example = example("```python\nf()\n```\n", "f()\n");
    let found = instability(&example, &seen).unwrap();
    assert_eq!(found.spans[0].stream, Stream::Ending);
    assert_eq!(found.spans[0].values, ["exit 0", "exit 1"]);
}
