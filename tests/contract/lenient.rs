use crate::support::{Project, has_python};

fn check(text: &str) -> crate::support::Ran {
    Project::new().file("a.md", text).run("check --format json")
}

#[test]
fn a_mistake_of_syntax_is_no_reason_to_skip() {
    let ran = check("```python\nprint('x'\n```\n").exits(1);
    assert_eq!(ran.results()[0]["verdict"], "differs");
}

#[test]
fn a_session_that_lacks_a_name_or_a_module_is_skipped_with_its_reason() {
    let text = "```python\npool = 1\n```\n\n```pycon\n>>> pool\n1\n>>> pool + 1\n2\n```\n\n\
        ```pycon\n>>> import no_such_module\n```\n\n```pycon\n>>> 1 + 1\n3\n>>> nothing\n```\n";
    let ran = check(text).exits(1);
    let told = |index: usize| {
        let result = ran.results()[index].clone();
        let text = |key: &str| result[key].as_str().unwrap().to_owned();
        (text("verdict"), text("reason"))
    };
    let skipped = |reason: &str| ("skipped".to_owned(), reason.to_owned());
    assert_eq!(
        told(1),
        skipped("fragment: `pool` is not defined; the block at line 1 defines it")
    );
    assert_eq!(told(2), skipped("missing-module: `no_such_module`"));
    assert_eq!(told(3).0, "differs");
}

#[test]
fn the_block_that_ends_a_shared_process_is_named_by_what_stands_in_it() {
    let blocks = ["x = 1", "%timeit x", "print(x)"];
    let text = blocks.map(|code| format!("```python\n{code}\n```\n\n"));
    let project = Project::new()
        .file("a.md", &text.concat())
        .file("fencepost.toml", "sharing = \"guide\"\n");
    let ran = project.run("check --format json");
    let reason = ran.results()[0]["reason"].as_str().unwrap().to_owned();
    let place = ", in the block at line 5: those below it did not run";
    assert!(reason.starts_with("magic: "), "{reason}");
    assert!(reason.ends_with(place), "{reason}");
}

#[test]
fn syntax_that_only_newer_interpreters_know_is_named() {
    if !(has_python("3.9") && has_python("3.12")) {
        return;
    }
    let text = "```python\nmatch 1:\n    case 1:\n        print('one')\n```\n";
    let project = Project::new().file("a.md", text).on(&["3.9", "3.12"]);
    let ran = project.run("check --format json").exits(0);
    assert_eq!(ran.results()[0]["verdict"], "skipped");
    let reason = ran.results()[0]["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("match statement"), "{reason}");
    assert_eq!(ran.results()[1]["stdout"], "one\n");
    let alone = &project.run("check --python 3.9 --format json").results()[0];
    let reason = alone["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("match statement is newer"), "{reason}");
    project.run("record --python 3.12").exits(0);
    let ran = project.run("check").exits(1);
    ran.prints("match statement").prints("python=");
    let alone = project.run("check --python 3.9").exits(1);
    alone.prints("say so with `python=\">=3.10\"`");
}
