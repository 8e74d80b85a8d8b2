//! What fencepost and a launcher tell each other: one JSON text each, through a socket that keeps
//! messages apart. An order's text is in a memory file that travels beside it.

use serde::{Deserialize, Serialize};

use crate::discover::Limits;

use super::Level;

/// What a launcher is told once, at its start.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SlotOrder {
    /// Which walls are wanted.
    pub level: Level,
    /// Folders of the host that examples may read, beside those every system has.
    pub readable: Vec<String>,
}

/// A launcher's first answer.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Ready {
    /// Walls that stand, with what is known of each.
    pub standing: Vec<(Layer, String)>,
    /// Walls that do not.
    pub missing: Vec<Missing>,
    /// Whether runs have namespaces, and with them a root of their own.
    pub namespaces: bool,
}

/// One layer of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Layer {
    /// A user namespace with the identities that examples have.
    User,
    /// Mounts of its own.
    Mounts,
    /// Processes, IPC and host name of its own, with a fresh `/proc`.
    Processes,
    /// A network of its own, with nothing but a loopback.
    Network,
    /// File-system rights.
    Landlock,
    /// System calls.
    Seccomp,
    /// Limits of one process and of a whole tree.
    Limits,
    /// A real interpreter that tries to get out.
    Canary,
    /// The program itself: no layer, but it can be missing too.
    Program,
}

/// A layer that does not stand.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Missing {
    /// Which.
    pub layer: Layer,
    /// What was tried.
    pub step: String,
    /// The system's error number, if it gave one.
    pub errno: Option<i32>,
}

impl Missing {
    /// Returns what a failed step leaves missing.
    pub(crate) fn new(layer: Layer, step: impl Into<String>, error: &std::io::Error) -> Self {
        Self {
            layer,
            step: step.into(),
            errno: error.raw_os_error(),
        }
    }
}

/// One run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RunOrder {
    /// The interpreter, as the example sees it.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// The whole environment.
    pub environment: Vec<(String, String)>,
    /// The example's folder; where there are namespaces it is made, else it is there.
    pub folder: String,
    /// Where it may write.
    pub writable: Vec<String>,
    /// Files written into it, by relative path.
    pub files: Vec<(String, String)>,
    /// Its limits.
    pub limits: Limits,
    /// How many pids are used up before it starts.
    pub pids_before: u32,
    /// How many CPUs it may use.
    pub cpus: Option<usize>,
    /// Whether the network is new and needs its settings; the launcher says so.
    #[serde(default)]
    pub new_network: bool,
    /// The warm interpreter that it may be forked from; `None` starts a new one.
    #[serde(default)]
    pub warm: Option<WarmOrder>,
}

/// What an interpreter that examples are forked from is like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WarmOrder {
    /// Where its user site is, below the example's folder.
    pub site: String,
    /// Folders of packages.
    pub packages: Vec<String>,
    /// What it has imported, in order.
    pub modules: Vec<String>,
    /// Whether an example whose script has come to its end may leave without taking the interpreter apart.
    pub leaves_early: bool,
}

impl RunOrder {
    /// Returns the order for any run that differs in nothing but its files.
    pub(crate) fn without_files(&self) -> Self {
        Self {
            files: Vec::new(),
            ..self.clone()
        }
    }

    /// Returns an order for a program and its arguments, with nothing else to it.
    pub(crate) fn plain(program: &str, arguments: Vec<String>) -> Self {
        Self {
            program: program.to_owned(),
            arguments,
            environment: Vec::new(),
            folder: "/home/example".to_owned(),
            writable: vec!["/home".to_owned()],
            files: Vec::new(),
            limits: Limits::default(),
            pids_before: 0,
            cpus: None,
            new_network: false,
            warm: None,
        }
    }

    /// Returns an order whose root can be built, with nothing to run in it.
    pub(crate) fn trial() -> Self {
        Self {
            new_network: true,
            ..Self::plain("", Vec::new())
        }
    }
}

/// What a launcher says of a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RunReport {
    /// How it ended.
    pub fate: RunFate,
    /// CPU time of the whole tree.
    pub cpu_ms: u64,
    /// Packets that found no route meanwhile.
    pub network_attempts: u64,
    /// Whether it was forked from a warm interpreter.
    #[serde(default)]
    pub forked: bool,
}

/// How a run ended, as its launcher saw it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum RunFate {
    /// By itself, with this wait status as the kernel gave it.
    Ended(i32),
    /// Killed at its deadline.
    TimedOut,
    /// Killed because of this limit.
    Exceeded(Exceeded),
    /// Killed because fencepost asked for it.
    Stopped,
    /// It never began: a wall could not be built, or the program not be started.
    Failed(Missing),
}

/// A limit on the whole tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Exceeded {
    /// Memory, shared memory and private file systems included.
    Memory,
    /// Processes, and threads as half of one each.
    Processes,
    /// Bytes or files on the private file system.
    Disk,
}

/// What a launcher says while a run goes on: that it uses the CPU no more, and that it does again.
pub(crate) const ASLEEP: &[u8] = b"asleep";
pub(crate) const AWAKE: &[u8] = b"awake";

/// What ends a run early: any message does.
pub(crate) const STOP: &[u8] = b"stop";
