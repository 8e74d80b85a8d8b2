//! `fencepost cache info`, `cache clear`: what is kept of earlier runs.

use crate::execute::Cache;
use crate::problem::Problem;
use crate::report::{CacheReport, Sink, say};
use crate::wording::{cause, count};

use super::ExitCode;
use super::arguments::{CacheArguments, CacheCommand, ListFormat};
use super::request::{current_folder, places};

/// Runs the command.
pub(crate) fn run(arguments: &CacheArguments) -> Result<ExitCode, Vec<Problem>> {
    let folder = places().cache.ok_or_else(|| {
        let problem = Problem::blocked("no-cache-folder", "there is no cache folder");
        vec![problem.hint("set `HOME` or `XDG_CACHE_HOME`")]
    })?;
    let cache = Cache::new(&folder, &current_folder()?);
    match &arguments.command {
        CacheCommand::Info { format } => info(&cache, *format),
        CacheCommand::Clear => clear(&cache),
    }
}

fn info(cache: &Cache, format: ListFormat) -> Result<ExitCode, Vec<Problem>> {
    let report = CacheReport {
        folders: cache.folders().to_vec(),
        usage: cache.usage(),
        limit: cache.limit(),
    };
    let is_json = format == ListFormat::Json;
    Sink::Stdout
        .write(&|out| report.write(is_json, out))
        .map_err(|problem| vec![problem])?;
    Ok(ExitCode::Success)
}

fn clear(cache: &Cache) -> Result<ExitCode, Vec<Problem>> {
    let removed = cache.clear().map_err(|error| {
        let problem = Problem::blocked("cannot-write", "the cache cannot be cleared");
        vec![problem.because(cause(&error))]
    })?;
    let entries = usize::try_from(removed.entries).unwrap_or(usize::MAX);
    say(&format!("removed {}", count(entries, "file")));
    Ok(ExitCode::Success)
}
