//! Tests of verdicts.

use proptest::prelude::*;

use super::*;
use crate::compare::testing::{example, interpreter, printed, raised};
use crate::extract::Raises;
use crate::plan::Build;

const GUIDE: &str = "```python\nf()\n```\n";

fn plain() -> Example {
    example(GUIDE, "f()\n")
}

fn recorded(outputs: &[(u64, Transcript)]) -> Expectation {
    let label = |minor: u64| Label {
        release: [3, minor, 0],
        build: Build::Default,
    };
    Expectation {
        name: "a".into(),
        code: String::new(),
        transcripts: (outputs.iter())
            .map(|(minor, transcript)| (label(*minor), transcript.clone()))
            .collect(),
    }
}

#[track_caller]
fn case(
    example: &Example,
    transcript: &Transcript,
    expectation: Option<&Expectation>,
    verdict: Verdict,
    reason: Option<&str>,
) {
    let judged = judge(example, transcript, &interpreter(12), expectation);
    assert_eq!(judged.verdict, verdict, "{judged:?}");
    assert_eq!(judged.reason.as_deref(), reason);
    let points_at = judged.difference.map(|difference| difference.line);
    assert!(points_at.is_none_or(|line| line == Some(1)));
}

fn declaring(declare: impl FnOnce(&mut crate::extract::Directives)) -> Example {
    let mut example = plain();
    declare(std::sync::Arc::make_mut(&mut example.directives));
    example
}

#[test]
fn what_was_recorded_judges() {
    let expectation = recorded(&[(12, printed("a\n"))]);
    case(
        &plain(),
        &printed("a\n"),
        Some(&expectation),
        Verdict::Match,
        None,
    );
    case(
        &plain(),
        &printed("b\n"),
        Some(&expectation),
        Verdict::Differs,
        Some("stdout differs in meaning: a value differs"),
    );
    case(
        &plain(),
        &raised("a\n", "ValueError: x"),
        Some(&expectation),
        Verdict::Differs,
        Some("the ending differs in meaning: it ends otherwise"),
    );
}

#[test]
fn a_version_that_was_not_recorded_is_judged_by_the_nearest() {
    let expectation = recorded(&[(10, printed("a\n"))]);
    case(
        &plain(),
        &printed("a\n"),
        Some(&expectation),
        Verdict::Match,
        Some("not recorded on this version: judged by 3.10"),
    );
    case(
        &plain(),
        &printed("b\n"),
        Some(&expectation),
        Verdict::Unrecorded,
        Some(
            "not recorded on this version: judged by 3.10; stdout differs in meaning: a value differs",
        ),
    );
}

#[test]
fn without_an_expectation_the_ending_judges() {
    case(
        &plain(),
        &printed("a\n"),
        None,
        Verdict::Unrecorded,
        Some("nothing was recorded for it"),
    );
    case(
        &plain(),
        &raised("", "ValueError: x"),
        None,
        Verdict::Differs,
        Some("it ended with `exit 1: ValueError: x` instead of `exit 0`"),
    );
    let three = declaring(|directives| directives.exit = Some(3));
    let exit_3 = Transcript {
        ending: Ending::Exited { code: 3 },
        ..printed("")
    };
    case(
        &three,
        &exit_3,
        None,
        Verdict::Unrecorded,
        Some("nothing was recorded for it"),
    );
}

#[test]
fn a_declared_exception_must_be_raised() {
    let declared = |message: Option<&str>| {
        declaring(|directives| {
            directives.raises = Some(Raises {
                exception: "ValueError".into(),
                message: message.map(str::to_owned),
            });
        })
    };
    let run = raised("", "ValueError: x");
    let unrecorded = Some("nothing was recorded for it");
    case(&declared(None), &run, None, Verdict::Unrecorded, unrecorded);
    case(
        &declared(Some("x")),
        &run,
        None,
        Verdict::Unrecorded,
        unrecorded,
    );
    case(
        &declared(Some("y")),
        &run,
        None,
        Verdict::Differs,
        Some("it raised `ValueError: x`, and `ValueError: y` is declared"),
    );
    case(
        &declared(None),
        &printed(""),
        None,
        Verdict::Differs,
        Some("it raised nothing, and `exit 1: ValueError` is declared"),
    );
    case(
        &declared(None),
        &raised("", "KeyError: 'x'"),
        None,
        Verdict::Differs,
        Some("it raised `KeyError: 'x'`, and `ValueError` is declared"),
    );
}

#[test]
fn a_declared_signal_is_known_by_its_name() {
    let segv = declaring(|directives| directives.signal = Some("segv".into()));
    let killed = Transcript {
        ending: Ending::Signal {
            signal: "SEGV".into(),
            number: 11,
        },
        ..printed("")
    };
    case(
        &segv,
        &killed,
        None,
        Verdict::Unrecorded,
        Some("nothing was recorded for it"),
    );
    case(
        &plain(),
        &killed,
        None,
        Verdict::Differs,
        Some("it ended with `signal SEGV` instead of `exit 0`"),
    );
}

#[test]
fn directives_say_what_is_compared() {
    let expectation = recorded(&[(12, printed("a\nb\n"))]);
    let other_order = printed("b\na\n");
    let unordered = declaring(|directives| directives.stdout = StdoutMode::Unordered);
    let ignored = declaring(|directives| directives.stdout = StdoutMode::Ignore);
    case(
        &unordered,
        &other_order,
        Some(&expectation),
        Verdict::Match,
        None,
    );
    case(
        &ignored,
        &printed(""),
        Some(&expectation),
        Verdict::Match,
        None,
    );
    let warned = Transcript {
        stderr: "UserWarning: x\n".into(),
        ..printed("a\nb\n")
    };
    let quiet = declaring(|directives| directives.stderr = StderrMode::Ignore);
    case(&quiet, &warned, Some(&expectation), Verdict::Match, None);
    case(
        &plain(),
        &warned,
        Some(&expectation),
        Verdict::Differs,
        Some("stderr differs in meaning: there are more lines"),
    );
}

#[test]
fn a_process_that_could_not_start_is_blocked() {
    let gone = Transcript {
        ending: Ending::CouldNotStart {
            reason: "no such file".into(),
        },
        ..printed("")
    };
    case(
        &plain(),
        &gone,
        None,
        Verdict::Blocked,
        Some("no such file"),
    );
}

proptest! {
    #[test]
    fn what_is_recorded_matches_itself(stdout in "(\\.\\.\\.\n|\\[\\.\\.\\]|\\PC{0,3}\n?){0,6}", stderr in "\\PC{0,6}\n?", unordered in any::<bool>()) {
        let example = declaring(|directives| {
            if unordered {
                directives.stdout = StdoutMode::Unordered;
            }
        });
        let transcript = Transcript { stderr, ..printed(&stdout) };
        let kept = Transcript { stdout: pattern::escape(&transcript.stdout), stderr: pattern::escape(&transcript.stderr), ..transcript.clone() };
        let expectation = recorded(&[(12, kept)]);
        let judged = judge(&example, &transcript, &interpreter(12), Some(&expectation));
        prop_assert_eq!(judged.verdict, Verdict::Match);
        prop_assert!(judged.recorded);
    }
}
