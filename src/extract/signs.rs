//! Signs in prose of what the parser reads as something else: containers, fences of colons, prompts.

/// What may stand in a source although the parser knows nothing of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Signs {
    /// Containers of `MkDocs`.
    pub(super) containers: bool,
    /// Fences of colons.
    pub(super) colons: bool,
    /// Prompts outside fences.
    pub(super) prompts: bool,
}

impl Signs {
    /// Looks at the beginning of a line's text, after whatever marks of quotes and lists are in it.
    pub(super) fn see(&mut self, text: &str) {
        // Most text begins with a word, in which there is nothing to see.
        if text.starts_with(|first: char| first.is_ascii_alphabetic()) {
            return;
        }
        let is_mark = |letter: &u8| {
            letter.is_ascii_digit()
                || matches!(
                    letter,
                    b' ' | b'\t' | b'>' | b'-' | b'*' | b'+' | b'.' | b')'
                )
        };
        let marks = text.bytes().take_while(is_mark).count();
        match text.as_bytes().get(marks) {
            Some(b'!' | b'?' | b'=') => {
                let rest = &text[marks..];
                self.containers |= CONTAINERS.iter().any(|marker| rest.starts_with(marker));
            }
            Some(b':') => self.colons |= text[marks..].starts_with(":::"),
            _ => {}
        }
        self.prompts |= marks > 2 && text[..marks].contains(">>>");
    }
}

/// What opens a container of `MkDocs`.
pub(super) const CONTAINERS: [&str; 3] = ["!!!", "???", "==="];

/// How many quotes in quotes the parser makes of a prompt.
pub(super) const QUOTES_OF_A_PROMPT: usize = 3;
