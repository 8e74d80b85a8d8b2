//! A run's tree where there is no pid namespace: everything below one process, found by its children.

use std::fs;

use rustix::process::{Pid, Signal, WaitOptions, kill_process, wait};

/// Returns every process below `root`, which is not among them.
pub(super) fn of(root: i32) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![root.to_string()];
    while let Some(pid) = waiting.pop() {
        for child in children(&pid) {
            found.push(child.clone());
            waiting.push(child);
        }
    }
    found
}

fn children(pid: &str) -> Vec<String> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task"));
    let lists = tasks
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists
        .flat_map(|list| {
            list.split_ascii_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Kills and reaps everything below this process, which inherits all orphans, until nothing is left.
pub(super) fn end_all() {
    loop {
        let own = i32::try_from(std::process::id()).unwrap_or(0);
        for pid in of(own) {
            if let Some(pid) = pid.parse().ok().and_then(Pid::from_raw) {
                // One that has just gone needs no signal.
                let _ = kill_process(pid, Signal::KILL);
            }
        }
        match wait(WaitOptions::empty()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => (),
            Err(_) => return,
        }
    }
}
