//! Bad input: a clear error or finding, the right exit code, nothing lost.

use std::fs;

use crate::support::Project;
use crate::support::people::interpreters;

#[test]
fn a_path_that_does_not_exist_is_wrong_usage() {
    Project::new()
        .run("check nowhere.md")
        .exits(2)
        .complains("nowhere.md");
}

#[test]
fn a_guide_that_is_not_utf8_is_a_finding_and_others_go_on() {
    let project = Project::new().guide("b.md", &["print(1)"]);
    fs::write(project.path("a.md"), b"# T\n\n\xff\xfe\n").unwrap();
    project
        .run("check")
        .exits(1)
        .prints("a.md")
        .prints("UTF-8")
        .prints("1 unrecorded");
}

#[test]
fn an_unterminated_fence_is_a_finding_with_its_place() {
    let project = Project::new().file("a.md", "# T\n\n```python\nprint(1)\n");
    project
        .run("check")
        .exits(1)
        .prints("unterminated")
        .prints("a.md:3:1");
}

#[test]
fn two_equal_names_are_a_finding() {
    let block = "<!-- fencepost: name=same -->\n```python\nprint(1)\n```\n\n";
    let project = Project::new().file("a.md", &format!("# T\n\n{block}{block}"));
    project
        .run("check")
        .exits(1)
        .prints("same")
        .prints("a.md:8");
}

#[test]
fn an_unknown_directive_is_a_finding_with_the_nearest_key() {
    let project = Project::new().file(
        "a.md",
        "# T\n\n<!-- fencepost: timout=3s -->\n```python\nprint(1)\n```\n",
    );
    project
        .run("check")
        .exits(1)
        .prints("did you mean `timeout`?")
        .prints("a.md:3");
}

#[test]
fn a_look_alike_is_a_finding() {
    let project = Project::new().file("a.md", "# T\n\n```pyhton\nprint(1)\n```\n");
    project
        .run("check")
        .exits(1)
        .prints("pyhton")
        .prints("a.md:3");
    let fences = project.run("list --format json").json("fence");
    assert_eq!(fences[0]["fate"], "lookalike");
}

#[test]
fn a_bad_version_is_wrong_usage_and_a_missing_one_is_blocked() {
    let project = Project::new().guide("a.md", &["print(1)"]);
    project.run("check --python 3.x").exits(2).complains("3.x");
    project
        .run("check --python 3.99")
        .exits(3)
        .complains("3.99");
    project.run("check --python '>=3.98'").exits(2);
    project.run("check --python >=3.98").exits(3);
}

#[test]
fn a_machine_without_python_gets_exit_3_and_the_way_out() {
    let project = Project::new().guide("a.md", &["print(1)"]);
    let Some(ran) = project.run_hiding(|_| true, "check --python all") else {
        return;
    };
    ran.exits(3).complains("no CPython").complains("hint");
}

#[test]
fn a_machine_with_one_python_checks_on_it_whichever_it_is() {
    for (version, _) in interpreters() {
        let project = Project::new().guide("a.md", &["print(1)"]);
        let others = |found: &str| found != version;
        let Some(ran) = project.run_hiding(others, "check --python all --format json") else {
            return;
        };
        let ran = ran.exits(0);
        let summary = &ran.json("summary")[0];
        let interpreters = summary["interpreters"].as_array().unwrap();
        assert_eq!(interpreters.len(), 1, "{summary}");
    }
}

#[test]
fn interpreters_that_crash_hang_or_print_rubbish_are_named() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::new().guide("a.md", &["print(1)"]);
    for (name, script) in [
        ("crash", "kill -SEGV $$"),
        ("rubbish", "echo hello"),
        ("fails", "exit 7"),
    ] {
        let path = project.path(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let ran = project.run(&format!("check --python {}", path.display()));
        ran.exits(3).complains(name);
    }
}

#[test]
fn a_corrupt_expected_file_is_a_finding_and_is_not_overwritten() {
    let project = Project::new().guide("a.md", &["print(1)"]);
    project.run("record").exits(0);
    let good = project.read("expected/a.toml");
    for broken in [
        good.replace("[[", "[[["),
        good.replace('\n', "\n<<<<<<< ours\n"),
        format!("{good}\nsurprise = 1\n"),
    ] {
        project.write("expected/a.toml", &broken);
        project.run("check").exits(1).prints("expected/a.toml");
        project.run("record").exits(1).prints("expected/a.toml");
        assert_eq!(project.read("expected/a.toml"), broken, "nothing is lost");
    }
}

#[test]
fn a_file_that_is_not_ours_is_left_alone() {
    let project = Project::new()
        .guide("a.md", &["print(1)"])
        .file("expected/other.toml", "x = 1\n");
    project.run("record --prune").exits(0);
    project.run("check").exits(0);
    assert_eq!(project.read("expected/other.toml"), "x = 1\n");
}

#[test]
fn an_expected_folder_that_cannot_be_written_is_blocked() {
    let project = Project::new()
        .guide("a.md", &["print(1)"])
        .file("expected", "a file, not a folder\n");
    project.run("record").exits(3).prints("expected");
    assert_eq!(project.read("expected"), "a file, not a folder\n");
}

#[test]
fn an_unknown_key_of_the_configuration_is_wrong_usage_with_a_suggestion() {
    let project = Project::new()
        .file("fencepost.toml", "guide = [\"*.md\"]\ntimeout = \"soon\"\n")
        .guide("a.md", &["print(1)"]);
    project
        .run("check")
        .exits(2)
        .complains("`guides`")
        .complains("fencepost.toml:1")
        .complains("fencepost.toml:2");
}

#[test]
fn recording_is_refused_under_ci() {
    let project = Project::new()
        .guide("a.md", &["print(1)"])
        .variable("CI", "true");
    project.run("record").exits(2).complains("--allow-ci");
    project.run("record --allow-ci").exits(0);
    let unset = Project::new()
        .guide("a.md", &["print(1)"])
        .variable("CI", "false");
    unset.run("record").exits(0);
}
