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

/// A line of the old text that is not `...`, and whether `...` stands before it with nothing else between.
struct Line<'a> {
    text: &'a str,
    after_any: bool,
}

fn keep_lines(old: &str, printed: &str) -> String {
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut after_any = false;
    for text in old.split('\n') {
        if text == ANY_LINES {
            after_any = true;
        } else {
            lines.push(Line { text, after_any });
            after_any = false;
        }
    }
    let printed: Vec<&str> = printed.split('\n').collect();
    let texts: Vec<&str> = lines.iter().map(|line| line.text).collect();
    let found = align(&texts, &printed);
    let mut kept: Vec<String> = Vec::new();
    let (mut next, mut last) = (0, None);
    for (index, line) in lines.iter().enumerate() {
        let Some(at) = found[index] else {
            continue;
        };
        // `...` stays where the lines on both of its sides are still there.
        let beside = last == index.checked_sub(1);
        push_gap(&mut kept, &printed[next..at], line.after_any && beside);
        kept.push(kept_line(line.text, printed[at]));
        next = at + 1;
        last = Some(index);
    }
    let ends_open = after_any && last == lines.len().checked_sub(1);
    push_gap(&mut kept, &printed[next..], ends_open);
    kept.join("\n")
}

fn push_gap(kept: &mut Vec<String>, gap: &[&str], any: bool) {
    if any {
        kept.push(ANY_LINES.to_owned());
    } else {
        kept.extend(gap.iter().map(|line| escape(line)));
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
        case("...\nold\n", "a\nnew\n", "a\nnew\n");
    }

    #[test]
    fn patterns_go_where_nothing_matches_them() {
        case("took [..] s\n", "done\n", "done\n");
        case("a\n...\nz\n", "a\nb\n", "a\nb\n");
        case("plain\n", "...\n", "[ELLIPSIS]\n");
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
