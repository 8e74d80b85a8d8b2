//! A tool's output about extracted files → the same output about the guides.
//!
//! Understands `FILE:LINE` and `FILE:LINE:COLUMN`, as compilers, linters and type checkers print them,
//! and `File "FILE", line LINE`, as Python does. Everything else stays as it is.

use std::fmt::Write;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{ExtractedFile, ExtractionMap};

/// A path and a place in it; the path is looked up before anything is changed.
static PLACE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?P<path>[^\s:"'`(<]+)(?:(?P<colon>:)|(?P<python>", line ))(?P<line>\d+)(?::(?P<column>\d+))?"#)
        .expect("the pattern is a valid expression")
});

/// Rewrites the places in one line of a tool's output.
///
/// `shown` gives a guide's path as it is to be shown.
#[must_use]
pub fn translate(line: &str, map: &ExtractionMap, shown: &dyn Fn(&str) -> String) -> String {
    let replaced = PLACE.replace_all(line, |place: &Captures<'_>| {
        translated(place, map, shown).unwrap_or_else(|| place[0].to_owned())
    });
    replaced.into_owned()
}

fn translated(
    place: &Captures<'_>,
    map: &ExtractionMap,
    shown: &dyn Fn(&str) -> String,
) -> Option<String> {
    let file = file_at(&place["path"], map)?;
    let line: usize = place["line"].parse().ok()?;
    let (guide_line, guide_column) = in_guide(file, line)?;
    let between = place.name("colon").or_else(|| place.name("python"))?;
    let mut text = format!("{}{}{guide_line}", shown(&file.guide), between.as_str());
    if let Some(column) = place.name("column") {
        let column: usize = column.as_str().parse().ok()?;
        let column = guide_column + column.saturating_sub(1);
        write!(text, ":{column}").ok()?;
    }
    Some(text)
}

/// Finds the file that a path names, however the tool writes the folder.
fn file_at<'a>(path: &str, map: &'a ExtractionMap) -> Option<&'a ExtractedFile> {
    let path = path.replace('\\', "/");
    let starts = path.match_indices('/').map(|(at, _)| at + 1);
    std::iter::once(0)
        .chain(starts)
        .find_map(|start| map.files.get(&path[start..]))
}

/// Returns where a line begins in the guide; one that stands nowhere, where the next one that does.
fn in_guide(file: &ExtractedFile, line: usize) -> Option<(usize, usize)> {
    let at = line.checked_sub(1)?.min(file.lines.len());
    let (before, after) = file.lines.split_at(at);
    let known = after.iter().chain(before.iter().rev());
    known.flatten().next().copied()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[track_caller]
    fn case(line: &str, expected: &str) {
        let file = ExtractedFile {
            guide: "a.md".to_owned(),
            digest: String::new(),
            lines: vec![Some((41, 3)), None, Some((50, 1))],
        };
        let files = [("a__x.py", file.clone()), ("a__x/b.toml", file)];
        let map = ExtractionMap {
            files: BTreeMap::from(files.map(|(path, file)| (path.to_owned(), file))),
            ..ExtractionMap::default()
        };
        let shown = |guide: &str| format!("docs/{guide}");
        assert_eq!(translate(line, &map, &shown), expected);
    }

    #[test]
    fn places_of_tools_become_places_of_guides() {
        case(
            "out/a__x.py:1:5: F821 no `x`",
            "docs/a.md:41:7: F821 no `x`",
        );
        case(" --> a__x.py:3:2", " --> docs/a.md:50:2");
        case("/w/out/a__x.py:3: error: no", "docs/a.md:50: error: no");
        case("out/a__x/b.toml:1", "docs/a.md:41");
        case(
            "  File \"/w/a__x.py\", line 3, in <module>",
            "  File \"docs/a.md\", line 50, in <module>",
        );
        case(
            "a__x.py:1:1 and a__x.py:3:1",
            "docs/a.md:41:3 and docs/a.md:50:1",
        );
    }

    #[test]
    fn lines_between_blocks_and_after_the_end_lead_to_the_nearest() {
        case("a__x.py:2:1", "docs/a.md:50:1");
        case("a__x.py:9:1", "docs/a.md:50:1");
    }

    #[test]
    fn everything_else_stays() {
        for line in [
            "out/b.py:1:5: F821",
            "at 12:30",
            "a__x.py",
            "a__x.py:x",
            "a__x.py:0",
        ] {
            case(line, line);
        }
    }
}
