//! An interpreter that nobody starts, and what a run on it would have left: for measurements and fuzzing.

use fencepost::discover::Start;
use fencepost::execute::{Ending, RunRecord};
use fencepost::plan::{Build, Installation, Interpreter, Surroundings};

/// Returns an interpreter that nobody starts.
pub(crate) fn interpreter(minor: u64) -> Interpreter {
    let prefix = format!("/opt/python3.{minor}");
    Installation {
        path: format!("{prefix}/bin/python3").into(),
        real_path: format!("{prefix}/bin/python3.{minor}").into(),
        prefix: prefix.clone().into(),
        base_prefix: prefix.into(),
        ..Installation::unplaced(&format!("3.{minor}.0"), [3, minor, 0], Build::Default)
    }
    .into()
}

/// Returns the record of a run that printed this.
pub(crate) fn record(stdout: &str, stderr: &str) -> RunRecord {
    RunRecord {
        id: "guide.md#example".to_owned(),
        ending: Ending::Exited {
            code: i32::from(!stderr.is_empty()),
        },
        stdout: stdout.to_owned(),
        stderr: stderr.to_owned(),
        blocks: Vec::new(),
        duration_ms: 1,
        cpu_ms: Some(1),
        start: Start::Spawn,
        cached: false,
        folder: "/home/example".into(),
        started_at: 0,
        spawned_because: None,
        network_attempts: 0,
        surroundings: Surroundings::default(),
    }
}
