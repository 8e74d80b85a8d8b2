//! Asks one interpreter what it is.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::child::{Command, Exit, Output, run};

use super::{Build, Installation, Interpreter, Misfit, MisfitKind};

/// What is run: it understands every Python since 2.7 and prints one line that begins with [`MARK`].
const SCRIPT: &str = include_str!("probe.py");

/// What the answer's line begins with.
const MARK: &str = "fencepost-probe ";

/// How long an interpreter may take to answer.
const DEADLINE: Duration = Duration::from_secs(10);

/// The status by which shells and shims say that there is no such program.
const NO_COMMAND: i32 = 127;

/// The oldest version that examples run on.
pub(super) const OLDEST: [u64; 2] = [3, 8];

/// What an interpreter says of itself.
#[derive(Debug, Deserialize, Serialize)]
struct Answer {
    implementation: String,
    release: [u64; 3],
    version: String,
    free_threaded: bool,
    debug: bool,
    executable: Option<PathBuf>,
    prefix: PathBuf,
    base_prefix: PathBuf,
    paths: Vec<PathBuf>,
    build: String,
    #[serde(default)]
    gil: Option<bool>,
}

/// An interpreter with what only a list of them tells.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Probed {
    pub(super) interpreter: Interpreter,
    /// Whether its global lock is on, where it can say so.
    pub(super) gil: Option<bool>,
}

/// Asks the program at `path`, which gets `variables` as its environment.
pub(super) fn probe(path: &Path, variables: &[(OsString, OsString)]) -> Result<Probed, Misfit> {
    let mut command = Command::new(path)
        .arguments(["-E", "-s", "-B", "-c", SCRIPT])
        .deadline(DEADLINE);
    command.environment = variables.to_vec();
    command.folder = cfg!(unix).then(|| PathBuf::from("/"));
    let output = run(&command);
    match answer_of(&output) {
        Ok(answer) => understand(path, answer),
        Err(reason) => Err(misfit(path, MisfitKind::Broken, reason)),
    }
}

/// Finds the answer in what was printed, or says what went wrong.
fn answer_of(output: &Output) -> Result<Answer, String> {
    match &output.exit {
        Exit::Exited(0) => {}
        Exit::Exited(status) => {
            let error = output.stderr_text();
            let said = if *status == NO_COMMAND {
                first_line(&error)
            } else {
                last_line(&error)
            };
            return Err(format!(
                "ended with status {status} when asked for its version{said}"
            ));
        }
        Exit::Signalled(number) => {
            return Err(format!(
                "crashed with signal {number} when asked for its version"
            ));
        }
        Exit::TimedOut => {
            let seconds = DEADLINE.as_secs();
            return Err(format!("did not tell its version within {seconds} s"));
        }
        Exit::TooMuchOutput => {
            return Err("flooded its output when asked for its version".to_owned());
        }
        Exit::CouldNotStart(why) => {
            let why = why.split(" (os error").next().unwrap_or_default();
            return Err(format!("cannot start: {}", why.to_lowercase()));
        }
    }
    let text = output.stdout_text();
    let line = text.lines().find_map(|line| line.strip_prefix(MARK));
    let answer = line.and_then(|line| serde_json::from_str(line).ok());
    answer.ok_or_else(|| {
        format!(
            "does not answer as Python does when asked for its version{}",
            last_line(&text)
        )
    })
}

/// Returns the first line that is not empty as `: LINE`: what a shim says before it tells what else there is.
fn first_line(text: &str) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty());
    last_line(line.unwrap_or_default())
}

/// Returns the last line that is not empty as `: LINE`, cut to a bearable length.
fn last_line(text: &str) -> String {
    let line = text.lines().rfind(|line| !line.trim().is_empty());
    line.map(|line| format!(": {}", line.trim().chars().take(120).collect::<String>()))
        .unwrap_or_default()
}

fn understand(path: &Path, answer: Answer) -> Result<Probed, Misfit> {
    let version = &answer.version;
    let other = match answer.implementation.as_str() {
        "cpython" => None,
        "pypy" => Some("PyPy"),
        "graalpy" | "graalvm" => Some("GraalPy"),
        other => Some(other),
    };
    if let Some(name) = other {
        let reason =
            format!("{name} (Python {version}) is not CPython: fencepost runs CPython alone");
        return Err(misfit(path, MisfitKind::OtherImplementation, reason));
    }
    if answer.release[..2] < OLDEST[..] {
        let reason = format!("CPython {version} is too old: fencepost runs 3.8 and newer");
        return Err(misfit(path, MisfitKind::TooOld, reason));
    }
    Ok(Probed {
        gil: answer.gil,
        interpreter: interpreter(path, answer),
    })
}

fn interpreter(path: &Path, answer: Answer) -> Interpreter {
    let real_path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let executable = answer.executable.as_ref();
    let executable = executable.and_then(|program| Some((program, program.canonicalize().ok()?)));
    // A wrapper is not the interpreter: what it starts is.
    let (path, real_path) = match executable {
        Some((program, real)) if real != real_path => (program.clone(), real),
        Some(_) | None => (path.to_owned(), real_path),
    };
    let build = match (answer.debug, answer.free_threaded) {
        (true, _) => Build::Debug,
        (false, true) => Build::FreeThreaded,
        (false, false) => Build::Default,
    };
    Installation {
        fingerprint: fingerprint(&answer, &real_path),
        library_paths: library_paths(&answer),
        version: answer.version,
        release: answer.release,
        build,
        path,
        real_path,
        prefix: answer.prefix,
        base_prefix: answer.base_prefix,
    }
    .into()
}

fn library_paths(answer: &Answer) -> Vec<PathBuf> {
    let inside =
        |path: &Path| path.starts_with(&answer.prefix) || path.starts_with(&answer.base_prefix);
    let outside = answer
        .paths
        .iter()
        .filter(|path| !inside(path) && path.exists());
    outside.cloned().collect()
}

fn fingerprint(answer: &Answer, real_path: &Path) -> String {
    let stamp = stamp(real_path).unwrap_or_default();
    let text = format!("{}\n{}\n{stamp}", answer.version, answer.build);
    blake3::hash(text.as_bytes()).to_hex()[..32].to_owned()
}

/// Returns a file's size and time of change as text.
pub(super) fn stamp(path: &Path) -> Option<String> {
    let metadata = path.metadata().ok()?;
    let changed = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{} {}", metadata.len(), changed.as_nanos()))
}

fn misfit(path: &Path, kind: MisfitKind, reason: String) -> Misfit {
    Misfit {
        path: path.to_owned(),
        kind,
        reason,
    }
}
