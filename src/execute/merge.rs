//! Joins the records of shards that ran apart. Pure.

use crate::plan::{Disposition, Plan, PlanEntry};
use crate::problem::Problem;

use super::RunRecord;

/// Joins shards into the plan that they were cut from, with the records in its order.
///
/// # Errors
///
/// Where a shard has more or fewer records than runs.
pub fn merge(shards: Vec<(Plan, Vec<RunRecord>)>) -> Result<(Plan, Vec<RunRecord>), Problem> {
    let mut joined: Vec<(PlanEntry, Option<RunRecord>)> = Vec::new();
    for (plan, records) in shards {
        let mut records = records.into_iter();
        for entry in plan.entries {
            let record = match &entry.disposition {
                Disposition::Run(_) => Some(records.next().ok_or_else(mismatch)?),
                Disposition::Skipped(_) | Disposition::Blocked(_) => None,
            };
            joined.push((entry, record));
        }
        if records.next().is_some() {
            return Err(mismatch());
        }
    }
    joined.sort_by(|(a, _), (b, _)| a.order().cmp(&b.order()));
    let (entries, records): (Vec<PlanEntry>, Vec<Option<RunRecord>>) = joined.into_iter().unzip();
    Ok((Plan { entries }, records.into_iter().flatten().collect()))
}

fn mismatch() -> Problem {
    Problem::blocked(
        "shard-mismatch",
        "the records of a shard do not belong to its plan",
    )
    .hint("run the shard again with the plan that it was cut from")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::discover::Start;
    use crate::execute::Ending;
    use crate::plan::{
        Build, Installation, Interpreter, PlannedRun, Program, ProgramBlock, Surroundings,
    };

    fn interpreter(minor: u64) -> Interpreter {
        Installation {
            path: "python".into(),
            real_path: format!("python3.{minor}").into(),
            prefix: "prefix".into(),
            base_prefix: "prefix".into(),
            ..Installation::unplaced(&format!("3.{minor}.0"), [3, minor, 0], Build::Default)
        }
        .into()
    }

    fn entry(line: usize, minor: u64, runs: bool) -> PlanEntry {
        let id = format!("guide.md#{line}");
        let program = Program::of(vec![ProgramBlock::Script("pass\n".to_owned())]);
        let run = PlannedRun::usual(&id, program, &interpreter(minor));
        PlanEntry {
            id,
            guide: "guide.md".to_owned(),
            line,
            interpreter: interpreter(minor),
            disposition: if runs {
                Disposition::Run(Arc::new(run))
            } else {
                Disposition::Skipped("no".to_owned())
            },
        }
    }

    fn record(entry: &PlanEntry) -> RunRecord {
        RunRecord {
            id: entry.id.clone(),
            ending: Ending::Exited { code: 0 },
            stdout: format!("{} on {}", entry.id, entry.interpreter.version),
            stderr: String::new(),
            blocks: Vec::new(),
            duration_ms: 1,
            cpu_ms: None,
            start: Start::Spawn,
            cached: false,
            folder: "/home/example".into(),
            started_at: 0,
            network_attempts: 0,
            spawned_because: None,
            surroundings: Surroundings::default(),
        }
    }

    fn records(plan: &Plan) -> Vec<RunRecord> {
        let runs = plan
            .entries
            .iter()
            .filter(|entry| matches!(entry.disposition, Disposition::Run(_)));
        runs.map(record).collect()
    }

    proptest! {
        #[test]
        fn shards_join_to_the_plan_they_were_cut_from(
            entries in proptest::collection::btree_set((1_usize..40, 9_u64..14, any::<bool>()), 0..30),
            number in 1_usize..8,
        ) {
            let plan = Plan::new(entries.into_iter().map(|(line, minor, runs)| entry(line, minor, runs)).collect());
            let mut shards: Vec<(Plan, Vec<RunRecord>)> = plan
                .shards(number)
                .into_iter()
                .map(|shard| {
                    let text = serde_json::to_string(&shard).unwrap();
                    let shard: Plan = serde_json::from_str(&text).unwrap();
                    let records = records(&shard);
                    (shard, records)
                })
                .collect();
            shards.reverse();
            let (joined, seen) = merge(shards).unwrap();
            let alike = |a: &PlanEntry, b: &PlanEntry| a.id == b.id && a.interpreter == b.interpreter;
            prop_assert!(joined.entries.iter().zip(&plan.entries).all(|(a, b)| alike(a, b)));
            prop_assert_eq!(seen.len(), records(&plan).len());
            let runs = joined.entries.iter().filter(|entry| matches!(entry.disposition, Disposition::Run(_)));
            prop_assert!(runs.zip(&seen).all(|(entry, seen)| seen.id == entry.id));
        }
    }

    #[test]
    fn a_missing_record_is_refused() {
        let plan = Plan::new(vec![entry(1, 12, true)]);
        assert!(merge(vec![(plan, Vec::new())]).is_err());
    }
}
