//! Programs that work for fencepost itself, such as uv: run to their end, or killed when a signal asks to stop.

use std::time::Duration;

use crate::child::{Command, Exit, Output, run_async};
use crate::problem::Problem;

use super::interrupt;

/// Runs a command to its end. After an interrupt it ends at once, and [`interruption`] tells.
#[must_use]
pub fn run_tool(command: &Command) -> Output {
    let mut interrupt = interrupt::watch();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return never_ended(error.to_string()),
    };
    runtime.block_on(async {
        tokio::select! {
            output = run_async(command) => output,
            _ = interrupt.wait_for(|interrupted| *interrupted) => never_ended("interrupted".to_owned()),
        }
    })
}

/// Returns the problem that a command ends with after an interrupt.
#[must_use]
pub fn interruption() -> Option<Problem> {
    interrupt::interrupted().then(interrupt::problem)
}

fn never_ended(reason: String) -> Output {
    Output {
        exit: Exit::CouldNotStart(reason),
        stdout: Vec::new(),
        stderr: Vec::new(),
        duration: Duration::ZERO,
        cpu: None,
    }
}
