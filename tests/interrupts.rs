//! Ctrl-C, SIGTERM and SIGKILL: children gone, folders gone, nothing half-written.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Project, unique};

/// Returns an example whose grandchild can be told from every other process by its argument.
pub(crate) fn sleeper(mark: &str) -> String {
    format!("import subprocess\nsubprocess.run(['sleep', '{mark}'])")
}

/// Returns a number of seconds that no other test sleeps.
pub(crate) fn mark() -> String {
    format!("600.{}{:03}", std::process::id(), unique())
}

/// Says whether a process with this argument runs anywhere on the machine.
fn runs(mark: &str) -> bool {
    let entries = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    entries
        .filter_map(|entry| fs::read(entry.path().join("cmdline")).ok())
        .any(|line| {
            String::from_utf8_lossy(&line)
                .split('\0')
                .any(|word| word == mark)
        })
}

/// Waits for something to become true, within a bound.
#[track_caller]
pub(crate) fn until(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "never: {what}");
        std::thread::yield_now();
    }
}

/// Begins a run of two examples and returns when the second one sleeps.
pub(crate) fn begin(project: &Project, words: &str, mark: &str) -> Child {
    fs::create_dir_all(project.path("tmp")).unwrap();
    let mut command = project.command(words);
    command
        .env("TMPDIR", project.path("tmp"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    until("the example sleeps", || runs(mark));
    child
}

pub(crate) fn signal(child: &Child, name: &str) {
    let status = Command::new("kill")
        .args([format!("-{name}"), child.id().to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}

fn end(mut child: Child) -> Option<i32> {
    let errors = BufReader::new(child.stderr.take().unwrap());
    let _ = errors.lines().count();
    child.wait().unwrap().code()
}

fn is_empty(project: &Project) -> bool {
    fs::read_dir(project.path("tmp")).unwrap().next().is_none()
}

#[test]
fn an_interrupted_check_leaves_nothing_behind() {
    for name in ["INT", "TERM"] {
        let mark = mark();
        let project = Project::new().guide("a.md", &["print(1)", &sleeper(&mark)]);
        let child = begin(&project, "check --timeout 300s", &mark);
        signal(&child, name);
        assert_eq!(end(child), Some(130), "SIG{name}");
        until("the grandchild is gone", || !runs(&mark));
        assert!(is_empty(&project), "temporary folders are left");
    }
}

#[test]
fn an_interrupted_recording_writes_nothing() {
    let mark = mark();
    let project = Project::new().guide("a.md", &["print('old')"]);
    project.run("record").exits(0);
    let old = project.read("expected/a.toml");
    project.write(
        "a.md",
        &format!(
            "# T\n\n```python\nprint('new')\n```\n\n```python\n{}\n```\n",
            sleeper(&mark)
        ),
    );
    let child = begin(&project, "record --timeout 300s", &mark);
    signal(&child, "INT");
    assert_eq!(end(child), Some(130));
    assert_eq!(project.read("expected/a.toml"), old);
}

#[test]
fn no_example_outlives_a_killed_fencepost() {
    let mark = mark();
    let project = Project::new().guide("a.md", &[&sleeper(&mark)]);
    let child = begin(&project, "check --timeout 300s", &mark);
    signal(&child, "KILL");
    end(child);
    until("the grandchild is gone", || !runs(&mark));
    project.run("list").exits(0);
}
