//! `fencepost compare`, end to end.

/// Facts of the guides that depend on the version.
mod facts;

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
    ran.prints("changing between these interpreters: 1 of 2 examples")
        .prints("3.12 and earlier")
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
        .prints("needs 3.10: match statement");
    let comparison = &project.run("compare --format json").json("comparison")[0];
    assert_eq!(comparison["first_that_works"], "3.10");
}

#[test]
fn what_never_works_is_told_and_is_no_change() {
    let project = Project::new().guide("a.md", &["print(1)", "print(missing)"]);
    let ran = project.run("compare --fail-on-change").exits(0);
    ran.prints("fails alike: a.md:11 `part-2/1`")
        .prints("works nowhere: NameError: name 'missing' is not defined")
        .prints("one interpreter alone shows no change: name others with `--python`");
    let comparisons = project.run("compare --format json").json("comparison");
    let works = |index: usize| comparisons[index]["groups"][0]["works"].clone();
    assert_eq!((works(0), works(1)), (true.into(), false.into()));
}

#[test]
fn what_could_not_be_compared_is_told_and_fails_a_nightly_job() {
    let guide = "# T\n\n<!-- fencepost: name=web env=web -->\n```python\nprint(1)\n```\n";
    let config = "[environments.web]\nrequires = \"fastapi\"\n";
    let project = Project::new()
        .file("fencepost.toml", config)
        .file("a.md", guide);
    let ran = project.run("compare --fail-on-change").exits(3);
    ran.prints("blocked: a.md:4 `web`")
        .prints("is not locked: run `fencepost env lock web`")
        .prints("nothing ran");
    project.run("compare").exits(0).prints("blocked: a.md:4");
}

#[test]
fn what_one_interpreter_prints_in_two_ways_is_flaky_and_no_change() {
    if !has_all(&["3.12", "3.13"]) {
        return;
    }
    let blocks = [
        "import random\nprint(random.random())",
        "import gc\nprint(gc.get_threshold())",
    ];
    let project = Project::new().on(&["3.12..3.13"]).guide("a.md", &blocks);
    let told = project
        .run("compare")
        .exits(0)
        .prints("flaky: a.md:")
        .prints("(random)")
        .prints("changing between these interpreters: 1 of 1 example");
    assert_eq!(told.stdout().matches("changes:").count(), 1);
    let one = Project::new()
        .on(&["3.12..3.13"])
        .guide("a.md", &blocks[..1]);
    one.run("compare --fail-on-change")
        .exits(1)
        .prints("cannot be compared");
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

/// Code, the version that brought what it uses, and the words for that.
const FEATURES: [(&str, &str, &str); 14] = [
    ("print('abc'.removeprefix('a'))", "3.9", "str.removeprefix"),
    ("print({1: 2} | {3: 4})", "3.9", "dict | dict"),
    (
        "match 1:\n    case 1:\n        print('one')",
        "3.10",
        "match statement",
    ),
    (
        "print(list(zip([1], [2], strict=True)))",
        "3.10",
        "keyword arguments of zip()",
    ),
    (
        "from itertools import pairwise\nprint(list(pairwise('abc')))",
        "3.10",
        "itertools.pairwise",
    ),
    ("print(isinstance(1, int | str))", "3.10", "X | Y as a type"),
    (
        "try:\n    raise ValueError\nexcept* ValueError:\n    print('group')",
        "3.11",
        "except*",
    ),
    (
        "import tomllib\nprint(tomllib.loads('a = 1'))",
        "3.11",
        "module tomllib",
    ),
    (
        "import asyncio\nprint(asyncio.TaskGroup.__name__)",
        "3.11",
        "asyncio.TaskGroup",
    ),
    ("print(ExceptionGroup.__name__)", "3.11", "ExceptionGroup"),
    ("type Number = int\nprint(Number)", "3.12", "type statement"),
    (
        "def first[T](items: list[T]) -> T:\n    return items[0]\nprint(first([1]))",
        "3.12",
        "type parameters",
    ),
    (
        "from itertools import batched\nprint(list(batched('abc', 2)))",
        "3.12",
        "itertools.batched",
    ),
    (
        "import copy\nprint(copy.replace.__name__)",
        "3.13",
        "copy.replace",
    ),
];

#[test]
fn the_first_version_of_many_features_is_inferred() {
    if !has_all(&["3.8", "3.9", "3.10", "3.11", "3.12", "3.13"]) {
        return;
    }
    let blocks = FEATURES.map(|(code, _, _)| code);
    let project = Project::new().on(&["3.8..3.13"]).guide("a.md", &blocks);
    let comparisons = project
        .run("compare --format json")
        .exits(0)
        .json("comparison");
    for (one, (code, version, words)) in comparisons.iter().zip(FEATURES) {
        assert_eq!(one["first_that_works"], version, "{code}");
        assert_eq!(one["feature"], words, "{code}");
    }
}

#[test]
fn an_example_that_ends_as_declared_works() {
    if !has_all(&["3.12", "3.13"]) {
        return;
    }
    let text =
        "# T\n\n<!-- fencepost: name=raises raises=KeyError -->\n```python\nraise KeyError\n```\n";
    let project = Project::new().on(&["3.12..3.13"]).file("a.md", text);
    let comparison = &project
        .run("compare --format json")
        .exits(0)
        .json("comparison")[0];
    assert_eq!(comparison["first_that_works"], serde_json::Value::Null);
    assert_eq!(comparison["last_that_works"], serde_json::Value::Null);
}
