//! Blocks of HTML: the comments in them, and whether anything else stands there.

use super::attributes::{Attribute, attributes};
use super::lines::lines;
use super::outline::Chunk;
use super::source::Source;
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
    /// Any other comment, with the text between its marks.
    Comment {
        /// First byte of the comment.
        start: usize,
        /// The text.
        text: String,
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
    let lines = lines(guide, chunks);
    let source = Source::lines(guide, lines.into_iter().map(|line| line.span));
    let text = source.text.as_ref();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find("<!--").map(|open| at + open) {
        outside(&text[at..open], &mut found);
        let body = open + 4;
        let close = text[body..].find("-->").map(|close| body + close);
        found.push(comment(&source, open, close.unwrap_or(text.len())));
        at = close.map_or(text.len(), |close| close + 3);
    }
    outside(&text[at..], &mut found);
    found
}

/// Sorts the text between comments.
fn outside(text: &str, found: &mut Vec<Html>) {
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(summary) = summary(line) {
            found.push(Html::Summary(summary.to_owned()));
        } else if line.starts_with('<') && line.ends_with('>') {
            found.push(Html::Tags);
        } else {
            found.push(Html::Content);
        }
    }
}

fn summary(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("<summary>")?;
    Some(rest.split('<').next().unwrap_or_default().trim())
}

fn comment(source: &Source<'_>, open: usize, close: usize) -> Html {
    let start = source.offset(open);
    let body = &source.text[open + 4..close];
    let trimmed = body.trim_start_matches('-').trim_start();
    let (word, rest) = match trimmed.find([':', ' ', '\n', '\t']) {
        Some(at) => trimmed.split_at(at),
        None => (trimmed, ""),
    };
    match rest.strip_prefix(':') {
        Some(rest) if word == "fencepost" => Html::Directive {
            start,
            words: words(source, close - rest.len(), close),
        },
        after if is_near(word, after.is_some()) => Html::Misspelt {
            start,
            word: word.to_owned(),
        },
        _ => Html::Comment {
            start,
            text: body.to_owned(),
        },
    }
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
