//! Line ends: `\r\n` becomes `\n`; a carriage return inside a line stays, since it was printed on purpose.

/// Returns `text` with every line end a single line feed.
pub(super) fn unify(text: &str) -> String {
    if !text.contains("\r\n") {
        return text.to_owned();
    }
    let mut lines = text.split('\n').peekable();
    let mut unified = String::with_capacity(text.len());
    while let Some(line) = lines.next() {
        match lines.peek() {
            Some(_) => {
                unified.push_str(line.trim_end_matches('\r'));
                unified.push('\n');
            }
            None => unified.push_str(line),
        }
    }
    unified
}
