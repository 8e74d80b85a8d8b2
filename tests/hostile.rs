//! Hostile guides, read by the real program: to their end, in bounded memory, and the rest goes on.
//!
//! Anything that grows with the square of the text would not end within the outer limit of a test:
//! each text is of a size at which the square is hours.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::time::Duration;

use crate::support::{Project, output_within};

/// No case needs more address space than this, threads and program included.
const KIB: usize = 1_500_000;

/// Lists the guides of a project in bounded memory; returns the exit code and how many fences there are.
#[track_caller]
fn listed(project: &Project) -> (Option<i32>, usize) {
    let inner = project.command("list --format json");
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("ulimit -v {KIB}; exec \"$@\""), "sh"])
        .arg(inner.get_program())
        .args(inner.get_args())
        .current_dir(project.root());
    let output = output_within(command, Duration::from_secs(240));
    let text = String::from_utf8_lossy(&output.stdout);
    let fences = text
        .lines()
        .filter(|line| line.starts_with("{\"type\":\"fence\""));
    (output.status.code(), fences.count())
}

#[track_caller]
fn case(text: &str, code: i32, fences: usize) {
    let project = Project::new().file("a.md", text);
    assert_eq!(listed(&project), (Some(code), fences));
}

#[test]
fn a_guide_of_fifty_megabytes_is_read() {
    let mut text = String::with_capacity(52 << 20);
    for number in 0..1_000 {
        let prose = "Some *prose* with `code` in it, and a line that is not short.\n".repeat(400);
        let code = "value = [1, 2, 3]  # nothing that anybody would write by hand\n".repeat(400);
        write!(
            text,
            "## Part {number}\n\n{prose}\n```python\n{code}```\n\n"
        )
        .unwrap();
    }
    assert!(text.len() > 49_000_000, "{}", text.len());
    case(&text, 0, 1_000);
}

#[test]
fn very_many_fences_are_read() {
    case(&"```\n```\n".repeat(100_000), 0, 100_000);
    case(&"```py\n1\n```\n".repeat(50_000), 0, 50_000);
    let file = |number: usize| format!("```toml {{file=a{number}}}\nx\n```\n");
    let files: String = (0..20_000).map(file).collect();
    case(&format!("{files}```py\n1\n```\n"), 0, 20_001);
}

#[test]
fn very_many_look_alikes_are_told_and_one_of_very_many_examples_is_found() {
    let project = Project::new().file("a.md", &"```pyhton\n1\n```\n".repeat(20_000));
    assert_eq!(listed(&project), (Some(1), 20_000));
    project.write("a.md", &"```py\n1\n```\n".repeat(20_000));
    let ran = project.run("list a.md:59999 --format json").exits(0);
    assert_eq!(ran.json("fence")[0]["id"], "a.md#20000");
}

#[test]
fn one_very_long_line_is_read() {
    let long = "a ".repeat(1 << 19);
    case(&format!("{long}\n\n```python\nx = '{long}'\n```\n"), 0, 1);
    case(&format!("```python {long}\n1\n```\n"), 0, 1);
}

#[test]
fn very_deep_quotes_and_lists_are_read() {
    for mark in ["> ", "- ", "> - ", "1. "] {
        let deep = mark.repeat(100_000);
        case(&format!("{deep}\n\n```python\n1\n```\n"), 0, 1);
    }
}

#[test]
fn nul_bytes_are_read() {
    case(
        &format!("{}\n\n```python\n1\0\n```\n", "\0".repeat(100_000)),
        0,
        1,
    );
}

#[test]
fn links_that_lead_round_in_a_circle_are_no_endless_walk() {
    let project = Project::new().guide("docs/a.md", &["print(1)"]);
    symlink(project.root(), project.path("docs/up")).unwrap();
    symlink(project.path("docs/self.md"), project.path("docs/self.md")).unwrap();
    symlink(project.path("docs/a.md"), project.path("docs/b.md")).unwrap();
    let ran = project.run("list --format json").exits(1);
    let guides: Vec<String> = ran
        .json("fence")
        .iter()
        .map(|fence| fence["guide"].to_string())
        .collect();
    assert_eq!(guides, ["\"docs/a.md\"", "\"docs/b.md\""]);
    let problems = ran.json("problem");
    let codes: Vec<&str> = problems
        .iter()
        .map(|found| found["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["link-not-followed", "unreadable"], "{problems:#?}");
}

#[test]
fn what_cannot_be_read_is_one_finding_and_the_rest_goes_on() {
    let project = Project::new().guide("c.md", &["print(1)"]);
    fs::create_dir(project.path("a.md")).unwrap();
    symlink(project.path("nowhere"), project.path("b.md")).unwrap();
    let made = Command::new("mkfifo")
        .arg(project.path("d.md"))
        .status()
        .unwrap();
    assert!(made.success());
    let ran = project.run("list --format json").exits(1);
    assert_eq!(ran.json("fence").len(), 1);
    let problems = ran.json("problem");
    let told: Vec<&str> = problems
        .iter()
        .map(|found| found["guide"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["b.md", "d.md"], "{problems:#?}");
    project.run("check").exits(1).prints("1 unrecorded");
}
