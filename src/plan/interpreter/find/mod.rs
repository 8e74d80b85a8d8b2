//! Finds interpreters in PATH, pyenv and the other places where machines keep them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::plan::interpreter::memory::Memory;
use crate::plan::interpreter::places::{Places, program_at};
use crate::plan::interpreter::probe::{Probed, probe};
use crate::plan::interpreter::{Build, Interpreter, Spec, order};

/// Why a program that looks like Python cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MisfitKind {
    /// `CPython` before 3.8.
    TooOld,
    /// `PyPy`, `GraalPy` and the like.
    OtherImplementation,
    /// It does not start, hangs, crashes or answers rubbish.
    Broken,
}

/// A program that looks like Python and cannot be used, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misfit {
    /// Where it was found.
    pub path: PathBuf,
    /// What kind of reason it is.
    pub kind: MisfitKind,
    /// Why it cannot be used, such as `CPython 2.7.18 is too old: fencepost runs 3.8 and newer`.
    pub reason: String,
}

/// What the machine holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Usable interpreters, one per real path, oldest first.
    pub interpreters: Vec<Interpreter>,
    /// What looked like one and is not usable, in the order of paths.
    pub misfits: Vec<Misfit>,
    /// What the user named, by the path as named: usable or not.
    pub named: BTreeMap<PathBuf, Result<Interpreter, Misfit>>,
    /// Whether the global lock is on, by real path, for builds that can be without it.
    pub gil: BTreeMap<PathBuf, bool>,
}

/// Searches the places given; `extra` are paths that the user named, probed as well.
#[must_use]
pub fn find(places: &Places, extra: &[PathBuf]) -> Found {
    find_among(places, extra, &|_| true)
}

/// Searches as [`find`] does for what some specs can mean; no spec means [`Spec::All`].
///
/// A program whose name states a version that none of them allows is not asked: each answer costs the
/// start of an interpreter. So what is found tells of these specs alone.
#[must_use]
pub fn find_for(specs: &[Spec], places: &Places, extra: &[PathBuf]) -> Found {
    let specs = if specs.is_empty() {
        &[Spec::All]
    } else {
        specs
    };
    find_among(places, extra, &|minor| {
        specs.iter().any(|spec| spec.may_mean(minor))
    })
}

/// Searches for interpreters whose names state a minor version that is wanted, or none.
fn find_among(places: &Places, extra: &[PathBuf], wants: &dyn Fn([u64; 2]) -> bool) -> Found {
    let mut memory = Memory::read(places.cache.as_deref());
    let mut candidates = without_aliases(places.candidates());
    candidates.retain(|path| {
        let stated = stated_minors(path);
        stated.is_empty() || stated.into_iter().any(wants)
    });
    let programs: Vec<PathBuf> = extra.iter().map(|path| program_at(path)).collect();
    let all: Vec<&Path> = candidates
        .iter()
        .chain(&programs)
        .map(PathBuf::as_path)
        .collect();
    let answers = ask(&all, places, &mut memory);
    memory.write(places.cache.as_deref());
    let mut found = Found::default();
    let (of_candidates, of_programs) = answers.split_at(candidates.len());
    for answer in of_candidates {
        match answer.clone() {
            Ok(Probed { interpreter, gil }) => {
                let lock = gil.filter(|_| interpreter.build == Build::FreeThreaded);
                let place = interpreter.real_path.clone();
                found.gil.extend(lock.map(|lock| (place, lock)));
                add(&mut found.interpreters, interpreter);
            }
            Err(misfit) => found.misfits.push(misfit),
        }
    }
    found.named = extra
        .iter()
        .cloned()
        .zip(of_programs.iter().cloned().map(without_lock))
        .collect();
    found.interpreters.sort_by(order);
    found
        .misfits
        .sort_by(|left, right| left.path.cmp(&right.path));
    found
}

/// Asks each shim that a version manager put into `PATH`; returns those that lead nowhere.
///
/// Slow, since each starts the version manager; only `doctor` wants to know.
#[must_use]
pub fn broken_shims(places: &Places) -> Vec<Misfit> {
    let shims = places.shims();
    let paths: Vec<&Path> = shims.iter().map(PathBuf::as_path).collect();
    let answers = ask(&paths, places, &mut Memory::default());
    let broken = |answer: Result<Probed, Misfit>| {
        answer
            .err()
            .filter(|misfit| misfit.kind == MisfitKind::Broken)
    };
    answers.into_iter().filter_map(broken).collect()
}

fn without_lock(answer: Result<Probed, Misfit>) -> Result<Interpreter, Misfit> {
    answer.map(|probed| probed.interpreter)
}

/// Returns the minor versions that the names of a program and of the file it leads to state.
fn stated_minors(path: &Path) -> Vec<[u64; 2]> {
    let real = path.canonicalize().ok();
    let names = [Some(path), real.as_deref()].into_iter().flatten();
    names.filter_map(stated_minor).collect()
}

/// Returns the minor version in a name such as `python3.13t`.
fn stated_minor(path: &Path) -> Option<[u64; 2]> {
    let name = path.file_name()?.to_str()?.strip_prefix("python")?;
    let (major, rest) = name.split_once('.')?;
    let end = rest.find(|letter: char| !letter.is_ascii_digit());
    let minor = &rest[..end.unwrap_or(rest.len())];
    Some([major.parse().ok()?, minor.parse().ok()?])
}

/// Keeps one path per file: the first found, but the file's own and fullest name where several lead to it.
fn without_aliases(candidates: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut places: BTreeMap<Identity, usize> = BTreeMap::new();
    let mut kept: Vec<PathBuf> = Vec::new();
    for path in candidates {
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        let identity = identity(&real);
        if let Some(place) = places.get(&identity) {
            let rank = |path: &Path, real: bool| (real, path.as_os_str().len());
            let known = &kept[*place];
            let known_is_real = known.canonicalize().is_ok_and(|real| real == *known);
            if path == real && rank(&path, true) > rank(known, known_is_real) {
                kept[*place] = path;
            }
        } else {
            places.insert(identity, kept.len());
            kept.push(path);
        }
    }
    kept
}

/// What two names of one file share, hard links included.
type Identity = (u64, u64, Option<PathBuf>);

#[cfg(unix)]
fn identity(real: &Path) -> Identity {
    use std::os::unix::fs::MetadataExt as _;
    match real.metadata() {
        Ok(metadata) => (metadata.dev(), metadata.ino(), None),
        Err(_) => (0, 0, Some(real.to_owned())),
    }
}

#[cfg(not(unix))]
fn identity(real: &Path) -> Identity {
    (0, 0, Some(real.to_owned()))
}

fn add(interpreters: &mut Vec<Interpreter>, interpreter: Interpreter) {
    let known = |other: &&mut Interpreter| {
        other.real_path == interpreter.real_path || is_copy(other, &interpreter)
    };
    match interpreters.iter_mut().find(known) {
        Some(other) if is_fuller(&interpreter, other) => *other = interpreter,
        Some(_) => {}
        None => interpreters.push(interpreter),
    }
}

/// Says whether two programs are one installation's: `python3.13` and `python3.13t`, where a copy
/// of the folder made two files of a hard link.
fn is_copy(one: &Interpreter, other: &Interpreter) -> bool {
    let folder = |one: &Interpreter| one.real_path.parent().map(Path::to_owned);
    let identity = |one: &Interpreter| (one.version.clone(), one.build, one.prefix.clone());
    folder(one) == folder(other) && identity(one) == identity(other)
}

fn is_fuller(one: &Interpreter, other: &Interpreter) -> bool {
    let name = |one: &Interpreter| one.real_path.file_name().map(std::ffi::OsStr::len);
    is_copy(one, other) && name(one) > name(other)
}

/// Returns what each program says, in their order; those that memory does not know are asked several at a time.
fn ask(paths: &[&Path], places: &Places, memory: &mut Memory) -> Vec<Result<Probed, Misfit>> {
    let mut answers: Vec<Option<Result<Probed, Misfit>>> =
        paths.iter().map(|path| memory.recall(path)).collect();
    let open: Vec<usize> = (0..paths.len())
        .filter(|index| answers[*index].is_none())
        .collect();
    for (index, answer) in ask_open(&open, paths, places) {
        memory.keep(paths[index], &answer);
        answers[index] = Some(answer);
    }
    answers.into_iter().flatten().collect()
}

fn ask_open(
    open: &[usize],
    paths: &[&Path],
    places: &Places,
) -> Vec<(usize, Result<Probed, Misfit>)> {
    let next = AtomicUsize::new(0);
    let answers = Mutex::new(Vec::new());
    let work = || {
        while let Some(index) = open.get(next.fetch_add(1, Ordering::Relaxed)) {
            let answer = probe(paths[*index], &places.variables);
            let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
            answers.push((*index, answer));
        }
    };
    let cpus = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..open.len().min(cpus * 2) {
            scope.spawn(work);
        }
    });
    answers.into_inner().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
#[cfg(test)]
mod tests;
