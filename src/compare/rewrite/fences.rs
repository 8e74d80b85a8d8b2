//! Output fences rewritten to what was printed, and split where interpreters differ.

use crate::compare::claims::{are_shown, is_build, is_whole};
use crate::compare::pattern::keep_patterns;
use crate::extract::{Example, Fence, FenceKind, OutputFence};
use crate::normalise::Transcript;
use crate::plan::Interpreter;
use crate::position::Span;

use super::conditions::{Conditioned, conditions};
use super::lines::{
    Shown, end_of_line_above, is_showable, line_end, line_start, prefix_below, prefixed,
};
use super::old::Old;
use super::{Edit, Guide, Outputs, Rewriting};

/// Rewrites the false output fences that follow one block.
pub(super) fn rewrite(
    guide: &Guide<'_>,
    example: &Example,
    block: usize,
    outputs: &Outputs<'_>,
    rewriting: &mut Rewriting,
) {
    let fences: Vec<&OutputFence> = (example.outputs.iter())
        .filter(|fence| fence.block == block && (fence.explicit || guide.strict))
        .collect();
    for fence in &fences {
        let judged: Vec<(&Interpreter, &Transcript, String)> = (outputs.iter())
            .filter(|(interpreter, ..)| is_for(fence, interpreter))
            .map(|(interpreter, transcript, output)| (*interpreter, *transcript, output.concat()))
            .collect();
        let beside = fences.iter().any(|other| {
            !std::ptr::eq(*other, *fence)
                && judged
                    .iter()
                    .any(|(interpreter, ..)| is_for(other, interpreter))
        });
        rewrite_fence(guide, fence, &judged, beside, rewriting);
    }
}

fn is_for(fence: &OutputFence, interpreter: &Interpreter) -> bool {
    let version = fence.python.as_ref();
    version.is_none_or(|python| python.allows(interpreter.release))
        && is_build(fence.build.as_deref(), interpreter)
}

fn rewrite_fence(
    guide: &Guide<'_>,
    fence: &OutputFence,
    judged: &[(&Interpreter, &Transcript, String)],
    beside: bool,
    rewriting: &mut Rewriting,
) {
    let is_true = |(_, transcript, stdout): &(&Interpreter, &Transcript, String)| {
        if fence.whole.is_some() {
            return is_whole(fence, &fence.text, stdout);
        }
        are_shown(&[&fence.text], transcript, stdout)
    };
    if judged.iter().all(is_true) {
        return;
    }
    let whole = &guide.document.fences[fence.fence];
    if !is_shown_as_it_stands(guide, fence) {
        let message =
            "a tab before its lines is part of them: indent it by blanks, or mend it by hand";
        return rewriting.refuse(&whole.span, message);
    }
    if beside {
        let message =
            "several fences show parts of one output, and this one is false: mend it by hand";
        return rewriting.refuse(&whole.span, message);
    }
    let texts: Vec<(&Interpreter, String)> = (judged.iter())
        .map(|(interpreter, transcript, stdout)| {
            let wanted = match fence.whole {
                Some(_) => wanted_whole(fence, stdout),
                None => Old::new(&fence.text, stdout).wanted(transcript, stdout),
            };
            (*interpreter, wanted)
        })
        .collect();
    if let Some(reason) = texts
        .iter()
        .find_map(|(_, text)| unshowable(guide, whole, text))
    {
        return rewriting.refuse(&whole.span, reason);
    }
    let existing = fence.python.as_ref().map(|python| python.text.as_str());
    let groups = conditions(&texts, existing);
    match groups.as_slice() {
        [only] => {
            let shown = shown(guide, fence, whole);
            let wanted: Vec<String> = only.text.lines().map(str::to_owned).collect();
            rewriting.edits.extend(shown.replace(&wanted));
        }
        several => match split(guide, fence, whole, several) {
            Ok(edits) => {
                rewriting.edits.extend(edits);
                rewriting.added_fences += several.len() - 1;
            }
            Err(reason) => rewriting.refuse(&whole.span, reason),
        },
    }
}

/// Says whether each line shown stands so in the guide; a partly used tab stands for blanks that it has not.
fn is_shown_as_it_stands(guide: &Guide<'_>, fence: &OutputFence) -> bool {
    let spans = fence.text.line_spans();
    let mut lines = fence.text.lines().zip(spans);
    lines.all(|(line, span)| line.trim().is_empty() || guide.text[span] == *line)
}

/// Returns what a fence that is a whole output should show, its patterns kept where they still match.
fn wanted_whole(fence: &OutputFence, stdout: &str) -> String {
    if is_whole(fence, &fence.text, stdout) {
        return fence.text.to_string();
    }
    let kept = keep_patterns(&fence.text, stdout);
    if is_whole(fence, &kept, stdout) {
        kept
    } else {
        stdout.to_owned()
    }
}

/// Says why a fence cannot show a text, if it cannot.
fn unshowable(guide: &Guide<'_>, whole: &Fence, text: &str) -> Option<&'static str> {
    let first = text.lines().find(|line| !line.trim().is_empty());
    let named = matches!(
        whole.info.split_whitespace().next(),
        Some("output" | "pytb")
    );
    if first.is_none() {
        return Some("nothing is printed any more: remove the fence");
    }
    let looks_otherwise =
        first.is_some_and(|line| line.trim_start().starts_with(['$', '>']) && !named);
    if looks_otherwise || !is_showable(text) {
        return Some("what is printed cannot be shown in this fence: mend it by hand");
    }
    let marker = marker(guide, whole).map_or("", |(_, marker)| marker);
    let closes = |line: &str| !marker.is_empty() && line.trim_start().starts_with(marker);
    text.lines()
        .any(closes)
        .then_some("what is printed would close the fence: give it a longer one")
}

/// Returns where the marks of a fence begin, and the marks.
fn marker<'a>(guide: &Guide<'a>, whole: &Fence) -> Option<(usize, &'a str)> {
    if whole.kind == FenceKind::Indented {
        return None;
    }
    let text = &guide.text[whole.span.clone()];
    let at = text.find("```").into_iter().chain(text.find("~~~")).min()?;
    let mark = text[at..].chars().next()?;
    let length = text[at..].len() - text[at..].trim_start_matches(mark).len();
    Some((whole.span.start + at, &text[at..at + length]))
}

fn shown<'a>(guide: &Guide<'a>, fence: &OutputFence, whole: &Fence) -> Shown<'a> {
    let spans = fence.text.line_spans();
    let first = spans.first().map(|span| span.start);
    let above = if let Some(first) = first {
        end_of_line_above(guide.text, first)
    } else {
        let opening = &guide.text[whole.span.start..];
        whole.span.start + opening.find(['\n', '\r']).unwrap_or(opening.len())
    };
    let prefix = match first {
        Some(first) => prefix_below(guide.text, first),
        None => closing_prefix(guide, whole).unwrap_or_default(),
    };
    Shown {
        guide: guide.text,
        spans,
        above,
        prefix,
    }
}

/// Returns what stands before the closing marks: the prefix of every line of the container.
fn closing_prefix(guide: &Guide<'_>, whole: &Fence) -> Option<String> {
    let end = guide.text[whole.span.clone()].trim_end().len() + whole.span.start;
    let start = line_start(guide.text, end);
    let line = &guide.text[start..end];
    let at = line.find("```").or_else(|| line.find("~~~"))?;
    let opening = line_start(guide.text, whole.span.start);
    (start > opening).then(|| line[..at].to_owned())
}

/// Writes one fence for each group of versions: the first where the old one stands, the others below.
fn split(
    guide: &Guide<'_>,
    fence: &OutputFence,
    whole: &Fence,
    groups: &[Conditioned],
) -> Result<Vec<Edit>, &'static str> {
    let by_hand = "the output differs between versions: give each its own fence with `python=`";
    let (Some((opening, marks)), Some(prefix)) =
        (marker(guide, whole), closing_prefix(guide, whole))
    else {
        return Err(by_hand);
    };
    if whole.kind != FenceKind::Fenced {
        return Err(by_hand);
    }
    let line_end = line_end(guide.text, opening);
    let comment = condition_edit(guide, fence, opening, &prefix, &groups[0]).ok_or(by_hand)?;
    let first: Vec<String> = groups[0].text.lines().map(str::to_owned).collect();
    let mut edits = vec![comment];
    edits.extend(shown(guide, fence, whole).replace(&first));
    let end = whole.span.start + guide.text[whole.span.clone()].trim_end().len();
    let head = opening_line(guide, opening);
    let mut added = String::new();
    for group in &groups[1..] {
        let mut lines = vec![String::new(), label(guide, group), String::new()];
        lines.push(directive(group));
        lines.push(head.to_owned());
        lines.extend(group.text.lines().map(str::to_owned));
        lines.push(marks.to_owned());
        for line in lines {
            added.push_str(line_end);
            added.push_str(&prefixed(&prefix, &line));
        }
    }
    edits.push(Edit {
        start: end,
        end,
        replacement: added,
    });
    Ok(edits)
}

fn opening_line<'a>(guide: &Guide<'a>, opening: usize) -> &'a str {
    let rest = &guide.text[opening..];
    rest[..rest.find(['\n', '\r']).unwrap_or(rest.len())].trim_end()
}

/// Writes fences for every group below a block that has none: what its comments claimed.
pub(super) fn fences_below(
    guide: &Guide<'_>,
    whole: &Fence,
    groups: &[Conditioned],
) -> Option<Edit> {
    let (opening, marks) = marker(guide, whole)?;
    let prefix = closing_prefix(guide, whole)?;
    let is_plain = |group: &Conditioned| {
        is_showable(&group.text) && !group.text.contains(marks) && !group.text.trim().is_empty()
    };
    if whole.kind != FenceKind::Fenced || !groups.iter().all(is_plain) {
        return None;
    }
    let line_end = line_end(guide.text, opening);
    let end = whole.span.start + guide.text[whole.span.clone()].trim_end().len();
    let mut added = String::new();
    for group in groups {
        let mut lines = vec![String::new(), label(guide, group), String::new()];
        lines.extend([directive(group), format!("{marks}text")]);
        lines.extend(group.text.lines().map(|line| line.trim_end().to_owned()));
        lines.push(marks.to_owned());
        for line in lines {
            added.push_str(line_end);
            added.push_str(&prefixed(&prefix, &line));
        }
    }
    Some(Edit {
        start: end,
        end,
        replacement: added,
    })
}

fn directive(group: &Conditioned) -> String {
    let python = group
        .python
        .as_ref()
        .map(|python| format!(" python=\"{python}\""));
    let build = group.build.map(|build| format!(" build={}", build.name()));
    format!(
        "<!-- fencepost:{}{} -->",
        python.unwrap_or_default(),
        build.unwrap_or_default()
    )
}

/// A label in the language of the guide, so that readers see what the comment hides from them.
fn label(guide: &Guide<'_>, group: &Conditioned) -> String {
    let is_russian = guide.text.chars().any(|letter| matches!(letter, 'а'..='я'));
    let build = match group.build {
        Some(build) if build != crate::plan::Build::Default => format!(" ({})", build.name()),
        _ => String::new(),
    };
    let (word, versions) = (
        if is_russian {
            "Вывод на"
        } else {
            "Output on"
        },
        &group.versions,
    );
    format!("{word} {versions}{build}:")
}

/// Puts the condition of the first group above its fence, or narrows the one that stands there.
fn condition_edit(
    guide: &Guide<'_>,
    fence: &OutputFence,
    opening: usize,
    prefix: &str,
    group: &Conditioned,
) -> Option<Edit> {
    let comment = comment_above(guide.text, opening);
    if fence.python.is_none() && fence.build.is_none() {
        // Another directive of ours stands there already: two conditions would be none.
        if comment.is_some() {
            return None;
        }
        let line_end = line_end(guide.text, opening);
        return Some(Edit {
            start: opening,
            end: opening,
            replacement: format!("{}{line_end}{prefix}", directive(group)),
        });
    }
    let old = fence.python.as_ref().map(|python| python.text.as_str())?;
    let comment = comment.filter(|_| group.build.is_none())?;
    let value = guide.text[comment.clone()].find(old)?;
    Some(Edit {
        start: comment.start + value,
        end: comment.start + value + old.len(),
        replacement: group.python.clone()?,
    })
}

/// Returns the bytes of the directive comment directly above a fence.
fn comment_above(text: &str, opening: usize) -> Option<Span> {
    let mut end = line_start(text, opening);
    loop {
        end = text[..end].trim_end().len();
        let line = &text[line_start(text, end)..end];
        let is_mark_of_quote =
            !line.is_empty() && line.chars().all(|mark| matches!(mark, '>' | ' '));
        if !is_mark_of_quote {
            break;
        }
        end -= line.len();
    }
    let above = &text[..end];
    let start = above.rfind("<!--").filter(|_| above.ends_with("-->"))?;
    let is_ours = above[start + 4..].trim_start().starts_with("fencepost:");
    is_ours.then_some(start..end)
}
