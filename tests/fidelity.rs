//! Forked or started anew, an example says the same: the guides and fixtures of this repository both ways.
//!
//! `make fidelity` runs all of them on every CPython found; the tests alone run a part on the newest.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::forked::CURIOUS;
use crate::support::people::interpreters;
use crate::support::{Project, output_within, skip};

/// All guides on one interpreter take their time.
const LIMIT: Duration = Duration::from_secs(1800);

/// The same for guides and interpreters: all of them, or one.
fn is_whole() -> bool {
    std::env::var("FENCEPOST_FIDELITY").is_ok_and(|scope| scope == "whole")
}

fn chosen() -> Vec<(String, PathBuf)> {
    let mut found = interpreters();
    if !is_whole() {
        found.drain(..found.len() - 1);
    }
    found
}

/// What `compare` says of a project on one interpreter: the results, or `None` without a sandbox.
fn results(project: &Project, interpreter: &Path, start: &str) -> Option<Vec<Value>> {
    let words = format!(
        "compare --no-cache --sandbox full --format json --start {start} --python {}",
        interpreter.display()
    );
    let output = output_within(project.command(&words), LIMIT);
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    if complaint.contains("the sandbox cannot be had") {
        skip("the full sandbox");
        return None;
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let values = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let results: Vec<Value> = values
        .filter(|value: &Value| value["type"] == "result")
        .collect();
    assert!(!results.is_empty(), "{complaint}");
    Some(results)
}

fn seen(result: &Value) -> [&Value; 6] {
    ["id", "python", "verdict", "ending", "stdout", "stderr"].map(|key| &result[key])
}

/// Asserts that every example says the same both ways, and that some were really forked.
#[expect(
    clippy::print_stderr,
    reason = "`make fidelity` shows what it compared"
)]
#[track_caller]
fn assert_equal_both_ways(project: &Project, others: &[&str]) {
    for (version, path) in chosen() {
        let Some(spawned) = results(project, &path, "spawn") else {
            return;
        };
        for start in others {
            let forked = results(project, &path, start).expect("there is a sandbox");
            let count = forked.iter().filter(|one| one["start"] == "fork").count();
            assert!(count > 0, "nothing was forked on {version}");
            let pairs = spawned.iter().zip(&forked);
            let wrong: Vec<String> = pairs
                .filter(|(spawned, forked)| seen(spawned) != seen(forked))
                .map(|(spawned, forked)| format!("{spawned}\n{forked}\n"))
                .collect();
            assert!(wrong.is_empty(), "{version}, {start}:\n{}", wrong.concat());
            assert_eq!(spawned.len(), forked.len());
            eprintln!(
                "{version}, {start}: {count} of {} forked, all equal",
                forked.len()
            );
        }
    }
}

/// Examples that say something while they end, or end in a way of their own.
const LAST_WORDS: [&str; 22] = [
    "class A:\n    def __del__(self):\n        print('gone')\na = A()\nprint('end')",
    "class A:\n    def __del__(self):\n        print('gone', self.name)\n_a, b = A(), A()\n_a.name, b.name = 'a', 'b'\nb.other = _a",
    "class A:\n    def __del__(self):\n        print('gone')\na = A()\na.self = a\ndel a\nprint('end')",
    "class Meta(type):\n    def __getattribute__(cls, name):\n        print('asked for', name)\n        return super().__getattribute__(name)\nclass A(metaclass=Meta):\n    pass\na = A()",
    "def f():\n    try:\n        yield 1\n    finally:\n        print('closed')\ng = f()\nprint(next(g))",
    "async def f():\n    pass\nc = f()\nprint('never awaited')",
    "import weakref\nclass A:\n    pass\na = A()\nr = weakref.ref(a, lambda _: print('dead'))\nprint('end')",
    "import weakref\nclass A:\n    pass\na = A()\nweakref.finalize(a, print, 'finalized')\nprint('end')",
    "f = open(1, 'w', closefd=False)\nf.write('late')\nprint('first', flush=True)",
    "import sys\nsys.stdout.write('no newline')",
    "import sys\nprint('x')\nsys.exit(3)",
    "import sys\nprint('x')\nsys.exit('a message')",
    "raise SystemExit",
    "def f():\n    raise SystemExit(7)\nf()",
    "import argparse\nargparse.ArgumentParser(prog='p').parse_args(['--no'])",
    "print('x')\nraise KeyboardInterrupt",
    "print('x')\n{}['key']",
    "import threading, time\ndef f():\n    time.sleep(0.05)\n    print('thread')\nthreading.Thread(target=f).start()\nprint('main')",
    "import sys\nsys.stdout = open('out.txt', 'w')\nprint('hidden')",
    "import sys, io\nsys.stdout = sys.stderr\nprint('elsewhere')",
    "import logging, logging.handlers\nh = logging.handlers.MemoryHandler(9, target=logging.StreamHandler())\nlog = logging.getLogger('x')\nlog.addHandler(h)\nlog.propagate = False\nlog.warning('kept to the end')",
    "import tempfile\nd = tempfile.TemporaryDirectory()\nprint('end')",
];

fn names(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    found.sort();
    found
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_guides_say_the_same_both_ways() {
    let mut project = Project::new().file("fencepost.toml", "guides = [\"**/*.md\"]\n");
    let tracks = fs::read_dir(repository().join("content")).unwrap();
    let mut guides: Vec<PathBuf> = tracks
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .flat_map(|track| names(&track, "md"))
        .filter(|path| fs::read_to_string(path).unwrap().contains("```python"))
        .collect();
    guides.sort();
    if !is_whole() {
        guides.truncate(1);
    }
    for guide in guides {
        let name = guide
            .strip_prefix(repository())
            .unwrap()
            .display()
            .to_string();
        project = project.file(&name, &fs::read_to_string(&guide).unwrap());
    }
    assert_equal_both_ways(&project, &["auto"]);
}

#[test]
fn the_fixtures_say_the_same_both_ways() {
    let mut guide = String::from("# Guide\n");
    for path in names(&repository().join("tests/compatibility"), "py") {
        let code = fs::read_to_string(path).unwrap();
        write!(guide, "\n```python\n{code}```\n").unwrap();
    }
    let project = Project::new()
        .guide("curious.md", &CURIOUS)
        .guide("last-words.md", &LAST_WORDS);
    assert_equal_both_ways(&project, &["auto", "fork"]);
    if is_whole() {
        assert_equal_both_ways(&project.file("compatible.md", &guide), &["auto"]);
    }
}

#[derive(serde::Deserialize)]
struct Telltale {
    name: String,
    code: String,
}

#[derive(serde::Deserialize)]
struct Telltales {
    telltale: Vec<Telltale>,
}

#[test]
fn what_could_tell_is_started_anew() {
    let text = fs::read_to_string(repository().join("tests/fidelity/telltales.toml")).unwrap();
    let table: Telltales = toml::from_str(&text).unwrap();
    assert!(table.telltale.len() >= 25);
    let mut guide = String::from("# Guide\n");
    for Telltale { name, code } in &table.telltale {
        write!(
            guide,
            "\n<!-- fencepost: name={name} timeout=60 -->\n```python\n{code}\n```\n"
        )
        .unwrap();
    }
    let project = Project::new().file("guide.md", &guide);
    for (_, path) in chosen() {
        let Some(results) = results(&project, &path, "auto") else {
            return;
        };
        assert_eq!(results.len(), table.telltale.len());
        for result in results {
            assert_eq!(result["start"], "spawn", "{result}");
            let reason = result["start_reason"].as_str().unwrap();
            assert!(reason.starts_with("it "), "{reason}");
            // Each really is an example, and says what it has to say.
            assert_eq!(result["ending"]["code"], 0, "{result}");
        }
    }
}
