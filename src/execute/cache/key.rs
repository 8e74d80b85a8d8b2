//! What a kept result depends on, part by part.
//!
//! Complete: everything that a [`PlannedRun`] brings into its process, and all that surrounds it.
//! Not the example's id, prose or line numbers, which change nothing that it prints.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};
use std::time::SystemTime;

use blake3::Hash;
use serde::Serialize;

use crate::execute::sandbox::Level;
use crate::plan::{Interpreter, PlannedRun, Program};

use super::installed;

/// Changes whenever the walls, the runner or the form of records do, so that nothing made before is used.
const POLICY: u32 = 3;

/// The parts in the order of [`Key::parts`], as explanations name them.
pub(super) const PARTS: [&str; 10] = [
    "its code",
    "a file beside it",
    "its stdin",
    "the interpreter",
    "the packages installed beside the interpreter",
    "its package environment",
    "a limit",
    "its surroundings",
    "the sandbox",
    "fencepost",
];

/// The address of a result, with the parts that it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) whole: Hash,
    /// The beginning of each part's hash, in the order of [`PARTS`].
    pub(super) parts: [u32; PARTS.len()],
}

/// Makes keys; remembers what it learned of interpreters.
#[derive(Debug, Default)]
pub(super) struct Keys {
    interpreters: Mutex<BTreeMap<(PathBuf, PathBuf), [Hash; 2]>>,
}

impl Keys {
    /// Returns the key of a run behind the walls of `level`.
    pub(super) fn of(&self, run: &PlannedRun, level: Level) -> Key {
        // A new field has to be sorted in here: does it change what is printed?
        let PlannedRun {
            id: _,
            program,
            interpreter,
            limits,
            start: _,
            alone: _,
            surroundings,
            environment,
        } = run;
        let Program {
            blocks,
            files,
            stdin,
            top_level_await,
        } = program;
        let [interpreter, installed] = self.of_interpreter(interpreter);
        let hashes: [Hash; PARTS.len()] = [
            hash(&(blocks, top_level_await)),
            hash(files),
            hash(stdin),
            interpreter,
            installed,
            hash(environment),
            hash(limits),
            hash(surroundings),
            hash(&level),
            of_fencepost(),
        ];
        let mut whole = blake3::Hasher::new();
        for part in &hashes {
            whole.update(part.as_bytes());
        }
        Key {
            whole: whole.finalize(),
            parts: hashes.map(beginning),
        }
    }

    fn of_interpreter(&self, interpreter: &Interpreter) -> [Hash; 2] {
        let name = (interpreter.path.clone(), interpreter.prefix.clone());
        let mut known = self
            .interpreters
            .lock()
            .expect("no thread panics while it holds the list");
        *known.entry(name).or_insert_with(|| {
            let machine = (std::env::consts::OS, std::env::consts::ARCH);
            [
                hash(&(interpreter, machine)),
                hash(&installed::beside(interpreter)),
            ]
        })
    }
}

fn of_fencepost() -> Hash {
    let version = env!("CARGO_PKG_VERSION");
    hash(&(version, POLICY, own_stamp()))
}

/// Size and time of change of fencepost's own program.
type Stamp = (u64, SystemTime);

static OWN_STAMP: OnceLock<Option<Stamp>> = OnceLock::new();

/// While fencepost itself is being worked on, each build of it is another version.
fn own_stamp() -> Option<Stamp> {
    if !cfg!(debug_assertions) {
        return None;
    }
    *OWN_STAMP.get_or_init(|| {
        let metadata = std::env::current_exe().ok()?.metadata().ok()?;
        Some((metadata.len(), metadata.modified().ok()?))
    })
}

fn hash(part: &impl Serialize) -> Hash {
    let text = serde_json::to_vec(part).expect("what a plan holds can be written down");
    blake3::hash(&text)
}

fn beginning(hash: Hash) -> u32 {
    let first = hash.as_bytes().first_chunk();
    u32::from_be_bytes(*first.expect("a hash has 32 bytes"))
}

/// Returns the address of what an interpreter answers to a question about code.
pub(super) fn of_question(interpreter: &Interpreter, script: &str, codes: &[&str]) -> Hash {
    hash(&(
        &interpreter.fingerprint,
        interpreter.release,
        interpreter.build,
        script,
        codes,
    ))
}

/// Returns what a history calls an example of a project on an interpreter.
pub(super) fn name(scope: &Path, run: &PlannedRun) -> u64 {
    let label = run.interpreter.label();
    let hash = hash(&(scope, &run.id, label));
    let first = hash.as_bytes().first_chunk();
    u64::from_be_bytes(*first.expect("a hash has 32 bytes"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::discover::Start;
    use crate::execute::testing::{interpreter, planned, script};
    use crate::plan::{ProgramBlock, ProgramFile, ProgramPrompt, Warnings};

    fn run() -> PlannedRun {
        planned(
            &interpreter(Path::new("/opt/python/bin/python"), 12),
            vec![script("print(1)\n")],
        )
    }

    fn changed(change: impl FnOnce(&mut PlannedRun)) -> Key {
        let mut run = run();
        change(&mut run);
        Keys::default().of(&run, Level::Full)
    }

    #[test]
    fn everything_that_can_change_the_output_changes_the_key_in_its_part() {
        let script = |code: &str| ProgramBlock::Script(code.to_owned());
        let session = |warnings| {
            ProgramBlock::Session(vec![ProgramPrompt {
                line: 0,
                source: "print(1)\n".to_owned(),
                warnings,
            }])
        };
        let usual = changed(|_| ());
        let keys = [
            (
                0,
                changed(|run| run.program.blocks = vec![script("print(1) \n")]),
            ),
            (0, changed(|run| run.program.blocks.push(script("")))),
            (
                0,
                changed(|run| {
                    run.program.blocks = vec![session(Warnings::Usual)];
                }),
            ),
            (
                0,
                changed(|run| {
                    run.program.blocks = vec![session(Warnings::Hidden)];
                }),
            ),
            (0, changed(|run| run.program.top_level_await = true)),
            (
                1,
                changed(|run| {
                    run.program.files.push(ProgramFile {
                        path: "a".to_owned(),
                        content: String::new(),
                    });
                }),
            ),
            (2, changed(|run| run.program.stdin = "1".to_owned())),
            (
                3,
                changed(|run| run.interpreter.fingerprint = "other".to_owned()),
            ),
            (3, changed(|run| run.interpreter.path = "/opt/other".into())),
            (5, changed(|run| run.environment = Some("web-1".into()))),
            (6, changed(|run| run.limits.timeout_ms += 1)),
            (6, changed(|run| run.limits.memory += 1)),
            (7, changed(|run| run.surroundings.hash_seed = 1)),
            (
                7,
                changed(|run| run.surroundings.folder = "other".to_owned()),
            ),
            (8, Keys::default().of(&run(), Level::Off)),
        ];
        for (part, key) in &keys {
            let differing: Vec<usize> = (0..PARTS.len())
                .filter(|index| key.parts[*index] != usual.parts[*index])
                .collect();
            assert_eq!(differing, [*part], "{}", PARTS[*part]);
        }
        let wholes: BTreeSet<_> = keys.iter().map(|(_, key)| *key.whole.as_bytes()).collect();
        assert_eq!(wholes.len(), keys.len(), "all differ from each other");
        assert!(!wholes.contains(usual.whole.as_bytes()));
    }

    #[test]
    fn what_changes_no_output_leaves_the_key_alone() {
        let usual = changed(|_| ());
        assert_eq!(usual, changed(|run| run.id = "other.md#2".to_owned()));
        assert_eq!(usual, changed(|run| run.alone = true));
        assert_eq!(usual, changed(|run| run.start = Some(Start::Spawn)));
    }

    #[test]
    fn text_that_moves_between_parts_makes_another_key() {
        let one = changed(|run| {
            run.program.blocks = vec![
                ProgramBlock::Script("a\n".to_owned()),
                ProgramBlock::Script("b\n".to_owned()),
            ];
        });
        let other = changed(|run| {
            run.program.blocks = vec![ProgramBlock::Script("a\nb\n".to_owned())];
        });
        assert_ne!(one.whole, other.whole);
    }
}
