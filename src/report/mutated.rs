//! What `mutate` found: expectations that cannot fail, and changes that go unnoticed.

use std::io::{self, Write};

use owo_colors::OwoColorize;
use serde_json::{Value, json};

use crate::compare::{MutationReport, Perturbation, Verdict};
use crate::plan::Interpreter;
use crate::wording::count;

use super::{Format, Report, RunReport, human, json, problems, safe, versions};

/// More unnoticed changes of one example than these are counted, not shown.
const MOST_CHANGES: usize = 10;

/// What became of the changes of one run's output.
#[derive(Debug, Clone)]
pub struct MutatedRun {
    /// The example's id.
    pub id: String,
    /// The guide's id.
    pub guide: String,
    /// 1-based line of its first block.
    pub line: usize,
    /// On what.
    pub interpreter: Interpreter,
    /// Whether a person's patterns stand in the expectation, which let output vary on purpose.
    pub has_patterns: bool,
    /// What was tried and what went unnoticed.
    pub found: MutationReport,
}

/// Everything that `mutate` found out.
#[derive(Debug, Clone)]
pub struct MutatedReport {
    /// The check that came before: what does not match cannot be tried.
    pub checked: Report,
    /// Each run that matched, in order of the plan.
    pub runs: Vec<MutatedRun>,
}

impl MutatedReport {
    /// Says whether any expectation cannot fail.
    #[must_use]
    pub fn any_cannot_fail(&self) -> bool {
        self.runs.iter().any(|run| run.found.cannot_fail)
    }

    /// Writes the report: JSON lines, or for every other format as a person reads it.
    ///
    /// # Errors
    ///
    /// Where writing fails.
    pub fn write(&self, format: Format, sink: &mut dyn Write) -> io::Result<()> {
        if format == Format::Json {
            return self.write_json(sink);
        }
        let worth_telling = |run: &&MutatedRun| !run.found.unnoticed.is_empty();
        for runs in self.by_example(&worth_telling) {
            write_example(&runs, &self.checked, sink)?;
        }
        let failed = |verdict: Verdict| {
            matches!(
                verdict,
                Verdict::Differs | Verdict::Flaky | Verdict::Unrecorded
            )
        };
        human::write_findings(&self.checked, &failed, sink)?;
        problems::write(&self.checked.problems, sink)?;
        self.write_summary(sink)
    }

    /// Returns the runs that are wanted, those of one example that found the same together.
    fn by_example(&self, wanted: &dyn Fn(&&MutatedRun) -> bool) -> Vec<Vec<&MutatedRun>> {
        let mut joined: Vec<Vec<&MutatedRun>> = Vec::new();
        for run in self.runs.iter().filter(wanted) {
            let same = |known: &&mut Vec<&MutatedRun>| {
                known[0].id == run.id && known[0].found == run.found
            };
            match joined.iter_mut().find(same) {
                Some(known) => known.push(run),
                None => joined.push(vec![run]),
            }
        }
        joined
    }

    fn write_summary(&self, sink: &mut dyn Write) -> io::Result<()> {
        let tried: usize = self.runs.iter().map(|run| run.found.tried).sum();
        let unnoticed: usize = (self.runs.iter())
            .map(|run| run.found.unnoticed.len())
            .sum();
        let cannot_fail = self.runs.iter().filter(|run| run.found.cannot_fail).count();
        let runs = count(self.runs.len(), "run");
        let changes = count(tried, "change");
        writeln!(
            sink,
            "{changes} of the output of {runs}: {} noticed, {unnoticed} not",
            tried - unnoticed
        )?;
        let is_on_purpose =
            |run: &&RunReport| matches!(run.verdict, Verdict::Match | Verdict::Skipped);
        let all = (self.checked.examples.iter()).flat_map(|example| &example.runs);
        let others = all.filter(|run| !is_on_purpose(run)).count();
        if others > 0 {
            let others = count(others, "run");
            writeln!(sink, "  {others} could not be tried: only what matches can")?;
        }
        match cannot_fail {
            0 => writeln!(sink, "  every expectation can fail"),
            _ => writeln!(sink, "  {}", format!("{cannot_fail} cannot fail").red()),
        }
    }

    fn write_json(&self, sink: &mut dyn Write) -> io::Result<()> {
        for run in &self.runs {
            writeln!(sink, "{}", super::safe::json(&to_json(run).to_string()))?;
        }
        for problem in &self.checked.problems {
            writeln!(sink, "{}", json::problem(problem))?;
        }
        let sum =
            |number: &dyn Fn(&MutatedRun) -> usize| self.runs.iter().map(number).sum::<usize>();
        let summary = json!({
            "type": "mutation-summary",
            "runs": self.checked.tally().verdicts(),
            "tried": sum(&|run| run.found.tried),
            "unnoticed": sum(&|run| run.found.unnoticed.len()),
            "cannot_fail": sum(&|run| usize::from(run.found.cannot_fail)),
        });
        writeln!(sink, "{summary}")
    }
}

fn write_example(runs: &[&MutatedRun], checked: &Report, sink: &mut dyn Write) -> io::Result<()> {
    let Some(first) = runs.first() else {
        return Ok(());
    };
    let interpreters: Vec<&Interpreter> = runs.iter().map(|run| &run.interpreter).collect();
    let on = versions::in_words(&interpreters, &checked.interpreters);
    let place = safe::terminal(&format!("{}:{}", first.guide, first.line));
    let name = safe::terminal(first.id.rsplit('#').next().unwrap_or_default());
    let verdict = if first.found.cannot_fail {
        "cannot fail".red().bold().to_string()
    } else {
        "unnoticed".yellow().bold().to_string()
    };
    writeln!(sink, "{verdict}: {} `{name}` on {on}", place.bold())?;
    let unnoticed = &first.found.unnoticed;
    for change in unnoticed.iter().take(MOST_CHANGES) {
        writeln!(sink, "  {}", safe::terminal(&in_words(change)))?;
    }
    if unnoticed.len() > MOST_CHANGES {
        let more = count(unnoticed.len() - MOST_CHANGES, "change");
        writeln!(sink, "  … and {more} more")?;
    }
    if first.has_patterns {
        writeln!(sink, "  patterns of its expectation let output vary")?;
    }
    if first.found.cannot_fail {
        let hint = "compare its output (`stdout=ignore` and a lone `...` compare nothing), or skip the example";
        writeln!(sink, "  {}: {hint}", "hint".green())?;
    }
    writeln!(sink)
}

fn in_words(change: &Perturbation) -> String {
    let line = change.line.map(|line| format!(" line {line}"));
    let line = line.unwrap_or_default();
    format!("{}{line}: {}", change.stream.name(), change.what)
}

fn to_json(run: &MutatedRun) -> Value {
    let change = |change: &Perturbation| json!({"stream": change.stream, "line": change.line, "what": change.what});
    json!({
        "type": "mutation",
        "id": run.id,
        "guide": run.guide,
        "line": run.line,
        "python": run.interpreter.version,
        "build": run.interpreter.build.name(),
        "tried": run.found.tried,
        "unnoticed": run.found.unnoticed.iter().map(change).collect::<Vec<_>>(),
        "patterns": run.has_patterns,
        "cannot_fail": run.found.cannot_fail,
    })
}
