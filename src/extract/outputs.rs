//! Which example a shown output belongs to, and the labels that announce one.

/// What stands between the last Python fence and here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Following {
    /// The draft of the last Python fence, however far above.
    pub(super) block: Option<usize>,
    /// Whether nothing but blanks, comments, tags, labels and outputs stands between.
    pub(super) near: bool,
    /// Whether the one label that may stand between was there.
    pub(super) label: bool,
}

impl Following {
    /// A Python fence ends here.
    pub(super) fn block(&mut self, draft: usize) {
        *self = Self {
            block: Some(draft),
            near: true,
            label: false,
        };
    }

    /// An output of the block ends here; another may follow.
    pub(super) fn output(&mut self) {
        self.near = true;
        self.label = false;
    }

    /// A paragraph stands here.
    pub(super) fn paragraph(&mut self, text: &str) {
        if self.near && !self.label && is_label(text) {
            self.label = true;
        } else {
            self.away();
        }
    }

    /// A `<summary>` stands here.
    pub(super) fn summary(&mut self, text: &str) {
        if announces(text) {
            self.label = true;
        }
    }

    /// Something that parts an example from its outputs stands here.
    pub(super) fn away(&mut self) {
        self.near = false;
        self.label = false;
    }
}

/// Says whether a paragraph announces an output: it ends in a colon and begins with a word for one.
pub(super) fn is_label(text: &str) -> bool {
    let text = text.trim_end();
    text.ends_with([':', '：']) && announces(text)
}

/// How labels begin, in lower case, each ending where a word ends.
const BEGINNINGS: [&str; 46] = [
    "output",
    "outputs",
    "the output",
    "sample output",
    "example output",
    "expected output",
    "its output",
    "console output",
    "program output",
    "print",
    "prints",
    "printed",
    "printing",
    "it prints",
    "this prints",
    "which prints",
    "will print",
    "this will print",
    "this outputs",
    "it outputs",
    "result",
    "results",
    "resulting output",
    "the result",
    "gives",
    "this gives",
    "stdout",
    "вывод",
    "выводит",
    "выведет",
    "выводится",
    "в выводе",
    "вывод программы",
    "пример вывода",
    "результат",
    "результаты",
    "результатом",
    "результат выполнения",
    "напечатает",
    "напечатано",
    "печатает",
    "печатается",
    "будет напечатано",
    "будет выведено",
    "на выходе",
    "в консоли",
];

fn announces(text: &str) -> bool {
    let text = text.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    BEGINNINGS.iter().any(|beginning| {
        after(text, beginning).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    })
}

/// Returns what follows a beginning in lower case, whatever case the text has it in.
fn after<'a>(text: &'a str, beginning: &str) -> Option<&'a str> {
    let mut letters = text.chars();
    for wanted in beginning.chars() {
        let letter = letters.next()?;
        if letter != wanted && !letter.to_lowercase().eq([wanted]) {
            return None;
        }
    }
    Some(letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_russian_or_english_and_end_in_a_colon() {
        for label in [
            "Output:",
            "Вывод на 3.10–3.12:",
            "Результат:",
            "Напечатает:",
            "prints :",
            "This prints:",
        ] {
            assert!(is_label(label), "{label}");
        }
        for other in [
            "Output",
            "Выводы:",
            "The next example:",
            "Outputting is hard:",
            "",
        ] {
            assert!(!is_label(other), "{other}");
        }
    }
}
