//! What fencepost says of the guides on which `make test-dialects` compares it with other tools.
//!
//! The tools' side needs their packages and stays out of here; ours must be what was compared.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Project, has_python};

#[test]
fn blocks_written_for_other_tools_end_as_the_comparison_says() {
    // Some of them ask for a version.
    if !has_python("3.13") {
        return;
    }
    let outcomes: BTreeMap<String, Vec<Value>> =
        serde_json::from_str(&fs::read_to_string(folder().join("outcomes.json")).unwrap()).unwrap();
    let project = outcomes.keys().fold(fixtures(), |project, guide| {
        let text = fs::read_to_string(folder().join("fixtures").join(guide)).unwrap();
        project.file(guide, &text)
    });
    for (guide, rows) in &outcomes {
        let ran = project.run(&format!("check {guide} --format json --python 3.13"));
        let mut found = fates(&ran.json("fence"));
        for result in ran.results() {
            judge(&result, &ran.json("fence"), &mut found);
        }
        for row in rows {
            let line = row["line"].as_u64().unwrap();
            let ours = row["ours"].as_str().unwrap();
            let mine = found.remove(&line).unwrap_or("missed");
            // A test of several blocks has one outcome, which our blocks bear only together.
            let whole = row["theirs"] == "fail" && ours == "fail" && mine == "pass";
            assert!(mine == ours || whole, "{guide}:{line}: {mine}, not {ours}");
        }
        assert!(found.is_empty(), "{guide}: not compared: {found:?}");
    }
}

/// Guides that show a tool's own blind spots, told by other means than its selection of fences.
const OUT_OF_SIGHT: [&str; 6] = [
    // Nothing in them bears the tool's mark.
    "mktestdocs.md",
    "mktestdocs-memory.md",
    "markdown-pytest-session.md",
    "pytest-doctestplus.md",
    // One false block keeps all others from being looked at, or a setting does.
    "pytest-codeblocks-skipfile.md",
    "byexample.md",
];

#[test]
fn doctor_tells_what_the_tools_were_seen_to_miss() {
    let outcomes: BTreeMap<String, Vec<Value>> =
        serde_json::from_str(&fs::read_to_string(folder().join("outcomes.json")).unwrap()).unwrap();
    let mut compared = 0;
    for (guide, rows) in outcomes
        .iter()
        .filter(|(guide, _)| !OUT_OF_SIGHT.contains(&guide.as_str()))
    {
        let text = fs::read_to_string(folder().join("fixtures").join(guide)).unwrap();
        let project = fixtures().file(guide, &text);
        let tools = project
            .run(&format!("doctor {guide} --format json"))
            .json("tool");
        let stem = guide.split('.').next().unwrap();
        let of_guide = |tool: &&Value| {
            let name = tool["tool"].as_str().unwrap();
            stem.starts_with(name) || (name == "myst" && stem == "sphinx")
        };
        let longest = tools
            .iter()
            .filter(of_guide)
            .max_by_key(|tool| tool["tool"].as_str().unwrap().len());
        let tool = longest.unwrap_or_else(|| panic!("{guide}: no tool is recognised"));
        let told: Vec<u64> = tool["misses"]
            .as_array()
            .unwrap()
            .iter()
            .map(|block| block["line"].as_u64().unwrap())
            .collect();
        let missed = rows
            .iter()
            .filter(|row| row["theirs"] == "missed" && row["ours"] != "skip");
        let missed: Vec<u64> = missed.map(|row| row["line"].as_u64().unwrap()).collect();
        assert_eq!(told, missed, "{guide}: {tool}");
        compared += missed.len();
    }
    assert!(compared > 5, "{compared}");
}

#[test]
fn doctor_shows_the_blocks_that_a_tool_would_miss() {
    let guide = "# T\n\n<!-- skip: next -->\n\n```python\na\n```\n\n```py\nb = 1\n```\n\n```python\nc = 1\n```\n";
    Project::new()
        .file("a.md", guide)
        .run("doctor a.md")
        .exits(0)
        .prints("other tools\na.md: of 2 blocks that fencepost runs, sybil would run 1 and miss 1\n    a.md:9 py\n");
    Project::new()
        .file("b.md", "# T\n\n```python\na = 1\n```\n")
        .run("doctor b.md")
        .exits(0)
        .prints_no("other tools");
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dialects"))
}

fn fixtures() -> Project {
    let config = fs::read_to_string(folder().join("fixtures/fencepost.toml")).unwrap();
    Project::new().file("fencepost.toml", &config)
}

/// Returns what each Python fence is before anything runs; one that no result speaks of was not for the interpreter.
fn fates(fences: &[Value]) -> BTreeMap<u64, &'static str> {
    let outcome = |fence: &Value| match fence["fate"].as_str().unwrap() {
        "run" | "skipped" => Some("skip"),
        "lookalike" => Some("lookalike"),
        _ => None,
    };
    let lines = fences
        .iter()
        .filter_map(|fence| Some((fence["line"].as_u64().unwrap(), outcome(fence)?)));
    lines.collect()
}

/// Blocks of a group pass up to the one where the difference lies.
fn judge(result: &Value, fences: &[Value], found: &mut BTreeMap<u64, &'static str>) {
    let first = result["line"].as_u64().unwrap();
    let lines: Vec<u64> = match result["blocks"].as_array() {
        Some(blocks) => blocks
            .iter()
            .map(|block| block["line"].as_u64().unwrap())
            .collect(),
        None => vec![first],
    };
    let at = result["difference"]["line"].as_u64();
    let failing = lines
        .iter()
        .rev()
        .find(|line| at.is_none_or(|at| **line <= at));
    for line in &lines {
        let outcome = match result["verdict"].as_str().unwrap() {
            "skipped" => "skip",
            "differs" if failing.is_none_or(|failing| line >= failing) => "fail",
            _ => "pass",
        };
        found.insert(*line, outcome);
    }
    // Blocks below the one that failed are not reached.
    let below = fences
        .iter()
        .filter(|fence| fence["id"] == result["id"] && fence["fate"] == "run");
    for line in below.map(|fence| fence["line"].as_u64().unwrap()) {
        if result["verdict"] == "differs" && failing.is_some_and(|failing| line > *failing) {
            found.insert(line, "fail");
        }
    }
}
