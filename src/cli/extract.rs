//! `fencepost extract`: the examples as files, and tools' findings in them as findings in the guides.

use std::io::BufRead;
use std::path::PathBuf;

use clap::Args;

use crate::discover::relative_path;
use crate::journey::{self, Project};
use crate::problem::Problem;
use crate::report::{self, EXTRACTION_MAP, ExtractionFolder, Sink, say};
use crate::wording;

use super::ExitCode;
use super::arguments::{GuideArguments, RunArguments};
use super::output::finish;
use super::request::{current_folder, request};

/// Shown by `--help`.
pub(crate) const EXAMPLES: &str = "\
Examples:
  fencepost extract --to out                      every example of the project as a file
  fencepost extract --to out docs/tasks.md        those of one guide
  ruff check --output-format concise out | fencepost extract --to out --translate
  mypy out | fencepost extract --to out --translate

out/fencepost-map.json says where each line of each file stands in its guide. Running the command
again brings the folder up to date; files of yours there are never touched.";

/// `extract`
#[derive(Debug, Clone, Args)]
pub(crate) struct ExtractArguments {
    #[command(flatten)]
    pub(crate) guides: GuideArguments,

    /// Write the files into this folder: a new one, an empty one, or one from an earlier extract
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,

    /// Write nothing: copy standard input to standard output, with places in the files as places in the guides
    #[arg(long, conflicts_with_all = ["paths", "since", "config"])]
    pub(crate) translate: bool,
}

/// Runs the command.
pub(crate) fn run(arguments: &ExtractArguments) -> Result<ExitCode, Vec<Problem>> {
    let folder = report::open_extraction(&arguments.to).map_err(|problem| vec![problem])?;
    if arguments.translate {
        return translate(&folder, arguments);
    }
    let request = request(&arguments.guides, &RunArguments::default())?;
    let project = Project::open(&request)?;
    let mut extraction = journey::extract(&project);
    extraction.map.root = folder.way_to(&project.config.root);
    report::write_extraction(&folder, &extraction)?;
    let problems = project.problems();
    // A closed standard error leaves nobody to tell.
    let _ = report::write_problems(&problems, &mut report::diagnostics());
    let examples = &extraction.map.examples;
    let skipped = examples
        .iter()
        .filter(|example| example.file.is_none())
        .count();
    say(&summary(
        examples.len() - skipped,
        skipped,
        &arguments.to.display().to_string(),
    ));
    Ok(ExitCode::of_problems(&problems))
}

fn summary(written: usize, skipped: usize, folder: &str) -> String {
    let examples = wording::count(written, "example");
    let rest = match skipped {
        0 => String::new(),
        number => format!(", {number} skipped"),
    };
    format!("{examples} in {folder}{rest}; {folder}/{EXTRACTION_MAP} leads back to the guides")
}

/// Copies a tool's output and rewrites the places in it.
fn translate(
    folder: &ExtractionFolder,
    arguments: &ExtractArguments,
) -> Result<ExitCode, Vec<Problem>> {
    let map = folder.map().ok_or_else(|| {
        let shown = arguments.to.display();
        let problem = Problem::usage("no-map", format!("`{shown}` has no `{EXTRACTION_MAP}`"));
        vec![problem.hint(format!("first run `fencepost extract --to {shown}`"))]
    })?;
    let here = current_folder()?;
    let root = folder.path().join(&map.root);
    let shown = |guide: &str| relative_path(&root.join(guide), &here);
    let written = Sink::Stdout.write(&|out| {
        let mut input = std::io::stdin().lock();
        let mut line = Vec::new();
        while input.read_until(b'\n', &mut line)? > 0 {
            match std::str::from_utf8(&line) {
                Ok(text) => out.write_all(report::translate(text, map, &shown).as_bytes())?,
                Err(_) => out.write_all(&line)?,
            }
            line.clear();
        }
        Ok(())
    });
    let written = written.map_err(|problem| vec![problem]);
    Ok(finish(written, ExitCode::Success))
}
