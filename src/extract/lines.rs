//! Lines of a block and the bytes of the guide that hold each of them.
//!
//! Example: a fence in a quote holds the line `> x = 1`. The block's line is `x = 1`, and its span
//! is exactly those five bytes; the quote's prefix and the line end are outside it.

use crate::position::Span;

use super::Passage;
use super::piece::Chunk;

/// One line of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Its bytes in the guide, after container indentation, without the line end.
    pub(super) span: Span,
    /// Spaces in front of them that a partly used tab stands for.
    pub(super) pad: usize,
}

impl Line {
    /// Returns the line's bytes in the guide.
    pub(super) fn text<'a>(&self, guide: &'a str) -> &'a str {
        &guide[self.span.clone()]
    }

    /// Returns the line with its line end, if it has one, as a part of a block.
    pub(super) fn chunk(&self, guide: &str) -> Chunk {
        let ended = matches!(guide.as_bytes().get(self.span.end), Some(b'\n' | b'\r'));
        Chunk {
            span: self.span.start..self.span.end + usize::from(ended),
            pad: self.pad,
        }
    }

    /// Returns the line without a mark at its start and the blank after it.
    pub(super) fn without_mark(&self, guide: &str, mark: &str) -> Self {
        let text = self.text(guide);
        let body = text.trim_start().strip_prefix(mark).unwrap_or(text);
        let body = body.strip_prefix(' ').unwrap_or(body);
        Self {
            span: self.span.end - body.len()..self.span.end,
            pad: 0,
        }
    }

    /// Says whether nothing but spaces and tabs stands in the line.
    pub(super) fn is_blank(&self, guide: &str) -> bool {
        self.text(guide).trim_start().is_empty()
    }

    /// Cuts the first `count` characters of indentation, padding first.
    fn cut(&mut self, guide: &str, count: usize) {
        let from_pad = count.min(self.pad);
        self.pad -= from_pad;
        let blank = self.text(guide).bytes();
        let blank = blank
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        self.span.start += blank.min(count - from_pad);
    }
}

/// Cuts chunks into lines.
pub(super) fn lines(guide: &str, chunks: &[Chunk]) -> Vec<Line> {
    let mut cutter = Cutter {
        guide,
        lines: Vec::new(),
        open: None,
    };
    for chunk in chunks {
        cutter.add(chunk);
    }
    cutter.lines.extend(cutter.open);
    cutter.lines
}

struct Cutter<'a> {
    guide: &'a str,
    lines: Vec<Line>,
    open: Option<Line>,
}

impl Cutter<'_> {
    fn add(&mut self, chunk: &Chunk) {
        let mut at = chunk.span.start;
        if chunk.pad > 0 {
            self.open = Some(Line {
                span: at..at,
                pad: chunk.pad,
            });
        }
        let bytes = self.guide.as_bytes();
        let limit = chunk.span.end.min(bytes.len());
        while at < limit {
            let rest = &bytes[at..limit];
            let end = memchr::memchr2(b'\n', b'\r', rest).map(|found| at + found);
            self.extend(at..end.unwrap_or(limit));
            let Some(end) = end else { break };
            self.lines.extend(self.open.take());
            let crlf = bytes[end] == b'\r' && bytes.get(end + 1) == Some(&b'\n');
            at = end + 1 + usize::from(crlf);
        }
    }

    /// Adds bytes to the open line, or opens one with them.
    fn extend(&mut self, span: Span) {
        match &mut self.open {
            Some(line) if span.is_empty() => line.span.end = line.span.end.min(span.end),
            Some(line) if line.span.is_empty() => line.span = span,
            Some(line) => line.span.end = span.end,
            None => self.open = Some(self.opened(span)),
        }
    }

    /// A blank line of a CRLF file arrives as its line feed alone; it stands before the return.
    fn opened(&self, span: Span) -> Line {
        let after_return = span.start > 0 && self.guide.as_bytes()[span.start - 1] == b'\r';
        let span = if span.is_empty() && after_return {
            span.start - 1..span.start - 1
        } else {
            span
        };
        Line { span, pad: 0 }
    }
}

/// Joins lines into text with line feeds, the final one included unless there is no line.
pub(super) fn text(guide: &str, lines: &[Line]) -> String {
    let length = lines.iter().map(|line| line.pad + line.span.len() + 1);
    let mut text = String::with_capacity(length.sum());
    for line in lines {
        text.extend(std::iter::repeat_n(' ', line.pad));
        text.push_str(line.text(guide));
        text.push('\n');
    }
    text
}

/// Joins lines into a passage.
pub(super) fn passage(guide: &str, lines: Vec<Line>) -> Passage {
    let joined = text(guide, &lines);
    Passage::joined(&joined, lines.into_iter().map(|line| line.span).collect())
}

/// Returns the bytes of text that stands in the guide as it is: in one piece, each line ended by a
/// line feed alone.
pub(super) fn standing(guide: &str, chunks: &[Chunk]) -> Option<Span> {
    let [Chunk { span, pad: 0 }] = chunks else {
        return None;
    };
    let bytes = &guide.as_bytes()[span.clone()];
    let is_plain = bytes.ends_with(b"\n") && memchr::memchr(b'\r', bytes).is_none();
    is_plain.then(|| span.clone())
}

/// Says whether nothing is taken away from the start of any line by [`dedent`], as the first line
/// that is not empty shows; false where only the others could.
pub(super) fn begins_at_margin(text: &str) -> bool {
    let filled = text.trim_start_matches('\n').chars().next();
    filled.is_some_and(|first| !first.is_whitespace())
}

/// Takes away the indentation that all lines share, as `textwrap.dedent` does.
pub(super) fn dedent(guide: &str, lines: &mut [Line]) {
    let margin = margin(guide, lines);
    if margin > 0 {
        for line in lines {
            line.cut(guide, margin);
        }
    }
}

/// Counts the characters of indentation that all lines that are not blank have in common.
fn margin(guide: &str, lines: &[Line]) -> usize {
    let mut common: Option<String> = None;
    for line in lines.iter().filter(|line| !line.is_blank(guide)) {
        let body = line.text(guide);
        let blank = body.len() - body.trim_start_matches([' ', '\t']).len();
        if line.pad + blank == 0 {
            return 0;
        }
        let indentation = format!("{}{}", " ".repeat(line.pad), &body[..blank]);
        common = Some(match common {
            Some(common) => shared_prefix(&common, &indentation).to_owned(),
            None => indentation,
        });
    }
    common.map_or(0, |common| common.len())
}

fn shared_prefix<'a>(a: &'a str, b: &str) -> &'a str {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b);
    &a[..same.count()]
}
