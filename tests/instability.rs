//! The detector on real interpreters: what varies is caught, named and shown; what is stable is left alone.

use crate::support::Project;

/// What varies, the code, and the line of stdout that shows it.
const UNSTABLE: [(&str, &str, usize); 14] = [
    ("address", "print('at')\nprint(id(object()))", 2),
    ("address", "print(hex(id(object())), 'x')", 1),
    (
        "duration",
        "import time\nt = time.perf_counter()\nsum(range(10_000))\nprint(f'took {time.perf_counter() - t:.9f} s')",
        1,
    ),
    ("pid", "import os\nprint(f'pid {os.getpid()}')", 1),
    (
        "thread id",
        "import threading\nprint(threading.get_ident())",
        1,
    ),
    (
        "set order",
        "print({'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'})",
        1,
    ),
    (
        "set order",
        "for name in {'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'}:\n    print(name)",
        1,
    ),
    (
        "thread order",
        "import os, threading, time\n\ndef work(name):\n    time.sleep(os.urandom(1)[0] / 4000)\n    print(name)\n\nprint('start')\nthreads = [threading.Thread(target=work, args=(i,)) for i in range(12)]\nfor thread in threads:\n    thread.start()\nfor thread in threads:\n    thread.join()",
        2,
    ),
    (
        "path",
        "import os\nprint('in', os.path.basename(os.getcwd()))",
        1,
    ),
    ("path", "import tempfile\nprint(tempfile.mkdtemp())", 1),
    ("date", "import datetime\nprint(datetime.datetime.now())", 1),
    ("random", "import random\nprint(random.random())", 1),
    ("random", "import uuid\nprint(uuid.uuid4())", 1),
    ("hash seed", "print(hash('a'))", 1),
];

const STABLE: [&str; 8] = [
    "print(object())",
    "print(sorted({'b', 'a'}))",
    "import os\nprint(os.getcwd(), __file__)",
    "import threading\nprint(threading.current_thread().name)",
    "import time\nt = time.perf_counter()\nprint(time.perf_counter() >= t)",
    "import random\nrandom.seed(1)\nprint(random.random())",
    "import os\nprint(os.getpid() == os.getpid())",
    "print({1, 2, 3}, {'a': 1, 'b': 2})",
];

/// How often each is tried; the bar of the project is 20.
fn tries() -> usize {
    let tries = std::env::var("FENCEPOST_TRIES");
    tries.ok().and_then(|tries| tries.parse().ok()).unwrap_or(1)
}

#[test]
fn each_kind_of_instability_is_caught_and_named_at_its_line() {
    let codes: Vec<&str> = UNSTABLE.iter().map(|(_, code, _)| *code).collect();
    let project = Project::new().guide("a.md", &codes);
    for _ in 0..tries() {
        let results = project.run("record --format json").exits(1).json("result");
        for (result, (name, code, line)) in results.iter().zip(UNSTABLE) {
            assert_eq!(result["verdict"], "flaky", "{code}");
            let reason = result["reason"].as_str().unwrap();
            assert!(reason.contains(&format!("({name})")), "{name}: {reason}");
            assert!(reason.contains(&format!("stdout line {line}:")), "{reason}");
        }
        assert!(!project.path("expected/a.toml").exists());
    }
}

#[test]
fn a_flag_of_the_interpreter_that_follows_the_seed_is_named_as_that() {
    let code = "import sys\nprint(sys.flags)";
    let project = Project::new().guide("a.md", &[code]);
    project.run("record").exits(1).prints("(hash seed)");
}

#[test]
fn the_number_of_cpus_is_named_on_every_version() {
    let mut codes = vec![
        "import os\nprint(os.cpu_count())",
        "import multiprocessing\nprint(multiprocessing.cpu_count())",
    ];
    if std::thread::available_parallelism().is_ok_and(|cpus| cpus.get() > 1) {
        codes.push("import os\nprint(len(os.sched_getaffinity(0)))");
    }
    let project = Project::new().guide("a.md", &codes).on(&["all"]);
    let results = project.run("record --format json").exits(1).results();
    for result in &results {
        let reason = result["reason"].as_str().unwrap_or_default();
        assert!(reason.contains("(cpu count)"), "{result}");
    }
}

#[test]
fn names_of_variables_and_the_command_line_are_the_same_in_every_run() {
    let codes = [
        "import os\nprint(sorted(os.environ), os.environ.get('PYTHON_CPU_COUNT'))",
        "import sys\nprint(sys._xoptions, sys.argv, getattr(sys, 'orig_argv', [])[1:])",
        "import os\nprint(os.path.exists('/sys/devices/system/cpu/online'))",
    ];
    let project = Project::new().guide("a.md", &codes).on(&["all"]);
    project.run("record").exits(0);
}

#[test]
fn stable_examples_raise_no_alarm() {
    let project = Project::new().guide("a.md", &STABLE);
    for _ in 0..tries() {
        project.run("record").exits(0).prints("8 match");
    }
}
