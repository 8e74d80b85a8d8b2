//! One run behind walls: from a planned run to a launcher's order, from its report to a record.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::discover::{Limits, Start};
use crate::plan::{Interpreter, PlannedRun};

use super::load::Load;
use super::outcome::{self, Leavings};
use super::place::Place;
use super::program::{self, Layout};
use super::sandbox::order::{Exceeded, Missing, RunFate, RunOrder, WarmOrder};
use super::sandbox::slot::{Slot, SlotOutput};
use super::start::{self, Beginning};
use super::surroundings;
use super::{Ending, RunRecord, signals};

/// Where examples put temporary files.
const TEMPORARY: &str = "/tmp";

/// Runs one example in a slot: in `place`, where it has no root of its own. After an error the slot is
/// of no more use.
pub(super) async fn run(
    run: &PlannedRun,
    (beginning, load): (&Beginning, &Load),
    slot: &mut Slot,
    place: Option<&Place>,
) -> std::io::Result<RunRecord> {
    let mut record = outcome::blank(run);
    let layout = program::lay_out(&run.program);
    let (home, temporary) = match place {
        Some(place) => (place.home.clone(), place.temporary.clone()),
        None => (
            Path::new("/home").join(&run.surroundings.folder),
            PathBuf::from(TEMPORARY),
        ),
    };
    record.folder.clone_from(&home);
    let Some(mut order) = order(run, beginning, &home, &temporary, &layout) else {
        record.ending = Ending::CouldNotStart {
            reason: "a path of the interpreter is not UTF-8".to_owned(),
        };
        return Ok(record);
    };
    order.arguments = surroundings::arguments(run, place.is_none());
    if place.is_none() {
        order.writable = ["/home", "/tmp", "/dev/shm"].map(str::to_owned).into();
    }
    let cap = run.limits.output + layout.marks.size() as u64;
    let output = slot
        .run(&order, run.program.stdin.as_bytes(), cap, load)
        .await?;
    record.network_attempts = output.report.network_attempts;
    if output.report.forked {
        record.start = Start::Fork;
    }
    let leavings = Leavings {
        stdout: &output.stdout,
        stderr: &output.stderr,
        duration: output.duration,
        cpu_ms: Some(output.report.cpu_ms),
    };
    let ending = ending(&output, &run.limits);
    outcome::fill(&mut record, &leavings, &layout.marks, &run.limits, ending);
    Ok(record)
}

fn order(
    run: &PlannedRun,
    beginning: &Beginning,
    home: &Path,
    temporary: &Path,
    layout: &Layout,
) -> Option<RunOrder> {
    let text = |path: &Path| path.to_str().map(str::to_owned);
    let environment = surroundings::environment(run, home, temporary)
        .into_iter()
        .map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect::<Option<_>>()?;
    Some(RunOrder {
        program: text(&program_inside(run))?,
        arguments: Vec::new(),
        environment,
        folder: text(home)?,
        writable: vec![text(home)?, text(temporary)?, "/dev/shm".to_owned()],
        files: layout.files.clone(),
        limits: run.limits.clone(),
        pids_before: run.surroundings.pids_before,
        cpus: run.surroundings.cpus,
        new_network: false,
        warm: warm(run, beginning),
    })
}

fn warm(run: &PlannedRun, beginning: &Beginning) -> Option<WarmOrder> {
    match beginning {
        Beginning::Spawn(_) => None,
        Beginning::Fork(modules) => Some(WarmOrder {
            site: start::user_site(run),
            packages: start::packages(&run.interpreter),
            modules: modules.clone(),
            leaves_early: start::leaves_early(&run.program),
        }),
    }
}

/// Returns how what ran in a slot ended.
pub(super) fn ending(output: &SlotOutput, limits: &Limits) -> Ending {
    let limit = |name: &str| Ending::Limit {
        limit: name.to_owned(),
    };
    if output.flooded {
        return outcome::too_much_output(limits);
    }
    match &output.report.fate {
        RunFate::Ended(status) => ending_of_status(*status),
        RunFate::TimedOut | RunFate::Stopped => Ending::TimedOut {
            limit_ms: limits.timeout_ms,
        },
        RunFate::Exceeded(Exceeded::Memory) => Ending::OutOfMemory {
            limit_bytes: limits.memory,
        },
        RunFate::Exceeded(Exceeded::Processes) => limit("processes"),
        RunFate::Exceeded(Exceeded::Disk) => limit("disk"),
        RunFate::Failed(missing) => Ending::CouldNotStart {
            reason: in_words(missing),
        },
    }
}

fn ending_of_status(status: i32) -> Ending {
    use std::os::unix::process::ExitStatusExt as _;
    let status = std::process::ExitStatus::from_raw(status);
    match (status.code(), status.signal()) {
        (Some(code), _) => Ending::Exited { code },
        (None, signal) => signals::ending(signal.unwrap_or_default()),
    }
}

fn in_words(missing: &Missing) -> String {
    match missing.errno {
        Some(errno) => {
            let error = std::io::Error::from_raw_os_error(errno);
            format!("{}: {error}", missing.step)
        }
        None => missing.step.clone(),
    }
}

/// Folders of the host that runs need beside those every system has: those of their interpreters.
pub(super) fn readable(runs: &[Arc<PlannedRun>]) -> Vec<String> {
    let folders = runs.iter().flat_map(|run| {
        let environment = run.environment.iter().cloned();
        folders(&run.interpreter).into_iter().chain(environment)
    });
    existing(folders.collect())
}

/// Folders that an interpreter needs.
pub(super) fn readable_of(interpreter: &Interpreter) -> Vec<String> {
    existing(folders(interpreter).into_iter().collect())
}

fn existing(folders: BTreeSet<PathBuf>) -> Vec<String> {
    folders
        .into_iter()
        .filter(|path| path.exists())
        .filter_map(|path| path.into_os_string().into_string().ok())
        .collect()
}

fn folders(interpreter: &Interpreter) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = interpreter.library_paths.clone();
    for prefix in [&interpreter.prefix, &interpreter.base_prefix] {
        if is_too_wide(prefix) {
            // Such a prefix is somebody's home or the whole system; only what is Python's may be seen.
            let [major, minor, _] = interpreter.release;
            folders.push(prefix.join(format!("lib/python{major}.{minor}")));
            folders.push(prefix.join("pyvenv.cfg"));
            folders.push(interpreter.real_path.clone());
        } else {
            folders.push(prefix.clone());
        }
    }
    if !folders
        .iter()
        .any(|folder| interpreter.real_path.starts_with(folder))
    {
        folders.push(interpreter.real_path.clone());
    }
    folders.retain(|folder| !folder.starts_with("/usr"));
    folders
}

/// Says whether a folder holds the user's home or the current folder.
fn is_too_wide(folder: &Path) -> bool {
    let home = std::env::home_dir().unwrap_or_default();
    let current = std::env::current_dir().unwrap_or_default();
    home.starts_with(folder) || current.starts_with(folder)
}

/// The program of a run as examples see it.
pub(super) fn program_inside(run: &PlannedRun) -> PathBuf {
    match run.environment {
        Some(_) => surroundings::program(run),
        None => path_inside(&run.interpreter),
    }
}

/// An interpreter's path as examples see it: where it was found, unless links outside lead there.
pub(super) fn path_inside(interpreter: &Interpreter) -> PathBuf {
    let path = &interpreter.path;
    let mut folders = folders(interpreter).into_iter();
    if path.starts_with("/usr") || folders.any(|folder| path.starts_with(folder)) {
        path.clone()
    } else {
        interpreter.real_path.clone()
    }
}
