//! Two equal names: a finding at each of them, and nothing that was recorded is lost.

use crate::support::Project;

const GUIDE: &str = "# G\n
<!-- fencepost: name=same -->
```python
print('first')
```

<!-- fencepost: name=same -->
```python
print('second')
```
";

#[test]
fn examples_of_one_name_are_told_at_each_and_recorded_apart() {
    let project = Project::new().file("a.md", GUIDE);
    for words in ["record", "check"] {
        let ran = project.run(words).exits(1);
        ran.prints("the fence at line 9 takes the name `same` too\n  --> a.md:3:17")
            .prints("the name `same` is taken by the fence at line 4\n  --> a.md:8:17");
    }
    let text = project.read("expected/a.toml");
    assert!(
        text.contains("first\n") && text.contains("second\n"),
        "{text}"
    );
    project.run("check a.md#same").exits(1).prints("2 match");

    // Named apart, each takes with it what was recorded.
    let renamed = GUIDE.replacen("name=same", "name=other", 1);
    project.write("a.md", &renamed);
    project.run("record").exits(0).prints("0 new, 0 changed");
    project.run("check").exits(0).prints("2 match");
}

#[test]
fn a_second_name_takes_nothing_from_what_was_recorded_under_it() {
    let apart = GUIDE.replacen("name=same", "name=other", 1);
    let project = Project::new().file("a.md", &apart);
    project.run("record").exits(0);
    let before = project.read("expected/a.toml");
    project.write("a.md", GUIDE);
    project.run("record").exits(1);
    project.write("a.md", &apart);
    project.run("record").exits(0);
    assert_eq!(project.read("expected/a.toml"), before);
}

#[test]
fn what_loses_its_name_to_another_example_is_told_by_name() {
    let apart = GUIDE.replacen("name=same", "name=other", 1);
    let project = Project::new().file("a.md", &apart);
    project.run("record").exits(0);
    // The code of `other` alone stays, under the name of the one that is gone.
    let end = GUIDE.match_indices("<!--").nth(1).unwrap().0;
    project.write("a.md", &GUIDE[..end]);
    project
        .run("record")
        .exits(0)
        .prints("removed 1 orphan expectation: `a.md#same`");
}

#[test]
fn a_block_of_a_group_is_named_like_an_example() {
    let guide = "# G\n\n```python {group=g name=one}\nx = 1\n```\n\n```python {group=g name=two}\nprint(x)\n```\n\n```python {name=three}\nprint(3)\n```\n";
    let project = Project::new().file("a.md", guide);
    let results = project
        .run("check a.md#two --format json")
        .exits(0)
        .results();
    assert_eq!(results.len(), 1);
    assert_eq!(results[0]["id"], "a.md#g");
    project
        .run("check a.md#twoo")
        .exits(2)
        .complains("did you mean `a.md#two`?");
}

#[test]
fn blocks_that_never_began_are_not_told() {
    let guide = "# G\n\n```python {group=g}\nprint(1)\n```\n\n```python {group=g build=debug}\nprint(2)\n```\n\n```python {group=g exit=3}\nraise SystemExit(3)\n```\n\n```python {group=g}\nprint(4)\n```\n";
    let project = Project::new().file("a.md", guide);
    let results = project.run("check --format json").exits(0).results();
    let expected = serde_json::json!([{"line": 3, "stdout": "1\n"}, {"line": 11, "stdout": ""}]);
    assert_eq!(results[0]["blocks"], expected);
}
