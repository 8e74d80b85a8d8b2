//! Marks of pytest: `skip`, `skipif(…)`, `xfail(raises=…)`, and what stands in their brackets.

use super::super::Raises;
use super::What;
use super::conditions::{Meaning, skips_when};

/// Reads one mark, without `pytest.mark.`.
pub(super) fn mark(text: &str) -> Vec<What> {
    let text = text.trim();
    let (name, call) = text.split_once('(').unwrap_or((text, ""));
    let arguments = arguments(call.strip_suffix(')').unwrap_or(call));
    match name.trim() {
        "skip" => vec![What::Skip(
            reason(&arguments).unwrap_or("marked `skip`").to_owned(),
        )],
        "skipif" => skip_if(&arguments),
        "xfail" => expected_failure(&arguments),
        _ => vec![What::Unsupported(false)],
    }
}

/// Reads the arguments of `skipif(condition, reason="…")`.
pub(super) fn skip_if(arguments: &[&str]) -> Vec<What> {
    let condition = arguments.first().copied().unwrap_or_default();
    let condition = unquoted(condition).unwrap_or(condition);
    let others = arguments.iter().skip(1);
    if others.copied().any(is_condition) {
        return vec![What::Unsupported(true)];
    }
    let because = reason(arguments).unwrap_or(condition).to_owned();
    match skips_when(condition) {
        Meaning::Always => vec![What::Skip(because)],
        Meaning::Never => Vec::new(),
        Meaning::RunsOn(versions) => vec![What::Versions(versions)],
        Meaning::Unknown => vec![What::Unsupported(true)],
    }
}

/// Says whether an argument is one more condition: pytest skips where any of them holds.
fn is_condition(argument: &str) -> bool {
    let is_keyword = argument
        .split_once('=')
        .is_some_and(|(key, value)| is_name(key.trim()) && !value.starts_with('='));
    unquoted(argument).is_none() && !is_keyword
}

/// Only a failure of a known type can be expected.
fn expected_failure(arguments: &[&str]) -> Vec<What> {
    let raises = keyword(arguments, "raises");
    let conditional = arguments.first().copied().is_some_and(is_condition);
    if keyword(arguments, "run") == Some("False") {
        let because = reason(arguments).unwrap_or("xfail(run=False)");
        return vec![What::Skip(because.to_owned())];
    }
    match raises {
        Some(exception) if !conditional && is_name(exception) => vec![What::Raises(Raises {
            exception: exception.to_owned(),
            message: None,
        })],
        _ => vec![What::Unsupported(true)],
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|letter| letter.is_alphanumeric() || "._".contains(letter))
}

/// Returns the reason among arguments: the keyword, or the one string.
pub(super) fn reason<'a>(arguments: &[&'a str]) -> Option<&'a str> {
    let named = keyword(arguments, "reason").and_then(unquoted);
    named.or_else(|| arguments.iter().find_map(|argument| unquoted(argument)))
}

fn keyword<'a>(arguments: &[&'a str], name: &str) -> Option<&'a str> {
    arguments.iter().find_map(|argument| {
        let (key, value) = argument.split_once('=')?;
        (key.trim() == name).then(|| value.trim())
    })
}

/// Returns what stands between quotes, if the whole text is quoted.
pub(super) fn unquoted(text: &str) -> Option<&str> {
    let text = text.trim();
    let inside = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    inside.or_else(|| {
        text.strip_prefix('\'')
            .and_then(|text| text.strip_suffix('\''))
    })
}

/// Splits at commas that stand in no bracket and no quotes.
pub(super) fn arguments(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut depth, mut quote, mut start) = (0_usize, None, 0);
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), _) => quote = Some(open).filter(|open| *open != letter),
            (None, '"' | '\'') => quote = Some(letter),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                found.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(text[start..].trim());
    found.retain(|argument| !argument.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_wishes() {
        assert_eq!(mark("skip"), [What::Skip("marked `skip`".to_owned())]);
        assert_eq!(
            mark("skip(reason='slow, too')"),
            [What::Skip("slow, too".to_owned())]
        );
        assert!(
            matches!(&mark("skipif(sys.version_info < (3, 10), reason=\"x\")")[..],
            [What::Versions(versions)] if versions.text == ">=3.10")
        );
        assert!(matches!(&mark("xfail(raises=ValueError)")[..],
            [What::Raises(raises)] if raises.exception == "ValueError"));
        assert_eq!(mark("xfail"), [What::Unsupported(true)]);
        assert_eq!(
            mark("xfail(sys.version_info >= (3, 8), raises=OSError)"),
            [What::Unsupported(true)]
        );
        assert_eq!(
            mark("xfail(raises=OSError, run=False)"),
            [What::Skip("xfail(run=False)".to_owned())]
        );
        assert_eq!(
            mark("skipif(sys.version_info < (3, 8), os.name == 'nt', reason='x')"),
            [What::Unsupported(true)]
        );
        assert_eq!(mark("slow"), [What::Unsupported(false)]);
    }
}
