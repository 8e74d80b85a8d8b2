//! Makes environments for interpreters, several at a time.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use crate::plan::Interpreter;

use super::resolution::normalised;
use super::tools::{python_in, text_of, venv_command};
use super::{Fault, FaultKind, Lock, State, Store, Tools};

/// One environment on one interpreter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The environment's name.
    pub name: String,
    /// Its lock.
    pub lock: Lock,
    /// The interpreter.
    pub interpreter: Interpreter,
}

/// What happens while environments are made.
#[derive(Debug)]
pub enum SyncEvent<'a> {
    /// So many have to be made; the others are ready.
    Planned(usize),
    /// One was made, or could not be.
    Finished(&'a Pair, Result<(), &'a Fault>),
}

/// Makes what is not ready yet and returns each folder, in the order of `pairs`.
///
/// `event` is called from this thread alone.
pub fn sync(
    pairs: &[Pair],
    store: &Store,
    tools: &Tools<'_>,
    jobs: usize,
    event: &mut dyn FnMut(SyncEvent<'_>),
) -> Vec<Result<PathBuf, Fault>> {
    let ready = |pair: &Pair| match store.state(&pair.name, &pair.lock, &pair.interpreter) {
        State::Ready(folder) => Some(Ok(folder)),
        State::Failed(_) | State::Missing => None,
    };
    let mut results: Vec<Option<Result<PathBuf, Fault>>> = pairs.iter().map(ready).collect();
    let open: Vec<usize> = (0..pairs.len())
        .filter(|index| results[*index].is_none())
        .collect();
    event(SyncEvent::Planned(open.len()));
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    let (open, next) = (open.as_slice(), &next);
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, open.len().max(1)) {
            let sender = sender.clone();
            scope.spawn(move || {
                while let Some(index) = open.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // The receiver lives until all senders are gone.
                    let _ = sender.send((*index, provision(&pairs[*index], store, tools)));
                }
            });
        }
        drop(sender);
        for (index, result) in receiver {
            event(SyncEvent::Finished(
                &pairs[index],
                result.as_ref().map(|_| ()),
            ));
            results[index] = Some(result);
        }
    });
    results.into_iter().flatten().collect()
}

fn provision(pair: &Pair, store: &Store, tools: &Tools<'_>) -> Result<PathBuf, Fault> {
    let attempt = store.begin(&pair.name, &pair.lock, &pair.interpreter);
    let attempt = attempt.map_err(|error| Fault::of_disk(&error))?;
    if attempt.ready {
        return Ok(attempt.folder.clone());
    }
    let complete = || attempt.complete().map_err(|error| Fault::of_disk(&error));
    match make(pair, &attempt.folder, tools).and_then(|()| complete()) {
        Ok(()) => Ok(attempt.folder.clone()),
        Err(fault) => {
            let lasting = matches!(fault.kind, FaultKind::NoWheel);
            attempt.give_up(lasting.then_some(fault.reason.as_str()));
            Err(fault)
        }
    }
}

fn make(pair: &Pair, folder: &Path, tools: &Tools<'_>) -> Result<(), Fault> {
    let file = tempfile::Builder::new().suffix(".txt").tempfile();
    let mut file = file.map_err(|error| Fault::of_disk(&error))?;
    std::io::Write::write_all(&mut file, pair.lock.requirements.as_bytes())
        .map_err(|error| Fault::of_disk(&error))?;
    match &tools.uv {
        Some(uv) => by_uv(pair, folder, tools, uv, file.path()),
        None => by_pip(pair, folder, tools, file.path()),
    }
}

fn by_uv(
    pair: &Pair,
    folder: &Path,
    tools: &Tools<'_>,
    uv: &Path,
    lock: &Path,
) -> Result<(), Fault> {
    let interpreter = text_of(&pair.interpreter.path);
    let place = text_of(folder);
    let venv = [
        "venv",
        "--quiet",
        "--no-project",
        "--python",
        &interpreter,
        &place,
    ];
    tools.succeed(&tools.uv_command(uv, &venv))?;
    let (python, lock) = (text_of(&python_in(folder)), text_of(lock));
    let install = tools
        .uv_command(
            uv,
            &[
                "pip",
                "sync",
                "--quiet",
                "--require-hashes",
                "--only-binary",
                ":all:",
            ],
        )
        .arguments(["--allow-empty-requirements", "--compile-bytecode"])
        .arguments(["--python", &python, &lock]);
    tools.succeed(&install).map(|_| ())
}

fn by_pip(pair: &Pair, folder: &Path, tools: &Tools<'_>, lock: &Path) -> Result<(), Fault> {
    let made = tools.succeed(&venv_command(tools, &pair.interpreter, folder));
    made.map_err(|fault| Fault {
        reason: format!(
            "no venv could be made ({}): install uv, or your system's venv package",
            fault.reason
        ),
        ..fault
    })?;
    let python = python_in(folder);
    let install = tools
        .pip_command(
            &python,
            &[
                "install",
                "--quiet",
                "--require-hashes",
                "--only-binary",
                ":all:",
            ],
        )
        .arguments(["--no-deps", "-r", &text_of(lock)]);
    tools.succeed(&install)?;
    // What came with the venv and is not locked would make examples true by accident.
    let seeds: Vec<&str> = ["setuptools", "pip"]
        .into_iter()
        .filter(|name| !pins(&pair.lock, name))
        .collect();
    if seeds.is_empty() {
        return Ok(());
    }
    let remove = tools
        .pip_command(&python, &["uninstall", "--quiet", "--yes"])
        .arguments(seeds);
    tools.succeed(&remove).map(|_| ())
}

/// Says whether a lock names a distribution.
fn pins(lock: &Lock, name: &str) -> bool {
    let names = lock
        .requirements
        .lines()
        .filter_map(|line| Some(line.split_once("==")?.0));
    names
        .into_iter()
        .any(|pinned| normalised(pinned.trim()) == name)
}
