//! Content-addressed files: each is named by its key and begins with a checksum bound to that key.
//!
//! A file that was cut, changed or given another name is damaged, never believed and removed. Written
//! by temporary file and rename, so that readers see all of it or nothing.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use blake3::Hash;

/// Begins every file; the digit changes whenever the form does.
const MARK: &[u8] = b"fencepost 1 ";
/// Bytes before the content: the mark, the checksum in hexadecimal, a line feed.
const HEAD: usize = MARK.len() + 64 + 1;
/// Hexadecimal digits that name a folder: making one costs more than a file in it.
const FOLDER: usize = 1;
/// Nothing of ours is larger.
const LARGEST: u64 = 256 << 20;
/// A file that was used is marked as used at most this often.
const USE_PACE: Duration = Duration::from_secs(24 * 60 * 60);

/// What a store holds under a key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Whole(Vec<u8>),
    Missing,
    Damaged,
}

/// A folder of such files.
#[derive(Debug)]
pub(super) struct Store {
    root: PathBuf,
}

impl Store {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Reads what is under a key, and marks it as used.
    pub(super) fn read(&self, key: &Hash) -> Found {
        let path = self.path(key);
        let Ok(mut file) = File::open(&path) else {
            return Found::Missing;
        };
        if let Ok(Some(content)) = read_whole(&mut file, key) {
            return Found::Whole(content);
        }
        // Whoever removes it first, it is gone.
        let _ = fs::remove_file(path);
        Found::Damaged
    }

    /// Writes content under a key; returns how many bytes that takes.
    pub(super) fn write(&self, key: &Hash, content: &[u8]) -> io::Result<u64> {
        let path = self.path(key);
        let folder = path.parent().unwrap_or(&self.root);
        let mut temporary = match tempfile::NamedTempFile::new_in(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make_private(folder)?;
                tempfile::NamedTempFile::new_in(folder)?
            }
            made => made?,
        };
        let mut bytes = Vec::with_capacity(HEAD + content.len());
        bytes.extend_from_slice(MARK);
        bytes.extend_from_slice(checksum(key, content).to_hex().as_bytes());
        bytes.push(b'\n');
        bytes.extend_from_slice(content);
        temporary.write_all(&bytes)?;
        temporary.persist(path)?;
        Ok(bytes.len() as u64)
    }

    fn path(&self, key: &Hash) -> PathBuf {
        let name = key.to_hex();
        let (folder, file) = name.split_at(FOLDER);
        self.root.join(folder).join(file)
    }
}

fn read_whole(file: &mut File, key: &Hash) -> io::Result<Option<Vec<u8>>> {
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() > LARGEST {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
    file.take(LARGEST).read_to_end(&mut bytes)?;
    let is_whole = bytes.len() >= HEAD
        && bytes.starts_with(MARK)
        && bytes[HEAD - 1] == b'\n'
        && bytes[MARK.len()..HEAD - 1] == *checksum(key, &bytes[HEAD..]).to_hex().as_bytes();
    if !is_whole {
        return Ok(None);
    }
    let now = SystemTime::now();
    let is_fresh = |used: SystemTime| now.duration_since(used).is_ok_and(|age| age < USE_PACE);
    if !metadata.modified().is_ok_and(is_fresh) {
        // On a file system that cannot be written it is only evicted sooner.
        let _ = file.set_modified(now);
    }
    bytes.drain(..HEAD);
    Ok(Some(bytes))
}

fn checksum(key: &Hash, content: &[u8]) -> Hash {
    blake3::Hasher::new_keyed(key.as_bytes())
        .update(content)
        .finalize()
}

/// Makes a folder, and those around it, for this user alone.
pub(super) fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("entries"));
        (folder, store)
    }

    #[test]
    fn what_was_written_is_read_again() {
        let (_folder, store) = store();
        let key = blake3::hash(b"key");
        assert_eq!(store.read(&key), Found::Missing);
        let size = store.write(&key, b"content").unwrap();
        assert_eq!(size, fs::metadata(store.path(&key)).unwrap().len());
        assert_eq!(store.read(&key), Found::Whole(b"content".to_vec()));
        store.write(&key, b"").unwrap();
        assert_eq!(store.read(&key), Found::Whole(Vec::new()));
    }

    #[test]
    fn whatever_byte_is_changed_or_cut_off_the_file_is_damaged_and_goes() {
        let (_folder, store) = store();
        let key = blake3::hash(b"key");
        store.write(&key, b"some content").unwrap();
        let path = store.path(&key);
        let whole = fs::read(&path).unwrap();
        for index in 0..whole.len() {
            let mut changed = whole.clone();
            changed[index] ^= 1;
            fs::write(&path, changed).unwrap();
            assert_eq!(store.read(&key), Found::Damaged, "byte {index} changed");
            assert!(!path.exists());
            fs::write(&path, &whole[..index]).unwrap();
            assert_eq!(store.read(&key), Found::Damaged, "cut at {index}");
        }
        fs::write(&path, [&whole[..], b"more"].concat()).unwrap();
        assert_eq!(store.read(&key), Found::Damaged);
    }

    #[test]
    fn a_file_under_another_key_is_damaged() {
        let (_folder, store) = store();
        let (one, other) = (blake3::hash(b"one"), blake3::hash(b"other"));
        store.write(&one, b"content").unwrap();
        store.write(&other, b"other").unwrap();
        fs::rename(store.path(&one), store.path(&other)).unwrap();
        assert_eq!(store.read(&other), Found::Damaged);
    }

    #[test]
    fn a_file_that_was_used_is_as_new() {
        let (_folder, store) = store();
        let key = blake3::hash(b"key");
        store.write(&key, b"content").unwrap();
        let file = File::options().write(true).open(store.path(&key)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        store.read(&key);
        let used = file.metadata().unwrap().modified().unwrap();
        assert!(used > SystemTime::now() - Duration::from_secs(600));
    }
}
