//! Attributes in info strings: what other tools ask for there.

use super::super::VersionCondition;
use super::super::attributes::Attribute;
use super::super::info::Info;
use super::comments::option_of_pytest_markdown_docs;
use super::{Dialect, Dialects, What, Wish};

/// Reads the attributes of an info string.
pub(in crate::extract) fn attribute_wishes(info: &Info, dialects: Dialects<'_>) -> Vec<Wish> {
    let executes = info
        .attributes
        .iter()
        .any(|attribute| attribute.key == "exec");
    let wishes = info.attributes.iter().take(64).filter_map(|attribute| {
        let (dialect, what) = match &attribute.value {
            None => word(&attribute.key)?,
            Some(value) => setting(attribute, value, executes)?,
        };
        let words: String = match &attribute.value {
            None => attribute.key.chars().take(60).collect(),
            Some(value) => format!("{}={value}", attribute.key)
                .chars()
                .take(60)
                .collect(),
        };
        dialects.read(dialect).then_some(Wish {
            dialect,
            words,
            what,
        })
    });
    wishes.collect()
}

fn word(word: &str) -> Option<(Dialect, What)> {
    if let Some(what) = option_of_pytest_markdown_docs(word) {
        return Some((Dialect::PytestMarkdownDocs, what));
    }
    match word {
        "ignore" | "no_run" | "norun" => Some((Dialect::Mdbook, What::Skip(word.to_owned()))),
        "should_panic" => Some((Dialect::Mdbook, What::Unsupported(true))),
        _ => None,
    }
}

fn setting(attribute: &Attribute, value: &str, executes: bool) -> Option<(Dialect, What)> {
    let pydantic = |what| Some((Dialect::PytestExamples, what));
    let ours = attribute.braced;
    match attribute.key.as_str() {
        "test" => test(value).and_then(pydantic),
        "requires" => {
            let versions = VersionCondition::parse(&format!(">={value}"));
            pydantic(versions.map_or(What::Unsupported(false), What::Versions))
        }
        "group" if !ours => Some((Dialect::Doccmd, What::Group(value.to_owned()))),
        "name" if !ours => Some((Dialect::PytestCodeblock, What::Group(value.to_owned()))),
        "session" if executes => Some((Dialect::Mkdocs, What::Group(value.to_owned()))),
        "returncode" => {
            let status = value.parse().ok()?;
            Some((Dialect::Mkdocs, What::Exit(status)))
        }
        "workdir" if executes => Some((Dialect::Mkdocs, What::Unsupported(false))),
        _ => None,
    }
}

/// `skip`, `skip - reason`, `xfail - reason`; other values only change how pytest-examples checks.
fn test(value: &str) -> Option<What> {
    let (word, reason) = value.split_once(" - ").unwrap_or((value, ""));
    let reason = if reason.is_empty() { value } else { reason };
    match word.trim() {
        "skip" => Some(What::Skip(reason.trim().to_owned())),
        "false" | "no" => Some(What::Skip(format!("test=\"{value}\""))),
        "xfail" => Some(What::Unsupported(true)),
        "no-print-intercept" => Some(What::Unsupported(false)),
        _ => None,
    }
}
