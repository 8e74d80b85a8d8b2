//! Blocks that name a file instead of holding code: `{!> x.py !}`, `--8<-- "x.py"`, `{{#include x.py}}`.

use std::ops::RangeInclusive;

use memchr::memchr2_iter;

use crate::position::Span;

use super::Passage;
use super::lines::Line;

/// Finds the text of an included file by the path that the guide gives.
pub type Includes<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// What one line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted<'a> {
    path: &'a str,
    part: Part<'a>,
}

/// Which lines of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part<'a> {
    Whole,
    /// 1-based line numbers.
    Lines(Vec<RangeInclusive<usize>>),
    /// What stands between two markers of that name.
    Section(&'a str),
}

/// Says whether a line may name a file: those that do begin with a brace or a dash.
pub(super) fn may_include(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr2_iter(b'{', b'-', bytes).any(|at| {
        let blank = |byte: &&u8| matches!(**byte, b' ' | b'\t' | b'\x0c');
        let before = bytes[..at].iter().rev().find(|byte| !blank(byte));
        before.is_none_or(|byte| *byte == b'\n')
    })
}

/// Puts included files in the place of the lines that name them; `None` where no line does.
///
/// Each line that came out of a file stands in the guide where the file is named.
///
/// # Errors
///
/// The first path that names no file of the repository, or no part of it.
pub(super) fn included(
    guide: &str,
    lines: &[Line],
    includes: &Includes<'_>,
) -> Result<Option<Passage>, String> {
    let names_file = |line: &Line| {
        let text = line.text(guide);
        let possible = text.trim_ascii_start().starts_with(['-', '{']);
        possible && (is_scissors_alone(text) || wanted(text, false).is_some())
    };
    if !lines.iter().any(names_file) {
        return Ok(None);
    }
    let mut code: Vec<(String, Span)> = Vec::new();
    let mut found = false;
    let mut listing = false;
    for line in lines {
        let text = line.text(guide);
        if is_scissors_alone(text) {
            listing = !listing;
            continue;
        }
        let Some(wanted) = wanted(text, listing) else {
            code.push((format!("{}{text}", " ".repeat(line.pad)), line.span.clone()));
            continue;
        };
        found = true;
        let file = includes(wanted.path).ok_or_else(|| wanted.path.to_owned())?;
        let part = part(&file, &wanted.part).ok_or_else(|| wanted.path.to_owned())?;
        let indentation = &text[..text.len() - text.trim_start().len()];
        let lines = part.iter().map(|part| format!("{indentation}{part}"));
        code.extend(lines.map(|part| (part, line.span.clone())));
    }
    Ok(found.then(|| joined(&code)))
}

/// Joins lines into code, without the margin that all have.
pub(super) fn joined(lines: &[(String, Span)]) -> Passage {
    let margin = lines
        .iter()
        .filter(|(line, _)| !line.trim().is_empty())
        .map(|(line, _)| line.len() - line.trim_start_matches(' ').len())
        .min()
        .unwrap_or(0);
    let code = lines.iter().map(|(line, _)| {
        let body = line.get(margin..).unwrap_or_default();
        format!("{body}\n")
    });
    let spans = lines.iter().map(|(_, span)| span.clone());
    Passage::joined(&code.collect::<String>(), spans.collect())
}

/// A line of nothing but `--8<--` opens or closes a list of paths.
fn is_scissors_alone(line: &str) -> bool {
    scissors(line.trim()).is_some_and(str::is_empty)
}

/// Returns what follows `--8<--`, with any number of dashes.
fn scissors(line: &str) -> Option<&str> {
    let rest = line.strip_prefix('-')?.trim_start_matches('-');
    let rest = rest.strip_prefix("8<-")?.trim_start_matches('-');
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then(|| rest.trim())
}

/// Reads what a line includes; in a list of paths each line is one.
fn wanted(line: &str, listing: bool) -> Option<Wanted<'_>> {
    let line = line.trim();
    if listing && !line.is_empty() {
        return Some(spec(line.trim_start_matches(';').trim()));
    }
    if let Some(path) = scissors(line) {
        return unquoted(path).map(spec);
    }
    let between = |open: &str, close: &str| {
        let inside = line.strip_prefix(open)?.strip_suffix(close)?;
        (!inside.is_empty()).then(|| inside.trim())
    };
    if let Some(inside) = between("{!", "!}") {
        return macro_call(inside.trim_start_matches('>').trim(), "ln:");
    }
    if let Some(inside) = between("{*", "*}") {
        return macro_call(inside, "ln[");
    }
    if let Some(inside) = between("{{", "}}") {
        return shortcode(inside);
    }
    between("{%", "%}").and_then(template)
}

/// `path`, `path:10`, `path:10:20`, `path:section`.
fn spec(text: &str) -> Wanted<'_> {
    let (path, rest) = text.split_once(':').unwrap_or((text, ""));
    let number = |text: &str| text.parse::<usize>().ok();
    let (from, to) = rest.split_once(':').unwrap_or((rest, ""));
    let part = match (number(from), number(to)) {
        _ if rest.is_empty() => Part::Whole,
        (Some(from), Some(to)) => Part::Lines(vec![from..=to]),
        (Some(from), None) if rest.contains(':') => Part::Lines(vec![from..=usize::MAX]),
        (Some(only), None) => Part::Lines(vec![only..=only]),
        (None, Some(to)) if from.is_empty() => Part::Lines(vec![1..=to]),
        _ => Part::Section(rest),
    };
    Wanted { path, part }
}

/// `path [ln:1-3,7]` of `mdx_include`, `path hl[2] ln[1:3,7]` of `FastAPI`.
fn macro_call<'a>(inside: &'a str, mark: &str) -> Option<Wanted<'a>> {
    let end = inside.find([' ', '[']).unwrap_or(inside.len());
    let path = inside.get(..end).filter(|path| !path.is_empty())?;
    let ranges = inside
        .split_once(mark)
        .and_then(|(_, rest)| rest.split_once(']'));
    let part = match ranges {
        Some((ranges, _)) => Part::Lines(ranges.split(',').filter_map(range).collect()),
        None => Part::Whole,
    };
    Some(Wanted { path, part })
}

/// `3`, `1-3`, `1:3`, with columns left out.
pub(super) fn range(text: &str) -> Option<RangeInclusive<usize>> {
    let (from, to) = text.split_once(['-', ':']).unwrap_or((text, text));
    let number = |text: &str| text.split('.').next()?.trim().parse::<usize>().ok();
    let to = if to.trim().is_empty() {
        Some(usize::MAX)
    } else {
        number(to)
    };
    Some(number(from).unwrap_or(1)..=to?)
}

/// `#include path:part` of mdBook, `< include path >` of Quarto, `< readfile file="path" >` of Docsy.
fn shortcode(inside: &str) -> Option<Wanted<'_>> {
    if let Some(call) = inside.strip_prefix('#') {
        let (name, path) = call.split_once(char::is_whitespace)?;
        let known = matches!(name, "include" | "rustdoc_include" | "playground");
        return known.then(|| spec(path.trim()));
    }
    let call = inside.strip_prefix('<')?.strip_suffix('>')?.trim();
    let (name, path) = call.split_once(char::is_whitespace)?;
    let path = match name {
        "include" => path.trim(),
        "readfile" => path.split_once("file=")?.1.trim(),
        _ => return None,
    };
    Some(whole(unquoted(path).unwrap_or(path)))
}

/// `include "path"` and `include_relative path` of templates.
fn template(inside: &str) -> Option<Wanted<'_>> {
    let (name, path) = inside.split_once(char::is_whitespace)?;
    let known = matches!(name, "include" | "include_relative" | "include-markdown");
    let path = path.trim();
    known.then(|| whole(unquoted(path).unwrap_or(path)))
}

fn whole(path: &str) -> Wanted<'_> {
    Wanted {
        path,
        part: Part::Whole,
    }
}

/// Returns what stands between the quotes that the text begins with.
fn unquoted(text: &str) -> Option<&str> {
    let quote = text
        .chars()
        .next()
        .filter(|quote| matches!(quote, '"' | '\''))?;
    let (inside, _) = text[1..].split_once(quote)?;
    Some(inside).filter(|inside| !inside.is_empty())
}

/// Takes a part of a file; `None` where the file has no such part.
fn part<'a>(file: &'a str, part: &Part<'_>) -> Option<Vec<&'a str>> {
    let is_mark = |line: &&str| line.contains("--8<-- [") || line.contains("ANCHOR");
    match part {
        Part::Whole => Some(file.lines().filter(|line| !is_mark(line)).collect()),
        Part::Lines(ranges) => {
            let numbered = file.lines().zip(1..);
            let chosen =
                numbered.filter(|(_, number)| ranges.iter().any(|range| range.contains(number)));
            Some(chosen.map(|(line, _)| line).collect::<Vec<_>>()).filter(|lines| !lines.is_empty())
        }
        Part::Section(name) => {
            let marks = |line: &&str, start: &str, anchor: &str| {
                let line = line.trim_end();
                line.contains(&format!("[{start}:{name}]"))
                    || line.ends_with(&format!("{anchor}: {name}"))
            };
            let mut lines = file.lines();
            lines.find(|line| marks(line, "start", "ANCHOR"))?;
            let inside = lines.take_while(|line| !marks(line, "end", "ANCHOR_END"));
            Some(inside.filter(|line| !is_mark(line)).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# --8<-- [start:read]\n    a\n    b\n# --8<-- [end:read]\nc\n";

    #[track_caller]
    fn case(line: &str, expected: Result<Option<&str>, &str>) {
        let lines = [Line {
            span: 0..line.len(),
            pad: 0,
        }];
        let file = |path: &str| (path == "x.py").then(|| FILE.to_owned());
        let read = included(line, &lines, &file);
        let code = read.as_ref().map(|read| read.as_ref().map(Passage::as_str));
        assert_eq!(code.map_err(String::as_str), expected, "{line}");
    }

    #[test]
    fn every_way_to_include_is_understood() {
        let whole = Ok(Some("    a\n    b\nc\n"));
        for line in [
            "{!> x.py !}",
            "{!x.py!}",
            "{* x.py *}",
            "{* x.py hl[1] *}",
            "--8<-- \"x.py\"",
            "---8<--- 'x.py'",
            "{{#include x.py}}",
            "{% include \"x.py\" %}",
            "{{< include x.py >}}",
            "{{< readfile file=\"x.py\" code=\"true\" >}}",
        ] {
            case(line, whole);
        }
        for line in [
            "--8<-- \"x.py:read\"",
            "{{#include x.py:2:3}}",
            "{! x.py [ln:2-3] !}",
            "{* x.py ln[2:3] *}",
        ] {
            case(line, Ok(Some("a\nb\n")));
        }
    }

    #[test]
    fn what_is_not_there_is_told_by_its_path() {
        case("{! y.py !}", Err("y.py"));
        case("--8<-- \"x.py:other\"", Err("x.py"));
        case("{! x.py [ln:90-95] !}", Err("x.py"));
    }

    #[test]
    fn code_is_not_mistaken_for_an_include() {
        for line in [
            "{1: 2}",
            "x = {!r}",
            "{{}}",
            "{{ x }}",
            "{%s}",
            "--8",
            "# --8<-- [start:x]",
            ";--8<-- \"x.py\"",
        ] {
            case(line, Ok(None));
        }
    }
}
