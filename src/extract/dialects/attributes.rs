//! Attributes in info strings: what other tools ask for there.

use super::super::VersionCondition;
use super::super::attributes::Attribute;
use super::super::info::Info;
use super::comments::option_of_pytest_markdown_docs;
use super::{Dialect, Dialects, What, Wish};

/// Reads the attributes of an info string.
pub(in crate::extract) fn attribute_wishes(info: &Info, dialects: Dialects<'_>) -> Vec<Wish> {
    if info.attributes.is_empty() {
        return Vec::new();
    }
    let executes = info
        .attributes
        .iter()
        .any(|attribute| attribute.key == "exec");
    let attributes = info.attributes.iter().take(64);
    let asked = attributes.filter_map(|attribute| Some((attribute, asked(attribute, executes)?)));
    let read = asked.filter(|(_, (dialect, _))| dialects.read(*dialect));
    read.flat_map(|(attribute, (dialect, wishes))| {
        let words = words(attribute);
        let wish = move |what| Wish::new(dialect, &words, what);
        wishes.into_iter().map(wish)
    })
    .collect()
}

fn words(attribute: &Attribute) -> String {
    let value = attribute.value.iter().map(|value| format!("={value}"));
    let words = [attribute.key.clone()].into_iter().chain(value);
    words.collect()
}

fn asked(attribute: &Attribute, executes: bool) -> Option<(Dialect, Vec<What>)> {
    let Some(value) = &attribute.value else {
        return word(&attribute.key).map(|(dialect, what)| (dialect, vec![what]));
    };
    let (dialect, what) = setting(attribute, value, executes)?;
    let awaits = dialect == Dialect::PytestCodeblock;
    let wishes = [what].into_iter().chain(awaits.then_some(What::Await));
    Some((dialect, wishes.collect()))
}

fn word(word: &str) -> Option<(Dialect, What)> {
    if let Some(what) = option_of_pytest_markdown_docs(word) {
        return Some((Dialect::PytestMarkdownDocs, what));
    }
    match word {
        "ignore" | "no_run" | "norun" => Some((Dialect::Mdbook, What::Skip(word.to_owned()))),
        "should_panic" | "compile_fail" => Some((Dialect::Mdbook, What::Unsupported(true))),
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
            let status = value.parse().ok().map(What::Exit);
            let what = status.unwrap_or(What::Unsupported(false));
            Some((Dialect::Mkdocs, what))
        }
        "workdir" if executes => Some((Dialect::Mkdocs, What::Unsupported(false))),
        _ => None,
    }
}

/// `skip`, `skip - reason`, `xfail - reason`; other values change how pytest-examples compares.
fn test(value: &str) -> Option<What> {
    let (word, reason) = value.split_once(" - ").unwrap_or((value, ""));
    let reason = if reason.is_empty() { value } else { reason };
    match word.trim() {
        "skip" => Some(What::Skip(reason.trim().to_owned())),
        "false" | "no" => Some(What::Skip(format!("test=\"{value}\""))),
        "xfail" => Some(What::Unsupported(true)),
        "true" | "yes" => None,
        _ => Some(What::Unsupported(false)),
    }
}
