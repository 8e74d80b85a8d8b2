//! A guide's structure as far as examples need it: code, headings, comments, labels, in order.
//!
//! One pass over the parser's events. Every offset is a byte of the guide, never of a source.

use std::mem;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::position::Span;

use super::FenceKind;
use super::fence_lines::{info_span, is_closed, trimmed_end};
use super::piece::{Chunk, Chunks, Code, Piece};
use super::signs::{QUOTES_OF_A_PROMPT, Signs};
use super::source::Source;

/// How much of a paragraph is kept to see whether it is a label.
const LABEL_BYTES: usize = 300;

/// Room is made for so many pieces, and one more for so many bytes: what guides usually need.
const FEWEST_PIECES: usize = 16;
const BYTES_FOR_A_PIECE: usize = 96;

/// The structure of a source.
pub(super) struct Outline {
    /// What stands in it, in order.
    pub(super) pieces: Vec<Piece>,
    /// Signs of what the parser reads as something else.
    pub(super) signs: Signs,
}

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
    let mut events = Parser::new_ext(&source.text, Options::empty()).into_offset_iter();
    // Events are large and many: each is taken apart where it stands.
    loop {
        match events.next() {
            Some((Event::Text(text), range)) => reader.text(&text, range),
            Some((Event::Start(tag), range)) => reader.enter(&tag, range),
            Some((Event::End(tag), _)) => reader.leave(tag),
            Some((event, range)) => reader.other(&event, range),
            None => break,
        }
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
    /// Reads what is neither text nor the start or end of a block.
    fn other(&mut self, event: &Event<'_>, range: Span) {
        match event {
            Event::Html(_) => self.chunk(range),
            Event::InlineHtml(html) if html.starts_with("<!--") => self.inline_comment(range),
            Event::Code(text) => self.prose_text(text),
            Event::SoftBreak | Event::HardBreak => self.prose_text(" "),
            Event::Rule => self.prose(range.start),
            Event::Text(_)
            | Event::Start(_)
            | Event::End(_)
            | Event::InlineHtml(_)
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
        match self.open {
            Open::Fenced | Open::Html => self.block_text(text, range),
            Open::Indented => {
                self.signs.see(text);
                self.block_text(text, range);
            }
            Open::Heading | Open::Label => {
                self.signs.see(text);
                self.prose_text(text);
            }
            Open::Nothing => self.signs.see(text),
        }
    }

    /// Adds text to the block that is open; what stands nowhere in the source are spaces of a tab.
    fn block_text(&mut self, text: &str, range: Span) {
        if range.is_empty() {
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
