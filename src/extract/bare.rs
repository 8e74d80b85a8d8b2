//! Prompts that stand in no fence at all: `doctest` finds them in any text, `CommonMark` reads three
//! nested quotes or a line of prose.

use memchr::memmem;

use crate::position::Span;

use super::FenceKind;
use super::containers::{before, contains, is_prefix, line_end, taken};
use super::piece::{Chunk, Code, Piece};
use super::session::is_prompt;
use super::source::Source;

/// Adds the prompts that stand outside fences, HTML and indented blocks.
pub(super) fn with_bare_prompts(source: &Source<'_>, pieces: Vec<Piece>) -> Vec<Piece> {
    let text = source.text.as_ref();
    let mut taken = taken(&pieces);
    taken.extend(indented(&pieces));
    taken.sort_by_key(|span| span.start);
    let barriers = barriers(&pieces);
    let mut found = Vec::new();
    let mut end = 0;
    for at in memmem::find_iter(text.as_bytes(), b">>> ") {
        if at < end || contains(&taken, source.offset(at)) {
            continue;
        }
        if let Some(prefix) = before(text, at).filter(|prefix| stands_alone(prefix)) {
            let next = barriers.partition_point(|barrier| *barrier <= source.offset(at));
            let barrier = barriers.get(next).copied().unwrap_or(usize::MAX);
            let ends = |line: usize| source.offset(line) >= barrier;
            let lines = session_lines(text, at, prefix, ends);
            end = lines.last().map_or(at, |line| line.end);
            if looks_like_code(&text[at + 4..line_end(text, at)]) {
                found.push(Piece::Code(bare(source, at..end, &lines)));
            }
        }
    }
    joined(pieces, found)
}

fn indented(pieces: &[Piece]) -> impl Iterator<Item = Span> + '_ {
    pieces.iter().filter_map(|piece| match piece {
        Piece::Code(code) if code.kind == FenceKind::Indented => Some(code.span.clone()),
        _ => None,
    })
}

/// Returns where pieces start that no session goes beyond.
fn barriers(pieces: &[Piece]) -> Vec<usize> {
    let starts = pieces.iter().filter_map(|piece| match piece {
        Piece::Code(code) if code.kind == FenceKind::Indented => None,
        Piece::Code(_) | Piece::Html { .. } | Piece::Heading { .. } => Some(piece.start()),
        Piece::Prose { .. } | Piece::Note { .. } => None,
    });
    starts.collect()
}

/// Prompts may stand in quotes and lists, but `>>>>` is no prompt in a quote.
fn stands_alone(prefix: &str) -> bool {
    is_prefix(prefix) && !prefix.ends_with('>')
}

/// Collects the lines of a session, without what stands before its first prompt.
///
/// A blank line ends it unless another prompt follows; so does a line on which `ends` holds.
fn session_lines(
    text: &str,
    first: usize,
    prefix: &str,
    ends: impl Fn(usize) -> bool,
) -> Vec<Span> {
    let mut lines = Vec::new();
    lines.push(first..trimmed(text, first..line_end(text, first)));
    let mut last = 1;
    let mut blank = false;
    let mut at = line_end(text, first) + 1;
    while at < text.len() {
        let end = line_end(text, at);
        let from = at + shared(&text[at..end], prefix);
        let line = from..trimmed(text, from..end);
        let body = text[line.clone()].trim();
        let quote_only = body.bytes().all(|byte| byte == b'>');
        if ends(end) || (blank && !quote_only && !is_prompt(body)) {
            break;
        }
        blank = quote_only && !is_prompt(body);
        lines.push(if blank { line.end..line.end } else { line });
        if !blank {
            last = lines.len();
        }
        at = end + 1;
    }
    lines.truncate(last);
    lines
}

/// Counts the bytes at the start of a line that stand for the first line's prefix.
fn shared(line: &str, prefix: &str) -> usize {
    let marks = prefix.contains('>');
    let same = line.chars().take(prefix.chars().count());
    let same = same.take_while(|letter| matches!(letter, ' ' | '\t') || (marks && *letter == '>'));
    same.map(char::len_utf8).sum()
}

fn trimmed(text: &str, line: Span) -> usize {
    line.end - usize::from(text[line].ends_with('\r'))
}

/// Tells code from a quote of a quote of a quote in prose.
fn looks_like_code(source: &str) -> bool {
    let source = source.trim();
    let word = source.split([' ', ':']).next().unwrap_or_default();
    let keyword = [
        "import", "from", "def", "class", "for", "while", "if", "with", "try", "del", "async",
        "await", "not", "lambda", "assert", "raise", "pass", "@",
    ];
    let single = !source.contains(char::is_whitespace) && !source.is_empty();
    let marks = source.contains(['(', '[', '{', '=', '"', '+', '*', '@']);
    single || marks || (keyword.contains(&word) && !source.ends_with(['.', ',', '?', '!']))
}

fn bare(source: &Source<'_>, span: Span, lines: &[Span]) -> Code {
    let span = source.span(&span);
    let chunk = |line: &Span| Chunk {
        span: source.span(&(line.start..(line.end + 1).min(source.text.len()))),
        pad: 0,
    };
    Code {
        kind: FenceKind::Bare,
        info: span.start..span.start,
        chunks: lines.iter().map(chunk).collect(),
        span,
        closed: true,
        in_list: false,
    }
}

/// Puts code found in text in the place of what the parser made of it.
pub(super) fn joined(pieces: Vec<Piece>, found: Vec<Piece>) -> Vec<Piece> {
    if found.is_empty() {
        return pieces;
    }
    let spans: Vec<Span> = found
        .iter()
        .filter_map(|piece| match piece {
            Piece::Code(code) => Some(code.span.clone()),
            _ => None,
        })
        .collect();
    let mut joined = pieces;
    joined.retain(|piece| !contains(&spans, piece.start()));
    joined.extend(found);
    joined.sort_by_key(Piece::start);
    joined
}
