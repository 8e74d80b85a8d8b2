//! `check --pending` and `review`: what changed waits until a person has looked at it.

use std::process::Stdio;
use std::time::Duration;

use crate::support::{Project, newest_python, output_within, skip};

fn guide(codes: &[(&str, &str)]) -> String {
    let example = |(name, code): &(&str, &str)| {
        format!("<!-- fencepost: name={name} -->\n```python\n{code}\n```\n\n")
    };
    format!(
        "# Guide\n\n{}",
        codes.iter().map(example).collect::<String>()
    )
}

/// A project in which two of three examples print otherwise than recorded.
fn changed() -> Project {
    let text = guide(&[
        ("one", "print('a')"),
        ("two", "print('b')"),
        ("three", "print('c')"),
    ]);
    let project = Project::new().file("a.md", &text);
    project.run("record").exits(0);
    project.write("a.md", &text.replace("'a'", "'A'").replace("'c'", "'C'"));
    project
}

#[test]
fn a_pending_check_leaves_expected_files_alone_and_tells_what_waits() {
    let project = changed();
    let recorded = project.read("expected/a.toml");
    project
        .run("check --pending")
        .exits(1)
        .prints("2 differs")
        .prints("2 changes of what is expected to look at: fencepost review");
    assert_eq!(project.read("expected/a.toml"), recorded);

    let waiting = project
        .run("review --list --format json")
        .exits(0)
        .json("pending");
    let ids: Vec<&str> = waiting
        .iter()
        .filter_map(|one| one["id"].as_str())
        .collect();
    assert_eq!(ids, ["a.md#one", "a.md#three"]);
    let change = &waiting[0]["changes"][0];
    assert_eq!(change["old"]["stdout"], "a\n");
    assert_eq!(change["new"]["stdout"], "A\n");
    assert_eq!(change["class"], "meaning");
    assert_eq!(change["why"], "a value differs");
    assert_eq!(waiting[0]["code"], "print('A')\n");
    project
        .run("review --list")
        .exits(0)
        .prints("pending: a.md:4 `one`")
        .prints("| print('A')")
        .prints("-a")
        .prints("+A")
        .prints("2 changes to look at");
}

#[test]
fn changes_are_accepted_and_rejected_by_their_ids() {
    let project = changed();
    project.run("check --pending").exits(1);
    project
        .run("review --accept a.md#two")
        .exits(2)
        .complains("no change waits for `a.md#two`");
    project
        .run("review --accept a.md#one --reject a.md#three")
        .exits(0)
        .complains("accepted 1 change, rejected 1, 0 left");
    let file = project.read("expected/a.toml");
    assert!(
        file.contains("'''\nA\n") && file.contains("'''\nc\n"),
        "{file}"
    );
    assert!(!project.path("expected/.pending/a.toml").exists());
    project.run("check").exits(1).prints("2 match, 1 differs");
    project.run("check --pending").exits(1);
    project.run("review --accept a.md").exits(0);
    project.run("check").exits(0).prints("3 match");
}

#[test]
fn accepting_gives_the_same_bytes_as_recording() {
    let (project, other) = (changed(), changed());
    project.run("check --pending").exits(1);
    project.run("review --accept a.md").exits(0);
    other.run("record").exits(0);
    assert_eq!(
        project.read("expected/a.toml"),
        other.read("expected/a.toml")
    );
}

#[test]
fn what_changed_again_cannot_be_accepted_and_what_matches_waits_no_more() {
    let project = changed();
    project.run("check --pending").exits(1);
    project.write("a.md", &project.read("a.md").replace("'A'", "'AA'"));
    project
        .run("review --accept a.md#one")
        .exits(1)
        .complains("the code of the example changed since");
    let text = project
        .read("a.md")
        .replace("'AA'", "'a'")
        .replace("'C'", "'c'");
    project.write("a.md", &text);
    project.run("check --pending").exits(0);
    project
        .run("review --list")
        .exits(0)
        .prints("0 changes to look at");
}

#[test]
fn recording_settles_what_waits() {
    let project = changed();
    project.run("check --pending").exits(1);
    project.run("record a.md#one").exits(0);
    let waiting = project
        .run("review --list --format json")
        .exits(0)
        .json("pending");
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0]["id"], "a.md#three");
}

#[test]
fn an_unstable_change_is_flaky_and_never_waits() {
    let project = Project::new().file("a.md", &guide(&[("one", "print(7)")]));
    project.run("record").exits(0);
    let unstable = guide(&[("one", "print({'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'})")]);
    project.write("a.md", &unstable);
    project
        .run("check --pending")
        .exits(1)
        .prints("flaky: a.md")
        .prints("set order");
    project.run("review --list").exits(0).prints("0 changes");
}

#[test]
fn renamed_examples_wait_under_their_new_names() {
    let text = guide(&[("one", "print(1)"), ("two", "print(2)")]);
    let project = Project::new().file("a.md", &text);
    project.run("record").exits(0);
    project.write(
        "a.md",
        &text
            .replace("name=two", "name=three")
            .replace("name=one", "name=two"),
    );
    project.run("check --pending").exits(1);
    project
        .run("review --list")
        .prints("the same, under another name");
    project.run("review --accept a.md#two").exits(0);
    project.run("check").exits(0).prints("2 match");
}

#[test]
fn without_a_terminal_or_under_ci_nothing_is_asked() {
    let project = changed();
    project.run("check --pending").exits(1);
    project
        .run("review")
        .exits(2)
        .complains("this is no terminal")
        .complains("--accept ID");
    let project = project.variable("CI", "true");
    project
        .run("review --accept a.md")
        .exits(2)
        .complains("`CI` is set");
    project.run("review --list").exits(0);
}

/// Types keys at a terminal and gives back what was shown.
const AT_A_TERMINAL: &str = "
import os, pty, sys
keys, command = sys.argv[1].encode(), sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    os.execv(command[0], command)
shown = b''
while True:
    try:
        more = os.read(terminal, 4096)
    except OSError:
        break
    if not more:
        break
    shown += more
    if keys and shown.count(b'quit (q)?') > len(sys.argv[1]) - len(keys):
        os.write(terminal, keys[:1])
        keys = keys[1:]
sys.stdout.buffer.write(shown)
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
sys.exit(code if code >= 0 else 128 - code)
";

fn at_a_terminal(project: &Project, keys: &str, editor: &str) -> (Option<i32>, String) {
    let mut command = std::process::Command::new(newest_python());
    command
        .args([
            "-c",
            AT_A_TERMINAL,
            keys,
            env!("CARGO_BIN_EXE_fencepost"),
            "review",
        ])
        .current_dir(project.root())
        .env_remove("CI")
        .env("NO_COLOR", "1")
        .env("VISUAL", editor)
        .stdin(Stdio::null());
    let output = output_within(command, Duration::from_secs(60));
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code(), shown)
}

#[test]
fn at_a_terminal_each_change_is_shown_and_answered_by_one_key() {
    let project = changed();
    project.run("check --pending").exits(1);
    let (code, shown) = at_a_terminal(&project, "ra", "false");
    assert_eq!(code, Some(0), "{shown}");
    assert!(
        shown.contains("1 of 2") && shown.contains("2 of 2"),
        "{shown}"
    );
    assert!(
        shown.contains("print('A')") && shown.contains("+A"),
        "{shown}"
    );
    assert!(
        shown.contains("accepted 1 change, rejected 1, 0 left"),
        "{shown}"
    );
    let file = project.read("expected/a.toml");
    assert!(
        file.contains("'''\na\n") && file.contains("'''\nC\n"),
        "{file}"
    );
}

#[test]
fn a_change_is_edited_before_it_is_accepted() {
    let project = changed();
    project.run("check --pending").exits(1);
    let editor = project.path("editor");
    let edited = "#!/bin/sh\nsed -i 's/^A$/[..]/' \"$1\"\n";
    std::fs::write(&editor, edited).unwrap();
    let status = std::process::Command::new("chmod")
        .arg("+x")
        .arg(&editor)
        .status();
    assert!(status.unwrap().success());
    let (code, shown) = at_a_terminal(&project, "eas", editor.to_str().unwrap());
    assert_eq!(code, Some(0), "{shown}");
    assert!(
        shown.contains("accepted 1 change, rejected 0, 1 left"),
        "{shown}"
    );
    let file = project.read("expected/a.toml");
    assert!(file.contains("'''\n[..]\n"), "{file}");
    project.run("check a.md#one").exits(0);
}

#[test]
fn an_interrupted_review_changes_nothing() {
    let project = changed();
    project.run("check --pending").exits(1);
    let recorded = project.read("expected/a.toml");
    let (code, shown) = at_a_terminal(&project, "\u{3}", "false");
    assert_eq!(code, Some(130), "{shown}");
    assert_eq!(project.read("expected/a.toml"), recorded);
}

/// Makes a project with made-up patches of 3.11, each a script before one real CPython that says
/// which patch it is; `None` where there is none.
#[cfg(unix)]
fn with_patches(patches: &[u8]) -> Option<Project> {
    use std::os::unix::fs::PermissionsExt as _;
    let listed = Project::new().run("python list --format json").stdout();
    let (real, prefix) = listed.lines().find_map(|line| {
        let one: serde_json::Value = serde_json::from_str(line).ok()?;
        let real = std::fs::canonicalize(one["path"].as_str()?).ok()?;
        let prefix = real.parent()?.parent()?.to_owned();
        one["version"]
            .as_str()?
            .starts_with("3.11.")
            .then_some((real, prefix))
    })?;
    let project = Project::new();
    let home = project.root().display().to_string();
    for patch in patches {
        let folder = project.path(&format!("versions/3.11.{patch}"));
        let answer = serde_json::json!({
            "implementation": "cpython", "release": [3, 11, patch], "version": format!("3.11.{patch}"),
            "free_threaded": false, "debug": false, "executable": null, "prefix": folder,
            "base_prefix": prefix, "paths": [], "build": patch.to_string(),
        });
        let script = format!(
            "#!/bin/sh\ncase \"$*\" in *fencepost-probe*) echo 'fencepost-probe {answer}';; *) PATCH={patch} exec '{}' \"$@\";; esac\n",
            real.display()
        );
        let path = format!("versions/3.11.{patch}/bin/python3.11");
        project.write(&path, &script);
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(project.path(&path), mode).unwrap();
    }
    let project = project
        .variable("HOME", &home)
        .variable("PATH", "/nonexistent")
        .variable("HOMEBREW_PREFIX", "/nonexistent")
        .variable("PYENV_ROOT", &home)
        .variable("XDG_CACHE_HOME", &format!("{home}/cache"));
    Some(project)
}

#[cfg(unix)]
#[test]
fn pending_changes_tell_patches_of_one_minor_version_apart() {
    let Some(project) = with_patches(&[98, 99]) else {
        return skip("a CPython 3.11");
    };
    project.write(
        "a.md",
        &guide(&[
            ("patch", "import os\nprint(os.environ['PATCH'])"),
            ("one", "print(1)"),
        ]),
    );
    project.run("record --python 3.11.98").exits(0);
    let one = project.read("expected/a.toml");
    project
        .run("check --pending --python 3.11.99")
        .exits(1)
        .prints(
            "kept 1 example for each patch of 3.11 here: another than 3.11.99 had been recorded",
        );
    assert_eq!(project.read("expected/a.toml"), one);
    let waiting = project
        .run("review --list --format json")
        .exits(0)
        .json("pending");
    assert_eq!(
        waiting[0]["changes"][0]["python"],
        serde_json::json!(["3.11.99"])
    );
    assert_eq!(waiting[0]["changes"].as_array().unwrap().len(), 1);
    project.run("review --accept a.md").exits(0);
    let both = project.read("expected/a.toml");
    project
        .run("check --python 3.11.98 --python 3.11.99")
        .exits(0);
    project.write("expected/a.toml", &one);
    project.run("record --python 3.11.99").exits(0);
    assert_eq!(project.read("expected/a.toml"), both);
}

#[cfg(unix)]
#[test]
fn a_patch_that_is_refused_hides_nothing_of_its_neighbours() {
    let Some(project) = with_patches(&[97, 98, 99]) else {
        return skip("a CPython 3.11");
    };
    let code =
        "import os\npatch = os.environ['PATCH']\nprint(os.urandom(9) if patch == '97' else patch)";
    project.write("a.md", &guide(&[("patch", code)]));
    project.run("record --python 3.11.98").exits(0);
    project
        .run("record --python 3.11.99")
        .exits(0)
        .prints("recorded 1 example for each patch of 3.11 here");
    project
        .run("check --python 3.11.98 --python 3.11.99")
        .exits(0);
}

#[test]
fn what_loses_its_name_to_an_accepted_example_is_told_by_name() {
    let text = guide(&[
        ("same", "print('first')"),
        ("other", "print('second')"),
        ("three", "print('c')"),
    ]);
    let project = Project::new().file("a.md", &text);
    project.run("record").exits(0);
    // The code of `other` alone stays, under the name of the one that is gone.
    let now = guide(&[("same", "print('second')"), ("three", "print('C')")]);
    project.write("a.md", &now);
    project.run("check --pending").exits(1);
    project
        .run("review --accept a.md#three")
        .exits(0)
        .complains("accepted 1 change");
    assert!(project.read("expected/a.toml").contains("first"));
    project
        .run("review --accept a.md#same")
        .exits(0)
        .complains("removed 1 orphan expectation: `a.md#same`");
    project.run("check").exits(0);
}
