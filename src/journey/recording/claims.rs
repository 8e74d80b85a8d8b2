//! `record --claims`: the outputs that guides show become what was printed.

use crate::compare::Verdict;
use crate::compare::rewrite::{Refusal, Rewriting, Source, apply, rewrite, write_guide};
use crate::discover::Guide;
use crate::extract::Document;
use crate::position::LineIndex;
use crate::problem::Problem;
use crate::report::{ExampleReport, RunReport};
use crate::wording::count;

use super::Recording;

/// What became of the claims of a project.
#[derive(Debug, Default)]
pub(super) struct Rewritten {
    /// How many guides were written.
    pub(super) guides: usize,
    /// Claims that only a person can mend, and guides that could not be written.
    pub(super) problems: Vec<Problem>,
    edits: usize,
}

impl Rewritten {
    /// Says what was done.
    pub(super) fn in_words(&self) -> String {
        format!(
            "rewrote claims at {} in {}",
            count(self.edits, "place"),
            count(self.guides, "guide")
        )
    }
}

/// Rewrites the false claims of every guide whose examples are stable and end as declared.
pub(super) fn rewrite_claims(recording: &Recording<'_>) -> Rewritten {
    let mut rewritten = Rewritten::default();
    for document in &recording.project.documents {
        let guide = &document.guide;
        let sources = sources(recording, document);
        let mut rewriting = rewrite(document, &sources, guide.settings.claims);
        match write_guide(&guide.path, &guide.id, &guide.text, &rewriting.edits) {
            Ok(()) => {
                rewritten.guides += usize::from(!rewriting.edits.is_empty());
                rewritten.edits += rewriting.edits.len();
            }
            Err(problem) => {
                rewritten.problems.push(problem);
                rewriting.edits.clear();
            }
        }
        rewritten.problems.extend(refused(guide, &rewriting));
    }
    rewritten
}

/// Tells what is not rewritten, at its place in the guide as that is now.
fn refused(guide: &Guide, rewriting: &Rewriting) -> Vec<Problem> {
    let text = apply(&guide.text, &rewriting.edits);
    let lines = LineIndex::new(&text);
    let problem = |refusal: &Refusal| {
        let position = lines.position(&text, rewriting.moved(refusal.offset));
        let message = refusal.message.as_str();
        Problem::finding("claim-not-rewritten", message).at(&guide.id, position)
    };
    rewriting.refusals.iter().map(problem).collect()
}

fn sources<'a>(recording: &'a Recording<'_>, document: &'a Document) -> Vec<Source<'a>> {
    let of_guide = recording
        .examples
        .iter()
        .filter(|report| report.guide == document.guide.id);
    of_guide
        .filter_map(|report| source(recording, document, report))
        .collect()
}

fn source<'a>(
    recording: &'a Recording<'_>,
    document: &'a Document,
    report: &'a ExampleReport,
) -> Option<Source<'a>> {
    let example = document
        .examples
        .iter()
        .find(|example| example.id == report.id)?;
    let ran = |run: &&RunReport| run.verdict != Verdict::Skipped;
    if !report.runs.iter().filter(ran).all(is_only_claimed_falsely) {
        return None;
    }
    let runs = report
        .runs
        .iter()
        .filter_map(|run| Some((&run.interpreter, run.transcript.as_ref()?)));
    Some(Source {
        example,
        analyses: recording.claims.blocks(document, example),
        runs: runs.collect(),
    })
}

/// Says whether a run is stable and ended as declared, whatever the guide claims of it.
fn is_only_claimed_falsely(run: &RunReport) -> bool {
    let by_claims =
        run.verdict == Verdict::Differs && run.difference.is_none() && !run.faults.is_empty();
    run.verdict == Verdict::Match || by_claims
}
