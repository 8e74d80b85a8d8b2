use crate::support::Project;

const TWO: &str = "# T\n\n```python\nprint(1)\n```\n\nOutput:\n\n```\n1\n```\n\n\
    ```python\nprint(2) #> 2\n```\n\n```pyhton\nprint(3)\n```\n";

fn ids(project: &Project, words: &str) -> Vec<String> {
    let ran = project.run(&format!("{words} --format json"));
    let results = ran.results().into_iter();
    results
        .map(|result| result["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn an_existing_path_wins_over_a_line_or_a_name() {
    let project = Project::new()
        .file("a.md", TWO)
        .file("a.md:4", "```python\nprint(1)\n```\n")
        .file("a#1.md", "```python\nprint(1)\n```\n");
    assert_eq!(ids(&project, "check a.md:4"), ["a.md:4#1"]);
    assert_eq!(ids(&project, "check a#1.md"), ["a#1.md#1"]);
    assert_eq!(ids(&project, "check a.md:13"), ["a.md#2"]);
    assert_eq!(ids(&project, "check a.md:10"), ["a.md#1"]);
    assert_eq!(ids(&project, "check ./check/../a.md#2"), ["a.md#2"]);
}

#[test]
fn list_shows_the_fences_of_the_example_that_was_named() {
    let project = Project::new().file("a.md", TWO);
    let lines = |words: &str| -> Vec<u64> {
        let fences = project.run(words).exits(0).json("fence");
        let line = |fence: &serde_json::Value| fence["line"].as_u64().unwrap();
        fences.iter().map(line).collect()
    };
    assert_eq!(lines("list a.md:10 --format json"), [3, 9]);
    assert_eq!(lines("list a.md#2 --format json"), [13]);
    project.run("list a.md:2").exits(2).complains("line 2");
    project.run("list a.md#none").exits(2).complains("none");
}

#[test]
fn a_named_example_answers_for_itself_alone() {
    let project = Project::new().file("a.md", TWO);
    project.run("check a.md").exits(1).prints("pyhton");
    project.run("check a.md#2").exits(0).prints_no("pyhton");
    project.run("list a.md:4").exits(0);
    let beside = TWO.replace(
        "```python\nprint(2)",
        "<!-- fencepost: nme=x -->\n```python\nprint(2)",
    );
    project.write("a.md", &beside);
    project.run("check a.md#1").exits(0);
    project.run("check a.md#2").exits(1).prints("nme");
}

#[test]
fn commands_that_a_report_shows_work_where_it_was_asked_for() {
    let project = Project::new()
        .file(
            "fencepost.toml",
            "guides = [\"docs/**/*.md\"]\npython = [\"newest\"]\n",
        )
        .file("docs/a b/it's.md", "```python\nprint(1) #> 2\n```\n")
        .file("src/empty", "")
        .file("other/x.toml", "guides = [\"../*.md\"]\n");
    for folder in [".", "docs", "docs/a b", "src"] {
        let shown = project.run_in(folder, "check").exits(1).stdout();
        let line = shown
            .lines()
            .find_map(|line| line.strip_prefix("  rerun: "));
        project
            .run_shown(folder, line.unwrap())
            .exits(1)
            .prints("it's.md:2");
    }
    let shown = project
        .run_in(".", "check docs --config other/../fencepost.toml")
        .stdout();
    assert!(
        shown.contains("--config other/../fencepost.toml"),
        "{shown}"
    );
}

#[test]
fn ids_are_paths_in_every_folder_of_the_project() {
    let project = Project::new()
        .file("fencepost.toml", "guides = [\"docs/**/*.md\"]\n")
        .file("docs/a.md", "```python\nprint(1)\n```\n")
        .file("src/empty", "");
    project.run_in("src", "check docs/a.md#1").exits(0);
    project.run_in("docs", "list docs/a.md:2").exits(0);
    project
        .run_in("docs", "list docs/b.md")
        .exits(2)
        .complains("docs/b.md");
}

#[test]
fn a_list_has_two_forms_and_refuses_others() {
    let project = Project::new().file("a.md", TWO);
    for words in ["list", "python list", "cache info"] {
        project.run(&format!("{words} --format junit")).exits(2);
    }
}
