//! What fencepost says of the guides on which `make test-dialects` compares it with other tools.
//!
//! The tools' side needs their packages and stays out of here; ours must be what was compared.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Project, newest_python};

#[test]
fn blocks_written_for_other_tools_end_as_the_comparison_says() {
    let outcomes: BTreeMap<String, Vec<Value>> =
        serde_json::from_str(&fs::read_to_string(folder().join("outcomes.json")).unwrap()).unwrap();
    let project = outcomes.keys().fold(fixtures(), |project, guide| {
        let text = fs::read_to_string(folder().join("fixtures").join(guide)).unwrap();
        project.file(guide, &text)
    });
    for (guide, rows) in &outcomes {
        let ran = project.run(&format!(
            "check {guide} --format json --python {}",
            newest_python()
        ));
        let mut found = fates(&ran.json("fence"));
        for result in ran.results() {
            judge(&result, &mut found);
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
fn judge(result: &Value, found: &mut BTreeMap<u64, &'static str>) {
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
}
