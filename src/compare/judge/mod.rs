//! The verdict on one run.

use serde::{Deserialize, Serialize};

use crate::execute::Ending;
use crate::extract::{Example, StderrMode, StdoutMode};
use crate::normalise::Transcript;
use crate::plan::{Interpreter, Label};

use super::classify::classify;
use super::ending::{self, Broken};
use super::expected::Expectation;
use super::pattern;
use super::{Difference, DifferenceClass, Stream};

/// What is said of one run. Worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It printed or ended otherwise than recorded, declared or claimed.
    Differs,
    /// Nothing was recorded that could judge it.
    Unrecorded,
    /// It prints now this, now that.
    Flaky,
    /// Interpreter, package or environment is missing.
    Blocked,
    /// Not run, on purpose.
    Skipped,
    /// As recorded.
    Match,
}

/// A verdict with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in words.
    pub reason: Option<String>,
    /// Whether this very version and build was recorded.
    pub recorded: bool,
    /// The first difference, most telling stream first.
    pub difference: Option<Difference>,
}

/// Judges a transcript against what was recorded for the example and what its directives declare.
///
/// Claims are judged apart, by [`super::false_claims`]. A difference points at the example's first
/// line; [`super::locate`] finds a better place.
#[must_use]
pub fn judge(
    example: &Example,
    transcript: &Transcript,
    interpreter: &Interpreter,
    expectation: Option<&Expectation>,
) -> Judged {
    if let Ending::CouldNotStart { reason } = &transcript.ending {
        return Judged {
            verdict: Verdict::Blocked,
            reason: Some(reason.clone()),
            recorded: false,
            difference: None,
        };
    }
    let judging = expectation.and_then(|expectation| expectation.judging(interpreter.label()));
    let recorded = judging.is_some_and(|judging| judging.recorded);
    if let Some(broken) = ending::broken_declaration(example, transcript) {
        return differs(example, broken, recorded);
    }
    let Some(judging) = judging else {
        return judge_unrecorded(example, transcript);
    };
    let difference = difference(example, judging.transcript, transcript);
    let (verdict, reason) = match &difference {
        None if recorded => (Verdict::Match, None),
        None => (Verdict::Match, Some(judged_by(judging.label))),
        Some(difference) if recorded => (Verdict::Differs, Some(in_words(difference))),
        Some(difference) => {
            let reason = format!("{}; {}", judged_by(judging.label), in_words(difference));
            (Verdict::Unrecorded, Some(reason))
        }
    };
    Judged {
        verdict,
        reason,
        recorded,
        difference,
    }
}

fn judge_unrecorded(example: &Example, transcript: &Transcript) -> Judged {
    let undeclared = !ending::declares_ending(&example.directives);
    if let Some(broken) = ending::undeclared_failure(transcript).filter(|_| undeclared) {
        return differs(example, broken, false);
    }
    Judged {
        verdict: Verdict::Unrecorded,
        reason: Some("nothing was recorded for it".to_owned()),
        recorded: false,
        difference: None,
    }
}

fn differs(example: &Example, broken: Broken, recorded: bool) -> Judged {
    Judged {
        verdict: Verdict::Differs,
        reason: Some(broken.reason),
        recorded,
        difference: Some(Difference {
            line: Some(example.position.line),
            ..broken.difference
        }),
    }
}

fn judged_by(label: Label) -> String {
    format!("not recorded on this version: judged by {}", label.minor())
}

fn in_words(difference: &Difference) -> String {
    let class = match difference.class {
        DifferenceClass::Cosmetic => "cosmetic",
        DifferenceClass::Meaning => "in meaning",
    };
    format!(
        "{} differs {class}: {}",
        match difference.stream {
            Stream::Ending => "the ending",
            stream => stream.name(),
        },
        difference.why
    )
}

/// Compares streams as the example's directives say: ending first, since it explains the others; where
/// one limit ended both, it is all that is compared.
#[must_use]
pub fn difference(
    example: &Example,
    expected: &Transcript,
    actual: &Transcript,
) -> Option<Difference> {
    let stream = if !ending::same_ending(&expected.ending, &actual.ending) {
        Stream::Ending
    } else if ending::is_cut_off(&actual.ending) {
        return None;
    } else if !same_stdout(example.directives.stdout, &expected.stdout, &actual.stdout) {
        Stream::Stdout
    } else if example.directives.stderr != StderrMode::Ignore
        && !pattern::matches(&expected.stderr, &actual.stderr)
    {
        Stream::Stderr
    } else {
        return None;
    };
    let (expected, actual, (class, why)) = match stream {
        Stream::Ending => {
            let class = (DifferenceClass::Meaning, "it ends otherwise".to_owned());
            let expected = ending::ending_with_cause(expected);
            (expected, ending::ending_with_cause(actual), class)
        }
        Stream::Stderr => {
            let class = classify(&expected.stderr, &actual.stderr);
            (expected.stderr.clone(), actual.stderr.clone(), class)
        }
        Stream::Stdout | Stream::Claim => {
            let class = classify(&expected.stdout, &actual.stdout);
            (expected.stdout.clone(), actual.stdout.clone(), class)
        }
    };
    Some(Difference {
        stream,
        expected,
        actual,
        class,
        why,
        line: Some(example.position.line),
    })
}

fn same_stdout(mode: StdoutMode, expected: &str, actual: &str) -> bool {
    match mode {
        StdoutMode::Exact => pattern::matches(expected, actual),
        StdoutMode::Unordered => pattern::matches_unordered(expected, actual),
        StdoutMode::Ignore => true,
    }
}

#[cfg(test)]
mod tests;
