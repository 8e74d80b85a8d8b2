//! Makes text that examples or guides brought safe to show.

/// Escapes control characters, ANSI sequences and bidirectional controls; line feeds and tabs stay.
#[must_use]
pub(crate) fn terminal(text: &str) -> String {
    text.chars()
        .map(|character| {
            if is_unsafe(character) {
                escaped(character)
            } else {
                character.to_string()
            }
        })
        .collect()
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

/// Escapes a value for a GitHub workflow command: data after `::`.
#[must_use]
pub(crate) fn github_data(text: &str) -> String {
    terminal(text)
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes a property of a GitHub workflow command, such as `file=`.
#[must_use]
pub(crate) fn github_property(text: &str) -> String {
    github_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Escapes a cell of a Markdown table.
#[must_use]
pub(crate) fn markdown_cell(text: &str) -> String {
    terminal(text).replace('|', "\\|").replace('\n', "<br>")
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
    fn text_that_xml_cannot_hold_is_escaped() {
        assert_eq!(xml("]]>\u{1}\u{FFFE}"), "]]>\\x01\\u{fffe}");
    }
}
