//! The detector on real interpreters: what varies is caught, named and shown; what is stable is left alone.
//!
//! `make test-records` sets `FENCEPOST_TRIES`, and then the oldest interpreter takes part as well.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

use crate::support::{Project, interpreters, tries};

/// One example of `kinds.toml`, which varies from run to run.
#[derive(Debug, Deserialize)]
struct Unstable {
    name: String,
    code: String,
    spans: Vec<Span>,
}

/// A stretch that has to be found.
#[derive(Debug, Deserialize)]
struct Span {
    /// Stream, line and column.
    at: String,
    kind: String,
    /// An expression for the whole of each value.
    value: String,
}

#[derive(Debug, Deserialize)]
struct Table {
    example: Vec<Unstable>,
}

fn unstable() -> Vec<Unstable> {
    let table: Table = toml::from_str(include_str!("kinds.toml")).unwrap();
    table.example
}

fn guide_of(examples: &[Unstable]) -> String {
    let mut text = "# Unstable\n".to_owned();
    for Unstable { name, code, .. } in examples {
        writeln!(
            text,
            "\n<!-- fencepost: name={name} -->\n```python\n{code}```"
        )
        .unwrap();
    }
    text
}

/// Returns the interpreters that are tried: the newest, and for a whole trial the oldest as well.
fn tried() -> Vec<String> {
    let mut all = interpreters();
    let newest = all.pop().unwrap();
    let oldest = all.into_iter().next().filter(|_| tries() > 1);
    oldest.into_iter().chain([newest]).collect()
}

/// Says what is wrong with what the detector said of an example; nothing if all is right.
fn wrong(example: &Unstable, result: &Value) -> Option<String> {
    let found = result["varying"].as_array().cloned().unwrap_or_default();
    let text = |span: &Value, key: &str| span[key].as_str().unwrap_or_default().to_owned();
    let is_right = |(span, expected): (&Value, &Span)| {
        let at = format!(
            "{} {}:{}",
            text(span, "stream"),
            span["line"],
            span["column"]
        );
        let whole = Regex::new(&format!("^(?:{})$", expected.value)).unwrap();
        let values: Vec<&str> = (span["values"].as_array().unwrap().iter())
            .filter_map(Value::as_str)
            .collect();
        at == expected.at
            && text(span, "looks_like") == expected.kind
            && values.len() > 1
            && values.iter().all(|value| whole.is_match(value))
    };
    let right = result["verdict"] == "flaky"
        && found.len() == example.spans.len()
        && found.iter().zip(&example.spans).all(is_right);
    (!right).then(|| format!("{} on {}: {result}", example.name, result["python"]))
}

#[test]
fn each_kind_of_instability_is_caught_and_named_with_its_spans() {
    let examples = unstable();
    let kinds: BTreeSet<&str> = (examples.iter())
        .flat_map(|example| &example.spans)
        .map(|span| span.kind.as_str())
        .collect();
    assert!(kinds.len() >= 12, "{kinds:?}");
    let interpreters = tried();
    let words: Vec<&str> = interpreters.iter().map(String::as_str).collect();
    let project = (Project::new().file("a.md", &guide_of(&examples))).on(&words);
    for _ in 0..tries() {
        let results = project.run("record --format json").exits(1).results();
        assert_eq!(results.len(), examples.len() * interpreters.len());
        let wrong: Vec<String> = (results.iter().enumerate())
            .filter_map(|(at, result)| wrong(&examples[at / interpreters.len()], result))
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(!project.path("expected/a.toml").exists());
    }
}

#[test]
fn a_hundred_stable_examples_raise_no_alarm() {
    let text = include_str!("stable.md");
    assert!(text.matches("```python\n").count() >= 100);
    let interpreters = tried();
    let words: Vec<&str> = interpreters.iter().map(String::as_str).collect();
    let project = Project::new().file("a.md", text).on(&words);
    let mut recorded = None;
    for _ in 0..tries() {
        let results = project.run("record --format json").exits(0).results();
        let alarm = |result: &&Value| result["verdict"] != "match";
        assert_eq!(results.iter().find(alarm), None);
        let now = project.read("expected/a.toml");
        assert_eq!(recorded.get_or_insert(now.clone()), &now);
    }
}

#[test]
fn a_flag_of_the_interpreter_that_follows_the_seed_is_named_as_that() {
    let code = "import sys\nprint(sys.flags)";
    let project = Project::new().guide("a.md", &[code]);
    project.run("record").exits(1).prints("(hash seed)");
}

#[test]
fn the_number_of_cpus_is_named_on_every_version() {
    let mut codes = vec![
        "import os\nprint(os.cpu_count())",
        "import multiprocessing\nprint(multiprocessing.cpu_count())",
    ];
    if std::thread::available_parallelism().is_ok_and(|cpus| cpus.get() > 1) {
        codes.push("import os\nprint(len(os.sched_getaffinity(0)))");
    }
    let project = Project::new().guide("a.md", &codes).on(&["all"]);
    let results = project.run("record --format json").exits(1).results();
    for result in &results {
        let reason = result["reason"].as_str().unwrap_or_default();
        assert!(reason.contains("(cpu count)"), "{result}");
    }
}

#[test]
fn names_of_variables_and_the_command_line_are_the_same_in_every_run() {
    let codes = [
        "import os\nprint(sorted(os.environ), os.environ.get('PYTHON_CPU_COUNT'))",
        "import sys\nprint(sys._xoptions, sys.argv, getattr(sys, 'orig_argv', [])[1:])",
        "import os\nprint(os.path.exists('/sys/devices/system/cpu/online'))",
    ];
    let project = Project::new().guide("a.md", &codes).on(&["all"]);
    project.run("record").exits(0);
}
