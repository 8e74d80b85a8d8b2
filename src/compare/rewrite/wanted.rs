//! What the claims in comments should say: which printed lines stand for which of them.

use crate::compare::claims::{InlineClaim, align, printed_lines};
use crate::compare::pattern::matches_line;
use crate::execute::{Analysis, PrintSite};
use crate::extract::Block;
use crate::normalise::mask_addresses;

/// Claims that stand together: one beside a print, or neighbouring lines below one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group<'a> {
    /// Index of the first of them among the block's claims.
    first: usize,
    pub(super) claims: &'a [InlineClaim],
}

/// Divides the claims of a block.
pub(super) fn groups(claims: &[InlineClaim]) -> Vec<Group<'_>> {
    let together = |a: &InlineClaim, b: &InlineClaim| {
        !a.trailing && !b.trailing && a.print == b.print && a.line + 1 == b.line
    };
    divided(claims, claims.chunk_by(together).map(<[_]>::len))
}

/// Divides claims into groups of these lengths.
fn divided(claims: &[InlineClaim], lengths: impl IntoIterator<Item = usize>) -> Vec<Group<'_>> {
    let mut first = 0;
    (lengths.into_iter())
        .map(|length| {
            let group = Group {
                first,
                claims: &claims[first..first + length],
            };
            first += length;
            group
        })
        .collect()
}

/// For each group the lines that it should claim; `None` where that cannot be told.
pub(super) type Wanted = Vec<Option<Vec<String>>>;

/// Tells for one run what each group should claim.
pub(super) fn wanted(
    block: &Block,
    analysis: &Analysis,
    claims: &[InlineClaim],
    groups: &[Group<'_>],
    stdout: &str,
) -> Wanted {
    let mut told = told(block, analysis, claims, groups, stdout);
    // What one group comes to may tell what its neighbours stand for.
    for _ in groups {
        if !told.contains(&None) {
            break;
        }
        let (claims, lengths) = mended(groups, &told);
        let more = self::told(block, analysis, &claims, &divided(&claims, lengths), stdout);
        if more == told {
            break;
        }
        told = more;
    }
    told
}

/// Returns the claims as they are once the groups of which it can be told are rewritten.
fn mended(groups: &[Group<'_>], wanted: &Wanted) -> (Vec<InlineClaim>, Vec<usize>) {
    let mut claims = Vec::new();
    let mut lengths = Vec::new();
    for (group, lines) in groups.iter().zip(wanted) {
        let before = claims.len();
        match lines {
            Some(lines) => claims.extend(lines.iter().map(|line| InlineClaim {
                text: line.clone(),
                ..group.claims[0].clone()
            })),
            None => claims.extend_from_slice(group.claims),
        }
        lengths.push(claims.len() - before);
    }
    (claims, lengths)
}

fn told(
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
    let judged = Judged {
        claims,
        printed: &printed,
        found: &found,
        whole: are_whole(analysis, claims),
    };
    let wanted: Wanted = (groups.iter())
        .map(|group| {
            let beside = group.claims[0]
                .print
                .filter(|_| group.claims[0].trailing && by_print);
            match beside {
                Some(print) => Some(judged.line(group, print)),
                None => judged
                    .group(group)
                    .or_else(|| judged.below(group, by_print)),
            }
        })
        .collect();
    if judged.would_hold(&wanted) {
        wanted
    } else {
        judged.nothing_can_be_told(groups)
    }
}

/// Says whether each print of a block surely runs once and has a claim: what they claim is everything then.
pub(super) fn are_whole(analysis: &Analysis, claims: &[InlineClaim]) -> bool {
    let is_claimed = |print| claims.iter().any(|claim| claim.print == Some(print));
    !analysis.prints.is_empty()
        && (0..analysis.prints.len()).all(is_claimed)
        && analysis.prints.iter().all(|print| print.once)
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

    /// The line of the print above a false claim, where each print surely printed one.
    fn below(&self, group: &Group<'_>, by_print: bool) -> Option<Vec<String>> {
        let claim = &group.claims[0];
        let is_own = group.claims.len() == 1 && claim.quote.is_none() && by_print;
        claim
            .print
            .filter(|_| is_own)
            .map(|print| self.line(group, print))
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
