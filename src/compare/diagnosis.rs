//! Names what a failed run shows: a fragment, a missing module, Python 2, and so on.
//!
//! Enters: how a run failed and what Python's grammar says about its code. Leaves: a [`Diagnosis`]
//! in words. Decides nothing: `journey` makes it a skip reason or a part of a finding.

use crate::execute::{Analysis, Ending, RunRecord};
use crate::plan::environment::missing_module_hint;

use super::ClaimFault;
use super::claims::raised;
use super::features::{feature, newer_syntax};
use super::place::Ran;

/// What only running shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// Stable name: `missing-module`, `fragment`, `needs-stdin`, `python2`, `top-level-await`, `network`, `newer-syntax`, `newer-builtin`, `placeholder`, `magic`, `not-code`, `syntax`.
    pub kind: &'static str,
    /// The name with its detail, such as ``missing-module: `numpy` ``.
    pub reason: String,
    /// What to do, where something can be said.
    pub hint: Option<String>,
}

impl Diagnosis {
    /// Says whether a lenient guide may skip it. A plain error of syntax is a mistake, not a reason.
    #[must_use]
    pub fn is_lenient(&self) -> bool {
        self.kind != "syntax"
    }
}

/// A block of the same guide, earlier or later: where it is and what it defines.
#[derive(Debug, Clone)]
pub struct Neighbour {
    /// 1-based line of its fence.
    pub line: usize,
    /// Names that it defines at its top level.
    pub defines: Vec<String>,
}

/// Says what a failed run shows, if it can be named.
///
/// `code` and `analysis` are those of its last block; `earlier` are the guide's blocks above it.
#[must_use]
pub fn diagnose(
    failed: Ran<'_>,
    analysis: Option<&Analysis>,
    code: &str,
    earlier: &[Neighbour],
) -> Option<Diagnosis> {
    let Ran {
        record,
        transcript,
        interpreter,
    } = failed;
    if !matches!(record.ending, Ending::Exited { code } if code != 0) {
        return None;
    }
    let last = transcript
        .stderr
        .trim_end()
        .lines()
        .next_back()
        .unwrap_or_default();
    by_network(record)
        .or_else(|| by_exception(last, earlier, interpreter.release))
        .or_else(|| by_syntax(last, analysis, code, interpreter.release[1]))
}

/// Says what a session shows whose first false claim is an exception that the guide does not show.
#[must_use]
pub fn diagnose_session(
    failed: Ran<'_>,
    faults: &[ClaimFault],
    earlier: &[Neighbour],
) -> Option<Diagnosis> {
    let fault = faults.iter().find(|fault| fault.fails)?;
    let raised = raised(&fault.difference.actual)?;
    let last = raised.trim_end().lines().next_back().unwrap_or_default();
    let shown = fault.difference.expected.starts_with("Traceback (");
    by_network(failed.record)
        .or_else(|| by_exception(last, earlier, failed.interpreter.release))
        .filter(|_| !shown)
}

fn by_network(record: &RunRecord) -> Option<Diagnosis> {
    (record.network_attempts > 0).then(|| Diagnosis {
        kind: "network",
        reason: "network: tried to leave the machine".to_owned(),
        hint: Some(
            "examples have no network but loopback: start a server inside the example".to_owned(),
        ),
    })
}

/// `release` is the interpreter's that raised it.
fn by_exception(last: &str, earlier: &[Neighbour], release: [u64; 3]) -> Option<Diagnosis> {
    let (exception, message) = last.split_once(": ").unwrap_or((last, ""));
    match exception {
        "ModuleNotFoundError" => {
            let module = quoted(message)?;
            Some(Diagnosis {
                kind: "missing-module",
                reason: format!("missing-module: `{module}`"),
                hint: Some(missing_module_hint(module)),
            })
        }
        "NameError" => {
            let name = quoted(message)?;
            let fragment = fragment(name, earlier);
            let is_defined = fragment.hint.is_some();
            let newer = newer_builtin(name, release).filter(|_| !is_defined);
            Some(newer.unwrap_or(fragment))
        }
        "EOFError" => Some(Diagnosis {
            kind: "needs-stdin",
            reason: "needs-stdin: it reads input and got none".to_owned(),
            hint: Some("give it some with `stdin=\"…\"`".to_owned()),
        }),
        _ => None,
    }
}

/// Built-in names that came after CPython 3.8, with the minor version that brought each.
const NEWER_BUILTINS: [(&str, u64); 6] = [
    ("aiter", 10),
    ("anext", 10),
    ("EncodingWarning", 10),
    ("BaseExceptionGroup", 11),
    ("ExceptionGroup", 11),
    ("PythonFinalizationError", 13),
];

/// Names a built-in that an interpreter is too old for.
fn newer_builtin(name: &str, [major, minor, _]: [u64; 3]) -> Option<Diagnosis> {
    let (_, since) = NEWER_BUILTINS.iter().find(|(known, _)| *known == name)?;
    ((major, minor) < (3, *since)).then(|| Diagnosis {
        kind: "newer-builtin",
        reason: format!("newer-builtin: `{name}` came with CPython 3.{since}"),
        hint: Some(format!("say so with `python=\">=3.{since}\"`")),
    })
}

fn fragment(name: &str, earlier: &[Neighbour]) -> Diagnosis {
    let defines = |neighbour: &&Neighbour| neighbour.defines.iter().any(|defined| defined == name);
    let definition = earlier.iter().rev().find(defines);
    let reason = format!("fragment: `{name}` is not defined");
    match definition {
        Some(neighbour) => Diagnosis {
            kind: "fragment",
            reason: format!("{reason}; the block at line {} defines it", neighbour.line),
            hint: Some("put both in a group with `group=NAME` above each".to_owned()),
        },
        None => Diagnosis {
            kind: "fragment",
            reason,
            hint: None,
        },
    }
}

/// `minor` is the version's on which it failed.
fn by_syntax(last: &str, analysis: Option<&Analysis>, code: &str, minor: u64) -> Option<Diagnosis> {
    let message = ["SyntaxError", "IndentationError", "TabError"]
        .iter()
        .find_map(|name| last.strip_prefix(name))?
        .trim_start_matches(": ");
    if analysis.is_some_and(|analysis| analysis.needs_await)
        || message.contains("outside function") && message.contains("await")
    {
        return Some(Diagnosis {
            kind: "top-level-await",
            reason: "top-level-await: it awaits outside a function; write `await=yes` above it"
                .to_owned(),
            hint: None,
        });
    }
    let known = analysis.and_then(|analysis| analysis.syntax_error.as_ref());
    let python2 = [
        "Missing parentheses in call to",
        "multiple exception types must be parenthesized",
    ];
    let messages = [Some(message), known.map(|(message, _)| message.as_str())];
    let says = |words: &&str| {
        messages
            .iter()
            .flatten()
            .any(|said| said.starts_with(*words))
    };
    if python2.iter().any(says) {
        let hint = Some("translate it, or set `skip=\"Python 2\"`".to_owned());
        return Some(Diagnosis {
            kind: "python2",
            reason: "python2: this is Python 2".to_owned(),
            hint,
        });
    }
    if known.is_none() {
        return Some(known_to_newer(code, last));
    }
    if let Some((what, since)) = newer_syntax(code, minor) {
        return Some(newer(
            what,
            &format!("say so with `python=\">=3.{since}\"`"),
        ));
    }
    let line = known.map_or(0, |(_, line)| *line);
    Some(not_code(
        message,
        code.lines().nth(line).unwrap_or_default().trim(),
    ))
}

/// Names syntax that the newest interpreter asked for knows, and this one does not.
fn known_to_newer(code: &str, last: &str) -> Diagnosis {
    let what = feature(code, last).unwrap_or_else(|| "its syntax".to_owned());
    newer(&what, "say for which versions it is with `python=\">=…\"`")
}

fn newer(what: &str, hint: &str) -> Diagnosis {
    Diagnosis {
        kind: "newer-syntax",
        reason: format!("newer-syntax: {what} is newer than this interpreter"),
        hint: Some(hint.to_owned()),
    }
}

/// Names what stands on a line that is no Python.
fn not_code(message: &str, line: &str) -> Diagnosis {
    let fence_as_text = "fence what is not meant to run as `text`, or set `skip=\"…\"`";
    let (kind, reason, hint) = if line.starts_with(['%', '!']) {
        (
            "magic",
            format!("magic: `{line}` is IPython's own"),
            "write it in plain Python, or set `skip=\"IPython\"`",
        )
    } else if line.starts_with("$ ") {
        (
            "not-code",
            format!("not-code: `{line}` is a shell's"),
            "fence it as `console` or `sh`",
        )
    } else if line.contains("...")
        || line.contains('…')
        || (line.contains('<') && line.contains('>'))
    {
        (
            "placeholder",
            format!("placeholder: `{line}` stands for code"),
            fence_as_text,
        )
    } else {
        ("syntax", format!("syntax: {message}"), fence_as_text)
    };
    Diagnosis {
        kind,
        reason,
        hint: Some(hint.to_owned()),
    }
}

/// Returns the first text between single quotes.
fn quoted(message: &str) -> Option<&str> {
    message.split('\'').nth(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(last: &str, code: &str, kind: &str) {
        let analysis = Analysis {
            syntax_error: Some(("invalid syntax".to_owned(), 0)),
            ..Analysis::default()
        };
        let found = by_exception(last, &[], [3, 13, 0])
            .or_else(|| by_syntax(last, Some(&analysis), code, 13));
        assert_eq!(found.map(|found| found.kind), Some(kind), "{last}");
    }

    #[test]
    fn what_only_running_shows_is_named() {
        case(
            "ModuleNotFoundError: No module named 'numpy.linalg'",
            "",
            "missing-module",
        );
        case("NameError: name 'pool' is not defined", "", "fragment");
        case("EOFError: EOF when reading a line", "", "needs-stdin");
        case(
            "SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?",
            "print 'x'",
            "python2",
        );
        case(
            "SyntaxError: 'await' outside function",
            "await x",
            "top-level-await",
        );
        case("SyntaxError: invalid syntax", "%timeit f()", "magic");
        case("SyntaxError: invalid syntax", "$ pip install x", "not-code");
        case("SyntaxError: invalid syntax", "def f(...):", "placeholder");
        case("SyntaxError: invalid syntax", "for = 1", "syntax");
    }

    #[test]
    fn a_builtin_of_a_newer_version_is_a_difference_between_versions() {
        let kind = |name: &str, minor, earlier: &[Neighbour]| {
            let last = format!("NameError: name '{name}' is not defined");
            by_exception(&last, earlier, [3, minor, 0]).map(|found| found.kind)
        };
        for (name, since) in NEWER_BUILTINS {
            assert_eq!(kind(name, since - 1, &[]), Some("newer-builtin"), "{name}");
            assert_eq!(kind(name, since, &[]), Some("fragment"), "{name}");
        }
        let above = Neighbour {
            line: 4,
            defines: vec!["aiter".to_owned()],
        };
        assert_eq!(kind("aiter", 9, &[above]), Some("fragment"));
        assert_eq!(kind("pool", 8, &[]), Some("fragment"));
    }

    #[test]
    fn syntax_that_a_newer_interpreter_knows_is_named() {
        let newer = Analysis::default();
        let code = "match 1:\n    case 1: pass\n";
        let found = by_syntax("SyntaxError: invalid syntax", Some(&newer), code, 13);
        let reason = "newer-syntax: match statement is newer than this interpreter";
        assert_eq!(found.map(|found| found.reason).as_deref(), Some(reason));
    }

    #[test]
    fn an_undefined_name_points_at_the_nearest_block_that_defines_it() {
        let block = |line| Neighbour {
            line,
            defines: vec!["pool".to_owned()],
        };
        let found = fragment("pool", &[block(3), block(9)]);
        assert!(
            found.reason.ends_with("the block at line 9 defines it"),
            "{}",
            found.reason
        );
    }
}
