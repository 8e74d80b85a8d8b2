//! Parts of a text that is held once, however many hold a part of it.
//!
//! Example: a guide of one hundred fences is one text and one hundred pairs of offsets, and so are
//! the ids of its examples. What stands in a guide as it is takes no memory of its own.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::position::Span;

/// A part of a text that others hold parts of too.
#[derive(Clone)]
pub struct Excerpt {
    whole: Arc<str>,
    span: Span,
}

impl Excerpt {
    /// Takes these bytes of a text.
    ///
    /// # Panics
    ///
    /// If they are outside it or cut a character.
    #[must_use]
    pub fn new(whole: &Arc<str>, span: Span) -> Self {
        assert!(whole.get(span.clone()).is_some(), "a part of the text");
        Self {
            whole: Arc::clone(whole),
            span,
        }
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.whole[self.span.clone()]
    }

    /// Returns its bytes in the whole that it is a part of.
    #[must_use]
    pub fn span(&self) -> &Span {
        &self.span
    }

    /// Returns the part of it that begins at a byte.
    ///
    /// # Panics
    ///
    /// If the byte is outside it or inside a character.
    #[must_use]
    pub fn starting_at(&self, start: usize) -> Self {
        Self::new(&self.whole, self.span.start + start..self.span.end)
    }
}

impl Default for Excerpt {
    fn default() -> Self {
        Self {
            whole: Arc::default(),
            span: 0..0,
        }
    }
}

impl From<&str> for Excerpt {
    fn from(text: &str) -> Self {
        Self {
            whole: Arc::from(text),
            span: 0..text.len(),
        }
    }
}

impl From<String> for Excerpt {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl Deref for Excerpt {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for Excerpt {
    fn borrow(&self) -> &str {
        self
    }
}

impl PartialEq for Excerpt {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Excerpt {}

impl PartialEq<str> for Excerpt {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Excerpt {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<String> for Excerpt {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<Excerpt> for String {
    fn eq(&self, other: &Excerpt) -> bool {
        self == other.as_str()
    }
}

impl Hash for Excerpt {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), formatter)
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), formatter)
    }
}

impl Serialize for Excerpt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_its_text_and_holds_none_of_it() {
        let whole: Arc<str> = Arc::from("a.md#дом/1");
        let id = Excerpt::new(&whole, 0..whole.len());
        let name = id.starting_at(5);
        assert_eq!((&*id, &*name), ("a.md#дом/1", "дом/1"));
        assert_eq!(name, Excerpt::from("дом/1"));
        assert_eq!(name.starting_at(1 + "дом".len()), "1");
        assert_eq!(Arc::strong_count(&whole), 3);
    }

    #[test]
    #[should_panic(expected = "a part of the text")]
    fn a_part_cuts_no_character() {
        let _ = Excerpt::from("дом").starting_at(1);
    }
}
