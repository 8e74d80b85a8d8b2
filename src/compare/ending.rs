//! Endings: in words, equal or not, and as a guide declares them.

use crate::execute::Ending;
use crate::extract::{Directives, Example, Raises};
use crate::normalise::{Transcript, mask_addresses};

use super::pattern;
use super::{Difference, DifferenceClass, Stream};

/// Says an ending in words: `exit 0`, `signal SEGV`, `timed out after 10000 ms`.
#[must_use]
pub fn ending_in_words(ending: &Ending) -> String {
    match ending {
        Ending::Exited { code } => format!("exit {code}"),
        Ending::Signal { signal, .. } => format!("signal {signal}"),
        Ending::TimedOut { limit_ms } => format!("timed out after {limit_ms} ms"),
        Ending::TooMuchOutput { limit_bytes } => format!("printed more than {limit_bytes} bytes"),
        Ending::OutOfMemory { limit_bytes } => {
            format!("used more than {limit_bytes} bytes of memory")
        }
        Ending::Limit { limit } => format!("hit the limit of {limit}"),
        Ending::CouldNotStart { reason } => format!("could not start: {reason}"),
    }
}

/// Says whether two endings are the same; a signal's number depends on the machine.
pub(super) fn same_ending(expected: &Ending, actual: &Ending) -> bool {
    match (expected, actual) {
        (Ending::Signal { signal: a, .. }, Ending::Signal { signal: b, .. }) => a == b,
        (expected, actual) => expected == actual,
    }
}

/// Says whether a limit ended a run: it was cut off at a moment of its own, and what it printed until
/// then says nothing.
pub(super) fn is_cut_off(ending: &Ending) -> bool {
    match ending {
        Ending::TimedOut { .. }
        | Ending::TooMuchOutput { .. }
        | Ending::OutOfMemory { .. }
        | Ending::Limit { .. } => true,
        Ending::Exited { .. } | Ending::Signal { .. } | Ending::CouldNotStart { .. } => false,
    }
}

/// Returns the ending with the exception that explains it, on one line.
pub(super) fn ending_with_cause(transcript: &Transcript) -> String {
    let ending = ending_in_words(&transcript.ending);
    match exception_of(transcript) {
        Some(exception) => {
            format!("{ending}: {}", exception.lines().next().unwrap_or_default())
        }
        None => ending,
    }
}

/// Returns the exception that ended a run: as seen in its traceback, or, in a recorded transcript,
/// the last line of its stderr.
pub(super) fn exception_of(transcript: &Transcript) -> Option<&str> {
    if transcript.exception.is_some() {
        return transcript.exception.as_deref();
    }
    let failed = match &transcript.ending {
        Ending::Exited { code } => *code != 0,
        ending => is_ending(INTERRUPTED, ending),
    };
    let last = transcript.stderr.lines().next_back()?;
    failed.then_some(last)
}

/// How a run broke what its guide declares about its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) reason: String,
    pub(super) difference: Difference,
}

/// Holds a run against `raises`, `exit` and `signal`; `None` where they hold or there are none.
pub(super) fn broken_declaration(example: &Example, transcript: &Transcript) -> Option<Broken> {
    let directives = &example.directives;
    let wanted = declared_ending(directives);
    if let Some(wanted) = &wanted
        && !is_ending(wanted, &transcript.ending)
    {
        return Some(broken_ending(
            wanted,
            transcript,
            directives.raises.as_ref(),
        ));
    }
    let raises = directives.raises.as_ref()?;
    // What an example prints to stderr itself is no exception: only a traceback shows one.
    let interrupted = is_ending(INTERRUPTED, &transcript.ending);
    let seen = transcript.exception.as_deref();
    let exception = seen
        .or_else(|| exception_of(transcript).filter(|_| interrupted))
        .unwrap_or_default();
    if raised_as_declared(raises, exception) {
        return None;
    }
    let expected = declared_exception(raises);
    let told = match exception {
        "" => "nothing".to_owned(),
        exception => format!("`{}`", on_one_line(exception)),
    };
    Some(Broken {
        reason: format!(
            "it raised {told}, and `{}` is declared",
            on_one_line(&expected)
        ),
        difference: difference(Stream::Stderr, expected, exception.to_owned()),
    })
}

/// Holds a run that nothing is declared about against exit status 0.
pub(super) fn undeclared_failure(transcript: &Transcript) -> Option<Broken> {
    let wanted = "exit 0";
    (!is_ending(wanted, &transcript.ending)).then(|| broken_ending(wanted, transcript, None))
}

/// Says whether the guide declares how an example ends.
pub(super) fn declares_ending(directives: &Directives) -> bool {
    declared_ending(directives).is_some()
}

/// How `CPython` ends after an uncaught `KeyboardInterrupt`.
const INTERRUPTED: &str = "signal INT";

fn declared_ending(directives: &Directives) -> Option<String> {
    match (&directives.exit, &directives.signal, &directives.raises) {
        (Some(code), _, _) => Some(format!("exit {code}")),
        (None, Some(signal), _) => Some(format!("signal {}", signal.to_uppercase())),
        (None, None, Some(raises)) if raises.exception == "KeyboardInterrupt" => {
            Some(INTERRUPTED.to_owned())
        }
        (None, None, Some(_)) => Some("exit 1".to_owned()),
        (None, None, None) => None,
    }
}

fn is_ending(words: &str, ending: &Ending) -> bool {
    ending_in_words(ending) == words
}

fn broken_ending(wanted: &str, transcript: &Transcript, raises: Option<&Raises>) -> Broken {
    let expected = match raises {
        Some(raises) => format!("{wanted}: {}", declared_exception(raises)),
        None => wanted.to_owned(),
    };
    let actual = ending_with_cause(transcript);
    let reason = match raises {
        Some(_) if is_ending("exit 0", &transcript.ending) => {
            format!("it raised nothing, and `{expected}` is declared")
        }
        Some(_) => format!("it ended with `{actual}`, and `{expected}` is declared"),
        None => format!("it ended with `{actual}` instead of `{wanted}`"),
    };
    Broken {
        reason,
        difference: difference(Stream::Ending, expected, actual),
    }
}

fn difference(stream: Stream, expected: String, actual: String) -> Difference {
    Difference {
        stream,
        expected,
        actual,
        class: DifferenceClass::Meaning,
        why: "it ends otherwise than declared".to_owned(),
        line: None,
    }
}

fn declared_exception(raises: &Raises) -> String {
    match &raises.message {
        Some(message) => format!("{}: {message}", raises.exception),
        None => raises.exception.clone(),
    }
}

fn on_one_line(text: &str) -> String {
    text.trim_end().replace('\n', "\\n")
}

fn raised_as_declared(declared: &Raises, exception: &str) -> bool {
    let name_end = exception.find(|character: char| !is_name(character));
    let (name, rest) = exception.split_at(name_end.unwrap_or(exception.len()));
    let message = rest
        .strip_prefix(": ")
        .unwrap_or(rest.trim_start_matches(':'));
    let wanted = declared.message.as_deref().map(mask_addresses);
    is_same_exception(&declared.exception, name)
        && wanted.is_none_or(|wanted| pattern::matches(wanted.trim_end(), message.trim_end()))
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '.' | '<' | '>')
}

/// Compares exception names, either of which may be qualified.
fn is_same_exception(declared: &str, actual: &str) -> bool {
    let (declared_module, declared_name) = split_name(declared);
    let (module, name) = split_name(actual);
    // `json.JSONDecodeError` is the public name of `json.decoder.JSONDecodeError`.
    let within = module.strip_prefix(declared_module);
    declared_name == name
        && (declared_module.is_empty()
            || module.is_empty()
            || within.is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}

fn split_name(name: &str) -> (&str, &str) {
    name.rsplit_once('.').unwrap_or(("", name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(exception: &str, message: Option<&str>, raised: &str, expected: bool) {
        let declared = Raises {
            exception: exception.into(),
            message: message.map(str::to_owned),
        };
        assert_eq!(
            raised_as_declared(&declared, raised),
            expected,
            "{raised:?}"
        );
    }

    #[test]
    fn an_exception_is_known_by_its_name_qualified_or_not() {
        case("ValueError", None, "ValueError: x", true);
        case("ValueError", None, "ValueError", true);
        case("ValueError", None, "KeyError: 'x'", false);
        case("ValueError", None, "MyValueError: x", false);
        case(
            "JSONDecodeError",
            None,
            "json.decoder.JSONDecodeError: x",
            true,
        );
        case(
            "json.JSONDecodeError",
            None,
            "json.decoder.JSONDecodeError: x",
            true,
        );
        case(
            "json.decoder.JSONDecodeError",
            None,
            "json.decoder.JSONDecodeError: x",
            true,
        );
        case("asyncio.TimeoutError", None, "TimeoutError", true);
        case(
            "other.JSONDecodeError",
            None,
            "json.decoder.JSONDecodeError: x",
            false,
        );
    }

    #[test]
    fn the_whole_message_is_compared() {
        case("ValueError", Some("bad"), "ValueError: bad", true);
        case("ValueError", Some("bad"), "ValueError: bad value", false);
        case(
            "ValueError",
            Some("bad [..]"),
            "ValueError: bad value",
            true,
        );
        case("ValueError", Some("one"), "ValueError: one\ntwo", false);
        case("ValueError", Some("one\ntwo"), "ValueError: one\ntwo", true);
        case("ValueError", Some(""), "ValueError", true);
        case(
            "ValueError",
            Some("at 0x7f0123456789"),
            "ValueError: at [ADDR]",
            true,
        );
    }
}
