//! Which environments a project has: those of its configuration and those of script metadata.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::discover::{Config, EnvironmentRule};
use crate::extract::Document;
use crate::plan::interpreter::Spec;
use crate::problem::Problem;
use crate::wording::cause;

use super::{Environment, script_metadata};

/// The oldest version that fencepost runs: what is locked for where nothing narrower is said.
const LOWEST: [u64; 2] = [3, 8];

/// The newest minor version that a comparison is tried on.
const HIGHEST_MINOR: u64 = 60;

/// Returns every environment of a project in the order of names.
///
/// # Errors
///
/// Requirements files that cannot be read, as usage problems.
pub fn environments(
    config: &Config,
    documents: &[Document],
) -> Result<Vec<Environment>, Vec<Problem>> {
    let mut rules: BTreeMap<String, EnvironmentRule> = config.environments.clone();
    for code in documents.iter().flat_map(codes) {
        let Some(Ok(metadata)) = script_metadata(code) else {
            continue;
        };
        let rule = EnvironmentRule {
            requires: metadata.dependencies.clone(),
            ..EnvironmentRule::default()
        };
        rules.extend(metadata.environment().map(|name| (name, rule)));
    }
    let made = rules
        .iter()
        .map(|(name, rule)| environment(name, rule, config));
    let (mut environments, mut problems) = (Vec::new(), Vec::new());
    for one in made {
        match one {
            Ok(environment) => environments.push(environment),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(environments)
    } else {
        Err(problems)
    }
}

fn codes(document: &Document) -> impl Iterator<Item = &str> {
    let blocks = document.examples.iter().flat_map(|example| &example.blocks);
    blocks.map(|block| block.code.as_str())
}

fn environment(
    name: &str,
    rule: &EnvironmentRule,
    config: &Config,
) -> Result<Environment, Problem> {
    let files: Vec<PathBuf> = rule
        .requirements
        .iter()
        .map(|file| config.root.join(file))
        .collect();
    let mut hasher = blake3::Hasher::new();
    let mut add = |text: &str| {
        hasher.update(text.as_bytes());
        hasher.update(b"\0");
    };
    let lowest = lowest(rule, config);
    add(&format!("{}.{}", lowest[0], lowest[1]));
    rule.requires.iter().for_each(|line| add(line));
    for file in &files {
        let text = read_with_nested(file, 0).map_err(|error| {
            let message = format!(
                "environment `{name}`: cannot read the requirements file `{}`",
                file.display()
            );
            Problem::usage("unreadable-requirements", message).because(cause(&error))
        })?;
        add(&text);
    }
    Ok(Environment {
        name: name.to_owned(),
        requires: rule.requires.clone(),
        files,
        lowest,
        inputs: hasher.finalize().to_hex()[..16].to_owned(),
        lock_path: config.root.join(format!("fencepost.{name}.lock")),
    })
}

/// Reads a requirements file with those that it includes; circles end at a depth that nobody needs.
fn read_with_nested(file: &Path, depth: usize) -> std::io::Result<String> {
    const DEEPEST: usize = 8;
    let text = std::fs::read_to_string(file)?.replace("\r\n", "\n");
    let mut all = text.clone();
    for line in text.lines().filter(|_| depth < DEEPEST) {
        let included = ["-r ", "-c ", "--requirement ", "--constraint "]
            .iter()
            .find_map(|option| line.trim().strip_prefix(option));
        if let (Some(included), Some(folder)) = (included, file.parent()) {
            all.push_str(&read_with_nested(&folder.join(included.trim()), depth + 1)?);
        }
    }
    Ok(all)
}

/// Returns the oldest minor version that the environment, or else the whole configuration, names.
fn lowest(rule: &EnvironmentRule, config: &Config) -> [u64; 2] {
    let own = [rule.python.as_slice()];
    let all = config.python_specs();
    let lists = if rule.python.is_empty() {
        all.as_slice()
    } else {
        &own
    };
    let lowest = lists.iter().map(|specs| lowest_of(specs)).min();
    lowest.unwrap_or(LOWEST)
}

/// Returns the oldest minor version that any of the specs allows.
fn lowest_of(specs: &[String]) -> [u64; 2] {
    let parsed = specs.iter().map(|text| Spec::parse(text).ok());
    let each = parsed.map(|spec| spec.as_ref().and_then(lowest_of_spec).unwrap_or(LOWEST));
    each.min().unwrap_or(LOWEST).max(LOWEST)
}

fn lowest_of_spec(spec: &Spec) -> Option<[u64; 2]> {
    match spec {
        Spec::Version { numbers, .. } => Some([*numbers.first()?, *numbers.get(1)?]),
        Spec::Range { from, .. } => Some(*from),
        Spec::Comparison(text) => {
            let specifiers: pep440_rs::VersionSpecifiers = text.parse().ok()?;
            let allows = |minor: &u64| {
                let patches = [0, 1, 99].map(|patch| pep440_rs::Version::new([3, *minor, patch]));
                patches.iter().any(|version| specifiers.contains(version))
            };
            (LOWEST[1]..HIGHEST_MINOR)
                .find(allows)
                .map(|minor| [3, minor])
        }
        Spec::Path(_) | Spec::All | Spec::Newest => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(specs: &[&str], lowest: [u64; 2]) {
        let specs: Vec<String> = specs.iter().map(|spec| (*spec).to_owned()).collect();
        assert_eq!(lowest_of(&specs), lowest, "{specs:?}");
    }

    #[test]
    fn the_lowest_version_is_that_of_the_widest_spec() {
        case(&[], [3, 8]);
        case(&["all"], [3, 8]);
        case(&["3.10..3.13"], [3, 10]);
        case(&["3.12.1", "3.11"], [3, 11]);
        case(&[">=3.11"], [3, 11]);
        case(&[">3.11.4,<3.14"], [3, 11]);
        case(&["3.12", "newest"], [3, 8]);
        case(&["3.7"], [3, 8]);
    }
}
