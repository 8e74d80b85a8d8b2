//! From what was typed to what is meant.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use crate::discover::{Start, parse_duration};
use crate::execute::{Cache, Reuse, RunOptions};
use crate::journey::{Project, Provisioning, Request};
use crate::plan::environment::Tools;
use crate::plan::interpreter::Places;
use crate::problem::Problem;
use crate::report::Rerun;

use super::arguments::{GuideArguments, RunArguments, Sandbox};

/// Returns the request that guides and run flags make together.
pub(crate) fn request(
    guides: &GuideArguments,
    run: &RunArguments,
) -> Result<Request, Vec<Problem>> {
    Ok(Request {
        paths: guides.paths.clone(),
        current_folder: current_folder()?,
        config: guides.config.clone(),
        python: run.python.clone(),
        timeout_ms: run.timeout.as_deref().map(timeout).transpose()?,
        start: start(run),
        since: guides.since.clone(),
        jobs: jobs(run),
        provisioning: provisioning(run.sync),
        places: places(),
        variables: variables(),
        needs_no_guide: false,
    })
}

/// Returns what package environments are made with on this machine.
pub(crate) fn provisioning(sync: bool) -> Provisioning {
    Provisioning {
        sync,
        uv: Tools::find_uv(&|name| std::env::var_os(name)),
    }
}

/// Returns where this machine keeps interpreters, and the cache.
pub(crate) fn places() -> Places {
    Places::from_variables(&|name| std::env::var_os(name))
}

/// Returns the user's environment variables.
pub(crate) fn variables() -> Vec<(OsString, OsString)> {
    std::env::vars_os().collect()
}

/// Returns how the examples of a project run.
pub(crate) fn options(project: &Project, request: &Request, run: &RunArguments) -> RunOptions {
    let options = RunOptions::new(request.jobs, run.sandbox.level());
    if run.no_cache {
        let reuse = Reuse::Nothing("`--no-cache`");
        return RunOptions { reuse, ..options };
    }
    let cache = request.places.cache.as_deref();
    let cache = cache.map(|folder| Arc::new(Cache::new(folder, &project.config.root)));
    RunOptions { cache, ..options }
}

/// Returns how the commands that a report shows are typed, so that they find what this one found.
pub(crate) fn rerun(project: &Project, request: &Request, run: &RunArguments) -> Rerun {
    let mut flags = Vec::new();
    let mut repeat = |flag: &str, value: String| flags.extend([flag.to_owned(), value]);
    if let Some(config) = &request.config {
        repeat("--config", config.display().to_string());
    }
    if let Some(timeout) = &run.timeout {
        repeat("--timeout", timeout.clone());
    }
    if run.sandbox != Sandbox::default() {
        repeat("--sandbox", run.sandbox.level().name().to_owned());
    }
    let paths = request.python.iter().filter(|spec| spec.contains('/'));
    Rerun {
        root: project.config.root.clone(),
        folder: request.current_folder.clone(),
        flags,
        pythons: paths
            .filter_map(|path| std::path::absolute(path).ok())
            .collect(),
    }
}

pub(crate) fn current_folder() -> Result<PathBuf, Vec<Problem>> {
    std::env::current_dir().map_err(|error| {
        vec![
            Problem::blocked("no-current-folder", "the current folder cannot be read")
                .because(error.to_string()),
        ]
    })
}

fn jobs(run: &RunArguments) -> usize {
    let cpus = || std::thread::available_parallelism().map_or(1, usize::from);
    run.jobs.map_or_else(cpus, usize::from)
}

/// What must be certain leaves nothing to warm interpreters, unless told otherwise.
fn start(run: &RunArguments) -> Option<Start> {
    let is_certain = is_ci() && run.no_cache;
    run.start.start().or(is_certain.then_some(Start::Spawn))
}

fn timeout(text: &str) -> Result<u64, Vec<Problem>> {
    parse_duration(text).map_err(|why| {
        let problem = Problem::usage("bad-duration", format!("`--timeout {text}` is no duration"));
        vec![
            problem
                .because(why)
                .hint("write `10s`, `500ms`, or a number of seconds"),
        ]
    })
}

/// Says whether this runs under continuous integration: `CI` is set and not empty, `0` or `false`.
pub(crate) fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}
