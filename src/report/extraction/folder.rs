//! The folder of extracted examples: what is ours there is replaced, what is not is never touched.
//!
//! A new folder appears whole, by one rename. In a folder that holds a map, each file is replaced by a
//! rename of its own and the map last, so that a run that was cut off can be repeated.

use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use crate::discover::relative_path;
use crate::problem::Problem;
use crate::wording::cause;

use super::{EXTRACTION_MAP, Extraction, ExtractionMap, FORMAT};

/// Where the extracted files go, and the map of what is ours there.
#[derive(Debug, Clone)]
pub struct ExtractionFolder {
    path: PathBuf,
    /// As typed.
    name: String,
    /// What an earlier run left; `None` where the folder is new or empty.
    known: Option<ExtractionMap>,
}

impl ExtractionFolder {
    /// Returns where it is, links resolved as far as it exists.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the way from the folder to another one.
    #[must_use]
    pub fn way_to(&self, other: &Path) -> String {
        let real = other.canonicalize();
        let way = relative_path(&real.unwrap_or_else(|_| other.to_owned()), &self.path);
        way.trim_end_matches('/').to_owned()
    }

    /// Returns the map that an earlier run left.
    #[must_use]
    pub fn map(&self) -> Option<&ExtractionMap> {
        self.known.as_ref()
    }
}

/// Looks at a folder before anything is written.
///
/// # Errors
///
/// It is no folder, holds something and no map of ours, or cannot be read.
pub fn open(name: &Path) -> Result<ExtractionFolder, Problem> {
    let shown = name.display().to_string();
    let path = real_path(name).map_err(|error| cannot_write(&shown, &error))?;
    let folder = |known| ExtractionFolder {
        path: path.clone(),
        name: shown.clone(),
        known,
    };
    let entries = match fs::read_dir(&path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(folder(None)),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(
                Problem::usage("not-a-folder", format!("`{shown}` is no folder"))
                    .hint("name a folder that is new, empty, or from an earlier `extract`"),
            );
        }
        Err(error) => return Err(cannot_write(&shown, &error)),
    };
    match fs::read_to_string(path.join(EXTRACTION_MAP)) {
        Ok(text) => Ok(folder(Some(parse(&text, &shown)?))),
        Err(_) if entries.count() == 0 => Ok(folder(None)),
        Err(_) => Err(foreign(&shown)),
    }
}

/// Resolves the links of a path, the last part of which may not be there yet.
fn real_path(name: &Path) -> io::Result<PathBuf> {
    let whole = std::path::absolute(name)?;
    if let Ok(resolved) = whole.canonicalize() {
        return Ok(resolved);
    }
    match (whole.parent().map(Path::canonicalize), whole.file_name()) {
        (Some(Ok(parent)), Some(name)) => Ok(parent.join(name)),
        _ => Ok(whole),
    }
}

fn foreign(shown: &str) -> Problem {
    let message = format!("`{shown}` is not empty and not from an earlier `extract`");
    Problem::usage("foreign-folder", message)
        .because(format!(
            "it has no `{EXTRACTION_MAP}`, and nothing of yours is overwritten"
        ))
        .hint("name a folder that is new or empty")
}

fn parse(text: &str, shown: &str) -> Result<ExtractionMap, Problem> {
    let bad = |why: String| {
        let message = format!("`{shown}/{EXTRACTION_MAP}` cannot be understood");
        Problem::usage("bad-map", message)
            .because(why)
            .hint("remove the folder, or name another")
    };
    let map: ExtractionMap = serde_json::from_str(text).map_err(|error| bad(error.to_string()))?;
    if map.format != FORMAT {
        let why = format!(
            "it has format {}, and this fencepost knows {FORMAT}",
            map.format
        );
        return Err(bad(why));
    }
    match map.files.keys().find(|path| !stays_inside(path)) {
        Some(path) => Err(bad(format!("`{path}` is no path below the folder"))),
        None => Ok(map),
    }
}

/// A map may come from anywhere, and its files are replaced and removed.
fn stays_inside(path: &str) -> bool {
    let parts = Path::new(path).components();
    path != EXTRACTION_MAP
        && parts
            .into_iter()
            .all(|part| matches!(part, Component::Normal(_)))
}

/// Makes the folder hold exactly what was extracted, beside what is not ours.
///
/// # Errors
///
/// Files in the way that were not written by `extract`, or were changed since, all at once and before
/// anything is written; a folder that cannot be written to.
pub fn write(folder: &ExtractionFolder, extraction: &Extraction) -> Result<(), Vec<Problem>> {
    let map = extraction.map.to_json();
    let Some(known) = &folder.known else {
        return create(folder, extraction, &map)
            .map_err(|error| vec![cannot_write(&folder.name, &error)]);
    };
    let changes = changes(folder, known, extraction)?;
    replace(folder, extraction, &changes, &map)
        .map_err(|error| vec![cannot_write(&folder.name, &error)])
}

/// Makes the whole folder beside its place and renames it.
fn create(folder: &ExtractionFolder, extraction: &Extraction, map: &str) -> io::Result<()> {
    let parent = folder.path.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(parent)?;
    let staged = tempfile::Builder::new()
        .prefix(".fencepost-extract-")
        .tempdir_in(parent)?;
    for (path, text) in &extraction.texts {
        put(&staged.path().join(path), text)?;
    }
    put(&staged.path().join(EXTRACTION_MAP), map)?;
    set_usual_mode(staged.path(), 0o755)?;
    fs::rename(staged.path(), &folder.path)?;
    // The folder has left its temporary place.
    let _ = staged.keep();
    Ok(())
}

/// What has to be done to a folder of ours.
#[derive(Debug, Default)]
struct Changes<'a> {
    write: Vec<&'a str>,
    remove: Vec<&'a str>,
}

/// What stands where a file of ours belongs.
enum Found {
    Nothing,
    /// A file of this digest.
    File(String),
    /// A folder, a link, or something behind a link.
    Other,
}

fn changes<'a>(
    folder: &ExtractionFolder,
    known: &'a ExtractionMap,
    extraction: &'a Extraction,
) -> Result<Changes<'a>, Vec<Problem>> {
    let mut changes = Changes::default();
    let mut problems = Vec::new();
    let gone = known.files.keys();
    let gone = gone.filter(|path| !extraction.texts.contains_key(*path));
    for path in extraction.texts.keys().chain(gone) {
        let wanted = extraction.texts.get(path);
        let ours = known.files.get(path).map(|file| file.digest.as_str());
        match (found(&folder.path, path), wanted) {
            (Found::Nothing, None) => {}
            (Found::Nothing, Some(_)) => changes.write.push(path),
            (Found::File(is), Some(text)) if is == digest(text.as_bytes()) => {}
            (Found::File(is), Some(_)) if Some(is.as_str()) == ours => changes.write.push(path),
            (Found::File(is), None) if Some(is.as_str()) == ours => changes.remove.push(path),
            (Found::File(_), _) if ours.is_some() => problems.push(edited(folder, path)),
            (Found::File(_) | Found::Other, _) => problems.push(in_the_way(folder, path)),
        }
    }
    if problems.is_empty() {
        Ok(changes)
    } else {
        Err(problems)
    }
}

/// Looks at what stands below `folder` at `path`; no link is followed.
fn found(folder: &Path, path: &str) -> Found {
    let mut place = folder.to_owned();
    for part in path.split('/') {
        place.push(part);
        match place.symlink_metadata() {
            Err(_) => return Found::Nothing,
            Ok(is) if is.is_symlink() => return Found::Other,
            Ok(_) => {}
        }
    }
    fs::read(&place).map_or(Found::Other, |bytes| Found::File(digest(&bytes)))
}

fn edited(folder: &ExtractionFolder, path: &str) -> Problem {
    let message = format!(
        "`{}/{path}` was changed after it was extracted",
        folder.name
    );
    Problem::usage("changed-file", message)
        .hint("put the change into the guide and remove the file, or extract to another folder")
}

fn in_the_way(folder: &ExtractionFolder, path: &str) -> Problem {
    let message = format!(
        "`{}/{path}` is in the way: `extract` did not write it",
        folder.name
    );
    Problem::usage("foreign-file", message).hint("move it, or extract to another folder")
}

/// Replaces file by file, the map last.
fn replace(
    folder: &ExtractionFolder,
    extraction: &Extraction,
    changes: &Changes<'_>,
    map: &str,
) -> io::Result<()> {
    for path in &changes.write {
        put(&folder.path.join(path), &extraction.texts[*path])?;
    }
    for path in &changes.remove {
        let path = folder.path.join(path);
        fs::remove_file(&path)?;
        // A folder that still holds something stays.
        let emptied = path.parent().filter(|parent| *parent != folder.path);
        let _ = emptied.map(fs::remove_dir);
    }
    if fs::read_to_string(folder.path.join(EXTRACTION_MAP))
        .ok()
        .as_deref()
        != Some(map)
    {
        put(&folder.path.join(EXTRACTION_MAP), map)?;
    }
    Ok(())
}

/// Writes a file by a temporary one beside it.
fn put(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    set_usual_mode(file.path(), 0o644)?;
    file.persist(path)?;
    Ok(())
}

/// Returns the digest by which a file of ours is known again.
pub(super) fn digest(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..16].to_owned()
}

/// Gives what is made as temporary the mode that a newly made one has.
#[cfg(unix)]
fn set_usual_mode(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_usual_mode(_path: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}

fn cannot_write(shown: &str, error: &io::Error) -> Problem {
    Problem::blocked("cannot-write", format!("cannot write to `{shown}`")).because(cause(error))
}
