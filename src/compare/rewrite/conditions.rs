//! Texts that differ between interpreters → version conditions that tell them apart.

use crate::plan::{Build, Interpreter};

/// One text with the condition under which it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Conditioned {
    /// A PEP 440 specifier set; `None` where any version will do.
    pub(super) python: Option<String>,
    /// A build; `None` where any will do.
    pub(super) build: Option<Build>,
    /// The versions in words: `3.10–3.12`.
    pub(super) versions: String,
    /// The text.
    pub(super) text: String,
}

/// Groups texts by versions, oldest first, each under a condition that holds on no other's version.
///
/// `existing` is the condition under which all of them stand already.
pub(super) fn conditions(
    texts: &[(&Interpreter, String)],
    existing: Option<&str>,
) -> Vec<Conditioned> {
    let mut texts: Vec<(&Interpreter, &str)> = (texts.iter())
        .map(|(interpreter, text)| (*interpreter, text.as_str()))
        .collect();
    texts.sort_by_key(|(interpreter, _)| interpreter.label());
    let same_release_differs = texts
        .windows(2)
        .any(|pair| pair[0].0.release == pair[1].0.release && pair[0].1 != pair[1].1);
    if !same_release_differs {
        return by_version(&texts, existing, None);
    }
    let mut all = Vec::new();
    for build in [Build::Default, Build::FreeThreaded, Build::Debug] {
        let of_build: Vec<(&Interpreter, &str)> = (texts.iter().copied())
            .filter(|(interpreter, _)| interpreter.build == build)
            .collect();
        all.extend(by_version(&of_build, existing, Some(build)));
    }
    all
}

fn by_version(
    texts: &[(&Interpreter, &str)],
    existing: Option<&str>,
    build: Option<Build>,
) -> Vec<Conditioned> {
    let runs: Vec<&[(&Interpreter, &str)]> = texts.chunk_by(|a, b| a.1 == b.1).collect();
    let boundary = |at: usize| {
        let run = runs.get(at)?;
        let before = runs.get(at.checked_sub(1)?)?.last()?.0.release;
        Some(boundary(before, run[0].0.release))
    };
    (runs.iter().enumerate())
        .map(|(at, run)| Conditioned {
            python: specifier(
                existing,
                boundary(at).as_deref(),
                boundary(at + 1).as_deref(),
            ),
            build,
            versions: versions(run),
            text: run[0].1.to_owned(),
        })
        .collect()
}

/// The version from which something holds: the minor one unless both sides share it.
fn boundary(before: [u64; 3], first: [u64; 3]) -> String {
    let [major, minor, micro] = first;
    if before[..2] == first[..2] {
        format!("{major}.{minor}.{micro}")
    } else {
        format!("{major}.{minor}")
    }
}

fn specifier(existing: Option<&str>, from: Option<&str>, below: Option<&str>) -> Option<String> {
    // Bounds that stood there already are wider than the new ones.
    let kept = (existing.into_iter().flat_map(|text| text.split(',')))
        .map(str::trim)
        .filter(|clause| !(from.is_some() && clause.starts_with('>')))
        .filter(|clause| !(below.is_some() && clause.starts_with('<')))
        .map(str::to_owned);
    let from = from.map(|version| format!(">={version}"));
    let below = below.map(|version| format!("<{version}"));
    let clauses: Vec<String> = kept.chain(from).chain(below).collect();
    (!clauses.is_empty()).then(|| clauses.join(","))
}

fn versions(run: &[(&Interpreter, &str)]) -> String {
    let minor = |interpreter: &Interpreter| interpreter.label().minor();
    let first = minor(run[0].0);
    let last = minor(run[run.len() - 1].0);
    if first == last {
        first
    } else {
        format!("{first}–{last}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::testing::interpreter;

    #[track_caller]
    fn case(texts: &[(u64, &str)], existing: Option<&str>, expected: &[(&str, &str, &str)]) {
        let interpreters: Vec<Interpreter> =
            texts.iter().map(|(minor, _)| interpreter(*minor)).collect();
        let texts: Vec<(&Interpreter, String)> = (interpreters.iter().zip(texts))
            .map(|(interpreter, (_, text))| (interpreter, (*text).to_owned()))
            .collect();
        let found = conditions(&texts, existing);
        let found: Vec<(&str, &str, &str)> = (found.iter())
            .map(|one| {
                let python = one.python.as_deref().unwrap_or_default();
                (python, one.versions.as_str(), one.text.as_str())
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn versions_that_print_alike_share_a_condition() {
        case(
            &[(10, "a"), (12, "a"), (13, "b")],
            None,
            &[("<3.13", "3.10–3.12", "a"), (">=3.13", "3.13", "b")],
        );
        case(
            &[(10, "a"), (11, "b"), (13, "a")],
            None,
            &[
                ("<3.11", "3.10", "a"),
                (">=3.11,<3.13", "3.11", "b"),
                (">=3.13", "3.13", "a"),
            ],
        );
        case(&[(10, "a"), (13, "a")], None, &[("", "3.10–3.13", "a")]);
    }

    #[test]
    fn a_condition_that_is_there_is_narrowed() {
        case(
            &[(12, "a"), (13, "b")],
            Some(">=3.12,<3.14"),
            &[(">=3.12,<3.13", "3.12", "a"), ("<3.14,>=3.13", "3.13", "b")],
        );
    }

    #[test]
    fn builds_are_told_apart_only_where_they_differ() {
        let mut free_threaded = interpreter(13);
        free_threaded.build = Build::FreeThreaded;
        let default = interpreter(13);
        let same = [(&default, "a".to_owned()), (&free_threaded, "a".to_owned())];
        assert_eq!(conditions(&same, None).len(), 1);
        let other = [(&default, "a".to_owned()), (&free_threaded, "b".to_owned())];
        let builds: Vec<Option<Build>> = (conditions(&other, None).iter())
            .map(|one| one.build)
            .collect();
        assert_eq!(builds, [Some(Build::Default), Some(Build::FreeThreaded)]);
    }
}
