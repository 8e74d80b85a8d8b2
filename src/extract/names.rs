//! Names of examples that the guide did not name: the path of headings above them, and a number.

use std::collections::HashMap;

/// The headings above the place that is being read, and how many fences each path has had.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// Level and anchor of each open heading below the title.
    open: Vec<(u8, String)>,
    seen_heading: bool,
    path: String,
    counts: HashMap<String, usize>,
}

impl Outline {
    /// Enters a heading. The first one of the guide is its title if it is of level 1.
    pub(super) fn enter(&mut self, level: u8, text: &str) {
        let title = !self.seen_heading && level == 1;
        self.seen_heading = true;
        while self.open.last().is_some_and(|(open, _)| *open >= level) {
            self.open.pop();
        }
        if !title {
            self.open.push((level, anchor(text)));
        }
        let parts = self.open.iter().map(|(_, anchor)| anchor.as_str());
        let parts: Vec<&str> = parts.filter(|anchor| !anchor.is_empty()).collect();
        self.path = parts.join("/");
    }

    /// Counts one more Python fence under the open headings and returns its name.
    pub(super) fn next_name(&mut self) -> String {
        let count = self.counts.entry(self.path.clone()).or_default();
        *count += 1;
        if self.path.is_empty() {
            count.to_string()
        } else {
            format!("{}/{count}", self.path)
        }
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
        let mut outline = Outline::default();
        assert_eq!(outline.next_name(), "1");
        outline.enter(1, "Title");
        assert_eq!(outline.next_name(), "2");
        outline.enter(2, "A");
        outline.enter(3, "Пример");
        assert_eq!(outline.next_name(), "a/пример/1");
        assert_eq!(outline.next_name(), "a/пример/2");
        outline.enter(2, "B");
        assert_eq!(outline.next_name(), "b/1");
        outline.enter(2, "A");
        outline.enter(3, "Пример");
        assert_eq!(outline.next_name(), "a/пример/3");
    }
}
