//! Names what a failed run shows: a fragment, a missing module, Python 2, and so on.
//!
//! Enters: how a run failed and what Python's grammar says about its code. Leaves: a [`Diagnosis`]
//! in words. Decides nothing: `journey` makes it a skip reason or a part of a finding.

use crate::execute::{Analysis, Ending, RunRecord};
use crate::normalise::Transcript;

/// What only running shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// Stable name: `missing-module`, `fragment`, `needs-stdin`, `python2`, `top-level-await`, `network`, `not-code`, `magic`.
    pub kind: &'static str,
    /// The name with its detail, such as ``missing-module: `numpy` ``.
    pub reason: String,
    /// What to do, where something can be said.
    pub hint: Option<String>,
}

/// A block of the same guide, earlier or later: where it is and what it defines.
#[derive(Debug, Clone)]
pub struct Neighbour {
    /// 1-based line of its fence.
    pub line: usize,
    /// Names that it defines at its top level.
    pub defines: Vec<String>,
}

/// Says what a failed run shows, if it can be named. `earlier` are the guide's blocks above it.
#[must_use]
pub fn diagnose(
    record: &RunRecord,
    transcript: &Transcript,
    analysis: Option<&Analysis>,
    earlier: &[Neighbour],
) -> Option<Diagnosis> {
    if !matches!(record.ending, Ending::Exited { code } if code != 0) {
        return None;
    }
    let last = transcript
        .stderr
        .trim_end()
        .lines()
        .next_back()
        .unwrap_or_default();
    if record.network_attempts > 0 {
        let hint =
            "examples have no network but loopback: start a server inside the example".to_owned();
        return Some(Diagnosis {
            kind: "network",
            reason: "network: tried to leave the machine".to_owned(),
            hint: Some(hint),
        });
    }
    by_exception(last, earlier).or_else(|| by_syntax(last, analysis))
}

fn by_exception(last: &str, earlier: &[Neighbour]) -> Option<Diagnosis> {
    let (exception, message) = last.split_once(": ").unwrap_or((last, ""));
    match exception {
        "ModuleNotFoundError" => {
            let module = quoted(message)?;
            let top = module.split('.').next().unwrap_or(module);
            Some(Diagnosis {
                kind: "missing-module",
                reason: format!("missing-module: `{module}`"),
                hint: Some(format!("give the example an environment that has `{top}`")),
            })
        }
        "NameError" => Some(fragment(quoted(message)?, earlier)),
        "EOFError" => Some(Diagnosis {
            kind: "needs-stdin",
            reason: "needs-stdin: it reads input and got none".to_owned(),
            hint: Some("give it some with `stdin=\"…\"`".to_owned()),
        }),
        _ => None,
    }
}

fn fragment(name: &str, earlier: &[Neighbour]) -> Diagnosis {
    let hint = earlier
        .iter()
        .rev()
        .find(|neighbour| neighbour.defines.iter().any(|defined| defined == name))
        .map(|neighbour| {
            format!(
                "the block at line {} defines it; put both in a group",
                neighbour.line
            )
        });
    Diagnosis {
        kind: "fragment",
        reason: format!("fragment: `{name}` is not defined"),
        hint,
    }
}

fn by_syntax(last: &str, analysis: Option<&Analysis>) -> Option<Diagnosis> {
    let message = ["SyntaxError", "IndentationError", "TabError"]
        .iter()
        .find_map(|name| last.strip_prefix(name))?
        .trim_start_matches(": ");
    if analysis.is_some_and(|analysis| analysis.needs_await)
        || message.contains("outside function") && message.contains("await")
    {
        return Some(Diagnosis {
            kind: "top-level-await",
            reason: "top-level-await: it awaits outside a function".to_owned(),
            hint: Some("run it so with `await=yes`".to_owned()),
        });
    }
    let python2 = [
        "Missing parentheses in call to",
        "multiple exception types must be parenthesized",
    ];
    if python2.iter().any(|words| message.starts_with(words)) {
        let hint = Some("translate it, or set `skip=\"Python 2\"`".to_owned());
        return Some(Diagnosis {
            kind: "python2",
            reason: "python2: this is Python 2".to_owned(),
            hint,
        });
    }
    Some(Diagnosis {
        kind: "not-code",
        reason: format!("not-code: {message}"),
        hint: Some("fence what is not meant to run as `text`, or set `skip=\"…\"`".to_owned()),
    })
}

/// Returns the first text between single quotes.
fn quoted(message: &str) -> Option<&str> {
    message.split('\'').nth(1)
}
