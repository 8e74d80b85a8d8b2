//! Where reports go, as typed: `--format`, `--output`, `--report`.

use std::path::PathBuf;

use crate::discover::Start;
use crate::execute::RunRecord;
use crate::journey::Watched;
use crate::problem::Problem;
use crate::report::{Draft, ExampleReport, Progress, Report, Sink, say};
use crate::wording;

use super::arguments::{OutputArguments, ReportFormat, RunArguments};
use super::{ExitCode, failed};

/// Every report that was asked for.
#[derive(Debug)]
pub(crate) struct Output {
    drafts: Vec<Draft>,
}

impl Output {
    /// Understands what was typed, before anything runs.
    pub(crate) fn parse(arguments: &OutputArguments) -> Result<Self, Vec<Problem>> {
        let main = Draft::new(arguments.format.into(), sink(arguments.output.clone()));
        let mut drafts = vec![main];
        for text in &arguments.report {
            drafts.push(further(text)?);
        }
        Ok(Self { drafts })
    }

    /// Begins every report.
    pub(crate) fn begin(&mut self, report: &Report) {
        self.drafts.iter_mut().for_each(|draft| draft.begin(report));
    }

    /// Adds an example to every report, as soon as all before it are out.
    pub(crate) fn add(&mut self, report: &Report, example: &ExampleReport, follower: &Follower) {
        for draft in &mut self.drafts {
            draft.add(report, example);
            if draft.is_waiting() {
                follower.aside(|| draft.flush());
            }
        }
    }

    /// Writes what is left of every report; all are tried before the first failure is returned.
    pub(crate) fn write(self, report: &Report) -> Result<(), Vec<Problem>> {
        let drafts = self.drafts.into_iter();
        let problems: Vec<Problem> = drafts
            .filter_map(|draft| draft.finish(report).err())
            .collect();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }
}

/// Returns the code that a command ends with once its reports were written, or could not be.
///
/// A report that cannot be written is told, and takes nothing away from a finding.
pub(crate) fn finish(written: Result<(), Vec<Problem>>, code: ExitCode) -> ExitCode {
    match written {
        Ok(()) => code,
        Err(problems) if code == ExitCode::Finding => {
            failed(&problems);
            code
        }
        Err(problems) => failed(&problems),
    }
}

/// Returns the sink of an `--output`.
pub(crate) fn sink(file: Option<PathBuf>) -> Sink {
    file.map_or(Sink::Stdout, Sink::File)
}

fn further(text: &str) -> Result<Draft, Vec<Problem>> {
    use clap::ValueEnum;
    let names: Vec<String> = ReportFormat::value_variants()
        .iter()
        .filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned()))
        .collect();
    let parsed = text
        .split_once('=')
        .filter(|(_, file)| !file.is_empty())
        .and_then(|(format, file)| {
            let format = ReportFormat::from_str(format, false).ok()?;
            Some(Draft::new(format.into(), Sink::File(file.into())))
        });
    parsed.ok_or_else(|| {
        let problem = Problem::usage(
            "bad-report",
            format!("`--report {text}` is not FORMAT=FILE"),
        );
        vec![problem.hint(format!("formats are {}", wording::ticked(&names)))]
    })
}

/// Follows a command's progress on standard error.
#[derive(Debug)]
pub(crate) struct Follower {
    progress: Option<Progress>,
    quiet: bool,
    verbose: bool,
    explain: bool,
}

impl Follower {
    /// Begins to follow as the flags say.
    pub(crate) fn new(arguments: &OutputArguments, run: &RunArguments) -> Self {
        Self {
            progress: None,
            quiet: arguments.quiet,
            verbose: arguments.verbose,
            explain: run.explain,
        }
    }

    /// Takes one event.
    pub(crate) fn watch(&mut self, event: &Watched<'_>) {
        match event {
            Watched::Planned(total) => {
                self.progress = Some(Progress::new("runs", *total, self.quiet));
            }
            Watched::Provisioning(total) => {
                self.progress = Some(Progress::new("environments", *total, self.quiet));
            }
            Watched::Provisioned(name) => {
                if let Some(progress) = &mut self.progress {
                    progress.advance(name);
                }
            }
            Watched::Explained(run, explanation) => {
                if self.explain {
                    let on = run.interpreter.label();
                    say(&format!("{} on {on} {explanation}", run.id));
                }
            }
            Watched::Finished(run, record) => {
                if self.verbose {
                    let on = run.interpreter.label();
                    say(&format!("ran {} on {on}: {}", run.id, beginning(record)));
                }
                if let Some(progress) = &mut self.progress {
                    progress.advance(&run.id);
                }
            }
            Watched::Doubted(_) => {
                if let Some(progress) = &mut self.progress {
                    progress.again();
                }
            }
            // Reports tell of them.
            Watched::Begun(_) | Watched::Judged(..) => (),
        }
    }

    /// Does what may write to the terminal that progress is drawn on.
    pub(crate) fn aside(&self, write: impl FnOnce()) {
        match &self.progress {
            Some(progress) => progress.aside(write),
            None => write(),
        }
    }
}

/// Says how the process of a run began, and why.
fn beginning(record: &RunRecord) -> String {
    match (&record.spawned_because, record.start) {
        _ if record.cached => "kept".to_owned(),
        (_, Start::Fork) => "forked".to_owned(),
        (None, Start::Spawn) => "spawned".to_owned(),
        (Some(reason), Start::Spawn) => format!("spawned, since {reason}"),
    }
}
