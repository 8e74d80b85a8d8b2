//! Several versions of one text → the stretches in which they differ, token by token.

use std::sync::LazyLock;

use regex::Regex;

// What a person reads as one thing is one token: a path, an address, a date, a number, a word.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?s)(?:/[\w.@+-]+)+|0x[0-9A-Fa-f]+",
        r"|\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)?",
        r"|\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?",
        r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        r"|\d+\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+",
        r"|'[^'\n]*'|\w+|\s+|."
    ))
    .expect("the pattern is a valid expression")
});

/// A stretch that varies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Varying {
    /// 1-based line in the first text.
    pub(super) line: usize,
    /// 1-based column in that line, in characters.
    pub(super) column: usize,
    /// What stands there in each text.
    pub(super) values: Vec<String>,
    /// The whole line or lines around it in each text.
    pub(super) context: Vec<String>,
    /// Whether all texts have the same parts there, in another order.
    pub(super) is_order: bool,
}

/// Finds where texts differ.
pub(super) fn find(texts: &[&str]) -> Vec<Varying> {
    let Some(first) = texts.first() else {
        return Vec::new();
    };
    if texts.iter().all(|text| text == first) {
        return Vec::new();
    }
    let lines: Vec<Vec<&str>> = texts
        .iter()
        .map(|text| text.split('\n').collect())
        .collect();
    let mut found = Vec::new();
    for region in regions(&lines) {
        found.extend(in_region(&region));
    }
    found
}

/// Lines that differ, one beside the other: the same number in every text unless some have more.
struct Region<'a> {
    /// 1-based line in the first text.
    line: usize,
    /// The lines of each text.
    lines: Vec<&'a [&'a str]>,
}

/// Cuts texts into regions of lines that differ. Texts of unequal length are one region between
/// what all begin with and what all end with.
fn regions<'a>(texts: &'a [Vec<&'a str>]) -> Vec<Region<'a>> {
    let shortest = texts.iter().map(Vec::len).min().unwrap_or_default();
    let equal = |at: &usize| texts.iter().all(|lines| lines[*at] == texts[0][*at]);
    if texts.iter().all(|lines| lines.len() == shortest) {
        let indexes: Vec<usize> = (0..shortest).collect();
        return indexes
            .chunk_by(|a, b| equal(a) == equal(b))
            .filter(|run| !equal(&run[0]))
            .map(|run| Region {
                line: run[0] + 1,
                lines: (texts.iter())
                    .map(|lines| &lines[run[0]..run[0] + run.len()])
                    .collect(),
            })
            .collect();
    }
    let head = (0..shortest).take_while(equal).count();
    let from_end = |at: &usize| {
        let line = |lines: &Vec<&'a str>| lines[lines.len() - 1 - at];
        texts.iter().all(|lines| line(lines) == line(&texts[0]))
    };
    let tail = (0..shortest - head).take_while(from_end).count();
    vec![Region {
        line: head + 1,
        lines: (texts.iter())
            .map(|lines| &lines[head..lines.len() - tail])
            .collect(),
    }]
}

fn in_region(region: &Region<'_>) -> Vec<Varying> {
    let count = region.lines[0].len();
    let same_count = region.lines.iter().all(|lines| lines.len() == count);
    if !same_count || (count > 1 && is_permutation(&region.lines)) {
        let whole: Vec<String> = region.lines.iter().map(|lines| lines.join("\n")).collect();
        return vec![Varying {
            line: region.line,
            column: 1,
            values: whole.clone(),
            context: whole,
            is_order: same_count,
        }];
    }
    (0..count)
        .flat_map(|at| {
            let lines: Vec<&str> = region.lines.iter().map(|lines| lines[at]).collect();
            in_line(region.line + at, &lines)
        })
        .collect()
}

fn in_line(line: usize, texts: &[&str]) -> Vec<Varying> {
    let tokens: Vec<Vec<&str>> = (texts.iter())
        .map(|text| TOKEN.find_iter(text).map(|token| token.as_str()).collect())
        .collect();
    let slices: Vec<&[&str]> = tokens.iter().map(Vec::as_slice).collect();
    let varying = |start: usize, values: Vec<String>, is_order| Varying {
        line,
        column: 1 + slices[0][..start].concat().chars().count(),
        values,
        context: texts.iter().map(|text| (*text).to_owned()).collect(),
        is_order,
    };
    let count = tokens[0].len();
    let is_order = is_permutation(&slices);
    if is_order || slices.iter().any(|tokens| tokens.len() != count) {
        let (head, trimmed) = trimmed(&slices);
        let values = trimmed.iter().map(|tokens| tokens.concat()).collect();
        return vec![varying(head, values, is_order)];
    }
    let equal = |at: usize| slices.iter().all(|tokens| tokens[at] == slices[0][at]);
    let indexes: Vec<usize> = (0..count).collect();
    indexes
        .chunk_by(|a, b| equal(*a) == equal(*b))
        .filter(|run| !equal(run[0]))
        .map(|run| {
            let place = run[0]..run[0] + run.len();
            let value = |tokens: &&[&str]| tokens[place.clone()].concat();
            let values = slices.iter().map(value).collect();
            varying(place.start, values, false)
        })
        .collect()
}

/// Returns the slices without what all begin with and what all end with, and how much all begin with.
fn trimmed<'a, 'b>(slices: &[&'b [&'a str]]) -> (usize, Vec<&'b [&'a str]>) {
    let shortest = slices
        .iter()
        .map(|slice| slice.len())
        .min()
        .unwrap_or_default();
    let head = (0..shortest)
        .take_while(|at| slices.iter().all(|slice| slice[*at] == slices[0][*at]))
        .count();
    let last = |slice: &&[&'a str], at: usize| slice[slice.len() - 1 - at];
    let tail = (0..shortest - head)
        .take_while(|at| {
            slices
                .iter()
                .all(|slice| last(slice, *at) == last(&slices[0], *at))
        })
        .count();
    let middle = |slice: &&'b [&'a str]| &slice[head..slice.len() - tail];
    (head, slices.iter().map(middle).collect())
}

fn is_permutation(texts: &[&[&str]]) -> bool {
    let sorted = |parts: &[&str]| {
        let mut sorted: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        sorted.sort_unstable();
        sorted
    };
    let first = sorted(texts[0]);
    texts.iter().all(|parts| sorted(parts) == first)
}
