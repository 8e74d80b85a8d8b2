//! Expected text with the patterns that people put in: `[..]`, `...` on its own line, `[ADDR]`.
//!
//! Text that was printed and only looks like a pattern is kept as a named token ([`escape`]), so
//! that a recorded expectation never matches more than what was recorded.

mod keep;

use std::sync::LazyLock;

use regex::Regex;

pub use keep::keep_patterns;
pub(super) use keep::keep_unordered;

/// Stands for any text within a line.
const WILDCARD: &str = "[..]";
/// Stands, on its own line, for any number of lines.
const ANY_LINES: &str = "...";
/// Stands for an address.
const ADDRESS: &str = "[ADDR]";
/// Stands for a printed `[..]`.
const PRINTED_WILDCARD: &str = "[WILDCARD]";
/// Stands for a printed line `...`.
const PRINTED_ANY_LINES: &str = "[ELLIPSIS]";

static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\[(?:\.\.|ADDR|WILDCARD|ELLIPSIS)\]").expect("the pattern is a valid expression")
});

/// Returns printed text as an expectation keeps it: what looks like a pattern becomes a token.
#[must_use]
pub fn escape(printed: &str) -> String {
    let line = |line: &str| match line {
        ANY_LINES => PRINTED_ANY_LINES.to_owned(),
        line => line.replace(WILDCARD, PRINTED_WILDCARD),
    };
    let lines: Vec<String> = printed.split('\n').map(line).collect();
    lines.join("\n")
}

/// Says whether `expected` holds a pattern that a person put in.
#[must_use]
pub fn has_patterns(expected: &str) -> bool {
    expected.contains(WILDCARD) || expected.split('\n').any(|line| line == ANY_LINES)
}

/// Says whether printed text is what is expected.
#[must_use]
pub fn matches(expected: &str, printed: &str) -> bool {
    if expected == printed && !has_patterns(expected) {
        return true;
    }
    let expected: Vec<&str> = expected.split('\n').collect();
    let printed: Vec<&str> = printed.split('\n').collect();
    matches_lines(&expected, &printed)
}

/// Says whether all printed lines are what is expected.
pub(super) fn matches_lines(expected: &[&str], printed: &[&str]) -> bool {
    // The usual matching of wildcards: go back to the last `...` and let it take one line more.
    let (mut at, mut seen) = (0, 0);
    let mut last_any: Option<(usize, usize)> = None;
    while seen < printed.len() {
        if expected.get(at).is_some_and(|line| *line == ANY_LINES) {
            last_any = Some((at, seen));
            at += 1;
        } else if (expected.get(at)).is_some_and(|line| matches_line(line, printed[seen])) {
            at += 1;
            seen += 1;
        } else if let Some((any, from)) = last_any {
            last_any = Some((any, from + 1));
            at = any + 1;
            seen = from + 1;
        } else {
            return false;
        }
    }
    expected[at..].iter().all(|line| *line == ANY_LINES)
}

/// Says whether one printed line is what is expected; `...` is an ordinary line here.
pub(super) fn matches_line(expected: &str, printed: &str) -> bool {
    if expected == printed && !expected.contains(WILDCARD) {
        return true;
    }
    TOKEN.is_match(expected) && is_made_of(&parts(expected), printed)
}

/// Says whether the printed lines are those expected in any order.
pub(super) fn matches_unordered(expected: &str, printed: &str) -> bool {
    let mut left: Vec<&str> = printed.split('\n').collect();
    let mut any = false;
    // Plain lines first, so that a pattern does not take the line of a plain one.
    let (plain, patterns): (Vec<&str>, Vec<&str>) =
        (expected.split('\n')).partition(|line| !line.contains('['));
    for line in plain.into_iter().chain(patterns) {
        if line == ANY_LINES {
            any = true;
        } else if let Some(found) = left.iter().position(|other| matches_line(line, other)) {
            left.remove(found);
        } else {
            return false;
        }
    }
    any || left.is_empty()
}

/// A part of an expected line.
#[derive(Clone, Copy)]
enum Part<'a> {
    Text(&'a str),
    AnyText,
    Address,
    /// A token that stands for printed text which looks like a pattern.
    Printed(&'a str, &'a str),
}

impl Part<'_> {
    /// Returns what is left of `text` after this part; `AnyText` is not for here.
    fn strip<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Text(own) => text.strip_prefix(own),
            Self::AnyText => None,
            Self::Address => text.strip_prefix(ADDRESS).or_else(|| {
                let digits = text.strip_prefix("0x")?;
                let rest = digits.trim_start_matches(|digit: char| digit.is_ascii_hexdigit());
                (rest.len() < digits.len()).then_some(rest)
            }),
            Self::Printed(token, own) => {
                text.strip_prefix(token).or_else(|| text.strip_prefix(own))
            }
        }
    }
}

/// Divides an expected line at its tokens.
fn parts(line: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut copied = 0;
    for token in TOKEN.find_iter(line) {
        parts.push(Part::Text(&line[copied..token.start()]));
        copied = token.end();
        parts.push(match token.as_str() {
            WILDCARD => Part::AnyText,
            ADDRESS => Part::Address,
            PRINTED_WILDCARD => Part::Printed(PRINTED_WILDCARD, WILDCARD),
            PRINTED_ANY_LINES if line == PRINTED_ANY_LINES => {
                Part::Printed(PRINTED_ANY_LINES, ANY_LINES)
            }
            other => Part::Text(other),
        });
    }
    parts.push(Part::Text(&line[copied..]));
    parts
}

/// Says whether a whole line is made of these parts.
fn is_made_of(parts: &[Part<'_>], line: &str) -> bool {
    let (mut at, mut rest) = (0, line);
    let mut last_any: Option<(usize, &str)> = None;
    loop {
        match parts.get(at) {
            None if rest.is_empty() => return true,
            Some(Part::AnyText) => {
                last_any = Some((at + 1, rest));
                at += 1;
                continue;
            }
            Some(part) => {
                if let Some(left) = part.strip(rest) {
                    rest = left;
                    at += 1;
                    continue;
                }
            }
            None => {}
        }
        // Go back to the last `[..]` and let it take one character more.
        let Some((after, from)) = last_any else {
            return false;
        };
        let Some(next) = from.chars().next() else {
            return false;
        };
        rest = &from[next.len_utf8()..];
        last_any = Some((after, rest));
        at = after;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn yes(expected: &str, printed: &str) {
        assert!(matches(expected, printed), "{expected:?} vs {printed:?}");
    }

    #[track_caller]
    fn no(expected: &str, printed: &str) {
        assert!(!matches(expected, printed), "{expected:?} vs {printed:?}");
    }

    #[test]
    fn a_wildcard_stays_within_its_line() {
        yes("took [..] s\n", "took 3 s\n");
        yes("[..]\n", "\n");
        no("took [..] s\n", "took 3\n s\n");
        no("a[..]\n", "b\n");
    }

    #[test]
    fn three_dots_on_a_line_are_any_lines() {
        yes("a\n...\nz\n", "a\nz\n");
        yes("a\n...\nz\n", "a\nb\nz\nz\n");
        no("a\n...\nz\n", "a\nb\n");
        no("a ...\n", "a b\n");
        yes("...", "anything\n");
    }

    #[test]
    fn an_address_token_matches_an_address() {
        yes("<C at [ADDR]>\n", "<C at 0x7f00>\n");
        yes("<C at [ADDR]>\n", "<C at [ADDR]>\n");
        no("<C at [ADDR]>\n", "<C at none>\n");
    }

    #[test]
    fn a_missing_line_feed_is_a_difference() {
        no("a\n", "a");
        no("a", "a\n");
    }

    #[test]
    fn text_that_only_looks_like_a_pattern_is_kept_as_a_token() {
        assert_eq!(escape("...\n[..] ...\n"), "[ELLIPSIS]\n[WILDCARD] ...\n");
        yes(&escape("...\n[..]\n"), "...\n[..]\n");
        no(&escape("...\n"), "a\n");
        no(&escape("[..]\n"), "a\n");
    }

    #[test]
    fn order_may_be_left_open() {
        assert!(matches_unordered("b\n[..]\na\n", "x\na\nb\n"));
        assert!(matches_unordered("a\n...\n", "b\na\n"));
        assert!(!matches_unordered("a\na\nb\n", "a\nb\nb\n"));
        assert!(!matches_unordered("a\n", "a\nb\n"));
    }

    proptest! {
        #[test]
        fn recorded_text_matches_itself(text in "(\\.\\.\\.\n|\\[\\.\\.\\]|[a\\[\\].\n]{0,3}|\\PC{0,3}\n){0,6}") {
            prop_assert!(matches(&escape(&text), &text));
            prop_assert!(matches_unordered(&escape(&text), &text));
            prop_assert!(!has_patterns(&escape(&text)));
        }
    }
}
