//! One run at level `off`: its own folder, environment, process group, deadline, caps and rlimits.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::child::{self, Command, Exit, Output, Resource};
use crate::discover::{Limits, Start};
use crate::plan::PlannedRun;

use super::place::Site;
use super::program::{self, Layout};
use super::surroundings::{self, Busy};
use super::{Ending, RunRecord, signals};

/// Address space beside the memory limit: stacks of threads and allocator arenas take it and never fill it.
const ADDRESS_SPACE_ALLOWANCE: u64 = 4 << 30;

/// Runs one example without walls.
pub(super) async fn run(run: &PlannedRun, site: &Site) -> RunRecord {
    let started_at = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let mut record = RunRecord {
        id: run.id.clone(),
        ending: Ending::Exited { code: 0 },
        stdout: String::new(),
        stderr: String::new(),
        blocks: Vec::new(),
        duration_ms: 0,
        cpu_ms: None,
        start: Start::Spawn,
        cached: false,
        folder: std::path::PathBuf::new(),
        started_at,
        network_attempts: 0,
        surroundings: run.surroundings.clone(),
    };
    let layout = program::lay_out(&run.program);
    match prepare(run, site, &layout) {
        Ok(place) => {
            record.folder.clone_from(&place.home);
            let command = command(run, &place, &layout);
            let busy = run.surroundings.busy.then(Busy::start);
            let output = child::run_async(&command).await;
            drop(busy);
            fill(&mut record, &output, &layout, &run.limits);
        }
        Err(error) => {
            record.ending = Ending::CouldNotStart {
                reason: error.to_string(),
            };
        }
    }
    record
}

fn prepare(run: &PlannedRun, site: &Site, layout: &Layout) -> std::io::Result<super::place::Place> {
    let place = site.place(&run.surroundings.folder)?;
    for (path, content) in &layout.files {
        place.write(path, content)?;
    }
    Ok(place)
}

fn command(run: &PlannedRun, place: &super::place::Place, layout: &Layout) -> Command {
    let limits = &run.limits;
    let seconds = limits.timeout_ms / 1000 + 1;
    let cpus = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    Command {
        environment: surroundings::environment(run, &place.home, &place.temporary),
        folder: Some(place.home.clone()),
        output_cap: limits.output + layout.marks.size() as u64,
        resources: vec![
            (
                Resource::AddressSpace,
                limits.memory.saturating_add(ADDRESS_SPACE_ALLOWANCE),
            ),
            (Resource::CpuSeconds, seconds * cpus),
            (Resource::FileSize, limits.disk),
            (Resource::OpenFiles, limits.files),
            (Resource::CoreDump, 0),
        ],
        cpus: run.surroundings.cpus,
        ..Command::new(surroundings::program(run))
            .arguments(["example.py"])
            .stdin(run.program.stdin.clone())
            .deadline(Duration::from_millis(limits.timeout_ms))
    }
}

fn fill(record: &mut RunRecord, output: &Output, layout: &Layout, limits: &Limits) {
    let (mut stdout, blocks) = layout.marks.split(&output.stdout);
    let cap = usize::try_from(limits.output).unwrap_or(usize::MAX);
    let flooded = stdout.len() > cap || output.stderr.len() > cap;
    stdout.truncate(cap);
    record.stdout = child::text(&stdout);
    record.stderr = child::text(&output.stderr[..output.stderr.len().min(cap)]);
    record.blocks = blocks;
    record.duration_ms = milliseconds(output.duration);
    record.cpu_ms = output.cpu.map(milliseconds);
    record.ending = if flooded {
        Ending::TooMuchOutput {
            limit_bytes: limits.output,
        }
    } else {
        ending(&output.exit, limits)
    };
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn ending(exit: &Exit, limits: &Limits) -> Ending {
    match exit {
        Exit::Exited(code) => Ending::Exited { code: *code },
        Exit::Signalled(number) => signals::ending(*number),
        Exit::TimedOut => Ending::TimedOut {
            limit_ms: limits.timeout_ms,
        },
        Exit::TooMuchOutput => Ending::TooMuchOutput {
            limit_bytes: limits.output,
        },
        Exit::CouldNotStart(reason) => Ending::CouldNotStart {
            reason: reason.clone(),
        },
    }
}
