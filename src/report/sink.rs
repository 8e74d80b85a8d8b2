//! Where reports go: stdout, stderr or a file written whole.

use std::fs::File;
use std::io::{self, Seek as _, Write};
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
        let write = || {
            let mut out = io::BufWriter::new(self.open()?);
            draw(&mut out)?;
            out.into_inner()?.close()
        };
        write().map_err(|error| cannot_write(self, &error))
    }

    /// Says whether nobody reads of it before it is whole: a file that is no device, pipe or link.
    pub(super) fn is_whole(&self) -> bool {
        match self {
            Self::Stdout => false,
            Self::File(path) => !is_device(path),
        }
    }

    /// Opens it; a file is there, whole, once [`Out::close`] was called.
    pub(super) fn open(&self) -> io::Result<Out> {
        match self {
            Self::Stdout => Ok(Out::Stdout { closed: false }),
            Self::File(path) => open_file(path),
        }
    }
}

/// Where a report is written, in one or several parts.
#[derive(Debug)]
pub(super) enum Out {
    /// Standard output; nothing more is written once its reader has closed it.
    Stdout { closed: bool },
    /// A device, a pipe or a link: it is written to, never replaced.
    Device(anstream::StripStream<File>),
    /// A file without a name, for what will be a file at this path.
    Nameless(anstream::StripStream<File>, PathBuf),
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Stdout { closed: true } => Ok(()),
            Self::Stdout { closed } => {
                let mut stdout = anstream::stdout();
                let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
                *closed = is_closed(&written);
                if *closed { Ok(()) } else { written }
            }
            Self::Device(file) | Self::Nameless(file, _) => file.write_all(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Out {
    /// Ends what was written: a file gets its name.
    pub(super) fn close(self) -> io::Result<()> {
        match self {
            Self::Stdout { .. } | Self::Device(_) => Ok(()),
            Self::Nameless(file, path) => name_file(file.into_inner(), &path),
        }
    }
}

fn is_closed(written: &io::Result<()>) -> bool {
    (written.as_ref()).is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn open_file(path: &Path) -> io::Result<Out> {
    if is_device(path) {
        let file = File::options().write(true).truncate(true).open(path)?;
        return Ok(Out::Device(anstream::StripStream::new(file)));
    }
    let file = tempfile::tempfile_in(folder_of(path))?;
    let file = anstream::StripStream::new(file);
    Ok(Out::Nameless(file, path.to_owned()))
}

fn is_device(path: &Path) -> bool {
    (path.symlink_metadata()).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Copies a file without a name beside its path, and renames that.
fn name_file(mut nameless: File, path: &Path) -> io::Result<()> {
    nameless.rewind()?;
    let mut file = tempfile::NamedTempFile::new_in(folder_of(path))?;
    io::copy(&mut nameless, file.as_file_mut())?;
    set_usual_mode(file.as_file())?;
    file.persist(path)?;
    Ok(())
}

/// Gives a temporary file the mode that a newly created file has.
#[cfg(unix)]
fn set_usual_mode(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_usual_mode(_file: &File) -> io::Result<()> {
    Ok(())
}

/// Says that a report could not be written.
pub(super) fn cannot_write(sink: &Sink, error: &io::Error) -> Problem {
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
