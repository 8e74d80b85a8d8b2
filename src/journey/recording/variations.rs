//! The surroundings that must not change what an example prints.

use crate::discover::Start;
use crate::plan::{PlannedRun, Surroundings};

/// Once as checked, twice in other surroundings, once with the machine busy.
pub(in crate::journey) const FEWEST_RUNS: usize = 4;

/// Returns the surroundings that an example must be equal in, at least [`FEWEST_RUNS`]; the first are those of `check`.
pub(super) fn variations(runs: usize) -> Vec<Surroundings> {
    let usual = Surroundings::default();
    let seed = |hash_seed| Surroundings {
        hash_seed,
        ..usual.clone()
    };
    let mut all = vec![
        usual.clone(),
        Surroundings {
            folder: "another-folder".to_owned(),
            ..seed(1)
        },
        Surroundings {
            pids_before: 11,
            cpus: Some(other_cpus()),
            ..seed(2)
        },
        Surroundings {
            busy: true,
            ..usual.clone()
        },
    ];
    let more = runs.saturating_sub(FEWEST_RUNS);
    all.extend((3..).map(seed).take(more));
    all
}

/// Another number of CPUs than a run has otherwise. Where it has one only, a root of its own can still
/// show it more: seldom as many as are online.
fn other_cpus() -> usize {
    let several = std::thread::available_parallelism().is_ok_and(|count| count.get() > 1);
    if several { 1 } else { 3 }
}

/// Returns a run in each of the surroundings, in a process of its own.
pub(super) fn varied(run: &PlannedRun, variations: &[Surroundings]) -> Vec<PlannedRun> {
    let with = |surroundings: &Surroundings| PlannedRun {
        surroundings: surroundings.clone(),
        start: Some(Start::Spawn),
        ..run.clone()
    };
    variations.iter().map(with).collect()
}
