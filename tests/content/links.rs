//! Links: internal ones lead somewhere, external ones to sources that last.

use super::guide::{Guide, anchor, folder};
use super::{assert_none, guides};

/// Guides that are planned and not written yet; a link to them is no fault. Empty when all are there.
const PLANNED: [&str; 15] = [
    "python-core/06-tooling-testing.md",
    "python-core/07-type-system.md",
    "python-core/08-fastapi-web.md",
    "python-core/09-databases-orm.md",
    "python-core/10-performance-profiling.md",
    "python-core/11-packaging-deployment.md",
    "python-core/12-metaprogramming.md",
    "interview-pack/memory_async.md",
    "interview-pack/python_core_interview_guide.md",
    "interview-pack/junior_python_dev_interview_prep.md",
    "interview-pack/async_interview_guide.md",
    "interview-pack/memory_threading_interview_guide.md",
    "interview-pack/rest_api_interview_guide.md",
    "interview-pack/interview_cheat_sheet.md",
    "interview-pack/interview_questions_answers.md",
];

const HOSTS: [&str; 6] = [
    "https://docs.python.org/",
    "https://peps.python.org/",
    "https://github.com/python/cpython",
    "https://www.python.org/",
    "https://packaging.python.org/",
    "https://devguide.python.org/",
];

/// Returns the link targets of a guide's prose, with their lines.
fn links(guide: &Guide) -> Vec<(usize, String)> {
    let mut links = Vec::new();
    for (line, text) in guide
        .lines
        .iter()
        .enumerate()
        .filter(|(line, _)| !guide.in_fence(*line))
    {
        for rest in text.split("](").skip(1) {
            links.push((line, target(rest)));
        }
    }
    links
}

/// Returns what stands before the closing bracket, brackets inside counted.
fn target(rest: &str) -> String {
    let mut depth = 0;
    let end = rest.find(|character| {
        depth += i32::from(character == '(') - i32::from(character == ')');
        depth < 0
    });
    rest[..end.unwrap_or(rest.len())].to_owned()
}

fn faults(guide: &Guide, all: &[Guide]) -> Vec<String> {
    links(guide)
        .into_iter()
        .filter_map(|(line, link)| Some(guide.fault(line, &fault(guide, all, &link)?)))
        .collect()
}

fn fault(guide: &Guide, all: &[Guide], link: &str) -> Option<String> {
    if link.starts_with("http") {
        let plain = !link.contains([' ', '<', '>']);
        return (!plain || !HOSTS.iter().any(|host| link.starts_with(host)))
            .then(|| format!("`{link}`: host or form"));
    }
    let (file, anchor_wanted) = link.split_once('#').unwrap_or((link, ""));
    let name = resolve(&guide.name, file);
    if PLANNED.contains(&name.as_str()) {
        return None;
    }
    let Some(other) = all.iter().find(|other| other.name == name) else {
        return (!folder().join(&name).exists()).then(|| format!("`{link}` leads nowhere"));
    };
    let found = anchor_wanted.is_empty()
        || other
            .headings
            .iter()
            .any(|heading| anchor(&heading.text) == anchor_wanted);
    (!found).then(|| format!("`{link}`: no such heading"))
}

/// Returns a link's file relative to `content/`.
fn resolve(from: &str, file: &str) -> String {
    if file.is_empty() {
        return from.to_owned();
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in file.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            other => parts.push(other),
        }
    }
    parts.join("/")
}

#[test]
fn links_lead_to_guides_headings_and_known_sources() {
    let all = guides();
    assert_none(
        &all.iter()
            .flat_map(|guide| faults(guide, &all))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn a_link_to_nowhere_is_noticed() {
    let guide = Guide::parse(
        "python-core/00-x.md",
        "# T\n[a](#нет) [b](99-none.md) [c](https://example.org/) [d](#t)\n",
    );
    assert_eq!(faults(&guide, std::slice::from_ref(&guide)).len(), 3);
}

#[test]
fn planned_guides_are_not_there_yet() {
    let there: Vec<String> = PLANNED
        .iter()
        .filter(|name| folder().join(name).exists())
        .map(ToString::to_string)
        .collect();
    assert!(
        there.is_empty(),
        "take these off the list, they are written: {there:?}"
    );
}
