//! Fences inside a longer fence: documentation of Markdown, shown and not run.

use crate::position::Span;

use super::lines::Line;

/// A fence found inside another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Nested {
    /// The whole of it.
    pub(super) span: Span,
    /// Its info string.
    pub(super) info: Span,
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
    for line in lines {
        let marker = marker(guide, line);
        open = match (open, marker) {
            (None, Some(marker)) => Some((marker, line.span.end)),
            (Some((opening, _)), Some(marker)) if closes(&opening, &marker) => {
                found.push(Nested {
                    span: opening.start..line.span.end,
                    info: opening.info,
                });
                None
            }
            (Some((opening, _)), _) => Some((opening, line.span.end)),
            (None, None) => None,
        };
    }
    if let Some((opening, end)) = open.filter(|(opening, _)| !opening.info.is_empty()) {
        found.push(Nested {
            span: opening.start..end,
            info: opening.info,
        });
    }
    found
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
