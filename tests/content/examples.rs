//! Examples of our guides: named, standalone, short, without claims that nobody compares.

use std::collections::BTreeSet;

use fencepost::compare::expected::Expectation;
use fencepost::normalise::Transcript;

use super::guide::{Fence, Guide};
use super::tables::expected;
use super::{assert_none, faults_of, guides};

/// Modules that a guide may use without an environment are those of the standard library; these are the usual others.
const THIRD_PARTY: [&str; 12] = [
    "numpy",
    "pytest",
    "fastapi",
    "pydantic",
    "sqlalchemy",
    "aiohttp",
    "requests",
    "psutil",
    "objgraph",
    "hypothesis",
    "httpx",
    "mypy",
];

fn examples(guide: &Guide) -> Vec<&Fence> {
    guide.examples_in(&(0..guide.lines.len()))
}

/// Checks everything that an example's text shows.
fn faults(guide: &Guide) -> Vec<String> {
    let mut faults = Vec::new();
    let mut names = BTreeSet::new();
    for fence in examples(guide) {
        let mut check = |holds: bool, what: &str| {
            if !holds {
                faults.push(guide.fault(fence.line, what));
            }
        };
        let name = fence.value("name").unwrap_or_default();
        check(!name.is_empty(), "the example has no name");
        check(
            name.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'),
            "the name is not plain ASCII",
        );
        check(names.insert(name), "the name is taken");
        check(
            fence.value("group").is_none(),
            "the example does not stand alone",
        );
        let code = guide.body(fence);
        let needs = |module: &&&str| {
            code.contains(&format!("import {module}")) || code.contains(&format!("from {module} "))
        };
        let packages: Vec<&&str> = THIRD_PARTY.iter().filter(needs).collect();
        check(
            packages.is_empty() || fence.value("env").is_some(),
            "it needs a package and has no environment",
        );
        check(
            !code.lines().any(is_free_claim),
            "a trailing comment claims an output: write `# =>`",
        );
    }
    faults
}

/// Says whether a line ends in a comment that reads as an output and is not compared.
fn is_free_claim(line: &str) -> bool {
    let Some((before, comment)) = line.rsplit_once('#') else {
        return false;
    };
    let comment = comment.trim();
    let claims = ["True", "False", "None"].contains(&comment)
        || comment.parse::<f64>().is_ok()
        || ["prints ", "выведет ", "напечатает ", "Output"]
            .iter()
            .any(|word| comment.starts_with(word));
    before.trim_end().ends_with(')') && claims
}

#[test]
fn every_example_is_named_standalone_and_free_of_unchecked_claims() {
    assert_none(&guides().iter().flat_map(faults).collect::<Vec<_>>());
}

#[test]
fn a_free_claim_is_noticed() {
    assert!(is_free_claim("print(a is b)  # True"));
    assert!(!is_free_claim("print(a is b)  # => True"));
    assert!(!is_free_claim("lock.release()  # now others may go on"));
}

#[test]
fn info_strings_are_exactly_python() {
    assert_none(&faults_of(|guide| {
        let odd =
            |fence: &&Fence| fence.info != "python" && fence.info.to_lowercase().starts_with("py");
        guide
            .fences
            .iter()
            .filter(odd)
            .map(|fence| guide.fault(fence.line, "write `python`"))
            .collect()
    }));
}

/// What published guides get wrong: texts that must not appear in code or as statements of ours.
const RED_LIST: [(&str, &str); 7] = [
    ("utcnow(", "`datetime.utcnow` is deprecated"),
    ("asyncio быстрее потоков", "speed depends on the load"),
    ("100 тиков", "that was Python 2"),
    ("multiprocessing always faster", "it is not"),
    ("%timeit", "IPython only"),
    ("257 is 257 → False", "true only across units"),
    ("4294967295", "depends on the build"),
];

/// Returns red words that stand in code; in prose they may stand as the wrong statement that is corrected.
fn red(guide: &Guide) -> Vec<String> {
    let lines = |fence: &Fence| fence.body.clone().collect::<Vec<_>>();
    let mut faults = Vec::new();
    for line in examples(guide).into_iter().flat_map(lines) {
        for (words, why) in RED_LIST {
            if guide.lines[line].contains(words) {
                faults.push(guide.fault(line, &format!("`{words}`: {why}")));
            }
        }
    }
    faults
}

#[test]
fn nothing_of_the_red_list_is_shown_as_code() {
    assert_none(&guides().iter().flat_map(red).collect::<Vec<_>>());
}

#[test]
fn the_red_list_can_fail() {
    let guide = Guide::parse("x.md", "```python\nprint(datetime.utcnow())\n```\n");
    assert_eq!(red(&guide).len(), 1);
}

#[test]
fn every_example_prints_something() {
    assert_none(&faults_of(|guide| {
        let silent = |expectation: &Expectation| {
            let ended = |transcript: &Transcript| {
                transcript.stdout.is_empty() && transcript.stderr.is_empty()
            };
            expectation.transcripts.values().any(ended)
        };
        let recorded = expected(guide).expectations;
        recorded
            .iter()
            .filter(|one| silent(one))
            .map(|one| format!("{}#{} prints nothing", guide.name, one.name))
            .collect()
    }));
}
