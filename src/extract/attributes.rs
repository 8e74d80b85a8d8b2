//! The words of a directive comment or an info string: `key=value`, `key="a value"`, `word`.
//!
//! Knows the grammar of words and nothing of what they mean.

use crate::position::Span;

/// One word, with its value if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attribute {
    /// What stands before `=`, or the whole word.
    pub(super) key: String,
    /// What stands after `=`, quotes and escapes resolved.
    pub(super) value: Option<String>,
    /// Whether a quote that was opened is never closed.
    pub(super) unclosed: bool,
    /// Whether it stands between braces.
    pub(super) braced: bool,
    /// Its bytes in the text that was read.
    pub(super) span: Span,
}

/// Reads the words of `text`.
pub(super) fn attributes(text: &str) -> Vec<Attribute> {
    let mut scanner = Scanner {
        text,
        at: 0,
        braces: 0,
    };
    let mut found = Vec::new();
    while scanner.skip_blank() {
        found.push(scanner.attribute());
    }
    found
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    braces: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Moves to the next word; says whether there is one.
    fn skip_blank(&mut self) -> bool {
        while let Some(next) = self.peek() {
            match next {
                '{' => self.braces += 1,
                '}' => self.braces = self.braces.saturating_sub(1),
                ',' | ';' => {}
                _ if next.is_whitespace() => {}
                _ => return true,
            }
            self.at += next.len_utf8();
        }
        false
    }

    fn attribute(&mut self) -> Attribute {
        let start = self.at;
        let braced = self.braces > 0;
        let key = self.bare(|next| next == '=');
        let (value, unclosed) = if self.peek() == Some('=') {
            self.at += 1;
            self.value()
        } else {
            (None, false)
        };
        Attribute {
            key,
            value,
            unclosed,
            braced,
            span: start..self.at,
        }
    }

    /// Reads up to blank space, a closing brace, or what `ends` says.
    fn bare(&mut self, ends: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while let Some(next) = self.peek() {
            let brace = self.braces > 0 && next == '}';
            if next.is_whitespace() || brace || (self.at > start && ends(next)) {
                break;
            }
            self.at += next.len_utf8();
        }
        let word = self.text[start..self.at].trim_end_matches([',', ';']);
        word.to_owned()
    }

    fn value(&mut self) -> (Option<String>, bool) {
        match self.peek() {
            Some(quote @ ('"' | '\'')) => {
                self.at += 1;
                self.quoted(quote)
            }
            _ => (Some(self.bare(|_| false)), false),
        }
    }

    fn quoted(&mut self, quote: char) -> (Option<String>, bool) {
        let mut value = String::new();
        while let Some(next) = self.bump() {
            match next {
                '\\' => self.escape(&mut value),
                _ if next == quote => return (Some(value), false),
                _ => value.push(next),
            }
        }
        (Some(value), true)
    }

    /// Resolves `\n`, `\t`, `\\` and escaped quotes; any other backslash stands for itself.
    fn escape(&mut self, value: &mut String) {
        let resolved = match self.peek() {
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some(quote @ ('"' | '\'' | '\\')) => quote,
            _ => return value.push('\\'),
        };
        self.at += 1;
        value.push(resolved);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, expected: &[(&str, Option<&str>)]) {
        let found = attributes(text);
        let found: Vec<_> = found
            .iter()
            .map(|attribute| (attribute.key.as_str(), attribute.value.as_deref()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn words_have_values_or_none() {
        case(
            "name=a python=\">=3.12\" alone",
            &[
                ("name", Some("a")),
                ("python", Some(">=3.12")),
                ("alone", None),
            ],
        );
        case(
            "filter=a,b skip='no, \"really\"'",
            &[("filter", Some("a,b")), ("skip", Some("no, \"really\""))],
        );
        case("python=>=3.12,<3.14", &[("python", Some(">=3.12,<3.14"))]);
    }

    #[test]
    fn escapes_are_those_a_text_needs() {
        case(
            r#"stdin="a\n\"b\\" raises="\d""#,
            &[("stdin", Some("a\n\"b\\")), ("raises", Some("\\d"))],
        );
    }

    #[test]
    fn braces_hold_words_too() {
        case(
            "{.py name=x, y} z",
            &[(".py", None), ("name", Some("x")), ("y", None), ("z", None)],
        );
        assert!(attributes("{a}")[0].braced);
        assert!(!attributes("{a} b")[1].braced);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_told() {
        assert!(attributes("skip=\"oh")[0].unclosed);
    }
}
