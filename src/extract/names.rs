//! Names of examples that the guide did not name: the path of headings above them, and a number.

use std::collections::HashMap;

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
        let mut paths: HashMap<usize, String> = HashMap::new();
        let mut counts: HashMap<String, usize> = HashMap::new();
        let mut named = |section: &Option<usize>| {
            let path = section.map_or_else(String::new, |section| {
                let known = paths.entry(section).or_insert_with(|| self.path(section));
                known.clone()
            });
            let prefix = if path.is_empty() { "" } else { "/" };
            let count = counts.entry(path.clone()).or_default();
            *count += 1;
            format!("{path}{prefix}{count}")
        };
        sections.iter().map(&mut named).collect()
    }

    fn path(&self, section: usize) -> String {
        let up = |heading: &usize| self.found[*heading].parent;
        let anchors = std::iter::successors(Some(section), up);
        let anchors = anchors.map(|heading| anchor(&self.found[heading].text));
        let mut anchors: Vec<String> = anchors.filter(|anchor| !anchor.is_empty()).collect();
        anchors.reverse();
        anchors.join("/")
    }
}

/// How many letters of a heading can stand in a name; every fence below it repeats them.
const LONGEST: usize = 300;

/// Makes an anchor as GitHub does: lower case, punctuation gone, spaces to hyphens.
fn anchor(heading: &str) -> String {
    let letters = heading.trim().chars().flat_map(char::to_lowercase);
    letters
        .take(LONGEST)
        .filter_map(|letter| match letter {
            ' ' => Some('-'),
            '-' | '_' => Some(letter),
            _ if letter.is_alphanumeric() || is_mark(letter) => Some(letter),
            _ => None,
        })
        .collect()
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
