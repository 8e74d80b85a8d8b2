//! Lock files: exact versions with hashes, in the form that pip and uv install from.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::plan::Interpreter;
use crate::problem::Problem;
use crate::wording::{cause, list};

use super::resolution::{PipReport, join};
use super::tools::text_of;
use super::{Environment, Fault, Tools};

/// The first line of every lock of ours.
const FIRST_LINE: &str = "# fencepost environment, format 1: written by `fencepost env lock`";
const INPUTS: &str = "# inputs: ";
const MADE_BY: &str = "# made by: ";

/// One lock file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// The hash of the inputs that it was made from.
    pub inputs: String,
    /// What made it, and for which machines.
    pub made_by: String,
    /// Requirements with versions, markers and hashes.
    pub requirements: String,
}

/// Whether an environment is locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LockState {
    /// It has no lock file.
    Absent,
    /// Its requirements changed after it was locked.
    Stale(Lock),
    /// The file is not one of ours, or holds a merge conflict.
    Broken(String),
    /// It is locked.
    Current(Lock),
}

impl Lock {
    /// Parses the text of a lock file.
    ///
    /// # Errors
    ///
    /// Says in words why it is no lock of ours.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.replace("\r\n", "\n");
        let mark = text
            .lines()
            .position(|line| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> "));
        if let Some(line) = mark {
            return Err(format!("line {} is a merge conflict", line + 1));
        }
        let mut rest = text.splitn(4, '\n');
        let mut next = |prefix: &str| rest.next().and_then(|line| line.strip_prefix(prefix));
        let heads = (next(FIRST_LINE), next(INPUTS), next(MADE_BY));
        let (Some(""), Some(inputs), Some(made_by)) = heads else {
            return Err("its first lines are not those that fencepost writes".to_owned());
        };
        Ok(Self {
            inputs: inputs.to_owned(),
            made_by: made_by.to_owned(),
            requirements: rest.next().unwrap_or_default().to_owned(),
        })
    }

    /// Returns the text of the file.
    #[must_use]
    pub fn to_text(&self) -> String {
        let Self {
            inputs,
            made_by,
            requirements,
        } = self;
        format!("{FIRST_LINE}\n{INPUTS}{inputs}\n{MADE_BY}{made_by}\n{requirements}")
    }

    /// Writes the file by temporary file and rename; says whether its bytes changed.
    ///
    /// # Errors
    ///
    /// A blocked problem; the old file is untouched then.
    pub fn write(&self, path: &Path) -> Result<bool, Problem> {
        let text = self.to_text();
        if std::fs::read_to_string(path).is_ok_and(|old| old == text) {
            return Ok(false);
        }
        persist(path, &text).map(|()| true).map_err(|error| {
            let message = format!("cannot write `{}`", path.display());
            Problem::blocked("cannot-write", message).because(cause(&error))
        })
    }
}

impl LockState {
    /// Reads the lock of an environment.
    #[must_use]
    pub fn of(environment: &Environment) -> Self {
        let text = match std::fs::read_to_string(&environment.lock_path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Self::Absent,
            Err(error) => return Self::Broken(cause(&error)),
        };
        match Lock::parse(&text) {
            Ok(lock) if lock.inputs == environment.inputs => Self::Current(lock),
            Ok(lock) => Self::Stale(lock),
            Err(why) => Self::Broken(why),
        }
    }

    /// Returns the lock, or says why there is none to install from and what makes one.
    ///
    /// # Errors
    ///
    /// In words, with the command that fixes it.
    pub fn usable(&self, name: &str) -> Result<&Lock, String> {
        let fix = format!("`fencepost env lock {name}`");
        match self {
            Self::Current(lock) => Ok(lock),
            Self::Absent => Err(format!("environment `{name}` is not locked: run {fix}")),
            Self::Stale(_) => Err(format!(
                "environment `{name}` changed after it was locked: run {fix}"
            )),
            Self::Broken(why) => Err(format!(
                "the lock of environment `{name}` cannot be used ({why}): run {fix}"
            )),
        }
    }
}

/// Resolves an environment and returns its lock: by uv for every platform, else by pip for this machine.
///
/// Versions of an earlier lock are kept where they still fit, unless `upgrade`.
///
/// # Errors
///
/// What the tool could not do.
pub fn make_lock(
    environment: &Environment,
    interpreters: &[Interpreter],
    tools: &Tools<'_>,
    upgrade: bool,
) -> Result<Lock, Fault> {
    let folder = tempfile::tempdir().map_err(|error| Fault::of_disk(&error))?;
    let input = folder.path().join("requirements.in");
    persist(&input, &(environment.requires.join("\n") + "\n"))
        .map_err(|error| Fault::of_disk(&error))?;
    let mut inputs = vec![input];
    inputs.extend(environment.files.iter().cloned());
    let (made_by, requirements) = match &tools.uv {
        Some(uv) => by_uv(environment, interpreters, tools, uv, &inputs, upgrade)?,
        None => by_pip(environment, interpreters, tools, &inputs)?,
    };
    Ok(Lock {
        inputs: environment.inputs.clone(),
        made_by,
        requirements,
    })
}

fn by_uv(
    environment: &Environment,
    interpreters: &[Interpreter],
    tools: &Tools<'_>,
    uv: &Path,
    inputs: &[PathBuf],
    upgrade: bool,
) -> Result<(String, String), Fault> {
    let output = inputs[0].with_file_name("requirements.txt");
    if let (false, LockState::Current(old) | LockState::Stale(old)) =
        (upgrade, LockState::of(environment))
    {
        persist(&output, &old.requirements).map_err(|error| Fault::of_disk(&error))?;
    }
    let lowest = format!("{}.{}", environment.lowest[0], environment.lowest[1]);
    let out = text_of(&output);
    let mut command = tools.uv_command(
        uv,
        &[
            "pip",
            "compile",
            "--quiet",
            "--universal",
            "--generate-hashes",
        ],
    );
    command = command
        .arguments(["--only-binary", ":all:", "--no-header", "--no-annotate"])
        .arguments(["--python-version", &lowest, "--output-file", &out])
        .arguments(inputs.iter().map(|path| path.as_os_str()));
    if let Some(newest) = interpreters.last() {
        command = command.arguments(["--python", &text_of(&newest.path)]);
    }
    tools.succeed(&command)?;
    let text = std::fs::read_to_string(&output).map_err(|error| Fault::of_disk(&error))?;
    Ok((
        format!("uv, for CPython {lowest} and newer on every platform"),
        text,
    ))
}

fn by_pip(
    environment: &Environment,
    interpreters: &[Interpreter],
    tools: &Tools<'_>,
    inputs: &[PathBuf],
) -> Result<(String, String), Fault> {
    let mut covered: Vec<&Interpreter> = interpreters
        .iter()
        .filter(|one| environment.covers(one))
        .collect();
    covered.dedup_by_key(|one| [one.release[0], one.release[1]]);
    if covered.is_empty() {
        let [major, minor] = environment.lowest;
        return Err(Fault::other(format!(
            "no CPython {major}.{minor} or newer to resolve for"
        )));
    }
    let mut answers = Vec::new();
    for interpreter in &covered {
        let minor = [interpreter.release[0], interpreter.release[1]];
        match pip_report(interpreter, tools, inputs) {
            Err(fault) if !fault.is_of_the_interpreter() => return Err(fault),
            answer => answers.push((minor, answer)),
        }
    }
    let requirements = join(&with_neighbours(&answers)?).map_err(Fault::other)?;
    let minors = |resolved: bool| {
        let of_kind = answers.iter().filter(|(_, one)| one.is_ok() == resolved);
        let minors = of_kind.map(|([major, minor], _)| format!("{major}.{minor}"));
        list(&minors.collect::<Vec<_>>())
    };
    let machine = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    let lacking = match minors(false) {
        lacking if lacking.is_empty() => String::new(),
        lacking => format!(", without wheels for CPython {lacking}"),
    };
    let resolved = minors(true);
    Ok((
        format!("pip, for CPython {resolved} on {machine} alone{lacking}"),
        requirements,
    ))
}

/// Gives an interpreter for which nothing was found what its nearest neighbour got: installing it there
/// then says what is missing, and blocks that interpreter alone.
fn with_neighbours(
    answers: &[([u64; 2], Result<PipReport, Fault>)],
) -> Result<Vec<([u64; 2], &PipReport)>, Fault> {
    let mut reports = Vec::new();
    for (index, (minor, answer)) in answers.iter().enumerate() {
        let older = answers[..=index].iter().rev();
        let mut nearest = older.chain(&answers[index..]);
        let report = nearest.find_map(|(_, answer)| answer.as_ref().ok());
        match (report, answer) {
            (Some(report), _) => reports.push((*minor, report)),
            (None, Err(fault)) => return Err(fault.clone()),
            (None, Ok(_)) => {}
        }
    }
    Ok(reports)
}

fn pip_report(
    interpreter: &Interpreter,
    tools: &Tools<'_>,
    inputs: &[PathBuf],
) -> Result<PipReport, Fault> {
    let mut command = tools.pip_command(
        &interpreter.path,
        &["install", "--dry-run", "--ignore-installed"],
    );
    command = command.arguments(["--quiet", "--report", "-", "--only-binary", ":all:"]);
    for path in inputs {
        command = command.arguments(["-r", &text_of(path)]);
    }
    // Nothing is installed; distributions that guard their Python need not mind.
    command = command.variable("PIP_BREAK_SYSTEM_PACKAGES", "1");
    let output = tools
        .succeed(&command)
        .map_err(|fault| fault.on(interpreter))?;
    serde_json::from_slice(&output.stdout).map_err(|_| {
        Fault::other(format!(
            "pip of {} is too old to lock: install uv",
            interpreter.in_words()
        ))
    })
}

fn persist(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut temporary = tempfile::Builder::new()
        .prefix(".fencepost-")
        .tempfile_in(folder)?;
    temporary.write_all(text.as_bytes())?;
    temporary.flush()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let usual = std::fs::Permissions::from_mode(0o644);
        temporary.as_file().set_permissions(usual)?;
    }
    temporary.persist(path)?;
    Ok(())
}
