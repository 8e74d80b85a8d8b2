//! Reads values out of a TOML document; every wrong one becomes a problem with its place.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use crate::position::{LineIndex, Position};
use crate::problem::Problem;
use crate::wording::{nearest, ticked};

use super::amount::{parse_duration, parse_size};

/// A value with its place in the file.
pub(super) type Value<'i> = Spanned<DeValue<'i>>;

/// Collects the problems of one file while its values are read.
pub(super) struct Reader<'a> {
    name: &'a str,
    text: &'a str,
    index: LineIndex,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    /// Begins to read `text`, the whole of the file that problems call `name`.
    pub(super) fn new(name: &'a str, text: &'a str) -> Self {
        Self {
            name,
            text,
            index: LineIndex::new(text),
            problems: Vec::new(),
        }
    }

    /// Parses the whole text; `None` where it is not TOML.
    pub(super) fn parse(&mut self) -> Option<DeTable<'a>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let span = error.span().unwrap_or(0..0);
            let message = error.message().lines().next().unwrap_or("not TOML");
            self.fault(&span, format!("invalid TOML: {message}"), None);
        }
        errors.is_empty().then(|| table.into_inner())
    }

    /// Returns the problems in the order of their places.
    pub(super) fn into_problems(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| problem.position);
        self.problems
    }

    /// Notes a problem at `span`.
    pub(super) fn fault(
        &mut self,
        span: &Range<usize>,
        message: impl Into<String>,
        hint: Option<String>,
    ) {
        let place = self.position(span);
        let problem = Problem::usage("bad-config", message).at(self.name, place);
        self.problems.push(Problem { hint, ..problem });
    }

    /// Returns the place of a span.
    pub(super) fn position(&self, span: &Range<usize>) -> Position {
        self.index.position(self.text, span.start)
    }

    /// Notes a key that is not among `known`, with the nearest that is.
    pub(super) fn unknown(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>, known: &[&str]) {
        let typed = key.get_ref();
        let suggestion = nearest(typed, known)
            .map(|name| format!("did you mean `{name}`? "))
            .unwrap_or_default();
        let hint = format!("{suggestion}keys are: {}", ticked(known));
        self.fault(&key.span(), format!("unknown key `{typed}`"), Some(hint));
    }

    /// Notes that a value is of the wrong type.
    pub(super) fn mismatch(&mut self, key: &str, value: &Value<'_>, wanted: &str) {
        let got = value.get_ref().type_str();
        let message = format!("`{key}` must be {wanted}, not {}", with_article(got));
        self.fault(&value.span(), message, None);
    }

    /// Reads a table.
    pub(super) fn table<'v, 'i>(
        &mut self,
        key: &str,
        value: &'v Value<'i>,
    ) -> Option<&'v DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.mismatch(key, value, "a table");
        }
        table
    }

    /// Reads an array.
    pub(super) fn array<'v, 'i>(
        &mut self,
        key: &str,
        value: &'v Value<'i>,
    ) -> Option<&'v DeArray<'i>> {
        let array = value.get_ref().as_array();
        if array.is_none() {
            self.mismatch(key, value, "an array");
        }
        array
    }

    /// Reads a string.
    pub(super) fn string(&mut self, key: &str, value: &Value<'_>) -> Option<String> {
        let string = value.get_ref().as_str().map(str::to_owned);
        if string.is_none() {
            self.mismatch(key, value, "a string");
        }
        string
    }

    /// Reads a string that is not empty.
    pub(super) fn text(&mut self, key: &str, value: &Value<'_>) -> Option<String> {
        let text = self.string(key, value)?;
        if text.trim().is_empty() {
            self.fault(&value.span(), format!("`{key}` is empty"), None);
            return None;
        }
        Some(text)
    }

    /// Reads an array of strings, or one string; each with its place.
    pub(super) fn strings(
        &mut self,
        key: &str,
        value: &Value<'_>,
    ) -> Option<Vec<(String, Range<usize>)>> {
        if value.get_ref().is_str() {
            return Some(vec![(self.text(key, value)?, value.span())]);
        }
        let Some(array) = value.get_ref().as_array() else {
            self.mismatch(key, value, "a string or an array of strings");
            return None;
        };
        let texts = array
            .iter()
            .filter_map(|item| Some((self.text(key, item)?, item.span())))
            .collect();
        Some(texts)
    }

    /// Reads `true` or `false`.
    pub(super) fn boolean(&mut self, key: &str, value: &Value<'_>) -> Option<bool> {
        let boolean = value.get_ref().as_bool();
        if boolean.is_none() {
            self.mismatch(key, value, "`true` or `false`");
        }
        boolean
    }

    /// Reads one of a few words.
    pub(super) fn choice<T: Copy>(
        &mut self,
        key: &str,
        value: &Value<'_>,
        choices: &[(&str, T)],
    ) -> Option<T> {
        let typed = self.string(key, value)?;
        if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == typed) {
            return Some(*choice);
        }
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let hint = nearest(&typed, &names).map(|name| format!("did you mean `{name}`?"));
        let message = format!("`{key}` is one of {}, not `{typed}`", ticked(&names));
        self.fault(&value.span(), message, hint);
        None
    }

    /// Reads a duration and returns milliseconds.
    pub(super) fn duration(&mut self, key: &str, value: &Value<'_>) -> Option<u64> {
        self.amount(key, value, parse_duration)
    }

    /// Reads a size and returns bytes.
    pub(super) fn size(&mut self, key: &str, value: &Value<'_>) -> Option<u64> {
        self.amount(key, value, parse_size)
    }

    /// Reads a whole number of at least 1.
    pub(super) fn number(&mut self, key: &str, value: &Value<'_>) -> Option<u64> {
        let number = value.get_ref().as_integer().and_then(|integer| {
            u64::from_str_radix(integer.as_str(), integer.radix())
                .ok()
                .filter(|number| *number > 0)
        });
        if number.is_none() {
            let message = format!("`{key}` must be a whole number of at least 1");
            self.fault(&value.span(), message, None);
        }
        number
    }

    fn amount(
        &mut self,
        key: &str,
        value: &Value<'_>,
        parse: fn(&str) -> Result<u64, String>,
    ) -> Option<u64> {
        let text = match value.get_ref() {
            DeValue::Integer(number) => number.as_str(),
            DeValue::Float(number) => number.as_str(),
            DeValue::String(text) => text,
            DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
                self.mismatch(key, value, "a number or a string");
                return None;
            }
        };
        match parse(text) {
            Ok(amount) => Some(amount),
            Err(message) => {
                self.fault(&value.span(), format!("`{key}`: {message}"), None);
                None
            }
        }
    }
}

/// Returns `an array`, `a table`.
fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'i', 'o']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {noun}")
}
