//! Tracebacks and warnings on stderr, reduced to what they say: `Type: message`, `Category: text`.
//!
//! Exception groups keep the tree that Python draws; chained tracebacks keep the sentence between
//! them. Every other line stays. Carets, which differ by version, go everywhere.

use std::sync::LazyLock;

use regex::Regex;

use super::warnings;

const HEADER: &str = "Traceback (most recent call last):";
const GROUP_HEADER: &str = "+ Exception Group Traceback (most recent call last):";

static SYNTAX_FRAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^  File ".*", line \d+$"#).expect("the pattern is a valid expression")
});

static SYNTAX_ERROR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:SyntaxError|IndentationError|TabError)(?::|$)")
        .expect("the pattern is a valid expression")
});

/// One line, split into the margin that draws an exception group and the rest.
#[derive(Clone, Copy)]
struct Line<'a> {
    whole: &'a str,
    margin: &'a str,
    content: &'a str,
}

impl<'a> Line<'a> {
    fn new(whole: &'a str) -> Self {
        let indent = whole.len() - whole.trim_start_matches(' ').len();
        let rest = &whole[indent..];
        let drawn =
            indent >= 2 && indent.is_multiple_of(2) && (rest.starts_with("| ") || rest == "|");
        let at = if drawn {
            (indent + 2).min(whole.len())
        } else {
            0
        };
        Self {
            whole,
            margin: whole[..at].trim_end(),
            content: &whole[at..],
        }
    }

    fn is_indented(&self) -> bool {
        self.content.starts_with(' ')
    }

    fn is_group_header(&self) -> bool {
        self.whole.starts_with("  ") && self.whole.trim_start_matches(' ') == GROUP_HEADER
    }

    /// The margin of the lines that follow a group's header.
    fn margin_below(&self) -> &'a str {
        // `  + Exception` and `  | ` have the same indentation.
        let indent = self.whole.len() - self.whole.trim_start_matches(' ').len();
        &self.whole[..indent]
    }
}

/// What begins at one line, and how many lines it takes.
enum Part<'a> {
    /// A header and its frames; the exception's own line follows.
    Traceback(usize),
    /// A stack without an exception: header and frames.
    Stack(usize),
    /// A warning, what it says, and its lines.
    Warning(&'a str, usize),
    /// Any other line.
    Other,
}

/// Returns `text` with each traceback and warning reduced. Running it again changes nothing.
#[must_use]
pub fn reduce(text: &str) -> String {
    super::settle(text, reduce_once)
}

fn reduce_once(text: &str) -> String {
    let lines: Vec<Line<'_>> = text.split('\n').map(Line::new).collect();
    let mut kept: Vec<String> = Vec::with_capacity(lines.len());
    let mut at = 0;
    while at < lines.len() {
        match part(&lines, at) {
            Part::Traceback(length) => at += length,
            Part::Stack(length) => {
                if !lines[at].content.ends_with("(most recent call first):") {
                    kept.push(lines[at].whole.to_owned());
                }
                at += length;
            }
            Part::Warning(text, length) => {
                let line = lines[at];
                let margin = &line.whole[..line.whole.len() - line.content.len()];
                kept.push(format!("{margin}{text}"));
                at += length;
            }
            Part::Other => {
                kept.push(lines[at].whole.to_owned());
                at += 1;
            }
        }
    }
    kept.join("\n")
}

fn part<'a>(lines: &[Line<'a>], at: usize) -> Part<'a> {
    let line = lines[at];
    if line.is_group_header() {
        let margin = format!("{}|", line.margin_below());
        return Part::Traceback(1 + frames(lines, at + 1, &margin));
    }
    if line.content == HEADER {
        return Part::Traceback(1 + frames(lines, at + 1, line.margin));
    }
    if SYNTAX_FRAME.is_match(line.content) {
        let length = frames(lines, at, line.margin);
        let after = lines.get(at + length);
        if after.is_some_and(|after| SYNTAX_ERROR.is_match(after.content)) {
            return Part::Traceback(length);
        }
    }
    let is_stack = line.content.ends_with("(most recent call last):")
        || line.content.ends_with("(most recent call first):");
    let has_frame = |next: &Line<'_>| next.content.starts_with("  File \"");
    if is_stack && lines.get(at + 1).is_some_and(has_frame) {
        return Part::Stack(1 + frames(lines, at + 1, line.margin));
    }
    match warnings::begin(line.content) {
        Some(text) => Part::Warning(text, warning_length(lines, at)),
        None => Part::Other,
    }
}

/// Counts the frame lines from `at` on: indented ones, and blank ones between them.
fn frames(lines: &[Line<'_>], at: usize, margin: &str) -> usize {
    let mut length = 0;
    for (index, line) in lines[at..].iter().enumerate() {
        if line.margin != margin || !(line.content.is_empty() || line.is_indented()) {
            break;
        }
        if line.is_indented() {
            length = index + 1;
        }
    }
    length
}

fn warning_length(lines: &[Line<'_>], at: usize) -> usize {
    let margin = lines[at].margin;
    let mut length = 1;
    let next = |length: usize| lines.get(at + length).filter(|line| line.margin == margin);
    if next(length).is_some_and(|line| warnings::is_source(line.content)) {
        length += 1;
    }
    if next(length).is_some_and(|line| warnings::is_advice(line.content)) {
        length += 1;
    }
    if next(length)
        .is_some_and(|line| line.content == "Object allocated at (most recent call last):")
    {
        length += 1;
        length += frames(lines, at + length, margin);
    }
    length
}

/// Returns `text` without the caret lines of tracebacks.
pub(super) fn drop_carets(text: &str) -> String {
    if !text.contains('^') && !text.contains('~') {
        return text.to_owned();
    }
    let mut margin = None;
    let mut kept = Vec::new();
    for line in text.split('\n').map(Line::new) {
        if line.is_group_header() {
            margin = Some(format!("{}|", line.margin_below()));
        } else if line.content == HEADER || SYNTAX_FRAME.is_match(line.content) {
            margin = Some(line.margin.to_owned());
        } else if margin.as_deref() != Some(line.margin)
            || !(line.is_indented() || line.content.is_empty())
        {
            margin = None;
        }
        if margin.is_none() || !is_carets(line.content) {
            kept.push(line.whole);
        }
    }
    kept.join("\n")
}

fn is_carets(content: &str) -> bool {
    let marks = content.trim();
    !marks.is_empty() && marks.chars().all(|mark| matches!(mark, '^' | '~'))
}

/// Returns `Type: message` of the last traceback in a stderr that was not reduced.
pub(super) fn last_exception(stderr: &str) -> Option<String> {
    let lines: Vec<Line<'_>> = stderr
        .trim_end_matches('\n')
        .split('\n')
        .map(Line::new)
        .collect();
    let (start, margin) = (0..lines.len()).rev().find_map(|at| {
        let margin = lines[at].margin;
        let top_group = lines[at].is_group_header() && lines[at].margin_below().len() == 2;
        match part(&lines, at) {
            Part::Traceback(length) if top_group => Some((at + length, "  |")),
            Part::Traceback(length) if margin.is_empty() && !lines[at].is_group_header() => {
                Some((at + length, ""))
            }
            _ => None,
        }
    })?;
    let message: Vec<&str> = lines[start..]
        .iter()
        .take_while(|line| line.margin == margin && !ends_message(line))
        .map(|line| line.content)
        .collect();
    (!message.is_empty()).then(|| message.join("\n").trim_end().to_owned())
}

/// Says whether a line after an exception surely belongs to something else.
fn ends_message(line: &Line<'_>) -> bool {
    warnings::begin(line.content).is_some() || line.content.starts_with("Exception ignored in")
}
