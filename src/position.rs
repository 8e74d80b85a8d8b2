//! Places in a guide: byte spans and 1-based line and column numbers.
//!
//! Columns count characters (Unicode scalar values), not bytes, and a tab is one character.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A half-open range of bytes in a guide's text.
pub type Span = Range<usize>;

/// A 1-based line and column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// 1-based line.
    pub line: usize,
    /// 1-based column in characters.
    pub column: usize,
}

/// Where each line of a text starts; answers offset → position in logarithmic time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    /// Indexes `text`; `\n`, `\r\n` and a lone `\r` each end a line, as in `CommonMark`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for offset in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            // The line of `\r\n` ends after both.
            let goes_on = bytes[offset] == b'\r' && bytes.get(offset + 1) == Some(&b'\n');
            if !goes_on {
                starts.push(offset + 1);
            }
        }
        Self { starts }
    }

    /// Returns the 1-based line that holds the byte at `offset`.
    #[must_use]
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    /// Returns the byte at which the 1-based `line` starts, or `None` past the last line.
    #[must_use]
    pub fn start(&self, line: usize) -> Option<usize> {
        self.starts.get(line.checked_sub(1)?).copied()
    }

    /// Returns the number of lines (an empty text has one).
    #[must_use]
    pub fn lines(&self) -> usize {
        self.starts.len()
    }

    /// Returns the position of the byte at `offset` in `text`, the text that was indexed.
    #[must_use]
    pub fn position(&self, text: &str, offset: usize) -> Position {
        let line = self.line(offset);
        let start = self.starts[line - 1];
        let end = (start..=offset.min(text.len()))
            .rev()
            .find(|at| text.is_char_boundary(*at));
        let column = text[start..end.unwrap_or(start)].chars().count() + 1;
        Position { line, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, offset: usize, line: usize, column: usize) {
        let position = LineIndex::new(text).position(text, offset);
        assert_eq!(position, Position { line, column });
    }

    #[test]
    fn positions_count_characters_from_one() {
        case("ab\ncd", 0, 1, 1);
        case("ab\ncd", 4, 2, 2);
        case("дом\nx", 4, 1, 3);
        case("a\r\nb", 3, 2, 1);
        case("a\rb", 2, 2, 1);
        case("", 0, 1, 1);
    }
}
