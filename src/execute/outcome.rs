//! From what a process left behind to its record.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::child;
use crate::discover::{Limits, Start};
use crate::plan::PlannedRun;

use super::program::Marks;
use super::{Ending, RunRecord};

/// What a process printed and used.
pub(super) struct Leavings<'a> {
    pub stdout: &'a [u8],
    pub stderr: &'a [u8],
    pub duration: Duration,
    pub cpu_ms: Option<u64>,
}

/// Returns the record of a run that is about to start.
pub(super) fn blank(run: &PlannedRun) -> RunRecord {
    RunRecord {
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
        started_at: SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs()),
        network_attempts: 0,
        spawned_because: None,
        surroundings: run.surroundings.clone(),
    }
}

/// Writes into a record what was printed, block by block, and how it ended: `ending`, unless more
/// was printed than the limit allows.
pub(super) fn fill(
    record: &mut RunRecord,
    leavings: &Leavings<'_>,
    marks: &Marks,
    limits: &Limits,
    ending: Ending,
) {
    let (mut stdout, blocks) = marks.split(leavings.stdout);
    let cap = usize::try_from(limits.output).unwrap_or(usize::MAX);
    let flooded = stdout.len() > cap || leavings.stderr.len() > cap;
    stdout.truncate(cap);
    record.stdout = child::text(&stdout);
    record.stderr = child::text(&leavings.stderr[..leavings.stderr.len().min(cap)]);
    record.blocks = blocks;
    record.duration_ms = milliseconds(leavings.duration);
    record.cpu_ms = leavings.cpu_ms;
    record.ending = if flooded {
        too_much_output(limits)
    } else {
        ending
    };
}

/// Returns the ending of a run that printed too much.
pub(super) fn too_much_output(limits: &Limits) -> Ending {
    Ending::TooMuchOutput {
        limit_bytes: limits.output,
    }
}

/// Returns a duration in whole milliseconds.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
