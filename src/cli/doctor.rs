//! `fencepost doctor`: what this machine offers, the fix for each gap, and what other tools would run.

use std::io::{self, Write};

use serde_json::json;

use crate::execute::sandbox::{self, LayerReport};
use crate::extract::{Document, coverage};
use crate::journey::{self, Project};
use crate::plan::interpreter::{Found, Misfit, broken_shims, find};
use crate::problem::Problem;
use crate::report::{self, EnvironmentReport, Format, Sink};

use super::ExitCode;
use super::arguments::{DoctorArguments, ListFormat, RunArguments};
use super::request::request;

/// What was found.
struct Findings {
    found: Found,
    shims: Vec<Misfit>,
    uv: Option<std::path::PathBuf>,
    environments: EnvironmentReport,
    layers: Vec<LayerReport>,
    documents: Vec<Document>,
}

/// Runs the command.
pub(crate) fn run(arguments: &DoctorArguments) -> Result<ExitCode, Vec<Problem>> {
    let request = request(&arguments.guides, &RunArguments::default())?;
    let project = open(&request)?;
    let found = find(&request.places, &[]);
    let findings = Findings {
        layers: sandbox::report(found.interpreters.last()),
        found,
        shims: broken_shims(&request.places),
        environments: match &project {
            Some(project) => environments(project, &request)?,
            None => EnvironmentReport::default(),
        },
        uv: request.provisioning.uv,
        documents: project.map_or_else(Vec::new, |project| project.documents),
    };
    Sink::Stdout
        .write(&|out| match arguments.format {
            ListFormat::Human => findings.write(out),
            ListFormat::Json => findings.write_json(out),
        })
        .map_err(|problem| vec![problem])?;
    Ok(if findings.found.interpreters.is_empty() {
        ExitCode::Blocked
    } else {
        ExitCode::Success
    })
}

/// Opens the project; a folder without guides has none, and is no reason to tell nothing of the machine.
fn open(request: &journey::Request) -> Result<Option<Project>, Vec<Problem>> {
    match Project::open(request) {
        Err(problems) if problems.iter().all(|problem| problem.code == "no-guides") => Ok(None),
        opened => opened.map(Some),
    }
}

/// Says what there is of the project's environments; nothing where no interpreter is there to make one for.
fn environments(
    project: &Project,
    request: &journey::Request,
) -> Result<EnvironmentReport, Vec<Problem>> {
    let is_missing = |problem: &Problem| problem.class == crate::problem::Class::Blocked;
    match journey::list_environments(project, request) {
        Err(problems) if problems.iter().all(is_missing) => Ok(EnvironmentReport::default()),
        answer => answer,
    }
}

impl Findings {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "interpreters")?;
        report::write_interpreters(&self.found.interpreters, out)?;
        if self.found.interpreters.is_empty() {
            writeln!(
                out,
                "none found: `fencepost python install 3.13` gets one, or install CPython 3.8 or newer"
            )?;
        }
        report::write_unusable(&self.found.misfits, &self.shims, out)?;
        self.write_sandbox(out)?;
        writeln!(out, "\nenvironments")?;
        match &self.uv {
            Some(uv) => writeln!(out, "uv: {}", uv.display())?,
            None => writeln!(
                out,
                "uv: not found; pip makes environments instead, more slowly, and locks them for this machine alone: `pip install uv`"
            )?,
        }
        self.environments.write(out)?;
        if self
            .documents
            .iter()
            .any(|document| !coverage(document).is_empty())
        {
            writeln!(out, "\nother tools")?;
        }
        report::write_coverage(&self.documents, Format::Human, out)
    }

    fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        report::write_interpreters_json(&self.found.interpreters, out)?;
        for layer in &self.layers {
            let LayerReport { name, on, why, fix } = layer;
            let layer = json!({"type": "layer", "name": name, "on": on, "why": why, "fix": fix});
            writeln!(out, "{layer}")?;
        }
        report::write_coverage(&self.documents, Format::Json, out)
    }

    fn write_sandbox(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\nsandbox")?;
        for layer in &self.layers {
            let state = if layer.on { "on" } else { "off" };
            let why = if layer.why.is_empty() {
                String::new()
            } else {
                format!(": {}", layer.why)
            };
            writeln!(out, "{state:3} {}{why}", layer.name)?;
            if let Some(fix) = &layer.fix {
                writeln!(out, "    fix: {fix}")?;
            }
        }
        Ok(())
    }
}
