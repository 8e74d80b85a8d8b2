//! Opt-in filters, by name: the built-in ones and the user's regular expressions.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// A compiled user filter: name, expression, token.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Name in the configuration.
    pub name: String,
    /// What it matches.
    pub expression: Regex,
    /// What a match becomes.
    pub token: String,
}

/// Names of the filters that need no configuration.
pub const BUILT_IN_FILTERS: [&str; 6] = [
    "durations",
    "pids",
    "thread-ids",
    "dates",
    "sizes",
    "floats",
];

/// Applies the filters of these names, in order; a user's filter hides a built-in one of its name.
pub(super) fn apply(text: &str, names: &[String], filters: &[Filter]) -> String {
    let mut text = text.to_owned();
    for name in names {
        text = match filters.iter().find(|filter| filter.name == *name) {
            Some(filter) => apply_user_filter(&text, filter),
            None => apply_built_in(&text, name),
        };
    }
    text
}

/// Replaces matches by the token, but leaves those that are part of a token: `\d+` → `[1]` must end.
fn apply_user_filter(text: &str, filter: &Filter) -> String {
    let tokens: Vec<_> = if filter.token.is_empty() {
        Vec::new()
    } else {
        (text.match_indices(&filter.token))
            .map(|(start, token)| start..start + token.len())
            .collect()
    };
    let is_token = |start: usize, end: usize| {
        (tokens.iter()).any(|token| token.start <= start && end <= token.end)
    };
    let mut replaced = String::with_capacity(text.len());
    let mut copied = 0;
    for found in filter.expression.find_iter(text) {
        // An empty match would add tokens for ever.
        if !found.is_empty() && !is_token(found.start(), found.end()) {
            replaced.push_str(&text[copied..found.start()]);
            replaced.push_str(&filter.token);
            copied = found.end();
        }
    }
    replaced.push_str(&text[copied..]);
    replaced
}

fn expression(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a valid expression")
}

static DURATION: LazyLock<Regex> = LazyLock::new(|| {
    expression(concat!(
        r"\b\d+(?:\.\d+)?(?:[eE][-+]?\d+)? ?",
        r"(?:nanoseconds?|microseconds?|milliseconds?|seconds?|minutes?|hours?",
        r"|nsecs?|usecs?|msecs?|secs?|mins?|ns|µs|μs|us|ms|s)\b",
        r"|\b\d+:[0-5]\d:[0-5]\d\.\d+\b"
    ))
});
static PID: LazyLock<Regex> = LazyLock::new(|| {
    expression(r#"(?i)\b((?:p?pid|parent|process(?: id)?)["']?(?: ?[=:#] ?| ))\d+\b"#)
});
static THREAD_ID: LazyLock<Regex> = LazyLock::new(|| {
    expression(concat!(
        r"(?i)\b((?:started|stopped)(?: daemon)? |thread[ _-]?id(?: ?[=:#] ?| )",
        r"|(?:native_|thread_)?ident(?:ifier)?(?: ?[=:#] ?| )|thread(?: ?[=:#] ?| ))",
        r"(?:0x[0-9a-f]+|\d+)\b|\b1[34]\d{13}\b"
    ))
});
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    expression(concat!(
        r"\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[-+]\d{2}:?\d{2})?)?",
        r"|\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?(?:\d{1,2} )?",
        r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +(?:\d{1,2} )?",
        r"(?:\d{4} )?\d{2}:\d{2}:\d{2}(?: \d{4})?\b",
        r"|\b\d{2}:\d{2}:\d{2}(?:[.,]\d+)?\b",
        r"|\b1[5-9]\d{8}(?:\.\d+)?\b"
    ))
});
static SIZE: LazyLock<Regex> =
    LazyLock::new(|| expression(r"\b\d+(?:\.\d+)? ?(?:bytes?|[KkMGT]i?B|B)\b"));
static FLOAT: LazyLock<Regex> = LazyLock::new(|| {
    expression(r"\[FLOAT [^\]\n]*\]|\b\d+(?:\.\d+(?:[eE][-+]?\d+)?|[eE][-+]?\d+)\b")
});

/// Applies the built-in filter of this name; an unknown name changes nothing.
#[must_use]
pub fn apply_built_in(text: &str, name: &str) -> String {
    match name {
        "durations" => DURATION.replace_all(text, "[DURATION]").into_owned(),
        "pids" => PID.replace_all(text, "${1}[PID]").into_owned(),
        "thread-ids" => THREAD_ID.replace_all(text, "${1}[THREAD]").into_owned(),
        "dates" => DATE.replace_all(text, "[DATE]").into_owned(),
        "sizes" => SIZE.replace_all(text, "[SIZE]").into_owned(),
        "floats" => FLOAT.replace_all(text, round).into_owned(),
        _ => text.to_owned(),
    }
}

/// Rounds a float to six significant digits, so that the last digits may vary: `[FLOAT 0.333333]`.
fn round(found: &Captures<'_>) -> String {
    let text = &found[0];
    match text.parse::<f64>() {
        Ok(number) => match format!("{number:.5e}").parse::<f64>() {
            Ok(rounded) if rounded.is_finite() => format!("[FLOAT {rounded:?}]"),
            _ => text.to_owned(),
        },
        // Already a token.
        Err(_) => text.to_owned(),
    }
}
