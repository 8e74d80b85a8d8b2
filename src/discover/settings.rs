//! What configuration says about one guide, after defaults and overrides.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// The names that `dialects` may hold, each a tool whose markup is read.
pub const DIALECTS: [&str; 14] = [
    "pytest-markdown-docs",
    "pytest-examples",
    "markdown-pytest",
    "pytest-codeblocks",
    "pytest-codeblock",
    "phmdoctest",
    "sybil",
    "doccmd",
    "mktestdocs",
    "myst",
    "mdbook",
    "mkdocs",
    "byexample",
    "xdoctest",
];

/// How inline claims and output fences without a label are treated.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Claims {
    /// Trailing comments and unlabelled fences are claims too.
    Strict,
    /// Only what is marked as output is a claim.
    #[default]
    Explicit,
    /// Nothing shown is compared.
    Off,
}

/// What an example without an expectation means for `check`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum UnrecordedPolicy {
    /// It fails the check.
    #[default]
    Fail,
    /// It is reported as a warning.
    Warn,
}

/// Which blocks share a process by default.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Sharing {
    /// Each block stands alone unless a `group` joins it.
    #[default]
    None,
    /// All blocks of a guide run in one process, in order.
    Guide,
}

/// How a run's process begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Start {
    /// A new interpreter process.
    Spawn,
    /// A child forked from a warm interpreter.
    Fork,
}

/// Limits of one run; sizes in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Limits {
    /// Wall-clock limit in milliseconds.
    pub timeout_ms: u64,
    /// Memory of the whole process tree, shared memory and private file systems included.
    pub memory: u64,
    /// Processes of the whole tree; two further threads of one count as one.
    pub processes: u64,
    /// Open files of one process.
    pub files: u64,
    /// Bytes of stdout and of stderr, each.
    pub output: u64,
    /// Bytes written to the private file system.
    pub disk: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout_ms: 10_000,
            memory: 512 << 20,
            processes: *MOST_PROCESSES,
            files: 512,
            output: 1 << 20,
            disk: 64 << 20,
        }
    }
}

/// Far more than honest examples start, and few enough that so many Pythons end before they fill the
/// memory there is. A pool of processes has one for each CPU. Counted once: the system reads several
/// files for it.
static MOST_PROCESSES: LazyLock<u64> = LazyLock::new(|| {
    let cpus = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    64.max(2 * cpus as u64)
});

/// A named normaliser of the user's: a regular expression and the token that replaces its matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterRule {
    /// The regular expression (syntax of the `regex` crate).
    pub pattern: String,
    /// What each match becomes, such as `[TOKEN]`.
    pub token: String,
}

/// Everything configuration says about one guide.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Interpreter specs; empty means all found.
    pub python: Vec<String>,
    /// Limits of each run.
    pub limits: Limits,
    /// How processes begin, unless a directive or flag says otherwise; `None` is `auto`.
    pub start: Option<Start>,
    /// Which shown outputs are claims.
    pub claims: Claims,
    /// Whether fragments, missing modules and other lenient reasons fail.
    pub strict: bool,
    /// What an unrecorded example means.
    pub unrecorded: UnrecordedPolicy,
    /// Which blocks share a process.
    pub sharing: Sharing,
    /// Names of dialects to read; `None` reads all.
    pub dialects: Option<Vec<String>>,
    /// The environment (named in `environments`) that examples run in.
    pub env: Option<String>,
    /// Named filters, usable by the directive `filter`.
    pub filters: BTreeMap<String, FilterRule>,
}

/// Packages that examples may import: one of `environments` in the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentRule {
    /// Requirements as PEP 508 writes them, such as `fastapi>=0.110`.
    pub requires: Vec<String>,
    /// Requirements files, relative to the project root.
    pub requirements: Vec<std::path::PathBuf>,
    /// Interpreter specs that it is locked for; empty means those of the whole configuration.
    pub python: Vec<String>,
}

impl EnvironmentRule {
    /// Says what is wrong with an environment's name; it becomes part of file names.
    #[must_use]
    pub fn name_fault(name: &str) -> Option<String> {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        let good = !name.is_empty() && !name.starts_with('.') && name.chars().all(plain);
        (!good).then(|| {
            format!("`{name}` is no name for an environment: use letters, digits, `-`, `_` and `.`")
        })
    }
}
