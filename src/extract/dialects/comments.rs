//! Comments above fences: which tool speaks, and what it asks for.

use super::super::VersionCondition;
use super::marks::{arguments, mark, reason, skip_if};
use super::options::{EXACTLY, WITHOUT_BLANKS, on};
use super::{Dialect, Dialects, What, Wish};

/// Reads the text of a comment, of whatever kind: HTML, MDX or `MyST`.
pub(in crate::extract) fn comment_wishes(text: &str, dialects: Dialects<'_>) -> Vec<Wish> {
    let text = text.trim_matches('-').trim();
    let text = text.strip_prefix(';').unwrap_or(text).trim();
    if text.len() > 4096 {
        return Vec::new();
    }
    let read = [
        (
            Dialect::Phmdoctest,
            phmdoctest as fn(&str) -> Option<Vec<What>>,
        ),
        (Dialect::PytestCodeblocks, pytest_codeblocks),
        (Dialect::Doccmd, doccmd),
        (Dialect::Sybil, sybil),
        (Dialect::PytestMarkdownDocs, pytest_markdown_docs),
        (Dialect::PytestCodeblock, pytest_codeblock),
        (Dialect::MarkdownPytest, markdown_pytest),
    ];
    for (dialect, read) in read {
        if let Some(wishes) = read(text).filter(|_| dialects.read(dialect)) {
            let words = text.lines().next().unwrap_or_default();
            let wish = |what| Wish::new(dialect, words, what);
            return wishes.into_iter().map(wish).collect();
        }
    }
    Vec::new()
}

/// Returns the language of the code that a comment hides, for `invisible-code-block: python`.
pub(in crate::extract) fn invisible_language<'a>(
    text: &'a str,
    dialects: Dialects<'_>,
) -> Option<&'a str> {
    let first = text.trim_start_matches('-').trim_start().lines().next()?;
    let first = first.strip_prefix(';').unwrap_or(first).trim();
    let (directive, language) = first.split_once(':')?;
    let known = matches!(
        directive,
        "invisible-code-block" | "invisible-code" | "code-block" | "code"
    );
    (known && dialects.read(Dialect::Sybil)).then(|| language.trim())
}

fn phmdoctest(text: &str) -> Option<Vec<What>> {
    let word = text.strip_prefix("phmdoctest-")?;
    if let Some(label) = word.strip_prefix("label ") {
        return Some(vec![What::Name(label.trim().to_owned())]);
    }
    if let Some(minor) = word.strip_prefix("mark.skipif<3.") {
        let runs = VersionCondition::parse(&format!(">=3.{}", minor.trim()));
        return Some(vec![runs.map_or(What::Unsupported(true), What::Versions)]);
    }
    if let Some(name) = word.strip_prefix("mark.") {
        return Some(mark(name));
    }
    Some(match word.trim() {
        "skip" => vec![What::Skip("phmdoctest-skip".to_owned())],
        "setup" | "share-names" => vec![What::Share],
        "teardown" | "clear-names" => vec![What::Unshare],
        _ => vec![What::Unsupported(false)],
    })
}

fn pytest_codeblocks(text: &str) -> Option<Vec<What>> {
    if let Some(name) = text.strip_prefix("pytest.mark.") {
        return Some(mark(name));
    }
    let word = text.strip_prefix("pytest-codeblocks:")?.trim();
    Some(match word {
        "cont" => vec![What::Join],
        "skip" => vec![What::Skip("pytest-codeblocks:skip".to_owned())],
        "skipfile" => vec![What::SkipFrom("pytest-codeblocks:skipfile".to_owned())],
        "expected-output" => vec![What::Output(on(&EXACTLY))],
        "expected-output-ignore-whitespace" => vec![What::Output(on(&[WITHOUT_BLANKS]))],
        "expect-error" | "expect-exception" => vec![What::Unsupported(true)],
        _ if word.starts_with("skipif(") => mark(word),
        _ => vec![What::Unsupported(false)],
    })
}

/// `skip doccmd[all]: next`; markers of single tools say nothing to us.
fn doccmd(text: &str) -> Option<Vec<What>> {
    let (head, action) = text.split_once(':')?;
    let action = action.trim();
    let wishes = match (head.trim(), action) {
        ("skip doccmd[all]", "next") => vec![What::Skip("skip doccmd[all]".to_owned())],
        ("skip doccmd[all]", "start") => vec![What::SkipFrom("skip doccmd[all]".to_owned())],
        ("skip doccmd[all]", "end") => vec![What::SkipEnd],
        ("group doccmd[all]", "start") => vec![What::GroupFrom("doccmd".to_owned())],
        ("group doccmd[all]", "end") => vec![What::GroupEnd],
        _ => return None,
    };
    Some(wishes)
}

fn sybil(text: &str) -> Option<Vec<What>> {
    if text.trim_end_matches(':') == "clear-namespace" {
        return Some(vec![What::Clear]);
    }
    let rest = text.strip_prefix("skip:")?.trim();
    let (action, condition) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let condition = condition.trim();
    if action == "end" {
        return Some(vec![What::SkipEnd]);
    }
    if !matches!(action, "next" | "start") {
        return None;
    }
    let when = condition.strip_prefix("if").map(str::trim_start);
    let wishes = match when.and_then(|call| call.strip_prefix('(')) {
        Some(call) => skip_if(&arguments(call.strip_suffix(')').unwrap_or(call))),
        None => vec![What::Skip(
            reason(&[condition]).unwrap_or("skip").to_owned(),
        )],
    };
    if action == "next" {
        return Some(wishes);
    }
    Some(wishes.into_iter().flat_map(lasting).collect())
}

/// Makes a wish about the next block one about all that follow.
fn lasting(wish: What) -> Vec<What> {
    match wish {
        What::Skip(reason) => vec![What::SkipFrom(reason)],
        What::Versions(versions) => vec![What::VersionsFrom(versions)],
        // Nobody knows whether they run: none does, and the first one is told of.
        What::Unsupported(true) => {
            let reason = "under a condition that is not supported".to_owned();
            vec![What::SkipFrom(reason), What::Unsupported(true)]
        }
        other => vec![other],
    }
}

/// `pmd-metadata: notest fixture:capsys`, as MDX has it.
fn pytest_markdown_docs(text: &str) -> Option<Vec<What>> {
    let words = text.strip_prefix("pmd-metadata:")?.split_whitespace();
    Some(words.filter_map(option_of_pytest_markdown_docs).collect())
}

/// Reads one of the words that pytest-markdown-docs knows.
pub(super) fn option_of_pytest_markdown_docs(word: &str) -> Option<What> {
    match word {
        "notest" => Some(What::Skip("notest".to_owned())),
        "continuation" => Some(What::Join),
        _ if word.starts_with("fixture:") => Some(What::Unsupported(true)),
        _ if word.starts_with("retry:") || word.starts_with("runner:") => {
            Some(What::Unsupported(false))
        }
        _ => None,
    }
}

/// `continue: test_x`, `pytestmark: xfail`, `pytestfixture: tmp_path`.
fn pytest_codeblock(text: &str) -> Option<Vec<What>> {
    let (key, value) = text.split_once(':')?;
    match key.trim() {
        "continue" => Some(vec![What::Group(value.trim().to_owned()), What::Await]),
        "codeblock-name" => Some(named(value.trim())),
        // Its block holds tests and fixtures, which only pytest can collect.
        "pytestmark" if value.trim() == "pytestrun" => Some(vec![What::Unsupported(true)]),
        "pytestmark" => Some(mark(value)),
        "pytestfixture" => Some(vec![What::Unsupported(true)]),
        _ => None,
    }
}

/// A name by which pytest-codeblock knows a block, and tests it where it is one of a test.
pub(super) fn named(name: &str) -> Vec<What> {
    let mut wishes = vec![What::Group(name.to_owned()), What::Await];
    wishes.extend(name.starts_with("test_").then_some(What::Test));
    wishes
}

/// `name: test_x; case: a; fixtures: tmp_path; mark: skip; subprocess: true`.
fn markdown_pytest(text: &str) -> Option<Vec<What>> {
    let fields = text
        .split("```")
        .next()?
        .split(';')
        .filter_map(|field| field.split_once(':'));
    let fields: Vec<(&str, &str)> = fields
        .map(|(key, value)| (key.trim(), value.trim()))
        .collect();
    let (_, name) = fields.iter().find(|(key, _)| *key == "name")?;
    let (awaits, name) = match name.strip_prefix("async ") {
        Some(name) => (true, name.trim()),
        None => (false, *name),
    };
    if name.is_empty() || name.contains(char::is_whitespace) {
        return None;
    }
    let mut wishes = vec![What::Group(name.to_owned())];
    wishes.extend(name.starts_with("test").then_some(What::Test));
    wishes.extend(awaits.then_some(What::Await));
    for (key, value) in &fields {
        match *key {
            "fixtures" => wishes.push(What::Unsupported(true)),
            "mark" => wishes.extend(arguments(value).into_iter().flat_map(mark)),
            // Blocks run in processes of their own, and prompts as such; cases are blocks of one test.
            "name" | "case" | "subprocess" | "repl" => {}
            _ => wishes.push(What::Unsupported(false)),
        }
    }
    Some(wishes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, expected: &[What]) {
        let wishes = comment_wishes(text, Dialects::new(None));
        let wishes: Vec<What> = wishes.into_iter().map(|wish| wish.what).collect();
        assert_eq!(wishes, expected, "{text}");
    }

    fn skip(reason: &str) -> What {
        What::Skip(reason.to_owned())
    }

    #[test]
    fn each_tool_is_understood_by_its_comments() {
        case("phmdoctest-skip", &[skip("phmdoctest-skip")]);
        case(
            "phmdoctest-label my text",
            &[What::Name("my text".to_owned())],
        );
        case("pytest-codeblocks:cont", &[What::Join]);
        case("pytest.mark.skip", &[skip("marked `skip`")]);
        case(" skip: next \"why\" ", &[skip("why")]);
        case("- skip doccmd[all]: next -", &[skip("skip doccmd[all]")]);
        case("skip doccmd[mypy]: next", &[]);
        case("clear-namespace", &[What::Clear]);
        case("pmd-metadata: notest", &[skip("notest")]);
        let group = What::Group("test_x".to_owned());
        case("continue: test_x", &[group.clone(), What::Await]);
        let tested = [group.clone(), What::Await, What::Test];
        case("codeblock-name: test_x", &tested);
        case(
            "codeblock-name: x",
            &[What::Group("x".to_owned()), What::Await],
        );
        case("pytestmark: pytestrun", &[What::Unsupported(true)]);
        case("name: async test_x", &[group, What::Test, What::Await]);
        case(
            "name: test_x; mark: skip",
            &[
                What::Group("test_x".to_owned()),
                What::Test,
                skip("marked `skip`"),
            ],
        );
        case(
            "name: test_x; case: a; subprocess: true; timeout: 3",
            &[
                What::Group("test_x".to_owned()),
                What::Test,
                What::Unsupported(false),
            ],
        );
        case("a name: of something else", &[]);
        case("Just prose.", &[]);
    }

    #[test]
    fn a_dialect_that_is_not_read_says_nothing() {
        let names = ["sybil".to_owned()];
        let dialects = Dialects::new(Some(&names));
        assert!(comment_wishes("phmdoctest-skip", dialects).is_empty());
        assert_eq!(comment_wishes("skip: next", dialects).len(), 1);
    }
}
