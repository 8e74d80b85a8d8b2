//! Which expected file belongs to which guide.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::problem::Problem;

use super::glob::{Glob, ruling};
use super::path::relative;
use super::walk::ENDINGS;
use super::{Config, ConfigLocation, Guide};

/// Returns the expected file of a guide.
///
/// Its root is the literal prefix of the glob that takes the guide in; without configuration, the
/// folder that was given.
pub(super) fn expected_path(id: &str, path: &Path, given: &Path, config: &Config) -> PathBuf {
    let rest = if config.location == ConfigLocation::None {
        relative(path, given)
    } else {
        below_root(id, config.globs()).to_owned()
    };
    let inside = rest.trim_start_matches("../");
    config.expected_for(id).join(inside).with_extension("toml")
}

/// Returns the root of a guide that was named itself, where no configuration says which it is.
///
/// That is the folder that was given when it was recorded, which shows by the expected file that is
/// there; otherwise the folder that it stands in.
pub(super) fn root_of_file(id: &str, path: &Path, config: &Config) -> PathBuf {
    let parent = path.parent().unwrap_or(path);
    let folders: Vec<&Path> = parent
        .ancestors()
        .take_while(|folder| folder.starts_with(&config.root))
        .collect();
    let recorded = |folder: &&&Path| expected_path(id, path, folder, config).is_file();
    let root = folders.iter().rev().find(recorded);
    root.map_or(parent, |folder| folder).to_owned()
}

/// Returns the part of an id below the root that its glob gives it.
fn below_root<'i>(id: &'i str, globs: &[Glob]) -> &'i str {
    let root = ruling(globs, id).map_or("", |glob| glob.root_of(id));
    let rest = id.strip_prefix(root).unwrap_or(id);
    rest.trim_start_matches('/')
}

/// Returns a problem for each expected file that two guides would share.
///
/// Looks beside the guides found too, so that checking them one at a time hides nothing.
pub(super) fn shared_files(guides: &[Guide], config: &Config) -> Vec<Problem> {
    let mut owners: BTreeMap<&Path, Vec<String>> = BTreeMap::new();
    for guide in guides {
        let ids = owners.entry(&guide.expected_path).or_default();
        ids.push(guide.id.clone());
        ids.extend(rivals(guide, config));
        ids.sort();
        ids.dedup();
    }
    let shared = owners.iter().filter(|(_, ids)| ids.len() > 1);
    shared
        .map(|(path, ids)| shared_file(path, ids, config))
        .collect()
}

/// Returns ids of other files on the disk that would have the same expected file.
fn rivals(guide: &Guide, config: &Config) -> Vec<String> {
    if config.location == ConfigLocation::None {
        return Vec::new();
    }
    let stem = Path::new(below_root(&guide.id, config.globs())).with_extension("");
    let stem = stem.to_string_lossy().into_owned();
    let mut roots: Vec<&str> = config
        .globs()
        .iter()
        .map(|glob| glob.prefix.as_str())
        .collect();
    roots.push(ruling(config.globs(), &guide.id).map_or("", |glob| glob.root_of(&guide.id)));
    let mut found = Vec::new();
    for root in roots {
        for ending in ENDINGS {
            let id = format!("{root}/{stem}.{ending}");
            let id = id.trim_start_matches('/').to_owned();
            let path = config.root.join(&id);
            let taken = config.globs().is_empty() || ruling(config.globs(), &id).is_some();
            let given = Path::new("");
            if taken
                && path.is_file()
                && expected_path(&id, &path, given, config) == guide.expected_path
            {
                found.push(id);
            }
        }
    }
    found
}

fn shared_file(path: &Path, ids: &[String], config: &Config) -> Problem {
    let file = relative(path, &config.root);
    let message = format!(
        "{} would share the expected file `{file}`",
        crate::wording::ticked(ids)
    );
    let problem = Problem::usage("shared-expected-file", message).hint(
        "an expected file is named after what follows the literal prefix of the glob: \
         rename one guide, or let one glob take in both folders",
    );
    match config.file_name() {
        Some(name) => problem.in_file(name),
        None => problem,
    }
}
