//! Claims in comments, rewritten to what was printed beside them; where interpreters differ they
//! move into output fences with conditions.

use crate::compare::claims::{InlineClaim, align, as_laid_out, inline_claims, printed_lines};
use crate::compare::pattern::matches_line;
use crate::execute::{Analysis, PrintSite};
use crate::extract::Block;
use crate::normalise::mask_addresses;
use crate::plan::Interpreter;
use crate::position::Span;

use super::conditions::conditions;
use super::fences::fences_below;
use super::lines::{add_at, end_of_line_above, is_showable, line_end, line_start, may_end_quotes};
use super::{Edit, Guide, Outputs, Rewriting, Source};

/// Claims that stand together: one beside a print, or neighbouring lines below one.
struct Group<'a> {
    /// Index of the first of them among the block's claims.
    first: usize,
    claims: &'a [InlineClaim],
}

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
    let mut differing = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        let of_group: Vec<Option<&Vec<String>>> =
            wanted.iter().map(|wanted| wanted[at].as_ref()).collect();
        let claimed: Vec<&str> = group
            .claims
            .iter()
            .map(|claim| claim.text.as_str())
            .collect();
        let is_true = |lines: Option<&Vec<String>>| lines.is_some_and(|lines| *lines == claimed);
        if of_group.iter().copied().all(is_true) {
            continue;
        }
        let first = of_group[0];
        match first.filter(|_| of_group.iter().all(|lines| *lines == first)) {
            Some(lines) => rewrite_group(guide, block, group, lines, rewriting),
            None if of_group.contains(&None) => {
                let span = &block.line_spans[group.claims[0].line];
                let claim = claimed[0];
                let message = format!(
                    "it cannot be told which lines stand for the claim `{claim}`: mend it by hand"
                );
                guide.refuse(rewriting, span, message);
            }
            None => differing.push(group),
        }
    }
    if !differing.is_empty() {
        let texts: Vec<(&Interpreter, String)> = (outputs.iter().zip(stdouts))
            .map(|((interpreter, ..), stdout)| (*interpreter, stdout))
            .collect();
        move_to_fences(guide, source, index, &differing, &texts, rewriting);
    }
}

fn groups(claims: &[InlineClaim]) -> Vec<Group<'_>> {
    let mut first = 0;
    let together = |a: &InlineClaim, b: &InlineClaim| {
        !a.trailing && !b.trailing && a.print == b.print && a.line + 1 == b.line
    };
    (claims.chunk_by(together))
        .map(|claims| {
            let group = Group { first, claims };
            first += claims.len();
            group
        })
        .collect()
}

/// For each group the lines that it should claim; `None` where that cannot be told.
type Wanted = Vec<Option<Vec<String>>>;

fn wanted(
    block: &Block,
    analysis: &Analysis,
    claims: &[InlineClaim],
    groups: &[Group<'_>],
    stdout: &str,
) -> Wanted {
    let printed = printed_lines(stdout);
    let texts: Vec<String> = claims
        .iter()
        .map(|claim| mask_addresses(&claim.text))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut found = align(&texts, &printed);
    let by_print = prints_are_lines(block, &analysis.prints, printed.len());
    if by_print {
        for (index, claim) in claims.iter().enumerate() {
            if let Some(print) = claim.print.filter(|_| claim.trailing) {
                found[index] = matches_line(texts[index], printed[print]).then_some(print);
            }
        }
    }
    let whole = (0..analysis.prints.len())
        .all(|print| claims.iter().any(|claim| claim.print == Some(print)))
        && analysis.prints.iter().all(|print| print.once);
    let judged = Judged {
        claims,
        printed: &printed,
        found: &found,
        whole: whole && !analysis.prints.is_empty(),
    };
    let wanted: Wanted = (groups.iter())
        .map(|group| {
            let beside = group.claims[0]
                .print
                .filter(|_| group.claims[0].trailing && by_print);
            match beside {
                Some(print) => Some(judged.line(group, print)),
                None => judged.group(group),
            }
        })
        .collect();
    if judged.would_hold(&wanted) {
        wanted
    } else {
        judged.nothing_can_be_told(groups)
    }
}

/// Whether each print surely printed one line.
fn prints_are_lines(block: &Block, prints: &[PrintSite], printed: usize) -> bool {
    let plain = |print: &PrintSite| {
        let mut lines = (block.code.lines().skip(print.line)).take(print.end_line + 1 - print.line);
        print.once && lines.all(|line| !line.contains("end=") && !line.contains('\\'))
    };
    prints.len() == printed && prints.iter().all(plain)
}

struct Judged<'a> {
    claims: &'a [InlineClaim],
    printed: &'a [&'a str],
    found: &'a [Option<usize>],
    /// Whether the claims together are all that was printed.
    whole: bool,
}

impl Judged<'_> {
    /// Says whether the claims would be true once they are rewritten.
    fn would_hold(&self, wanted: &Wanted) -> bool {
        let lines: Vec<String> = (wanted.iter().flatten().flatten())
            .map(|line| mask_addresses(line))
            .collect();
        let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
        let is_partial = wanted.contains(&None);
        align(&lines, self.printed).iter().all(Option::is_some)
            && (is_partial || !self.whole || lines.len() == self.printed.len())
    }

    fn nothing_can_be_told(&self, groups: &[Group<'_>]) -> Wanted {
        let is_true = |group: &Group<'_>| {
            let mut own = group.first..group.first + group.claims.len();
            own.all(|at| self.found[at].is_some())
        };
        let claimed = |group: &Group<'_>| {
            group
                .claims
                .iter()
                .map(|claim| claim.text.clone())
                .collect()
        };
        let mut wanted: Wanted = (groups.iter())
            .map(|group| is_true(group).then(|| claimed(group)))
            .collect();
        if !wanted.contains(&None)
            && let Some(first) = wanted.first_mut()
        {
            *first = None;
        }
        wanted
    }

    fn line(&self, group: &Group<'_>, print: usize) -> Vec<String> {
        let claim = &group.claims[0];
        let text = if self.found[group.first].is_some() {
            claim.text.clone()
        } else {
            self.printed[print].to_owned()
        };
        vec![text]
    }

    fn group(&self, group: &Group<'_>) -> Option<Vec<String>> {
        let own = group.first..group.first + group.claims.len();
        let claimed = || {
            group
                .claims
                .iter()
                .map(|claim| claim.text.clone())
                .collect()
        };
        // The false claims around the group, between the nearest ones that are true.
        let start = (0..own.start)
            .rev()
            .take_while(|at| self.found[*at].is_none())
            .last();
        let start = start.unwrap_or(own.start);
        let more = (own.end..self.claims.len()).take_while(|at| self.found[*at].is_none());
        let end = own.end + more.count();
        let low = start
            .checked_sub(1)
            .map_or(Some(0), |at| Some(self.found[at]? + 1))?;
        let high = match self.found.get(end) {
            Some(found) => (*found)?,
            None => self.printed.len(),
        };
        let is_true = own.clone().all(|at| self.found[at].is_some());
        let region = self.printed.get(low..high).unwrap_or_default();
        if is_true
            && !(self.whole && start == own.start && end == own.end && region.len() != own.len())
        {
            return Some(claimed());
        }
        let mine = if self.whole && start == own.start && end == own.end {
            region
        } else if region.len() == end - start {
            &region[own.start - start..own.end - start]
        } else {
            return None;
        };
        let keep = |(at, line): (usize, &&str)| {
            let old = group.claims.get(at).map(|claim| claim.text.as_str());
            let masked = old.map(mask_addresses);
            match (old, masked) {
                (Some(old), Some(masked)) if matches_line(&masked, line) => old.to_owned(),
                _ => (*line).to_owned(),
            }
        };
        (!mine.is_empty()).then(|| mine.iter().enumerate().map(keep).collect())
    }
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
        let span = &block.line_spans[group.claims[0].line];
        let message = "what is printed cannot be claimed in this comment: mend it by hand";
        return guide.refuse(rewriting, span, message);
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
    let span = block.line_spans.get(claim.line)?;
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
    let below = fences_below(guide, whole, &conditions(texts, None)).filter(|_| !has_fences);
    if let (Some(removals), Some(below)) = (removals, below) {
        rewriting.edits.extend(removals);
        rewriting.edits.push(below);
    } else {
        let span = &block.line_spans[groups[0].claims[0].line];
        let message =
            "it is printed otherwise on other versions: show it in output fences with `python=`";
        guide.refuse(rewriting, span, message);
    }
}

/// Takes away a claim: its comment with the blanks before it, or its whole line.
fn removal(guide: &Guide<'_>, block: &Block, claim: &InlineClaim) -> Option<Edit> {
    if claim.quote.is_some() {
        return None;
    }
    let (start, end) = claim_bytes(guide, block, claim)?;
    let span = &block.line_spans[claim.line];
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
