//! A guide's structure as far as examples need it: code, headings, comments, labels, in order.
//!
//! One pass over the parser's events. Every offset is a byte of the guide, never of a source.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use smallvec::SmallVec;

use crate::position::Span;

use super::FenceKind;
use super::source::Source;

/// How much of a paragraph is kept to see whether it is a label.
const LABEL_BYTES: usize = 300;

/// Room is made for so many pieces, and one more for so many bytes: what guides usually need.
const FEWEST_PIECES: usize = 16;
const BYTES_FOR_A_PIECE: usize = 128;

/// A part of a line's text: bytes of the guide, or spaces that a tab became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chunk {
    /// Bytes of the guide; line ends between and after lines included.
    pub(super) span: Span,
    /// Spaces before it that a partly used tab stands for.
    pub(super) pad: usize,
}

/// The parts of a block in order; most blocks stand in the guide in one piece.
pub(super) type Chunks = SmallVec<[Chunk; 1]>;

/// A code block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Code {
    /// What kind of place it is.
    pub(super) kind: FenceKind,
    /// The whole block, final line end excluded.
    pub(super) span: Span,
    /// The info string, trimmed; empty where there is none.
    pub(super) info: Span,
    /// Its text.
    pub(super) chunks: Chunks,
    /// Whether a closing line ends it; true for kinds that need none.
    pub(super) closed: bool,
    /// Whether it stands in a list item.
    pub(super) in_list: bool,
}

/// One thing in a guide, in document order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// A heading at the top level of the guide.
    Heading {
        /// 1–6.
        level: u8,
        /// Its text without markup.
        text: String,
        /// Where it starts.
        start: usize,
    },
    /// A code block.
    Code(Code),
    /// A block of HTML, or an HTML comment within a line.
    Html {
        /// The whole of it.
        span: Span,
        /// Its text without the prefixes of quotes and lists.
        chunks: Chunks,
    },
    /// A paragraph that begins like a comment of `MyST` (`% …`) or MDX (`{/* … */}`).
    Note {
        /// The whole of it.
        span: Span,
        /// Its lines.
        chunks: Chunks,
    },
    /// A paragraph that may be a label, or anything else that is neither code, comment nor blank.
    Prose {
        /// Where it starts.
        start: usize,
        /// The beginning of its text, where it follows code closely; otherwise empty.
        text: String,
    },
}

impl Piece {
    /// Returns where the piece starts.
    pub(super) fn start(&self) -> usize {
        match self {
            Self::Heading { start, .. } | Self::Prose { start, .. } => *start,
            Self::Code(code) => code.span.start,
            Self::Html { span, .. } | Self::Note { span, .. } => span.start,
        }
    }
}

/// Reads the structure of a source.
pub(super) fn outline(guide: &str, source: &Source<'_>) -> Vec<Piece> {
    let mut reader = Reader {
        guide,
        source,
        pieces: Vec::with_capacity(FEWEST_PIECES + source.text.len() / BYTES_FOR_A_PIECE),
        open: Open::Nothing,
        depth: 0,
        lists: 0,
        near_code: !source.is_whole(),
    };
    for (event, range) in Parser::new_ext(&source.text, Options::empty()).into_offset_iter() {
        reader.read(&event, range);
    }
    reader.pieces
}

/// The block whose inside is being read.
enum Open {
    Nothing,
    Code,
    Html,
    Heading,
    Label,
}

struct Reader<'a> {
    guide: &'a str,
    source: &'a Source<'a>,
    pieces: Vec<Piece>,
    open: Open,
    depth: usize,
    lists: usize,
    near_code: bool,
}

impl Reader<'_> {
    fn read(&mut self, event: &Event<'_>, range: Span) {
        match event {
            Event::Text(text) => self.text(text, range),
            Event::Start(tag) => self.enter(tag, range),
            Event::End(tag) => self.leave(*tag),
            Event::Html(_) => self.chunk(range),
            Event::InlineHtml(html) if html.starts_with("<!--") => self.inline_comment(range),
            Event::Code(text) => self.prose_text(text),
            Event::SoftBreak | Event::HardBreak => self.prose_text(" "),
            Event::Rule => self.prose(range.start, false),
            Event::InlineHtml(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_) => {}
        }
    }

    fn enter(&mut self, tag: &Tag<'_>, range: Span) {
        match tag {
            Tag::CodeBlock(kind) => self.code(kind, range),
            Tag::HtmlBlock => self.html(range),
            Tag::Heading { level, .. } => self.heading(*level, range.start),
            Tag::Paragraph if self.is_note(&range) => self.note(range),
            Tag::Paragraph => self.prose(range.start, true),
            Tag::List(_) | Tag::BlockQuote(_) | Tag::Item => {
                self.depth += 1;
                self.lists += usize::from(*tag == Tag::Item);
                self.prose(range.start, false);
            }
            _ => {}
        }
    }

    fn leave(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::CodeBlock => self.close_code(),
            TagEnd::HtmlBlock | TagEnd::Heading(_) | TagEnd::Paragraph => {
                self.open = Open::Nothing;
            }
            TagEnd::List(_) | TagEnd::BlockQuote(_) | TagEnd::Item => {
                self.depth -= 1;
                self.lists -= usize::from(tag == TagEnd::Item);
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str, range: Span) {
        if !matches!(self.open, Open::Code | Open::Html) {
            self.prose_text(text);
        } else if range.is_empty() {
            self.push_chunk(Chunk {
                span: self.source.offset(range.start)..self.source.offset(range.start),
                pad: text.len(),
            });
        } else {
            self.chunk(range);
        }
    }

    fn code(&mut self, kind: &CodeBlockKind<'_>, range: Span) {
        let Span { start, end } = self.source.span(&range);
        let (kind, info) = match kind {
            CodeBlockKind::Fenced(_) => (FenceKind::Fenced, info_span(self.guide, start)),
            CodeBlockKind::Indented => (FenceKind::Indented, start..start),
        };
        self.open = Open::Code;
        self.pieces.push(Piece::Code(Code {
            kind,
            span: start..end.max(info.end),
            info,
            chunks: Chunks::new(),
            closed: true,
            in_list: self.lists > 0,
        }));
    }

    fn close_code(&mut self) {
        self.open = Open::Nothing;
        self.near_code = true;
        if let Some(Piece::Code(code)) = self.pieces.last_mut() {
            if code.kind == FenceKind::Fenced {
                code.closed = is_closed(self.guide, code);
            }
            code.span.end = trimmed_end(self.guide, &code.span);
        }
    }

    fn html(&mut self, range: Span) {
        let span = self.source.span(&range);
        self.open = Open::Html;
        self.pieces.push(Piece::Html {
            span,
            chunks: Chunks::new(),
        });
    }

    fn inline_comment(&mut self, range: Span) {
        let span = self.source.span(&range);
        let mut chunks = Chunks::new();
        split_chunk(self.source, range, |span| {
            chunks.push(Chunk { span, pad: 0 });
        });
        self.pieces.push(Piece::Html { span, chunks });
    }

    fn is_note(&self, range: &Span) -> bool {
        let text = &self.source.text[range.clone()];
        text.starts_with("% ") || text.starts_with("{/*")
    }

    fn note(&mut self, range: Span) {
        let span = self.source.span(&range);
        let mut chunks = Chunks::new();
        split_chunk(self.source, range, |span| {
            chunks.push(Chunk { span, pad: 0 });
        });
        self.pieces.push(Piece::Note { span, chunks });
    }

    /// Adds a range of the source to the block that is open.
    fn chunk(&mut self, range: Span) {
        let source = self.source;
        split_chunk(source, range, |span| {
            self.push_chunk(Chunk { span, pad: 0 });
        });
    }

    /// Adds a part to the block that is open, joined with the one before it where nothing lies between.
    fn push_chunk(&mut self, chunk: Chunk) {
        if let Some(Piece::Code(Code { chunks, .. }) | Piece::Html { chunks, .. }) =
            self.pieces.last_mut()
        {
            match chunks.last_mut() {
                Some(last) if chunk.pad == 0 && last.span.end == chunk.span.start => {
                    last.span.end = chunk.span.end;
                }
                _ => chunks.push(chunk),
            }
        }
    }

    fn heading(&mut self, level: HeadingLevel, start: usize) {
        if self.depth > 0 {
            return self.prose(start, false);
        }
        self.near_code = false;
        self.open = Open::Heading;
        self.pieces.push(Piece::Heading {
            level: level as u8,
            text: String::new(),
            start: self.source.offset(start),
        });
    }

    /// Notes that something other than code, comment or heading begins.
    fn prose(&mut self, start: usize, paragraph: bool) {
        let merges =
            matches!(self.pieces.last(), Some(Piece::Prose { text, .. }) if text.is_empty());
        if merges && !paragraph {
            return;
        }
        if paragraph && self.near_code {
            self.open = Open::Label;
        }
        self.near_code = false;
        self.pieces.push(Piece::Prose {
            start: self.source.offset(start),
            text: String::new(),
        });
    }

    /// Keeps the text of a heading or of a paragraph that may be a label.
    fn prose_text(&mut self, more: &str) {
        match (&self.open, self.pieces.last_mut()) {
            (Open::Heading, Some(Piece::Heading { text, .. })) => text.push_str(more),
            (Open::Label, Some(Piece::Prose { text, .. })) if text.len() < LABEL_BYTES => {
                text.push_str(more);
            }
            _ => {}
        }
    }
}

/// Hands on a range of the source in guide bytes, cut where lines are not neighbours there.
fn split_chunk(source: &Source<'_>, range: Span, mut push: impl FnMut(Span)) {
    if source.is_whole() {
        return push(source.span(&range));
    }
    let mut start = range.start;
    while start < range.end {
        let rest = &source.text.as_bytes()[start..range.end];
        let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        push(source.span(&(start..start + length)));
        start += length;
    }
}

/// Finds the info string of the fence that starts at `start`.
fn info_span(guide: &str, start: usize) -> Span {
    let bytes = guide.as_bytes();
    let marker = bytes[start];
    let run = bytes[start..]
        .iter()
        .take_while(|byte| **byte == marker)
        .count();
    let from = start + run;
    let line = memchr::memchr2(b'\n', b'\r', &bytes[from..]).map_or(bytes.len(), |at| from + at);
    let text = &guide[from..line];
    let blank = [' ', '\t', '\u{b}', '\u{c}'];
    let leading = text.len() - text.trim_start_matches(blank).len();
    let trimmed = text.trim_matches(blank);
    from + leading..from + leading + trimmed.len()
}

/// Says whether a line of fence characters stands between a block's text and its end.
fn is_closed(guide: &str, code: &Code) -> bool {
    let bytes = guide.as_bytes();
    let marker = bytes[code.span.start];
    let run = |from: usize| {
        let run = bytes[from..code.span.end].iter();
        run.take_while(|byte| **byte == marker).count()
    };
    let opening = run(code.span.start);
    let after = code
        .chunks
        .last()
        .map_or(code.info.end, |chunk| chunk.span.end);
    let tail = after.min(code.span.end)..code.span.end;
    memchr::memchr(marker, &bytes[tail.clone()]).is_some_and(|at| run(tail.start + at) >= opening)
}

/// Returns the end of a span without the line end there.
fn trimmed_end(guide: &str, span: &Span) -> usize {
    let text = &guide[span.clone()];
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    span.start + text.len()
}
