//! Where machines keep interpreters, and which files there look like one. Runs nothing.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Where to look, and where to remember what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// Folders of `PATH`, in order.
    pub search: Vec<PathBuf>,
    /// Folders that hold one installation each, such as pyenv's `versions`.
    pub collections: Vec<PathBuf>,
    /// Folders outside `PATH` that hold programs, such as Homebrew's.
    pub program_folders: Vec<PathBuf>,
    /// fencepost's cache folder of this user.
    pub cache: Option<PathBuf>,
    /// Variables that a probe needs: `PATH`, and `SYSTEMROOT` on Windows.
    pub variables: Vec<(OsString, OsString)>,
}

impl Places {
    /// Reads the places out of environment variables.
    #[must_use]
    pub fn from_variables(variable: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let folder = |name: &str| {
            variable(name)
                .filter(|text| !text.is_empty())
                .map(PathBuf::from)
        };
        let home = folder("HOME").or_else(|| folder("USERPROFILE"));
        let below_home = |path: &str| home.as_ref().map(|home| home.join(path));
        let data = folder("XDG_DATA_HOME").or_else(|| below_home(".local/share"));
        let below_data = |path: &str| data.as_ref().map(|data| data.join(path));
        let search: Vec<PathBuf> = variable("PATH")
            .map(|path| std::env::split_paths(&path).collect())
            .unwrap_or_default();
        let managers = [
            folder("PYENV_ROOT")
                .or_else(|| below_home(".pyenv"))
                .map(|root| root.join("versions")),
            folder("UV_PYTHON_INSTALL_DIR").or_else(|| below_data("uv/python")),
            folder("ASDF_DATA_DIR")
                .or_else(|| below_home(".asdf"))
                .map(|root| root.join("installs/python")),
            folder("MISE_DATA_DIR")
                .or_else(|| below_data("mise"))
                .map(|root| root.join("installs/python")),
            folder("LOCALAPPDATA").map(|local| local.join("Programs/Python")),
            Some(PathBuf::from(
                "/Library/Frameworks/Python.framework/Versions",
            )),
        ];
        let of_shims = search.iter().filter(|folder| is_shims(folder));
        let of_shims = of_shims.filter_map(|shims| Some(shims.parent()?.join("versions")));
        let passed_on = ["PATH", "SYSTEMROOT"].iter();
        Self {
            collections: managers.into_iter().flatten().chain(of_shims).collect(),
            program_folders: ["/opt/homebrew/bin", "/home/linuxbrew/.linuxbrew/bin"]
                .map(PathBuf::from)
                .to_vec(),
            cache: folder("XDG_CACHE_HOME")
                .or_else(|| folder("LOCALAPPDATA"))
                .or_else(|| below_home(".cache"))
                .map(|cache| cache.join("fencepost")),
            variables: passed_on
                .filter_map(|name| Some((OsString::from(name), variable(name)?)))
                .collect(),
            search,
        }
    }

    /// Returns every file that looks like an interpreter, the preferred ones first.
    pub(super) fn candidates(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for folder in self.search.iter().filter(|folder| !is_shims(folder)) {
            found.extend(programs(folder).into_iter().filter_map(outside_environment));
        }
        for installation in self.collections.iter().flat_map(|folder| entries(folder)) {
            found.extend(programs_of(&installation));
        }
        for folder in &self.program_folders {
            found.extend(programs(folder));
        }
        found
    }

    /// Returns the programs in `PATH` that stand for whatever a version manager chooses.
    pub(super) fn shims(&self) -> Vec<PathBuf> {
        let folders = self.search.iter().filter(|folder| is_shims(folder));
        folders.flat_map(|folder| programs(folder)).collect()
    }
}

/// Returns the program that a path named by the user means: itself, or that of the environment whose folder it is.
pub(super) fn program_at(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if !path.is_dir() {
        return path;
    }
    let usual = [
        "bin/python",
        "bin/python3",
        "Scripts/python.exe",
        "python.exe",
    ];
    let found = usual
        .iter()
        .map(|name| path.join(name))
        .find(|program| program.exists());
    found.unwrap_or(path)
}

/// Returns what a virtual environment in `PATH` was made from: its packages are nobody's but its owner's.
///
/// One that holds a copy of its interpreter is left out.
fn outside_environment(program: PathBuf) -> Option<PathBuf> {
    if !is_environment(&program) {
        return Some(program);
    }
    let base = program.canonicalize().ok()?;
    (!is_environment(&base)).then_some(base)
}

/// Says whether a folder is that of a virtual environment's programs.
pub(super) fn is_environment(program: &Path) -> bool {
    let folder = program.parent().and_then(Path::parent);
    folder.is_some_and(|folder| folder.join("pyvenv.cfg").is_file())
}

fn is_shims(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name == "shims")
}

/// Returns the interpreters of one installation; a virtual environment is none.
fn programs_of(installation: &Path) -> Vec<PathBuf> {
    if installation.join("pyvenv.cfg").is_file() {
        return Vec::new();
    }
    let mut found = programs(&installation.join("bin"));
    found.extend(programs(installation));
    found
}

/// Returns the files of a folder that are named like an interpreter, in the order of their names.
fn programs(folder: &Path) -> Vec<PathBuf> {
    let named = |path: &PathBuf| {
        path.file_name()
            .and_then(|name| name.to_str())
            .is_some_and(is_name)
    };
    entries(folder)
        .into_iter()
        .filter(named)
        .filter(|path| is_program(path))
        .collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// Says whether a file's name is one of an interpreter: `python`, `python3`, `python3.13t`, `pypy3.10`.
fn is_name(name: &str) -> bool {
    let name = name.strip_suffix(".exe").unwrap_or(name);
    let rest = ["python", "pypy", "graalpy"]
        .iter()
        .find_map(|stem| name.strip_prefix(stem));
    let Some(rest) = rest else {
        return false;
    };
    let suffix = rest.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    ["", "t", "d", "td", "-dbg", "-nogil"].contains(&suffix)
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    match path.metadata() {
        Ok(metadata) => metadata.is_file() && metadata.permissions().mode() & 0o111 != 0,
        Err(_) => path.is_symlink(),
    }
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    // An empty file is a shortcut to a shop, not an interpreter.
    path.extension().is_some_and(|end| end == "exe")
        && path.metadata().is_ok_and(|metadata| metadata.len() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_interpreters_are_told_from_their_tools() {
        for name in [
            "python",
            "python3",
            "python3.13t",
            "python3.12.exe",
            "python2.7",
            "pypy3.10",
            "python3.11-dbg",
        ] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "python3-config",
            "python3.12-gdb.py",
            "pythonw",
            "pip3",
            "ipython",
            "python-build",
            "pypyclient",
        ] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn places_follow_the_variables() {
        let variable = |name: &str| match name {
            "HOME" => Some("/home/me".into()),
            "PATH" => Some("/opt/tools/shims:/usr/bin".into()),
            "XDG_CACHE_HOME" => Some("/cache".into()),
            "ASDF_DATA_DIR" => Some(OsString::new()),
            _ => None,
        };
        let places = Places::from_variables(&variable);
        let has = |path: &str| places.collections.contains(&PathBuf::from(path));
        assert!(has("/home/me/.pyenv/versions") && has("/home/me/.local/share/uv/python"));
        assert!(has("/home/me/.asdf/installs/python") && has("/opt/tools/versions"));
        assert_eq!(places.cache, Some("/cache/fencepost".into()));
        assert_eq!(places.search.len(), 2);
    }
}
