//! Words of comments and info strings → directives, with a problem for each that is wrong.

use std::sync::{Arc, LazyLock};

use crate::problem::Problem;
use crate::wording::{nearest, ticked};

use super::super::comments::Word;
use super::super::problems::Problems;
use super::{Directives, KEYS};

/// How many problems of one comment or info string are told; hostile text would repeat one for ever.
const TOLD: usize = 20;

/// The directives of one fence and which keys were given, each with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::extract) struct Given {
    /// What they say; the same for all fences of which nothing is said.
    pub(in crate::extract) directives: Arc<Directives>,
    /// Keys that were set, with the byte where each stands.
    pub(in crate::extract) keys: Vec<(&'static str, usize)>,
}

impl Default for Given {
    fn default() -> Self {
        static NOTHING: LazyLock<Arc<Directives>> = LazyLock::new(Arc::default);
        Self {
            directives: Arc::clone(&NOTHING),
            keys: Vec::new(),
        }
    }
}

impl Given {
    /// Adds the words of a comment of ours: every word must be a key of ours.
    pub(in crate::extract) fn add_comment(&mut self, words: &[Word], problems: &mut Problems) {
        for word in words.iter().take(TOLD) {
            match known(&word.attribute.key) {
                Some(key) => self.set(key, word, problems),
                None => problems.add(word.offset, unknown(&word.attribute.key)),
            }
        }
    }

    /// Adds the words between the braces of an info string: other tools keep theirs there too.
    pub(in crate::extract) fn add_info(&mut self, words: &[Word], problems: &mut Problems) {
        let valued = |word: &&Word| word.attribute.braced && word.attribute.value.is_some();
        for word in words.iter().filter(valued).take(TOLD) {
            let key = word.attribute.key.as_str();
            match known(key) {
                Some(_) if is_foreign(key, word.attribute.value.as_deref()) => {}
                Some(key) => self.set(key, word, problems),
                None if is_slip(key) => problems.add(word.offset, unknown(key)),
                None => {}
            }
        }
    }

    /// Returns where `key` was given.
    pub(in crate::extract) fn place(&self, key: &str) -> Option<usize> {
        let mut keys = self.keys.iter();
        keys.find(|(given, _)| *given == key)
            .map(|(_, offset)| *offset)
    }

    fn set(&mut self, key: &'static str, word: &Word, problems: &mut Problems) {
        let attribute = &word.attribute;
        if self.place(key).is_some() {
            let message = format!("directive `{key}` is given twice for one fence");
            return problems.add(word.offset, Problem::finding("bad-directive", message));
        }
        let checked = match &attribute.value {
            None => Err(format!("a value is missing: write `{key}=…`")),
            Some(_) if attribute.unclosed => Err("its quote is never closed".to_owned()),
            Some(value) => Arc::make_mut(&mut self.directives).set(key, value),
        };
        match checked {
            Ok(()) => self.keys.push((key, word.offset)),
            Err(cause) => problems.add(
                word.offset,
                Problem::finding("bad-directive", format!("bad directive `{key}`: {cause}")),
            ),
        }
    }
}

/// Keys that other tools use too, for values that are none of ours: `output="json"`, `start=10`.
fn is_foreign(key: &str, value: Option<&str>) -> bool {
    let number = value.is_some_and(|value| value.starts_with(|first: char| first.is_ascii_digit()));
    match key {
        "output" => !number,
        "start" => number,
        _ => false,
    }
}

/// Says whether a key is one letter away from one of ours: missing, doubled, wrong or swapped.
fn is_slip(key: &str) -> bool {
    let typed: Vec<char> = key.chars().collect();
    let near = |known: &&'static str| {
        let meant: Vec<char> = known.chars().collect();
        let same = typed.iter().zip(&meant).take_while(|(a, b)| a == b).count();
        let (typed, meant) = (&typed[same..], &meant[same..]);
        let after = |letters: &[char], count: usize| letters.get(count..).map(<[char]>::to_vec);
        let swapped = typed.len() > 1 && meant.len() > 1 && typed[..2] == [meant[1], meant[0]];
        after(typed, 1).as_deref() == Some(meant)
            || after(meant, 1).as_deref() == Some(typed)
            || after(typed, 1) == after(meant, 1)
            || (swapped && after(typed, 2) == after(meant, 2))
    };
    (4..=12).contains(&typed.len()) && KEYS.iter().any(near)
}

fn known(key: &str) -> Option<&'static str> {
    KEYS.iter().find(|known| **known == key).copied()
}

fn unknown(key: &str) -> Problem {
    let shown: String = key.chars().take(40).collect();
    let near = if key.len() <= 40 {
        nearest(key, &KEYS)
    } else {
        None
    };
    let directives = format!("directives are: {}", ticked(&KEYS));
    let hint = match near {
        Some(near) => format!("did you mean `{near}`? {directives}"),
        None => directives,
    };
    Problem::finding("unknown-directive", format!("unknown directive `{shown}`")).hint(hint)
}
