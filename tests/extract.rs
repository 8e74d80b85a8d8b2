//! `fencepost extract`: the files, the way back to the guide, and whose files are touched.

use std::io::Write as _;
use std::process::Stdio;

use crate::support::{Project, newest_python};

const GUIDE: &str = "# Tasks\n\n## First\n\n- item\n\n  ```python\n  import os\n\n  дом = os.name\n  ```\n\n\
    > ```python {group=g}\n> x = 1\n> ```\n\n```python {group=g}\nprint(x)\n```\n\n\
    ```pycon\n>>> for i in range(2):\n...     i\n0\n1\n>>> 2\n2\n```\n\n\
    ```toml {file=settings.toml}\nlevel = 3\n```\n\n<!-- fencepost: name=reader -->\n```python\nprint(open('settings.toml').read())\n```\n\n\
    ```python {skip=\"later\"}\nbroken(\n```\n\n```{.python}\n    indented = 1\n```\n";

fn map(project: &Project) -> serde_json::Value {
    serde_json::from_str(&project.read("out/fencepost-map.json")).unwrap()
}

#[test]
fn every_line_of_every_file_leads_back_to_its_characters() {
    let project = Project::new().file("docs/tasks.md", GUIDE);
    project
        .run("extract --to out")
        .exits(0)
        .complains("5 examples in out, 1 skipped");
    let map = map(&project);
    assert_eq!(map["root"], "..");
    let guide: Vec<&str> = GUIDE.lines().collect();
    let files = map["files"].as_object().unwrap();
    let mut compared = 0;
    for (path, file) in files {
        let text = project.read(&format!("out/{path}"));
        let places = file["lines"].as_array().unwrap();
        assert_eq!(text.lines().count(), places.len(), "{path}");
        for (line, place) in text.lines().zip(places) {
            let Some(place) = place.as_array() else {
                assert_eq!(line, "", "{path}");
                continue;
            };
            let number = |at: usize| usize::try_from(place[at].as_u64().unwrap()).unwrap();
            let shown: String = guide[number(0) - 1].chars().skip(number(1) - 1).collect();
            assert_eq!(shown, line, "{path}");
            compared += 1;
        }
    }
    assert_eq!(compared, 11, "{map:#}");
}

#[test]
fn the_map_accounts_for_every_example() {
    let project = Project::new().file("docs/tasks.md", GUIDE);
    project.run("extract --to out").exits(0);
    let map = map(&project);
    let examples = map["examples"].as_array().unwrap();
    let of = |id: &str| {
        let id = format!("docs/tasks.md#{id}");
        examples
            .iter()
            .find(|example| example["id"] == id.as_str())
            .unwrap()
    };
    assert_eq!(examples.len(), 6);
    assert_eq!(of("g")["file"], "docs_tasks__g.py");
    assert_eq!(
        project.read("out/docs_tasks__g.py"),
        "x = 1\n\n\nprint(x)\n"
    );
    assert_eq!(
        of("reader")["file"],
        "docs_tasks__reader/docs_tasks__reader.py"
    );
    assert_eq!(
        of("reader")["beside"][0],
        "docs_tasks__reader/settings.toml"
    );
    assert_eq!(of("first/6")["skipped"], "later");
    assert!(of("first/6")["file"].is_null());
}

#[test]
fn what_a_tool_says_of_a_file_is_said_of_the_guide() {
    let project = Project::new().file(
        "docs/tasks.md",
        "# T\n\n- item\n\n  ```python\n  x = 1\n  y = = 2\n  ```\n",
    );
    project.run("extract --to out").exits(0);
    let mut tool = std::process::Command::new(newest_python());
    tool.args(["-m", "py_compile", "out/docs_tasks__1.py"])
        .current_dir(project.root());
    let said = tool.output().unwrap();
    let said = [
        said.stdout,
        said.stderr,
        b"out/docs_tasks__1.py:2:5: E1\n".to_vec(),
    ]
    .concat();
    for (folder, to, guide) in [
        (".", "out", "docs/tasks.md"),
        ("docs", "../out", "tasks.md"),
    ] {
        let mut command = project.command(&format!("extract --to {to} --translate"));
        command
            .current_dir(project.path(folder))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(&said).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            text.contains(&format!("File \"{guide}\", line 7")),
            "{text}"
        );
        assert!(text.ends_with(&format!("{guide}:7:7: E1\n")), "{text}");
        assert!(text.contains("SyntaxError"), "{text}");
    }
}

#[test]
fn translating_needs_a_map() {
    let project = Project::new().file("a.md", "# T\n");
    project
        .run("extract --to out --translate")
        .exits(2)
        .complains("first run `fencepost extract --to out`");
}

#[test]
fn a_second_run_brings_the_folder_up_to_date_and_touches_nothing_else() {
    let project = Project::new()
        .guide("a.md", &["print(1)", "print(2)"])
        .guide("b.md", &["print(3)"]);
    project.run("extract --to out").exits(0);
    project.write("out/ruff.toml", "line-length = 80\n");
    let kept = project.path("out/a__part_1_1.py").metadata().unwrap();
    project.write("a.md", "# Guide\n\n## Part 1\n\n```python\nprint(1)\n```\n\n## Part 2\n\n```python\nprint(22)\n```\n");
    std::fs::remove_file(project.path("b.md")).unwrap();
    project.run("extract --to out").exits(0);
    assert_eq!(project.read("out/a__part_2_1.py"), "print(22)\n");
    assert_eq!(project.read("out/ruff.toml"), "line-length = 80\n");
    assert!(!project.path("out/b__part_1_1.py").exists());
    let now = project.path("out/a__part_1_1.py").metadata().unwrap();
    assert_eq!(kept.modified().unwrap(), now.modified().unwrap());
    assert_eq!(map(&project)["examples"].as_array().unwrap().len(), 2);
}

#[test]
fn names_stay_the_same_whatever_else_is_extracted() {
    let project = Project::new()
        .guide("docs/a.md", &["print(1)", "print(2)"])
        .guide("docs/b.md", &["print(3)"]);
    project.run("extract --to all").exits(0);
    project.run("extract --to one docs/a.md#part-2/1").exits(0);
    let one = project.read("one/docs_a__part_2_1.py");
    assert_eq!(one, project.read("all/docs_a__part_2_1.py"));
    assert!(!project.path("one/docs_a__part_1_1.py").exists());
}

#[test]
fn two_ids_that_make_one_name_get_two_files() {
    let project = Project::new().file(
        "a.md",
        "```python {name=x-y}\n1\n```\n\n```python {name=x_y}\n2\n```\n\n```python {name=X_y}\n3\n```\n",
    );
    project.run("extract --to out").exits(0);
    let map = map(&project);
    assert_eq!(map["files"].as_object().unwrap().len(), 3);
}

#[test]
fn a_folder_with_anything_of_yours_is_refused() {
    let project = Project::new()
        .guide("a.md", &["print(1)"])
        .file("out/mine.py", "1\n");
    project
        .run("extract --to out")
        .exits(2)
        .complains("`out` is not empty and not from an earlier `extract`");
    project
        .run("extract --to a.md")
        .exits(2)
        .complains("`a.md` is no folder");
    assert!(!project.path("out/fencepost-map.json").exists());
}

#[test]
fn a_file_that_was_changed_or_is_not_ours_is_never_overwritten() {
    let project = Project::new().guide("a.md", &["print(1)"]);
    project.run("extract --to out").exits(0);
    project.write("out/a__part_1_1.py", "mine\n");
    project.write("out/b__part_1_1.py", "mine too\n");
    project.write("b.md", "# Guide\n\n## Part 1\n\n```python\nprint(1)\n```\n");
    project
        .run("extract --to out")
        .exits(2)
        .complains("`out/a__part_1_1.py` was changed after it was extracted")
        .complains("`out/b__part_1_1.py` is in the way");
    assert_eq!(project.read("out/a__part_1_1.py"), "mine\n");
    assert_eq!(project.read("out/b__part_1_1.py"), "mine too\n");
}

#[test]
fn a_map_that_leads_out_of_its_folder_is_refused() {
    let project = Project::new()
        .guide("a.md", &["print(1)"])
        .file("keep.py", "1\n");
    project.run("extract --to out").exits(0);
    let digest = blake3::hash(b"1\n").to_hex()[..16].to_owned();
    let text = project.read("out/fencepost-map.json");
    let row = format!(
        "\"files\": {{\n\"../keep.py\": {{\"guide\":\"a.md\",\"digest\":\"{digest}\",\"lines\":[]}},"
    );
    project.write(
        "out/fencepost-map.json",
        &text.replace("\"files\": {", &row),
    );
    project
        .run("extract --to out")
        .exits(2)
        .complains("no path below the folder");
    assert_eq!(project.read("keep.py"), "1\n");
}

#[cfg(unix)]
#[test]
fn a_link_in_the_way_is_never_written_through() {
    let project = Project::new()
        .guide("a.md", &["print(1)"])
        .file("mine.py", "print(1)\n");
    project.run("extract --to out").exits(0);
    std::fs::remove_file(project.path("out/a__part_1_1.py")).unwrap();
    std::os::unix::fs::symlink(project.path("mine.py"), project.path("out/a__part_1_1.py"))
        .unwrap();
    project.write("a.md", "# Guide\n\n## Part 1\n\n```python\nprint(9)\n```\n");
    project
        .run("extract --to out")
        .exits(2)
        .complains("is in the way");
    assert_eq!(project.read("mine.py"), "print(1)\n");
}

#[test]
fn what_was_extracted_is_no_guide() {
    let project = Project::new().file(
        "a.md",
        "```markdown {file=notes.md}\n# Notes\n\n    >>> 1\n```\n\n```python\nprint(1)\n```\n",
    );
    project.run("extract --to out").exits(0);
    assert!(
        project.path("out/a__1/notes.md").exists(),
        "{:#}",
        map(&project)
    );
    project.run("list").exits(0).prints("in 1 guide");
}

#[test]
fn faults_of_guides_are_told_and_the_rest_is_extracted() {
    let project = Project::new().file(
        "a.md",
        "```python\nprint(1)\n```\n\n```pyhton\nprint(2)\n```\n",
    );
    project
        .run("extract --to out")
        .exits(1)
        .complains("a.md:5:1");
    assert!(project.path("out/a__1.py").exists());
}

#[test]
fn an_included_file_leads_back_to_the_line_that_includes_it() {
    let project = Project::new().file("src/x.py", "a = 1\nb = 2\n").file(
        "docs/a.md",
        "# T\n\n```python\n{!> ../src/x.py !}\nprint(a)\n```\n",
    );
    project.run("extract --to out").exits(0);
    assert_eq!(project.read("out/docs_a__1.py"), "a = 1\nb = 2\nprint(a)\n");
    let lines = &map(&project)["files"]["docs_a__1.py"]["lines"];
    assert_eq!(*lines, serde_json::json!([[4, 1], [4, 1], [5, 1]]));
}
