//! Parsing of specs and choosing among what was found.

use std::collections::BTreeMap;

use super::*;
use crate::problem::Class;

fn interpreter(version: &str, build: Build, path: &str) -> Interpreter {
    let plain = version.split(['a', 'b', 'r']).next().unwrap();
    let numbers: Vec<u64> = plain.split('.').map(|part| part.parse().unwrap()).collect();
    Installation {
        path: path.into(),
        real_path: path.into(),
        prefix: "/usr".into(),
        base_prefix: "/usr".into(),
        ..Installation::unplaced(version, numbers.try_into().unwrap(), build)
    }
    .into()
}

fn machine() -> Found {
    let mut interpreters = vec![
        interpreter("3.8.18", Build::Default, "/38"),
        interpreter("3.12.1", Build::Default, "/first-3121"),
        interpreter("3.12.1", Build::Default, "/second-3121"),
        interpreter("3.12.9", Build::Default, "/3129"),
        interpreter("3.13.0", Build::Default, "/313"),
        interpreter("3.13.0", Build::FreeThreaded, "/313t"),
        interpreter("3.15.0rc1", Build::Default, "/315rc1"),
    ];
    interpreters.sort_by(order);
    let old = Misfit {
        path: "/37".into(),
        kind: MisfitKind::TooOld,
        reason: "CPython 3.7.16 is too old: fencepost runs 3.8 and newer".to_owned(),
    };
    Found {
        interpreters,
        misfits: vec![old],
        named: BTreeMap::new(),
        gil: BTreeMap::new(),
    }
}

fn chosen(specs: &[&str]) -> Result<Vec<String>, Vec<Problem>> {
    let specs: Vec<Spec> = specs
        .iter()
        .map(|text| Spec::parse(text).unwrap())
        .collect();
    let chosen = choose(&specs, &machine())?;
    Ok(chosen
        .iter()
        .map(|one| one.path.display().to_string())
        .collect())
}

#[track_caller]
fn case(specs: &[&str], paths: &[&str]) {
    assert_eq!(chosen(specs).unwrap(), paths, "{specs:?}");
}

#[test]
fn every_form_chooses() {
    let all = ["/38", "/3129", "/313", "/313t", "/315rc1"];
    case(&[], &all);
    case(&["all"], &all);
    case(&["newest"], &["/315rc1"]);
    case(&["3.12"], &["/3129"]);
    case(&["3.12.1"], &["/first-3121"]);
    case(&["3.13t"], &["/313t"]);
    case(&["3.15"], &["/315rc1"]);
    case(&["3.9..3.12"], &["/3129"]);
    case(&["3.12..3.13"], &["/3129", "/313", "/313t"]);
    case(&[">=3.13"], &["/313", "/313t", "/315rc1"]);
    case(&["<3.12.5,>=3.12"], &["/first-3121"]);
    case(&["/second-3121"], &["/second-3121"]);
    case(
        &["newest", "3.12", "3.12..3.12", "3.8"],
        &["/38", "/3129", "/315rc1"],
    );
}

#[test]
fn what_must_exist_and_does_not_is_blocked_with_the_way_out() {
    for (specs, message) in [
        (&["3.14"][..], "CPython 3.14 was not found"),
        (&["3.12.2"], "CPython 3.12.2 was not found"),
        (&["3.12t"], "CPython 3.12t was not found"),
        (&["3.7"], "cannot run CPython 3.7"),
        (&["/37"], "`/37` does not exist"),
        (&["/no/such"], "`/no/such` is no interpreter"),
        (
            &["3.9..3.11"],
            "no CPython that was found meets `3.9..3.11`",
        ),
        (&[">4"], "no CPython that was found meets `>4`"),
    ] {
        let problems = chosen(specs).unwrap_err();
        assert_eq!(problems[0].message, message);
        assert_eq!(problems[0].class, Class::Blocked);
    }
    let problem = chosen(&["3.14"]).unwrap_err().remove(0);
    let found = "found: 3.8.18, 3.12.1, 3.12.9, 3.13.0, 3.13.0t, 3.15.0rc1";
    assert_eq!(problem.why.as_deref(), Some(found));
    assert!(
        problem
            .hint
            .unwrap()
            .starts_with("`fencepost python install 3.14` gets it")
    );
    assert_eq!(chosen(&["3.14", "3.99", "3.12"]).unwrap_err().len(), 2);
}

#[test]
fn a_machine_without_interpreters_says_how_to_get_one() {
    let problems = choose(&[], &Found::default()).unwrap_err();
    assert_eq!(problems[0].code, "no-interpreter");
    assert!(
        problems[0]
            .hint
            .as_ref()
            .unwrap()
            .contains("python install")
    );
}

#[test]
fn a_bad_spec_is_refused_with_the_nearest_good_one() {
    for (typed, hint) in [
        ("3", "name the minor version"),
        ("python3.12", "write `3.12`"),
        ("3.10,3.11", "once for each"),
        ("al", "did you mean `all`?"),
        ("3.13..3.10", "write `3.10..3.13`"),
        ("3.10..", "`>=3.10`"),
        ("3.10.1..3.11", "two minor versions"),
        ("3.12rc1", "forms are"),
        (">=x", "forms are"),
        ("", "forms are"),
        ("3.12.1.4", "forms are"),
        ("+3.12", "forms are"),
    ] {
        let problem = Spec::parse(typed).unwrap_err();
        assert_eq!(problem.class, Class::Usage);
        assert!(
            problem.hint.as_ref().unwrap().contains(hint),
            "{typed}: {problem:?}"
        );
    }
}

#[test]
fn a_spec_prints_as_it_was_typed() {
    for text in [
        "3.12",
        "3.12.1",
        "3.13t",
        "3.13d",
        "3.10..3.13",
        ">=3.11",
        "all",
        "newest",
        "./x",
    ] {
        assert_eq!(Spec::parse(text).unwrap().to_string(), text);
    }
}
