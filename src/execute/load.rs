//! How many runs there may be at once: as many as may use the CPU, and more where some only wait, as long
//! as the memory that all of them may take is there.

use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::plan::PlannedRun;

/// Runs that sleep beside each one that does not, at most.
const SLEEPERS: usize = 16;

const MEBIBYTE: u64 = 1 << 20;

/// What all runs share.
#[derive(Debug)]
pub(super) struct Loads {
    cpus: Arc<Semaphore>,
    memory: Arc<Semaphore>,
    all_memory: u32,
    /// Workers that are needed to use all of it.
    pub workers: usize,
}

/// The share of one run; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Load {
    cpus: Arc<Semaphore>,
    held: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Loads {
    /// Returns room for so many runs that use the CPU. `overlaps` says whether more may sleep beside them.
    pub(super) fn new(jobs: usize, runs: &[&PlannedRun], overlaps: bool) -> Self {
        let largest = runs.iter().map(|run| units(run)).max().unwrap_or(1);
        let jobs_need = u64::from(largest).saturating_mul(jobs as u64);
        let all = available_memory().unwrap_or(0) / MEBIBYTE;
        let all_memory = u32::try_from(all.max(jobs_need)).unwrap_or(u32::MAX);
        let all_memory = all_memory.min(u32::try_from(Semaphore::MAX_PERMITS).unwrap_or(u32::MAX));
        let sleepers = if overlaps { jobs * SLEEPERS } else { 0 };
        Self {
            cpus: Arc::new(Semaphore::new(jobs)),
            memory: Arc::new(Semaphore::new(all_memory as usize)),
            all_memory,
            workers: (jobs + sleepers).min(runs.len()),
        }
    }

    /// Waits until one more run may use the CPU.
    pub(super) async fn take(&self) -> Load {
        let held = Arc::clone(&self.cpus).acquire_owned().await;
        Load {
            cpus: Arc::clone(&self.cpus),
            held: Mutex::new(held.ok()),
        }
    }

    /// Waits until there is the memory that a run may take.
    pub(super) async fn take_memory(&self, run: &PlannedRun) -> Option<OwnedSemaphorePermit> {
        let wanted = units(run).min(self.all_memory);
        let memory = Arc::clone(&self.memory);
        memory.acquire_many_owned(wanted).await.ok()
    }
}

impl Load {
    /// Returns a share of nothing, for a run that nobody waits for.
    pub(super) fn unshared() -> Self {
        Self {
            cpus: Arc::new(Semaphore::new(0)),
            held: Mutex::new(None),
        }
    }

    /// Lets another run use the CPU.
    pub(super) fn rest(&self) {
        drop(self.held().take());
    }

    /// Uses the CPU again: in its old place if that is free, else beside those that are there.
    pub(super) fn resume(&self) {
        let mut held = self.held();
        if held.is_none() {
            *held = Arc::clone(&self.cpus).try_acquire_owned().ok();
        }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Option<OwnedSemaphorePermit>> {
        self.held
            .lock()
            .expect("no thread panics while it holds a share")
    }
}

fn units(run: &PlannedRun) -> u32 {
    u32::try_from(run.limits.memory.div_ceil(MEBIBYTE)).unwrap_or(u32::MAX)
}

/// Returns how many bytes of memory are free, or could be.
fn available_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.split_ascii_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(all(test, unix))]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::execute::testing::{interpreter, planned, script};

    #[tokio::test]
    async fn a_run_that_rests_makes_room_for_another() {
        let run = planned(
            &interpreter(Path::new("/opt/python/bin/python"), 12),
            vec![script("print(1)")],
        );
        let runs = vec![&run; 100];
        let loads = Loads::new(1, &runs, true);
        assert_eq!(loads.workers, 1 + SLEEPERS);
        let first = loads.take().await;
        assert_eq!(loads.cpus.available_permits(), 0);
        first.rest();
        let second = loads.take().await;
        first.resume();
        assert_eq!(loads.cpus.available_permits(), 0);
        drop(first);
        assert_eq!(
            loads.cpus.available_permits(),
            0,
            "the first had no place any more"
        );
        drop(second);
        assert_eq!(loads.cpus.available_permits(), 1);
    }

    #[tokio::test]
    async fn memory_is_shared_among_all_and_never_less_than_jobs_need() {
        let mut run = planned(
            &interpreter(Path::new("/opt/python/bin/python"), 12),
            vec![script("print(1)")],
        );
        run.limits.memory = 1 << 50;
        let loads = Loads::new(2, &[&run, &run], true);
        let first = loads.take_memory(&run).await;
        assert!(first.is_some());
        assert!(loads.memory.available_permits() < loads.all_memory as usize);
        assert_eq!(Loads::new(2, &[&run; 9], false).workers, 2);
    }
}
