//! Problems of one guide while it is read, and positions for whatever is known by its offset.

use crate::position::{LineIndex, Position};
use crate::problem::Problem;

/// Problems with the byte each is about.
#[derive(Debug, Default)]
pub(super) struct Problems {
    drafts: Vec<(usize, Problem)>,
}

impl Problems {
    /// Adds a problem about the byte at `offset`.
    pub(super) fn add(&mut self, offset: usize, problem: Problem) {
        self.drafts.push((offset, problem));
    }

    /// Returns them in document order, each with its place.
    pub(super) fn placed(mut self, guide: &str, text: &str) -> Vec<Problem> {
        self.drafts.sort_by_key(|(offset, _)| *offset);
        let mut places = Places::new(text);
        self.drafts
            .into_iter()
            .map(|(offset, problem)| problem.at(guide, places.position(offset)))
            .collect()
    }
}

/// Turns offsets into positions; a byte order mark takes no column. Ascending offsets cost one pass over the text, however long its lines.
#[derive(Debug)]
pub(super) struct Places<'a> {
    text: &'a str,
    index: LineIndex,
    last: (usize, Position),
}

impl<'a> Places<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Self {
            text,
            index: LineIndex::new(text),
            last: (mark, Position { line: 1, column: 1 }),
        }
    }

    /// Returns the position of an offset that starts a character.
    pub(super) fn position(&mut self, offset: usize) -> Position {
        let line = self.index.line(offset);
        let (known, position) = self.last;
        let (from, column) = if position.line == line && known <= offset {
            (known, position.column)
        } else {
            (self.index.start(line).unwrap_or(0), 1)
        };
        let column = column + self.text[from..offset].chars().count();
        self.last = (offset, Position { line, column });
        self.last.1
    }
}
