//! One CPython build: what it is, where it was found, how it is chosen.

mod find;
mod memory;
mod places;
mod probe;
mod spec;

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use find::{Found, Misfit, MisfitKind, broken_shims, find, find_for};
pub use places::{Collection, Places};
pub use spec::{Choosing, Spec, choose, choosing};

/// Which build of `CPython` an interpreter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Build {
    /// The usual one.
    Default,
    /// Configured with `--disable-gil` (PEP 703).
    FreeThreaded,
    /// Configured with `--with-pydebug`.
    Debug,
}

impl Build {
    /// Returns the name used in JSON and in the directive `build`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::FreeThreaded => "free-threaded",
            Self::Debug => "debug",
        }
    }

    /// Returns the ABI letter that follows a version in a spec: nothing, `t` or `d`.
    #[must_use]
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Default => "",
            Self::FreeThreaded => "t",
            Self::Debug => "d",
        }
    }
}

/// One `CPython` interpreter, probed. Shared: every run of a plan and every line of a report names one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Interpreter(Arc<Installation>);

impl From<Installation> for Interpreter {
    fn from(installation: Installation) -> Self {
        Self(Arc::new(installation))
    }
}

impl Deref for Interpreter {
    type Target = Installation;

    fn deref(&self) -> &Installation {
        &self.0
    }
}

impl DerefMut for Interpreter {
    /// Lets one be changed: it is a copy of its own from then on.
    fn deref_mut(&mut self) -> &mut Installation {
        Arc::make_mut(&mut self.0)
    }
}

/// What an interpreter is, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Installation {
    /// Full version with any pre-release tag: `3.13.0`, `3.15.0rc1`.
    pub version: String,
    /// Major, minor, micro.
    pub release: [u64; 3],
    /// Which build.
    pub build: Build,
    /// The path it was found at (kept, so that a virtual environment stays one).
    pub path: PathBuf,
    /// The same with every link resolved; the identity of the interpreter.
    pub real_path: PathBuf,
    /// `sys.prefix`: the environment's folder.
    pub prefix: PathBuf,
    /// `sys.base_prefix`: the folder of the standard library's installation.
    pub base_prefix: PathBuf,
    /// `sys.path` folders outside both prefixes that the interpreter needs (such as Debian's `/usr/lib/python3`).
    pub library_paths: Vec<PathBuf>,
    /// Changes whenever the build does: version string, compiler, build date and number, and the binary's size and time.
    pub fingerprint: String,
}

impl Installation {
    /// Returns one of which only version and build are known: it stands nowhere.
    #[must_use]
    pub fn unplaced(version: &str, release: [u64; 3], build: Build) -> Self {
        Self {
            version: version.to_owned(),
            release,
            build,
            path: PathBuf::new(),
            real_path: PathBuf::new(),
            prefix: PathBuf::new(),
            base_prefix: PathBuf::new(),
            library_paths: Vec::new(),
            fingerprint: String::new(),
        }
    }
}

impl Interpreter {
    /// Returns its minor version and build, as expected files name it: `3.13`, `3.13t`.
    #[must_use]
    pub fn label(&self) -> Label {
        Label {
            release: self.release,
            build: self.build,
        }
    }

    /// Says whether it was asked for and is not on this machine.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.path.as_os_str().is_empty()
    }

    /// Returns `CPython 3.13.0`, with the build in brackets where it is not the usual one.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self.build {
            Build::Default => format!("CPython {}", self.version),
            Build::FreeThreaded | Build::Debug => {
                format!("CPython {} ({})", self.version, self.build.name())
            }
        }
    }
}

/// Orders interpreters by version (a release candidate before its release), then build.
fn order(left: &Interpreter, right: &Interpreter) -> std::cmp::Ordering {
    let version = |one: &Interpreter| one.version.parse::<pep440_rs::Version>().ok();
    (version(left), left.release, left.build).cmp(&(version(right), right.release, right.build))
}

/// A version and build without a place: what an expectation is recorded for. Ordered by release, then build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Label {
    /// Major, minor, micro.
    pub release: [u64; 3],
    /// Which build.
    pub build: Build,
}

impl Label {
    /// Returns `3.13` or `3.13t`.
    #[must_use]
    pub fn minor(&self) -> String {
        format!(
            "{}.{}{}",
            self.release[0],
            self.release[1],
            self.build.suffix()
        )
    }
}

impl fmt::Display for Label {
    /// Writes `3.13.0` or `3.13.0t`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, micro] = self.release;
        write!(formatter, "{major}.{minor}.{micro}{}", self.build.suffix())
    }
}
