//! `literalinclude` of Sphinx and `MyST`: a directive that shows a file, or the part its options choose.

use crate::position::Span;

use super::Passage;
use super::dialects::settings;
use super::includes::{Includes, joined, range};
use super::info::{Info, language};
use super::lines::{Line, lines};
use super::piece::Code;
use super::reader::Reader;

/// The directive's name.
pub(super) const LITERAL_INCLUDE: &str = "literalinclude";

/// Options that choose a part of the file, in the order in which they do.
const PARTS: [&str; 5] = ["start-at", "start-after", "end-at", "end-before", "lines"];

/// Options that add a line to the part.
const ADDITIONS: [&str; 2] = ["prepend", "append"];

/// Options that change how the code looks, or where its numbers begin.
const LOOKS: [&str; 14] = [
    "language",
    "caption",
    "name",
    "class",
    "linenos",
    "lineno-start",
    "lineno-match",
    "emphasize-lines",
    "dedent",
    "tab-width",
    "force",
    "number-lines",
    "hl_lines",
    "filename",
];

impl Reader<'_> {
    /// Reads the info of a directive that shows a file anew: its options may name the language.
    pub(super) fn shown_file<'a>(&self, code: &Code, info: &Info<'a>) -> Option<Info<'a>> {
        if info.role != Some(LITERAL_INCLUDE) {
            return None;
        }
        let shown = lines(self.guide, &code.chunks);
        let body = shown.iter().map(|line| line.text(self.guide));
        let settings = settings(&mut body.map(str::trim).peekable()).1;
        let named = settings.iter().find(|(key, _)| key == "language");
        let mut info = info.clone();
        info.language = named.map_or(info.language, |(_, named)| language(named));
        Some(info)
    }

    /// Returns the code of a file that a directive shows; all of it stands where the file is named.
    pub(super) fn literal_source(
        &self,
        code: &Code,
        info: &Info,
        shown: &[Line],
    ) -> (Passage, Option<String>) {
        let body = shown.iter().map(|line| line.text(self.guide));
        match literal(info.argument, body, &code.info, self.context.includes) {
            Ok(file) => (file, None),
            Err(reason) => (Passage::default(), Some(reason)),
        }
    }
}

/// Puts in the code that the directive shows; each line of it stands where `place` is.
///
/// # Errors
///
/// Why the code cannot be known: a file or part that is not there, or an option that asks for more.
fn literal<'a>(
    path: &str,
    body: impl Iterator<Item = &'a str>,
    place: &Span,
    includes: &Includes<'_>,
) -> Result<Passage, String> {
    let (_, settings) = settings(&mut body.map(str::trim).peekable());
    let file = includes(path).ok_or_else(|| format!("include not found: `{path}`"))?;
    let mut part: Vec<&str> = file.lines().collect();
    check(&settings)?;
    for key in PARTS {
        for (_, value) in settings.iter().filter(|(name, _)| name == key) {
            part = chosen(&part, key, value)
                .filter(|part| !part.is_empty())
                .ok_or_else(|| {
                    format!("include not found: `:{key}: {value}` chooses nothing of `{path}`")
                })?;
        }
    }
    let added = |key: &str| -> Vec<String> {
        let found = settings.iter().filter(|(name, _)| name == key);
        found.map(|(_, value)| format!("{value}\n")).collect()
    };
    let lines = part.iter().map(|line| ((*line).to_owned(), place.clone()));
    let [above, below] = ADDITIONS.map(|key| added(key).concat());
    let middle = joined(&lines.collect::<Vec<_>>());
    let whole = [above.as_str(), &middle, &below].concat();
    let spans = vec![place.clone(); whole.lines().count()];
    Ok(Passage::joined(&whole, spans))
}

/// Takes the part of a file that one option chooses.
fn chosen<'a>(lines: &[&'a str], key: &str, value: &str) -> Option<Vec<&'a str>> {
    let first = lines.iter().position(|line| line.contains(value));
    let part = match key {
        "start-at" => lines.get(first?..)?,
        "start-after" => lines.get(first? + 1..)?,
        "end-at" => lines.get(..=first?)?,
        // A part ends below its first line.
        "end-before" => {
            let below = lines.get(1..)?.iter().position(|line| line.contains(value));
            lines.get(..=below?)?
        }
        _ => return numbered(lines, value),
    };
    Some(part.to_vec())
}

/// Takes lines by their numbers, `1,3-5,7-`.
fn numbered<'a>(lines: &[&'a str], list: &str) -> Option<Vec<&'a str>> {
    let mut part = Vec::new();
    for item in list.split(',').filter(|item| !item.trim().is_empty()) {
        let range = range(item)?;
        let end = (*range.end()).min(lines.len());
        part.extend_from_slice(lines.get(range.start().checked_sub(1)?..end)?);
    }
    Some(part)
}

/// Refuses options whose meaning is not known here, by name.
fn check(settings: &[(String, String)]) -> Result<(), String> {
    let known = [&PARTS[..], &ADDITIONS, &LOOKS].concat();
    for (key, value) in settings {
        let words = format!(":{key}: {value}");
        let words = words.trim();
        match key.as_str() {
            "pyobject" => {
                return Err(format!(
                    "literalinclude: `{words}` is not read; `:start-at:` and `:end-before:` are"
                ));
            }
            "encoding" if is_utf8(value) => {}
            key if known.contains(&key) => {}
            _ => return Err(format!("literalinclude: `{words}` is not read")),
        }
    }
    Ok(())
}

fn is_utf8(encoding: &str) -> bool {
    matches!(
        encoding.to_lowercase().as_str(),
        "utf-8" | "utf8" | "utf-8-sig" | "ascii" | "us-ascii"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# head\ndef f():\n    # begin\n    a\n\n    b\n    # end\nc\n";

    #[track_caller]
    fn case(body: &str, expected: Result<&str, &str>) {
        let file = |path: &str| (path == "x.py").then(|| FILE.to_owned());
        let read = literal("x.py", body.lines(), &(3..9), &file);
        let read = read.map(|read| {
            assert_eq!(read.line_spans(), vec![3..9; read.lines().count()]);
            read.to_string()
        });
        assert_eq!(
            read,
            expected.map(str::to_owned).map_err(str::to_owned),
            "{body}"
        );
    }

    #[test]
    fn options_choose_the_part_as_sphinx_does() {
        case("", Ok(FILE));
        case(":linenos:\n:emphasize-lines: 2\n:caption: x\n", Ok(FILE));
        case(":encoding: UTF-8\n", Ok(FILE));
        case(":lines: 4,6\n", Ok("a\nb\n"));
        case(":lines: 7-\n", Ok("    # end\nc\n"));
        case(":lines: 8,1\n", Ok("c\n# head\n"));
        case(":start-after: begin\n:end-before: end\n", Ok("a\n\nb\n"));
        case(
            ":start-at: begin\n:end-at: end\n",
            Ok("# begin\na\n\nb\n# end\n"),
        );
        case(
            ":end-before: end\n:start-after: begin\n:lines: 1\n",
            Ok("a\n"),
        );
        case("---\nlines: 8\nprepend: x = 1\n---\n", Ok("x = 1\nc\n"));
        case(":lines: 8\n:append: c()\n", Ok("c\nc()\n"));
        case(
            ":end-before: head\n:start-at: c\n",
            Err("include not found: `:end-before: head` chooses nothing of `x.py`"),
        );
    }

    #[test]
    fn what_cannot_be_known_is_told_by_name() {
        case(
            ":pyobject: f\n",
            Err("literalinclude: `:pyobject: f` is not read; `:start-at:` and `:end-before:` are"),
        );
        case(
            ":diff: y.py\n",
            Err("literalinclude: `:diff: y.py` is not read"),
        );
        case(
            ":encoding: latin-1\n",
            Err("literalinclude: `:encoding: latin-1` is not read"),
        );
        for option in [":lines: 90", ":lines: x", ":start-after: nowhere"] {
            let reason = format!("include not found: `{option}` chooses nothing of `x.py`");
            case(option, Err(&reason));
        }
    }
}
