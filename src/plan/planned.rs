//! The plan: serialisable, so that a shard of it can run elsewhere.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::discover::{Limits, Start};

use super::Interpreter;

/// One block of a program.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ProgramBlock {
    /// Plain Python, ending in a line feed unless empty.
    Script(String),
    /// The prompts of a session.
    Session(Vec<ProgramPrompt>),
}

/// One prompt of a session.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProgramPrompt {
    /// 0-based line in the block.
    pub line: usize,
    /// What runs, ending in a line feed.
    pub source: String,
    /// What becomes of the warnings that it gives.
    pub warnings: Warnings,
}

/// What becomes of the warnings that a prompt gives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Warnings {
    /// What Python makes of them: they stand in stderr, if its filters let them pass.
    #[default]
    Usual,
    /// Every one is printed below what the prompt prints, as `Category: text`.
    Shown,
    /// None is to be seen, and none is made an error.
    Hidden,
}

/// A file that stands beside the example before it runs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProgramFile {
    /// Path relative to the example's folder; stays inside it.
    pub path: String,
    /// What it holds.
    pub content: String,
}

/// Everything that an example brings into its process.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Program {
    /// One block, or those of a group in order. A single script runs as `python example.py`.
    pub blocks: Vec<ProgramBlock>,
    /// Files beside it.
    pub files: Vec<ProgramFile>,
    /// What it reads from stdin.
    pub stdin: String,
    /// Whether top-level `await` is allowed.
    pub top_level_await: bool,
}

impl Program {
    /// Returns the program of blocks alone: no files, nothing on stdin, no top-level `await`.
    #[must_use]
    pub fn of(blocks: Vec<ProgramBlock>) -> Self {
        Self {
            blocks,
            files: Vec::new(),
            stdin: String::new(),
            top_level_await: false,
        }
    }
}

/// The surroundings of a run that must not change what it prints; the detector varies them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Surroundings {
    /// `PYTHONHASHSEED`.
    pub hash_seed: u32,
    /// Name of the example's folder under `/home`.
    pub folder: String,
    /// How many pids are used up before the example starts.
    pub pids_before: u32,
    /// How many CPUs the example may use; `None` is all.
    pub cpus: Option<usize>,
    /// Whether the machine is kept busy meanwhile.
    pub busy: bool,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self {
            hash_seed: 0,
            folder: "example".to_owned(),
            pids_before: 0,
            cpus: None,
            busy: false,
        }
    }
}

/// One example on one interpreter, ready to run anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PlannedRun {
    /// The example's id.
    pub id: String,
    /// What runs.
    pub program: Program,
    /// On what.
    pub interpreter: Interpreter,
    /// Within which limits.
    pub limits: Limits,
    /// How the process begins; `None` leaves the choice to `execute`.
    pub start: Option<Start>,
    /// Whether nothing else may run beside it.
    pub alone: bool,
    /// Its surroundings.
    pub surroundings: Surroundings,
    /// Folder of the package environment, if it needs one.
    pub environment: Option<std::path::PathBuf>,
}

impl PlannedRun {
    /// Returns a run as it is where nothing else is said: the usual limits and surroundings, no packages.
    #[must_use]
    pub fn usual(id: &str, program: Program, interpreter: &Interpreter) -> Self {
        Self {
            id: id.to_owned(),
            program,
            interpreter: interpreter.clone(),
            limits: Limits::default(),
            start: None,
            alone: false,
            surroundings: Surroundings::default(),
            environment: None,
        }
    }
}

/// What happens to one example on one interpreter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Disposition {
    /// It runs. Shared with whatever makes the run.
    Run(Arc<PlannedRun>),
    /// It does not run, on purpose.
    Skipped(String),
    /// It cannot run here: what is missing, and the command that fixes it.
    Blocked(String),
}

/// One example on one interpreter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanEntry {
    /// The example's id.
    pub id: String,
    /// The guide's id.
    pub guide: String,
    /// 1-based line of the example's first block.
    pub line: usize,
    /// The interpreter.
    pub interpreter: Interpreter,
    /// What happens.
    pub disposition: Disposition,
}

impl PlanEntry {
    /// Returns the interpreter as the example has it: with its environment's prefix, if it runs in one.
    #[must_use]
    pub fn as_run(&self) -> &Interpreter {
        match &self.disposition {
            Disposition::Run(run) => &run.interpreter,
            Disposition::Skipped(_) | Disposition::Blocked(_) => &self.interpreter,
        }
    }
}

/// Every example that was asked for on every interpreter that was chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Ordered by guide, line and interpreter.
    pub entries: Vec<PlanEntry>,
}

impl Plan {
    /// Puts entries in the order of every plan: guide, line, id, interpreter.
    #[must_use]
    pub fn new(mut entries: Vec<PlanEntry>) -> Self {
        entries.sort_by(|a, b| a.order().cmp(&b.order()));
        // A plan stays for as long as everything runs.
        entries.shrink_to_fit();
        Self { entries }
    }

    /// Cuts the plan into `number` parts, each a plan that can run elsewhere; examples are dealt out in turn.
    #[must_use]
    pub fn shards(&self, number: usize) -> Vec<Self> {
        let number = number.max(1);
        let part = |index| {
            self.entries
                .iter()
                .skip(index)
                .step_by(number)
                .cloned()
                .collect()
        };
        (0..number)
            .map(|index| Self {
                entries: part(index),
            })
            .collect()
    }
}

impl PlanEntry {
    /// Returns what entries are ordered by.
    #[must_use]
    pub fn order(&self) -> impl Ord + '_ {
        let interpreter = &self.interpreter;
        (
            &self.guide,
            self.line,
            &self.id,
            interpreter.label(),
            &interpreter.real_path,
        )
    }
}
