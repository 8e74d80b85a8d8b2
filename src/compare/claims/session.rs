//! Claims of sessions: the output below each prompt.

use crate::extract::{Block, Prompt};
use crate::normalise::mask_addresses;

use super::doctest::{Prompted, is_as_shown, raised};
use super::{ClaimFault, Judging};

/// Judges each prompt of a session; `outputs` are what the prompts printed, in order.
pub(super) fn faults(
    judging: &Judging<'_>,
    block: &Block,
    prompts: &[Prompt],
    outputs: &[String],
) -> Vec<ClaimFault> {
    let mut faults = Vec::new();
    // Prompts that the process did not reach have no output; its ending tells why.
    for (prompt, got) in prompts.iter().zip(outputs) {
        let want = mask_addresses(&prompt.want);
        let shown = Prompted {
            want: &want,
            options: &prompt.options,
        };
        if !is_as_shown(&shown, got) {
            let line = if prompt.want_lines.is_empty() {
                prompt.line
            } else {
                prompt.want_lines.start
            };
            let line = judging.guide_line(block, line);
            let message = message(&want, got);
            faults.push(ClaimFault::new(message, want, got.clone(), line));
        }
    }
    faults
}

fn message(want: &str, got: &str) -> String {
    let shown = want.lines().next().unwrap_or_default();
    match (want.is_empty(), raised(got), got.lines().next()) {
        (_, Some(raised), _) if !want.starts_with("Traceback (") => {
            let raised = raised.lines().next().unwrap_or_default();
            format!("the prompt raised `{raised}`, and the guide does not show that")
        }
        (_, Some(raised), _) => {
            let shown = want.lines().next_back().unwrap_or_default();
            let raised = raised.lines().next().unwrap_or_default();
            format!("the session shows `{shown}`, and it raised `{raised}`")
        }
        (true, None, Some(printed)) => {
            format!("the prompt printed `{printed}`, and the guide shows nothing below it")
        }
        (_, None, None) => format!("the session shows `{shown}`, and nothing was printed"),
        (false, None, Some(_)) => {
            let pairs = want.lines().zip(got.lines());
            let differing = pairs.into_iter().find(|(shown, printed)| shown != printed);
            let (shown, printed) = differing.unwrap_or((shown, "other lines"));
            format!("the session shows `{shown}`, and it printed `{printed}`")
        }
    }
}
