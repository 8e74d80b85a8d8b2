//! Which files changed since a git revision.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::child::{Command, Exit, Output, run};
use crate::problem::Problem;

/// git, asked in one folder.
struct Git<'a> {
    folder: &'a Path,
    /// The user's environment variables: they say where git and its settings are.
    variables: &'a [(OsString, OsString)],
}

/// Returns real paths of files below `root` that differ from `revision`, untracked ones included.
///
/// `variables` are the user's environment variables.
///
/// # Errors
///
/// A usage problem: no git, no repository, no such revision.
pub(super) fn changed_since(
    revision: &str,
    root: &Path,
    variables: &[(OsString, OsString)],
) -> Result<BTreeSet<PathBuf>, Problem> {
    let git = Git {
        folder: root,
        variables,
    };
    let commit = format!("{revision}^{{commit}}");
    let verified = [
        "rev-parse",
        "--verify",
        "--quiet",
        "--end-of-options",
        &commit,
    ];
    let verified = git.run(&verified);
    let commit = answer(&verified, revision)?;
    let top = answer(&git.run(&["rev-parse", "--show-toplevel"]), revision)?;
    let differing = [
        "diff",
        "--name-only",
        "-z",
        "--no-renames",
        commit.trim(),
        "--",
    ];
    let differing = answer(&git.run(&differing), revision)?;
    let untracked = [
        "ls-files",
        "--others",
        "--exclude-standard",
        "--full-name",
        "-z",
    ];
    let untracked = answer(&git.run(&untracked), revision)?;
    let names = differing.split('\0').chain(untracked.split('\0'));
    let top = Path::new(top.trim_end_matches(['\r', '\n']));
    Ok(names
        .filter(|name| !name.is_empty())
        .filter_map(|name| top.join(name).canonicalize().ok())
        .collect())
}

impl Git<'_> {
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("git").arguments(arguments.iter().copied());
        command.environment = self.variables.to_vec();
        command.folder = Some(self.folder.to_owned());
        command.output_cap = 64 << 20;
        run(&command)
    }
}

fn answer(output: &Output, revision: &str) -> Result<String, Problem> {
    let problem = Problem::usage(
        "bad-revision",
        format!("`--since {revision}` cannot be answered"),
    );
    match &output.exit {
        Exit::Exited(0) => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Exit::CouldNotStart(why) => Err(problem.because(format!("git could not start: {why}"))),
        Exit::Exited(_) | Exit::Signalled(_) | Exit::TimedOut | Exit::TooMuchOutput => {
            let said = output.stderr_text();
            let said = said.lines().next().unwrap_or("git knows no such revision");
            Err(problem.because(said.trim_start_matches("fatal: ").to_owned()))
        }
    }
}
