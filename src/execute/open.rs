//! One run at level `off`: its own folder, environment, process group, deadline, caps and rlimits.

use std::time::Duration;

use crate::child::{self, Command, Exit, Resource};
use crate::discover::Limits;
use crate::plan::PlannedRun;

use super::outcome::{self, Leavings, milliseconds};
use super::place::{Place, Site};
use super::program::{self, Layout};
use super::surroundings;
use super::{Ending, RunRecord, signals};

/// Address space beside the memory limit: stacks of threads and allocator arenas take it and never fill it.
const ADDRESS_SPACE_ALLOWANCE: u64 = 4 << 30;

/// Runs one example without walls.
pub(super) async fn run(run: &PlannedRun, site: &Site) -> RunRecord {
    let mut record = outcome::blank(run);
    let layout = program::lay_out(&run.program);
    let place = match prepare(run, site, &layout) {
        Ok(place) => place,
        Err(error) => {
            record.ending = Ending::CouldNotStart {
                reason: error.to_string(),
            };
            return record;
        }
    };
    record.folder.clone_from(&place.home);
    let command = command(run, &place, &layout);
    let output = child::run_async(&command).await;
    let leavings = Leavings {
        stdout: &output.stdout,
        stderr: &output.stderr,
        duration: output.duration,
        cpu_ms: output.cpu.map(milliseconds),
    };
    let ending = ending(&output.exit, &run.limits);
    outcome::fill(&mut record, &leavings, &layout.marks, &run.limits, ending);
    record
}

fn prepare(run: &PlannedRun, site: &Site, layout: &Layout) -> std::io::Result<Place> {
    let place = site.place(&run.surroundings.folder)?;
    for (path, content) in &layout.files {
        place.write(path, content)?;
    }
    Ok(place)
}

fn command(run: &PlannedRun, place: &Place, layout: &Layout) -> Command {
    let limits = &run.limits;
    let seconds = limits.timeout_ms / 1000 + 1;
    let cpus = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let address_space = limits.memory.saturating_add(ADDRESS_SPACE_ALLOWANCE);
    Command {
        environment: surroundings::environment(run, &place.home, &place.temporary),
        folder: Some(place.home.clone()),
        output_cap: limits.output + layout.marks.size() as u64,
        resources: vec![
            (Resource::AddressSpace, address_space),
            (Resource::CpuSeconds, seconds.saturating_mul(cpus)),
            (Resource::FileSize, limits.disk),
            (Resource::OpenFiles, limits.files),
            (Resource::CoreDump, 0),
        ],
        cpus: run.surroundings.cpus,
        ..Command::new(surroundings::program(run))
            .arguments(surroundings::arguments(run, false))
            .stdin(run.program.stdin.clone())
            .deadline(Duration::from_millis(limits.timeout_ms))
    }
}

/// Returns how a child ended.
pub(super) fn ending(exit: &Exit, limits: &Limits) -> Ending {
    match exit {
        Exit::Exited(code) => Ending::Exited { code: *code },
        Exit::Signalled(number) => signals::ending(*number),
        Exit::TimedOut => Ending::TimedOut {
            limit_ms: limits.timeout_ms,
        },
        Exit::TooMuchOutput => outcome::too_much_output(limits),
        Exit::CouldNotStart(reason) => Ending::CouldNotStart {
            reason: reason.clone(),
        },
    }
}
