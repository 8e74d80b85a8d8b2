//! Re-recording: new text that keeps the patterns which people put into the old one.

use super::{ANY_LINES, escape, has_patterns, matches, matches_line, matches_unordered};
use crate::compare::claims::align;

/// Returns what to expect after `printed` was seen where `old` was expected: `old`'s patterns where
/// they still match, and what was printed everywhere else.
#[must_use]
pub fn keep_patterns(old: &str, printed: &str) -> String {
    let plain = escape(printed);
    if old == plain || !(has_patterns(old) || old.contains('[')) {
        return plain;
    }
    if matches(old, printed) {
        return old.to_owned();
    }
    // Where nothing is printed, no line is left for a pattern to stand for.
    if printed.is_empty() {
        return plain;
    }
    // The line feed at the end is no line that a pattern could stand for.
    let kept = match (old.strip_suffix('\n'), printed.strip_suffix('\n')) {
        (Some(old), Some(printed)) => keep_lines(old, printed) + "\n",
        _ => keep_lines(old, printed),
    };
    if matches(&kept, printed) { kept } else { plain }
}

/// The same where the order of lines is left open: text that still matches stays as it is.
#[must_use]
pub(in crate::compare) fn keep_unordered(old: &str, printed: &str) -> String {
    if matches_unordered(old, printed) {
        old.to_owned()
    } else {
        keep_patterns(old, printed)
    }
}

fn keep_lines(old: &str, printed: &str) -> String {
    let old: Vec<&str> = old.split('\n').collect();
    let printed: Vec<&str> = printed.split('\n').collect();
    let texts: Vec<usize> = (0..old.len()).filter(|at| old[*at] != ANY_LINES).collect();
    let lines: Vec<&str> = texts.iter().map(|at| old[*at]).collect();
    let found = align(&lines, &printed);
    let mut kept: Vec<String> = Vec::new();
    let (mut old_next, mut next) = (0, 0);
    for (at, line) in texts.into_iter().zip(found) {
        let Some(line) = line else {
            continue;
        };
        keep_between(&mut kept, &old[old_next..at], &printed[next..line]);
        kept.push(kept_line(old[at], printed[line]));
        (old_next, next) = (at + 1, line + 1);
    }
    keep_between(&mut kept, &old[old_next..], &printed[next..]);
    kept.join("\n")
}

/// Keeps `...` between old lines that are not printed any more, where each of those has a printed
/// line to stand for it.
fn keep_between(kept: &mut Vec<String>, old: &[&str], printed: &[&str]) {
    let escaped =
        |lines: &[&str]| -> Vec<String> { lines.iter().map(|line| escape(line)).collect() };
    let before = old.iter().position(|line| *line == ANY_LINES);
    let after = old.iter().rev().position(|line| *line == ANY_LINES);
    match before.zip(after) {
        Some((before, after)) if before + after <= printed.len() => {
            kept.extend(escaped(&printed[..before]));
            kept.push(ANY_LINES.to_owned());
            kept.extend(escaped(&printed[printed.len() - after..]));
        }
        _ => kept.extend(escaped(printed)),
    }
}

fn kept_line(old: &str, printed: &str) -> String {
    if matches_line(old, printed) {
        old.to_owned()
    } else {
        escape(printed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn case(old: &str, printed: &str, expected: &str) {
        assert_eq!(keep_patterns(old, printed), expected);
    }

    #[test]
    fn patterns_stay_where_they_still_match() {
        case(
            "took [..] s\nold\n",
            "took 3 s\nnew\n",
            "took [..] s\nnew\n",
        );
        case("a\n...\nz\n", "a\nb\nz\n", "a\n...\nz\n");
        case("a\n...\nz\nold\n", "a\nb\nc\nz\nnew\n", "a\n...\nz\nnew\n");
        case(
            "<C at [ADDR]>\nold\n",
            "<C at 0x7f>\nnew\n",
            "<C at [ADDR]>\nnew\n",
        );
        case("...\nold\n", "a\nnew\n", "...\nnew\n");
        case("old\n...\nold\n", "a\nb\nc\nd\n", "a\n...\nd\n");
    }

    #[test]
    fn patterns_go_where_nothing_matches_them() {
        case("took [..] s\n", "done\n", "done\n");
        case("old\n...\nold\n", "a\n", "a\n");
        case("plain\n", "...\n", "[ELLIPSIS]\n");
        case("[..]\n", "", "");
        case("old\n[..]\n", "", "");
        case("...\n", "", "...\n");
    }

    #[test]
    fn new_lines_come_in_beside_patterns() {
        case("[..]s\nb\n", "x\n1s\nb\nc\n", "x\n[..]s\nb\nc\n");
    }

    proptest! {
        #[test]
        fn what_is_kept_matches_what_was_printed(
            old in "(\\.\\.\\.\n|[ab]?\\[\\.\\.\\][ab]?\n|[ab]\n|\\[ADDR\\]\n){0,6}",
            printed in "(\\.\\.\\.\n|\\[\\.\\.\\]\n|[ab]{0,2}\n|0x1f\n){0,6}",
        ) {
            let kept = keep_patterns(&old, &printed);
            prop_assert!(matches(&kept, &printed), "{kept:?}");
            prop_assert_eq!(keep_patterns(&kept, &printed), kept);
        }

        #[test]
        fn patterns_survive_a_change_elsewhere(
            lines in proptest::collection::vec("[a-d]{1,3}", 1..6),
            at in any::<prop::sample::Index>(),
        ) {
            let at = at.index(lines.len());
            let mut old = lines.clone();
            old[at] = format!("{}[..]", &lines[at][..1]);
            let old = format!("{}\nbefore\n", old.join("\n"));
            let printed = format!("{}\nafter 1\n", lines.join("\n"));
            let kept = keep_patterns(&old, &printed);
            prop_assert!(kept.contains("[..]"), "{kept:?}");
            prop_assert!(kept.ends_with("after 1\n"));
        }
    }
}
