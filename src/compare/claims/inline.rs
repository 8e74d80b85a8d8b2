//! Claims in comments: `#> value` below or beside a print, `# => value`, `# -> value`; and free
//! trailing comments, which are advice unless claims are strict.

use std::sync::LazyLock;

use regex::Regex;

use crate::discover::Claims;
use crate::execute::{Analysis, Comment, PrintSite};
use crate::extract::Block;
use crate::normalise::mask_addresses;

use super::align::{align, printed_there};
use super::quotes::{as_printed, quoted_claims};
use super::{ClaimFault, Judging, printed_lines};

static MARK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^#(?:>|\s*=>|\s*->)(?: (.*)|)$").expect("the pattern is a valid expression")
});

// Comments that speak to tools, and MkDocs annotations.
static FOR_TOOLS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:noqa|type:|pragma|pylint|fmt:|isort|ruff|mypy|nosec|doctest:|\(\d+\)!?)")
        .expect("the pattern is a valid expression")
});

static VALUE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^(?:-?[\d.]+(?:[eE][-+]?\d+)?j?|['"\[({<b].*['"\])}>]|True|False|None)$"#)
        .expect("the pattern is a valid expression")
});

/// One claimed line of stdout in a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::compare) struct InlineClaim {
    /// 0-based line in the block's code.
    pub(in crate::compare) line: usize,
    /// Characters of that line before the claimed text.
    pub(in crate::compare) column: usize,
    /// What it says is printed, as written.
    pub(in crate::compare) text: String,
    /// Whether code stands before it on its line.
    pub(in crate::compare) trailing: bool,
    /// Index of the print that it stands beside or below, if there is one.
    pub(in crate::compare) print: Option<usize>,
    /// Whether it is marked as output, not a free comment.
    pub(in crate::compare) marked: bool,
    /// Index of the quotes that it stands in, if it is no comment.
    pub(in crate::compare) quote: Option<usize>,
}

/// Finds the claims in a block's code: marked comments, free comments that trail a print, and quotes.
pub(in crate::compare) fn inline_claims(block: &Block, analysis: &Analysis) -> Vec<InlineClaim> {
    let mut claims: Vec<InlineClaim> = Vec::new();
    for comment in &analysis.comments {
        let print = print_of(comment, &analysis.prints);
        if let Some(captures) = MARK.captures(&comment.text) {
            let text = captures.get(1).map_or("", |text| text.as_str());
            let before = comment.text.trim_end().chars().count() - text.trim_end().chars().count();
            claims.push(InlineClaim {
                line: comment.line,
                column: comment.column + before,
                text: text.trim_end().to_owned(),
                trailing: comment.trailing,
                print,
                marked: true,
                quote: None,
            });
        } else if comment.trailing && print.is_some() {
            claims.extend(free_claim(comment, print));
        }
    }
    if block.reads_quotes && !analysis.quotes.is_empty() {
        claims.extend(quoted_claims(analysis));
        claims.sort_by_key(|claim| claim.line);
    }
    claims
}

/// The last print beside a trailing comment, or above a comment on its own line.
fn print_of(comment: &Comment, prints: &[PrintSite]) -> Option<usize> {
    if comment.trailing {
        prints
            .iter()
            .rposition(|print| (print.line..=print.end_line).contains(&comment.line))
    } else {
        prints
            .iter()
            .rposition(|print| print.end_line < comment.line)
    }
}

fn free_claim(comment: &Comment, print: Option<usize>) -> Option<InlineClaim> {
    let text = comment.text.trim_start_matches('#').trim();
    let is_for_tools = FOR_TOOLS.is_match(text) || text.is_empty();
    (!is_for_tools).then(|| InlineClaim {
        line: comment.line,
        column: comment.column + comment.text.chars().count() - text.chars().count(),
        text: text.to_owned(),
        trailing: true,
        print,
        marked: false,
        quote: None,
    })
}

/// Judges the claims of one block that printed `stdout`.
pub(super) fn faults(
    judging: &Judging<'_>,
    block: &Block,
    analysis: &Analysis,
    stdout: &str,
) -> Vec<ClaimFault> {
    let all = inline_claims(block, analysis);
    let strict = judging.claims == Claims::Strict;
    let (stated, advised): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|claim| claim.marked || strict);
    let stated: Vec<InlineClaim> = (stated.into_iter())
        .filter(|claim| claim.text != "...")
        .collect();
    let printed = printed_lines(stdout);
    let stated = as_printed(&stated, &printed);
    let mut faults = Vec::new();
    if !stated.is_empty() {
        let place = Place {
            judging,
            block,
            analysis,
            printed: &printed,
        };
        faults = place.stated(&stated);
    }
    for claim in advised.iter().filter(|claim| VALUE.is_match(&claim.text)) {
        let once = claim.print.is_some_and(|print| analysis.prints[print].once);
        let claimed = mask_addresses(&claim.text);
        if once && align(&[&claimed], &printed)[0].is_none() {
            let message = format!("the comment says `{}`, which is not printed", claim.text);
            let line = judging.guide_line(block, claim.line);
            let fault = ClaimFault::new(message, claimed, printed.join("\n"), line);
            faults.push(fault.advice());
        }
    }
    faults
}

impl Judging<'_> {
    /// Returns the 1-based guide line of a 0-based line of a block's code.
    pub(super) fn guide_line(&self, block: &Block, line: usize) -> usize {
        let span = block.code.line_span(line);
        let span = span.or_else(|| block.code.last_line_span());
        span.map_or(self.example.position.line, |span| self.line(span.start))
    }
}

/// The block whose claims are judged, and what it printed.
struct Place<'a> {
    judging: &'a Judging<'a>,
    block: &'a Block,
    analysis: &'a Analysis,
    printed: &'a [&'a str],
}

impl Place<'_> {
    fn stated(&self, claims: &[InlineClaim]) -> Vec<ClaimFault> {
        let texts: Vec<String> = (claims.iter())
            .map(|claim| mask_addresses(&claim.text))
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let mut found = align(&texts, self.printed);
        self.hold_to_prints(claims, &texts, &mut found);
        let mut faults: Vec<ClaimFault> = (0..claims.len())
            .filter(|index| found[*index].is_none())
            .map(|index| self.false_claim(&claims[index], index, &found))
            .collect();
        if faults.is_empty() && self.every_print_has_one(claims) {
            faults.extend(self.printed_more(claims, &found));
        }
        faults
    }

    /// Where each print surely printed one line, a claim beside it means that line and no other.
    fn hold_to_prints(&self, claims: &[InlineClaim], texts: &[&str], found: &mut [Option<usize>]) {
        if !self.prints_are_lines() {
            return;
        }
        for (index, claim) in claims.iter().enumerate() {
            if let Some(print) = claim.print.filter(|_| claim.trailing) {
                let is_line =
                    crate::compare::pattern::matches_line(texts[index], self.printed[print]);
                found[index] = is_line.then_some(print);
            }
        }
    }

    fn prints_are_lines(&self) -> bool {
        let prints = &self.analysis.prints;
        let plain = |print: &PrintSite| {
            let lines = self.block.code.lines().skip(print.line);
            let mut lines = lines.take(print.end_line + 1 - print.line);
            print.once && lines.all(|line| !line.contains("end=") && !line.contains('\\'))
        };
        prints.len() == self.printed.len() && prints.iter().all(plain)
    }

    fn every_print_has_one(&self, claims: &[InlineClaim]) -> bool {
        let prints = &self.analysis.prints;
        let has_one = |index| claims.iter().any(|claim| claim.print == Some(index));
        !prints.is_empty()
            && prints.iter().all(|print| print.once)
            && (0..prints.len()).all(has_one)
    }

    fn false_claim(
        &self,
        claim: &InlineClaim,
        index: usize,
        found: &[Option<usize>],
    ) -> ClaimFault {
        let beside = claim
            .print
            .filter(|_| claim.trailing && self.prints_are_lines());
        let printed = match beside {
            Some(print) => Some(self.printed[print]),
            None => printed_there(index, found, self.printed),
        };
        let message = match (claim.print, printed) {
            (None, _) => format!(
                "the claim `{}` cannot be attributed: no print stands at it, and nothing printed it",
                claim.text
            ),
            (Some(_), Some(printed)) => {
                format!(
                    "the guide claims `{}`, and it printed `{printed}`",
                    claim.text
                )
            }
            (Some(_), None) => format!(
                "the guide claims `{}`, and nothing more was printed there",
                claim.text
            ),
        };
        let line = self.judging.guide_line(self.block, claim.line);
        let printed = printed.unwrap_or_default().to_owned();
        ClaimFault::new(message, claim.text.clone(), printed, line)
    }

    /// Every print has its claim, so what no claim shows is a difference too.
    fn printed_more(&self, claims: &[InlineClaim], found: &[Option<usize>]) -> Option<ClaimFault> {
        let extra = (0..self.printed.len()).find(|line| !found.contains(&Some(*line)))?;
        let claimed: Vec<&str> = claims.iter().map(|claim| claim.text.as_str()).collect();
        let nearest = (found.iter().zip(claims).rev())
            .find(|(line, _)| line.is_some_and(|line| line < extra))
            .map_or(&claims[0], |(_, claim)| claim);
        Some(ClaimFault::new(
            format!("it printed `{}`, which no claim shows", self.printed[extra]),
            claimed.join("\n"),
            self.printed.join("\n"),
            self.judging.guide_line(self.block, nearest.line),
        ))
    }
}
