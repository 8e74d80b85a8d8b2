//! Warnings as the `warnings` module shows them: `FILE:LINE: Category: text`, then the source line.

use std::sync::LazyLock;

use regex::Regex;

// A category is a name that ends in `Warning`, or any name after a file that is surely Python's.
static WARNING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(?:(?:[^:]|:[^ ])+?:\d+: ((?:\w+\.)*\w*Warning(?:: .*|:?))",
        r"|(?:\[EXAMPLE\]/[^:]*|<\w+>):\d+: ([A-Za-z_][\w.]*: .*))$"
    ))
    .expect("the pattern is a valid expression")
});

/// Returns the `Category: text` of a line that begins a warning.
pub(super) fn begin(line: &str) -> Option<&str> {
    // Cheap test first: most lines are no warnings.
    if !line.contains(": ") && !line.ends_with(':') {
        return None;
    }
    let captures = WARNING.captures(line)?;
    (captures.get(1).or_else(|| captures.get(2))).map(|found| found.as_str())
}

/// Says whether `line` is the source line that may follow a warning.
pub(super) fn is_source(line: &str) -> bool {
    line.strip_prefix("  ")
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(' '))
}

/// Says whether `line` is the advice that may follow a warning about an object.
pub(super) fn is_advice(line: &str) -> bool {
    line.split_once(": ").is_some_and(|(_, text)| {
        text == "Enable tracemalloc to get the object allocation traceback"
    })
}
