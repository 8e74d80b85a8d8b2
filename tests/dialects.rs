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
    let outcomes = outcomes();
    let ran = fixtures(&outcomes).run("check --format json --python 3.13");
    let (mut fences, mut results) = (ran.json("fence"), ran.results());
    for (guide, rows) in &outcomes {
        let is_of_guide = |told: &mut Value| told["guide"] == **guide;
        let fences: Vec<Value> = fences.extract_if(.., is_of_guide).collect();
        let mut found = fates(&fences);
        for result in results.extract_if(.., is_of_guide) {
            judge(&result, &fences, &mut found);
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
const OUT_OF_SIGHT: [&str; 5] = [
    // Nothing in them bears the tool's mark.
    "mktestdocs.md",
    "mktestdocs-memory.md",
    "markdown-pytest-session.md",
    "pytest-doctestplus.md",
    // A session for which the tool was not set up.
    "byexample.md",
];

#[test]
fn doctor_tells_what_the_tools_were_seen_to_run_and_to_miss() {
    let outcomes = outcomes();
    let tools = fixtures(&outcomes).run("doctor --format json").json("tool");
    let mut counts = BTreeMap::new();
    for (guide, rows) in outcomes
        .iter()
        .filter(|(guide, _)| !OUT_OF_SIGHT.contains(&guide.as_str()))
    {
        let mut told = told_by_doctor(guide, &tools);
        for row in rows {
            let line = row["line"].as_u64().unwrap();
            let told = told.remove(&line).unwrap_or("nothing");
            let seen = row["theirs"].as_str().unwrap();
            // A tool may count as passed what it was told to leave out, and conditions are its own.
            let ours = row["ours"].as_str().unwrap();
            let allowed: &[&str] = match (seen, ours) {
                ("pass", "skip") | ("skip", _) => &["runs", "skips"],
                ("pass" | "fail", _) => &["runs"],
                (_, "skip") => &["skips", "nothing"],
                _ => &["misses"],
            };
            assert!(allowed.contains(&told), "{guide}:{line}: {told}, {row}");
            *counts.entry(told).or_insert(0) += 1;
        }
        assert!(told.is_empty(), "{guide}: not seen: {told:?}");
    }
    assert!(counts["runs"] > 150, "{counts:?}");
    assert!(counts["skips"] > 20 && counts["misses"] > 5, "{counts:?}");
    assert_eq!(counts["nothing"], 1, "{counts:?}");
}

/// Returns what `doctor` says that a guide's own tool makes of its fences, by line.
fn told_by_doctor(guide: &str, tools: &[Value]) -> BTreeMap<u64, &'static str> {
    let stem = guide.split('.').next().unwrap();
    let is_own = |tool: &&Value| {
        let name = tool["tool"].as_str().unwrap();
        tool["guide"] == guide && (stem.starts_with(name) || (name == "myst" && stem == "sphinx"))
    };
    let longest = |tool: &&Value| tool["tool"].as_str().unwrap().len();
    let tool = tools.iter().filter(is_own).max_by_key(longest);
    let tool = tool.unwrap_or_else(|| panic!("{guide}: no tool is recognised"));
    let blocks = ["runs", "skips", "misses"].into_iter().flat_map(|told| {
        let blocks = tool[told].as_array().unwrap().iter();
        blocks.map(move |block| (block["line"].as_u64().unwrap(), told))
    });
    blocks.collect()
}

#[test]
fn doctor_shows_the_blocks_that_a_tool_would_miss() {
    let guide = "# T\n\n<!-- skip: next -->\n\n```python\na\n```\n\n```py\nb = 1\n```\n\n```python\nc = 1\n```\n\n<!-- fencepost: skip=\"slow\" -->\n\n```python\nd\n```\n";
    Project::new()
        .file("a.md", guide)
        .run("doctor a.md")
        .exits(0)
        .prints("other tools\na.md: sybil would run 2 blocks, skip 1 as its markup asks and miss 1\n    a.md:9 py: would miss it\n    a.md:19 python: would run it, which is skipped here (slow)\n");
    Project::new()
        .file(
            "b.md",
            "# T\n\nOf `notest` and its continuation, <b test=\"x\">.\n\n```python\na = 1\n```\n",
        )
        .run("doctor b.md")
        .exits(0)
        .prints_no("other tools");
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dialects"))
}

/// Returns what became of each block of each guide.
fn outcomes() -> BTreeMap<String, Vec<Value>> {
    serde_json::from_str(&fs::read_to_string(folder().join("outcomes.json")).unwrap()).unwrap()
}

fn fixtures(outcomes: &BTreeMap<String, Vec<Value>>) -> Project {
    let text = |name: &str| fs::read_to_string(folder().join("fixtures").join(name)).unwrap();
    let project = Project::new().file("fencepost.toml", &text("fencepost.toml"));
    (outcomes.keys()).fold(project, |project, guide| project.file(guide, &text(guide)))
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
