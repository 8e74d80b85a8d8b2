//! What a prompt printed against what the guide shows, by the rules of `CPython`'s `doctest`.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{floats, numbers};
use crate::compare::pattern;

static SHOWN_EXCEPTION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?ms)\ATraceback \((?:most recent call last|innermost last)\):\s*$.*?^(\w+.*)\z")
        .expect("the pattern is a valid expression")
});

static BLANK_MARKER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^<BLANKLINE>[^\S\n]*$").expect("the pattern is a valid expression")
});

static BLANK_LINE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^[^\S\n]+$").expect("the pattern is a valid expression"));

static TEXT_PREFIX: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(\W|^)[uU]([rR]?['"])"#).expect("the pattern is a valid expression")
});

static BYTES_PREFIX: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(\W|^)[bB]([rR]?['"])"#).expect("the pattern is a valid expression")
});

/// `at 0x...`, `at 0x7f...`, `at 0x...d0`.
static CUT_ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\bat 0x[0-9A-Fa-f]*\.\.\.(?:([0-9A-Fa-f]+)\b)?")
        .expect("the pattern is a valid expression")
});

/// What the runner prints above an exception; a traceback that was printed shows its frames.
const RAISED: &str = "Traceback (most recent call last):\n    ...\n";

/// What the guide shows for one prompt.
pub(in crate::compare) struct Prompted<'a> {
    /// The output shown, with a final line feed, or empty.
    pub(in crate::compare) want: &'a str,
    /// Option flags of the prompt.
    pub(in crate::compare) options: &'a [(String, bool)],
}

impl Prompted<'_> {
    /// Says whether an option flag is on.
    pub(in crate::compare) fn has(&self, name: &str) -> bool {
        (self.options.iter().rev())
            .find(|(option, _)| option == name)
            .is_some_and(|(_, on)| *on)
    }
}

/// Says whether a prompt printed what is shown for it.
pub(in crate::compare) fn is_as_shown(shown: &Prompted<'_>, got: &str) -> bool {
    if shown.has("SKIP") {
        return true;
    }
    let wanted = SHOWN_EXCEPTION.captures(shown.want);
    let wanted = wanted.as_ref().and_then(|captures| captures.get(1));
    match (wanted, raised(got)) {
        // A traceback that was shown may have been printed.
        (_, None) => output_matches(shown, shown.want, got),
        // What was printed before an exception is not compared: so does doctest.
        (Some(wanted), Some(raised)) => {
            let wanted = ending_in_newline(wanted.as_str());
            let raised = ending_in_newline(raised);
            output_matches(shown, &wanted, &raised)
                || shown.has("IGNORE_EXCEPTION_DETAIL")
                    && output_matches(shown, name_of(&wanted), name_of(&raised))
        }
        (None, Some(_)) => false,
    }
}

/// Returns `Type: message` where a prompt ended with an exception.
pub(in crate::compare) fn raised(got: &str) -> Option<&str> {
    let at = got.rfind(RAISED)?;
    let own_line = at == 0 || got[..at].ends_with('\n');
    let message = &got[at + RAISED.len()..];
    (own_line && !message.is_empty()).then_some(message)
}

fn ending_in_newline(text: &str) -> String {
    format!("{}\n", text.trim_end_matches('\n'))
}

/// The exception's name alone, without module and message.
fn name_of(message: &str) -> &str {
    let first = message.split('\n').next().unwrap_or_default();
    let end = first.find(':').unwrap_or(first.len());
    let name = &first[..end];
    name.rsplit('.').next().unwrap_or(name)
}

/// `OutputChecker.check_output` of doctest, of pytest and of doctestplus, with our `[..]`.
fn output_matches(shown: &Prompted<'_>, want: &str, got: &str) -> bool {
    let matches = if shown.has("FLOAT_CMP") {
        floats_match(shown, want, got)
    } else {
        standard_match(shown, want, got) || literals_match(shown, want, got)
    };
    matches || shown.has("IGNORE_OUTPUT") || (want.contains("[..]") && lines_match(want, got))
}

/// doctestplus' `FLOAT_CMP` takes the place of every other rule but those for blanks and `...`.
fn floats_match(shown: &Prompted<'_>, want: &str, got: &str) -> bool {
    let (want, got) = without_marks(shown, want, got);
    let (want, got) = with_blanks_normalised(shown, want, got);
    floats::are_close(&want, &got, shown.has("ELLIPSIS"))
}

/// pytest's `ALLOW_UNICODE`, `ALLOW_BYTES` and `NUMBER`.
fn literals_match(shown: &Prompted<'_>, want: &str, got: &str) -> bool {
    let (mut want, mut got) = (want.to_owned(), got.to_owned());
    let prefixes = [
        ("ALLOW_UNICODE", &TEXT_PREFIX),
        ("ALLOW_BYTES", &BYTES_PREFIX),
    ];
    for (_, prefix) in prefixes.iter().filter(|(name, _)| shown.has(name)) {
        want = prefix.replace_all(&want, "$1$2").into_owned();
        got = prefix.replace_all(&got, "$1$2").into_owned();
    }
    if shown.has("NUMBER") {
        got = numbers::with_precision_of(&want, &got);
    }
    standard_match(shown, &want, &got)
}

/// Line by line, so that `...` keeps the meaning that doctest gives it.
fn lines_match(want: &str, got: &str) -> bool {
    let (want, got) = (want.split('\n'), got.split('\n'));
    want.clone().count() == got.clone().count()
        && want
            .zip(got)
            .all(|(want, got)| pattern::matches_line(want, got))
}

fn standard_match(shown: &Prompted<'_>, want: &str, got: &str) -> bool {
    if got == want {
        return true;
    }
    let truth = matches!((want, got), ("1\n", "True\n") | ("0\n", "False\n"));
    if truth && !shown.has("DONT_ACCEPT_TRUE_FOR_1") {
        return true;
    }
    let (want, got) = without_marks(shown, want, got);
    if got == want {
        return true;
    }
    let (want, got) = with_blanks_normalised(shown, want, got);
    got == want || shown.has("ELLIPSIS") && ellipsis_match(&want, &got)
}

/// Puts empty lines in the place of `<BLANKLINE>` and of lines of blanks.
fn without_marks(shown: &Prompted<'_>, want: &str, got: &str) -> (String, String) {
    if shown.has("DONT_ACCEPT_BLANKLINE") {
        return (want.to_owned(), got.to_owned());
    }
    let want = BLANK_MARKER.replace_all(want, "").into_owned();
    (want, BLANK_LINE.replace_all(got, "").into_owned())
}

fn with_blanks_normalised(shown: &Prompted<'_>, want: String, got: String) -> (String, String) {
    if !shown.has("NORMALIZE_WHITESPACE") {
        return (want, got);
    }
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    (words(&want), words(&got))
}

/// `...` in `want` stands for any text, lines included, and for the rest of an address of which the
/// run shows none.
pub(in crate::compare) fn ellipsis_match(want: &str, got: &str) -> bool {
    pieces_match(want, got)
        || (got.contains("[ADDR]") && pieces_match(&with_addresses_masked(want), got))
}

/// Masks addresses that end in `...`, which may stand for more than the address.
fn with_addresses_masked(want: &str) -> String {
    let masked = |found: &Captures<'_>| match found.get(1) {
        Some(_) => "at [ADDR]",
        None => "at [ADDR]...",
    };
    CUT_ADDRESS.replace_all(want, masked).into_owned()
}

fn pieces_match(want: &str, got: &str) -> bool {
    let pieces: Vec<&str> = want.split("...").collect();
    let [first, middle @ .., last] = pieces.as_slice() else {
        return want == got;
    };
    let Some(rest) = got.strip_prefix(first) else {
        return false;
    };
    let Some(mut rest) = rest.strip_suffix(last) else {
        return false;
    };
    middle.iter().all(|piece| match rest.find(piece) {
        Some(at) => {
            rest = &rest[at + piece.len()..];
            true
        }
        None => false,
    })
}
