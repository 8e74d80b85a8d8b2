//! One `PATH` argument: a file, a folder, `GUIDE:LINE` or `GUIDE#NAME`.

use std::path::{Path, PathBuf};

use crate::problem::Problem;
use crate::wording::nearest;

use super::Selector;
use super::path::normalise;

/// What an argument means; paths are absolute.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Argument {
    /// Every guide below it.
    Folder(PathBuf),
    /// One guide, or a part of it.
    Guide(PathBuf, Option<Selector>),
}

/// Understands an argument; a path that exists wins over the other forms.
///
/// Paths start at the current folder. What names nothing there may start at the project root, as
/// ids in reports do, so that a command from a report works in every folder of the project.
pub(super) fn argument(
    text: &str,
    current_folder: &Path,
    root: &Path,
    is_guide: &dyn Fn(&Path) -> bool,
) -> Result<Argument, Problem> {
    let found = below(text, current_folder, is_guide).or_else(|| below(text, root, is_guide));
    found.unwrap_or_else(|| Err(names_nothing(text, current_folder)))
}

/// Understands an argument as one that starts at `folder`; `None` where it names nothing there.
fn below(
    text: &str,
    folder: &Path,
    is_guide: &dyn Fn(&Path) -> bool,
) -> Option<Result<Argument, Problem>> {
    let resolve = |text: &str| normalise(&folder.join(text));
    let path = resolve(text);
    if path.is_dir() {
        return Some(Ok(Argument::Folder(path)));
    }
    if path.symlink_metadata().is_ok() {
        // `guide.md:3` may be a file's name: what stands before the colon says what kind of file.
        let named = is_guide(&path) || is_guide(&resolve(path_part(text)));
        return Some(if named {
            Ok(Argument::Guide(path, None))
        } else {
            Err(no_guide(text))
        });
    }
    let (name, selector) = parts(text, &|name| resolve(name).is_file())?;
    let path = resolve(name);
    Some(if is_guide(&path) {
        Ok(Argument::Guide(path, Some(selector)))
    } else {
        Err(no_guide(name))
    })
}

fn no_guide(name: &str) -> Problem {
    Problem::usage("not-a-guide", format!("`{name}` is no guide")).hint(
        "guides end in `.md`, `.markdown` or `.mdx`; name others in `guides` of `fencepost.toml`",
    )
}

/// Splits `GUIDE#NAME`, `GUIDE:LINE` and `GUIDE:LINE:COLUMN` where GUIDE is a file.
fn parts<'t>(text: &'t str, is_file: &dyn Fn(&str) -> bool) -> Option<(&'t str, Selector)> {
    let named = text
        .match_indices('#')
        .map(|(at, _)| (&text[..at], &text[at + 1..]))
        .find(|(name, rest)| !rest.is_empty() && is_file(name));
    if let Some((name, rest)) = named {
        return Some((name, Selector::Name(rest.to_owned())));
    }
    let (name, last) = number_after(text)?;
    if is_file(name) {
        return Some((name, Selector::Line(last)));
    }
    let (name, line) = number_after(name)?;
    is_file(name).then_some((name, Selector::Line(line)))
}

fn number_after(text: &str) -> Option<(&str, usize)> {
    let (name, digits) = text.rsplit_once(':')?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse().ok().filter(|number| plain && *number > 0)?;
    Some((name, number))
}

/// Returns the part of an argument that can be a path.
fn path_part(text: &str) -> &str {
    let text = text.split_once('#').map_or(text, |(name, _)| name);
    number_after(text).map_or(text, |(name, _)| name)
}

fn names_nothing(text: &str, current_folder: &Path) -> Problem {
    let problem = Problem::usage("no-such-path", format!("`{text}` does not exist"));
    if text.ends_with(":0") {
        return problem.hint("lines count from 1");
    }
    match nearest_path(path_part(text), current_folder) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None => problem.hint("a path is a file, a folder, `GUIDE:LINE` or `GUIDE#NAME`"),
    }
}

/// Follows a path as far as it exists and proposes the nearest name where it ends.
fn nearest_path(text: &str, current_folder: &Path) -> Option<String> {
    let mut proposal = PathBuf::new();
    let mut changed = false;
    for part in Path::new(text).components() {
        let exact = proposal.join(part);
        if current_folder.join(&exact).exists() {
            proposal = exact;
            continue;
        }
        let folder = current_folder.join(&proposal);
        let names = names_in(&folder);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        proposal.push(nearest(&part.as_os_str().to_string_lossy(), &names)?);
        changed = true;
    }
    changed.then(|| proposal.to_string_lossy().into_owned())
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
