//! One child process: spawn, capture up to a cap, end its whole tree.
//!
//! Enters: a [`Command`]. Leaves: an [`Output`]. It knows one process and nothing of examples; how
//! many run at once, and behind which walls, is `execute`'s. A grandchild that holds a pipe open
//! never holds the call open: the group is killed, then reading stops.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tokio::process::Child;

mod group;
mod streams;

use group::{Group, ended};
pub(crate) use streams::{Reading, Stream, Streams};

/// A resource limit of the process itself; its children inherit it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// Bytes of address space.
    AddressSpace,
    /// Seconds of CPU time.
    CpuSeconds,
    /// Bytes of one file.
    FileSize,
    /// Open file descriptors.
    OpenFiles,
    /// Bytes of a core dump.
    CoreDump,
}

/// What to run and within which bounds. The environment is exactly what is listed.
#[derive(Debug, Clone)]
pub struct Command {
    /// The program, as a path.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// The whole environment.
    pub environment: Vec<(OsString, OsString)>,
    /// Its current folder; `None` keeps ours.
    pub folder: Option<PathBuf>,
    /// What it reads from stdin.
    pub stdin: Vec<u8>,
    /// Wall-clock limit.
    pub deadline: Duration,
    /// Bytes kept of stdout and of stderr, each; more ends it.
    pub output_cap: u64,
    /// Resource limits (on Linux).
    pub resources: Vec<(Resource, u64)>,
    /// How many CPUs it may use (on Linux); `None` is all.
    pub cpus: Option<usize>,
}

impl Command {
    /// Returns a command with no arguments, an empty environment and stdin, 10 s and 1 MiB.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            folder: None,
            stdin: Vec::new(),
            deadline: Duration::from_secs(10),
            output_cap: 1 << 20,
            resources: Vec::new(),
            cpus: None,
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn arguments<T: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = T>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Adds a variable to the environment.
    #[must_use]
    pub fn variable(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Sets what it reads from stdin.
    #[must_use]
    pub fn stdin(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.stdin = text.into();
        self
    }

    /// Sets the wall-clock limit.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }
}

/// How a process ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this status.
    Exited(i32),
    /// By the signal with this number.
    Signalled(i32),
    /// Killed at its deadline.
    TimedOut,
    /// Killed because it wrote more than the cap to stdout or stderr.
    TooMuchOutput,
    /// Never began, for this reason.
    CouldNotStart(String),
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// How it ended.
    pub exit: Exit,
    /// Bytes of stdout, at most the cap.
    pub stdout: Vec<u8>,
    /// Bytes of stderr, at most the cap.
    pub stderr: Vec<u8>,
    /// Wall-clock time.
    pub duration: Duration,
    /// CPU time of the process and of the children it waited for, where the system tells.
    pub cpu: Option<Duration>,
}

impl Output {
    /// Says whether it exited with status 0.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.exit == Exit::Exited(0)
    }

    /// Returns stdout as text, invalid UTF-8 as `\xNN`.
    #[must_use]
    pub fn stdout_text(&self) -> String {
        text(&self.stdout)
    }

    /// Returns stderr as text, invalid UTF-8 as `\xNN`.
    #[must_use]
    pub fn stderr_text(&self) -> String {
        text(&self.stderr)
    }
}

/// Turns bytes into text, each byte that is not part of valid UTF-8 into `\xNN`.
#[must_use]
pub fn text(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            write!(text, "\\x{byte:02x}").expect("writing to a string never fails");
        }
    }
    text
}

/// Runs a command to its end. Not to be called from asynchronous code: see [`run_async`].
#[must_use]
pub fn run(command: &Command) -> Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(run_async(command)),
        Err(error) => never_began(error.to_string()),
    }
}

/// Runs a command to its end. Dropping the future kills the process with its group.
pub async fn run_async(command: &Command) -> Output {
    let began = Instant::now();
    let mut child = match spawn(command) {
        Ok(child) => child,
        Err(error) => return never_began(error.to_string()),
    };
    let group = Group::of(&child);
    confine(&child, command);
    let mut streams = Streams::new(
        Stream::of(child.stdout.take(), command.output_cap),
        Stream::of(child.stderr.take(), command.output_cap),
    );
    if let Some(pipe) = child.stdin.take() {
        streams.feed(pipe, command.stdin.clone());
    }
    let deadline = tokio::time::Instant::from_std(began + command.deadline);
    let outcome = streams.read_until(ended(&child), deadline).await;
    let cpu = group.cpu_time();
    group.kill();
    let status = child.wait().await;
    let flooded = streams.drain().await || outcome == Reading::Flooded;
    let exit = match (outcome, status) {
        (Reading::TimedOut, _) => Exit::TimedOut,
        (Reading::Flooded | Reading::Ended, _) if flooded => Exit::TooMuchOutput,
        (Reading::Flooded | Reading::Ended, Ok(status)) => exit_of(status),
        (Reading::Flooded | Reading::Ended, Err(error)) => Exit::CouldNotStart(error.to_string()),
    };
    Output {
        exit,
        stdout: streams.stdout.bytes,
        stderr: streams.stderr.bytes,
        duration: began.elapsed(),
        cpu,
    }
}

fn never_began(reason: String) -> Output {
    Output {
        exit: Exit::CouldNotStart(reason),
        stdout: Vec::new(),
        stderr: Vec::new(),
        duration: Duration::ZERO,
        cpu: None,
    }
}

fn spawn(command: &Command) -> std::io::Result<Child> {
    #[expect(clippy::disallowed_methods, reason = "this is the module that spawns")]
    let mut builder = tokio::process::Command::new(&command.program);
    builder
        .args(&command.arguments)
        .env_clear()
        .envs(
            command
                .environment
                .iter()
                .map(|(name, value)| (name, value)),
        )
        .stdin(if command.stdin.is_empty() {
            Stdio::null()
        } else {
            Stdio::piped()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    #[cfg(unix)]
    builder.process_group(0);
    if let Some(folder) = &command.folder {
        builder.current_dir(folder);
    }
    builder.spawn()
}

#[cfg(unix)]
fn exit_of(status: ExitStatus) -> Exit {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => Exit::Exited(code),
        (None, signal) => Exit::Signalled(signal.unwrap_or_default()),
    }
}

#[cfg(not(unix))]
fn exit_of(status: ExitStatus) -> Exit {
    Exit::Exited(status.code().unwrap_or_default())
}

/// Sets limits and CPUs from outside: the child is still starting, and no code of ours runs in it.
#[cfg(target_os = "linux")]
fn confine(child: &Child, command: &Command) {
    use rustix::process::{Rlimit, prlimit};
    let pid = group::pid_of(child);
    for (resource, limit) in &command.resources {
        let resource = match resource {
            Resource::AddressSpace => rustix::process::Resource::As,
            Resource::CpuSeconds => rustix::process::Resource::Cpu,
            Resource::FileSize => rustix::process::Resource::Fsize,
            Resource::OpenFiles => rustix::process::Resource::Nofile,
            Resource::CoreDump => rustix::process::Resource::Core,
        };
        let limit = Rlimit {
            current: Some(*limit),
            maximum: Some(*limit),
        };
        // A process that is already gone, or a hard limit below ours, needs none from us.
        let _ = prlimit(pid, resource, limit);
    }
    if let (Some(count), Ok(allowed)) = (command.cpus, rustix::thread::sched_getaffinity(None)) {
        let mut chosen = rustix::thread::CpuSet::new();
        (0..rustix::thread::CpuSet::MAX_CPU)
            .filter(|cpu| allowed.is_set(*cpu))
            .take(count.max(1))
            .for_each(|cpu| chosen.set(cpu));
        let _ = rustix::thread::sched_setaffinity(pid, &chosen);
    }
}

#[cfg(not(target_os = "linux"))]
fn confine(_child: &Child, _command: &Command) {}

#[cfg(all(test, unix))]
mod tests;
