//! Walks a folder for guides: ignore rules honoured, hidden and vendored folders left out.

use std::io;
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
    let why = match error.io_error() {
        Some(error) => cause(&io::Error::from(error.kind())),
        None => error.to_string(),
    };
    let path = place(error).unwrap_or(folder);
    Problem::finding("unreadable", format!("cannot read `{}`", path.display())).because(why)
}

/// Returns what an error is about, where it says so.
fn place(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            place(err)
        }
        _ => None,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_named_with_the_cause_in_words() {
        let denied = io::Error::new(io::ErrorKind::PermissionDenied, "IO error on docs/a: no");
        let denied = ignore::Error::WithPath {
            path: "docs/a".into(),
            err: ignore::Error::Io(denied).into(),
        };
        let problem = |error| unreadable(Path::new("docs"), &error);
        let told = problem(ignore::Error::WithDepth {
            depth: 1,
            err: denied.into(),
        });
        assert_eq!(told.message, "cannot read `docs/a`");
        assert_eq!(told.why.as_deref(), Some("permission denied"));
        let elsewhere = problem(ignore::Error::InvalidDefinition);
        assert_eq!(elsewhere.message, "cannot read `docs`");
    }
}
