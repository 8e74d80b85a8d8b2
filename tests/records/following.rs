//! Expected files tidy themselves: what is renamed is followed, what is left over is listed.

use crate::support::Project;

fn named(name: &str, code: &str) -> String {
    format!("<!-- fencepost: name={name} -->\n```python\n{code}\n```\n\n")
}

fn guide(examples: &[(&str, &str)]) -> String {
    let examples = examples.iter().map(|(name, code)| named(name, code));
    format!("# Guide\n\n{}", examples.collect::<String>())
}

const CONFIG: &str = "guides = [\"docs/**/*.md\"]\n";

#[test]
fn a_renamed_example_takes_its_expectation_and_its_patterns_with_it() {
    let project = Project::new().file(
        "a.md",
        &guide(&[("one", "print('took 7 ms')"), ("two", "print(2)")]),
    );
    project.run("record").exits(0);
    let pattern = project
        .read("expected/a.toml")
        .replace("took 7 ms", "took [..] ms");
    project.write("expected/a.toml", &pattern);
    project.write(
        "a.md",
        &project.read("a.md").replace("name=one", "name=first"),
    );

    project
        .run("check")
        .exits(1)
        .prints("its code was recorded as `one`")
        .prints("no example of `a.md` is named `one`")
        .prints("`first` runs its code");
    project
        .run("record")
        .exits(0)
        .prints("kept what was recorded for 1 renamed example");
    assert_eq!(
        project.read("expected/a.toml"),
        pattern.replace("name = \"one\"", "name = \"first\"")
    );
    project.run("check").exits(0).prints("2 match");
}

#[test]
fn an_example_put_on_top_moves_no_expectation_to_other_code() {
    let project = Project::new().file(
        "a.md",
        "# G\n\n```python\nprint(1)\n```\n\n```python\nprint(2)\n```\n",
    );
    project.run("record").exits(0);
    let text = project.read("a.md");
    project.write(
        "a.md",
        &text.replace("# G\n", "# G\n\n```python\nprint(0)\n```\n"),
    );
    let results = project.run("check --format json").exits(1).json("result");
    let verdicts: Vec<&str> = results
        .iter()
        .filter_map(|one| one["verdict"].as_str())
        .collect();
    assert_eq!(verdicts, ["unrecorded"; 3]);
    project.run("record a.md:4").exits(0).prints("1 new");
    project.run("check").exits(0).prints("3 match");
}

#[test]
fn a_renamed_guide_takes_its_file_with_it() {
    let project = Project::new()
        .file("fencepost.toml", CONFIG)
        .file(
            "docs/old.md",
            &guide(&[("one", "print(1)"), ("two", "print('took 7 ms')")]),
        )
        .file("docs/other.md", &guide(&[("three", "print(3)")]));
    project.run("record").exits(0);
    let pattern = project
        .read("expected/old.toml")
        .replace("took 7 ms", "took [..] ms");
    project.write("expected/old.toml", &pattern);
    std::fs::rename(project.path("docs/old.md"), project.path("docs/new.md")).unwrap();
    project
        .run("check")
        .exits(1)
        .prints("no guide answers to this expected file")
        .prints("`docs/new.md` runs the same code");
    project
        .run("record docs/new.md")
        .exits(0)
        .prints("`expected/old.toml` to `expected/new.toml`");
    assert_eq!(project.read("expected/new.toml"), pattern);
    assert!(!project.path("expected/old.toml").exists());
    assert!(project.path("expected/other.toml").exists());
    project.run("check").exits(0).prints("3 match");
}

#[test]
fn orphans_are_listed_and_only_prune_removes_them() {
    let project = Project::new()
        .file("fencepost.toml", CONFIG)
        .file(
            "docs/a.md",
            &guide(&[("one", "print(1)"), ("two", "print(2)")]),
        )
        .file("docs/b.md", &guide(&[("three", "print(3)")]));
    project.run("record").exits(0);
    project.write("docs/a.md", &guide(&[("one", "print(1)")]));
    std::fs::remove_file(project.path("docs/b.md")).unwrap();
    project
        .run("record")
        .exits(0)
        .prints("no example of `docs/a.md` is named `two`")
        .prints("no guide answers to this expected file");
    assert!(project.read("expected/a.toml").contains("two"));
    project.run("check").exits(1);
    project
        .run("record --prune")
        .exits(0)
        .prints("removed 1 orphan expectation")
        .prints("removed `expected/b.toml`");
    assert!(!project.read("expected/a.toml").contains("two"));
    assert!(!project.path("expected/b.toml").exists());
    project.run("check").exits(0);
}

#[test]
fn nothing_is_pruned_for_a_guide_that_cannot_be_read_whole() {
    let project = Project::new()
        .file("fencepost.toml", CONFIG)
        .file(
            "docs/a.md",
            &guide(&[("one", "print(1)"), ("two", "print(2)")]),
        )
        .file("docs/b.md", &guide(&[("three", "print(3)")]));
    project.run("record").exits(0);
    let (a, b) = (
        project.read("expected/a.toml"),
        project.read("expected/b.toml"),
    );
    let open = project
        .read("docs/a.md")
        .replace("```python\nprint(1)", "````python\nprint(1)");
    project.write("docs/a.md", &open);
    std::fs::write(project.path("docs/b.md"), b"\xff\xfe\n").unwrap();
    project.run("record --prune").exits(1);
    assert!(project.read("expected/a.toml").contains("two"), "{a}");
    assert_eq!(project.read("expected/b.toml"), b);
}

#[test]
fn a_merge_conflict_in_an_expected_file_is_a_finding_with_its_line() {
    let project = Project::new().guide("a.md", &["print(1)", "print(2)"]);
    project.run("record").exits(0);
    let whole = project.read("expected/a.toml");
    let lines: Vec<&str> = whole.lines().collect();
    let at = lines
        .iter()
        .position(|line| line.starts_with("stdout"))
        .unwrap();
    let mut marked = lines.clone();
    marked.insert(at, "<<<<<<< ours");
    marked.insert(at + 2, "=======");
    marked.insert(at + 3, ">>>>>>> theirs");
    let conflict = marked.join("\n");
    project.write("expected/a.toml", &conflict);
    let problems = project.run("check --format json").exits(1).json("problem");
    let places: Vec<_> = (problems.iter())
        .filter(|problem| problem["code"] == "corrupt-expected")
        .map(|problem| {
            (
                problem["guide"].as_str().unwrap(),
                problem["line"].as_u64().unwrap(),
            )
        })
        .collect();
    let line = at as u64 + 1;
    let file = "expected/a.toml";
    assert_eq!(places, [(file, line), (file, line + 2), (file, line + 3)]);
    project
        .run("record")
        .exits(1)
        .prints("a merge conflict is not resolved");
    assert_eq!(project.read("expected/a.toml"), conflict);
}

#[test]
fn a_file_that_no_guide_answers_to_and_that_cannot_be_read_is_told_with_its_line_and_kept() {
    let project = Project::new().guide("a.md", &["print(1)"]);
    project.run("record").exits(0);
    let conflict = format!("{}<<<<<<< ours\n", project.read("expected/a.toml"));
    project.write("expected/a.toml", &conflict);
    std::fs::rename(project.path("a.md"), project.path("b.md")).unwrap();
    let line = conflict.lines().count();
    project
        .run("check")
        .exits(1)
        .prints("no guide answers to this expected file")
        .prints("mend it, so that it can be followed, or remove the file")
        .prints(&format!("expected/a.toml:{line}:"));
    project.run("record --prune");
    assert_eq!(project.read("expected/a.toml"), conflict);
}
