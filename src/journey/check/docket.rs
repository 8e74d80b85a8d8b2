//! Examples in the order of the plan: each is told as soon as all its runs are judged and all before it are out.

use std::sync::Arc;

use crate::compare::Verdict;
use crate::discover::Start;
use crate::execute::{RunRecord, Trust};
use crate::plan::{Disposition, PlanEntry, PlannedRun};
use crate::problem::Problem;
use crate::report::{ExampleReport, RunReport};

use super::judging::Judging;
use super::not_run;

/// Why a run is made again that was kept or forked.
const DOUBTED: &str = "what it gave before does not match";

/// What is known of one entry.
enum Place {
    /// It runs, or will.
    Waiting,
    /// Some of its repeated runs have ended.
    Heard(Vec<Option<RunRecord>>),
    /// It runs again; whether it was forked before.
    Doubted(bool),
    Judged(Box<RunReport>),
    /// It was told.
    Out,
}

/// All entries that are to be told, with what is known of each.
pub(super) struct Docket<'a> {
    judging: Judging<'a>,
    entries: Vec<&'a PlanEntry>,
    places: Vec<Place>,
    /// The entry of each run.
    of_runs: Vec<usize>,
    /// How often each entry runs.
    pub(super) repeat: usize,
    /// The first entry that was not told.
    next: usize,
}

impl<'a> Docket<'a> {
    /// Takes up entries in the order of a plan; each runs `repeat` times.
    pub(super) fn new(judging: Judging<'a>, entries: Vec<&'a PlanEntry>, repeat: usize) -> Self {
        let place = |entry: &&PlanEntry| match entry.disposition {
            Disposition::Run(_) => Place::Waiting,
            Disposition::Skipped(_) | Disposition::Blocked(_) => {
                Place::Judged(Box::new(not_run(entry)))
            }
        };
        let is_run = |at: &usize| matches!(entries[*at].disposition, Disposition::Run(_));
        Self {
            places: entries.iter().map(place).collect(),
            of_runs: (0..entries.len()).filter(is_run).collect(),
            judging,
            entries,
            repeat,
            next: 0,
        }
    }

    /// Returns the runs to make: those of each entry together, repeated ones each in a process of its own.
    pub(super) fn runs(&self) -> Vec<Arc<PlannedRun>> {
        let runs = self
            .entries
            .iter()
            .filter_map(|entry| match &entry.disposition {
                Disposition::Run(run) if self.repeat == 1 => Some(Arc::clone(run)),
                Disposition::Run(run) => Some(Arc::new(PlannedRun {
                    start: Some(Start::Spawn),
                    ..PlannedRun::clone(run)
                })),
                Disposition::Skipped(_) | Disposition::Blocked(_) => None,
            });
        runs.flat_map(|run| std::iter::repeat_n(run, self.repeat))
            .collect()
    }

    /// Waits until everything is known that judging always needs.
    pub(super) fn settle(&mut self) -> Result<(), Problem> {
        self.judging.settle()
    }

    /// Takes the record of the run with this index. What does not match and is kept or forked is doubted.
    pub(super) fn take(&mut self, index: usize, record: &RunRecord) -> Result<Trust, Problem> {
        let at = self.of_runs[index / self.repeat];
        if self.repeat > 1 {
            return self.take_repeated(at, index % self.repeat, record);
        }
        let mut report = self.judging.judged(self.entries[at], record)?;
        match self.places[at] {
            Place::Doubted(forked) => report.note_fall_back(forked),
            _ if is_doubtful(&report) => {
                self.places[at] = Place::Doubted(report.start == Some(Start::Fork));
                return Ok(Trust::Doubted(DOUBTED));
            }
            Place::Waiting | Place::Heard(_) | Place::Judged(_) | Place::Out => (),
        }
        self.places[at] = Place::Judged(Box::new(report));
        Ok(Trust::Believed)
    }

    fn take_repeated(
        &mut self,
        at: usize,
        number: usize,
        record: &RunRecord,
    ) -> Result<Trust, Problem> {
        if !matches!(self.places[at], Place::Heard(_)) {
            self.places[at] = Place::Heard(vec![None; self.repeat]);
        }
        if let Place::Heard(heard) = &mut self.places[at] {
            heard[number] = Some(record.clone());
            if heard.iter().all(Option::is_some) {
                let records = std::mem::take(heard).into_iter().flatten().collect();
                let report = self.judging.judged_repeatedly(self.entries[at], records)?;
                self.places[at] = Place::Judged(Box::new(report));
            }
        }
        Ok(Trust::Believed)
    }

    /// Takes out the next example, if it is judged on every interpreter.
    pub(super) fn next(&mut self) -> Option<ExampleReport> {
        let first = *self.entries.get(self.next)?;
        let rest = self.entries[self.next..].iter();
        let of_example = rest.take_while(|entry| entry.id == first.id && entry.line == first.line);
        let end = self.next + of_example.count();
        let places = &mut self.places[self.next..end];
        let is_judged = |place: &Place| matches!(place, Place::Judged(_));
        if !places.iter().all(is_judged) {
            return None;
        }
        let take = |place: &mut Place| match std::mem::replace(place, Place::Out) {
            Place::Judged(report) => Some(*report),
            Place::Waiting | Place::Heard(_) | Place::Doubted(_) | Place::Out => None,
        };
        let runs = places.iter_mut().filter_map(take).collect();
        self.next = end;
        Some(self.judging.example(first, runs))
    }

    /// Returns a warning for each block that was asked about in vain.
    pub(super) fn problems(&self) -> Vec<Problem> {
        self.judging.problems()
    }
}

/// Says whether a run does not match and was not made anew in a process of its own.
fn is_doubtful(report: &RunReport) -> bool {
    let is_forked = report.start == Some(Start::Fork);
    match report.verdict {
        Verdict::Differs | Verdict::Flaky => report.cached || is_forked,
        Verdict::Skipped | Verdict::Blocked => is_forked,
        Verdict::Unrecorded => is_forked && report.difference.is_some(),
        Verdict::Match => false,
    }
}
