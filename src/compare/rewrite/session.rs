//! Outputs below prompts, rewritten to what the prompts printed.

use crate::compare::claims::{Prompted, align, ellipsis_match, is_as_shown, raised};
use crate::compare::pattern::{keep_patterns, matches_line};
use crate::extract::{Block, Prompt};
use crate::normalise::mask_addresses;

use super::lines::{Shown, is_showable, prefix_below};
use super::{Guide, Outputs, Rewriting};

/// Rewrites the false outputs of a session.
pub(super) fn rewrite(
    guide: &Guide<'_>,
    block: &Block,
    prompts: &[Prompt],
    outputs: &Outputs<'_>,
    rewriting: &mut Rewriting,
) {
    for (index, prompt) in prompts.iter().enumerate() {
        // Prompts that the process did not reach on some interpreter are left alone.
        let printed: Option<Vec<&str>> = (outputs.iter())
            .map(|(_, _, output)| output.get(index).map(String::as_str))
            .collect();
        if let Some(printed) = printed {
            rewrite_prompt(guide, block, prompt, &printed, rewriting);
        }
    }
}

fn rewrite_prompt(
    guide: &Guide<'_>,
    block: &Block,
    prompt: &Prompt,
    printed: &[&str],
    rewriting: &mut Rewriting,
) {
    let masked = mask_addresses(&prompt.want);
    let shown = Prompted {
        want: &masked,
        options: &prompt.options,
    };
    if printed.iter().all(|printed| is_as_shown(&shown, printed)) {
        return;
    }
    let Some(prompt_span) = block.code.line_span(prompt.line) else {
        return;
    };
    if !(prompt.line..prompt.want_lines.end).all(|line| is_in_guide(guide, block, line)) {
        let message = "this prompt stands in a file that the guide includes: mend it there";
        return rewriting.refuse(&prompt_span, message);
    }
    let hidden = hidden_blanks(guide, block, prompt.line);
    if (prompt.want_lines.clone()).any(|line| hidden_blanks(guide, block, line) != hidden) {
        let message =
            "a tab before its output is part of it: indent it by blanks, or mend it by hand";
        return rewriting.refuse(&prompt_span, message);
    }
    if let Some(message) = undeclared(prompt, printed) {
        return rewriting.refuse(&prompt_span, message);
    }
    let wants: Vec<String> = printed
        .iter()
        .map(|printed| want(prompt, printed))
        .collect();
    let new = &wants[0];
    let options = &prompt.options;
    let is_true = |printed: &&str| is_as_shown(&Prompted { want: new, options }, printed);
    if !printed.iter().all(is_true) {
        let message = if wants.iter().all(|want| want == new) {
            "what the prompt prints cannot be shown in a session: rewrite the prompt"
        } else {
            "the prompt prints otherwise on other versions: give each its own block with `python=`"
        };
        return rewriting.refuse(&prompt_span, message);
    }
    if !can_stand_below(new) {
        let message = "what the prompt prints cannot be shown in a session: rewrite the prompt";
        return rewriting.refuse(&prompt_span, message);
    }
    let last_source = prompt.line + prompt.source.lines().count().max(1) - 1;
    let spans = block.code.line_spans();
    let (Some(above), Some(spans)) = (spans.get(last_source), spans.get(prompt.want_lines.clone()))
    else {
        return;
    };
    // A session may be indented within its block; its outputs are as far in as its prompts.
    let code_line = block.code.lines().nth(prompt.line).unwrap_or_default();
    let indentation = &code_line[..code_line.len() - code_line.trim_start().len()];
    let lines = Shown {
        guide: guide.text,
        spans: spans.to_vec(),
        above: above.end,
        prefix: prefix_below(guide.text, prompt_span.start),
    };
    let wanted: Vec<String> = (new.lines())
        .map(|line| format!("{indentation}{line}"))
        .collect();
    rewriting.edits.extend(lines.replace(&wanted));
}

/// Says what to do about an exception that the guide does not show: it may be a mistake of the prompt.
fn undeclared(prompt: &Prompt, printed: &[&str]) -> Option<String> {
    const HEADER: &str = "Traceback (most recent call last):";
    let is_shown = prompt.want.starts_with("Traceback (");
    let message = printed.iter().find_map(|printed| raised(printed));
    let message = message.filter(|_| !is_shown)?;
    let first = message.lines().next().unwrap_or_default();
    Some(format!(
        "the prompt raised `{first}`, and the guide does not show that: mend the prompt, or write `{HEADER}` below it"
    ))
}

/// Returns how many blanks at the start of a line of code are the rest of a tab of its container.
fn hidden_blanks(guide: &Guide<'_>, block: &Block, line: usize) -> Option<usize> {
    let shown = &guide.text[block.code.line_span(line)?];
    Some(block.code.lines().nth(line)?.len() - shown.len())
}

/// Says whether a line of code stands in the guide itself, and not in a file that it includes.
fn is_in_guide(guide: &Guide<'_>, block: &Block, line: usize) -> bool {
    let (Some(span), Some(code)) = (block.code.line_span(line), block.code.lines().nth(line))
    else {
        return false;
    };
    // A partly used tab stands for blanks that only the code has.
    let before = code.strip_suffix(&guide.text[span]);
    before.is_some_and(|before| before.trim().is_empty())
}

/// Returns what to show for a prompt that printed `got`: old patterns where they still match.
fn want(prompt: &Prompt, got: &str) -> String {
    let shown = Prompted {
        want: &prompt.want,
        options: &prompt.options,
    };
    let plain = match raised(got) {
        Some(message) => format!("{}{}", frames(&prompt.want), escaped(message)),
        None => escaped(got),
    };
    let kept = keep_patterns(&prompt.want, &plain);
    // A wildcard that stands for nothing leaves a line that is shown and was not printed.
    let kept = escaped(&keep_ellipses(&prompt.want, &kept, shown.has("ELLIPSIS")));
    let options = &prompt.options;
    let is_true = |want: &str| is_as_shown(&Prompted { want, options }, got);
    [kept, plain.clone()]
        .into_iter()
        .find(|want| is_true(want))
        .unwrap_or(plain)
}

/// The header and frames that the guide shows already, or those that doctest's authors write.
fn frames(want: &str) -> String {
    let shown: String = (want.split_inclusive('\n').enumerate())
        .take_while(|(index, line)| {
            if *index == 0 {
                line.starts_with("Traceback (")
            } else {
                line.starts_with([' ', '\t'])
            }
        })
        .map(|(_, line)| line)
        .collect();
    if shown.is_empty() {
        "Traceback (most recent call last):\n    ...\n".to_owned()
    } else {
        shown
    }
}

fn escaped(got: &str) -> String {
    let line = |line: &str| match line {
        "\n" => "<BLANKLINE>\n".to_owned(),
        line if line.ends_with('\n') => line.to_owned(),
        line => format!("{line}\n"),
    };
    got.split_inclusive('\n').map(line).collect()
}

/// Keeps lines with `...` in them that still match, where `ELLIPSIS` gives it a meaning.
fn keep_ellipses(old: &str, new: &str, has_ellipsis: bool) -> String {
    if !has_ellipsis || !old.contains("...") {
        return new.to_owned();
    }
    let old: Vec<&str> = old.lines().collect();
    let lines: Vec<&str> = new.lines().collect();
    let found = align(&old, &lines);
    let mut kept: Vec<&str> = lines.clone();
    for (index, old) in old
        .iter()
        .enumerate()
        .filter(|(_, old)| old.contains("..."))
    {
        // At its place between the neighbours that are found.
        let before = (0..index).rev().find_map(|at| Some((at, found[at]?)));
        let at = before.map_or(index, |(at, line)| line + index - at);
        let Some(line) = lines.get(at) else {
            continue;
        };
        if ellipsis_match(old, line) && !matches_line(old, line) {
            kept[at] = old;
        }
    }
    kept.iter().flat_map(|line| [*line, "\n"]).collect()
}

/// Says whether doctest would read these lines as the output that they are.
fn can_stand_below(want: &str) -> bool {
    let is_first_continuation = want.trim_start_matches(' ').starts_with("...");
    let is_plain = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with(">>>");
    is_showable(want)
        && !want.contains('\t')
        && !is_first_continuation
        && want.lines().all(is_plain)
}
