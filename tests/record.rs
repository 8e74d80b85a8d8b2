//! `fencepost record`: stable, minimal, never torn.

use crate::support::{Project, has_python, skip};

#[test]
fn recording_twice_or_moving_an_example_changes_no_byte() {
    let project = Project::new().guide(
        "a.md",
        &["print(1)", "import sys\nprint('x', file=sys.stderr)"],
    );
    project.run("record").exits(0);
    let first = project.read("expected/a.toml");
    project.run("record").exits(0);
    assert_eq!(project.read("expected/a.toml"), first);
    let moved = project
        .read("a.md")
        .replace("# Guide\n", "# Guide\n\nA paragraph above everything.\n");
    project.write("a.md", &moved);
    project.run("record").exits(0);
    assert_eq!(project.read("expected/a.toml"), first);
    project.run("check").exits(0);
}

#[test]
fn an_unstable_example_is_named_and_not_recorded_and_the_others_are() {
    let unstable = "import random\nprint(random.random())";
    let project = Project::new().guide(
        "a.md",
        &[
            "print('stable')",
            unstable,
            "print({'a', 'b', 'c', 'd', 'e', 'f', 'g'})",
        ],
    );
    project
        .run("record")
        .exits(1)
        .prints("2 flaky")
        .prints("1 match")
        .prints("stdout line 1");
    let file = project.read("expected/a.toml");
    assert!(file.contains("stable") && !file.contains("{'"), "{file}");
}

#[test]
fn a_false_claim_or_an_undeclared_exception_is_not_recorded() {
    let project = Project::new().guide(
        "a.md",
        &["print(1)  # => 2", "raise KeyError('k')", "print('good')"],
    );
    project
        .run("record")
        .exits(1)
        .prints("2 differs")
        .prints("1 match");
    let file = project.read("expected/a.toml");
    assert!(
        file.contains("good") && !file.contains("KeyError"),
        "{file}"
    );
}

#[test]
fn versions_that_differ_get_an_overlay_and_those_alike_share() {
    if !["3.12", "3.13"].into_iter().all(has_python) {
        return;
    }
    let project = Project::new().on(&["3.12", "3.13"]).guide(
        "a.md",
        &["import gc\nprint(gc.get_threshold())", "print('same')"],
    );
    project.run("record").exits(0);
    let file = project.read("expected/a.toml");
    assert_eq!(file.matches("same").count(), 1, "{file}");
    assert!(
        file.contains("(700, 10, 10)") && file.contains("(2000, 10, 10)"),
        "{file}"
    );
    project.run("check").exits(0).prints("4 match");
    project
        .run("check --python 3.13")
        .exits(0)
        .prints("2 match");
}

#[test]
fn a_version_is_added_without_touching_the_others_in_any_order() {
    if !["3.11", "3.12", "3.13"].into_iter().all(has_python) {
        return;
    }
    let code = "import sys\nprint(sys.version_info[:2] >= (3, 13))";
    let recorded_in = |order: &[&str]| {
        let project = Project::new().guide("a.md", &[code]);
        for version in order {
            project.run(&format!("record --python {version}")).exits(0);
        }
        project.read("expected/a.toml")
    };
    let all = recorded_in(&["3.11", "3.12", "3.13"]);
    assert_eq!(all, recorded_in(&["3.13", "3.11", "3.12"]));
    assert_eq!(all, recorded_in(&["3.12", "3.13", "3.11", "3.12"]));
}

#[test]
fn an_interpreter_that_was_not_recorded_is_judged_by_the_nearest_older_one() {
    if !["3.12", "3.13"].into_iter().all(has_python) {
        return;
    }
    let project = Project::new().guide(
        "a.md",
        &["print('same')", "import gc\nprint(gc.get_threshold())"],
    );
    project.run("record --python 3.12").exits(0);
    let results = project
        .run("check --python 3.13 --format json")
        .exits(1)
        .json("result");
    assert_eq!(
        (&results[0]["verdict"], &results[0]["recorded"]),
        (&"match".into(), &false.into())
    );
    assert_eq!(results[1]["verdict"], "unrecorded");
    assert_eq!(results[1]["difference"]["actual"], "(2000, 10, 10)\n");
}

#[test]
fn patterns_that_a_person_put_in_survive_recording() {
    let project = Project::new().guide("a.md", &["print('took 7 ms')"]);
    project.run("record").exits(0);
    let pattern = project
        .read("expected/a.toml")
        .replace("took 7 ms", "took [..] ms");
    project.write("expected/a.toml", &pattern);
    project.run("check").exits(0);
    project.run("record").exits(0);
    assert_eq!(project.read("expected/a.toml"), pattern);
}

#[test]
fn false_claims_are_rewritten_and_no_other_byte() {
    let text = "# T\r\n\r\n> ```python\r\n> print(1 + 1)  # => 3\r\n> ```\r\n\r\nOutput stays.\r\n";
    let project = Project::new().file("a.md", text);
    project.run("record").exits(1).prints("1 differs");
    project
        .run("record --claims")
        .exits(0)
        .prints("rewrote claims at 1 place in 1 guide");
    assert_eq!(project.read("a.md"), text.replace("# => 3", "# => 2"));
    let expected = project.read("expected/a.toml");
    project.run("record --claims").exits(0).prints_no("rewrote");
    assert_eq!(project.read("expected/a.toml"), expected);
    project.run("check").exits(0);
}

#[test]
fn what_is_not_rewritten_is_told_at_its_place_in_the_rewritten_guide() {
    let shown = |lines: &str| {
        format!(
            "# T\n\n```python\nprint('a\\nb')\n```\n\nOutput:\n\n```text\n{lines}\n```\n\n```pycon\n>>> 1 / 0\n1\n```\n"
        )
    };
    let project = Project::new().file("a.md", &shown("c"));
    project
        .run("record --claims")
        .exits(1)
        .prints("the prompt raised `ZeroDivisionError: division by zero`")
        .prints("a.md:15:1");
    assert_eq!(project.read("a.md"), shown("a\nb"));
}

#[test]
fn a_claim_that_versions_answer_differently_becomes_fences_with_conditions() {
    if !["3.12", "3.13"].into_iter().all(has_python) {
        return;
    }
    let text = "# T\n\n```python\nimport gc\nprint(gc.get_threshold())\n```\n\nOutput:\n\n```text\n?\n```\n";
    let project = Project::new().on(&["3.12", "3.13"]).file("a.md", text);
    project.run("record --claims").exits(0);
    let guide = project.read("a.md");
    assert!(
        guide.contains("<!-- fencepost: python=") && guide.contains("(2000, 10, 10)"),
        "{guide}"
    );
    project.run("check").exits(0).prints("2 match");
}

#[test]
fn patches_of_one_minor_version_recorded_one_by_one_are_told_apart_in_any_order() {
    let listed = Project::new().run("python list --format json").stdout();
    let version = |line: &str| {
        let one: serde_json::Value = serde_json::from_str(line).ok()?;
        let version = one["version"].as_str()?.to_owned();
        (one["build"] == "default" && version.starts_with("3.11.")).then_some(version)
    };
    let patches: Vec<String> = listed.lines().filter_map(version).collect();
    let [one, other, ..] = patches.as_slice() else {
        return skip("two patches of 3.11");
    };
    let guide = [
        "import platform\nprint(platform.python_version())",
        "print(1)",
    ];
    let recorded = |first: &str, second: &str| {
        let project = Project::new().guide("a.md", &guide);
        project.run(&format!("record --python {first}")).exits(0);
        let ran = project.run(&format!("record --python {second}")).exits(0);
        ran.prints("recorded 1 example for each patch of 3.11 here");
        project
            .run(&format!("check --python {first} --python {second}"))
            .exits(0);
        project.read("expected/a.toml")
    };
    let text = recorded(one, other);
    assert!(text.contains(&format!("\"{one}\"")), "{text}");
    assert_eq!(text, recorded(other, one));
}

#[test]
fn what_is_replaced_though_the_code_is_the_same_is_told() {
    let project = Project::new().guide("a.md", &["print(1)"]);
    project.run("record").exits(0);
    let wrong = project.read("expected/a.toml").replace("\n1\n", "\n2\n");
    project.write("expected/a.toml", &wrong);
    project
        .run("record")
        .exits(0)
        .prints("1 changed")
        .prints("for 1 example whose code is the same")
        .prints("record them together: fencepost record --python 3.");
    project
        .run("record")
        .exits(0)
        .prints_no("record them together");
}

#[test]
fn what_is_recorded_on_more_interpreters_is_told_apart_from_what_changed() {
    let versions: Vec<String> = crate::support::interpreters();
    let [.., one, other] = versions.as_slice() else {
        return skip("two interpreters");
    };
    let guide = ["print(1)", "import sys\nprint(sys.version_info[:2])"];
    let project = Project::new().guide("a.md", &guide);
    project.run(&format!("record --python {one}")).exits(0);
    project
        .run(&format!("record --python {other}"))
        .exits(0)
        .prints("0 new, 0 changed, 2 on more interpreters, 0 as before");
    project
        .run(&format!("record --python {other}"))
        .exits(0)
        .prints("0 new, 0 changed, 2 as before");
}

#[test]
fn what_is_refused_is_named_as_check_names_it_with_the_directive_that_declares_it() {
    let blocks = [
        "def add(a, b):\n    return a + b",
        "\nprint(add(1, 2))",
        "import os\nos._exit(7)",
        "print('x' * 3_000_000)",
    ];
    let project = Project::new().guide("a.md", &blocks);
    let ran = project.run("record").exits(1);
    ran.prints("fragment: `add` is not defined; the block at line ")
        .prints("put both in a group with `group=NAME`")
        .prints(
            "if it is meant to end so: write `<!-- fencepost: raises=\"NameError\" -->` above it",
        )
        .prints("if it is meant to end so: write `<!-- fencepost: exit=7 -->` above it")
        .prints("if it needs more: write `<!-- fencepost: output=… -->` above it")
        .prints_no("if the new output is right");
}
