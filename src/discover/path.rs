//! Paths as ids: relative to the project root, with `/`, without looking at the disk more than needed.

use std::path::{Component, Path, PathBuf};

/// Removes `.` and resolves `..` by text alone.
pub(super) fn normalise(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if result.file_name().is_some() => {
                result.pop();
            }
            Component::ParentDir if result.has_root() => {}
            Component::Prefix(_)
            | Component::RootDir
            | Component::ParentDir
            | Component::Normal(_) => result.push(part),
        }
    }
    result
}

/// Returns `path` relative to `root` with `/`; both are absolute. Outside it begins with `../`.
#[must_use]
pub fn relative(path: &Path, root: &Path) -> String {
    let path = &normalise(path);
    if let Ok(inside) = path.strip_prefix(root) {
        return slashed(inside);
    }
    if let (Ok(real), Ok(real_root)) = (path.canonicalize(), root.canonicalize())
        && let Ok(inside) = real.strip_prefix(real_root)
    {
        return slashed(inside);
    }
    let shared = path.components().zip(root.components());
    let shared = shared.take_while(|(left, right)| left == right).count();
    let up = root.components().count() - shared;
    let down: PathBuf = path.components().skip(shared).collect();
    format!("{}{}", "../".repeat(up), slashed(&down))
}

fn slashed(path: &Path) -> String {
    let parts = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_resolved_by_text() {
        for (path, clean) in [
            ("/a/./b/../c", "/a/c"),
            ("/../a", "/a"),
            ("a/../..", ".."),
            ("/a/b/", "/a/b"),
        ] {
            assert_eq!(normalise(Path::new(path)), Path::new(clean), "{path}");
        }
    }

    #[test]
    fn ids_are_relative_to_the_root() {
        for (path, root, id) in [
            ("/r/a/b.md", "/r", "a/b.md"),
            ("/r/b.md", "/r/a", "../b.md"),
            ("/x/b.md", "/r/a", "../../x/b.md"),
        ] {
            assert_eq!(relative(Path::new(path), Path::new(root)), id, "{path}");
        }
    }
}
