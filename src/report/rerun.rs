//! Commands that a report shows: typed where this one was typed, they do what they say.

use std::path::PathBuf;

use crate::discover::relative_path;
use crate::plan::Interpreter;

use super::{ExampleReport, safe};

/// What a command must repeat to find the same examples in the same circumstances.
#[derive(Debug, Clone, Default)]
pub struct Rerun {
    /// The project root, which ids are relative to.
    pub root: PathBuf,
    /// The folder that the command was typed in.
    pub folder: PathBuf,
    /// Flags to repeat, each with its value, such as `--config`, `other.toml`.
    pub flags: Vec<String>,
    /// Paths given with `--python`, absolute.
    pub pythons: Vec<PathBuf>,
}

impl Rerun {
    /// Returns `fencepost check 'guide.md#name' --python 3.13.0`.
    pub(crate) fn check(&self, example: &ExampleReport, on: Option<&Interpreter>) -> String {
        let python = on.map(|on| ["--python".to_owned(), self.python(on)]);
        self.command("check", example, python.into_iter().flatten())
    }

    /// Returns `fencepost record 'guide.md#name'`.
    pub(crate) fn record(&self, example: &ExampleReport) -> String {
        self.command("record", example, [])
    }

    fn command(
        &self,
        name: &str,
        example: &ExampleReport,
        more: impl IntoIterator<Item = String>,
    ) -> String {
        let words = [name.to_owned(), self.path(example)];
        let words = words.into_iter().chain(more);
        let words = words.chain(self.flags.iter().cloned());
        words.fold("fencepost".to_owned(), |command, word| {
            format!("{command} {}", shell_word(&word))
        })
    }

    /// Returns `GUIDE#NAME` with the guide's path as seen from the folder.
    fn path(&self, example: &ExampleReport) -> String {
        let guide = relative_path(&self.root.join(&example.guide), &self.folder);
        let name = example.id.strip_prefix(&example.guide).unwrap_or_default();
        format!("{guide}{name}")
    }

    fn python(&self, interpreter: &Interpreter) -> String {
        let path = &interpreter.path;
        if self.pythons.iter().any(|given| path.starts_with(given)) {
            return path.display().to_string();
        }
        format!("{}{}", interpreter.version, interpreter.build.suffix())
    }
}

/// Quotes a word for a POSIX shell where it needs it.
fn shell_word(word: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "/._-:+@%,=".contains(character);
    let word = safe::terminal(word);
    if word.chars().all(plain) {
        word
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(root: &str, folder: &str, flags: &[&str], expected: &str) {
        let rerun = Rerun {
            root: root.into(),
            folder: folder.into(),
            flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
            pythons: Vec::new(),
        };
        let example = ExampleReport {
            id: "docs/a.md#it's".to_owned(),
            guide: "docs/a.md".to_owned(),
            line: 1,
            runs: Vec::new(),
            unrecorded_fails: true,
            behaviours: None,
        };
        assert_eq!(rerun.record(&example), expected);
    }

    #[test]
    fn a_command_works_where_the_report_was_asked_for() {
        case("/p", "/p", &[], r"fencepost record 'docs/a.md#it'\''s'");
        case("/p", "/p/docs", &[], r"fencepost record 'a.md#it'\''s'");
        case(
            "/p",
            "/p/src",
            &[],
            r"fencepost record '../docs/a.md#it'\''s'",
        );
        case("/p", "/", &[], r"fencepost record 'p/docs/a.md#it'\''s'");
        case(
            "/p",
            "/p",
            &["--config", "x y.toml"],
            r"fencepost record 'docs/a.md#it'\''s' --config 'x y.toml'",
        );
    }
}
