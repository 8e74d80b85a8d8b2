//! A report on its way out: what is known of it goes out while examples still run.
//!
//! People's reports, JSON lines, GitHub's annotations and Markdown go out example by example, always in the
//! same bytes. `JUnit` waits for the end: its first line counts everything. A file gets its name once it is
//! whole, so that nobody reads half a report under it.

use std::io::{self, Write as _};

use crate::problem::Problem;

use super::sink::{Out, cannot_write};
use super::{ExampleReport, Format, Report, Sink};

/// So much of a file is drawn before it is written.
const CHUNK: usize = 64 << 10;

/// One report in one format.
#[derive(Debug)]
pub struct Draft {
    format: Format,
    sink: Sink,
    drawing: Option<Drawing>,
    /// Drawn and not yet written.
    waiting: Vec<u8>,
    out: Option<Out>,
    failure: Option<io::Error>,
}

/// A report of which the beginning is drawn.
#[derive(Debug)]
pub(crate) struct Drawing {
    format: Format,
    /// Examples that have their place at the end.
    late: Vec<ExampleReport>,
}

impl Draft {
    /// Begins a report; nothing is opened or written yet.
    #[must_use]
    pub fn new(format: Format, sink: Sink) -> Self {
        Self {
            format,
            sink,
            drawing: None,
            waiting: Vec::new(),
            out: None,
            failure: None,
        }
    }

    /// Draws what comes before all examples. It waits with the first of them, so that nothing is told where
    /// nothing can run; a file has no name yet, and takes it.
    pub fn begin(&mut self, report: &Report) {
        let begun = self.begun(report).map(|_| ());
        self.note(begun);
        self.waiting.shrink_to_fit();
        if self.sink.is_whole() && self.is_waiting() {
            self.flush();
        }
    }

    /// Draws the next example; [`Draft::flush`] writes it.
    pub fn add(&mut self, report: &Report, example: &ExampleReport) {
        let drawn = self.draw(report, example);
        self.note(drawn);
    }

    /// Says whether something is drawn and to be written now: all that a reader may wait for.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        match self.out {
            Some(Out::Nameless(..)) => self.waiting.len() >= CHUNK,
            Some(Out::Stdout { .. } | Out::Device(_)) | None => !self.waiting.is_empty(),
        }
    }

    /// Writes what was drawn. A failure is kept for the end.
    pub fn flush(&mut self) {
        if self.failure.is_none() {
            let written = self.write();
            self.note(written);
        }
        self.waiting.clear();
        self.waiting.shrink_to(2 * CHUNK);
    }

    /// Draws the examples that a report has kept, and its end, and writes all of it.
    ///
    /// # Errors
    ///
    /// A blocked problem that names the file. A reader that closed the pipe is no error.
    pub fn finish(mut self, report: &Report) -> Result<(), Problem> {
        for example in &report.examples {
            self.add(report, example);
        }
        let ended = self.end(report);
        self.note(ended);
        self.flush();
        let closed = match (self.failure, self.out) {
            (Some(error), _) => Err(error),
            (None, Some(out)) => out.close(),
            (None, None) => Ok(()),
        };
        closed.map_err(|error| cannot_write(&self.sink, &error))
    }

    fn draw(&mut self, report: &Report, example: &ExampleReport) -> io::Result<()> {
        let (drawing, waiting) = self.begun(report)?;
        drawing.add(report, example, waiting)
    }

    fn end(&mut self, report: &Report) -> io::Result<()> {
        let (drawing, waiting) = self.begun(report)?;
        drawing.end(report, waiting)
    }

    fn begun(&mut self, report: &Report) -> io::Result<(&mut Drawing, &mut Vec<u8>)> {
        let drawing = match self.drawing.take() {
            Some(drawing) => drawing,
            None => Drawing::begin(self.format, report, &mut self.waiting)?,
        };
        Ok((self.drawing.insert(drawing), &mut self.waiting))
    }

    fn write(&mut self) -> io::Result<()> {
        let out = match self.out.take() {
            Some(out) => out,
            None => self.sink.open()?,
        };
        self.out.insert(out).write_all(&self.waiting)
    }

    fn note(&mut self, done: io::Result<()>) {
        if let Err(error) = done {
            self.failure.get_or_insert(error);
        }
    }
}

impl Drawing {
    /// Draws what comes before all examples.
    pub(crate) fn begin(
        format: Format,
        report: &Report,
        sink: &mut dyn io::Write,
    ) -> io::Result<Self> {
        match format {
            Format::Json => super::json::begin(report, sink)?,
            Format::Markdown => super::markdown::begin(report, sink)?,
            Format::Human | Format::Github | Format::Junit => (),
        }
        Ok(Self {
            format,
            late: Vec::new(),
        })
    }

    /// Draws one example, or keeps it for the end.
    pub(crate) fn add(
        &mut self,
        report: &Report,
        example: &ExampleReport,
        sink: &mut dyn io::Write,
    ) -> io::Result<()> {
        let is_late = match self.format {
            Format::Human => super::human::example(report, example, sink)?,
            Format::Json => super::json::example(example, sink)?,
            Format::Github => super::github::example(report, example, sink)?,
            Format::Markdown => super::markdown::example(report, example, sink)?,
            Format::Junit => true,
        };
        if is_late {
            self.late.push(example.clone());
        }
        Ok(())
    }

    /// Draws what comes after all examples.
    pub(crate) fn end(&self, report: &Report, sink: &mut dyn io::Write) -> io::Result<()> {
        match self.format {
            Format::Human => super::human::end(report, &self.late, sink),
            Format::Json => super::json::end(report, sink),
            Format::Github => super::github::end(report, sink),
            Format::Markdown => super::markdown::end(report, sink),
            Format::Junit => super::junit::write(report, &self.late, sink),
        }
    }
}
