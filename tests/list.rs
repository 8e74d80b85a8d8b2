//! `fencepost list`, `python list`, `config`, `init`, help.

use crate::support::Project;

#[test]
fn every_fence_is_listed_once_with_its_fate() {
    let text = "# T\n\n```python\nprint(1)\n```\n\nВывод:\n\n```text\n1\n```\n\n```sh\nls\n```\n\n\
        ```python {skip=\"later\"}\nx\n```\n\n```Python\nprint(2)\n```\n\n````markdown\n```python\nprint(3)\n```\n````\n";
    let project = Project::new().file("a.md", text);
    let fences = project.run("list --format json").exits(0).json("fence");
    let of_kind = |kind: &str| fences.iter().filter(|fence| fence["kind"] == kind).count();
    assert_eq!(of_kind("fenced"), 6);
    let fates: Vec<&str> = fences
        .iter()
        .filter(|fence| fence["kind"] == "fenced")
        .map(|fence| fence["fate"].as_str().unwrap())
        .collect();
    assert_eq!(
        fates,
        [
            "run",
            "output",
            "not-python",
            "skipped",
            "run",
            "not-python"
        ]
    );
    assert_eq!(
        fences
            .iter()
            .find(|fence| fence["kind"] == "nested")
            .unwrap()["fate"],
        "nested"
    );
    project
        .run("list --fate skipped")
        .exits(0)
        .prints("later")
        .prints_no("text");
    project
        .run("list --fate skipped,nested")
        .exits(0)
        .prints("later")
        .prints("nested")
        .prints_no("text");
}

#[test]
fn the_columns_of_a_guide_stand_under_each_other() {
    let text = "## Раздел\n\n```py\nprint(1)\n```\n\n```python title=\"x\" {skip=\"later\"}\nprint(2)\n```\n\n\
        ```\nprint(3)\n```\n";
    let listed = Project::new()
        .file("a.md", text)
        .run("list")
        .exits(0)
        .stdout();
    let columns = |line: &str, words: [&str; 2]| {
        words.map(|word| {
            line.split_once(word)
                .map(|(before, _)| before.chars().count())
        })
    };
    let rows: Vec<&str> = listed.lines().collect();
    assert_eq!(
        columns(rows[1], ["run", "#раздел"]),
        columns(rows[2], ["skipped", "#раздел"]),
        "{listed}"
    );
    assert!(rows[2].ends_with("#раздел/2  later"), "{listed}");
    assert!(rows.iter().all(|row| row.trim_end() == *row), "{listed:?}");
}

#[test]
fn fates_are_the_same_in_list_and_check() {
    let project = Project::new().guide("a.md", &["print(1)", "import nothing_like_this"]);
    let listed = project.run("list --format json").json("fence");
    assert_eq!(listed, project.run("check --format json").json("fence"));
}

#[test]
fn init_writes_a_configuration_that_works_and_never_overwrites() {
    let project = Project::new().guide("docs/a.md", &["print(1)"]);
    project.run("init").exits(0);
    assert!(project.read("fencepost.toml").contains("docs/**/*.md"));
    project.run("check").exits(0);
    project.run("init").exits(2).complains("there already");
}

#[test]
fn interpreters_are_listed_with_version_build_and_path() {
    let project = Project::new();
    let ran = project.run("python list").exits(0);
    let mut lines = ran.stdout().lines().map(str::to_owned).collect::<Vec<_>>();
    lines.retain(|line| !line.starts_with("not used: "));
    assert!(
        !lines.is_empty() && lines.iter().all(|line| line.starts_with("3.")),
        "{lines:?}"
    );
}

#[test]
fn the_schema_names_every_key() {
    let schema: serde_json::Value =
        serde_json::from_str(&Project::new().run("config schema").exits(0).stdout()).unwrap();
    for key in [
        "guides",
        "expected",
        "python",
        "timeout",
        "limits",
        "claims",
        "strict",
        "unrecorded",
        "overrides",
        "filters",
    ] {
        assert!(schema["properties"].get(key).is_some(), "no {key}");
    }
}

#[test]
fn every_command_has_help_with_examples() {
    let project = Project::new();
    for command in [
        "",
        "check",
        "record",
        "list",
        "extract",
        "compare",
        "python list",
        "doctor",
        "init",
        "completions",
    ] {
        project
            .run(&format!("{command} --help"))
            .exits(0)
            .prints("Examples:");
    }
    project.run("completions bash").exits(0).prints("fencepost");
    project.run("man").exits(0).prints(".TH fencepost");
}
