//! What surrounds a run and must not change what it prints: environment variables, a busy machine.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::plan::PlannedRun;

/// Folders that examples see of an environment they did not bring.
const SYSTEM_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Returns the whole environment of a run whose folder is `home` and whose temporary files are in `temporary`.
pub(super) fn environment(
    run: &PlannedRun,
    home: &Path,
    temporary: &Path,
) -> Vec<(OsString, OsString)> {
    let mut path = OsString::from(program(run).parent().unwrap_or(Path::new("/")));
    path.push(":");
    path.push(SYSTEM_PATH);
    let mut variables: Vec<(OsString, OsString)> = [
        ("PYTHONHASHSEED", run.surroundings.hash_seed.to_string()),
        ("TZ", "UTC".to_owned()),
        ("LC_ALL", "C.UTF-8".to_owned()),
        ("LANG", "C.UTF-8".to_owned()),
        ("COLUMNS", "80".to_owned()),
        ("LINES", "24".to_owned()),
        ("TERM", "dumb".to_owned()),
        ("NO_COLOR", "1".to_owned()),
        ("PYTHON_COLORS", "0".to_owned()),
        ("USER", "example".to_owned()),
        ("LOGNAME", "example".to_owned()),
    ]
    .map(|(name, value)| (name.into(), value.into()))
    .into();
    variables.push(("PATH".into(), path));
    variables.push(("HOME".into(), home.into()));
    variables.push(("TMPDIR".into(), temporary.into()));
    if let Some(environment) = &run.environment {
        variables.push(("VIRTUAL_ENV".into(), environment.into()));
    }
    variables
}

/// Returns what the interpreter is started with.
///
/// A root of a run's own shows it how many CPUs it has; elsewhere only CPython 3.13 and newer can be told.
pub(super) fn arguments(run: &PlannedRun, has_own_root: bool) -> Vec<String> {
    let takes_count = !has_own_root && run.interpreter.release >= [3, 13, 0];
    let count = run.surroundings.cpus.filter(|_| takes_count);
    let option = count.map(|count| format!("-Xcpu_count={count}"));
    option
        .into_iter()
        .chain(["example.py".to_owned()])
        .collect()
}

/// Returns the interpreter that a run starts: its environment's, if it has one.
pub(super) fn program(run: &PlannedRun) -> std::path::PathBuf {
    match &run.environment {
        Some(environment) if cfg!(windows) => environment.join("Scripts/python.exe"),
        Some(environment) => environment.join("bin/python"),
        None => run.interpreter.path.clone(),
    }
}

/// Keeps every CPU busy until it is dropped.
#[derive(Debug)]
pub(super) struct Busy(Arc<AtomicBool>);

impl Busy {
    /// Starts one spinning thread for each CPU.
    pub(super) fn start() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let count = std::thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..count {
            let over = Arc::clone(&over);
            // One spinner less on a machine without threads left: it is busy already.
            let _ = std::thread::Builder::new().spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        Self(over)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
