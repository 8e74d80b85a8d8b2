//! How much is kept, and how it stays within bounds: what was longest not used goes first.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Files of writers that died are left alone for so long: they may live.
const GRACE: Duration = Duration::from_secs(60 * 60);

/// What a folder of entries holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// How many results and answers.
    pub entries: u64,
    /// Bytes of all of them.
    pub bytes: u64,
}

/// Counts what is in folders.
pub(super) fn usage(roots: &[&Path]) -> Usage {
    let all = entries(roots);
    Usage {
        entries: all.len() as u64,
        bytes: all.iter().map(|entry| entry.bytes).sum(),
    }
}

/// Removes entries, the longest unused first, until they take no more than `limit` bytes.
pub(super) fn evict(roots: &[&Path], limit: u64) -> Usage {
    let mut all = entries(roots);
    let mut left = Usage {
        entries: all.len() as u64,
        bytes: all.iter().map(|entry| entry.bytes).sum(),
    };
    all.sort_by(|a, b| (a.used, &a.path).cmp(&(b.used, &b.path)));
    for entry in &all {
        let is_enough = left.bytes <= limit;
        if is_enough && !entry.is_abandoned() {
            continue;
        }
        if fs::remove_file(&entry.path).is_ok() {
            left.entries -= 1;
            left.bytes -= entry.bytes;
        }
    }
    left
}

struct Entry {
    path: PathBuf,
    used: SystemTime,
    bytes: u64,
}

impl Entry {
    fn is_abandoned(&self) -> bool {
        let is_temporary = self
            .path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        let age = SystemTime::now().duration_since(self.used);
        is_temporary && age.is_ok_and(|age| age > GRACE)
    }
}

fn entries(roots: &[&Path]) -> Vec<Entry> {
    let list = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten();
    let mut all = Vec::new();
    for folder in roots.iter().flat_map(|root| list(root)) {
        for file in list(&folder.path()) {
            let Ok(metadata) = file.metadata() else {
                continue;
            };
            if metadata.is_file() {
                all.push(Entry {
                    path: file.path(),
                    used: metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH),
                    bytes: metadata.len(),
                });
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(root: &Path, name: &str, bytes: usize, age: u64) -> PathBuf {
        let path = root.join("00").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, vec![0; bytes]).unwrap();
        let used = SystemTime::now() - Duration::from_secs(age);
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(used).unwrap();
        path
    }

    #[test]
    fn what_was_longest_not_used_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let old = add(root, "b", 100, 9_000);
        let middle = add(root, "c", 100, 5_000);
        let new = add(root, "a", 100, 10);
        let whole = Usage {
            entries: 3,
            bytes: 300,
        };
        assert_eq!(usage(&[root]), whole);
        assert_eq!(evict(&[root], 300), whole);
        assert_eq!(evict(&[root], 299).bytes, 200);
        assert!(!old.exists() && middle.exists());
        assert_eq!(evict(&[root], 150).entries, 1);
        assert!(!middle.exists() && new.exists());
    }

    #[test]
    fn what_dead_writers_left_goes_and_what_living_ones_write_stays() {
        let folder = tempfile::tempdir().unwrap();
        let dead = add(folder.path(), ".tmpdead", 1, 90_000);
        let living = add(folder.path(), ".tmpliving", 1, 1);
        evict(&[folder.path()], 1_000);
        assert!(!dead.exists() && living.exists());
    }
}
