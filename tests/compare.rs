//! `fencepost compare`, end to end.

use crate::support::{Project, has_python};

fn has_all(versions: &[&str]) -> bool {
    versions.iter().all(|version| has_python(version))
}

#[test]
fn exactly_the_examples_that_differ_are_listed_and_grouped() {
    if !has_all(&["3.11", "3.12", "3.13"]) {
        return;
    }
    let blocks = ["print('same')", "import gc\nprint(gc.get_threshold())"];
    let project = Project::new().on(&["3.11..3.13"]).guide("a.md", &blocks);
    let ran = project.run("compare").exits(0);
    assert_eq!(
        ran.stdout().matches("changes:").count(),
        1,
        "{}",
        ran.stdout()
    );
    ran.prints("3.12 and earlier")
        .prints("+(2000, 10, 10)")
        .prints("in meaning");
    project.run("compare --fail-on-change").exits(1);
    let ran = project.run("compare --format json").exits(0);
    let comparisons = ran.json("comparison");
    let differ: Vec<bool> = comparisons
        .iter()
        .map(|one| one["differs"].as_bool().unwrap())
        .collect();
    assert_eq!(differ, [false, true]);
    assert_eq!(comparisons[1]["groups"].as_array().unwrap().len(), 2);
}

#[test]
fn the_first_version_that_works_is_inferred_with_the_reason() {
    if !has_all(&["3.9", "3.10", "3.11"]) {
        return;
    }
    let code = "match 1:\n    case 1:\n        print('one')";
    let project = Project::new().on(&["3.9..3.11"]).guide("a.md", &[code]);
    project
        .run("compare")
        .exits(0)
        .prints("needs 3.10: SyntaxError");
    let comparison = &project.run("compare --format json").json("comparison")[0];
    assert_eq!(comparison["first_that_works"], "3.10");
}

#[test]
fn the_markdown_form_is_a_table_to_paste() {
    if !has_all(&["3.12", "3.13"]) {
        return;
    }
    let project = Project::new()
        .on(&["3.12..3.13"])
        .guide("a.md", &["import gc\nprint(gc.get_threshold())"]);
    let table = project.run("compare --format markdown").exits(0).stdout();
    assert!(table.starts_with("| Версия | Вывод примера"), "{table}");
    assert!(table.contains("`(2000, 10, 10)` |"), "{table}");
}
