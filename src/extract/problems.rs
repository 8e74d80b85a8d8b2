//! Problems of one guide while it is read, and positions for whatever is known by its offset.

use crate::position::Position;
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
        if self.drafts.is_empty() {
            return Vec::new();
        }
        self.drafts.sort_by_key(|(offset, _)| *offset);
        let mut places = Places::new(text);
        self.drafts
            .into_iter()
            .map(|(offset, problem)| problem.at(guide, places.position(offset)))
            .collect()
    }
}

/// Turns offsets into positions; a byte order mark takes no column. Ascending offsets cost one pass
/// over the text, however long its lines.
#[derive(Debug)]
pub(super) struct Places<'a> {
    text: &'a str,
    /// Whether lines may end in carriage returns alone.
    returns: bool,
    last: (usize, Position),
}

impl<'a> Places<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            returns: memchr::memchr(b'\r', text.as_bytes()).is_some(),
            last: Self::start(text),
        }
    }

    fn start(text: &str) -> (usize, Position) {
        let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
        (mark, Position { line: 1, column: 1 })
    }

    /// Returns the position of an offset that starts a character.
    pub(super) fn position(&mut self, offset: usize) -> Position {
        if offset < self.last.0 {
            self.last = Self::start(self.text);
        }
        let (known, mut position) = self.last;
        let between = &self.text[known.min(offset)..offset];
        let (ends, tail) = self.line_ends(between);
        if ends > 0 {
            position.line += ends;
            position.column = 1;
        }
        position.column += tail.chars().count();
        self.last = (offset, position);
        position
    }

    /// Counts the line ends in a part of the text, and returns what follows the last of them.
    fn line_ends<'t>(&self, part: &'t str) -> (usize, &'t str) {
        let bytes = part.as_bytes();
        if !self.returns {
            let last = memchr::memrchr(b'\n', bytes).map_or(0, |end| end + 1);
            return (line_feeds(bytes), &part[last..]);
        }
        let ends = memchr::memchr2_iter(b'\n', b'\r', bytes);
        let ends = ends.filter(|at| bytes[*at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'));
        let (mut count, mut last) = (0, 0);
        for end in ends {
            count += 1;
            last = end + 1;
        }
        (count, &part[last..])
    }
}

/// Counts line feeds. Every byte of a guide passes here: sums of a byte each are added many at a time.
fn line_feeds(bytes: &[u8]) -> usize {
    let count = |part: &[u8]| part.iter().map(|byte| u8::from(*byte == b'\n')).sum::<u8>();
    let parts = bytes.chunks(usize::from(u8::MAX));
    parts.map(|part| usize::from(count(part))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, places: &[(usize, usize, usize)]) {
        let mut read = Places::new(text);
        for (offset, line, column) in places {
            let position = read.position(*offset);
            assert_eq!(
                (position.line, position.column),
                (*line, *column),
                "{offset}"
            );
        }
    }

    #[test]
    fn line_feeds_are_counted_however_many_there_are() {
        for length in [0, 1, 254, 255, 256, 1_000] {
            assert_eq!(line_feeds(&vec![b'\n'; length]), length);
            assert_eq!(line_feeds(&b"a\nb".repeat(length)), length);
        }
    }

    #[test]
    fn positions_are_found_in_any_order() {
        case(
            "ab\nдом\nx",
            &[(1, 1, 2), (5, 2, 2), (7, 2, 3), (10, 3, 1), (3, 2, 1)],
        );
        case("a\r\nb\rc", &[(3, 2, 1), (5, 3, 1)]);
        case("\u{feff}ab", &[(3, 1, 1), (4, 1, 2)]);
    }
}
