//! One run behind walls: from a planned run to a launcher's order, from its report to a record.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::plan::PlannedRun;

use super::outcome::{self, Leavings};
use super::program::{self, Layout};
use super::sandbox::order::{Exceeded, Missing, RunFate, RunOrder};
use super::sandbox::slot::{Slot, SlotOutput};
use super::surroundings::{self, Busy};
use super::{Ending, RunRecord, signals};

/// Where examples put temporary files.
const TEMPORARY: &str = "/tmp";

/// Runs one example in a slot. After an error the slot is of no more use.
pub(super) async fn run(run: &PlannedRun, slot: &mut Slot) -> std::io::Result<RunRecord> {
    let mut record = outcome::blank(run);
    let layout = program::lay_out(&run.program);
    let home = Path::new("/home").join(&run.surroundings.folder);
    record.folder.clone_from(&home);
    let Some(order) = order(run, &home, &layout) else {
        record.ending = Ending::CouldNotStart {
            reason: "a path of the interpreter is not UTF-8".to_owned(),
        };
        return Ok(record);
    };
    let busy = run.surroundings.busy.then(Busy::start);
    let cap = run.limits.output + layout.marks.size() as u64;
    let output = slot.run(&order, run.program.stdin.as_bytes(), cap).await?;
    drop(busy);
    record.network_attempts = output.report.network_attempts;
    let leavings = Leavings {
        stdout: &output.stdout,
        stderr: &output.stderr,
        duration: output.duration,
        cpu_ms: Some(output.report.cpu_ms),
    };
    let ending = ending(&output, run);
    outcome::fill(&mut record, &leavings, &layout.marks, &run.limits, ending);
    Ok(record)
}

fn order(run: &PlannedRun, home: &Path, layout: &Layout) -> Option<RunOrder> {
    let text = |path: &Path| path.to_str().map(str::to_owned);
    let environment = surroundings::environment(run, home, Path::new(TEMPORARY))
        .into_iter()
        .map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect::<Option<_>>()?;
    Some(RunOrder {
        program: text(&program_inside(run))?,
        arguments: vec!["example.py".to_owned()],
        environment,
        folder: text(home)?,
        files: layout.files.clone(),
        limits: run.limits.clone(),
        pids_before: run.surroundings.pids_before,
        cpus: run.surroundings.cpus,
        new_network: false,
    })
}

fn ending(output: &SlotOutput, run: &PlannedRun) -> Ending {
    let limits = &run.limits;
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
pub(super) fn readable(runs: &[PlannedRun]) -> Vec<String> {
    let paths: BTreeSet<PathBuf> = runs.iter().flat_map(paths).collect();
    paths
        .into_iter()
        .filter(|path| path.exists())
        .filter_map(|path| path.into_os_string().into_string().ok())
        .collect()
}

fn paths(run: &PlannedRun) -> Vec<PathBuf> {
    let interpreter = &run.interpreter;
    let mut prefixes = vec![&interpreter.prefix, &interpreter.base_prefix];
    prefixes.extend(&run.environment);
    let mut paths: Vec<PathBuf> = interpreter.library_paths.clone();
    for prefix in prefixes {
        if is_too_wide(prefix) {
            // Such a prefix is somebody's home or the whole system; only what is Python's may be seen.
            let [major, minor, _] = interpreter.release;
            paths.push(prefix.join(format!("lib/python{major}.{minor}")));
            paths.push(prefix.join("pyvenv.cfg"));
            paths.push(interpreter.real_path.clone());
        } else {
            paths.push(prefix.clone());
        }
    }
    if !paths
        .iter()
        .any(|path| interpreter.real_path.starts_with(path))
    {
        paths.push(interpreter.real_path.clone());
    }
    paths.retain(|path| !path.starts_with("/usr"));
    paths
}

/// Says whether a folder holds the user's home or the current folder.
fn is_too_wide(folder: &Path) -> bool {
    let home = std::env::home_dir().unwrap_or_default();
    let current = std::env::current_dir().unwrap_or_default();
    home.starts_with(folder) || current.starts_with(folder)
}

/// The interpreter's path as examples see it: where it was found, unless links outside lead there.
pub(super) fn program_inside(run: &PlannedRun) -> PathBuf {
    let path = surroundings::program(run);
    let paths = paths(run);
    let is_seen = path.starts_with("/usr") || paths.iter().any(|seen| path.starts_with(seen));
    if is_seen {
        path
    } else {
        run.interpreter.real_path.clone()
    }
}
