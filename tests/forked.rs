//! Examples forked from warm interpreters are told apart from started ones by nothing they can see.

use crate::support::{Project, Ran, skip};

/// Examples that look around as far as one may that is forked, and each ends in its own way.
const CURIOUS: [&str; 14] = [
    "import os, sys\nprint(__name__, __file__, sys.argv, sys.path, os.getpid(), os.getcwd(), os.getuid(), os.getgroups())",
    "import os\nprint(sorted(os.environ.items()), os.umask(0), os.getsid(0), os.getpgid(0))",
    "import os\nprint(sorted(os.listdir('/proc/self/fd')), sorted(os.listdir('/home')), os.listdir('/tmp'))\nprint(os.stat('example.py').st_uid, oct(os.stat('example.py').st_mode))",
    "keep = ('Cap', 'Sig', 'Seccomp', 'NoNewPrivs', 'Uid', 'Gid', 'Groups', 'Threads', 'Umask', 'Pid', 'NSpid')\nprint([line for line in open('/proc/self/status') if line.startswith(keep)])",
    "print(open('/proc/self/limits').read())\nprint(open('/proc/self/cmdline').read(), open('/proc/self/comm').read())",
    "import inspect\nprint(len(inspect.stack()), sorted(globals()), __spec__, __builtins__, type(__loader__))",
    "import sys\nprint(sys.stdin, sys.stdout.encoding, sys.stdout.line_buffering, sys.stdout.seekable(), sys.stdin.seekable(), sys.stdin.read())",
    "def f(n):\n    raise KeyError(n)\nf(1)",
    "import sys\nsys.exit('no')",
    "import os\nos.abort()",
    "print('1' +",
    "import asyncio\nasync def f():\n    await asyncio.sleep(0)\n    print('done')\nasyncio.run(f())",
    "import subprocess\nprint(subprocess.run(['id'], capture_output=True, text=True).stdout)",
    "import threading, random, tempfile, logging\nrandom.seed(1)\nprint(random.random(), threading.current_thread().name, tempfile.gettempdir())\nlogging.warning('x')",
];

/// Examples that could tell.
const TELLING: [&str; 8] = [
    "import sys\nprint(len(sys.modules))",
    "import gc\nprint(gc.get_count(), gc.get_freeze_count())",
    "import os\nprint(os.getppid())",
    "import sys\nprint(sys.getrefcount(None) > 0)",
    "print(id(1) > 0)",
    "import tracemalloc\nprint(tracemalloc.is_tracing())",
    "import multiprocessing\nprint(multiprocessing.get_start_method(True))",
    "import __main__\nprint(sorted(vars(__main__)))",
];

fn results(project: &Project, words: &str) -> Option<Ran> {
    let ran = project.run(&format!(
        "compare --python all --no-cache --sandbox full --format json {words}"
    ));
    if ran.stderr().contains("sandbox") {
        skip("the full sandbox");
        return None;
    }
    Some(ran.exits(0))
}

fn told(ran: &Ran) -> Vec<String> {
    ran.json("result")
        .iter()
        .map(|one| {
            let seen = ["id", "python", "ending", "stdout", "stderr"].map(|key| &one[key]);
            format!("{seen:?}")
        })
        .collect()
}

#[test]
fn a_forked_example_sees_what_a_started_one_sees() {
    let project = Project::new().guide("a.md", &CURIOUS);
    let Some(forked) = results(&project, "--start fork") else {
        return;
    };
    let spawned = results(&project, "--start spawn").unwrap();
    let starts = |ran: &Ran| ran.json("summary")[0]["starts"].clone();
    let runs = told(&forked).len();
    assert_eq!(starts(&forked)["fork"], runs, "{}", starts(&forked));
    assert_eq!(starts(&spawned)["spawn"], runs);
    for (forked, spawned) in told(&forked).iter().zip(&told(&spawned)) {
        assert_eq!(forked, spawned);
    }
}

#[test]
fn an_example_that_could_tell_is_started_and_the_reason_is_told() {
    let project = Project::new().guide("a.md", &TELLING);
    let Some(auto) = results(&project, "") else {
        return;
    };
    for result in auto.json("result") {
        assert_eq!(result["start"], "spawn", "{result}");
        let reason = result["start_reason"].as_str().unwrap();
        assert!(reason.starts_with("it "), "{reason}");
    }
    let spawned = results(&project, "--start spawn").unwrap();
    assert_eq!(told(&auto), told(&spawned));
}

#[test]
fn a_fork_that_does_not_match_is_started_before_it_is_reported() {
    let project = Project::new().guide("a.md", &["print(1)", "raise ValueError('x')"]);
    let ran = project.run("check --no-cache --sandbox full");
    if ran.stderr().contains("sandbox") {
        return skip("the full sandbox");
    }
    ran.exits(1)
        .prints("starts: 1 forked, 1 spawned (1 forked first, and did not match)");
    let results = project
        .run("check --no-cache --sandbox full --format json")
        .json("result");
    assert_eq!(results[0]["start"], "fork");
    assert_eq!(results[1]["start"], "spawn");
}

#[test]
fn under_ci_without_a_cache_nothing_is_forked_unless_asked_for() {
    let project = Project::new().guide("a.md", &["print(1)"]);
    let start = |words: &str| {
        let mut command = project.command(words);
        command.env("CI", "true");
        let output = crate::support::output_within(command, std::time::Duration::from_secs(60));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let is_result = |line: &&str| line.contains("\"type\":\"result\"");
        text.lines().find(is_result).map(str::to_owned)
    };
    let certain = start("check --no-cache --sandbox full --format json");
    let Some(certain) = certain else {
        return skip("the full sandbox");
    };
    assert!(certain.contains("\"start\":\"spawn\""), "{certain}");
    let asked = start("check --no-cache --sandbox full --start auto --format json").unwrap();
    let forked = start("check --no-cache --sandbox full --start fork --format json").unwrap();
    assert!(forked.contains("\"start\":\"fork\""), "{forked}");
    assert!(asked.contains("\"start\":\"spawn\""), "{asked}");
}
