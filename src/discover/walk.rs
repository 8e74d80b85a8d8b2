//! Walks a folder for guides: ignore rules honoured, hidden and vendored folders left out.

use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use crate::problem::{Problem, Severity};
use crate::wording::cause;

/// Folders of other people's code.
const VENDORED: [&str; 5] = [
    "node_modules",
    "bower_components",
    "site-packages",
    "__pycache__",
    "__pypackages__",
];

/// Files by which a folder is known to hold nothing that a person wrote.
const MARKERS: [&str; 3] = ["pyvenv.cfg", "CACHEDIR.TAG", "fencepost-map.json"];

/// What a walk found, in the order of paths.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// Files with a guide's extension.
    pub(super) files: Vec<PathBuf>,
    /// Folders that cannot be read, links to folders that were not followed.
    pub(super) problems: Vec<Problem>,
}

/// How the names of guides end.
pub(super) const ENDINGS: [&str; 3] = ["md", "markdown", "mdx"];

/// Says whether a path ends as guides do.
pub(super) fn is_guide(path: &Path) -> bool {
    path.extension()
        .is_some_and(|end| ENDINGS.iter().any(|known| end.eq_ignore_ascii_case(known)))
}

/// Walks `folder` for files that `wanted` takes.
///
/// Links to files are read; links to folders are not followed, so that no loop can arise.
pub(super) fn walk(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> Walked {
    let mut walked = Walked::default();
    let entries = WalkBuilder::new(folder)
        .require_git(false)
        .git_global(false)
        .filter_entry(|entry| entry.depth() == 0 || !is_vendored(entry))
        .build();
    for entry in entries {
        match entry {
            Ok(entry) => sort_in(&entry, wanted, &mut walked),
            Err(error) => walked.problems.push(unreadable(folder, &error)),
        }
    }
    walked.files.sort();
    walked
}

fn sort_in(entry: &DirEntry, wanted: &dyn Fn(&Path) -> bool, walked: &mut Walked) {
    let path = entry.path();
    let kind = entry.file_type();
    let leads_to_folder = entry.path_is_symlink() && path.is_dir();
    if leads_to_folder && entry.depth() > 0 {
        walked.problems.push(not_followed(path));
    } else if wanted(path) && !path.is_dir() && kind.is_some_and(|kind| !kind.is_dir()) {
        walked.files.push(path.to_owned());
    }
}

/// Says whether a folder holds other people's code, a cache, or what `extract` wrote.
fn is_vendored(entry: &DirEntry) -> bool {
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    let name = entry.file_name().to_string_lossy();
    is_folder
        && (VENDORED.contains(&name.as_ref())
            || MARKERS.iter().any(|name| entry.path().join(name).is_file()))
}

fn unreadable(folder: &Path, error: &ignore::Error) -> Problem {
    let why = error.io_error().map_or_else(|| error.to_string(), cause);
    let message = format!("cannot read everything below `{}`", folder.display());
    Problem::finding("unreadable", message).because(why)
}

fn not_followed(path: &Path) -> Problem {
    let message = format!(
        "`{}` links to a folder and was not followed",
        path.display()
    );
    Problem::finding("link-not-followed", message)
        .severity(Severity::Advice)
        .hint("name it as a path of its own to check what is behind it")
}
