//! Reading and atomic writing of expected files.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::position::Position;
use crate::problem::Problem;

use super::{ExpectedFile, FIRST_LINE};

const TEMPORARY_PREFIX: &str = ".fencepost-";
const TEMPORARY_SUFFIX: &str = ".tmp";

/// How old a temporary file must be before it is surely left over from a killed process.
const LEFTOVER_AGE: Duration = Duration::from_secs(60);

/// Reads a file; `Ok(None)` where there is none.
pub(super) fn read(path: &Path, name: &str) -> Result<Option<ExpectedFile>, Vec<Problem>> {
    match read_text(path, name)? {
        Some(text) => ExpectedFile::parse(name, &text).map(Some),
        None => Ok(None),
    }
}

/// Reads the text of a file; `Ok(None)` where there is none.
pub(super) fn read_text(path: &Path, name: &str) -> Result<Option<String>, Vec<Problem>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(vec![unreadable(name, &error)]),
    };
    let text = String::from_utf8(bytes).map_err(|error| vec![not_text(name, &error)])?;
    Ok(Some(text))
}

/// Writes a file by temporary file and rename.
pub(super) fn write(file: &ExpectedFile, path: &Path, name: &str) -> Result<(), Problem> {
    let text = file.to_text();
    match fs::read(path) {
        Ok(old) if old == text.as_bytes() => return Ok(()),
        Ok(old) if !is_ours(&old) => return Err(super::parse::wrong_first_line(FIRST_LINE, name)),
        Ok(_) | Err(_) => {}
    }
    if (file.expectations.iter()).all(|expectation| expectation.transcripts.is_empty()) {
        return remove(path).map_err(|error| unwritable(name, &error));
    }
    replace(path, text.as_bytes()).map_err(|error| unwritable(name, &error))
}

/// Replaces what a file holds, so that at every moment it is the old one or the new one.
pub(in crate::compare) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Through a link, the file that it names is replaced, not the link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().map_or_else(PathBuf::new, Path::to_owned);
    fs::create_dir_all(&folder)?;
    remove_leftovers(&folder);
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY_PREFIX).suffix(TEMPORARY_SUFFIX);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut temporary = builder.tempfile_in(&folder)?;
    if let Ok(old) = fs::metadata(&target) {
        temporary.as_file().set_permissions(old.permissions())?;
    }
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    temporary.persist(&target).map_err(|error| error.error)?;
    sync_folder(&folder);
    Ok(())
}

pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Makes the rename itself durable; where a folder cannot be synced, it stays as durable as the system makes it.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = fs::File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// Removes temporary files that a killed process left here; whatever goes wrong is not worth a word.
fn remove_leftovers(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let age = (entry.metadata().and_then(|metadata| metadata.modified()))
            .map(|modified| modified.elapsed().unwrap_or_default());
        let is_leftover = name.starts_with(TEMPORARY_PREFIX) && name.ends_with(TEMPORARY_SUFFIX);
        if is_leftover && age.is_ok_and(|age| age > LEFTOVER_AGE) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_ours(bytes: &[u8]) -> bool {
    let first = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    first.strip_suffix(b"\r").unwrap_or(first) == FIRST_LINE.as_bytes()
}

fn unreadable(name: &str, error: &io::Error) -> Problem {
    Problem::blocked("cannot-read", format!("cannot read `{name}`"))
        .in_file(name)
        .because(error.to_string())
}

pub(super) fn unwritable(name: &str, error: &io::Error) -> Problem {
    Problem::blocked("cannot-write", format!("cannot write `{name}`"))
        .in_file(name)
        .because(error.to_string())
        .hint("the file is as it was; make the folder writable or free space, and record again")
}

pub(super) fn unremovable(name: &str, error: &io::Error) -> Problem {
    Problem::blocked("cannot-write", format!("cannot remove `{name}`"))
        .in_file(name)
        .because(error.to_string())
}

fn not_text(name: &str, error: &std::string::FromUtf8Error) -> Problem {
    let valid = error.utf8_error().valid_up_to();
    let lines = error.as_bytes()[..valid]
        .iter()
        .filter(|byte| **byte == b'\n');
    let position = Position {
        line: lines.count() + 1,
        column: 1,
    };
    Problem::finding("corrupt-expected", "the expected file is not UTF-8")
        .at(name, position)
        .hint("restore it from version control, or delete it and record again")
}
