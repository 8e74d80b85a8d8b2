//! Facts that depend on the version, each an example of `facts.md`: `compare` must find every one.

use serde::Deserialize;
use serde_json::Value;

use crate::support::{Project, has_python};

/// The versions that the table speaks of.
const VERSIONS: [&str; 5] = ["3.9", "3.10", "3.11", "3.12", "3.13"];

#[derive(Deserialize)]
struct Table {
    fact: Vec<Fact>,
}

#[derive(Debug, Clone, Deserialize)]
struct Fact {
    name: String,
    /// Versions that behave alike, in order of the oldest of each group.
    groups: Vec<String>,
    /// What is printed last, for each group.
    prints: Vec<String>,
    /// Whether the step to each further group is `cosmetic` or in `meaning`.
    #[serde(default)]
    classes: Vec<String>,
    /// The first version that it works on, where it fails on an older one.
    first: Option<String>,
    /// The last version that it works on, where it fails on a newer one.
    last: Option<String>,
    feature: Option<String>,
}

fn number(version: &str) -> u64 {
    version.strip_prefix("3.").unwrap().parse().unwrap()
}

/// A group as it must look: versions, what is printed last, the class of the step to it.
type Group = (Vec<String>, String, Option<String>);

impl Fact {
    /// Returns the groups that are left of it where only some versions are here.
    fn groups_on(&self, here: &[&str]) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        let mut step: Option<&str> = None;
        for (index, versions) in self.groups.iter().enumerate() {
            let class = index
                .checked_sub(1)
                .map(|before| self.classes[before].as_str());
            // Over a group that is not here, a step in meaning outweighs a cosmetic one.
            step = [step, class].into_iter().flatten().max();
            let versions = versions.split(' ').filter(|one| here.contains(one));
            let versions: Vec<String> = versions.map(str::to_owned).collect();
            if !versions.is_empty() {
                let class = step.take().filter(|_| !groups.is_empty());
                groups.push((versions, self.prints[index].clone(), class.map(Into::into)));
            }
        }
        groups
    }

    fn first_on(&self, here: &[&str]) -> Option<String> {
        let first = number(self.first.as_deref()?);
        let older = here.iter().any(|one| number(one) < first);
        let found = here.iter().find(|one| number(one) >= first);
        found.filter(|_| older).map(|one| (*one).to_owned())
    }

    fn last_on(&self, here: &[&str]) -> Option<String> {
        let last = number(self.last.as_deref()?);
        let newer = here.iter().any(|one| number(one) > last);
        let found = here.iter().rfind(|one| number(one) <= last);
        found.filter(|_| newer).map(|one| (*one).to_owned())
    }

    /// Says what a comparison gets wrong.
    fn faults(&self, comparison: &Value, here: &[&str]) -> Vec<String> {
        let mut faults = Vec::new();
        let mut demand = |what: &str, found: String, expected: String| {
            if found != expected {
                faults.push(format!("{}: {what}: {found}, not {expected}", self.name));
            }
        };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let groups = comparison["groups"].as_array().unwrap().iter();
        let groups: Vec<Group> = groups.map(group).collect();
        let expected = self.groups_on(here);
        let differs = comparison["differs"] == true;
        demand("groups", format!("{groups:?}"), format!("{expected:?}"));
        demand(
            "differs",
            differs.to_string(),
            (expected.len() > 1).to_string(),
        );
        let first = text(&comparison["first_that_works"]);
        demand(
            "first that works",
            format!("{first:?}"),
            format!("{:?}", self.first_on(here)),
        );
        let last = text(&comparison["last_that_works"]);
        demand(
            "last that works",
            format!("{last:?}"),
            format!("{:?}", self.last_on(here)),
        );
        if here == VERSIONS {
            let feature = text(&comparison["feature"]);
            demand(
                "feature",
                format!("{feature:?}"),
                format!("{:?}", self.feature),
            );
        }
        faults
    }
}

/// Reads a group as `compare --format json` writes it.
fn group(group: &Value) -> Group {
    let versions = group["python"].as_array().unwrap().iter();
    let minor = |full: &Value| {
        full.as_str()
            .unwrap()
            .rsplit_once('.')
            .unwrap()
            .0
            .to_owned()
    };
    let versions: Vec<String> = versions.map(minor).collect();
    let lines = |stream: &str| group[stream].as_str().unwrap().lines().map(str::to_owned);
    let last = lines("stderr").chain(lines("stdout")).next_back();
    let mut last = last.unwrap_or_default();
    for version in &versions {
        last = last.replace(
            &format!("[PYTHON]/lib/python{version}/"),
            "[PYTHON]/lib/python3/",
        );
    }
    (versions, last, group["class"].as_str().map(str::to_owned))
}

fn facts() -> Vec<Fact> {
    toml::from_str::<Table>(include_str!("facts.toml"))
        .unwrap()
        .fact
}

#[test]
fn every_fact_that_depends_on_the_version_is_found() {
    let here: Vec<&str> = VERSIONS
        .into_iter()
        .filter(|version| has_python(version))
        .collect();
    if here.is_empty() {
        return;
    }
    let project = Project::new()
        .on(&here)
        .file("facts.md", include_str!("facts.md"));
    let ran = project.run("compare --format json").exits(0);
    let comparisons = ran.json("comparison");
    let facts = facts();
    let name = |one: &Value| {
        one["id"]
            .as_str()
            .unwrap()
            .split_once('#')
            .unwrap()
            .1
            .to_owned()
    };
    let names: Vec<String> = comparisons.iter().map(name).collect();
    let expected: Vec<&str> = facts.iter().map(|fact| fact.name.as_str()).collect();
    assert_eq!(names, expected, "guide and table name the same facts");
    let pairs = facts.iter().zip(&comparisons);
    let faults: Vec<String> = pairs
        .flat_map(|(fact, comparison)| fact.faults(comparison, &here))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_false_fact_is_noticed_and_a_missing_version_is_allowed_for() {
    let facts = facts();
    let fact = facts.iter().find(|fact| fact.name == "runner").unwrap();
    let said = |versions: &[&str], text: &str, class: Option<&str>| {
        let full: Vec<String> = versions.iter().map(|one| format!("{one}.0")).collect();
        serde_json::json!({"python": full, "stdout": text, "stderr": "", "class": class})
    };
    let fails = fact.prints[0].as_str();
    let comparison = serde_json::json!({
        "differs": true, "first_that_works": "3.12", "last_that_works": null, "feature": null,
        "groups": [said(&["3.9"], fails, None), said(&["3.12", "3.13"], "ran\n", Some("meaning"))],
    });
    let here = ["3.9", "3.12", "3.13"];
    assert_eq!(fact.faults(&comparison, &here), Vec::<String>::new());
    for (key, value) in [
        ("groups", comparison["groups"][0].clone()),
        ("first_that_works", "3.13".into()),
        ("last_that_works", "3.13".into()),
        ("differs", false.into()),
    ] {
        let mut wrong = comparison.clone();
        wrong[key] = if key == "groups" {
            vec![value].into()
        } else {
            value
        };
        assert_eq!(fact.faults(&wrong, &here).len(), 1, "{key}");
    }
    let mut cosmetic = comparison.clone();
    cosmetic["groups"][1]["class"] = "cosmetic".into();
    assert_eq!(fact.faults(&cosmetic, &here).len(), 1);
}
