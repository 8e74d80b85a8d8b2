//! Raises the walls for a list of runs, and proves that they hold before any example runs.

use std::path::PathBuf;
use std::sync::Mutex;

use crate::problem::Problem;

use super::order::SlotOrder;
use super::slot::Slot;
use super::{Level, canary, fixes};

/// Interpreters that a canary was sent out on by this process, with the walls' level.
static PROVED: Mutex<Vec<(PathBuf, Level)>> = Mutex::new(Vec::new());

/// Starts a first slot; at level full, also sends out a canary on the interpreter `program`.
pub(crate) async fn raise(order: &SlotOrder, program: &str) -> Result<Slot, Problem> {
    let mut slot = Slot::start(order).await.map_err(|error| {
        Problem::blocked("no-sandbox", "the sandbox cannot be had: no launcher")
            .because(error.to_string())
            .hint("see what `fencepost doctor` says")
    })?;
    if order.level == Level::Full {
        if let Some(missing) = slot.ready.missing.first() {
            return Err(fixes::problem(missing));
        }
        prove(&mut slot, program, order.level).await?;
    }
    Ok(slot)
}

async fn prove(slot: &mut Slot, program: &str, level: Level) -> Result<(), Problem> {
    let key = (PathBuf::from(program), level);
    let is_proved = PROVED.lock().is_ok_and(|proved| proved.contains(&key));
    if !is_proved {
        let checked = canary::check(slot, program).await;
        checked.map_err(|missing| fixes::problem(&missing))?;
        if let Ok(mut proved) = PROVED.lock() {
            proved.push(key);
        }
    }
    Ok(())
}
