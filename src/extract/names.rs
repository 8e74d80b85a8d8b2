//! Names of examples that the guide did not name: the path of headings above them, and a number.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Write;

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

    /// Names all Python fences of the guide, given the heading that each stands under, in order.
    pub(super) fn names(&self, sections: &[Option<usize>]) -> Vec<String> {
        let parts = || sections.chunk_by(|one, next| one == next);
        let mut counts: HashMap<String, usize> = HashMap::with_capacity(parts().count());
        let mut names = Vec::with_capacity(sections.len());
        for fences in parts() {
            let mut path = String::new();
            if let Some(section) = fences[0] {
                self.push_path(section, &mut path);
            }
            let count = counts.entry(path);
            let before = match &count {
                Entry::Occupied(before) => *before.get(),
                Entry::Vacant(_) => 0,
            };
            let numbers = before + 1..=before + fences.len();
            names.extend(numbers.map(|number| numbered(count.key(), number)));
            *count.or_default() += fences.len();
        }
        names
    }

    fn push_path(&self, section: usize, path: &mut String) {
        let heading = &self.found[section];
        if let Some(parent) = heading.parent {
            self.push_path(parent, path);
        }
        let (end, slash) = (path.len(), !path.is_empty());
        if slash {
            path.push('/');
        }
        push_anchor(&heading.text, path);
        if path.len() == end + usize::from(slash) {
            path.truncate(end);
        }
    }
}

fn numbered(path: &str, number: usize) -> String {
    let mut name = String::with_capacity(path.len() + 4);
    name.push_str(path);
    if !path.is_empty() {
        name.push('/');
    }
    write!(name, "{number}").expect("a string takes text");
    name
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
        if letter.is_ascii() {
            left -= 1;
            push_letter(letter.to_ascii_lowercase(), path);
        } else {
            for lower in letter.to_lowercase().take(left) {
                left -= 1;
                push_letter(lower, path);
            }
        }
    }
}

fn push_letter(letter: char, path: &mut String) {
    match letter {
        ' ' => path.push('-'),
        'a'..='z' | '0'..='9' | '-' | '_' => path.push(letter),
        _ if !letter.is_ascii() && (letter.is_alphanumeric() || is_mark(letter)) => {
            path.push(letter);
        }
        _ => {}
    }
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
        assert_eq!(
            headings.names(&sections),
            ["1", "2", "a/пример/1", "a/пример/2", "b/1", "a/пример/3"]
        );
    }
}
