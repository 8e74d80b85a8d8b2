//! What several measurements need: an interpreter, a record of a run.

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

/// Returns so many lines as examples print them; every tenth holds what varies by machine.
pub(crate) fn printed(lines: usize) -> String {
    let line = |number: usize| match number % 10 {
        0 => format!("<object object at 0x7f3a{number:08x}>\n"),
        5 => format!("/home/example/example.py: {number}\n"),
        _ => format!("line {number}: value {}\n", number * number),
    };
    (0..lines).map(line).collect()
}
