//! Text as the Markdown parser gets it, with the way back to the guide's bytes.
//!
//! The parser differs from `CommonMark` in places that change which fences there are or what they
//! hold: a lone carriage return ends no line for it, a tab after a closing fence keeps the fence
//! open, and blanks at the very end close one. All are mended by bytes of equal length or at the
//! end, so that offsets stay true. Code is never taken from here, only from the guide.

use std::borrow::Cow;

use memchr::{memchr_iter, memmem};

use crate::position::Span;

/// A text to parse and where each of its bytes stands in the guide.
#[derive(Debug)]
pub(super) struct Source<'a> {
    /// What the parser reads.
    pub(super) text: Cow<'a, str>,
    origin: Origin,
    /// Length of the guide.
    limit: usize,
}

/// Where the bytes of a source stand in the guide.
#[derive(Debug)]
enum Origin {
    /// All of them in one piece, this many bytes further on.
    Whole(usize),
    /// Line by line: where a line starts in the source and in the guide.
    Lines(Vec<(usize, usize)>),
}

impl<'a> Source<'a> {
    /// Takes a whole guide; a byte order mark is left out.
    pub(super) fn whole(guide: &'a str) -> Self {
        let text = guide.strip_prefix('\u{feff}').unwrap_or(guide);
        Self {
            text: Cow::Borrowed(text),
            origin: Origin::Whole(guide.len() - text.len()),
            limit: guide.len(),
        }
    }

    /// Joins lines of a guide, each given by its bytes (line end excluded), into a text of its own.
    pub(super) fn lines(guide: &str, lines: impl Iterator<Item = Span>) -> Self {
        let mut text = String::new();
        let mut starts = Vec::new();
        for line in lines {
            starts.push((text.len(), line.start));
            text.push_str(&guide[line]);
            text.push('\n');
        }
        Self {
            text: Cow::Owned(text),
            origin: Origin::Lines(starts),
            limit: guide.len(),
        }
    }

    /// Takes a part of a guide as it is.
    pub(super) fn part(guide: &'a str, span: &Span) -> Self {
        Self {
            text: Cow::Borrowed(&guide[span.clone()]),
            origin: Origin::Whole(span.start),
            limit: guide.len(),
        }
    }

    /// Mends what the parser reads otherwise than `CommonMark` says.
    pub(super) fn mended(mut self) -> Self {
        self.text = mended(self.text);
        self
    }

    /// Returns where a byte of the source stands in the guide.
    pub(super) fn offset(&self, at: usize) -> usize {
        match &self.origin {
            Origin::Whole(shift) => at + shift,
            Origin::Lines(lines) => {
                let line = lines.partition_point(|(start, _)| *start <= at);
                lines
                    .get(line.saturating_sub(1))
                    .map_or(at, |(start, guide)| at - start + guide)
            }
        }
    }

    /// Returns where bytes of one line of the source, or of a whole one, stand in the guide.
    pub(super) fn span(&self, range: &Span) -> Span {
        let start = self.offset(range.start).min(self.limit);
        let end = self.offset(range.end.max(1) - 1) + 1;
        start..end.clamp(start, self.limit)
    }

    /// Says whether neighbouring lines of the source are neighbours in the guide too.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self.origin, Origin::Whole(_))
    }
}

/// Mends what the parser reads otherwise than `CommonMark` says.
fn mended(text: Cow<'_, str>) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut edits = lone_returns(bytes);
    if memchr::memchr(b'\t', bytes).is_some() {
        for run in ["```", "~~~"] {
            edits.extend(tabs_after(bytes, run.as_bytes()));
        }
    }
    let ends_in_blanks = ends_in_blanks(&text);
    if edits.is_empty() && !ends_in_blanks {
        return text;
    }
    let mut bytes = text.into_owned().into_bytes();
    if ends_in_blanks {
        bytes.push(b'\n');
    }
    for (at, byte) in edits {
        bytes[at] = byte;
    }
    Cow::Owned(String::from_utf8(bytes).expect("ASCII was replaced by ASCII"))
}

/// Says whether the last line is neither empty nor ended, and holds nothing but blanks and quotes.
fn ends_in_blanks(text: &str) -> bool {
    let blank = text.trim_end_matches([' ', '\t', '>']);
    blank.len() < text.len() && (blank.is_empty() || blank.ends_with(['\n', '\r']))
}

/// Finds carriage returns that end a line by themselves.
fn lone_returns(bytes: &[u8]) -> Vec<(usize, u8)> {
    memchr_iter(b'\r', bytes)
        .filter(|at| bytes.get(at + 1) != Some(&b'\n'))
        .map(|at| (at, b'\n'))
        .collect()
}

/// Finds tabs between a run of fence characters and the end of its line.
fn tabs_after(bytes: &[u8], run: &[u8]) -> Vec<(usize, u8)> {
    let mut edits = Vec::new();
    let needle = [run, b"\t"].concat();
    let spaced = [run, b" "].concat();
    for needle in [needle, spaced] {
        for at in memmem::find_iter(bytes, &needle) {
            let start = at + run.len();
            let blank = bytes[start..]
                .iter()
                .take_while(|byte| matches!(byte, b' ' | b'\t'))
                .count();
            let end = start + blank;
            if matches!(bytes.get(end), None | Some(b'\n' | b'\r')) {
                let tabs = (start..end).filter(|at| bytes[*at] == b'\t');
                edits.extend(tabs.map(|at| (at, b' ')));
            }
        }
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(guide: &str, parsed: &str) {
        assert_eq!(Source::whole(guide).mended().text, parsed);
    }

    #[test]
    fn what_the_parser_reads_otherwise_is_mended_by_equal_bytes() {
        case("a\rb\r\nc\r", "a\nb\r\nc\n");
        case("```\t\n```py\tx\n```` \t\r\n", "``` \n```py\tx\n````  \r\n");
        case("~~~\t", "~~~ ");
        case("```\n> ", "```\n> \n");
    }

    #[test]
    fn offsets_lead_back_to_the_guide() {
        assert_eq!(Source::whole("\u{feff}abc").offset(1), 4);
        let guide = "  ab\n  cd\n";
        let source = Source::lines(guide, [2..4, 7..9].into_iter());
        assert_eq!(source.text, "ab\ncd\n");
        assert_eq!(source.offset(4), 8);
    }
}
