//! `record` where nothing more can be written: a clear message, the old file as it was, nothing left over.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{Project, output_within, skip};

/// What became of a recording on a small disk of its own.
struct Outcome {
    code: Option<i32>,
    /// What was printed.
    told: String,
    /// The names of the files in `expected/`.
    names: Vec<String>,
    /// What `expected/a.toml` holds, if it is there.
    text: String,
}

/// Records onto a file system made with these options, in a mount namespace of the command's own; it holds the
/// old file of a guide beforehand. `None` where that cannot be had.
fn record_onto(project: &Project, options: &str) -> Option<Outcome> {
    let script = "mount -t tmpfs -o $OPTIONS tmpfs expected || exit 99
        if [ -e old.toml ]; then cp old.toml expected/a.toml; fi
        \"$@\" > told 2>&1; echo $? > code
        ls -A expected > names
        if [ -e expected/a.toml ]; then cat expected/a.toml; fi > text";
    let inner = project.command("record");
    let mut command = Command::new("unshare");
    command
        .args(["--map-root-user", "--mount", "sh", "-c", script, "sh"])
        .arg(inner.get_program())
        .args(inner.get_args())
        .current_dir(project.root())
        .env_remove("CI")
        .env("OPTIONS", options)
        .stdin(Stdio::null());
    std::fs::create_dir_all(project.path("expected")).unwrap();
    let output = output_within(command, Duration::from_secs(240));
    if output.status.code() != Some(0) {
        skip("mount namespaces for a user");
        return None;
    }
    Some(Outcome {
        code: project.read("code").trim().parse().ok(),
        told: project.read("told"),
        names: project.read("names").lines().map(str::to_owned).collect(),
        text: project.read("text"),
    })
}

/// A guide that was recorded, and prints something else and more now.
fn changed() -> Project {
    let project = Project::new().guide("a.md", &["print('old')"]);
    project.run("record").exits(0);
    let old = project.read("expected/a.toml");
    std::fs::remove_file(project.path("expected/a.toml")).unwrap();
    project
        .file("old.toml", &old)
        .guide("a.md", &["for n in range(9999):\n    print('new', n)"])
}

#[test]
fn a_full_disk_is_told_and_leaves_the_old_file() {
    // Room for the old file and the beginning of a new one; room, but not for one more file.
    for options in ["size=32k", "size=1m,nr_inodes=2"] {
        let project = changed();
        let Some(outcome) = record_onto(&project, options) else {
            return;
        };
        let Outcome { code, told, .. } = &outcome;
        assert_eq!(*code, Some(3), "{options}: {told}");
        let texts = [
            "cannot write `expected/a.toml`",
            "No space left on device",
            "hint: the file is as it was; make the folder writable or free space, and record again",
        ];
        for text in texts {
            assert!(told.contains(text), "{options}: {told}");
        }
        assert_eq!(outcome.names, ["a.toml"], "{options}");
        assert_eq!(outcome.text, project.read("old.toml"), "{options}");
    }
}

#[test]
fn a_guide_that_fits_on_a_full_disk_is_recorded_beside_one_that_does_not() {
    let project = changed().guide("b.md", &["print('short')"]);
    let Some(outcome) = record_onto(&project, "size=32k") else {
        return;
    };
    assert_eq!(outcome.code, Some(3));
    assert_eq!(outcome.names, ["a.toml", "b.toml"]);
    assert_eq!(outcome.text, project.read("old.toml"));
}

#[test]
fn the_same_disk_with_room_is_written() {
    let project = changed();
    if let Some(outcome) = record_onto(&project, "size=8m") {
        assert_eq!((outcome.code, outcome.names.len()), (Some(0), 1));
        assert!(outcome.text.contains("new 9998"));
    }
}
