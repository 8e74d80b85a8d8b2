//! The programs that resolve and install: uv, or a venv and its pip.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::child::{Command, Exit, Output};
use crate::plan::Interpreter;

use super::Fault;

/// How long one step of a tool may take.
const DEADLINE: Duration = Duration::from_secs(1200);

/// Starts a command and waits for its end; the owner decides what an interrupt does.
pub type Run<'a> = &'a (dyn Fn(&Command) -> Output + Sync);

/// What provisioning works with.
#[derive(Clone)]
pub struct Tools<'a> {
    /// uv, where it was found.
    pub uv: Option<PathBuf>,
    /// The user's environment variables: proxies, indexes and credentials are theirs.
    pub variables: Vec<(OsString, OsString)>,
    /// The folder that tools start in: the project root, so that its uv and pip settings hold.
    pub folder: PathBuf,
    /// Starts a command.
    pub run: Run<'a>,
}

impl Tools<'_> {
    /// Searches uv where variables say that programs are, and where its installer puts it.
    #[must_use]
    pub fn find_uv(variable: &dyn Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
        let search = variable("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
        let home = variable("HOME")
            .or_else(|| variable("USERPROFILE"))
            .map(PathBuf::from);
        let usual = [".local/bin", ".cargo/bin"].iter();
        let usual = usual.filter_map(|folder| Some(home.as_ref()?.join(folder)));
        let folders = search.unwrap_or_default().into_iter().chain(usual);
        let name = if cfg!(windows) { "uv.exe" } else { "uv" };
        folders
            .map(|folder| folder.join(name))
            .find(|program| program.is_file())
    }

    /// Returns a command of uv that never fetches a Python and asks nothing.
    pub(super) fn uv_command(&self, uv: &Path, arguments: &[&str]) -> Command {
        let mut command = self.command(uv, arguments);
        command
            .arguments
            .extend(["--no-python-downloads", "--color", "never", "--no-progress"].map(Into::into));
        command
    }

    /// Returns a command of pip, run by `python`.
    pub(super) fn pip_command(&self, python: &Path, arguments: &[&str]) -> Command {
        let mut command = self.command(python, &["-m", "pip"]);
        command.arguments.extend(arguments.iter().map(Into::into));
        command
            .arguments
            .extend(["--disable-pip-version-check", "--no-input", "--no-color"].map(Into::into));
        command
    }

    /// Returns a command in the user's environment, without what would point it at another environment.
    pub(super) fn command(&self, program: &Path, arguments: &[&str]) -> Command {
        const LEFT_OUT: [&str; 6] = [
            "VIRTUAL_ENV",
            "CONDA_PREFIX",
            "PYTHONHOME",
            "PYTHONPATH",
            "PIP_USER",
            "PIP_TARGET",
        ];
        let mut command = Command::new(program)
            .arguments(arguments.iter().copied())
            .deadline(DEADLINE);
        let mine =
            |(name, _): &&(OsString, OsString)| !LEFT_OUT.iter().any(|left_out| name == left_out);
        command.environment = self.variables.iter().filter(mine).cloned().collect();
        command.folder = Some(self.folder.clone());
        command.output_cap = 16 << 20;
        command
    }

    /// Runs a command; anything but success is a fault.
    pub(super) fn succeed(&self, command: &Command) -> Result<Output, Fault> {
        let output = (self.run)(command);
        match &output.exit {
            Exit::Exited(0) => Ok(output),
            Exit::CouldNotStart(why) => {
                let program = command.program.display();
                Err(Fault::other(format!("`{program}` cannot start: {why}")))
            }
            Exit::TimedOut => Err(Fault::other("it took longer than 20 minutes".to_owned())),
            Exit::Exited(_) | Exit::Signalled(_) | Exit::TooMuchOutput => {
                let text = format!("{}\n{}", output.stderr_text(), output.stdout_text());
                Err(Fault::of_tool(&text))
            }
        }
    }
}

/// Returns the program of the environment in `folder`.
pub(super) fn python_in(folder: &Path) -> PathBuf {
    folder.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    })
}

/// Returns how an interpreter is named to other programs.
pub(super) fn text_of(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Returns the command by which an interpreter makes a venv, with pip.
pub(super) fn venv_command(tools: &Tools<'_>, interpreter: &Interpreter, folder: &Path) -> Command {
    tools.command(&interpreter.path, &["-m", "venv", &text_of(folder)])
}
