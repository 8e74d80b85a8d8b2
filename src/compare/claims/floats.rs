//! The option flag `FLOAT_CMP` of pytest-doctestplus: the same text around floats that are close.
//!
//! A float has a point, an exponent or no digits at all (`nan`, `inf`), and stands between blanks,
//! brackets or a few other marks. Whole numbers are text.

use crate::position::Span;

use super::doctest::ellipsis_match;

/// Letters that may stand before a float, beside blanks.
const BEFORE: &str = "*+,<=([";

/// Letters that may stand after it, beside blanks.
const AFTER: &str = "*+,<=([>j)]}";

/// Says whether two texts are the same but for floats that are close; `...` may stand for any text.
pub(super) fn are_close(want: &str, got: &str, ellipsis: bool) -> bool {
    if want == got {
        return true;
    }
    let (wanted, seen) = (masked(want), masked(got));
    if ellipsis && want.contains("...") {
        let chunks: Vec<Vec<f64>> = want.split("...").map(numbers).collect();
        return ellipsis_match(&wanted, &seen) && is_in_order(&numbers(got), &chunks);
    }
    let (want, got) = (numbers(want), numbers(got));
    wanted == seen && want.len() == got.len() && begins_with(&got, &want)
}

fn masked(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut copied = 0;
    for found in floats(text) {
        masked.push_str(&text[copied..found.start]);
        masked.push_str("0.0");
        copied = found.end;
    }
    masked + &text[copied..]
}

fn numbers(text: &str) -> Vec<f64> {
    let number = |found: Span| text[found].trim().parse().unwrap_or(f64::NEG_INFINITY);
    floats(text).into_iter().map(number).collect()
}

/// Finds floats, each with the blanks before it.
fn floats(text: &str) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    let mut previous = None;
    for (at, letter) in text.char_indices() {
        let is_free = found.last().is_none_or(|last: &Span| last.end <= at);
        if is_free && previous.is_none_or(|before| is_mark(before, BEFORE)) {
            let blanks = text[at..].len() - text[at..].trim_start().len();
            let length = float_length(&text[at + blanks..]);
            found.extend(length.map(|length| at..at + blanks + length));
        }
        previous = Some(letter);
    }
    found
}

fn is_mark(letter: char, marks: &str) -> bool {
    letter.is_whitespace() || marks.contains(letter)
}

/// Returns the length of the float that a text begins with, if it ends where one may end.
fn float_length(text: &str) -> Option<usize> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let rest = if let Some(rest) = text.strip_prefix("nan") {
        rest
    } else if let Some(rest) = unsigned.strip_prefix("inf") {
        rest
    } else {
        after_digits(unsigned)?
    };
    let ends = rest.chars().next().is_none_or(|next| is_mark(next, AFTER));
    ends.then_some(text.len() - rest.len())
}

/// Returns what follows `1.`, `1.5`, `.5` or `1e5`.
fn after_digits(text: &str) -> Option<&str> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    let rest = &text[whole..];
    let Some(fraction) = rest.strip_prefix('.') else {
        return exponent(rest).filter(|_| whole > 0);
    };
    let length = digits(fraction);
    let rest = &fraction[length..];
    (whole + length > 0).then(|| exponent(rest).unwrap_or(rest))
}

/// Returns what follows an exponent, if there is one.
fn exponent(text: &str) -> Option<&str> {
    let power = text.strip_prefix('e')?;
    let power = power.strip_prefix(['+', '-']).unwrap_or(power);
    let rest = power.trim_start_matches(|letter: char| letter.is_ascii_digit());
    (rest.len() < power.len()).then_some(rest)
}

/// Says whether the chunks stand in `got` in their order, the first at its start, the last at its end.
fn is_in_order(got: &[f64], chunks: &[Vec<f64>]) -> bool {
    let [first, middle @ .., last] = chunks else {
        return false;
    };
    let from_the_end = |numbers: &[f64]| numbers.iter().rev().copied().collect::<Vec<f64>>();
    if !begins_with(got, first) || !begins_with(&from_the_end(got), &from_the_end(last)) {
        return false;
    }
    let Some(mut rest) = got.get(first.len()..got.len() - last.len()) else {
        return false;
    };
    middle.iter().all(|chunk| {
        let at = (0..=rest.len()).find(|at| begins_with(&rest[*at..], chunk));
        rest = at.map_or(&[], |at| &rest[at + chunk.len()..]);
        at.is_some()
    })
}

fn begins_with(got: &[f64], want: &[f64]) -> bool {
    let pairs = got.iter().zip(want);
    got.len() >= want.len() && pairs.into_iter().all(|(got, want)| is_close(*want, *got))
}

/// As `numpy.isclose` with its defaults, and `nan` equal to itself.
fn is_close(want: f64, got: f64) -> bool {
    if want.is_finite() && got.is_finite() {
        (want - got).abs() <= 1e-8 + 1e-5 * want.abs()
    } else {
        (want.is_nan() && got.is_nan()) || want.total_cmp(&got).is_eq()
    }
}
