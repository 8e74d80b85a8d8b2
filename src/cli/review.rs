//! `fencepost review`: changes that wait, looked at one by one or decided by their ids.

use std::io::IsTerminal;

use clap::Args;
use dialoguer::Editor;
use dialoguer::console::{Key, Term};

use crate::journey::{Project, Review};
use crate::problem::Problem;
use crate::report::{self, Sink, say};
use crate::wording::count;

use super::ExitCode;
use super::arguments::{GuideArguments, ReportFormat, RunArguments};
use super::output::sink;
use super::request::{is_ci, request};

/// Examples of use.
pub(crate) const EXAMPLES: &str = "\
Examples:
  fencepost check --pending             keep what changed
  fencepost review                      look at each change: accept, skip, edit or reject
  fencepost review --list --format json
  fencepost review --accept 'guide.md#gc' 'guide.md#slots'
  fencepost review --reject guide.md    every change of a guide";

/// `review`
#[derive(Debug, Clone, Args)]
pub(crate) struct ReviewArguments {
    #[command(flatten)]
    guides: GuideArguments,

    /// Show every change that waits
    #[arg(long, conflicts_with_all = ["accept", "reject"])]
    list: bool,

    /// Accept the changes of these examples, or of every example of a guide
    #[arg(long, value_name = "ID", num_args = 1..)]
    accept: Vec<String>,

    /// Drop the changes of these examples, or of every example of a guide
    #[arg(long, value_name = "ID", num_args = 1..)]
    reject: Vec<String>,

    /// With --list, report in this form: human or json
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: ReportFormat,

    /// With --list, write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<std::path::PathBuf>,

    /// Accept even where the environment variable CI is set
    #[arg(long)]
    allow_ci: bool,
}

/// Runs the command.
pub(crate) fn run(arguments: &ReviewArguments) -> Result<ExitCode, Vec<Problem>> {
    let request = request(&arguments.guides, &RunArguments::default())?;
    let project = Project::open(&request)?;
    let mut review = Review::open(&project)?;
    if arguments.list {
        let reports = review.reports();
        let format = arguments.format.into();
        sink(arguments.output.clone())
            .write(&|out| report::write_pending(&reports, format, out))
            .map_err(|problem| vec![problem])?;
        return Ok(ExitCode::Success);
    }
    let only_rejects = arguments.accept.is_empty() && !arguments.reject.is_empty();
    if is_ci() && !arguments.allow_ci && !only_rejects {
        let problem = Problem::usage("refused-under-ci", "`review` changes files and `CI` is set");
        return Err(vec![
            problem.hint("use `fencepost review --list` in CI, or pass `--allow-ci`"),
        ]);
    }
    if arguments.accept.is_empty() && arguments.reject.is_empty() {
        return look(&mut review);
    }
    decide(&mut review, &arguments.accept, &arguments.reject)
}

/// Accepts and rejects what was named; nothing is changed where a name is wrong.
fn decide(
    review: &mut Review<'_>,
    accept: &[String],
    reject: &[String],
) -> Result<ExitCode, Vec<Problem>> {
    let accepted = named(review, accept)?;
    let rejected = named(review, reject)?;
    if let Some(both) = accepted.iter().find(|id| rejected.contains(id)) {
        let message = format!("`{both}` cannot be both accepted and rejected");
        return Err(vec![Problem::usage("accept-and-reject", message)]);
    }
    let mut problems = Vec::new();
    let mut tally = Tally::default();
    for id in &accepted {
        match review.accept(id) {
            Ok(removed) => tally.accept(&removed),
            Err(problem) => problems.push(problem),
        }
    }
    for id in &rejected {
        match review.reject(id) {
            Ok(()) => tally.rejected += 1,
            Err(problem) => problems.push(problem),
        }
    }
    tally.tell(review);
    if problems.is_empty() {
        Ok(ExitCode::Success)
    } else {
        Err(problems)
    }
}

fn named(review: &Review<'_>, typed: &[String]) -> Result<Vec<String>, Vec<Problem>> {
    let mut ids = Vec::new();
    let mut problems = Vec::new();
    for text in typed {
        match review.named(text) {
            Ok(found) => ids.extend(found),
            Err(problem) => problems.push(problem),
        }
    }
    ids.sort();
    ids.dedup();
    if problems.is_empty() {
        Ok(ids)
    } else {
        Err(problems)
    }
}

/// What a person answers to one change.
enum Answer {
    Accept,
    Skip,
    Edit,
    Reject,
    Quit,
}

/// Shows each change and asks what to do with it.
fn look(review: &mut Review<'_>) -> Result<ExitCode, Vec<Problem>> {
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        let problem = Problem::usage(
            "no-terminal",
            "`review` asks questions and this is no terminal",
        );
        return Err(vec![problem.hint(
            "use `fencepost review --list`, `--accept ID` and `--reject ID`",
        )]);
    }
    let ids: Vec<String> = review.reports().into_iter().map(|one| one.id).collect();
    let mut tally = Tally::default();
    for (index, id) in ids.iter().enumerate() {
        say(&format!("\n{} of {}", index + 1, ids.len()));
        match settle(review, id, &mut tally) {
            Ok(true) => {}
            Ok(false) => break,
            Err(Stop::Interrupted) => return Ok(ExitCode::Interrupted),
            Err(Stop::Failed(problem)) => return Err(vec![*problem]),
        }
    }
    tally.tell(review);
    Ok(ExitCode::Success)
}

/// Why a review ends before its end.
enum Stop {
    Interrupted,
    Failed(Box<Problem>),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Failed(Box::new(problem))
    }
}

/// Asks about one change until it is settled; `false` ends the review.
fn settle(review: &mut Review<'_>, id: &str, tally: &mut Tally) -> Result<bool, Stop> {
    loop {
        let reports = review.reports();
        let Some(shown) = reports.iter().find(|report| report.id == id) else {
            return Ok(true);
        };
        Sink::Stdout.write(&|out| report::write_pending_change(shown, out))?;
        match ask()? {
            Answer::Accept => match review.accept(id) {
                Ok(removed) => tally.accept(&removed),
                Err(problem) => tell(&[problem]),
            },
            Answer::Skip => {}
            Answer::Edit => {
                edit(review, id)?;
                continue;
            }
            Answer::Reject => {
                review.reject(id)?;
                tally.rejected += 1;
            }
            Answer::Quit => return Ok(false),
        }
        return Ok(true);
    }
}

fn ask() -> Result<Answer, Stop> {
    say("accept (a), skip (s), edit (e), reject (r), quit (q)?");
    let terminal = Term::stderr();
    loop {
        let key = terminal
            .read_key_raw()
            .map_err(|error| unanswered(&error))?;
        return Ok(match key {
            Key::Char('a' | 'y') => Answer::Accept,
            Key::Char('s' | ' ') | Key::Enter => Answer::Skip,
            Key::Char('e') => Answer::Edit,
            Key::Char('r' | 'n') => Answer::Reject,
            Key::Char('q') | Key::Escape => Answer::Quit,
            Key::CtrlC => return Err(Stop::Interrupted),
            _ => continue,
        });
    }
}

/// Opens a change in the editor of the user; what cannot be understood stays as it was.
fn edit(review: &mut Review<'_>, id: &str) -> Result<(), Stop> {
    let text = review.text(id)?;
    let edited = Editor::new().extension(".toml").edit(&text);
    let edited = edited.map_err(|error| {
        Problem::blocked("no-editor", "the editor did not end well")
            .because(error.to_string())
            .hint("set `VISUAL` or `EDITOR` to an editor that waits until the file is closed")
    });
    match edited {
        Ok(Some(edited)) => {
            if let Err(problems) = review.replace(id, &edited) {
                tell(&problems);
            }
        }
        Ok(None) => say("not saved: the change stays as it was"),
        Err(problem) => tell(&[problem]),
    }
    Ok(())
}

fn unanswered(error: &std::io::Error) -> Problem {
    Problem::blocked("no-answer", "the terminal gives no answer").because(error.to_string())
}

fn tell(problems: &[Problem]) {
    // A closed standard error leaves nobody to tell.
    let _ = report::write_problems(problems, &mut report::diagnostics());
}

/// What was decided.
#[derive(Debug, Default)]
struct Tally {
    accepted: usize,
    rejected: usize,
    /// Expectations that went, as what was accepted has their names.
    removed: Vec<String>,
}

impl Tally {
    fn accept(&mut self, removed: &[String]) {
        self.accepted += 1;
        self.removed
            .extend(removed.iter().map(|id| format!("`{id}`")));
    }

    fn tell(&self, review: &Review<'_>) {
        say(&format!(
            "accepted {}, rejected {}, {} left",
            count(self.accepted, "change"),
            self.rejected,
            review.reports().len()
        ));
        if !self.removed.is_empty() {
            let orphans = count(self.removed.len(), "orphan expectation");
            say(&format!("removed {orphans}: {}", self.removed.join(", ")));
        }
    }
}
