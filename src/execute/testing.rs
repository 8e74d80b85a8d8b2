//! Interpreters for unit tests.

use std::path::{Path, PathBuf};

use crate::plan::{Build, Installation, Interpreter, PlannedRun, Program, ProgramBlock};

/// Returns one interpreter of each minor version under pyenv, oldest first, or the system's `python3`.
pub(super) fn interpreters() -> Vec<Interpreter> {
    let home = std::env::var_os("HOME").map_or_else(PathBuf::new, PathBuf::from);
    let found: Vec<Interpreter> = (8..15)
        .filter_map(|minor| {
            let versions = std::fs::read_dir(home.join(".pyenv/versions")).ok()?;
            let prefix = format!("3.{minor}.");
            versions
                .flatten()
                .filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix))
                .map(|entry| interpreter(&entry.path().join("bin/python"), minor))
                .last()
        })
        .collect();
    if found.is_empty() {
        return vec![interpreter(Path::new("/usr/bin/python3"), 0)];
    }
    found
}

/// Returns an interpreter that nobody has probed.
pub(super) fn interpreter(path: &Path, minor: u64) -> Interpreter {
    let prefix = path.ancestors().nth(2).unwrap_or(path).to_path_buf();
    Installation {
        path: path.to_path_buf(),
        real_path: path.canonicalize().unwrap_or_default(),
        base_prefix: prefix.clone(),
        prefix,
        ..Installation::unplaced(&format!("3.{minor}.0"), [3, minor, 0], Build::Default)
    }
    .into()
}

/// Returns a run of some blocks.
pub(super) fn planned(interpreter: &Interpreter, blocks: Vec<ProgramBlock>) -> PlannedRun {
    PlannedRun::usual("guide.md#1", Program::of(blocks), interpreter)
}

/// Returns a block of plain Python.
pub(super) fn script(code: &str) -> ProgramBlock {
    ProgramBlock::Script(code.to_owned())
}
