//! Where reports go: stdout, stderr or a file written whole.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::problem::Problem;

/// In what form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people, on a terminal.
    Human,
    /// JSON lines.
    Json,
    /// `JUnit` XML.
    Junit,
    /// GitHub workflow commands.
    Github,
    /// A table to paste into a guide.
    Markdown,
}

/// Where a report goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sink {
    /// Standard output.
    Stdout,
    /// A file, written beside itself and renamed.
    File(PathBuf),
}

impl Sink {
    /// Writes what `draw` draws.
    ///
    /// # Errors
    ///
    /// A blocked problem that names the file. A reader that closed the pipe is no error.
    pub fn write(&self, draw: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> Result<(), Problem> {
        match self {
            Self::Stdout => {
                let mut stdout = io::BufWriter::new(anstream::stdout());
                draw(&mut stdout)
                    .and_then(|()| stdout.flush())
                    .or_else(unless_closed)
            }
            Self::File(path) => write_file(path, draw),
        }
        .map_err(|error| cannot_write(self, &error))
    }
}

fn unless_closed(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe {
        Ok(())
    } else {
        Err(error)
    }
}

fn write_file(path: &Path, draw: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // A device, a pipe or a link is written to, never replaced.
    if (path.symlink_metadata()).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        let file = std::fs::File::options()
            .write(true)
            .truncate(true)
            .open(path)?;
        let mut plain = io::BufWriter::new(anstream::StripStream::new(file));
        draw(&mut plain)?;
        return plain.flush();
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    let mut plain = io::BufWriter::new(anstream::StripStream::new(file.as_file_mut()));
    draw(&mut plain)?;
    plain.flush()?;
    drop(plain);
    set_usual_mode(file.as_file())?;
    file.persist(path)?;
    Ok(())
}

/// Gives a temporary file the mode that a newly created file has.
#[cfg(unix)]
fn set_usual_mode(file: &std::fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_usual_mode(_file: &std::fs::File) -> io::Result<()> {
    Ok(())
}

fn cannot_write(sink: &Sink, error: &io::Error) -> Problem {
    let name = match sink {
        Sink::Stdout => "standard output".to_owned(),
        Sink::File(path) => format!("`{}`", path.display()),
    };
    Problem::blocked("cannot-write", format!("cannot write the report to {name}"))
        .because(error.to_string())
}

/// Returns a stream for messages beside the report: standard error, coloured where that is wanted.
#[must_use]
pub fn diagnostics() -> Box<dyn Write> {
    Box::new(anstream::stderr())
}

/// Says one line on standard error.
pub fn say(line: &str) {
    // A closed standard error leaves nobody to tell.
    let _ = writeln!(diagnostics(), "{line}");
}

/// Chooses colours for the whole program: `auto` looks at the terminal and at `NO_COLOR`.
pub fn colours(choice: &str) {
    match choice {
        "always" => anstream::ColorChoice::Always,
        "never" => anstream::ColorChoice::Never,
        _ => anstream::ColorChoice::Auto,
    }
    .write_global();
}
