//! Lines of a guide inside a container: how to replace, add and take away whole ones.

use crate::position::Span;

use super::Edit;

/// Neighbouring lines of a guide that show something, each without container prefix and line end.
#[derive(Debug, Clone)]
pub(super) struct Shown<'a> {
    pub(super) guide: &'a str,
    /// The bytes of each line.
    pub(super) spans: Vec<Span>,
    /// End of the line before them, without its line end.
    pub(super) above: usize,
    /// What every line begins with: indentation of a list, marks of a quote.
    pub(super) prefix: String,
}

impl Shown<'_> {
    /// Returns the edits that make the lines read `wanted`; lines that do so already stay.
    pub(super) fn replace(&self, wanted: &[String]) -> Vec<Edit> {
        let mut edits: Vec<Edit> = (self.spans.iter().zip(wanted))
            .filter(|(span, line)| self.guide[(*span).clone()] != ***line)
            .map(|(span, line)| self.replaced(span, line))
            .collect();
        let kept = self.spans.len().min(wanted.len());
        let last = self.spans[..kept]
            .last()
            .map_or(self.above, |span| span.end);
        if let Some(end) = self.spans[kept..].last().map(|span| span.end) {
            edits.push(Edit {
                start: last,
                end,
                replacement: String::new(),
            });
        } else if kept < wanted.len() {
            let line_end = line_end(self.guide, self.above);
            let added: String = (wanted[kept..].iter())
                .flat_map(|line| [line_end.to_owned(), prefixed(&self.prefix, line)])
                .collect();
            add_at(&mut edits, last, added);
        }
        edits
    }

    fn replaced(&self, span: &Span, line: &str) -> Edit {
        let start = if line.is_empty() {
            self.without_blanks_before(span.start)
        } else {
            span.start
        };
        Edit {
            start,
            end: span.end,
            replacement: line.to_owned(),
        }
    }

    /// An empty line leaves no blanks of its prefix at its end.
    fn without_blanks_before(&self, at: usize) -> usize {
        let start = line_start(self.guide, at);
        start + self.guide[start..at].trim_end().len()
    }
}

/// Adds text at a place, as part of the edit that ends there: two insertions at one place have no order.
pub(super) fn add_at(edits: &mut Vec<Edit>, at: usize, added: String) {
    match edits.last_mut().filter(|edit| edit.end == at) {
        Some(edit) => edit.replacement.push_str(&added),
        None => edits.push(Edit {
            start: at,
            end: at,
            replacement: added,
        }),
    }
}

/// Returns a line with its container prefix; an empty one leaves no blanks at its end.
pub(super) fn prefixed(prefix: &str, line: &str) -> String {
    if line.is_empty() {
        prefix.trim_end().to_owned()
    } else {
        format!("{prefix}{line}")
    }
}

/// Returns what stands before the byte at `at` on its line, as a line below it has it: the marks of a
/// list item stand on its first line alone.
pub(super) fn prefix_below(guide: &str, at: usize) -> String {
    let prefix = guide[line_start(guide, at)..at].chars();
    let below = |letter: char| {
        if letter.is_whitespace() || letter == '>' {
            letter
        } else {
            ' '
        }
    };
    prefix.map(below).collect()
}

/// Returns where the line that holds the byte at `at` starts.
pub(super) fn line_start(guide: &str, at: usize) -> usize {
    guide[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1)
}

/// Returns the end of the line before the one that holds the byte at `at`, without its line end.
pub(super) fn end_of_line_above(guide: &str, at: usize) -> usize {
    let before = &guide[..line_start(guide, at)];
    let body = before.strip_suffix('\n').unwrap_or(before);
    body.strip_suffix('\r').unwrap_or(body).len()
}

/// Returns how lines end around the byte at `at`.
pub(super) fn line_end(guide: &str, at: usize) -> &'static str {
    let rest = &guide[at..];
    match rest.find(['\n', '\r']).map(|end| &rest[end..]) {
        Some(end) if end.starts_with("\r\n") => "\r\n",
        Some(end) if end.starts_with('\r') => "\r",
        // The last line: as the ones before it.
        None if guide.contains("\r\n") => "\r\n",
        Some(_) | None => "\n",
    }
}

/// Says whether a guide can show a text: no character that would end a line or disappear.
pub(super) fn is_showable(text: &str) -> bool {
    !text
        .chars()
        .any(|character| character.is_control() && !matches!(character, '\n' | '\t'))
}

/// Says whether a line between quotes would end them, or be another text to Python.
pub(super) fn may_end_quotes(line: &str) -> bool {
    line.contains("\"\"\"") || line.contains("'''") || line.contains('\\')
}
