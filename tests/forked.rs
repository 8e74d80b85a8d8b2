//! Examples forked from warm interpreters are told apart from started ones by nothing they can see.

use std::collections::BTreeSet;

use crate::support::people::{Person, Stage, interpreters};
use crate::support::{Project, Ran, has_program, output_within, skip};

/// Examples that look around as far as one may that is forked, and each ends in its own way.
pub(crate) const CURIOUS: [&str; 15] = [
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
    "import fcntl, os\nprint([(fcntl.fcntl(number, fcntl.F_GETFL), fcntl.fcntl(number, fcntl.F_GETFD)) for number in range(3)])",
    "import subprocess\nprint(subprocess.run(['id'], capture_output=True, text=True).stdout)",
    "import threading, random, tempfile, logging\nrandom.seed(1)\nprint(random.random(), threading.current_thread().name, tempfile.gettempdir())\nlogging.warning('x')",
];

/// Returns what `compare` says of a project on every interpreter, or `None` where no sandbox can be had.
pub(crate) fn results(project: &Project, words: &str) -> Option<Ran> {
    let ran = project.run(&format!(
        "compare --no-cache --sandbox full --format json {words}"
    ));
    if ran.stderr().contains("sandbox") {
        skip("the full sandbox");
        return None;
    }
    Some(ran.exits(0))
}

/// Returns what each result of a run says of its example.
pub(crate) fn told(ran: &Ran) -> Vec<String> {
    ran.json("result")
        .iter()
        .map(|one| {
            let seen = ["id", "python", "ending", "stdout", "stderr"].map(|key| &one[key]);
            format!("{seen:?}")
        })
        .collect()
}

/// Returns what each example of a run printed.
fn printed(ran: &Ran) -> Vec<String> {
    let results = ran.json("result");
    let of = |one: &serde_json::Value| one["stdout"].as_str().map(str::to_owned);
    results.iter().filter_map(of).collect()
}

#[test]
fn a_forked_example_sees_what_a_started_one_sees() {
    let project = Project::new().guide("a.md", &CURIOUS);
    // One at a time: where interpreters differ, everything is started anew.
    for (_, path) in interpreters() {
        let on = format!("--python {}", path.display());
        let Some(forked) = results(&project, &format!("{on} --start fork")) else {
            return;
        };
        let spawned = results(&project, &format!("{on} --start spawn")).unwrap();
        let starts = |ran: &Ran| ran.json("summary")[0]["starts"].clone();
        assert_eq!(starts(&forked)["fork"], CURIOUS.len(), "{on}");
        assert_eq!(starts(&spawned)["spawn"], CURIOUS.len());
        for (forked, spawned) in told(&forked).iter().zip(&told(&spawned)) {
            assert_eq!(forked, spawned);
        }
    }
}

/// While one example runs, a place for the next one is made that is like its own.
#[test]
fn a_forked_example_has_the_room_that_is_its_own_whoever_ran_before_it() {
    let look = "import os\n\nfor folder in ('.', '/dev/shm'):\n    room = os.statvfs(folder)\n    \
        print(room.f_blocks * room.f_frsize, room.f_files - room.f_ffree, sorted(os.listdir(folder)))\n";
    let leave = "for folder in ('', '/tmp/', '/dev/shm/'):\n    open(folder + 'left', 'w').write('x' * 9000)\n\
        print('left')\n";
    let fence = |directive: &str, code: &str| {
        format!("<!-- fencepost: {directive} -->\n```python\n{code}```\n\n")
    };
    let usual = fence("start=fork", look);
    let small = fence("start=fork disk=8MiB memory=256MiB", look);
    let leaving = fence("start=fork", leave);
    let guide = format!("# G\n\n{usual}{small}{small}{leaving}{usual}");
    let project = Project::new().file("a.md", &guide);
    let Some(ran) = results(&project, "--jobs 1") else {
        return;
    };
    assert_eq!(ran.json("summary")[0]["starts"]["fork"], 5);
    let seen = printed(&ran);
    assert_eq!([&seen[0], &seen[1]], [&seen[4], &seen[2]]);
    assert_ne!(seen[0], seen[1]);
    assert_eq!(seen[3], "left\n");
    assert!(seen[4].contains("['example.py']"), "{}", seen[4]);
}

/// A child of an interpreter that has imported `random` would continue its numbers, like all the others.
#[test]
fn each_forked_example_has_random_numbers_of_its_own() {
    let project = Project::new().guide("a.md", &["import random\nprint(random.random())"; 6]);
    for (_, path) in interpreters() {
        let words = format!("--start fork --python {}", path.display());
        let Some(ran) = results(&project, &words) else {
            return;
        };
        assert_eq!(ran.json("summary")[0]["starts"]["fork"], 6);
        let numbers = BTreeSet::from_iter(printed(&ran));
        assert_eq!(numbers.len(), 6, "{numbers:?}");
    }
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
    let reason = "forked first, it did not match";
    assert_eq!(results[1]["start_reason"], reason);
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

#[test]
fn why_an_example_is_started_is_told_to_whoever_asks() {
    let project = Project::new().guide("a.md", &["print(1)", "print(id(1) > 0)"]);
    let ran = project.run("check --no-cache --sandbox full --verbose");
    if ran.stderr().contains("sandbox") {
        return skip("the full sandbox");
    }
    let said = ran.exits(0).stderr();
    assert!(said.contains(": forked"), "{said}");
    let reason = ": spawned, since it looks at addresses";
    assert!(said.contains(reason), "{said}");
}

#[test]
fn directive_and_configuration_choose_and_the_flag_goes_first() {
    let guide = "# G\n\n<!-- fencepost: start=fork -->\n```python\nprint(id(1) > 0)\n```\n\n\
        <!-- fencepost: start=spawn -->\n```python\nprint(1)\n```\n\n```python\nprint(2)\n```\n";
    let project = Project::new()
        .file("a.md", guide)
        .file("fencepost.toml", "start = \"spawn\"\n");
    let starts = |words: &str| {
        let ran = project.run(&format!(
            "compare --no-cache --sandbox full --format json {words}"
        ));
        let results = ran.json("result");
        let start = |one: &serde_json::Value| one["start"].as_str().unwrap_or("none").to_owned();
        results.iter().map(start).collect::<Vec<_>>().join(" ")
    };
    let found = starts("");
    if found.is_empty() {
        return skip("the full sandbox");
    }
    assert_eq!(found, "fork spawn spawn");
    assert_eq!(starts("--start fork"), "fork spawn fork");
    assert_eq!(starts("--start spawn"), "fork spawn spawn");
    project.write("fencepost.toml", "start = \"auto\"\n");
    assert_eq!(starts(""), "fork spawn fork");
}

#[test]
fn interpreters_that_differ_in_forked_processes_are_compared_in_new_ones() {
    let project = Project::new().guide("a.md", &["import sys\nprint(sys.version_info[:2])"]);
    let Some(ran) = results(&project, "--python all") else {
        return;
    };
    let results = ran.json("result");
    if results.len() < 2 {
        return skip("two CPythons");
    }
    assert!(results.iter().all(|one| one["start"] == "spawn"));
    assert_eq!(ran.json("summary")[0]["starts"]["fell_back"], results.len());
}

/// Packages that run something when an interpreter starts: it notes who it is and which capabilities it has.
const EAGER: &str = r#"
mount -t tmpfs none {PACKAGES}
mkdir {PACKAGES}/more
cat > {PACKAGES}/marks.pth <<'END'
import ctypes, os, sys; sets = (ctypes.c_uint * 6)(); ctypes.CDLL(None).capget((ctypes.c_uint * 2)(0x20080522, 0), sets); sys.marks = getattr(sys, 'marks', []) + [os.getuid(), os.geteuid(), sets[0]]
{PACKAGES}/more
END
echo "import sys; sys.marks.append('custom')" > {PACKAGES}/sitecustomize.py
"#;

/// Runs an example on an interpreter whose packages were set up; returns its result, or `None` after
/// saying what the machine lacks.
fn run_with_packages(code: &str, setup: &str, start: &str) -> Option<serde_json::Value> {
    if !has_program("unshare") {
        return None;
    }
    let project = Project::new().guide("a.md", &[code]);
    let (version, path) = interpreters().pop().unwrap();
    let minor = version.rsplit_once('.').unwrap().0;
    let prefix = path.ancestors().nth(2).unwrap();
    let packages = prefix.join(format!("lib/python{minor}/site-packages"));
    if !packages.is_dir() {
        skip("a CPython with a folder of packages");
        return None;
    }
    let stage = Stage {
        namespaces: &["--uts"],
        setup: &setup.replace("{PACKAGES}", packages.to_str().unwrap()),
        ..Stage::default()
    };
    let path = path.display().to_string();
    let words = "compare a.md --no-cache --sandbox full --format json --python";
    let words: Vec<&str> = words.split(' ').chain([&*path, "--start", start]).collect();
    let command = stage.command(&project, Person::Tester, path.as_ref(), &words);
    let output = output_within(command, std::time::Duration::from_secs(60));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = text.lines();
    let result = lines.find(|line| line.contains("\"type\":\"result\""));
    Some(serde_json::from_str(result.expect(&text)).unwrap())
}

#[test]
fn what_packages_run_at_the_start_runs_without_rights() {
    let code = "import sys\nprint(sys.marks, sys.path[-2:])";
    let run = |start: &str| run_with_packages(code, EAGER, start);
    let (Some(spawned), Some(forked)) = (run("spawn"), run("fork")) else {
        return;
    };
    assert_eq!([&spawned["start"], &forked["start"]], ["spawn", "fork"]);
    assert_eq!(spawned["stdout"], forked["stdout"]);
    let printed = forked["stdout"].as_str().unwrap();
    assert!(
        printed.starts_with("[1000, 1000, 0, 'custom'] "),
        "{printed}"
    );
    assert!(printed.contains("site-packages/more'"), "{printed}");
}

#[test]
fn packages_that_speak_at_the_start_are_heard_in_each_example() {
    for speech in [
        "echo 'import sys; print(\"hello\")' > {PACKAGES}/hello.pth",
        "echo 'print(\"hello\")' > {PACKAGES}/sitecustomize.py",
        "echo 'print(\"hello\")' > {PACKAGES}/usercustomize.py",
    ] {
        let setup = format!("mount -t tmpfs none {{PACKAGES}}\n{speech}\n");
        let Some(forked) = run_with_packages("print(1)", &setup, "fork") else {
            return;
        };
        assert_eq!(forked["stdout"], "hello\n1\n", "{speech}");
        assert_eq!(forked["start"], "spawn", "{speech}");
    }
}

/// Packages that have something called later: where the interpreter looks for what imports, and at forks.
const LATER: &str = r#"
mount -t tmpfs none {PACKAGES}
cat > {PACKAGES}/later.pth <<'END'
import sys; exec("""sys.marks = set()\ndef hook(path):\n    import ctypes, os\n    sets = (ctypes.c_uint * 6)()\n    ctypes.CDLL(None).capget((ctypes.c_uint * 2)(0x20080522, 0), sets)\n    sys.marks.add((os.getuid(), os.geteuid(), sets[0]))\n    raise ImportError\nsys.path_hooks.append(hook)\nimport os\nos.register_at_fork(before=lambda: print('before'), after_in_child=lambda: print('child'))""")
END
"#;

#[test]
fn what_packages_have_called_later_runs_without_rights_or_not_at_all() {
    for start in ["spawn", "fork"] {
        let Some(ran) = run_with_packages("import sys\nprint(sys.marks)", LATER, start) else {
            return;
        };
        assert_eq!(ran["start"], start);
        assert_eq!(ran["stdout"], "{(1000, 1000, 0)}\n", "{start}");
    }
}
