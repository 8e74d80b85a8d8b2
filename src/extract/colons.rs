//! Fences of colons, as `MyST` has them: `:::{code-block} python`. `CommonMark` reads prose.
//!
//! Only directives that hold code are fences here; the content of the others is Markdown, and the
//! parser finds the fences in it by itself.

use memchr::memmem;

use crate::position::Span;

use super::FenceKind;
use super::bare::joined;
use super::containers::{before, contains, is_prefix, line_end};
use super::info::info;
use super::piece::{Chunk, Code, Piece};
use super::source::Source;

/// Adds fences of colons that hold code, in the place of what the parser made of their lines.
pub(super) fn with_colon_fences(
    guide: &str,
    source: &Source<'_>,
    pieces: Vec<Piece>,
) -> Vec<Piece> {
    let text = source.text.as_ref();
    let taken = taken(&pieces);
    let mut found = Vec::new();
    let mut end = 0;
    for at in memmem::find_iter(text.as_bytes(), b":::") {
        let offset = source.offset(at);
        if offset < end || contains(&taken, offset) {
            continue;
        }
        if let Some((colons, prefix)) = opener(text, at) {
            let code = code(guide, source, at, colons, prefix);
            if takes_whole(&pieces, &code) {
                end = code.span.end;
                found.push(Piece::Code(code));
            }
        }
    }
    joined(pieces, found)
}

/// Returns the spans of code, indented or fenced, and of HTML.
fn taken(pieces: &[Piece]) -> Vec<Span> {
    let spans = pieces.iter().filter_map(|piece| match piece {
        Piece::Code(code) => Some(code.span.clone()),
        Piece::Html { span, .. } | Piece::Note { span, .. } => Some(span.clone()),
        Piece::Heading { .. } | Piece::Prose { .. } => None,
    });
    spans.collect()
}

/// Says whether no code that begins inside a fence goes beyond it.
fn takes_whole(pieces: &[Piece], code: &Code) -> bool {
    let first = pieces.partition_point(|piece| piece.start() < code.span.start);
    let inside = pieces[first..]
        .iter()
        .take_while(|piece| piece.start() < code.span.end);
    let mut inside = inside.filter_map(|piece| match piece {
        Piece::Code(inner) => Some(inner.span.end),
        _ => None,
    });
    inside.all(|end| end <= code.span.end)
}

/// Returns how many colons open a directive that holds code, and what stands before them.
fn opener(text: &str, at: usize) -> Option<(usize, &str)> {
    let prefix = before(text, at).filter(|prefix| is_prefix(prefix))?;
    let line = &text[at..line_end(text, at)];
    let words = line.trim_start_matches(':');
    let holds_code = words.starts_with('{') && info(words.trim()).holds_code();
    holds_code.then_some((line.len() - words.len(), prefix))
}

/// Reads a fence to its closing colons, or to the end where none close it.
fn code(guide: &str, source: &Source<'_>, at: usize, colons: usize, prefix: &str) -> Code {
    let text = source.text.as_ref();
    let first = at..line_end(text, at);
    let mut lines = Vec::new();
    let (mut next, mut end, mut closed) = (first.end + 1, first.end, false);
    while next < text.len() && !closed {
        let line = next..line_end(text, next);
        let from = line.start + indentation(&text[line.clone()], prefix);
        let body = text[from..line.end].trim();
        closed = body.len() >= colons && body.bytes().all(|byte| byte == b':');
        if !closed {
            lines.push(from..(line.end + 1).min(text.len()));
        }
        (next, end) = (line.end + 1, line.end);
    }
    let span = source.span(&(at..end));
    let opening = source.span(&first);
    let words = guide[opening.clone()].trim_start_matches(':');
    let start = opening.end - words.trim_start().len();
    Code {
        kind: FenceKind::Container,
        info: start..start + words.trim().len(),
        chunks: (lines.iter())
            .map(|line| Chunk {
                span: source.span(line),
                pad: 0,
            })
            .collect(),
        span: span.start..span.end - usize::from(guide[span.clone()].ends_with('\r')),
        closed,
        in_list: false,
    }
}

/// Counts the bytes of a line that stand for what is before the opening colons.
fn indentation(line: &str, prefix: &str) -> usize {
    let quoted = prefix.contains('>');
    let shared = line.bytes().take(prefix.len());
    shared
        .take_while(|byte| matches!(byte, b' ' | b'\t') || (quoted && *byte == b'>'))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(guide: &str, expected: &[(&str, &str, bool)]) {
        let source = Source::whole(guide);
        let pieces = super::super::outline::outline(guide, &source).pieces;
        let found = with_colon_fences(guide, &source, pieces);
        let codes = found.iter().filter_map(|piece| match piece {
            Piece::Code(code) if code.kind == FenceKind::Container => Some(code),
            _ => None,
        });
        let read: Vec<(String, String, bool)> = codes
            .map(|code| {
                let chunks = code.chunks.iter().map(|chunk| &guide[chunk.span.clone()]);
                (
                    guide[code.info.clone()].to_owned(),
                    chunks.collect(),
                    code.closed,
                )
            })
            .collect();
        let read: Vec<(&str, &str, bool)> = (read.iter())
            .map(|(info, code, closed)| (info.as_str(), code.as_str(), *closed))
            .collect();
        assert_eq!(read, expected, "{guide}");
    }

    #[test]
    fn colons_fence_directives_that_hold_code() {
        case(
            ":::{code-block} python\n# x\n1\n:::\ntext\n",
            &[("{code-block} python", "# x\n1\n", true)],
        );
        case(
            "- item\n\n  ::::{doctest}\n  >>> 1\n  :::\n  ::::\n",
            &[("{doctest}", ">>> 1\n:::\n", true)],
        );
        case(
            "> :::{testcode}\n> 1\n> :::\n",
            &[("{testcode}", "1\n", true)],
        );
        case(
            ":::{testcode}\r\n1\r\n:::\r\n",
            &[("{testcode}", "1\r\n", true)],
        );
        case(":::{testcode}\n1\n", &[("{testcode}", "1\n", false)]);
        case(
            ":::{testcode}\n1\r\n\n",
            &[("{testcode}", "1\r\n\n", false)],
        );
        case(":::{note}\n1\n:::\n", &[]);
        case("```\n:::{testcode}\n1\n:::\n```\n", &[]);
        case("a\n\n      :::{testcode}\n      1\n", &[]);
        case(":::python\n1\n:::\n", &[]);
    }
}
