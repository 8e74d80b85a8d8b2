//! Progress on long work: a bar on a terminal, now and then a line elsewhere. The only user of indicatif.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Between two plain lines of progress.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// Shows how far a command is. Silent where it was told to be.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    plain: bool,
    total: usize,
    done: usize,
    last_line: Instant,
    what: String,
}

impl Progress {
    /// Begins progress over `total` steps of `what` (a plural noun).
    #[must_use]
    pub fn new(what: &str, total: usize, quiet: bool) -> Self {
        use std::io::IsTerminal;
        let terminal = std::io::stderr().is_terminal();
        let bar = (!quiet && terminal && total > 0).then(|| bar(what, total));
        let plain = !quiet && !terminal;
        Self {
            bar,
            plain,
            total,
            done: 0,
            last_line: Instant::now(),
            what: what.to_owned(),
        }
    }

    /// Notes that one more step is done.
    pub fn advance(&mut self, now_at: &str) {
        self.done += 1;
        if let Some(bar) = &self.bar {
            bar.set_message(super::safe::terminal(now_at));
            bar.inc(1);
        }
        if self.plain && self.last_line.elapsed() >= BETWEEN_LINES {
            self.last_line = Instant::now();
            super::say(&format!("{} of {} {}", self.done, self.total, self.what));
        }
    }

    /// Notes that one step will be done once more.
    pub fn again(&mut self) {
        self.total += 1;
        if let Some(bar) = &self.bar {
            bar.inc_length(1);
        }
    }

    /// Does what may write to the terminal that the bar is drawn on.
    pub fn aside(&self, write: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Ends progress and clears what it drew.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

fn bar(what: &str, total: usize) -> ProgressBar {
    let bar =
        ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr_with_hz(10));
    let template = format!("{{bar:24}} {{pos}}/{{len}} {what} {{elapsed}} {{wide_msg:.dim}}");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar
}
