//! What an output fence shows, and what it should show after a run.

use crate::compare::claims::{align, are_shown, printed_lines, shows_traceback};
use crate::compare::pattern::keep_patterns;
use crate::normalise::{Transcript, mask_addresses};

/// What a fence shows now.
pub(super) struct Old<'a> {
    text: &'a str,
    /// Lines of stdout, then header and frames of a traceback, then its exception.
    stdout: String,
    frames: String,
    exception: String,
}

impl<'a> Old<'a> {
    /// Divides what a fence shows; a traceback that `printed` itself holds is output like any other.
    pub(super) fn new(text: &'a str, printed: &str) -> Self {
        let divides = !shows_traceback(printed);
        let (mut stdout, mut frames, mut exception) = (String::new(), String::new(), String::new());
        for line in text.split_inclusive('\n') {
            let is_header = divides && line.starts_with("Traceback (most recent call last):");
            if is_header || (!frames.is_empty() && exception.is_empty() && line.starts_with(' ')) {
                frames.push_str(line);
            } else if frames.is_empty() {
                stdout.push_str(line);
            } else {
                exception.push_str(line);
            }
        }
        Self {
            text,
            stdout,
            frames,
            exception,
        }
    }

    /// Returns what to show: the old lines where they hold, the printed ones elsewhere.
    pub(super) fn wanted(&self, transcript: &Transcript, stdout: &str) -> String {
        if are_shown(&[self.text], transcript, stdout) {
            return self.text.to_owned();
        }
        let exception = transcript.exception.as_deref().unwrap_or_default();
        let above = wanted_lines(&self.stdout, stdout);
        if self.frames.is_empty() || exception.is_empty() {
            return above;
        }
        let message = keep_patterns(self.exception.trim_end(), exception);
        format!("{above}{}{message}\n", self.frames)
    }
}

/// Replaces false lines where it is plain which line stands for which; else shows the whole output.
fn wanted_lines(old: &str, stdout: &str) -> String {
    let printed = printed_lines(stdout);
    let whole: String = printed.iter().flat_map(|line| [*line, "\n"]).collect();
    let kept = keep_patterns(old, &whole);
    if kept.lines().any(|line| line == "...") {
        return kept;
    }
    let old: Vec<&str> = old.lines().collect();
    let masked: Vec<String> = old
        .iter()
        .map(|line| mask_addresses(line.trim_end()))
        .collect();
    let masked: Vec<&str> = masked.iter().map(String::as_str).collect();
    let found = align(&masked, &printed);
    let mut lines: Vec<&str> = Vec::new();
    let (mut next, mut pending) = (0, 0);
    let ends = found.iter().copied().map(Some).chain([None]);
    for (index, end) in ends.enumerate() {
        let at = match end {
            Some(Some(at)) => at,
            Some(None) => {
                pending += 1;
                continue;
            }
            // After the last claim nothing more need be shown.
            None if pending == 0 => break,
            None => printed.len(),
        };
        if pending > 0 && at - next != pending {
            return kept;
        }
        lines.extend(&printed[next..next + pending]);
        if end.is_some() {
            lines.push(old[index]);
        }
        (next, pending) = (at + 1, 0);
    }
    lines.iter().flat_map(|line| [*line, "\n"]).collect()
}
