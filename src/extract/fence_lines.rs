//! The first and the last line of a fence: its info string, and whether anything closes it.

use crate::position::Span;

use super::piece::Code;

/// Finds the info string of the fence that starts at `start`.
pub(super) fn info_span(guide: &str, start: usize) -> Span {
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
pub(super) fn is_closed(guide: &str, code: &Code) -> bool {
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
pub(super) fn trimmed_end(guide: &str, span: &Span) -> usize {
    let text = &guide[span.clone()];
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    span.start + text.len()
}
