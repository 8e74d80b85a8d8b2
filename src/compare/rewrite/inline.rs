//! Claims in comments, rewritten to what was printed beside them; where interpreters differ they
//! move into output fences with conditions.

use crate::compare::claims::{InlineClaim, as_laid_out, inline_claims};
use crate::execute::Analysis;
use crate::extract::Block;
use crate::plan::Interpreter;
use crate::position::Span;

use super::conditions::conditions;
use super::fences::fences_below;
use super::lines::{add_at, end_of_line_above, is_showable, line_end, line_start, may_end_quotes};
use super::wanted::{Group, Wanted, are_whole, groups, wanted};
use super::{Edit, Guide, Outputs, Rewriting, Source};

/// Rewrites the false claims in the comments of one block.
pub(super) fn rewrite(
    guide: &Guide<'_>,
    source: &Source<'_>,
    index: usize,
    outputs: &Outputs<'_>,
    rewriting: &mut Rewriting,
) {
    let block = &source.example.blocks[index];
    let Some(analysis) = source.analyses.get(index) else {
        return;
    };
    let claims: Vec<InlineClaim> = (inline_claims(block, analysis).into_iter())
        .filter(|claim| (claim.marked || guide.strict) && claim.text != "...")
        .collect();
    let stdouts: Vec<String> = (outputs.iter().map(|run| run.2.concat())).collect();
    let claims = as_laid_out(claims, &stdouts);
    let groups = groups(&claims);
    let wanted: Vec<Wanted> = (stdouts.iter())
        .map(|stdout| wanted(block, analysis, &claims, &groups, stdout))
        .collect();
    let needs: Vec<Need<'_>> = (groups.iter().enumerate())
        .map(|(at, group)| need(group, &wanted, at))
        .collect();
    let differing = differing(analysis, &groups, &needs);
    for (group, need) in groups.iter().zip(needs) {
        match need {
            Need::Untold => {
                let claim = &group.claims[0];
                let message = format!(
                    "it cannot be told which lines stand for the claim `{}`: mend it by hand",
                    claim.text
                );
                rewriting.refuse(&span_of(block, claim), message);
            }
            Need::Alike(lines) if differing.len() < groups.len() => {
                rewrite_group(guide, block, group, lines, rewriting);
            }
            Need::Alike(_) | Need::True | Need::Differing => (),
        }
    }
    if !differing.is_empty() {
        let texts: Vec<(&Interpreter, String)> = (outputs.iter().zip(stdouts))
            .map(|((interpreter, ..), stdout)| (*interpreter, stdout))
            .collect();
        move_to_fences(guide, source, index, &differing, &texts, rewriting);
    }
}

/// What becomes of a group of claims.
enum Need<'a> {
    /// It is true on every interpreter.
    True,
    /// It should claim these lines on every interpreter.
    Alike(&'a [String]),
    /// It should claim one thing here and another there.
    Differing,
    /// It cannot be told what it should claim.
    Untold,
}

/// Tells it by what each run tells that the group, which has this index, should claim.
fn need<'a>(group: &Group<'_>, wanted: &'a [Wanted], at: usize) -> Need<'a> {
    let told: Option<Vec<&[String]>> = (wanted.iter())
        .map(|wanted| wanted[at].as_deref())
        .collect();
    let Some(told) = told else {
        return Need::Untold;
    };
    let claimed = group.claims.iter().map(|claim| &claim.text);
    match told.as_slice() {
        all if all.iter().all(|lines| lines.iter().eq(claimed.clone())) => Need::True,
        [first, rest @ ..] if rest.iter().all(|lines| lines == first) => Need::Alike(first),
        _ => Need::Differing,
    }
}

/// Returns the groups that move into fences: those that differ, or all where those that stayed would
/// claim to be everything that is printed.
fn differing<'a>(
    analysis: &Analysis,
    groups: &'a [Group<'a>],
    needs: &[Need<'_>],
) -> Vec<&'a Group<'a>> {
    let differs = |need: &Need<'_>| matches!(need, Need::Differing);
    if !needs.iter().any(differs) {
        return Vec::new();
    }
    let staying: Vec<InlineClaim> = (groups.iter().zip(needs))
        .filter(|(_, need)| !differs(need))
        .flat_map(|(group, _)| group.claims.iter().cloned())
        .collect();
    let all_go =
        are_whole(analysis, &staying) && !needs.iter().any(|need| matches!(need, Need::Untold));
    (groups.iter().zip(needs))
        .filter(|(_, need)| all_go || differs(need))
        .map(|(group, _)| group)
        .collect()
}

fn rewrite_group(
    guide: &Guide<'_>,
    block: &Block,
    group: &Group<'_>,
    lines: &[String],
    rewriting: &mut Rewriting,
) {
    let spans: Option<Vec<(usize, usize)>> = (group.claims.iter())
        .map(|claim| claim_bytes(guide, block, claim))
        .collect();
    let in_quotes = group.claims[0].quote.is_some();
    let is_plain = |line: &String| {
        is_showable(line)
            && !line.contains("[..]")
            && line != "..."
            && !(in_quotes && may_end_quotes(line))
    };
    let kept = |line: &String| group.claims.iter().any(|claim| claim.text == *line);
    let can_be_shown = lines.iter().all(|line| is_plain(line) || kept(line));
    let is_one = !group.claims[0].trailing || lines.len() == 1;
    let (Some(spans), true, true) = (spans, can_be_shown, is_one) else {
        let span = &span_of(block, &group.claims[0]);
        let message = "what is printed cannot be claimed in this comment: mend it by hand";
        return rewriting.refuse(span, message);
    };
    let mut edits: Vec<Edit> = (spans.iter().zip(lines))
        .filter_map(|((start, end), line)| replaced(guide, *start..*end, line, in_quotes))
        .collect();
    let kept = spans.len().min(lines.len());
    let last = spans[kept - 1].1;
    if let Some((_, end)) = spans[kept..].last() {
        edits.push(Edit {
            start: last,
            end: *end,
            replacement: String::new(),
        });
    } else if lines.len() > kept {
        let start = line_start(guide.text, last);
        let claim_start = spans[kept - 1].0;
        let before = &guide.text[start..claim_start];
        let head = if in_quotes {
            before.to_owned()
        } else {
            format!("{} ", before.trim_end())
        };
        let line_end = line_end(guide.text, last);
        let added: String = (lines[kept..].iter())
            .map(|line| format!("{head}{line}"))
            .flat_map(|line| [line_end.to_owned(), line.trim_end().to_owned()])
            .collect();
        add_at(&mut edits, last, added);
    }
    rewriting.edits.extend(edits);
}

/// Replaces a claim's text; one blank stands between its mark and a text, and none before nothing.
fn replaced(guide: &Guide<'_>, span: Span, line: &str, in_quotes: bool) -> Option<Edit> {
    if guide.text[span.clone()] == *line {
        return None;
    }
    let before = &guide.text[..span.start];
    let (start, replacement) = if line.is_empty() {
        (before.trim_end_matches(' ').len(), String::new())
    } else if before.ends_with('>') && !in_quotes {
        (span.start, format!(" {line}"))
    } else {
        (span.start, line.to_owned())
    };
    Some(Edit {
        start,
        end: span.end,
        replacement,
    })
}

/// Returns the bytes of a claim's text; `None` where the guide does not hold that line itself.
fn claim_bytes(guide: &Guide<'_>, block: &Block, claim: &InlineClaim) -> Option<(usize, usize)> {
    let span = block.code.line_span(claim.line)?;
    let code = block.code.lines().nth(claim.line)?;
    let line = &guide.text[span.clone()];
    // A partly used tab stands for blanks that only the code has.
    let padding = code.len().checked_sub(line.len())?;
    if !code.ends_with(line) || !code[..padding].trim().is_empty() {
        return None;
    }
    let before: usize = code.chars().take(claim.column).map(char::len_utf8).sum();
    let start = span.start + before.checked_sub(padding)?;
    let end = start + claim.text.len();
    let is_there = guide.text.get(start..end) == Some(claim.text.as_str());
    is_there.then_some((start, end))
}

/// Takes away claims on which interpreters differ, and shows the whole output in fences below.
fn move_to_fences(
    guide: &Guide<'_>,
    source: &Source<'_>,
    index: usize,
    groups: &[&Group<'_>],
    texts: &[(&Interpreter, String)],
    rewriting: &mut Rewriting,
) {
    let block = &source.example.blocks[index];
    let whole = &guide.document.fences[block.fence];
    let has_fences = source
        .example
        .outputs
        .iter()
        .any(|fence| fence.block == index);
    let removals: Option<Vec<Edit>> = (groups.iter().flat_map(|group| group.claims))
        .map(|claim| removal(guide, block, claim))
        .collect();
    let conditions = conditions(texts, None);
    // What a person put in for what may vary must not become what was printed once.
    let mut claims = groups.iter().flat_map(|group| group.claims);
    let has_patterns = claims.any(|claim| claim.text.contains("[..]"));
    let below = fences_below(guide, whole, &conditions).filter(|_| !has_fences && !has_patterns);
    if let (Some(removals), Some(below)) = (removals, below) {
        rewriting.edits.extend(removals);
        rewriting.edits.push(below);
        rewriting.added_fences += conditions.len();
    } else {
        let span = &span_of(block, &groups[0].claims[0]);
        let message =
            "it is printed otherwise on other versions: show it in output fences with `python=`";
        rewriting.refuse(span, message);
    }
}

/// Returns the guide's bytes of the line that a claim stands on.
fn span_of(block: &Block, claim: &InlineClaim) -> Span {
    let span = block.code.line_span(claim.line);
    span.expect("a claim stands on a line of its block")
}

/// Takes away a claim: its comment with the blanks before it, or its whole line.
fn removal(guide: &Guide<'_>, block: &Block, claim: &InlineClaim) -> Option<Edit> {
    if claim.quote.is_some() {
        return None;
    }
    let (start, end) = claim_bytes(guide, block, claim)?;
    let span = span_of(block, claim);
    let from = if claim.trailing {
        let hash = guide.text[span.start..start].rfind('#')? + span.start;
        span.start + guide.text[span.start..hash].trim_end().len()
    } else {
        end_of_line_above(guide.text, span.start)
    };
    Some(Edit {
        start: from,
        end: end.max(span.end),
        replacement: String::new(),
    })
}
