//! Where provisioned environments are: one folder for each lock and interpreter, in the user's cache.
//!
//! Each attempt has a folder of its own, and a file beside it names the one that is complete: a kill
//! at any moment leaves nothing that looks done, and a tool that outlives fencepost spoils nothing.

use std::fs::File;
use std::io::Write as _;
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

    /// Returns what the files of an environment begin with.
    fn stem(&self, name: &str, lock: &Lock, interpreter: &Interpreter) -> Stem {
        let key = format!(
            "{FORMAT}\0{}\0{}\0{}",
            lock.requirements,
            interpreter.fingerprint,
            interpreter.real_path.display()
        );
        let hash = blake3::hash(key.as_bytes()).to_hex();
        let minor = interpreter.label().minor();
        Stem {
            root: self.root.clone(),
            name: format!("{name}-{minor}-{}", &hash[..16]),
        }
    }

    /// Says what is known of an environment.
    #[must_use]
    pub fn state(&self, name: &str, lock: &Lock, interpreter: &Interpreter) -> State {
        self.stem(name, lock, interpreter).state()
    }

    /// Waits until no other process makes this environment, and clears what was left unfinished.
    pub(super) fn begin(
        &self,
        name: &str,
        lock: &Lock,
        interpreter: &Interpreter,
    ) -> std::io::Result<Attempt> {
        let stem = self.stem(name, lock, interpreter);
        std::fs::create_dir_all(&self.root)?;
        let guard = Guard::new(&stem.beside("busy"))?;
        let ready = match stem.state() {
            State::Ready(folder) => Some(folder),
            State::Failed(_) | State::Missing => None,
        };
        let number = if ready.is_none() {
            stem.clear(None) + 1
        } else {
            0
        };
        Ok(Attempt {
            folder: ready
                .clone()
                .unwrap_or_else(|| stem.beside(&number.to_string())),
            ready: ready.is_some(),
            stem,
            _guard: guard,
        })
    }
}

/// What the files of one environment on one interpreter begin with.
#[derive(Debug)]
struct Stem {
    root: PathBuf,
    name: String,
}

impl Stem {
    fn beside(&self, ending: &str) -> PathBuf {
        self.root.join(format!("{}.{ending}", self.name))
    }

    fn state(&self) -> State {
        if let Ok(name) = std::fs::read_to_string(self.beside("ready")) {
            let folder = self.root.join(name.trim());
            if python_in(&folder).exists() {
                return State::Ready(folder);
            }
        }
        match std::fs::read_to_string(self.beside("failed")) {
            Ok(reason) => State::Failed(reason),
            Err(_) => State::Missing,
        }
    }

    /// Removes the folders of other attempts; returns the highest number among them, or 0.
    fn clear(&self, kept: Option<&Path>) -> u64 {
        let prefix = format!("{}.", self.name);
        let entries = std::fs::read_dir(&self.root)
            .into_iter()
            .flatten()
            .flatten();
        let mut highest = 0;
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let number = name.strip_prefix(&prefix).and_then(|end| end.parse().ok());
            let number = number.filter(|_| kept != Some(entry.path().as_path()));
            if let Some(number) = number {
                highest = highest.max(number);
                // A tool that still writes there can keep it: the next attempt has another number.
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
        highest
    }

    fn note(&self, ending: &str, text: &str) -> std::io::Result<()> {
        let mut temporary = tempfile::NamedTempFile::new_in(&self.root)?;
        temporary.write_all(text.as_bytes())?;
        temporary.persist(self.beside(ending))?;
        Ok(())
    }
}

/// The making of one environment, by one process at a time.
#[derive(Debug)]
pub(super) struct Attempt {
    /// Where it is made, or is already.
    pub(super) folder: PathBuf,
    /// Whether it is there already.
    pub(super) ready: bool,
    stem: Stem,
    _guard: Guard,
}

impl Attempt {
    /// Says that the folder is complete.
    pub(super) fn complete(&self) -> std::io::Result<()> {
        let name = self.folder.file_name().unwrap_or_default();
        self.stem.note("ready", &name.to_string_lossy())?;
        // A reason that no longer holds is not read once the environment is ready.
        let _ = std::fs::remove_file(self.stem.beside("failed"));
        self.stem.clear(Some(&self.folder));
        Ok(())
    }

    /// Removes what was made; keeps the reason where trying again would change nothing.
    pub(super) fn give_up(&self, reason: Option<&str>) {
        // What cannot be removed now is removed at the next attempt.
        let _ = std::fs::remove_dir_all(&self.folder);
        if let Some(reason) = reason {
            let _ = self.stem.note("failed", reason);
        }
    }
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
