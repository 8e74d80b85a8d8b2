//! Claims in output fences: whole lines of what the block before them printed, in order.

use std::collections::BTreeSet;

use crate::discover::Claims;
use crate::extract::OutputFence;
use crate::normalise::{Transcript, mask_addresses, reduce};

use super::align::{align, printed_there};
use super::doctest::{Prompted, is_as_shown};
use super::{ClaimFault, Judging, is_build, printed_lines};

/// Judges the output fences that follow one block, on the interpreters that each is for.
pub(super) fn faults(judging: &Judging<'_>, block: usize, stdout: &str) -> Vec<ClaimFault> {
    let release = judging.interpreter.release;
    let fences: Vec<&OutputFence> = (judging.example.outputs.iter())
        .filter(|fence| fence.block == block)
        .filter(|fence| (fence.python.as_ref()).is_none_or(|python| python.allows(release)))
        .filter(|fence| is_build(fence.build.as_deref(), judging.interpreter))
        .collect();
    let strict = judging.claims == Claims::Strict;
    let (whole, partial): (Vec<_>, Vec<_>) =
        (fences.into_iter()).partition(|fence| fence.whole.is_some());
    let (stated, advised): (Vec<_>, Vec<_>) =
        (partial.into_iter()).partition(|fence| fence.explicit || strict);
    let mut faults = together(judging, &stated, stdout);
    let false_ones = (whole.into_iter()).filter(|fence| !is_whole(fence, &fence.text, stdout));
    faults.extend(false_ones.map(|fence| whole_fault(judging, fence, stdout)));
    for fence in advised {
        let advice = together(judging, &[fence], stdout);
        faults.extend(advice.into_iter().map(ClaimFault::advice));
    }
    faults
}

/// Says whether `shown` in a fence that is a whole output is what was printed, under its flags.
pub(in crate::compare) fn is_whole(fence: &OutputFence, shown: &str, stdout: &str) -> bool {
    let options = fence.whole.as_deref().unwrap_or_default();
    let want = ended(&mask_addresses(shown));
    let prompted = Prompted {
        want: &want,
        options,
    };
    if prompted.has("IGNORE_WHITESPACE") {
        let letters = |text: &str| text.split_whitespace().collect::<String>();
        return letters(&want) == letters(stdout);
    }
    // What an example prints may look like an exception at a prompt, and is none.
    let printed = ended(stdout);
    want == printed || is_as_shown(&prompted, &printed)
}

/// Ends a text with a line feed unless it is empty.
fn ended(text: &str) -> String {
    let end = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    format!("{text}{end}")
}

/// Points at the first line of a whole output that was not printed at its place.
fn whole_fault(judging: &Judging<'_>, fence: &OutputFence, stdout: &str) -> ClaimFault {
    let (shown, printed) = (printed_lines(&fence.text), printed_lines(stdout));
    let same = shown.iter().zip(&printed);
    let at = same.take_while(|(shown, printed)| shown == printed).count();
    let message = match (shown.get(at), printed.get(at)) {
        (Some(shown), Some(printed)) => {
            format!("the guide shows `{shown}`, and it printed `{printed}`")
        }
        (Some(shown), None) => format!("the guide shows `{shown}`, and it was not printed"),
        (None, Some(printed)) => {
            format!("it printed `{printed}`, and the guide shows nothing more")
        }
        (None, None) => "the guide shows another output than was printed".to_owned(),
    };
    let span = fence.text.line_span(at);
    let span = span.or_else(|| fence.text.last_line_span());
    let line = span.map_or(judging.example.position.line, |span| {
        judging.line(span.start)
    });
    ClaimFault::new(message, fence.text.to_string(), stdout.to_owned(), line)
}

/// One claimed line: the fence that shows it, the line in it, the text.
struct Shown {
    fence: usize,
    line: usize,
    text: String,
}

/// Fences read as one claim: their lines, one fence after the other, were printed in that order.
struct Together<'a> {
    shown: Vec<Shown>,
    /// Whether they show a traceback that is none of the example's own lines.
    has_traceback: bool,
    /// What a terminal shows below what was printed, and so may a fence.
    below: &'a str,
    printed: Vec<&'a str>,
    /// For each line shown the printed one that it is.
    found: Vec<Option<usize>>,
}

impl<'a> Together<'a> {
    fn new(fences: &[&str], transcript: &'a Transcript, stdout: &'a str) -> Self {
        // A traceback that the example itself printed is output like any other.
        let reduces = !shows_traceback(stdout);
        let shown: Vec<Shown> = (fences.iter().enumerate())
            .flat_map(|(index, text)| shown_lines(index, text, reduces))
            .collect();
        let texts: Vec<&str> = shown.iter().map(|shown| shown.text.as_str()).collect();
        let has_traceback = reduces && fences.iter().any(|text| shows_traceback(text));
        let below = if has_traceback {
            transcript.stderr.as_str()
        } else {
            transcript.exception.as_deref().unwrap_or_default()
        };
        let mut printed = printed_lines(stdout);
        printed.extend(printed_lines(below));
        Self {
            found: align(&texts, &printed),
            shown,
            has_traceback,
            below,
            printed,
        }
    }
}

/// Says whether fences with these texts, taken together, show what was printed.
pub(in crate::compare) fn are_shown(
    fences: &[&str],
    transcript: &Transcript,
    stdout: &str,
) -> bool {
    let together = Together::new(fences, transcript, stdout);
    together.found.iter().all(Option::is_some)
}

/// Judges fences as one claim.
fn together(judging: &Judging<'_>, fences: &[&OutputFence], stdout: &str) -> Vec<ClaimFault> {
    let texts: Vec<&str> = fences.iter().map(|fence| &*fence.text).collect();
    let together = Together::new(&texts, judging.transcript, stdout);
    let mut told = BTreeSet::new();
    let mut faults = Vec::new();
    for (index, claim) in together.shown.iter().enumerate() {
        // One fault shows the whole fence, so the first false line of each is enough.
        if together.found[index].is_none() && told.insert(claim.fence) {
            let there = printed_there(index, &together.found, &together.printed);
            let actual = if together.has_traceback {
                format!("{stdout}{}", together.below)
            } else {
                stdout.to_owned()
            };
            faults.push(fault(judging, fences[claim.fence], claim, there, actual));
        }
    }
    faults
}

fn fault(
    judging: &Judging<'_>,
    fence: &OutputFence,
    claim: &Shown,
    there: Option<&str>,
    actual: String,
) -> ClaimFault {
    let message = match there {
        Some(there) => format!("the guide shows `{}`, and it printed `{there}`", claim.text),
        None => format!("the guide shows `{}`, and it was not printed", claim.text),
    };
    let line = (fence.text.line_span(claim.line)).map_or(judging.example.position.line, |span| {
        judging.line(span.start)
    });
    ClaimFault::new(message, fence.text.to_string(), actual, line)
}

/// Says whether a text shows a traceback as Python writes it.
pub(in crate::compare) fn shows_traceback(text: &str) -> bool {
    text.contains("Traceback (most recent call last):") || text.contains("  File \"")
}

/// Returns the lines that a fence claims, `...` left out: it claims nothing.
fn shown_lines(fence: usize, text: &str, may_reduce: bool) -> Vec<Shown> {
    let text = mask_addresses(text);
    let reduced = if may_reduce && shows_traceback(&text) {
        reduce(&text)
    } else {
        text.clone()
    };
    let original: Vec<&str> = text.split('\n').collect();
    let mut from = 0;
    let mut shown = Vec::new();
    for line in printed_lines(&reduced) {
        let at = (original[from..].iter()).position(|other| other.trim_end() == line);
        let at = at.map_or(from, |at| from + at);
        from = (at + 1).min(original.len());
        if line != "..." {
            shown.push(Shown {
                fence,
                line: at,
                text: line.to_owned(),
            });
        }
    }
    shown
}
