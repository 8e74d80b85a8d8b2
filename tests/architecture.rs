//! The rules of `lib.rs`, held by reading the source: imports go one way, each power has one owner.

use std::fs;
use std::path::{Path, PathBuf};

const STAGES: [&str; 7] = [
    "discover",
    "extract",
    "plan",
    "execute",
    "normalise",
    "compare",
    "report",
];
const FOUNDATION: [&str; 4] = ["position", "problem", "wording", "child"];
const TOP: [&str; 2] = ["journey", "cli"];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Returns the Rust files of a module without its tests, with their text.
fn files_of(module: &str) -> Vec<(PathBuf, String)> {
    let file = source().join(format!("{module}.rs"));
    let mut found = Vec::new();
    if file.is_file() {
        found.push(file);
    }
    collect(&source().join(module), &mut found);
    found.sort();
    found.retain(|path| path.file_stem().is_some_and(|stem| stem != "tests"));
    found
        .into_iter()
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect()
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Returns the text without comment lines, in which modules may be named freely.
fn code(text: &str) -> String {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Says whether code imports a top-level module of the crate.
fn imports(text: &str, module: &str) -> bool {
    let direct = [
        format!("crate::{module}::"),
        format!("crate::{module};"),
        format!("fencepost::{module}::"),
    ];
    let grouped = text.split("use crate::{").skip(1).any(|group| {
        let group = group.split("};").next().unwrap_or_default();
        group
            .split([',', '{', '}', '\n'])
            .any(|part| part.trim().starts_with(&format!("{module}::")))
    });
    direct.iter().any(|form| text.contains(form)) || grouped
}

#[track_caller]
fn assert_free_of(module: &str, forbidden: &[&str]) {
    for (path, text) in files_of(module) {
        let text = code(&text);
        for other in forbidden {
            assert!(
                !imports(&text, other),
                "{} imports `{other}`",
                path.display()
            );
        }
        assert!(
            !text.contains("super::super::super"),
            "{} climbs out by `super`",
            path.display()
        );
    }
}

#[test]
fn a_stage_imports_only_earlier_stages_and_the_foundation() {
    for (index, stage) in STAGES.iter().enumerate() {
        let mut forbidden = STAGES[index + 1..].to_vec();
        forbidden.extend(TOP);
        assert_free_of(stage, &forbidden);
    }
}

#[test]
fn the_foundation_imports_nothing_but_itself() {
    let others: Vec<&str> = STAGES.iter().chain(&TOP).copied().collect();
    for module in FOUNDATION {
        assert_free_of(module, &others);
    }
}

#[test]
fn the_rule_can_fail() {
    assert!(imports("use crate::compare::Verdict;", "compare"));
    assert!(imports(
        "use crate::{plan::Plan, compare::Verdict};",
        "compare"
    ));
    assert!(!imports("use crate::plan::Plan;", "compare"));
}

#[test]
fn every_module_is_named_in_the_map_of_the_crate() {
    let map = fs::read_to_string(source().join("lib.rs")).unwrap();
    for entry in fs::read_dir(source()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let named =
            map.contains(&format!("pub mod {name};")) || ["lib", "main"].contains(&name.as_str());
        assert!(named, "`lib.rs` does not name {}", path.display());
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    let all = STAGES
        .iter()
        .chain(&FOUNDATION)
        .chain(&TOP)
        .flat_map(|module| files_of(module));
    for (path, text) in all {
        assert!(
            text.starts_with("//!"),
            "{} has no `//!` header",
            path.display()
        );
    }
}

#[test]
fn clap_and_environment_variables_stay_in_cli() {
    for module in STAGES.iter().chain(&["journey"]) {
        for (path, text) in files_of(module) {
            let is_of_tests = path
                .iter()
                .any(|part| part == "tests.rs" || part == "testing.rs");
            let text = code(&text);
            let own = text.split("#[cfg(test)]").next().unwrap_or_default();
            let reads = !is_of_tests && own.contains("env::var");
            assert!(!text.contains("clap"), "{} knows clap", path.display());
            assert!(!reads, "{} reads variables", path.display());
        }
    }
}

#[test]
fn only_compare_writes_expected_files() {
    for module in ["extract", "plan", "normalise", "report", "journey"] {
        let is_test = |path: &Path| path.file_stem().is_some_and(|stem| stem == "tests");
        for (path, text) in files_of(module) {
            if is_test(&path) {
                continue;
            }
            let code = code(&text);
            let writes = ["fs::write(", "File::create(", "OpenOptions::new("];
            assert!(
                !writes.iter().any(|call| code.contains(call)),
                "{} writes files",
                path.display()
            );
        }
    }
}

#[test]
fn every_file_of_tests_is_part_of_the_suite() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let main = fs::read_to_string(folder.join("main.rs")).unwrap();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            assert!(
                name == "main" || main.contains(&format!("mod {name};")),
                "{name} is not in main.rs"
            );
        }
    }
}
