//! How the process of each run begins: forked from a warm interpreter where the example cannot tell,
//! started anew everywhere else.
//!
//! Nothing is parsed. The text is searched for words: a word too many costs a start, and no verdict.

mod telltales;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use regex::Regex;

use crate::discover::Start;
use crate::plan::{Build, Interpreter, PlannedRun, Program, ProgramBlock, Surroundings};

use super::cache::installed;
use super::sandbox::Level;
use telltales::telltale;

/// Why a run begins anew that is told to.
pub(super) const ASKED_FOR: &str = "it was asked for";

/// How the process of one run begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Beginning {
    /// As a child of an interpreter that has imported these modules, in this order.
    Fork(Vec<String>),
    /// Anew, for this reason.
    Spawn(&'static str),
}

/// Modules of the standard library that may be imported before an example does it, the slowest first.
/// Each does nothing but define: it reads no clock, starts nothing, prints nothing.
const MODULES: [&str; 51] = [
    "asyncio",
    "unittest.mock",
    "unittest",
    "sqlite3",
    "concurrent.futures",
    "subprocess",
    "tempfile",
    "dataclasses",
    "statistics",
    "inspect",
    "argparse",
    "logging",
    "decimal",
    "fractions",
    "pathlib",
    "random",
    "urllib.parse",
    "shutil",
    "typing",
    "json",
    "csv",
    "ast",
    "dis",
    "hashlib",
    "secrets",
    "uuid",
    "threading",
    "queue",
    "datetime",
    "traceback",
    "textwrap",
    "string",
    "re",
    "enum",
    "pprint",
    "copy",
    "contextlib",
    "contextvars",
    "collections",
    "collections.abc",
    "functools",
    "types",
    "weakref",
    "bisect",
    "heapq",
    "struct",
    "base64",
    "math",
    "itertools",
    "operator",
    "array",
];

/// A module is imported in advance where so many runs or more share it.
const SHARED: usize = 4;

/// What a script says that may change the names of `__main__` or `sys` by which its end is known.
static MEDDLES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"__file__|__dict__|\b(?:globals|locals|vars|last_\w+|atexit|exec|eval|runpy)\b")
        .expect("it is a regular expression")
});

/// Imports at the beginning of a line.
static IMPORTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^(?:from[ \t]+([\w.]+)[ \t]+import|import[ \t]+([\w., \t]+))")
        .expect("it is a regular expression")
});

/// Decides for each run of a list how it begins behind the walls of `level`.
pub(super) fn decide(runs: &[Arc<PlannedRun>], level: Level) -> Vec<Beginning> {
    let mut decisions: Vec<Beginning> = runs.iter().map(|run| of_run(run, level)).collect();
    let mut shared: BTreeMap<(&Path, &[String]), usize> = BTreeMap::new();
    for (run, decision) in runs.iter().zip(&decisions) {
        if let Beginning::Fork(modules) = decision {
            for length in 1..=modules.len() {
                let key = (run.interpreter.path.as_path(), &modules[..length]);
                *shared.entry(key).or_default() += 1;
            }
        }
    }
    let lengths: Vec<usize> = runs
        .iter()
        .zip(&decisions)
        .map(|(run, decision)| match decision {
            Beginning::Spawn(_) => 0,
            Beginning::Fork(modules) => (1..=modules.len())
                .take_while(|length| {
                    shared[&(run.interpreter.path.as_path(), &modules[..*length])] >= SHARED
                })
                .count(),
        })
        .collect();
    for (decision, length) in decisions.iter_mut().zip(lengths) {
        if let Beginning::Fork(modules) = decision {
            modules.truncate(length);
        }
    }
    decisions
}

fn of_run(run: &PlannedRun, level: Level) -> Beginning {
    match reason_to_spawn(run, level) {
        Some(reason) => Beginning::Spawn(reason),
        None => Beginning::Fork(modules(&texts(run))),
    }
}

fn reason_to_spawn(run: &PlannedRun, level: Level) -> Option<&'static str> {
    if run.start == Some(Start::Spawn) {
        return Some(ASKED_FOR);
    }
    if level != Level::Full {
        return Some("only the full sandbox has warm interpreters");
    }
    if run.environment.is_some() {
        return Some("it runs in a package environment");
    }
    if run.interpreter.prefix != run.interpreter.base_prefix {
        return Some("its interpreter is a virtual environment's");
    }
    if !run.program.stdin.is_empty() {
        return Some("it reads from stdin");
    }
    if run.surroundings != Surroundings::default() {
        return Some("its surroundings are not the usual ones");
    }
    if run.start == Some(Start::Fork) {
        return None;
    }
    texts(run).iter().find_map(|text| telltale(text))
}

fn texts(run: &PlannedRun) -> Vec<String> {
    let block = |block: &ProgramBlock| match block {
        ProgramBlock::Script(code) => code.clone(),
        ProgramBlock::Session(prompts) => {
            (prompts.iter().map(|prompt| prompt.source.as_str())).collect()
        }
    };
    let files = run.program.files.iter().map(|file| file.content.clone());
    run.program.blocks.iter().map(block).chain(files).collect()
}

/// Returns the modules that a program's first text imports at its top level and that may be imported
/// in advance, in the order of [`MODULES`].
fn modules(texts: &[String]) -> Vec<String> {
    let Some(first) = texts.first() else {
        return Vec::new();
    };
    let mut named: Vec<&str> = Vec::new();
    for found in IMPORTS.captures_iter(first) {
        if let Some(one) = found.get(1) {
            named.push(one.as_str());
        }
        if let Some(several) = found.get(2) {
            let parts = several.as_str().split(',');
            named.extend(parts.filter_map(|part| part.split_whitespace().next()));
        }
    }
    MODULES
        .iter()
        .filter(|module| named.contains(module))
        .map(|module| (*module).to_owned())
        .collect()
}

/// Says whether it can be told from `__main__` that a program's script has come to its end.
pub(super) fn leaves_early(program: &Program) -> bool {
    match (program.blocks.as_slice(), program.top_level_await) {
        ([ProgramBlock::Script(code)], false) => !MEDDLES.is_match(code),
        _ => false,
    }
}

/// Returns the folders of packages of an interpreter that are on this machine.
pub(super) fn packages(interpreter: &Interpreter) -> Vec<String> {
    let is_of_packages = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.ends_with("-packages")) && path.is_dir()
    };
    installed::folders(interpreter)
        .into_iter()
        .filter(is_of_packages)
        .filter_map(|path| path.into_os_string().into_string().ok())
        .collect()
}

/// Returns where the user site of an interpreter is, below the home folder.
pub(super) fn user_site(run: &PlannedRun) -> String {
    let [major, minor, _] = run.interpreter.release;
    let suffix = match run.interpreter.build {
        Build::FreeThreaded => "t",
        Build::Default | Build::Debug => "",
    };
    format!(".local/lib/python{major}.{minor}{suffix}/site-packages")
}

#[cfg(all(test, unix))]
mod tests;
