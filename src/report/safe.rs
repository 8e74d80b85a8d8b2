//! Makes text that examples or guides brought safe to show.

/// Escapes control characters, ANSI sequences, bidirectional controls and what a CI runner that reads
/// along takes for its own commands; line feeds and tabs stay.
#[must_use]
pub(crate) fn terminal(text: &str) -> String {
    let controlled = controls(text);
    let lines = controlled.split_inclusive('\n').map(|line| {
        let (blank, rest) = line.split_at(line.len() - line.trim_start().len());
        match rest.chars().next() {
            Some(first @ (':' | '#')) if rest.starts_with("::") || rest.starts_with("##[") => {
                format!("{blank}{}{}", escaped(first), &rest[1..])
            }
            Some(_) | None => line.to_owned(),
        }
    });
    lines.collect()
}

fn controls(text: &str) -> String {
    escape(text, escaped)
}

/// Writes each unsafe character of a text in another way.
fn escape(text: &str, written: impl Fn(char) -> String) -> String {
    let one = |character: char| {
        if is_unsafe(character) {
            written(character)
        } else {
            character.to_string()
        }
    };
    text.chars().map(one).collect()
}

/// Escapes what XML 1.0 cannot hold at all (section 2.2), and terminal controls.
#[must_use]
pub(crate) fn xml(text: &str) -> String {
    terminal(text)
        .chars()
        .map(|character| match character {
            '\u{FFFE}' | '\u{FFFF}' => escaped(character),
            other => other.to_string(),
        })
        .collect()
}

/// Escapes, in a JSON text, what JSON would let through and a terminal would not.
#[must_use]
pub(crate) fn json(text: &str) -> String {
    if !text.contains(is_unsafe) {
        return text.to_owned();
    }
    // Only strings of JSON can hold such characters, and all of them are of the first plane.
    escape(text, |character| format!("\\u{:04x}", u32::from(character)))
}

/// Escapes a value for a GitHub workflow command: data after `::`.
#[must_use]
pub(crate) fn github_data(text: &str) -> String {
    controls(text)
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes a property of a GitHub workflow command, such as `file=`.
#[must_use]
pub(crate) fn github_property(text: &str) -> String {
    github_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Escapes text of a cell of a Markdown table: no HTML, no other cell, no command.
#[must_use]
pub(crate) fn markdown_cell(text: &str) -> String {
    terminal(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('|', "\\|")
        .replace('\n', "<br>")
}

/// Returns a code span in a cell of a Markdown table, whatever ticks the text holds.
#[must_use]
pub(crate) fn markdown_code(text: &str) -> String {
    let text = terminal(text).replace('|', "\\|").replace('\n', " ");
    let runs = text.split(|character| character != '`').map(str::len);
    let ticks = "`".repeat(runs.max().unwrap_or(0) + 1);
    if text.contains('`') || text.is_empty() {
        format!("{ticks} {text} {ticks}")
    } else {
        format!("{ticks}{text}{ticks}")
    }
}

fn is_unsafe(character: char) -> bool {
    let bidi = matches!(character, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let separators = matches!(character, '\u{2028}' | '\u{2029}' | '\u{FEFF}');
    bidi || separators || (character.is_control() && character != '\n' && character != '\t')
}

fn escaped(character: char) -> String {
    let code = u32::from(character);
    if code < 0x100 {
        format!("\\x{code:02x}")
    } else {
        format!("\\u{{{code:x}}}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_bidi_are_shown_as_escapes() {
        assert_eq!(
            terminal("a\u{1b}[31mb\u{202e}c\0\n\t"),
            "a\\x1b[31mb\\u{202e}c\\x00\n\t"
        );
    }

    #[test]
    fn workflow_commands_cannot_be_forged() {
        assert_eq!(github_data("x\n::error::y%"), "x%0A::error::y%25");
        assert_eq!(github_property("a:b,c"), "a%3Ab%2Cc");
    }

    #[test]
    fn commands_for_a_runner_that_reads_along_are_escaped() {
        assert_eq!(
            terminal("::error::x\n  ##[warning]y\na ::b\n"),
            "\\x3a:error::x\n  \\x23#[warning]y\na ::b\n"
        );
        assert_eq!(xml("\n::stop-commands::x"), "\n\\x3a:stop-commands::x");
    }

    #[test]
    fn json_keeps_its_meaning() {
        let value = serde_json::json!({"a": "\u{9b}\u{202e}\u{7f}\n"});
        let text = json(&value.to_string());
        assert!(text.is_ascii());
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).unwrap(),
            value
        );
    }

    #[test]
    fn no_text_gets_out_of_its_place_in_markdown() {
        assert_eq!(markdown_cell("<b>|&\nx"), "&lt;b>\\|&amp;<br>x");
        assert_eq!(markdown_code("a|b"), "`a\\|b`");
        assert_eq!(markdown_code("a``<script>"), "``` a``<script> ```");
    }

    #[test]
    fn text_that_xml_cannot_hold_is_escaped() {
        assert_eq!(xml("]]>\u{1}\u{FFFE}"), "]]>\\x01\\u{fffe}");
    }
}
