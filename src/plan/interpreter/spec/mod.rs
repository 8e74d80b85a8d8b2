//! `--python SPEC`: a version, a path, a range, a comparison, `all` or `newest`.

use std::path::{Path, PathBuf};

use pep440_rs::{Version, VersionSpecifiers};

use crate::problem::Problem;

use crate::plan::interpreter::probe::OLDEST;
use crate::plan::interpreter::{
    Build, Found, Installation, Interpreter, Misfit, MisfitKind, order,
};

/// No minor version has had more patches.
const MOST_PATCHES: u64 = 99;

/// One choice of interpreters, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spec {
    /// `3.12` (its newest patch), `3.12.1`, `3.13t`: must exist.
    Version {
        /// Two or three numbers.
        numbers: Vec<u64>,
        /// Which build; the usual one without a suffix.
        build: Build,
    },
    /// A path: must exist and be `CPython` 3.8 or newer.
    Path(PathBuf),
    /// `3.10..3.13`, both ends included, minor versions: chooses among those found.
    Range {
        /// First minor version.
        from: [u64; 2],
        /// Last minor version.
        to: [u64; 2],
    },
    /// `>=3.11` or any other PEP 440 specifier: chooses among those found.
    Comparison(String),
    /// One per minor version and build.
    All,
    /// The newest of the usual builds.
    Newest,
}

impl Spec {
    /// Parses what the user typed.
    ///
    /// # Errors
    ///
    /// A usage problem that says which forms there are.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let typed = text.trim();
        match typed {
            "all" => return Ok(Self::All),
            "newest" => return Ok(Self::Newest),
            _ => {}
        }
        if typed.starts_with(['<', '>', '=', '!', '~']) {
            return comparison(typed);
        }
        if is_path(typed) {
            return Ok(Self::Path(PathBuf::from(typed)));
        }
        if let Some((from, to)) = typed.split_once("..") {
            return range(typed, from, to);
        }
        version(typed).ok_or_else(|| bad_spec(typed, hint_for(typed)))
    }

    /// Says whether this spec can allow an interpreter of a minor version.
    pub(super) fn may_mean(&self, minor: [u64; 2]) -> bool {
        match self {
            Self::Version { numbers, .. } => numbers.starts_with(&minor),
            Self::Range { from, to } => (*from..=*to).contains(&minor),
            Self::Comparison(text) => text.parse::<VersionSpecifiers>().is_ok_and(|specifiers| {
                let version = |patch| Version::new([minor[0], minor[1], patch]);
                (0..=MOST_PATCHES).any(|patch| specifiers.contains(&version(patch)))
            }),
            Self::Newest | Self::All => minor >= OLDEST,
            Self::Path(_) => false,
        }
    }

    /// Says whether this spec allows an interpreter; of a path nothing is known here.
    fn allows(&self, interpreter: &Interpreter) -> bool {
        let minor = [interpreter.release[0], interpreter.release[1]];
        match self {
            Self::Version { numbers, build } => {
                interpreter.build == *build && interpreter.release.starts_with(numbers)
            }
            Self::Range { from, to } => (*from..=*to).contains(&minor),
            Self::Comparison(text) => text
                .parse::<VersionSpecifiers>()
                .is_ok_and(|specifiers| specifiers.contains(&Version::new(interpreter.release))),
            Self::Newest | Self::All => true,
            Self::Path(_) => false,
        }
    }
}

/// Returns a spec as it is typed.
impl std::fmt::Display for Spec {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Version { numbers, build } => {
                let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
                write!(formatter, "{}{}", numbers.join("."), build.suffix())
            }
            Self::Path(path) => write!(formatter, "{}", path.display()),
            Self::Range { from, to } => {
                write!(formatter, "{}.{}..{}.{}", from[0], from[1], to[0], to[1])
            }
            Self::Comparison(text) => formatter.write_str(text),
            Self::All => formatter.write_str("all"),
            Self::Newest => formatter.write_str("newest"),
        }
    }
}

impl Spec {
    /// Returns the interpreter that a version names where it is not here: one without a path.
    fn absent(&self) -> Option<Interpreter> {
        let Self::Version { numbers, build } = self else {
            return None;
        };
        let number = |index| numbers.get(index).copied().unwrap_or_default();
        let version: Vec<String> = numbers.iter().map(u64::to_string).collect();
        let release = [number(0), number(1), number(2)];
        Some(Installation::unplaced(&version.join("."), release, *build).into())
    }
}

/// What a list of specs chooses on this machine.
#[derive(Debug, Clone, Default)]
pub struct Choosing {
    /// Interpreters that are here, oldest first, without repeats.
    pub here: Vec<Interpreter>,
    /// Versions that were named and are not here, as interpreters without a path.
    pub absent: Vec<Interpreter>,
    /// One blocked problem for each spec that chooses nothing: what was found, and how to get it.
    pub problems: Vec<Problem>,
}

/// Chooses interpreters; no spec means [`Spec::All`].
#[must_use]
pub fn choosing(specs: &[Spec], found: &Found) -> Choosing {
    let specs = if specs.is_empty() {
        &[Spec::All]
    } else {
        specs
    };
    let mut chosen = Choosing::default();
    for spec in specs {
        match choose_one(spec, found) {
            Ok(interpreters) if interpreters.is_empty() => {
                chosen.problems.push(nothing_left(spec, found));
            }
            Ok(interpreters) => chosen.here.extend(interpreters),
            Err(problem) => {
                chosen.absent.extend(spec.absent());
                chosen.problems.push(problem);
            }
        }
    }
    let here = &mut chosen.here;
    here.sort_by(order);
    here.dedup_by(|left, right| left.real_path == right.real_path && left.prefix == right.prefix);
    chosen.absent.sort_by(order);
    chosen.absent.dedup();
    chosen.problems.dedup();
    chosen
}

/// Chooses interpreters, oldest first, without repeats; no spec means [`Spec::All`].
///
/// # Errors
///
/// One blocked problem for each spec that chooses nothing.
pub fn choose(specs: &[Spec], found: &Found) -> Result<Vec<Interpreter>, Vec<Problem>> {
    let chosen = choosing(specs, found);
    if chosen.problems.is_empty() {
        Ok(chosen.here)
    } else {
        Err(chosen.problems)
    }
}

fn choose_one(spec: &Spec, found: &Found) -> Result<Vec<Interpreter>, Problem> {
    match spec {
        Spec::Path(path) => Ok(vec![at_path(path, found)?]),
        Spec::Version { .. } => {
            let newest = newest_of_each(spec, found).pop();
            Ok(vec![newest.ok_or_else(|| missing(spec, found))?])
        }
        Spec::Newest => {
            let all = newest_of_each(spec, found);
            let usual = all.iter().rfind(|one| one.build == Build::Default);
            Ok(usual.or(all.last()).cloned().into_iter().collect())
        }
        Spec::Range { .. } | Spec::Comparison(_) | Spec::All => Ok(newest_of_each(spec, found)),
    }
}

/// Returns the newest allowed interpreter of each minor version and build; the first found of equals.
fn newest_of_each(spec: &Spec, found: &Found) -> Vec<Interpreter> {
    let mut newest: Vec<Interpreter> = Vec::new();
    for interpreter in found.interpreters.iter().filter(|one| spec.allows(one)) {
        let same = |other: &&mut Interpreter| other.label().minor() == interpreter.label().minor();
        match newest.iter_mut().find(same) {
            Some(other) if order(other, interpreter).is_lt() => *other = interpreter.clone(),
            Some(_) => {}
            None => newest.push(interpreter.clone()),
        }
    }
    newest.sort_by(order);
    newest
}

fn at_path(path: &Path, found: &Found) -> Result<Interpreter, Problem> {
    let same = |one: &&Interpreter| one.path == path || one.real_path == path;
    match found.named.get(path) {
        Some(Ok(interpreter)) => return Ok(interpreter.clone()),
        Some(Err(misfit)) => return Err(unusable(misfit)),
        None => {}
    }
    if let Some(misfit) = found.misfits.iter().find(|misfit| misfit.path == path) {
        return Err(unusable(misfit));
    }
    let known = found.interpreters.iter().find(same).cloned();
    known.ok_or_else(|| {
        let message = format!("`{}` is no interpreter", path.display());
        Problem::blocked("interpreter-missing", message)
    })
}

fn unusable(misfit: &Misfit) -> Problem {
    let path = misfit.path.display();
    let problem = if misfit.path.symlink_metadata().is_err() {
        Problem::blocked("interpreter-missing", format!("`{path}` does not exist"))
    } else {
        let message = format!("`{path}` cannot run examples");
        Problem::blocked("interpreter-unusable", message).because(&misfit.reason)
    };
    problem.hint("`fencepost python list` shows the interpreters found")
}

/// Says that a version is not there, what is, and how to get it.
fn missing(spec: &Spec, found: &Found) -> Problem {
    let too_old = found.misfits.iter().find(|misfit| {
        misfit.kind == MisfitKind::TooOld && misfit.reason.starts_with(&format!("CPython {spec}."))
    });
    if let Some(misfit) = too_old {
        let message = format!("cannot run CPython {spec}");
        let problem = Problem::blocked("interpreter-unusable", message);
        return problem.because(&misfit.reason).hint(others(found));
    }
    Problem::blocked(
        "interpreter-missing",
        format!("CPython {spec} was not found"),
    )
    .because(in_words(found))
    .hint(format!(
        "`fencepost python install {spec}` gets it; {}",
        others(found)
    ))
}

fn nothing_left(spec: &Spec, found: &Found) -> Problem {
    let install = "`fencepost python install 3.13` gets one, or name one with `--python PATH`";
    if found.interpreters.is_empty() {
        let message = "no CPython 3.8 or newer was found";
        return Problem::blocked("no-interpreter", message)
            .because(in_words(found))
            .hint(install);
    }
    let message = format!("no CPython that was found meets `{spec}`");
    Problem::blocked("interpreter-missing", message)
        .because(in_words(found))
        .hint(others(found))
}

fn others(found: &Found) -> String {
    match found.interpreters.last() {
        Some(newest) => {
            let minor = newest.label().minor();
            format!("choose among those found with `--python all` or `--python {minor}`")
        }
        None => "`fencepost doctor` tells where was looked".to_owned(),
    }
}

/// Returns `found: 3.10.13, 3.12.1`.
fn in_words(found: &Found) -> String {
    let versions = found.interpreters.iter();
    let mut versions: Vec<String> = versions
        .map(|one| format!("{}{}", one.version, one.build.suffix()))
        .collect();
    versions.dedup();
    if !versions.is_empty() {
        return format!("found: {}", versions.join(", "));
    }
    let unusable: Vec<&str> = found
        .misfits
        .iter()
        .map(|misfit| misfit.reason.as_str())
        .collect();
    match unusable.as_slice() {
        [] => "nothing named like Python is in `PATH`, pyenv, uv, asdf or mise".to_owned(),
        reasons => format!("found, but not usable: {}", reasons.join("; ")),
    }
}

fn comparison(typed: &str) -> Result<Spec, Problem> {
    match typed.parse::<VersionSpecifiers>() {
        Ok(_) => Ok(Spec::Comparison(typed.to_owned())),
        Err(error) => {
            let error = error.to_string();
            let why = error.lines().next().unwrap_or_default().to_lowercase();
            Err(bad_spec(typed, None).because(why.trim_end_matches(['.', ':']).to_owned()))
        }
    }
}

fn range(typed: &str, from: &str, to: &str) -> Result<Spec, Problem> {
    let minor = |text: &str| match version(text) {
        Some(Spec::Version {
            numbers,
            build: Build::Default,
        }) => numbers.try_into().ok(),
        _ => None,
    };
    let (Some(from), Some(to)): (Option<[u64; 2]>, Option<[u64; 2]>) = (minor(from), minor(to))
    else {
        let hint = "a range names two minor versions, `3.10..3.13`; an open one is `>=3.10`";
        return Err(bad_spec(typed, Some(hint.to_owned())));
    };
    if from > to {
        let [major, minor] = to;
        let hint = format!("write `{major}.{minor}..{}.{}`", from[0], from[1]);
        return Err(bad_spec(typed, Some(hint)).because("the range ends before it begins"));
    }
    Ok(Spec::Range { from, to })
}

/// Reads two or three numbers and the letter of a build.
fn version(text: &str) -> Option<Spec> {
    let (numbers, build) = match text.strip_suffix(['t', 'd']) {
        Some(rest) if text.ends_with('t') => (rest, Build::FreeThreaded),
        Some(rest) => (rest, Build::Debug),
        None => (text, Build::Default),
    };
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let numbers: Option<Vec<u64>> = numbers
        .split('.')
        .map(|part| part.parse().ok().filter(|_| plain(part)))
        .collect();
    let numbers = numbers.filter(|numbers| (2..=3).contains(&numbers.len()))?;
    Some(Spec::Version { numbers, build })
}

/// Says whether a spec can only be a path.
fn is_path(typed: &str) -> bool {
    let end = Path::new(typed).extension();
    let is_program = end.is_some_and(|end| end.eq_ignore_ascii_case("exe"));
    typed.contains(['/', '\\']) || typed == "." || typed == ".." || is_program
}

fn hint_for(typed: &str) -> Option<String> {
    if typed.bytes().all(|byte| byte.is_ascii_digit()) && !typed.is_empty() {
        return Some(format!(
            "name the minor version: `{typed}.12`; or `>={typed}`"
        ));
    }
    let rest = typed
        .strip_prefix("python")
        .or_else(|| typed.strip_prefix("cpython-"));
    if let Some(rest) = rest.filter(|rest| version(rest).is_some()) {
        return Some(format!("write `{rest}`"));
    }
    if typed.contains(',') {
        return Some("give `--python` once for each version".to_owned());
    }
    let word = crate::wording::nearest(typed, &["all", "newest"])?;
    Some(format!("did you mean `{word}`?"))
}

fn bad_spec(typed: &str, hint: Option<String>) -> Problem {
    let forms =
        "forms are `3.12`, `3.12.1`, `3.13t`, `3.10..3.13`, `>=3.11`, `all`, `newest` and a path";
    let hint = hint.map_or_else(|| forms.to_owned(), |hint| format!("{hint}; {forms}"));
    Problem::usage(
        "bad-version-spec",
        format!("`{typed}` names no interpreter"),
    )
    .hint(hint)
}

#[cfg(test)]
mod tests;
