use crate::support::Project;

fn project() -> Project {
    Project::new()
        .file("true.md", "```python\nprint(1)\n```\n")
        .file("false.md", "```python\nprint(1) #> 2\n```\n")
        .file("look.md", "```pyhton\nprint(1)\n```\n")
        .file("env.md", "```python {env=web}\nimport six\n```\n")
        .file(
            "fencepost.toml",
            "guides = [\"*.md\"]\n[environments.web]\nrequires = [\"six\"]\n",
        )
}

#[test]
fn a_finding_wins_over_what_is_blocked() {
    let project = project();
    for (words, code) in [
        ("check true.md", 0),
        ("check env.md", 3),
        ("check env.md false.md", 1),
        ("check env.md look.md", 1),
        ("check true.md --python 3.99", 3),
        ("check true.md --python newest --python 3.99t", 3),
        ("check look.md --python 3.99", 1),
        ("check false.md --python newest --python 3.99", 1),
        ("check true.md env.md missing.md", 2),
        ("check env.md --python 3.", 2),
    ] {
        project.run(words).exits(code);
    }
}

#[test]
fn a_finding_wins_over_a_report_that_cannot_be_written() {
    let project = project();
    let words = "--output no/such/folder/report";
    project.run(&format!("check true.md {words}")).exits(3);
    project.run(&format!("check false.md {words}")).exits(1);
    project.run(&format!("list look.md {words}")).exits(1);
    let words = "--report json=no/such/folder/report";
    project
        .run(&format!("check false.md {words}"))
        .exits(1)
        .complains("no/such");
}

#[test]
fn what_is_not_there_is_blocked_and_the_others_run() {
    let ran = project().run("check true.md --python newest --python 3.99 --format json");
    let ran = ran.exits(3).complains("3.99");
    let verdicts: Vec<_> = (ran.results().iter())
        .map(|result| result["verdict"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(verdicts, ["unrecorded", "blocked"]);
    let blocked = &ran.results()[1];
    assert_eq!(blocked["python"], "3.99");
    assert_eq!(blocked["ending"], serde_json::Value::Null);
    assert_eq!(ran.json("problem")[0]["code"], "interpreter-missing");
    assert_eq!(
        ran.json("summary")[0]["interpreters"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}
