//! Folders for runs without walls: made, filled, and removed whatever an example left in them.
//!
//! Each run has a root of its own with `home/<folder>` and `tmp`. All roots stand in one folder per
//! [`Site`], which is locked while fencepost lives: the next start removes sites that nobody locks.

use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};
#[cfg(unix)]
use std::time::Duration;

use crate::problem::Problem;

use super::entropy;

const PREFIX: &str = "fencepost-";

/// After which time a site that has not got its name yet is surely nobody's.
#[cfg(unix)]
const UNFINISHED_AGE: Duration = Duration::from_secs(60);

/// The folder in which one call of `run_all` keeps everything; gone when it is dropped.
#[derive(Debug)]
pub(super) struct Site {
    root: PathBuf,
    _lock: File,
}

impl Site {
    /// Makes a site among temporary files, after removing those of processes that died.
    ///
    /// # Errors
    ///
    /// Where no folder can be made.
    pub(super) fn new() -> Result<Self, Problem> {
        let temporary = std::env::temp_dir();
        let temporary = temporary.canonicalize().unwrap_or(temporary);
        remove_abandoned(&temporary);
        let root = temporary.join(format!("{PREFIX}{}", entropy::token()));
        let lock = make_site(&root);
        match lock {
            Ok(lock) => Ok(Self { root, _lock: lock }),
            Err(error) => Err(Problem::blocked(
                "no-temporary-folder",
                format!(
                    "cannot make a temporary folder in `{}`",
                    temporary.display()
                ),
            )
            .because(error.to_string())
            .hint("free some space, or point `TMPDIR` at a folder that can be written")),
        }
    }

    /// Makes an empty file that belongs to no run.
    pub(super) fn file(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.root.join(name);
        File::create_new(&path)?;
        Ok(path)
    }

    /// Makes the folders of one run.
    pub(super) fn place(&self, folder: &str) -> io::Result<Place> {
        let root = self.root.join(entropy::token());
        let place = Place {
            home: root.join("home").join(folder),
            temporary: root.join("tmp"),
            root,
        };
        make_private(&place.root)?;
        fs::create_dir_all(&place.home)?;
        fs::create_dir(&place.temporary)?;
        Ok(place)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        remove(&self.root);
    }
}

/// The folders of one run; gone when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    root: PathBuf,
    /// The example's folder.
    pub home: PathBuf,
    /// Its `TMPDIR`.
    pub temporary: PathBuf,
}

impl Place {
    /// Writes a file beside the example; its path has to stay inside.
    pub(super) fn write(&self, path: &str, content: &str) -> io::Result<()> {
        let relative = Path::new(path);
        let inside = relative
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !inside {
            let message = format!("`{path}` leaves the example's folder");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let target = self.home.join(relative);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(target, content)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        remove(&self.root);
    }
}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes a locked folder. It gets its name once it is locked, so that nobody takes it for abandoned.
fn make_site(root: &Path) -> io::Result<File> {
    let name = root.file_name().unwrap_or_default().to_string_lossy();
    let unfinished = root.with_file_name(format!(".{name}"));
    make_private(&unfinished)?;
    let file = File::create_new(unfinished.join("lock"))?;
    #[cfg(unix)]
    rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive)?;
    fs::rename(unfinished, root)?;
    Ok(file)
}

/// Removes sites of ours that nobody has locked.
#[cfg(unix)]
fn remove_abandoned(temporary: &Path) {
    use std::os::unix::fs::MetadataExt as _;
    let ours = rustix::process::geteuid().as_raw();
    for entry in fs::read_dir(temporary).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name.to_str().is_some_and(is_unfinished) {
            remove_unfinished(&entry.path());
        }
        let is_site = name.to_str().is_some_and(|name| name.starts_with(PREFIX));
        let is_private = entry.metadata().is_ok_and(|folder| {
            folder.is_dir() && folder.uid() == ours && folder.mode().trailing_zeros() >= 6
        });
        if !is_site || !is_private {
            continue;
        }
        if let Ok(lock) = File::open(entry.path().join("lock")) {
            let operation = rustix::fs::FlockOperation::NonBlockingLockExclusive;
            if rustix::fs::flock(&lock, operation).is_ok() {
                remove(&entry.path());
            }
        }
    }
}

#[cfg(unix)]
fn is_unfinished(name: &str) -> bool {
    name.strip_prefix('.')
        .is_some_and(|name| name.starts_with(PREFIX))
}

/// Removes what its maker was killed over before it had locked it: a folder with an empty file at most.
#[cfg(unix)]
fn remove_unfinished(folder: &Path) {
    let age = fs::metadata(folder).and_then(|metadata| metadata.modified());
    let is_old = age.is_ok_and(|age| age.elapsed().unwrap_or_default() > UNFINISHED_AGE);
    let lock = folder.join("lock");
    if is_old && fs::metadata(&lock).is_ok_and(|lock| lock.is_file() && lock.len() == 0) {
        let _ = fs::remove_file(lock);
    }
    if is_old {
        let _ = fs::remove_dir(folder);
    }
}

#[cfg(not(unix))]
fn remove_abandoned(_temporary: &Path) {}

/// Removes a folder with all it holds. Follows no link, opens nothing but folders, and never goes
/// deeper than one level: folders inside are moved up first, so that no depth can stop it.
fn remove(root: &Path) {
    let mut waiting = vec![root.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        open_up(&folder);
        let mut moved = Vec::new();
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if !is_folder {
                let _ = fs::remove_file(entry.path());
            } else if fs::remove_dir(entry.path()).is_err() {
                open_up(&entry.path());
                let target = root.with_file_name(format!("{PREFIX}{}", entropy::token()));
                if fs::rename(entry.path(), &target).is_ok() {
                    moved.push(target);
                }
            }
        }
        waiting.extend(moved);
        let _ = fs::remove_dir(&folder);
    }
}

/// Makes a folder's content removable, whatever its example did to its mode.
fn open_up(folder: &Path) {
    #[cfg(unix)]
    let _ = fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700));
    #[cfg(not(unix))]
    let _ = folder;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_of_a_deep_folder_with_links_and_closed_doors() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("precious"), "").unwrap();
        let site = Site::new().unwrap();
        let root = site.root.clone();
        let place = site.place("example").unwrap();
        place.write("sub/file.txt", "text").unwrap();
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(outside.path(), place.home.join("link")).unwrap();
            let closed = place.home.join("closed/inner");
            fs::create_dir_all(closed).unwrap();
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o000);
            fs::set_permissions(place.home.join("closed"), mode).unwrap();
        }
        let mut deep = place.home.clone();
        for _ in 0..150 {
            deep = deep.join("a-name-of-some-length");
        }
        fs::create_dir_all(deep).unwrap();
        drop(place);
        assert_eq!(fs::read_dir(&root).unwrap().count(), 1, "the lock alone");
        drop(site);
        assert!(!root.exists());
        assert!(outside.path().join("precious").exists());
    }

    #[test]
    fn a_site_without_an_owner_goes_at_the_next_start() {
        let site = Site::new().unwrap();
        let abandoned = site.root.with_file_name(format!("{PREFIX}abandoned"));
        make_private(&abandoned).unwrap();
        fs::create_dir_all(abandoned.join("0/home")).unwrap();
        fs::write(abandoned.join("lock"), "").unwrap();
        let other = Site::new().unwrap();
        assert!(!abandoned.exists());
        assert!(site.root.exists() && other.root.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_site_whose_maker_was_killed_at_once_goes_when_it_is_old() {
        let site = Site::new().unwrap();
        for (age, goes) in [(Duration::ZERO, false), (UNFINISHED_AGE * 2, true)] {
            let name = format!(".{PREFIX}{}", entropy::token());
            let unfinished = site.root.with_file_name(name);
            make_private(&unfinished).unwrap();
            File::create_new(unfinished.join("lock")).unwrap();
            let folder = File::open(&unfinished).unwrap();
            let made = std::time::SystemTime::now() - age;
            folder.set_modified(made).unwrap();
            drop(Site::new().unwrap());
            assert_eq!(!unfinished.exists(), goes, "{age:?}");
            remove(&unfinished);
        }
    }

    #[test]
    fn no_file_is_written_outside() {
        let site = Site::new().unwrap();
        let place = site.place("example").unwrap();
        for path in ["../evil", "/tmp/evil", "a/../../evil"] {
            assert!(place.write(path, "").is_err(), "{path}");
        }
    }
}
