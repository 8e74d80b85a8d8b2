//! Words in prompts that say how these run: comments of other runners, and flags of doctest's successors.

use crate::position::Span;
use crate::problem::{Problem, Severity};

use super::dialects::{What, prompt_wishes, rest_of_session};
use super::reader::Reader;
use super::{BlockKind, Passage, Prompt};

/// Flags that change what doctest reports and nothing that it finds.
const REPORTING: [&str; 5] = [
    "REPORT_UDIFF",
    "REPORT_CDIFF",
    "REPORT_NDIFF",
    "REPORT_ONLY_FIRST_FAILURE",
    "FAIL_FAST",
];

/// The flag of pytest-doctestplus for prompts that need the internet.
const REMOTE: &str = "REMOTE_DATA";

impl Reader<'_> {
    /// Does what words in prompts ask for; returns why the block cannot run.
    pub(super) fn steer(&mut self, kind: &mut BlockKind, source: &Passage) -> Option<String> {
        let BlockKind::Session(prompts) = kind else {
            return None;
        };
        let silent = |prompt: &Prompt| prompt.options.is_empty();
        if !speaks(source) && prompts.iter().all(silent) {
            return None;
        }
        let spans = source.line_spans();
        let reason = self.steer_by_comments(prompts, source, &spans);
        self.steer_by_flags(prompts, &spans);
        reason
    }

    /// Skips prompts that need the internet, and tells of them and of flags without effect.
    fn steer_by_flags(&mut self, prompts: &mut [Prompt], spans: &[Span]) {
        let mut told: Vec<&str> = Vec::new();
        for prompt in prompts {
            let offset = spans.get(prompt.line).map_or(0, |span| span.start);
            if prompt.has(REMOTE) {
                prompt.options.push(("SKIP".to_owned(), true));
                self.found.problems.add(offset, remote());
            }
            let flags = REPORTING.iter().filter(|flag| prompt.has(flag));
            for flag in flags {
                if !told.contains(flag) {
                    told.push(flag);
                    self.found.problems.add(offset, reporting(flag));
                }
            }
        }
    }

    /// Does what comments in prompts ask for; returns why the block cannot run.
    fn steer_by_comments(
        &mut self,
        prompts: &mut [Prompt],
        source: &str,
        spans: &[Span],
    ) -> Option<String> {
        if !speaks(source) {
            return None;
        }
        let dialects = self.context.dialects;
        let mut told = Vec::new();
        for prompt in prompts {
            let (flags, wishes) = prompt_wishes(&prompt.source, dialects);
            prompt.options.extend(flags);
            told.extend(wishes.into_iter().map(|wish| (prompt.line, wish)));
        }
        let alone = source.lines().enumerate();
        let alone = alone.filter_map(|(line, text)| Some((line, rest_of_session(text, dialects)?)));
        let alone: Vec<_> = alone.collect();
        let reason = (alone.first()).map(|(_, wish)| wish.unsupported(true).message.clone());
        for (line, wish) in told.into_iter().chain(alone) {
            let offset = spans.get(line).map_or(0, |span| span.start);
            let skips = wish.what == What::Unsupported(true);
            self.found.problems.add(offset, wish.unsupported(skips));
        }
        reason
    }
}

/// Says whether comments of other runners may stand in a session.
fn speaks(source: &str) -> bool {
    source.contains("byexample:") || source.contains("xdoc")
}

fn remote() -> Problem {
    let message = format!("`+{REMOTE}` of pytest-doctestplus asks for the internet");
    Problem::finding("unsupported-dialect", message)
        .severity(Severity::Warning)
        .hint("the prompt does not run: examples have no network")
}

fn reporting(flag: &str) -> Problem {
    let message = format!("`+{flag}` changes what doctest reports, and nothing here");
    Problem::finding("unsupported-dialect", message)
        .severity(Severity::Advice)
        .hint("it is left out of account")
}

/// Says why no prompt of a session runs, if none does.
pub(super) fn all_skipped(kind: &BlockKind) -> Option<&'static str> {
    let BlockKind::Session(prompts) = kind else {
        return None;
    };
    if prompts.is_empty() || !prompts.iter().all(|prompt| prompt.has("SKIP")) {
        return None;
    }
    if prompts.iter().any(|prompt| prompt.has(REMOTE)) {
        return Some("`+REMOTE_DATA`: examples have no network");
    }
    Some("every prompt is `+SKIP`")
}
