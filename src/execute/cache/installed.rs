//! What is installed beside an interpreter: packages that any of its programs can import.

use std::fs;
use std::path::PathBuf;

use crate::plan::Interpreter;

/// Returns the names of everything in the folders of installed packages, in order. A package's folder
/// of metadata carries its version; of single files the size counts too.
pub(super) fn beside(interpreter: &Interpreter) -> Vec<String> {
    let mut names: Vec<String> = folders(interpreter)
        .iter()
        .flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten())
        .filter_map(|entry| {
            let name = entry.path().to_string_lossy().into_owned();
            let metadata = entry.metadata().ok()?;
            Some(if metadata.is_dir() {
                name
            } else {
                format!("{name} {}", metadata.len())
            })
        })
        .filter(|name| !name.ends_with("__pycache__"))
        .collect();
    names.sort();
    names
}

/// Returns the folders of packages that an interpreter may have, whether they are there or not.
pub(in crate::execute) fn folders(interpreter: &Interpreter) -> Vec<PathBuf> {
    let [major, minor, _] = interpreter.release;
    let suffix = match interpreter.build {
        crate::plan::Build::FreeThreaded => "t",
        crate::plan::Build::Default | crate::plan::Build::Debug => "",
    };
    let mut folders = interpreter.library_paths.clone();
    for prefix in [&interpreter.prefix, &interpreter.base_prefix] {
        folders.push(prefix.join(format!("lib/python{major}.{minor}{suffix}/site-packages")));
        folders.push(prefix.join("Lib/site-packages"));
        // Debian's.
        folders.push(prefix.join("lib/python3/dist-packages"));
        folders.push(prefix.join(format!("lib/python{major}.{minor}/dist-packages")));
        folders.push(prefix.join(format!("local/lib/python{major}.{minor}/dist-packages")));
    }
    folders.sort();
    folders.dedup();
    folders
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::execute::testing::interpreter;

    #[test]
    fn a_package_that_comes_goes_or_changes_its_version_is_seen() {
        let prefix = tempfile::tempdir().unwrap();
        let folder = prefix.path().join("lib/python3.12/site-packages");
        fs::create_dir_all(folder.join("web-1.0.dist-info")).unwrap();
        let one = interpreter(&prefix.path().join("bin/python"), 12);
        let before = beside(&one);
        assert_eq!(before.len(), 1);
        fs::create_dir(folder.join("__pycache__")).unwrap();
        assert_eq!(beside(&one), before);
        let (old, new) = (
            folder.join("web-1.0.dist-info"),
            folder.join("web-1.1.dist-info"),
        );
        fs::rename(old, new).unwrap();
        let after = beside(&one);
        assert_ne!(after, before);
        fs::write(folder.join("local.pth"), "/somewhere").unwrap();
        assert_ne!(beside(&one), after);
        assert!(beside(&interpreter(Path::new("/nowhere/bin/python"), 12)).is_empty());
    }
}
