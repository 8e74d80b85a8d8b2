//! Blocks of HTML: the comments in them, and whether anything else stands there.

use super::FenceKind;
use super::attributes::{Attribute, attributes};
use super::lines::{Line, lines};
use super::nested::nested;
use super::piece::{Chunk, Code};
use super::source::Source;
use crate::position::Span;
use crate::wording::nearest;

/// A word of a directive and the byte of the guide where it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// The word.
    pub(super) attribute: Attribute,
    /// Its first byte in the guide.
    pub(super) offset: usize,
}

/// One thing in a block of HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Html {
    /// A directive of ours.
    Directive {
        /// First byte of the comment.
        start: usize,
        /// Its words.
        words: Vec<Word>,
    },
    /// A comment that looks like a directive of ours, misspelt; holds the word as written.
    Misspelt {
        /// First byte of the comment.
        start: usize,
        /// What stands where `fencepost:` should.
        word: String,
    },
    /// Any other comment.
    Comment {
        /// First byte of the comment.
        start: usize,
        /// The text between its marks.
        text: String,
        /// The lines of that text.
        lines: Vec<Line>,
        /// The fences in it.
        fences: Vec<Code>,
    },
    /// A fence among tags, with no blank line before it.
    Fence {
        /// The fence.
        code: Code,
        /// Whether the tags ask for Markdown inside.
        markdown: bool,
    },
    /// Text of a `<summary>`.
    Summary(String),
    /// A line of nothing but tags.
    Tags,
    /// Anything else.
    Content,
}

/// Takes a block of HTML apart.
pub(super) fn html(guide: &str, chunks: &[Chunk]) -> Vec<Html> {
    let source = source(guide, chunks);
    let mut parts = Parts {
        guide,
        source: &source,
        found: Vec::new(),
    };
    let text = source.text.as_ref();
    let mut at = 0;
    while let Some(open) = text[at..].find("<!--").map(|open| at + open) {
        parts.outside(at..open);
        let close = text[open + 4..].find("-->").map(|close| open + 4 + close);
        parts.comment(open, close.unwrap_or(text.len()));
        at = close.map_or(text.len(), |close| close + 3);
    }
    parts.outside(at..text.len());
    parts.found
}

/// Joins the parts of a block; most blocks stand in the guide in one piece.
fn source<'a>(guide: &'a str, chunks: &[Chunk]) -> Source<'a> {
    let span = chunks.first().map_or(0, |chunk| chunk.span.start)
        ..chunks.last().map_or(0, |chunk| chunk.span.end);
    let joined = chunks
        .windows(2)
        .all(|pair| pair[0].span.end == pair[1].span.start);
    let plain = chunks.iter().all(|chunk| chunk.pad == 0) && !guide[span.clone()].contains('\r');
    if joined && plain {
        return Source::part(guide, &span);
    }
    let lines = lines(guide, chunks);
    Source::lines(guide, lines.into_iter().map(|line| line.span))
}

/// `<div markdown>` and `<details markdown="1">` have Markdown inside for `MkDocs`.
fn asks_for_markdown(text: &str) -> bool {
    text.lines().take(3).any(|line| {
        let mut words = line.split([' ', '>', '=']).skip(1);
        line.trim_start().starts_with('<') && words.any(|word| word == "markdown")
    })
}

struct Parts<'a> {
    guide: &'a str,
    source: &'a Source<'a>,
    found: Vec<Html>,
}

impl Parts<'_> {
    /// Returns the lines of a range of the source.
    fn lines(&self, range: Span) -> Vec<Line> {
        let mut start = range.start;
        let text = &self.source.text[range];
        let lines = text.split_inclusive('\n').map(|line| {
            let body = line.trim_end_matches('\n').len();
            let span = self.source.span(&(start..start + body));
            start += line.len();
            Line { span, pad: 0 }
        });
        lines.collect()
    }

    /// Sorts the text between comments.
    fn outside(&mut self, range: Span) {
        let lines = self.lines(range);
        let fences = nested(self.guide, &lines);
        let mut fences = fences.iter().peekable();
        let mut at = 0;
        while at < lines.len() {
            if let Some(fence) = fences.next_if(|fence| fence.lines.start == at) {
                self.found.push(Html::Fence {
                    code: fence.code(self.guide, FenceKind::Container, &lines),
                    markdown: asks_for_markdown(&self.source.text),
                });
                at = fence.lines.end;
            } else {
                self.found.extend(tags(lines[at].text(self.guide).trim()));
                at += 1;
            }
        }
    }

    fn comment(&mut self, open: usize, close: usize) {
        let start = self.source.offset(open);
        let body = &self.source.text[open + 4..close];
        let trimmed = body.trim_start_matches('-').trim_start();
        let (word, rest) = match trimmed.find([':', ' ', '\n', '\t']) {
            Some(at) => trimmed.split_at(at),
            None => (trimmed, ""),
        };
        let part = match rest.strip_prefix(':') {
            Some(rest) if word == "fencepost" => Html::Directive {
                start,
                words: words(self.source, close - rest.len(), close),
            },
            after if is_near(word, after.is_some()) => Html::Misspelt {
                start,
                word: word.to_owned(),
            },
            _ => self.other(start, open + 4..close),
        };
        self.found.push(part);
    }

    fn other(&self, start: usize, body: Span) -> Html {
        let lines = self.lines(body.clone());
        let fences = nested(self.guide, &lines);
        let fences = fences
            .iter()
            .map(|fence| fence.code(self.guide, FenceKind::Comment, &lines));
        Html::Comment {
            start,
            text: self.source.text[body].to_owned(),
            fences: fences.collect(),
            lines,
        }
    }
}

/// Sorts a line outside comments.
fn tags(line: &str) -> Option<Html> {
    if line.is_empty() {
        return None;
    }
    if let Some(summary) = summary(line) {
        return Some(Html::Summary(summary.to_owned()));
    }
    let tags = line.starts_with('<') && line.ends_with('>');
    Some(if tags { Html::Tags } else { Html::Content })
}

fn summary(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("<summary>")?;
    Some(rest.split('<').next().unwrap_or_default().trim())
}

/// `fencepost` without its colon, or a slip of it with one.
fn is_near(word: &str, colon: bool) -> bool {
    word == "fencepost"
        || (colon && (7..=12).contains(&word.len()) && nearest(word, &["fencepost"]).is_some())
}

fn words(source: &Source<'_>, from: usize, to: usize) -> Vec<Word> {
    let found = attributes(source.text[from..to].trim_end_matches('-'));
    let placed = found.into_iter().map(|attribute| Word {
        offset: source.offset(from + attribute.span.start),
        attribute,
    });
    placed.collect()
}
