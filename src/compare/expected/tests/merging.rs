//! Tests of re-recording: what is kept, what is followed, what waits for a person.

use proptest::prelude::*;

use super::{any_output, any_recordings, file, label, printed};
use crate::compare::Verdict;
use crate::compare::expected::*;
use crate::compare::judge;
use crate::compare::testing::{example, interpreter};
use crate::plan::Build;

/// An example whose code tells its name, so that codes differ.
fn named(name: &str, code: &str) -> Example {
    let guide = format!("```python\n{code}\n```\n");
    let mut example = example(&guide, &format!("{code}\n"));
    example.name = name.into();
    example
}

fn seen(name: &str, outputs: &[(u64, &str)]) -> Seen {
    let transcripts = (outputs.iter())
        .map(|(minor, stdout)| (label(*minor), printed(stdout)))
        .collect();
    Seen::from([(name.to_owned(), transcripts)])
}

fn stdout_of(file: &ExpectedFile, name: &str, minor: u64) -> String {
    let judging = file.find(name).unwrap().judging(label(minor)).unwrap();
    judging.transcript.stdout.clone()
}

#[test]
fn a_new_version_leaves_the_others_alone() {
    let examples = [named("a", "f()"), named("b", "g()")];
    let file = ExpectedFile::default()
        .merge(&examples, &seen("b", &[(12, "x\n"), (13, "y\n")]), false)
        .merge(&examples, &seen("a", &[(12, "z\n")]), false)
        .merge(&examples, &seen("b", &[(14, "y\n")]), false);
    let names: Vec<&str> = (file.expectations.iter())
        .map(|expectation| expectation.name.as_str())
        .collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(stdout_of(&file, "b", 12), "x\n");
    assert_eq!(stdout_of(&file, "b", 14), "y\n");
    assert_eq!(stdout_of(&file, "a", 12), "z\n");
}

#[test]
fn a_renamed_example_keeps_what_was_recorded() {
    let before = [named("1", "f()"), named("2", "g()")];
    let file = ExpectedFile::default()
        .merge(&before, &seen("1", &[(12, "f\n")]), false)
        .merge(&before, &seen("2", &[(12, "g\n")]), false);
    // A new example on top moves the numbers on.
    let after = [named("1", "new()"), named("2", "f()"), named("3", "g()")];
    let followed = file.follow(&after);
    assert_eq!(followed.by_example, [None, Some(0), Some(1)]);
    assert!(followed.orphans.is_empty());
    let merged = file.merge(&after, &seen("1", &[(13, "new\n")]), false);
    assert_eq!(stdout_of(&merged, "1", 13), "new\n");
    assert_eq!(stdout_of(&merged, "2", 12), "f\n");
    assert_eq!(stdout_of(&merged, "3", 12), "g\n");
}

#[test]
fn orphans_go_only_when_asked_to() {
    let before = [named("a", "f()"), named("b", "g()")];
    let file = ExpectedFile::default()
        .merge(&before, &seen("a", &[(12, "f\n")]), false)
        .merge(&before, &seen("b", &[(12, "g\n")]), false);
    let after = [named("b", "g()")];
    assert_eq!(file.follow(&after).orphans, [0]);
    let kept = file.merge(&after, &Seen::new(), false);
    assert_eq!(kept.expectations.len(), 2);
    let pruned = file.merge(&after, &Seen::new(), true);
    assert_eq!(pruned.expectations.len(), 1);
}

#[test]
fn a_renamed_guide_is_found_by_what_it_runs() {
    let examples = [named("a", "f()"), named("b", "g()")];
    let recorded = ExpectedFile::default()
        .merge(&examples, &seen("a", &[(12, "f\n")]), false)
        .merge(&examples, &seen("b", &[(12, "g\n")]), false);
    let stranger =
        ExpectedFile::default().merge(&[named("c", "h()")], &seen("c", &[(12, "h\n")]), false);
    let files = [&stranger, &recorded];
    assert_eq!(followed_file(&examples, &files), Some(1));
    assert_eq!(followed_file(&[named("d", "i()")], &files), None);
}

#[test]
fn a_patch_that_prints_otherwise_is_told_apart_when_both_are_seen() {
    let examples = [named("a", "f()")];
    let both = Seen::from([(
        "a".to_owned(),
        BTreeMap::from([(patch(1), printed("x\n")), (patch(7), printed("y\n"))]),
    )]);
    let file = ExpectedFile::default()
        .merge(&examples, &seen("a", &[(12, "old\n")]), false)
        .merge(&examples, &both, false);
    let labels: Vec<Label> = file.expectations[0].transcripts.keys().copied().collect();
    assert_eq!(labels, [patch(1), patch(7)]);
}

fn patch(micro: u64) -> Label {
    Label {
        release: [3, 12, micro],
        ..label(12)
    }
}

/// What a made-up machine prints of the example `a`: by patch of 3.12.
fn on(machine: &[(u64, &str)]) -> Seen {
    let transcripts = machine
        .iter()
        .map(|(micro, stdout)| (patch(*micro), printed(stdout)));
    Seen::from([("a".to_owned(), transcripts.collect())])
}

/// Records one patch of a machine, as `record` does: with what the others print where it is in doubt.
fn record_patch(
    file: &ExpectedFile,
    machine: &[(u64, &str)],
    one: (u64, &str),
) -> (ExpectedFile, usize) {
    let examples = [named("a", "f()")];
    let mut seen = on(&[one]);
    let rest = file.tell_apart(&examples, &mut seen, &on(machine));
    (file.merge(&examples, &seen, false), rest.len())
}

#[test]
fn patches_recorded_one_by_one_are_told_apart_in_any_order() {
    let orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    let machines = [
        [(1, "x\n"), (5, "x\n"), (7, "y\n")],
        [(1, "x\n"), (5, "y\n"), (7, "x\n")],
        [(1, "x\n"), (5, "y\n"), (7, "z\n")],
        [(1, "x\n"), (5, "x\n"), (7, "x\n")],
    ];
    for machine in machines {
        let at_once = ExpectedFile::default().merge(&[named("a", "f()")], &on(&machine), false);
        for order in orders {
            let mut file = ExpectedFile::default();
            for index in order {
                let (after, rest) = record_patch(&file, &machine, machine[index]);
                // As it is read again: without the patch where patches agree.
                file = ExpectedFile::parse("a.toml", &after.to_text()).unwrap();
                assert_eq!(rest, 0);
            }
            assert_eq!(file.to_text(), at_once.to_text(), "{machine:?} {order:?}");
        }
    }
}

#[test]
fn two_patches_of_three_give_the_same_bytes_in_either_order() {
    let machine = [(1, "x\n"), (5, "z\n"), (7, "y\n")];
    let text = |one: usize, other: usize| {
        let (file, _) = record_patch(&ExpectedFile::default(), &machine, machine[one]);
        record_patch(&file, &machine, machine[other]).0.to_text()
    };
    assert_eq!(text(0, 2), text(2, 0));
}

#[test]
fn what_no_patch_prints_is_replaced_and_stays_in_doubt() {
    let machine = [(1, "new\n"), (7, "now\n")];
    let old =
        ExpectedFile::default().merge(&[named("a", "f()")], &seen("a", &[(12, "old\n")]), false);
    let (file, rest) = record_patch(&old, &machine, machine[1]);
    assert_eq!(rest, 1);
    let labels: Vec<&Label> = file.expectations[0].transcripts.keys().collect();
    assert_eq!(labels, [&label(12)], "one patch, so it is not named");
    assert_eq!(stdout_of(&file, "a", 12), "now\n");

    // Other code prints what it prints, and patterns match as they do.
    let examples = [named("a", "g()")];
    assert!(old.doubts(&examples, &on(&machine)).is_empty());
    let mut loose = old.clone();
    for transcript in loose.expectations[0].transcripts.values_mut() {
        "n[..]\n".clone_into(&mut transcript.stdout);
    }
    let examples = [named("a", "f()")];
    assert!(loose.doubts(&examples, &on(&machine)).is_empty());
}

fn patterned(stdout: &str) -> ExpectedFile {
    let mut file = ExpectedFile::default().merge(
        &[named("a", "f()")],
        &seen("a", &[(12, "x\n"), (13, "x\n")]),
        false,
    );
    for transcript in file.expectations[0].transcripts.values_mut() {
        stdout.clone_into(&mut transcript.stdout);
    }
    file
}

#[test]
fn patterns_reach_new_versions_and_leave_where_they_no_longer_match() {
    let file = patterned("took [..] s\nend\n");
    let examples = [named("a", "f()")];
    let merged = file.merge(
        &examples,
        &seen("a", &[(13, "took 3 s\nEND\n"), (14, "took 4 s\nend\n")]),
        false,
    );
    assert_eq!(stdout_of(&merged, "a", 12), "took [..] s\nend\n");
    assert_eq!(stdout_of(&merged, "a", 13), "took [..] s\nEND\n");
    assert_eq!(stdout_of(&merged, "a", 14), "took [..] s\nend\n");
}

#[test]
fn pending_changes_are_accepted_or_rejected_one_by_one() {
    let examples = [named("a", "f()"), named("b", "g()")];
    let mut file =
        ExpectedFile::default().merge(&examples, &seen("b", &[(12, "x\n"), (13, "x\n")]), false);
    let mut now = seen("a", &[(12, "new\n")]);
    now.extend(seen("b", &[(12, "x\n"), (13, "y\n")]));
    let mut pending = PendingFile::propose(&file, &examples, &now);
    let changes = pending.changes_of("b", &file, &examples);
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].versions, ["3.13"]);
    assert_eq!(changes[0].old.as_ref().unwrap().stdout, "x\n");
    assert_eq!(changes[0].new.stdout, "y\n");

    let text = pending.to_text();
    assert!(text.starts_with(PENDING_FIRST_LINE));
    assert_eq!(PendingFile::parse("a.toml", &text).unwrap(), pending);
    assert!(ExpectedFile::parse("a.toml", &text).is_err());

    assert_eq!(pending.accept("a", &mut file, &examples), Some(Vec::new()));
    assert_eq!(pending.accept("a", &mut file, &examples), None);
    assert!(pending.reject("b"));
    assert!(!pending.reject("b"));
    assert_eq!(file.expectations[0].name, "a");
    assert_eq!(stdout_of(&file, "b", 13), "x\n");
    assert!(
        PendingFile::propose(&file, &examples, &seen("a", &[(12, "new\n")]))
            .changes
            .is_empty()
    );
}

/// Patches of 3.11 and what they print.
fn patches(printed_by: &[(u64, &str)]) -> Seen {
    let on = |(patch, text): &(u64, &str)| {
        let release = [3, 11, *patch];
        let build = Build::Default;
        (Label { release, build }, printed(text))
    };
    Seen::from([("a".to_owned(), printed_by.iter().map(on).collect())])
}

#[test]
fn pending_changes_tell_patches_of_one_minor_version_apart() {
    let examples = [named("a", "f()")];
    let recorded = |printed_by: &[(u64, &str)]| {
        ExpectedFile::default().merge(&examples, &patches(printed_by), false)
    };
    let both = recorded(&[(2, "x\n"), (7, "y\n")]);
    let three = recorded(&[(2, "x\n"), (7, "y\n"), (9, "z\n")]);
    // What stands there, what is seen, what a reviewer is shown, what is accepted.
    let cases = [
        (
            recorded(&[(2, "x\n")]),
            patches(&[(2, "x\n"), (7, "y\n")]),
            "3.11.7",
            both.clone(),
        ),
        (
            both.clone(),
            patches(&[(9, "z\n")]),
            "3.11.9",
            three.clone(),
        ),
        (
            recorded(&[(2, "x\n"), (7, "z\n")]),
            patches(&[(7, "y\n")]),
            "3.11.7",
            both,
        ),
        (
            recorded(&[(2, "x\n"), (7, "z\n")]),
            patches(&[(7, "x\n")]),
            "3.11.7",
            recorded(&[(2, "x\n")]),
        ),
    ];
    for (mut file, seen, versions, accepted) in cases {
        let proposed = PendingFile::propose(&file, &examples, &seen);
        let mut pending = PendingFile::parse("a.toml", &proposed.to_text()).unwrap();
        assert_eq!(pending, proposed);
        let changes = pending.changes_of("a", &file, &examples);
        let told: Vec<&str> = changes
            .iter()
            .flat_map(|one| &one.versions)
            .map(String::as_str)
            .collect();
        assert_eq!(told, [versions]);
        assert_eq!(pending.accept("a", &mut file, &examples), Some(Vec::new()));
        assert_eq!(file.to_text(), accepted.to_text(), "{versions}");
    }
}

#[test]
fn accepting_removes_nothing_but_what_has_lost_its_name_and_names_it() {
    let before = [
        named("same", "f()"),
        named("other", "g()"),
        named("c", "h()"),
    ];
    let mut all = seen("same", &[(12, "f\n")]);
    all.extend(seen("other", &[(12, "g\n")]));
    all.extend(seen("c", &[(12, "h\n")]));
    let file = ExpectedFile::default().merge(&before, &all, false);
    // The code of `other` alone stays, under the name of the one that is gone.
    let now = [named("same", "g()"), named("c", "h()")];
    let mut changed = seen("same", &[(12, "g\n")]);
    changed.extend(seen("c", &[(12, "H\n")]));
    let mut pending = PendingFile::propose(&file, &now, &changed);
    let mut accepted = file.clone();
    assert_eq!(pending.accept("c", &mut accepted, &now), Some(Vec::new()));
    assert_eq!(stdout_of(&accepted, "same", 12), "f\n");
    assert_eq!(stdout_of(&accepted, "c", 12), "H\n");
    let gone = pending.accept("same", &mut accepted, &now);
    assert_eq!(gone, Some(vec!["same".to_owned()]));
    assert_eq!(stdout_of(&accepted, "same", 12), "g\n");
    assert_eq!(accepted.find("other"), None);
}

#[test]
fn pending_files_stand_apart_and_are_ignored_by_git() {
    let root = tempfile::tempdir().unwrap();
    let path = PendingFile::path_for(root.path(), &root.path().join("deep/a.toml"));
    assert_eq!(path, root.path().join(".pending/deep/a.toml"));
    let examples = [named("a", "f()")];
    let pending = PendingFile::propose(
        &ExpectedFile::default(),
        &examples,
        &seen("a", &[(12, "x\n")]),
    );
    pending.write(root.path(), &path, "a.toml").unwrap();
    assert_eq!(PendingFile::read(&path, "a.toml").unwrap(), pending);
    assert!(root.path().join(".pending/.gitignore").exists());
    PendingFile::default()
        .write(root.path(), &path, "a.toml")
        .unwrap();
    assert_eq!(
        PendingFile::read(&path, "a.toml").unwrap(),
        PendingFile::default()
    );
}

proptest! {
    #[test]
    fn what_is_recorded_matches_whatever_was_expected_before(old in any_output(), wild in any::<bool>(), now in any_output()) {
        let example = named("a", "f()");
        let mut before = ExpectedFile::default().merge(std::slice::from_ref(&example), &seen("a", &[(12, &old)]), false);
        if wild {
            for transcript in before.expectations.iter_mut().flat_map(|expectation| expectation.transcripts.values_mut()) {
                transcript.stdout = format!("[..]\n...\n{}", transcript.stdout);
            }
        }
        let after = before.merge(std::slice::from_ref(&example), &seen("a", &[(12, &now)]), false);
        let judged = judge(&example, &printed(&now), &interpreter(12), after.find("a"));
        prop_assert_eq!(judged.verdict, Verdict::Match);
        let again = after.merge(std::slice::from_ref(&example), &seen("a", &[(12, &now)]), false);
        prop_assert_eq!(again.to_text(), after.to_text());
    }

    #[test]
    fn patterns_survive_re_recording(head in "[a-c]{1,3}", tail in "[a-c]{1,3}", middle in "[a-z ]{0,5}", other in "[x-z]{1,3}") {
        let old = patterned(&format!("{head}[..]{tail}\n...\nend\n{head}\n"));
        let now = format!("{head}{middle}{tail}\n{other}\nend\n{other}\n");
        let merged = old.merge(&[named("a", "f()")], &seen("a", &[(12, &now)]), false);
        let expected = format!("{head}[..]{tail}\n...\nend\n{other}\n");
        prop_assert_eq!(stdout_of(&merged, "a", 12), expected);
    }

    #[test]
    fn recording_version_by_version_in_any_order_gives_the_same_bytes(recordings in any_recordings(), seed in any::<prop::sample::Index>()) {
        // One patch of each minor version, as on one machine.
        let mut recordings: Vec<(Label, Transcript)> = recordings;
        recordings.dedup_by_key(|(label, _)| (label.release[1], label.build));
        let mut minors = std::collections::BTreeSet::new();
        recordings.retain(|(label, _)| minors.insert((label.release[1], label.build)));
        let example = named("a", "f()");
        let record = |recordings: &[(Label, Transcript)]| {
            let mut file = ExpectedFile::default();
            for (label, transcript) in recordings {
                let seen = Seen::from([("a".to_owned(), BTreeMap::from([(*label, transcript.clone())]))]);
                file = file.merge(std::slice::from_ref(&example), &seen, false);
            }
            file.to_text()
        };
        let mut turned = recordings.clone();
        turned.rotate_left(seed.index(recordings.len()));
        turned.reverse();
        let text = record(&recordings);
        prop_assert_eq!(&record(&turned), &text);
        let at_once = Seen::from([("a".to_owned(), recordings.into_iter().collect())]);
        prop_assert_eq!(file(ExpectedFile::default().merge(&[example], &at_once, false).expectations).to_text(), text);
    }
}
