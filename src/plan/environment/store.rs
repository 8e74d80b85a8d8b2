//! Where provisioned environments are: one folder for each lock and interpreter, in the user's cache.
//!
//! A folder counts only once the file beside it says that it is complete, so a kill at any moment
//! leaves nothing that looks done.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::plan::Interpreter;

use super::Lock;
use super::tools::python_in;

/// Changes whenever what makes an environment does.
const FORMAT: u32 = 1;

/// What is known of one environment on one interpreter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It can be used.
    Ready(PathBuf),
    /// It cannot be made, for this reason; trying again changes nothing.
    Failed(String),
    /// It has not been made yet, or not to the end.
    Missing,
}

/// The folder of provisioned environments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// Returns the store in fencepost's cache folder.
    #[must_use]
    pub fn new(cache: &Path) -> Self {
        Self {
            root: cache.join("environments"),
        }
    }

    /// Returns where an environment is or will be.
    #[must_use]
    pub fn folder(&self, name: &str, lock: &Lock, interpreter: &Interpreter) -> PathBuf {
        let key = format!(
            "{FORMAT}\0{}\0{}\0{}",
            lock.requirements,
            interpreter.fingerprint,
            interpreter.real_path.display()
        );
        let hash = blake3::hash(key.as_bytes()).to_hex();
        let minor = interpreter.label().minor();
        self.root.join(format!("{name}-{minor}-{}", &hash[..16]))
    }

    /// Says what is known of an environment.
    #[must_use]
    pub fn state(&self, name: &str, lock: &Lock, interpreter: &Interpreter) -> State {
        let folder = self.folder(name, lock, interpreter);
        if beside(&folder, "ready").is_file() && python_in(&folder).exists() {
            return State::Ready(folder);
        }
        match std::fs::read_to_string(beside(&folder, "failed")) {
            Ok(reason) => State::Failed(reason),
            Err(_) => State::Missing,
        }
    }

    /// Waits until no other process makes this environment, and clears what one left unfinished.
    pub(super) fn begin(&self, folder: &Path) -> std::io::Result<Guard> {
        std::fs::create_dir_all(&self.root)?;
        let guard = Guard::new(&beside(folder, "busy"))?;
        if !beside(folder, "ready").is_file() {
            remove(folder)?;
        }
        Ok(guard)
    }
}

/// Marks an environment as complete.
pub(super) fn complete(folder: &Path) -> std::io::Result<()> {
    let _ = std::fs::remove_file(beside(folder, "failed"));
    note(folder, "ready", "")
}

/// Removes what was made of an environment; keeps the reason where trying again would change nothing.
pub(super) fn give_up(folder: &Path, reason: Option<&str>) {
    // What cannot be removed now is removed when the environment is made again.
    let _ = remove(folder);
    if let Some(reason) = reason {
        let _ = note(folder, "failed", reason);
    }
}

fn remove(folder: &Path) -> std::io::Result<()> {
    let _ = std::fs::remove_file(beside(folder, "ready"));
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn note(folder: &Path, kind: &str, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let path = beside(folder, kind);
    let mut temporary = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(folder))?;
    temporary.write_all(text.as_bytes())?;
    temporary.persist(path)?;
    Ok(())
}

fn beside(folder: &Path, kind: &str) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(".");
    name.push(kind);
    PathBuf::from(name)
}

/// Held while one process makes an environment.
#[derive(Debug)]
pub(super) struct Guard {
    _file: File,
}

impl Guard {
    fn new(path: &Path) -> std::io::Result<Self> {
        let file = File::options().create(true).append(true).open(path)?;
        #[cfg(unix)]
        rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive)?;
        Ok(Self { _file: file })
    }
}
