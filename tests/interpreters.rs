//! Interpreters, end to end: listing, choosing, what is not there.

use std::path::Path;

use crate::support::{Project, skip};

const GUIDE: &str = "# Guide\n\n```python\nprint(1)\n```\n";

#[test]
fn each_interpreter_is_listed_once_with_version_build_and_path() {
    let ran = Project::new().run("python list --format json");
    let text = ran.stdout();
    let mut paths: Vec<String> = Vec::new();
    for line in text.lines() {
        let one: serde_json::Value = serde_json::from_str(line).unwrap();
        let path = one["path"].as_str().unwrap();
        assert!(Path::new(path).is_file(), "{line}");
        let real = std::fs::canonicalize(path).unwrap();
        paths.push(real.display().to_string());
        assert!(one["version"].as_str().unwrap().starts_with("3."), "{line}");
    }
    let all = paths.len();
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), all);
    if all == 0 {
        skip("a CPython");
    }
}

#[test]
fn a_machine_without_interpreters_says_how_to_get_one() {
    let project = Project::new().file("a.md", GUIDE);
    let project = project
        .variable("PATH", "/nonexistent")
        .variable("HOME", "/nonexistent")
        .variable("PYENV_ROOT", "/nonexistent");
    for words in ["python list", "check --python all", "check --python newest"] {
        project.run(words).exits(3).complains("python install");
    }
}

#[test]
fn what_was_asked_for_and_is_not_there_is_blocked_with_what_was_found() {
    let project = Project::new().file("a.md", GUIDE);
    let missing = project.run("check --python 3.99");
    missing
        .exits(3)
        .complains("CPython 3.99 was not found")
        .complains("found: ");
    project.run("check --python 3.97..3.99").exits(3);
    project
        .run("check --python /no/such/python")
        .exits(3)
        .complains("does not exist");
    project
        .run("check --python 3")
        .exits(2)
        .complains("name the minor version");
    project.write("fencepost.toml", "python = [\"3.x\"]\n");
    project
        .run("list")
        .exits(2)
        .complains("fencepost.toml:1:11");
}

#[cfg(unix)]
#[test]
fn an_interpreter_that_crashes_or_prints_rubbish_is_refused_by_name() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = Project::new().file("a.md", GUIDE);
    for (name, script, said) in [
        (
            "crash",
            "#!/bin/sh\nkill -SEGV $$\n",
            "crashed with signal 11",
        ),
        (
            "rubbish",
            "#!/bin/sh\necho 3.12.1\n",
            "does not answer as Python does",
        ),
        (
            "fails",
            "#!/bin/sh\necho broken >&2\nexit 1\n",
            "ended with status 1",
        ),
    ] {
        project.write(name, script);
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(project.path(name), mode).unwrap();
        project
            .run(&format!("check --python ./{name}"))
            .exits(3)
            .complains(said);
    }
}

#[test]
fn a_free_threaded_build_is_an_interpreter_of_its_own() {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python3.13t/bin/python3.13t");
    if !built.is_file() {
        println!("left out: `make python3.13t` was not run");
        return;
    }
    let code = "import sys\nprint(sys._is_gil_enabled())";
    let folder = built.parent().unwrap().display().to_string();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap_or_default());
    let project = Project::new()
        .guide("a.md", &[code])
        .variable("PATH", &path);
    project
        .run("python list")
        .exits(0)
        .prints("Py_GIL_DISABLED=1, sys._is_gil_enabled() is False");
    let result = &project
        .run("check --python 3.13t --format json")
        .exits(0)
        .json("result")[0];
    assert_eq!(
        (&result["build"], &result["stdout"]),
        (&"free-threaded".into(), &"False\n".into())
    );
}
