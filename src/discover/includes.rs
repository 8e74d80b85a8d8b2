//! Files that a guide's blocks include instead of holding code, found inside the repository.

use std::path::{Path, PathBuf};

use super::Guide;

/// No included file is larger than this.
const LARGEST: u64 = 4 << 20;

/// Returns the text of the file that `guide` includes as `path`, if the repository has it.
///
/// Tools disagree on what such a path is relative to, so every folder from the guide's own up to the
/// repository's is tried, nearest first. Nothing outside the repository is read.
#[must_use]
pub fn included_text(guide: &Guide, path: &str) -> Option<String> {
    let top = repository(guide)?;
    let relative = path.trim_start_matches(['@', '/']);
    let folders = guide.path.ancestors().skip(1);
    let inside = folders.take_while(|folder| folder.starts_with(&top));
    inside
        .map(|folder| folder.join(relative))
        .find_map(|file| text_inside(&file, &top))
}

/// Returns the folder that holds `.git`, or else the project's.
fn repository(guide: &Guide) -> Option<PathBuf> {
    let mut folders = guide.path.ancestors().skip(1);
    if let Some(top) = folders.find(|folder| folder.join(".git").exists()) {
        return Some(top.to_owned());
    }
    let depth = Path::new(&guide.id).components().count();
    guide.path.ancestors().nth(depth).map(Path::to_owned)
}

fn text_inside(file: &Path, top: &Path) -> Option<String> {
    let real = file.canonicalize().ok()?;
    let metadata = real.metadata().ok()?;
    let readable = metadata.is_file() && metadata.len() <= LARGEST;
    if !readable || !real.starts_with(top.canonicalize().ok()?) {
        return None;
    }
    std::fs::read_to_string(real).ok()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use super::*;
    use crate::discover::Settings;

    fn guide(root: &Path) -> Guide {
        Guide {
            id: "docs/en/g.md".to_owned(),
            path: root.join("docs/en/g.md"),
            text: Arc::from(""),
            expected_path: PathBuf::new(),
            settings: Arc::new(Settings::default()),
            selectors: Vec::new(),
        }
    }

    #[test]
    fn an_included_file_is_found_inside_the_repository_only() {
        let outside = tempfile::tempdir().unwrap();
        let root = outside.path().join("root");
        fs::create_dir_all(root.join("docs/en")).unwrap();
        fs::create_dir_all(root.join("src")).unwrap();
        fs::write(root.join("src/a.py"), "1\n").unwrap();
        fs::write(outside.path().join("secret.py"), "2\n").unwrap();
        let guide = guide(&root);
        let found = |path: &str| included_text(&guide, path);
        assert_eq!(found("../../src/a.py").as_deref(), Some("1\n"));
        assert_eq!(found("src/a.py").as_deref(), Some("1\n"));
        assert_eq!(found("../src/a.py").as_deref(), Some("1\n"));
        assert_eq!(found("src"), None);
        assert_eq!(found("../../../secret.py"), None);
        assert_eq!(found("../secret.py"), None);
    }
}
