//! Where machines keep interpreters, and which files there look like one. Runs nothing.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Where to look, and where to remember what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// Folders of `PATH`, in order.
    pub search: Vec<PathBuf>,
    /// Folders that hold one installation each, such as pyenv's `versions`.
    pub collections: Vec<Collection>,
    /// Folders outside `PATH` that hold programs, such as Homebrew's.
    pub program_folders: Vec<PathBuf>,
    /// fencepost's cache folder of this user.
    pub cache: Option<PathBuf>,
    /// Variables that a probe needs: `PATH`, and `SYSTEMROOT` on Windows.
    pub variables: Vec<(OsString, OsString)>,
}

/// A folder whose folders are one installation each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// The folder.
    pub folder: PathBuf,
    /// What the names of installations begin with, where others stand beside them.
    pub prefix: &'static str,
}

impl Collection {
    /// Returns a folder that holds installations alone.
    #[must_use]
    pub fn of(folder: PathBuf) -> Self {
        Self { folder, prefix: "" }
    }
}

/// How folders are looked into: on the machine, or in a listing.
#[derive(Clone, Copy)]
struct Look<'a> {
    /// Returns the paths in a folder, in the order of their names.
    entries: &'a dyn Fn(&Path) -> Vec<PathBuf>,
    /// Says whether a file can be started.
    is_program: &'a dyn Fn(&Path) -> bool,
}

/// Where Homebrew is, unless a variable says otherwise: on Apple silicon, on Intel, on Linux.
const HOMEBREWS: [&str; 3] = ["/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew"];

/// Where python.org's installers for macOS put versions; the second is of free-threaded ones.
const FRAMEWORKS: [&str; 2] = [
    "/Library/Frameworks/Python.framework/Versions",
    "/Library/Frameworks/PythonT.framework/Versions",
];

/// The user's folders, as environment variables say.
struct Folders<'a> {
    variable: &'a dyn Fn(&str) -> Option<OsString>,
}

impl Folders<'_> {
    fn named(&self, name: &str) -> Option<PathBuf> {
        let text = (self.variable)(name).filter(|text| !text.is_empty());
        text.map(PathBuf::from)
    }

    fn below_home(&self, path: &str) -> Option<PathBuf> {
        let home = self.named("HOME").or_else(|| self.named("USERPROFILE"));
        home.map(|home| home.join(path))
    }

    fn below_data(&self, path: &str) -> Option<PathBuf> {
        let data = self.named("XDG_DATA_HOME");
        let data = data.or_else(|| self.below_home(".local/share"));
        data.map(|data| data.join(path))
    }

    /// Returns where pyenv, uv, asdf and mise keep their installations.
    fn of_managers(&self) -> Vec<Collection> {
        let root = |name: &str| self.named(name);
        let below = |folder: Option<PathBuf>, path: &str| folder.map(|folder| folder.join(path));
        let pyenv = root("PYENV_ROOT").or_else(|| self.below_home(".pyenv"));
        let asdf = root("ASDF_DATA_DIR").or_else(|| self.below_home(".asdf"));
        let mise = root("MISE_DATA_DIR").or_else(|| self.below_data("mise"));
        let uv = root("UV_PYTHON_INSTALL_DIR").or_else(|| self.below_data("uv/python"));
        let folders = [
            below(pyenv, "versions"),
            self.below_home(".pyenv/pyenv-win/versions"),
            uv,
            below(root("APPDATA"), "uv/python"),
            below(root("APPDATA"), "uv/data/python"),
            below(asdf, "installs/python"),
            below(mise, "installs/python"),
            below(root("LOCALAPPDATA"), "mise/installs/python"),
        ];
        folders.into_iter().flatten().map(Collection::of).collect()
    }

    /// Returns where the installers that the Windows launcher knows put Python.
    fn of_windows(&self) -> Vec<Collection> {
        let local = self.named("LOCALAPPDATA");
        let own = local.as_ref().map(|local| local.join("Programs/Python"));
        let managed = local.map(|local| local.join("Python"));
        let own = [own, managed].into_iter().flatten().map(Collection::of);
        let drive = (self.variable)("SystemDrive").map(|drive| {
            let mut root = drive;
            root.push("/");
            PathBuf::from(root)
        });
        let shared = [
            self.named("ProgramFiles"),
            self.named("ProgramFiles(x86)"),
            drive,
        ];
        let shared = shared.into_iter().flatten().map(|folder| Collection {
            folder,
            prefix: "Python",
        });
        own.chain(shared).collect()
    }

    fn of_homebrew(&self) -> Vec<PathBuf> {
        match self.named("HOMEBREW_PREFIX") {
            Some(prefix) => vec![prefix],
            None => HOMEBREWS.iter().map(PathBuf::from).collect(),
        }
    }
}

impl Places {
    /// Reads the places out of environment variables.
    #[must_use]
    pub fn from_variables(variable: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let folders = Folders { variable };
        let search: Vec<PathBuf> = variable("PATH")
            .map(|path| std::env::split_paths(&path).collect())
            .unwrap_or_default();
        let of_shims = search.iter().filter(|folder| is_shims(folder));
        let of_shims = of_shims.filter_map(|shims| Some(shims.parent()?.join("versions")));
        let homebrews = folders.of_homebrew();
        let kegs = homebrews.iter().map(|prefix| Collection {
            folder: prefix.join("opt"),
            prefix: "python@",
        });
        let frameworks = FRAMEWORKS.iter().map(|path| Collection::of(path.into()));
        let mut collections = folders.of_managers();
        collections.extend(of_shims.map(Collection::of));
        collections.extend(folders.of_windows());
        collections.extend(frameworks.chain(kegs));
        let cache = folders.named("XDG_CACHE_HOME");
        let cache = cache.or_else(|| folders.named("LOCALAPPDATA"));
        let passed_on = ["PATH", "SYSTEMROOT"].iter();
        Self {
            collections,
            program_folders: homebrews.iter().map(|prefix| prefix.join("bin")).collect(),
            cache: cache
                .or_else(|| folders.below_home(".cache"))
                .map(|cache| cache.join("fencepost")),
            variables: passed_on
                .filter_map(|name| Some((OsString::from(name), variable(name)?)))
                .collect(),
            search,
        }
    }

    /// Returns every file that looks like an interpreter, the preferred ones first.
    pub(super) fn candidates(&self) -> Vec<PathBuf> {
        let mut found = self.found_by(MACHINE);
        let of_search = found.partition_point(|(is_of_search, _)| *is_of_search);
        let outside = found.split_off(of_search);
        let from_search = found.into_iter().map(|(_, program)| program);
        let mut candidates: Vec<PathBuf> = from_search.filter_map(outside_environment).collect();
        candidates.extend(outside.into_iter().map(|(_, program)| program));
        candidates
    }

    /// Returns what `look` shows, each with whether `PATH` led there; those come first.
    fn found_by(&self, look: Look<'_>) -> Vec<(bool, PathBuf)> {
        let searched = self.search.iter().filter(|folder| !is_shims(folder));
        let searched = searched.flat_map(|folder| look.programs(folder));
        let installed = self.collections.iter().flat_map(|one| look.installed(one));
        let beside = self.program_folders.iter();
        let beside = beside.flat_map(|folder| look.programs(folder));
        let searched = searched.map(|program| (true, program));
        let others = installed.chain(beside).map(|program| (false, program));
        searched.chain(others).collect()
    }

    /// Returns the programs in `PATH` that stand for whatever a version manager chooses.
    pub(super) fn shims(&self) -> Vec<PathBuf> {
        let folders = self.search.iter().filter(|folder| is_shims(folder));
        folders
            .flat_map(|folder| MACHINE.programs(folder))
            .collect()
    }
}

/// The machine itself.
const MACHINE: Look<'static> = Look {
    entries: &entries,
    is_program: &is_program,
};

impl Look<'_> {
    /// Returns the interpreters of a collection's installations.
    fn installed(&self, collection: &Collection) -> Vec<PathBuf> {
        let is_installation = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(collection.prefix)
        };
        let folders = (self.entries)(&collection.folder).into_iter();
        let installations = folders.filter(is_installation);
        installations
            .flat_map(|one| self.programs_of(&one))
            .collect()
    }

    /// Returns the interpreters of one installation; a virtual environment is none.
    fn programs_of(&self, installation: &Path) -> Vec<PathBuf> {
        let own = (self.entries)(installation);
        if own.iter().any(|path| path.ends_with("pyvenv.cfg")) {
            return Vec::new();
        }
        let mut found = self.programs(&installation.join("bin"));
        found.extend(own.into_iter().filter(|path| self.is_interpreter(path)));
        found
    }

    /// Returns the files of a folder that are named like an interpreter, in the order of their names.
    fn programs(&self, folder: &Path) -> Vec<PathBuf> {
        let entries = (self.entries)(folder).into_iter();
        entries.filter(|path| self.is_interpreter(path)).collect()
    }

    fn is_interpreter(&self, path: &Path) -> bool {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(is_name) && (self.is_program)(path)
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

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    // Names compare faster than paths, and `/usr/bin` has thousands.
    let mut names: Vec<OsString> = entries.map(|entry| entry.file_name()).collect();
    names.sort_unstable();
    names.iter().map(|name| folder.join(name)).collect()
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
mod tests;
