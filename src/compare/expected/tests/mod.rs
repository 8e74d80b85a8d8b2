//! Tests of expected files: their text, their problems, and what never depends on order.

mod merging;

use proptest::prelude::*;

use super::*;
use crate::execute::Ending;
use crate::plan::Build;

fn label(minor: u64) -> Label {
    Label {
        release: [3, minor, 0],
        build: Build::Default,
    }
}

fn printed(stdout: &str) -> Transcript {
    Transcript {
        stdout: stdout.into(),
        stderr: String::new(),
        ending: Ending::Exited { code: 0 },
        blocks: Vec::new(),
        exception: None,
    }
}

fn expectation(name: &str, outputs: &[(u64, &str)]) -> Expectation {
    Expectation {
        name: name.into(),
        code: "0123456789abcdef".into(),
        transcripts: (outputs.iter())
            .map(|(minor, stdout)| (label(*minor), printed(stdout)))
            .collect(),
    }
}

fn file(expectations: Vec<Expectation>) -> ExpectedFile {
    ExpectedFile {
        expectations,
        unsandboxed: false,
    }
}

#[test]
fn equal_versions_share_a_base_and_others_lie_over_it() {
    let file = file(vec![
        expectation(
            "gc-thresholds",
            &[
                (10, "(700, 10, 10)\n"),
                (11, "(700, 10, 10)\n"),
                (12, "(700, 10, 10)\n"),
                (13, "(2000, 10, 10)\n"),
            ],
        ),
        expectation("новое", &[(12, "it's\n'''\n"), (13, "a \n\tb\\\n\"\"\"\n")]),
    ]);
    let text = file.to_text();
    assert_eq!(
        text,
        r#"# fencepost expectations, format 1
recorded = ["3.10", "3.11", "3.12", "3.13"]

[[example]]
name = "gc-thresholds"
code = "0123456789abcdef"
stdout = '''
(700, 10, 10)
'''

[[example.overlay]]
on = ["3.13"]
stdout = '''
(2000, 10, 10)
'''

[[example]]
name = "новое"
code = "0123456789abcdef"
recorded = ["3.12", "3.13"]
stdout = """
it's
'''
"""

[[example.overlay]]
on = ["3.13"]
stdout = """
a\u0020
	b\\
"\"\"
"""
"#
    );
    assert_eq!(ExpectedFile::parse("a.toml", &text).unwrap(), file);
}

#[test]
fn equal_overlays_are_one_and_a_range_stays_within_what_was_recorded() {
    let mut example = expectation(
        "a",
        &[
            (9, "x\n"),
            (10, "y\n"),
            (12, "y\n"),
            (13, "x\n"),
            (14, "y\n"),
        ],
    );
    let free_threaded = Label {
        build: Build::FreeThreaded,
        ..label(13)
    };
    example.transcripts.insert(free_threaded, printed("y\n"));
    let text = file(vec![example.clone()]).to_text();
    assert!(
        text.contains("on = [\"3.10..3.12\", \"3.14\", \"3.13t\"]"),
        "{text}"
    );
    let read = ExpectedFile::parse("a.toml", &text).unwrap();
    assert_eq!(read.expectations, [example]);
}

#[test]
fn a_patch_is_named_only_where_patches_differ() {
    let patch = |micro, stdout: &str| {
        let release = [3, 12, micro];
        let build = Build::Default;
        (Label { release, build }, printed(stdout))
    };
    let mut example = expectation("a", &[(11, "x\n")]);
    example
        .transcripts
        .extend([patch(1, "x\n"), patch(7, "x\n")]);
    let text = file(vec![example.clone()]).to_text();
    assert!(text.contains("recorded = [\"3.11\", \"3.12\"]"), "{text}");
    example.transcripts.extend([patch(7, "y\n")]);
    let text = file(vec![example.clone()]).to_text();
    assert!(
        text.contains("recorded = [\"3.11\", \"3.12.1\", \"3.12.7\"]"),
        "{text}"
    );
    assert!(text.contains("on = [\"3.12.7\"]"), "{text}");
    let read = ExpectedFile::parse("a.toml", &text).unwrap();
    assert_eq!(read.expectations, [example]);
}

#[test]
fn every_ending_can_be_written_and_read() {
    let endings = [
        Ending::Exited { code: 3 },
        Ending::Signal {
            signal: "SEGV".into(),
            number: 11,
        },
        Ending::TimedOut { limit_ms: 100 },
        Ending::TooMuchOutput { limit_bytes: 5 },
        Ending::OutOfMemory { limit_bytes: 6 },
        Ending::Limit {
            limit: "processes".into(),
        },
        Ending::CouldNotStart {
            reason: "no \"such\" file\n".into(),
        },
    ];
    for ending in endings {
        let mut example = expectation("a", &[(10, ""), (11, "x")]);
        for transcript in example.transcripts.values_mut() {
            transcript.ending = ending.clone();
        }
        let text = file(vec![example.clone()]).to_text();
        let read = ExpectedFile::parse("a.toml", &text).unwrap();
        assert_eq!(read.expectations, [example]);
    }
}

#[track_caller]
fn judged_by(recorded: &[u64], wanted: Label, by: u64, exactly: bool) {
    let outputs: Vec<(u64, String)> = (recorded.iter())
        .map(|minor| (*minor, minor.to_string()))
        .collect();
    let outputs: Vec<(u64, &str)> = (outputs.iter())
        .map(|(minor, text)| (*minor, text.as_str()))
        .collect();
    let example = expectation("a", &outputs);
    let judging = example.judging(wanted).unwrap();
    assert_eq!(judging.transcript.stdout, by.to_string());
    assert_eq!(judging.recorded, exactly);
}

#[test]
fn the_nearest_older_version_judges_and_else_the_nearest_newer() {
    let patch = Label {
        release: [3, 12, 9],
        build: Build::Default,
    };
    let free_threaded = Label {
        build: Build::FreeThreaded,
        ..label(13)
    };
    judged_by(&[10, 12], patch, 12, true);
    judged_by(&[10, 12], label(11), 10, false);
    judged_by(&[10, 12], label(14), 12, false);
    judged_by(&[10, 12], label(9), 10, false);
    judged_by(&[10, 13, 14], free_threaded, 13, false);
}

/// Each problem as `LINE: message`.
fn problems(text: &str) -> Vec<String> {
    let whole = format!("{FIRST_LINE}\n{text}");
    let problems = ExpectedFile::parse("a.toml", &whole).unwrap_err();
    problems
        .into_iter()
        .inspect(|problem| assert_eq!(problem.code, "corrupt-expected"))
        .map(|problem| format!("{}: {}", problem.position.unwrap().line, problem.message))
        .collect()
}

#[track_caller]
fn case(text: &str, expected: &[&str]) {
    assert_eq!(problems(text), expected);
}

#[test]
fn every_problem_of_a_file_is_told_with_its_line() {
    case(
        "recorded = [\"3.10\", \"three\"]\nrecored = 1\n[[example]]\nname = \"a\"\ncode = \"\"\n[[example.overlay]]\non = [\"3.12..3.13\"]\nstdout = 3\n[[example]]\nname = \"a\"\ncode = \"\"\n",
        &[
            "2: `three` is no version, such as `3.12` or `3.13t`",
            "3: unknown key `recored`; did you mean `recorded`?",
            "7: an overlay sets nothing",
            "8: `3.12..3.13` holds nothing that was recorded",
            "9: a string is expected here",
            "10: two examples are named `a`",
        ],
    );
    case(
        "recorded = [\"3.10\"]\n[[example]]\ncode = \"\"\nending = { kind = \"gone\" }\n[[example.overlay]]\nstdout = \"\"\n",
        &[
            "3: an example needs `name`",
            "5: `ending` is no ending, such as `{ kind = \"exited\", code = 1 }`: unknown variant `gone`, expected one of `exited`, `signal`, `timed-out`, `too-much-output`, `out-of-memory`, `limit`, `could-not-start`",
            "6: an overlay needs `on`, the versions it holds on",
        ],
    );
    case(
        "recorded = [\"3.10\"]\n[[example]]\nname = \"a\"\ncode = \"\"\n[[example.overlay]]\non = [\"3.10\"]\nstdout = \"\"\n[[example.overlay]]\non = [\"3.10\"]\nstdout = \"x\"\n",
        &["9: two overlays set `stdout` for 3.10.0"],
    );
    case(
        "[[example]]\nname = \"a\"\ncode = \"\"\n",
        &["2: `recorded` names no version"],
    );
}

#[test]
fn a_merge_conflict_is_told_by_its_lines_alone() {
    case(
        "<<<<<<< ours\nrecorded = [\"3.10\"]\n=======\n>>>>>>> theirs\n",
        &[
            "2: a merge conflict is not resolved",
            "4: a merge conflict is not resolved",
            "5: a merge conflict is not resolved",
        ],
    );
}

#[test]
fn a_file_that_begins_otherwise_is_not_ours() {
    let problems = ExpectedFile::parse("a.toml", "recorded = []\n").unwrap_err();
    assert_eq!(problems[0].code, "corrupt-expected");
    assert_eq!(problems[0].position.unwrap().line, 1);
}

#[test]
fn bad_toml_is_told_with_its_line() {
    let problems = problems("recorded = [\"3.10\"]\nx y\n");
    assert!(problems[0].starts_with("3: "), "{problems:?}");
}

#[test]
fn a_file_is_replaced_whole_and_its_neighbours_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/a.toml");
    let neighbour = folder.path().join("deep/notes.txt");
    let example = expectation("a", &[(10, "x\n")]);
    file(vec![example.clone()]).write(&path, "a.toml").unwrap();
    std::fs::write(&neighbour, "mine").unwrap();
    let read = ExpectedFile::read(&path, "a.toml").unwrap().unwrap();
    assert_eq!(read.expectations, [example]);

    file(Vec::new()).write(&path, "a.toml").unwrap();
    assert_eq!(ExpectedFile::read(&path, "a.toml").unwrap(), None);
    assert_eq!(std::fs::read_to_string(&neighbour).unwrap(), "mine");
    assert_eq!(
        std::fs::read_dir(folder.path().join("deep"))
            .unwrap()
            .count(),
        1
    );
}

#[test]
fn a_file_that_is_not_ours_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.toml");
    std::fs::write(&path, "[theirs]\n").unwrap();
    let file = file(vec![expectation("a", &[(10, "x\n")])]);
    assert_eq!(
        file.write(&path, "a.toml").unwrap_err().code,
        "corrupt-expected"
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "[theirs]\n");
}

#[test]
fn a_place_that_cannot_be_written_is_blocked() {
    let folder = tempfile::tempdir().unwrap();
    let file_in_the_way = folder.path().join("expected");
    std::fs::write(&file_in_the_way, "").unwrap();
    let file = file(vec![expectation("a", &[(10, "x\n")])]);
    let problem = file
        .write(&file_in_the_way.join("a.toml"), "a.toml")
        .unwrap_err();
    assert_eq!(problem.class, crate::problem::Class::Blocked);
}

fn any_output() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("'''".to_owned()),
        Just("\"\"\"".to_owned()),
        Just("\\".to_owned()),
        Just("\n".to_owned()),
        Just("<<<<<<< a\n".to_owned()),
        Just("\n=======\n".to_owned()),
        Just(" \t\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("\u{7}\u{202e}\u{feff}\u{e0001}".to_owned()),
        "[a-c ]{0,3}",
        "\\PC{0,3}",
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(pieces, 0..5).prop_map(|pieces| pieces.concat())
}

fn any_transcript() -> impl Strategy<Value = Transcript> {
    let few = prop_oneof![3 => Just("same\n".to_owned()), 1 => any_output()];
    (
        few,
        prop_oneof![4 => Just(String::new()), 1 => any_output()],
        0..2_i32,
    )
        .prop_map(|(stdout, stderr, code)| Transcript {
            stdout,
            stderr,
            ending: Ending::Exited { code },
            blocks: Vec::new(),
            exception: None,
        })
}

fn any_label() -> impl Strategy<Value = Label> {
    let builds = prop_oneof![4 => Just(Build::Default), 1 => Just(Build::FreeThreaded), 1 => Just(Build::Debug)];
    (8..16_u64, prop_oneof![3 => Just(0), 1 => 0..4_u64], builds).prop_map(
        |(minor, micro, build)| Label {
            release: [3, minor, micro],
            build,
        },
    )
}

fn any_recordings() -> impl Strategy<Value = Vec<(Label, Transcript)>> {
    proptest::collection::btree_map(any_label(), any_transcript(), 1..9)
        .prop_map(|map| map.into_iter().collect())
}

fn any_file() -> impl Strategy<Value = ExpectedFile> {
    let named = proptest::collection::btree_map("\\PC{1,8}", any_recordings(), 1..4);
    (named, any::<bool>()).prop_map(|(named, unsandboxed)| ExpectedFile {
        expectations: (named.into_iter())
            .map(|(name, recordings)| Expectation {
                name,
                code: "00".into(),
                transcripts: recordings.into_iter().collect(),
            })
            .collect(),
        unsandboxed,
    })
}

proptest! {
    #[test]
    fn what_is_written_is_what_is_read(file in any_file()) {
        let text = file.to_text();
        let read = ExpectedFile::parse("a.toml", &text).unwrap();
        let canonical: Vec<Expectation> = file.expectations.iter().map(Expectation::canonical).collect();
        prop_assert_eq!(&read.expectations, &canonical);
        prop_assert_eq!(read.unsandboxed, file.unsandboxed);
        prop_assert_eq!(read.to_text(), text);
    }

    #[test]
    fn overlays_give_each_label_exactly_what_was_recorded_on_it(recordings in any_recordings()) {
        let example = Expectation { name: "a".into(), code: String::new(), transcripts: recordings.iter().cloned().collect() };
        let text = file(vec![example]).to_text();
        let read = ExpectedFile::parse("a.toml", &text).unwrap();
        for (label, transcript) in &recordings {
            let judging = read.expectations[0].judging(*label).unwrap();
            prop_assert_eq!((judging.transcript, judging.recorded), (transcript, true));
        }
    }

    #[test]
    fn the_order_of_recording_never_shows(recordings in any_recordings(), seed in any::<prop::sample::Index>()) {
        let mut turned = recordings.clone();
        turned.rotate_left(seed.index(recordings.len()));
        turned.reverse();
        let text = |recordings: Vec<(Label, Transcript)>| {
            let mut example = Expectation { name: "a".into(), code: String::new(), transcripts: BTreeMap::new() };
            for (label, transcript) in recordings {
                example.transcripts.insert(label, transcript);
            }
            file(vec![example]).to_text()
        };
        prop_assert_eq!(text(recordings), text(turned));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
        let _ = ExpectedFile::parse("a.toml", &format!("{FIRST_LINE}\n{text}"));
    }
}
