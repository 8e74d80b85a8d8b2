//! Fences inside a longer fence: documentation of Markdown, shown and not run.

use std::ops::Range;

use crate::position::Span;

use super::FenceKind;
use super::lines::Line;
use super::piece::Code;

/// A fence found inside another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Nested {
    /// The whole of it.
    pub(super) span: Span,
    /// Its info string.
    pub(super) info: Span,
    /// Which of the outer lines it takes, its opening and closing line included.
    pub(super) lines: Range<usize>,
    /// Whether a closing line ends it.
    pub(super) closed: bool,
}

impl Nested {
    /// Makes a code block of it, for places where it is one to the reader of the page.
    pub(super) fn code(&self, guide: &str, kind: FenceKind, lines: &[Line]) -> Code {
        let body = self.lines.start + 1..self.lines.end - usize::from(self.closed);
        Code {
            kind,
            span: self.span.clone(),
            info: self.info.clone(),
            chunks: lines[body].iter().map(|line| line.chunk(guide)).collect(),
            closed: self.closed,
            in_list: false,
        }
    }
}

/// A run of fence characters at the start of a line.
struct Marker {
    character: u8,
    run: usize,
    start: usize,
    info: Span,
}

/// Finds the fences that stand in the lines of another, at whatever indentation or depth of quotes.
///
/// A fence that says no language and is not closed is a stray line, not a fence.
pub(super) fn nested(guide: &str, lines: &[Line]) -> Vec<Nested> {
    let mut found = Vec::new();
    let mut open: Option<(Marker, usize)> = None;
    for (at, line) in lines.iter().enumerate() {
        let marker = marker(guide, line);
        open = match (open, marker) {
            (None, marker) => marker
                .filter(|marker| opens(guide, marker))
                .map(|marker| (marker, at)),
            (Some((opening, first)), Some(marker)) if closes(&opening, &marker) => {
                found.push(Nested {
                    span: opening.start..line.span.end,
                    info: opening.info,
                    lines: first..at + 1,
                    closed: true,
                });
                None
            }
            (open, _) => open,
        };
    }
    if let Some((opening, first)) = open.filter(|(opening, _)| !opening.info.is_empty()) {
        let end = lines.last().map_or(opening.info.end, |line| line.span.end);
        found.push(Nested {
            span: opening.start..end,
            info: opening.info,
            lines: first..lines.len(),
            closed: false,
        });
    }
    found
}

/// Says whether a run of fence characters opens a fence: a traceback underlines with tildes and carets.
fn opens(guide: &str, marker: &Marker) -> bool {
    match guide[marker.info.clone()].chars().next() {
        Some(first) => first.is_alphanumeric() || matches!(first, '{' | '.'),
        None => marker.character == b'`',
    }
}

fn closes(opening: &Marker, marker: &Marker) -> bool {
    marker.character == opening.character && marker.run >= opening.run && marker.info.is_empty()
}

fn marker(guide: &str, line: &Line) -> Option<Marker> {
    let text = line.text(guide);
    let body = text.trim_start_matches([' ', '\t', '>']);
    let character = *body.as_bytes().first()?;
    if !matches!(character, b'`' | b'~') {
        return None;
    }
    let run = body.bytes().take_while(|byte| *byte == character).count();
    let info = body[run..].trim();
    if run < 3 || (character == b'`' && info.contains('`')) {
        return None;
    }
    let start = line.span.end - body.len();
    let from = start + run + (body[run..].len() - body[run..].trim_start().len());
    Some(Marker {
        character,
        run,
        start,
        info: from..from + info.len(),
    })
}
