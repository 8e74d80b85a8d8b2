//! What a process printed and how it ended, as it was, before anything is normalised.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::discover::Start;
use crate::plan::Surroundings;

/// How a process ended. Closed: a new ending must be answered everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Ending {
    /// It exited by itself.
    Exited {
        /// Exit status, 0–255.
        code: i32,
    },
    /// A signal ended it.
    Signal {
        /// Name without `SIG`.
        signal: String,
        /// Number on this machine.
        number: i32,
    },
    /// It ran past its deadline.
    TimedOut {
        /// The limit in milliseconds.
        limit_ms: u64,
    },
    /// It printed more than its cap.
    TooMuchOutput {
        /// The cap in bytes.
        limit_bytes: u64,
    },
    /// Its tree used more memory than it may.
    OutOfMemory {
        /// The limit in bytes.
        limit_bytes: u64,
    },
    /// It hit another limit: `processes`, `files`, `disk`, `cpu`.
    Limit {
        /// The limit's name.
        limit: String,
    },
    /// It never began.
    CouldNotStart {
        /// Why.
        reason: String,
    },
}

/// One run, as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The example's id.
    pub id: String,
    /// How it ended.
    pub ending: Ending,
    /// Everything it wrote to stdout; invalid UTF-8 as `\xNN`.
    pub stdout: String,
    /// Everything it wrote to stderr; invalid UTF-8 as `\xNN`.
    pub stderr: String,
    /// stdout of each block of a program that has several, in order; of a session, of each prompt.
    pub blocks: Vec<Vec<String>>,
    /// Wall-clock time in milliseconds.
    pub duration_ms: u64,
    /// CPU time of the tree in milliseconds, where it is known.
    pub cpu_ms: Option<u64>,
    /// How the process began.
    pub start: Start,
    /// Whether the record came from the cache.
    pub cached: bool,
    /// The example's folder as the example saw it.
    pub folder: PathBuf,
    /// Seconds since 1970 (UTC) when it started.
    pub started_at: u64,
    /// Why it was started anew where it might have been forked; `None` where it was forked.
    #[serde(default)]
    pub spawned_because: Option<String>,
    /// Packets that found no route: the example tried to leave the machine.
    pub network_attempts: u64,
    /// The surroundings it had.
    pub surroundings: Surroundings,
}
