//! Mermaid diagrams parse with the real mermaid.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{assert_none, guides};
use crate::support;

fn parser() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mermaid")
}

/// Returns mermaid's error for each text, or nothing where it parses.
fn parse(texts: &[String]) -> Vec<Option<String>> {
    let mut node = Command::new("node")
        .arg("parse.mjs")
        .current_dir(parser())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let asked = serde_json::to_vec(texts).unwrap();
    node.stdin.take().unwrap().write_all(&asked).unwrap();
    let answer = node.wait_with_output().unwrap();
    serde_json::from_slice(&answer.stdout).unwrap()
}

fn can_parse() -> bool {
    if !parser().join("node_modules/mermaid").is_dir() {
        support::skip("mermaid: run `npm ci` in tests/mermaid");
        return false;
    }
    support::has_program("node")
}

#[test]
fn every_diagram_parses() {
    if !can_parse() {
        return;
    }
    let mut places = Vec::new();
    let mut texts = Vec::new();
    for guide in guides() {
        for fence in guide.fences.iter().filter(|fence| fence.info == "mermaid") {
            places.push(guide.fault(fence.line, "mermaid"));
            texts.push(guide.body(fence));
        }
    }
    let faults: Vec<String> = places
        .iter()
        .zip(parse(&texts))
        .filter_map(|(place, error)| error.map(|error| format!("{place}: {error}")))
        .collect();
    assert_none(&faults);
}

#[test]
fn a_broken_diagram_is_noticed() {
    if can_parse() {
        let answers = parse(&[
            "flowchart LR\n A[\"x\"] --> B".to_owned(),
            "flowchart LR\n A[x( --> B".to_owned(),
        ]);
        assert_eq!(
            answers.iter().map(Option::is_some).collect::<Vec<_>>(),
            [false, true]
        );
    }
}
