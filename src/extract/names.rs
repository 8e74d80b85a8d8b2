//! Names of examples that the guide did not name: the path of headings above them, and a number.

use std::collections::HashMap;

use crate::position::Span;

/// The headings of a guide that stand below its title, as a tree.
#[derive(Debug, Default)]
pub(super) struct Headings {
    found: Vec<Heading>,
    /// The heading that the walk stands under.
    here: Option<usize>,
    seen_any: bool,
}

#[derive(Debug)]
struct Heading {
    level: u8,
    text: String,
    parent: Option<usize>,
}

impl Headings {
    /// Enters a heading. The first one of the guide is its title if it is of level 1.
    pub(super) fn enter(&mut self, level: u8, text: String) {
        let title = !self.seen_any && level == 1;
        self.seen_any = true;
        while let Some(open) = self.here.filter(|open| self.found[*open].level >= level) {
            self.here = self.found[open].parent;
        }
        if !title {
            self.found.push(Heading {
                level,
                text,
                parent: self.here,
            });
            self.here = Some(self.found.len() - 1);
        }
    }

    /// Returns the heading that the walk stands under.
    pub(super) fn here(&self) -> Option<usize> {
        self.here
    }

    /// Returns the ids of all Python fences of the guide, given the heading that each stands under,
    /// in order: one text, and where each id stands in it.
    pub(super) fn ids(&self, guide: &str, sections: &[Option<usize>]) -> (String, Vec<Span>) {
        let (paths, of_part) = self.paths(sections);
        let mut counts: HashMap<&str, usize> = HashMap::with_capacity(of_part.len());
        let mut text = String::with_capacity(sections.len() * (guide.len() + TYPICAL));
        let mut ids = Vec::with_capacity(sections.len());
        for (path, fences) in of_part {
            let path = &paths[path];
            let count = counts.entry(path).or_default();
            for _ in 0..fences {
                *count += 1;
                let start = text.len();
                push_id(guide, path, *count, &mut text);
                ids.push(start..text.len());
            }
        }
        (text, ids)
    }

    /// Returns the paths of headings, one after the other, and for each run of fences under one
    /// heading where its path stands and how many there are.
    fn paths(&self, sections: &[Option<usize>]) -> (String, Vec<(Span, usize)>) {
        let mut paths = String::new();
        let of_part = sections.chunk_by(|one, next| one == next).map(|fences| {
            let start = paths.len();
            if let Some(section) = fences[0] {
                self.push_path(section, start, &mut paths);
            }
            (start..paths.len(), fences.len())
        });
        let of_part = of_part.collect();
        (paths, of_part)
    }

    /// Adds the path of a heading to a text in which it begins at `start`.
    fn push_path(&self, section: usize, start: usize, path: &mut String) {
        let heading = &self.found[section];
        if let Some(parent) = heading.parent {
            self.push_path(parent, start, path);
        }
        let end = path.len();
        let slash = end > start;
        if slash {
            path.push('/');
        }
        push_anchor(&heading.text, path);
        if path.len() == end + usize::from(slash) {
            path.truncate(end);
        }
    }
}

/// How long what follows the guide in an id usually is.
const TYPICAL: usize = 24;

fn push_id(guide: &str, path: &str, number: usize, text: &mut String) {
    text.push_str(guide);
    text.push('#');
    text.push_str(path);
    if !path.is_empty() {
        text.push('/');
    }
    push_number(number, text);
}

/// Adds a number; every example has one, and the machinery of formatting costs as much as its name.
fn push_number(number: usize, text: &mut String) {
    if number > 9 {
        push_number(number / 10, text);
    }
    text.push(char::from(b"0123456789"[number % 10]));
}

/// How many letters of a heading can stand in a name; every fence below it repeats them.
const LONGEST: usize = 300;

/// Adds an anchor as GitHub makes it: lower case, punctuation gone, spaces to hyphens.
fn push_anchor(heading: &str, path: &mut String) {
    let heading = heading.trim();
    path.reserve(heading.len().min(2 * LONGEST));
    let mut left = LONGEST;
    for letter in heading.chars() {
        if left == 0 {
            break;
        }
        left -= 1;
        match letter {
            ' ' => path.push('-'),
            'a'..='z' | '0'..='9' | '-' | '_' => path.push(letter),
            'A'..='Z' => path.push(letter.to_ascii_lowercase()),
            '\0'..='\x7f' => {}
            _ => {
                let lower = letter.to_lowercase().take(left + 1);
                left -= push_letters(lower, path) - 1;
            }
        }
    }
}

/// Adds those of the letters that stand in anchors; returns how many letters there were.
fn push_letters(letters: impl Iterator<Item = char>, path: &mut String) -> usize {
    let mut count = 0;
    for letter in letters {
        count += 1;
        if letter.is_alphanumeric() || is_mark(letter) {
            path.push(letter);
        }
    }
    count
}

/// Combining marks, which belong to the letter before them (`й` in its decomposed form).
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{487}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20dc}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_those_of_github() {
        let anchor = |heading: &str| {
            let mut anchor = String::new();
            push_anchor(heading, &mut anchor);
            anchor
        };
        assert_eq!(anchor("Вопрос 3. Что такое GIL?"), "вопрос-3-что-такое-gil");
        assert_eq!(anchor("`list.sort()` & friends"), "listsort--friends");
        assert_eq!(anchor("🚀 Go_fast"), "-go_fast");
    }

    #[test]
    fn a_name_is_the_path_below_the_title_and_a_number() {
        let mut headings = Headings::default();
        let mut sections = vec![headings.here()];
        for (level, text, fences) in [
            (1, "Title", 1),
            (2, "A", 0),
            (3, "Пример", 2),
            (2, "B", 1),
            (2, "A", 0),
            (3, "Пример", 1),
        ] {
            headings.enter(level, text.to_owned());
            sections.extend(std::iter::repeat_n(headings.here(), fences));
        }
        let (text, ids) = headings.ids("x.md", &sections);
        let names: Vec<&str> = ids.iter().map(|id| &text[id.start + 5..id.end]).collect();
        assert_eq!(
            names,
            ["1", "2", "a/пример/1", "a/пример/2", "b/1", "a/пример/3"]
        );
        assert!(text.starts_with("x.md#1x.md#2x.md#a"), "{text}");
    }
}
