//! What a prompt printed against what the guide shows, by the rules of `CPython`'s `doctest`.

use std::sync::LazyLock;

use regex::Regex;

use super::numbers;
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

const HEADER: &str = "Traceback (most recent call last):\n";

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
    if shown.has("SKIP") || shown.has("IGNORE_OUTPUT") {
        return true;
    }
    let wanted = SHOWN_EXCEPTION.captures(shown.want);
    let wanted = wanted.as_ref().and_then(|captures| captures.get(1));
    match (wanted, raised(got)) {
        (None, None) => output_matches(shown, shown.want, got),
        // What was printed before an exception is not compared: so does doctest.
        (Some(wanted), Some(raised)) => {
            let wanted = ending_in_newline(wanted.as_str());
            let raised = ending_in_newline(raised);
            output_matches(shown, &wanted, &raised)
                || shown.has("IGNORE_EXCEPTION_DETAIL")
                    && output_matches(shown, name_of(&wanted), name_of(&raised))
        }
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Returns `Type: message` where a prompt ended with an exception.
pub(in crate::compare) fn raised(got: &str) -> Option<&str> {
    let at = got.rfind(HEADER)?;
    let own_line = at == 0 || got[..at].ends_with('\n');
    let frames = &got[at + HEADER.len()..];
    let skipped: usize = (frames.split_inclusive('\n'))
        .take_while(|line| line.starts_with(' '))
        .map(str::len)
        .sum();
    let message = &frames[skipped..];
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

/// `OutputChecker.check_output`, with pytest's and doctestplus' number flags and our `[..]`.
fn output_matches(shown: &Prompted<'_>, want: &str, got: &str) -> bool {
    let number = shown.has("NUMBER");
    let got = if number {
        numbers::with_precision_of(want, got)
    } else {
        got.to_owned()
    };
    standard_match(shown, want, &got)
        || (shown.has("FLOAT_CMP") && numbers::are_close(want, &got))
        || (want.contains("[..]") && lines_match(want, &got))
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
    let (mut want, mut got) = (want.to_owned(), got.to_owned());
    if !shown.has("DONT_ACCEPT_BLANKLINE") {
        want = BLANK_MARKER.replace_all(&want, "").into_owned();
        got = BLANK_LINE.replace_all(&got, "").into_owned();
        if got == want {
            return true;
        }
    }
    if shown.has("NORMALIZE_WHITESPACE") {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        (want, got) = (words(&want), words(&got));
        if got == want {
            return true;
        }
    }
    shown.has("ELLIPSIS") && ellipsis_match(&want, &got)
}

/// `...` in `want` stands for any text, lines included.
pub(in crate::compare) fn ellipsis_match(want: &str, got: &str) -> bool {
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
