//! A guide's structure as far as examples need it: code, headings, comments, labels, in order.
//!
//! One pass over the parser's events. Every offset is a byte of the guide, never of a source.

use std::mem;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use smallvec::SmallVec;

use crate::position::Span;

use super::FenceKind;
use super::source::Source;

/// How much of a paragraph is kept to see whether it is a label.
const LABEL_BYTES: usize = 300;

/// Room is made for so many pieces, and one more for so many bytes: what guides usually need.
const FEWEST_PIECES: usize = 16;
const BYTES_FOR_A_PIECE: usize = 96;

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

/// The structure of a source.
pub(super) struct Outline {
    /// What stands in it, in order.
    pub(super) pieces: Vec<Piece>,
    /// Signs of what the parser reads as something else.
    pub(super) signs: Signs,
}

/// What may stand in a source although the parser knows nothing of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Signs {
    /// Containers of `MkDocs`.
    pub(super) containers: bool,
    /// Fences of colons.
    pub(super) colons: bool,
    /// Prompts outside fences.
    pub(super) prompts: bool,
}

impl Signs {
    /// Looks at the beginning of a line's text, after whatever marks of quotes and lists are in it.
    fn see(&mut self, text: &str) {
        let is_mark = |letter: &u8| {
            letter.is_ascii_digit()
                || matches!(
                    letter,
                    b' ' | b'\t' | b'>' | b'-' | b'*' | b'+' | b'.' | b')'
                )
        };
        let marks = text.bytes().take_while(is_mark).count();
        match text.as_bytes().get(marks) {
            Some(b'!' | b'?' | b'=') => {
                let rest = &text[marks..];
                self.containers |= CONTAINERS.iter().any(|marker| rest.starts_with(marker));
            }
            Some(b':') => self.colons |= text[marks..].starts_with(":::"),
            _ => {}
        }
        self.prompts |= marks > 2 && text[..marks].contains(">>>");
    }
}

/// What opens a container of `MkDocs`.
pub(super) const CONTAINERS: [&str; 3] = ["!!!", "???", "==="];

/// How many quotes in quotes the parser makes of a prompt.
const QUOTES_OF_A_PROMPT: usize = 3;

/// Reads the structure of a source.
pub(super) fn outline(guide: &str, source: &Source<'_>) -> Outline {
    let mut reader = Reader {
        guide,
        source,
        pieces: Vec::with_capacity(FEWEST_PIECES + source.text.len() / BYTES_FOR_A_PIECE),
        open: Open::Nothing,
        depth: 0,
        lists: 0,
        quotes: 0,
        near_code: !source.is_whole(),
        signs: Signs::default(),
    };
    for (event, range) in Parser::new_ext(&source.text, Options::empty()).into_offset_iter() {
        reader.read(&event, range);
    }
    Outline {
        pieces: reader.pieces,
        signs: reader.signs,
    }
}

/// The block whose inside is being read.
enum Open {
    Nothing,
    Fenced,
    Indented,
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
    quotes: usize,
    near_code: bool,
    signs: Signs,
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
            Event::Rule => self.prose(range.start),
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
            Tag::Heading { level, .. } => self.heading(*level, &range),
            Tag::Paragraph if self.is_note(&range) => self.note(range),
            Tag::Paragraph => self.paragraph(&range),
            Tag::List(_) | Tag::BlockQuote(_) | Tag::Item => {
                self.depth += 1;
                self.lists += usize::from(matches!(tag, Tag::Item));
                self.quotes += usize::from(matches!(tag, Tag::BlockQuote(_)));
                self.signs.prompts |= self.quotes >= QUOTES_OF_A_PROMPT;
                self.prose(range.start);
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
                self.quotes -= usize::from(matches!(tag, TagEnd::BlockQuote(_)));
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str, range: Span) {
        if !matches!(self.open, Open::Fenced | Open::Html) {
            self.signs.see(text);
        }
        if !matches!(self.open, Open::Fenced | Open::Indented | Open::Html) {
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
        let (open, kind, info) = match kind {
            CodeBlockKind::Fenced(_) => {
                let info = info_span(self.guide, start);
                (Open::Fenced, FenceKind::Fenced, info)
            }
            CodeBlockKind::Indented => (Open::Indented, FenceKind::Indented, start..start),
        };
        self.open = open;
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

    fn heading(&mut self, level: HeadingLevel, range: &Span) {
        if self.depth > 0 {
            return self.prose(range.start);
        }
        self.near_code = false;
        self.open = Open::Heading;
        self.pieces.push(Piece::Heading {
            level: level as u8,
            text: String::with_capacity(range.len()),
            start: self.source.offset(range.start),
        });
    }

    /// Notes that something other than code, comment, heading or paragraph begins.
    fn prose(&mut self, start: usize) {
        if !self.is_in_prose() {
            self.near_code = false;
            self.push_prose(start, String::new());
        }
    }

    /// Notes that a paragraph begins, which may be a label where code stands above it.
    fn paragraph(&mut self, range: &Span) {
        if mem::take(&mut self.near_code) {
            self.open = Open::Label;
            let text = String::with_capacity(range.len().min(LABEL_BYTES));
            self.push_prose(range.start, text);
        } else if !(self.is_in_prose() && self.signs == Signs::default()) {
            self.push_prose(range.start, String::new());
        }
    }

    /// Says whether prose that is no label stands directly above. More of it says nothing new, but
    /// where the parser misreads something, what follows that must have a start of its own.
    fn is_in_prose(&self) -> bool {
        matches!(self.pieces.last(), Some(Piece::Prose { text, .. }) if text.is_empty())
    }

    fn push_prose(&mut self, start: usize, text: String) {
        let start = self.source.offset(start);
        self.pieces.push(Piece::Prose { start, text });
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
