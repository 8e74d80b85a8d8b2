//! Interpreters for unit tests.

use std::path::{Path, PathBuf};

use crate::plan::{
    Build, Installation, Interpreter, PlannedRun, Program, ProgramBlock, Surroundings,
};

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
        version: format!("3.{minor}.0"),
        release: [3, minor, 0],
        build: Build::Default,
        path: path.to_path_buf(),
        real_path: path.canonicalize().unwrap_or_default(),
        base_prefix: prefix.clone(),
        prefix,
        library_paths: Vec::new(),
        fingerprint: String::new(),
    }
    .into()
}

/// Returns a run of one script.
pub(super) fn planned(interpreter: &Interpreter, code: &str) -> PlannedRun {
    PlannedRun {
        id: "guide.md#1".to_owned(),
        program: Program {
            blocks: vec![ProgramBlock::Script(code.to_owned())],
            files: Vec::new(),
            stdin: String::new(),
            top_level_await: false,
        },
        interpreter: interpreter.clone(),
        limits: crate::discover::Limits::default(),
        start: None,
        alone: false,
        surroundings: Surroundings::default(),
        environment: None,
    }
}
