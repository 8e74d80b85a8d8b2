//! `MkDocs` admonitions and content tabs: `CommonMark` reads what is indented below them as code or
//! as prose, their readers see it as Markdown.
//!
//! The indented lines become a source of their own, read like a guide, and its pieces take the
//! place of what the parser made of them.

use memchr::memmem;

use crate::position::Span;

use super::FenceKind;
use super::bare::with_bare_prompts;
use super::colons::with_colon_fences;
use super::outline::{Outline, outline};
use super::piece::Piece;
use super::signs::CONTAINERS;
use super::source::Source;

/// How deep containers in containers are read.
const DEEPEST: usize = 12;

/// How much may stand before a container on its line.
const LONGEST_PREFIX: usize = 200;

/// How far a container's content is indented.
const INDENTATION: usize = 4;

/// Reads a source with the containers in it.
///
/// `colons` says whether fences of colons are read.
pub(super) fn structure(
    guide: &str,
    source: &Source<'_>,
    colons: bool,
    depth: usize,
) -> Vec<Piece> {
    let Outline { mut pieces, signs } = outline(guide, source);
    if colons && signs.colons {
        pieces = with_colon_fences(guide, source, pieces);
    }
    if signs.containers && depth < DEEPEST {
        let headers = headers(&source.text);
        pieces = with_containers(guide, source, pieces, &headers, (colons, depth));
    }
    if signs.prompts {
        pieces = with_bare_prompts(source, pieces);
    }
    pieces
}

fn with_containers(
    guide: &str,
    source: &Source<'_>,
    pieces: Vec<Piece>,
    headers: &[usize],
    (colons, depth): (bool, usize),
) -> Vec<Piece> {
    let taken = taken(&pieces);
    let mut before = pieces.into_iter().peekable();
    let mut whole = Vec::new();
    let mut end = 0;
    for header in headers.iter().copied() {
        if header < end || contains(&taken, source.offset(header)) {
            continue;
        }
        let Some(region) = region(source, header) else {
            continue;
        };
        let span = source.span(&(header..region.end));
        whole.extend(std::iter::from_fn(|| {
            before.next_if(|piece| piece.start() < span.start)
        }));
        if whole
            .last()
            .is_some_and(|piece| is_code_at(piece, span.start))
        {
            continue;
        }
        end = region.end;
        let replaced = std::iter::from_fn(|| before.next_if(|piece| piece.start() < span.end));
        let fenced: Vec<Piece> = replaced.filter(is_fenced).collect();
        let inner = Source::lines(guide, region.lines.iter().map(|line| source.span(line)));
        let inner = inner.mended();
        let content = structure(guide, &inner, colons, depth + 1);
        whole.push(Piece::Prose {
            start: span.start,
            text: format!("{}:", region.title),
        });
        whole.extend(merged(content, fenced));
    }
    whole.extend(before);
    whole
}

/// Joins a container's pieces with the real fences that stand there all the same.
fn merged(content: Vec<Piece>, fenced: Vec<Piece>) -> Vec<Piece> {
    let spans = taken(&fenced);
    let free = |piece: &Piece| match piece {
        Piece::Code(code) => {
            let next = spans.partition_point(|span| span.end <= code.span.start);
            spans
                .get(next)
                .is_none_or(|span| span.start >= code.span.end)
        }
        _ => true,
    };
    let content = content.into_iter().filter(free).map(contained);
    let mut joined: Vec<Piece> = content.chain(fenced).collect();
    joined.sort_by_key(Piece::start);
    joined
}

/// Says whether a piece is code in which a byte stands: a header below other lines of code is code too.
fn is_code_at(piece: &Piece, offset: usize) -> bool {
    matches!(piece, Piece::Code(code) if code.span.contains(&offset))
}

fn is_fenced(piece: &Piece) -> bool {
    matches!(piece, Piece::Code(code) if code.kind == FenceKind::Fenced)
}

/// A fence in a container is none to `CommonMark`.
fn contained(mut piece: Piece) -> Piece {
    if let Piece::Code(code) = &mut piece
        && code.kind == FenceKind::Fenced
    {
        code.kind = FenceKind::Container;
    }
    piece
}

/// Finds where lines that open a container start, in order.
fn headers(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    for marker in CONTAINERS {
        found.extend(memmem::find_iter(text.as_bytes(), marker).filter(|at| is_header(text, *at)));
    }
    found.sort_unstable();
    found
}

/// Says whether a marker opens a container: nothing but blanks and marks of quotes and lists before
/// it, a word or a title in quotes after it.
fn is_header(text: &str, at: usize) -> bool {
    let Some(before) = before(text, at) else {
        return false;
    };
    let rest = &text[at + 3..];
    let rest = rest.strip_prefix(['+', '!']).unwrap_or(rest);
    let Some(argument) = rest.strip_prefix([' ', '\t']) else {
        return false;
    };
    let argument = argument.trim_start_matches([' ', '\t']);
    let tab = text[at..].starts_with('=');
    let opens = |letter: char| letter == '"' || (!tab && letter.is_alphanumeric());
    argument.starts_with(opens) && is_prefix(before)
}

/// Says whether text can stand before a block: blanks, quote marks, list marks.
pub(super) fn is_prefix(before: &str) -> bool {
    before.split([' ', '\t']).all(|word| {
        let number = word.strip_suffix(['.', ')']).unwrap_or_default();
        word.bytes().all(|byte| byte == b'>')
            || matches!(word, "-" | "*" | "+")
            || (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

/// Returns what stands before a byte on its line, unless it is longer than any mark of lists and quotes.
pub(super) fn before(text: &str, at: usize) -> Option<&str> {
    let from = at.saturating_sub(LONGEST_PREFIX);
    let end = memchr::memrchr(b'\n', &text.as_bytes()[from..at]);
    let start = end.map(|end| from + end + 1).or((from == 0).then_some(0));
    start.and_then(|start| text.get(start..at))
}

/// A container: its title and the lines of its content.
struct Region<'a> {
    title: &'a str,
    /// Each line without the container's indentation and without its line end.
    lines: Vec<Span>,
    /// End of the last line that is not blank.
    end: usize,
}

/// Collects the lines below a header that are blank or indented under it.
fn region<'a>(source: &'a Source<'_>, header: usize) -> Option<Region<'a>> {
    let text = source.text.as_ref();
    let prefix = before(text, header)?;
    let first_end = line_end(text, header);
    let mut lines = Vec::new();
    let mut filled = 0;
    let mut end = 0;
    let mut at = first_end + 1;
    while at < text.len() {
        let line = at..line_end(text, at);
        let Some(content) = content(&text[line.clone()], prefix) else {
            break;
        };
        lines.push(line.start + content..line.end - carriage_return(&text[line.clone()]));
        if !text[line.start + content..line.end].trim().is_empty() {
            filled = lines.len();
            end = line.end;
        }
        at = line.end + 1;
    }
    lines.truncate(filled);
    let title = text[header..first_end]
        .trim_start_matches(['!', '?', '=', '+'])
        .trim();
    let title = title
        .split_once('"')
        .map_or("", |(_, title)| title.trim_end_matches('"'));
    (filled > 0).then_some(Region { title, lines, end })
}

/// Returns where the line that holds a byte ends.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |end| at + end)
}

fn carriage_return(line: &str) -> usize {
    usize::from(line.ends_with('\r'))
}

/// Returns where a line's content starts if the line is blank or indented below `prefix`.
fn content(line: &str, prefix: &str) -> Option<usize> {
    let body = line.trim_end();
    let wanted = width(prefix) + INDENTATION;
    let mut column = 0;
    for (at, letter) in line.char_indices() {
        if column >= wanted {
            return Some(at);
        }
        match letter {
            ' ' | '\t' => column = advanced(column, letter),
            '>' if prefix.contains('>') => column += 1,
            _ => break,
        }
    }
    let blank = body.trim_start_matches([' ', '\t', '>']).is_empty();
    (blank || column >= wanted).then(|| line.len() - carriage_return(line))
}

/// Returns the column after a letter; tabs go to the next multiple of four.
fn advanced(column: usize, letter: char) -> usize {
    match letter {
        '\t' => column + 4 - column % 4,
        _ => column + 1,
    }
}

fn width(prefix: &str) -> usize {
    prefix.chars().fold(0, advanced)
}

/// Returns the spans of fences and HTML, in which nothing else begins.
pub(super) fn taken(pieces: &[Piece]) -> Vec<Span> {
    let spans = pieces.iter().filter_map(|piece| match piece {
        Piece::Code(code) if code.kind != FenceKind::Indented => Some(code.span.clone()),
        Piece::Html { span, .. } | Piece::Note { span, .. } => Some(span.clone()),
        _ => None,
    });
    spans.collect()
}

/// Says whether a byte stands in one of the ordered, disjoint spans.
pub(super) fn contains(spans: &[Span], offset: usize) -> bool {
    let next = spans.partition_point(|span| span.end <= offset);
    spans.get(next).is_some_and(|span| span.start <= offset)
}
