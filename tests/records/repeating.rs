//! `check --repeat N`: what prints now this, now that is told apart from what is wrong.

use crate::support::Project;

/// Prints one of 2^64 numbers.
const CHANCE: &str = "import random\nprint('got', random.getrandbits(64))";

#[test]
fn flaky_examples_are_told_apart_from_failing_ones_with_what_varies() {
    let project = Project::new().guide(
        "a.md",
        &[
            "import random\nprint('got', 1)",
            "print('old')",
            "print('same')",
        ],
    );
    project.run("record").exits(0);
    let text = project
        .read("a.md")
        .replace("'got', 1", "'got', random.getrandbits(64)");
    project.write("a.md", &text.replace("old", "new"));

    let ran = project
        .run("check --repeat 4")
        .exits(1)
        .prints("1 match, 1 differs, 1 flaky");
    let out = ran.stdout();
    let (differs, flaky) = (
        out.find("differs: a.md").unwrap(),
        out.find("flaky: a.md").unwrap(),
    );
    assert!(differs < flaky, "{out}");
    ran.prints("it did not print the same in all of 4 runs")
        .prints("--repeat 20");

    let results = project
        .run("check --repeat 4 --format json")
        .exits(1)
        .json("result");
    let varying = &results[0]["varying"];
    assert_eq!(results[0]["verdict"], "flaky");
    assert_eq!(varying[0]["stream"], "stdout");
    assert_eq!(varying[0]["line"], 1);
    assert_eq!(varying[0]["looks_like"], "random");
    assert_eq!(varying[0]["values"].as_array().unwrap().len(), 4);
    assert_eq!(results[1]["verdict"], "differs");
    assert!(results[1]["varying"].is_null());
    let junit = project.run("check --repeat 2 --format junit").exits(1);
    junit.prints("type=\"flaky\"").prints("type=\"differs\"");
}

#[test]
fn what_a_pattern_lets_vary_is_not_flaky() {
    let project = Project::new().guide("a.md", &["print('got', 1)"]);
    project.run("record").exits(0);
    let code = &project.read("a.md").replace("print('got', 1)", CHANCE);
    project.write("a.md", code);
    let pattern = project.read("expected/a.toml").replace("got 1", "got [..]");
    project.write("expected/a.toml", &pattern);
    project.run("check --repeat 4").exits(0).prints("1 match");
}

#[test]
fn an_example_that_sometimes_fails_is_flaky() {
    let code = "import os\nif os.urandom(1)[0] % 2:\n    raise SystemExit(3)";
    let project = Project::new().guide("a.md", &[code]);
    // Sixteen runs end alike once in 32768 times.
    let results = project
        .run("check --repeat 16 --format json")
        .exits(1)
        .json("result");
    assert_eq!(results[0]["verdict"], "flaky");
    assert_eq!(results[0]["varying"][0]["stream"], "ending");
}
