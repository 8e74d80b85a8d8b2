//! Whether a difference matters: cosmetic (addresses, carets, wording, reprs) or in meaning.
//!
//! In doubt it is in meaning: a reader who looks at one difference too many loses less than one
//! who misses a value that changed.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use similar::{DiffOp, capture_diff_slices};

use super::DifferenceClass::{self, Cosmetic, Meaning};
use super::pattern;

type Class = (DifferenceClass, &'static str);

fn expression(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a valid expression")
}

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| expression(r"0x[0-9A-Fa-f]+|\[ADDR\]"));
static NUMBER: LazyLock<Regex> = LazyLock::new(|| expression(r"[-+]?\b\d+(?:[.,_]\d+)*\b"));
static QUOTED: LazyLock<Regex> = LazyLock::new(|| expression(r#"'[^']*'|"[^"]*""#));
static ANGLED: LazyLock<Regex> = LazyLock::new(|| expression(r"<[^<>]*>"));
static WORD: LazyLock<Regex> = LazyLock::new(|| expression(r"-?\d[\w.]*|\w+"));
static CALL: LazyLock<Regex> = LazyLock::new(|| expression(r"\b[A-Za-z_]\w*\("));
static LIBRARY: LazyLock<Regex> =
    LazyLock::new(|| expression(r"(\[PYTHON\]/lib/python3)\.\d+[td]?"));
static HINT: LazyLock<Regex> =
    LazyLock::new(|| expression(r"\.? (?:Did you (?:mean|forget)|Maybe you meant)\b.*$"));
static EXCEPTION: LazyLock<Regex> = LazyLock::new(|| {
    expression(concat!(
        r"^\s*(?:\| )?(?:\w+\.)*(\w*(?:Error|Exception|Warning|Interrupt|Exit|StopIteration|",
        r"StopAsyncIteration|ExceptionGroup))(?::|$)"
    ))
});

/// Classifies what differs between expected and printed text, with the reason.
#[must_use]
pub fn classify(expected: &str, printed: &str) -> (DifferenceClass, String) {
    let (class, why) = classify_texts(expected, printed);
    (class, why.to_owned())
}

fn classify_texts(expected: &str, printed: &str) -> Class {
    let expected: Vec<&str> = expected.split('\n').collect();
    let printed: Vec<&str> = printed.split('\n').collect();
    if sorted(&expected) == sorted(&printed) && expected != printed {
        return (Meaning, "the same lines come in another order");
    }
    let mut cosmetic = None;
    for operation in capture_diff_slices(similar::Algorithm::Myers, &expected, &printed) {
        let class = match operation {
            DiffOp::Equal { .. } => continue,
            DiffOp::Delete { .. } => {
                on_one_side(&expected[operation.old_range()], "lines are missing")
            }
            DiffOp::Insert { .. } => {
                on_one_side(&printed[operation.new_range()], "there are more lines")
            }
            DiffOp::Replace { .. } => {
                let (_, old, new) = operation.as_tag_tuple();
                classify_lines(&expected[old], &printed[new])
            }
        };
        match class {
            (Meaning, _) => return class,
            (Cosmetic, _) => cosmetic = cosmetic.or(Some(class)),
        }
    }
    cosmetic.unwrap_or((Meaning, "it is printed otherwise"))
}

/// Classifies lines that only one side has.
fn on_one_side(lines: &[&str], why: &'static str) -> Class {
    if lines.iter().all(|line| is_carets(line)) {
        (Cosmetic, "only carets differ")
    } else {
        (Meaning, why)
    }
}

fn sorted<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let mut sorted = lines.to_vec();
    sorted.sort_unstable();
    sorted
}

fn classify_lines(expected: &[&str], printed: &[&str]) -> Class {
    if expected.len() < printed.len() {
        return (Meaning, "there are more lines");
    }
    if expected.len() > printed.len() {
        return (Meaning, "lines are missing");
    }
    let mut cosmetic = None;
    for (expected, printed) in expected.iter().zip(printed) {
        if pattern::matches_line(expected, printed) {
            continue;
        }
        match classify_line(expected, printed) {
            (Meaning, why) => return (Meaning, why),
            class => cosmetic = cosmetic.or(Some(class)),
        }
    }
    cosmetic.unwrap_or((Meaning, "it is printed otherwise"))
}

/// Returns text in which the standard library's folder is that of every version: `[PYTHON]/lib/python3`.
pub(super) fn without_library_version(text: &str) -> String {
    LIBRARY.replace_all(text, "$1").into_owned()
}

fn classify_line(expected: &str, printed: &str) -> Class {
    let expected = without_library_version(expected);
    let printed = without_library_version(printed);
    if expected == printed {
        return (Cosmetic, "only the standard library's folder differs");
    }
    classify_values(&expected, &printed)
}

fn classify_values(expected: &str, printed: &str) -> Class {
    if ADDRESS.replace_all(expected, "") == ADDRESS.replace_all(printed, "") {
        return (Cosmetic, "only addresses differ");
    }
    if is_carets(expected) && is_carets(printed) {
        return (Cosmetic, "only carets differ");
    }
    if is_other_wording(expected, printed) {
        return (Cosmetic, "the same exception has other words");
    }
    if is_other_repr(expected, printed) {
        return (Cosmetic, "the same objects have another repr");
    }
    if NUMBER.replace_all(expected, "0") == NUMBER.replace_all(printed, "0") {
        return (Meaning, "a number differs");
    }
    if EXCEPTION.is_match(expected) != EXCEPTION.is_match(printed) {
        return (Meaning, "it raises on one side only");
    }
    if sorted_words(expected) == sorted_words(printed) && words(expected) != words(printed) {
        return (Meaning, "the same words come in another order");
    }
    (Meaning, "a value differs")
}

fn is_carets(line: &str) -> bool {
    let marks = line.trim();
    !marks.is_empty() && marks.chars().all(|mark| matches!(mark, '^' | '~'))
}

/// Says whether both lines name one exception and differ in words alone, not in numbers or quoted values.
fn is_other_wording(expected: &str, printed: &str) -> bool {
    let name = |line| Some(EXCEPTION.captures(line)?.get(1)?.as_str().to_owned());
    let (Some(a), Some(b)) = (name(expected), name(printed)) else {
        return false;
    };
    let (expected, printed) = (HINT.replace(expected, ""), HINT.replace(printed, ""));
    let (expected, printed) = (&*expected, &*printed);
    a == b
        && found(&NUMBER, expected) == found(&NUMBER, printed)
        && one_holds_the_other(&found(&QUOTED, expected), &found(&QUOTED, printed))
}

fn found<'a>(expression: &Regex, line: &'a str) -> BTreeSet<&'a str> {
    expression
        .find_iter(line)
        .map(|found| found.as_str())
        .collect()
}

fn one_holds_the_other(a: &BTreeSet<&str>, b: &BTreeSet<&str>) -> bool {
    a.is_subset(b) || b.is_subset(a)
}

/// Says whether the lines differ in how objects are written, not in which: `<Color.RED: 1>` and
/// `<Color.RED>`, `OrderedDict([('a', 1)])` and `OrderedDict({'a': 1})`.
fn is_other_repr(expected: &str, printed: &str) -> bool {
    let angled = |line| -> Vec<String> {
        ANGLED
            .find_iter(line)
            .map(|found| found.as_str().to_owned())
            .collect()
    };
    let (a, b) = (angled(expected), angled(printed));
    let around_is_equal = ANGLED.replace_all(expected, "<>") == ANGLED.replace_all(printed, "<>");
    let same_objects = (a.iter().zip(&b)).all(|(a, b)| {
        let (a, b) = (found(&WORD, a), found(&WORD, b));
        one_holds_the_other(&a, &b) && !a.is_empty() && !b.is_empty()
    });
    if !a.is_empty() && around_is_equal && same_objects {
        return true;
    }
    let calls = found(&CALL, expected);
    !calls.is_empty()
        && calls == found(&CALL, printed)
        && words(expected) == words(printed)
        && !expected.contains('<')
}

fn words(line: &str) -> Vec<&str> {
    WORD.find_iter(line).map(|found| found.as_str()).collect()
}

fn sorted_words(line: &str) -> Vec<&str> {
    let mut words = words(line);
    words.sort_unstable();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(expected: &str, printed: &str, class: DifferenceClass, why: &str) {
        assert_eq!(classify(expected, printed), (class, why.to_owned()));
    }

    #[test]
    fn addresses_wording_and_reprs_are_cosmetic() {
        case("0x7f00\n", "0x7fff\n", Cosmetic, "only addresses differ");
        case("  ^^^\n", "  ~~^\n", Cosmetic, "only carets differ");
        case("f()\n", "f()\n~~^^\n", Cosmetic, "only carets differ");
        case(
            "NameError: name 'x' is not defined\n",
            "NameError: name 'x' is not defined. Did you mean: 'y'?\n",
            Cosmetic,
            "the same exception has other words",
        );
        case(
            "AttributeError: x has no attribute 'a'. Did you mean: '_b'?\n",
            "AttributeError: x has no attribute 'a'. Did you mean: 'c'?\n",
            Cosmetic,
            "the same exception has other words",
        );
        case(
            "<Color.RED: 1>\n",
            "<Color.RED>\n",
            Cosmetic,
            "the same objects have another repr",
        );
        case(
            "OrderedDict([('a', 1)])\n",
            "OrderedDict({'a': 1})\n",
            Cosmetic,
            "the same objects have another repr",
        );
    }

    #[test]
    fn where_the_standard_library_lies_is_cosmetic() {
        let line = "ImportError: cannot import name 'Self' from 'typing' ([PYTHON]/lib/python3.9/typing.py)";
        let later = line.replace("3.9", "3.10");
        let why = "only the standard library's folder differs";
        case(line, &later, Cosmetic, why);
        let hinted = format!("{later}. Did you mean: 'self'?");
        case(
            line,
            &hinted,
            Cosmetic,
            "the same exception has other words",
        );
        case(
            line,
            &later.replace("Self", "Never"),
            Meaning,
            "a value differs",
        );
    }

    #[test]
    fn values_order_and_success_are_meaning() {
        case("(700, 10)\n", "(2000, 10)\n", Meaning, "a number differs");
        case("[1]\n", "(1)\n", Meaning, "a value differs");
        case(
            "ValueError: got 3\n",
            "ValueError: got 4\n",
            Meaning,
            "a number differs",
        );
        case(
            "KeyError: 'a'\n",
            "KeyError: 'b'\n",
            Meaning,
            "a value differs",
        );
        case(
            "a\nb\n",
            "b\na\n",
            Meaning,
            "the same lines come in another order",
        );
        case(
            "a b\n",
            "b a\n",
            Meaning,
            "the same words come in another order",
        );
        case("a\n", "a\nb\n", Meaning, "there are more lines");
        case("a\nb\n", "a\n", Meaning, "lines are missing");
        case(
            "ok\n",
            "ValueError: x\n",
            Meaning,
            "it raises on one side only",
        );
        case(
            "<Color.RED>\n",
            "<Color.BLUE>\n",
            Meaning,
            "a value differs",
        );
    }

    #[test]
    fn one_difference_in_meaning_outweighs_cosmetic_ones() {
        case("0x1\n2\n", "0x2\n3\n", Meaning, "a number differs");
    }
}
