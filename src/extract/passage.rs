//! Text made of lines of a guide, with the way back from each line to its bytes.
//!
//! Most code stands in its guide in one piece and without indentation: it is held as that piece,
//! and its lines are found when they are asked for. What had to be put together (quotes, lists,
//! included files) has a text of its own, and for each line of it the bytes it came from.

use std::ops::Deref;
use std::sync::Arc;

use crate::position::Span;

use super::Excerpt;

/// Text made of lines of a guide. Line feeds alone end its lines, the last one included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Passage {
    text: Excerpt,
    /// The guide's bytes of each line; `None` where the text is itself a part of the guide.
    line_spans: Option<Box<[Span]>>,
}

impl Passage {
    /// Takes a part of a guide as it stands; every line of it is ended by a line feed alone.
    #[must_use]
    pub fn standing(guide: &Arc<str>, span: Span) -> Self {
        Self {
            text: Excerpt::new(guide, span),
            line_spans: None,
        }
    }

    /// Takes a text that was put together, with the guide's bytes of each of its lines.
    #[must_use]
    pub fn joined(text: &str, line_spans: Vec<Span>) -> Self {
        Self {
            text: text.into(),
            line_spans: Some(line_spans.into()),
        }
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the guide's bytes of a 0-based line, without indentation that is not part of the
    /// text, and without the line end.
    #[must_use]
    pub fn line_span(&self, line: usize) -> Option<Span> {
        match &self.line_spans {
            Some(spans) => spans.get(line).cloned(),
            None => self.standing_lines().nth(line),
        }
    }

    /// Returns the guide's bytes of the last line.
    #[must_use]
    pub fn last_line_span(&self) -> Option<Span> {
        match &self.line_spans {
            Some(spans) => spans.last().cloned(),
            None => self.standing_lines().next_back(),
        }
    }

    /// Returns the guide's bytes of every line.
    #[must_use]
    pub fn line_spans(&self) -> Vec<Span> {
        match &self.line_spans {
            Some(spans) => spans.to_vec(),
            None => self.standing_lines().collect(),
        }
    }

    /// Returns the lines of a text that stands in the guide.
    fn standing_lines(&self) -> impl DoubleEndedIterator<Item = Span> + '_ {
        let (text, first) = (self.as_str(), self.text.span().start);
        text.split_terminator('\n').map(move |line| {
            let start = first + (line.as_ptr() as usize - text.as_ptr() as usize);
            start..start + line.len()
        })
    }
}

impl Deref for Passage {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<str> for Passage {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Passage {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lead_back_to_the_guide_whether_they_stand_there_or_were_joined() {
        let guide: Arc<str> = Arc::from("```\na\n\nb\n```\n> c\n> d\n");
        let standing = Passage::standing(&guide, 4..9);
        let joined = Passage::joined("c\nd\n", vec![15..16, 19..20]);
        for (passage, text, spans) in [
            (standing, "a\n\nb\n", vec![4..5, 6..6, 7..8]),
            (joined, "c\nd\n", vec![15..16, 19..20]),
            (Passage::default(), "", vec![]),
        ] {
            assert_eq!(passage, text);
            assert_eq!(passage.line_spans(), spans);
            assert_eq!(passage.last_line_span(), spans.last().cloned());
            for line in 0..=spans.len() {
                assert_eq!(passage.line_span(line), spans.get(line).cloned());
            }
        }
    }

    #[test]
    fn what_stands_in_the_guide_is_held_once() {
        let guide: Arc<str> = Arc::from("a\n".repeat(1_000));
        let whole = Passage::standing(&guide, 0..guide.len());
        assert_eq!(whole.as_ptr(), guide.as_ptr());
        assert!(size_of::<Passage>() <= 48);
    }
}
