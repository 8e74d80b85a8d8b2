//! Claimed lines against printed ones: which claim is which printed line.

use crate::compare::pattern::matches_line;

/// More pairs than this are not tried; the first claim that is not found in order is then the false one.
const MOST_PAIRS: usize = 4_000_000;

/// Returns for each claim the index of the printed line that it is, in order; `None` for a false one.
///
/// All are found exactly when the claims are an ordered subsequence of the printed lines.
pub(in crate::compare) fn align(claims: &[&str], printed: &[&str]) -> Vec<Option<usize>> {
    let greedy = align_greedily(claims, printed);
    if greedy.iter().all(Option::is_some) || claims.len().saturating_mul(printed.len()) > MOST_PAIRS
    {
        return greedy;
    }
    align_most(claims, printed)
}

fn align_greedily(claims: &[&str], printed: &[&str]) -> Vec<Option<usize>> {
    let mut from = 0;
    let find = |claim: &&str| {
        let found = (printed[from..].iter()).position(|line| matches_line(claim, line))?;
        from += found + 1;
        Some(from - 1)
    };
    claims.iter().map(find).collect()
}

/// What a false claim costs, and one for which no printed line is left beside.
const FALSE: u32 = 1000;
const WITHOUT_LINE: u32 = 1;

/// The alignment with the fewest false claims, and of those one in which most of them have a
/// printed line of their own. Printed lines that nothing claims cost nothing.
fn align_most(claims: &[&str], printed: &[&str]) -> Vec<Option<usize>> {
    let width = printed.len() + 1;
    let mut same = vec![false; claims.len() * width];
    let mut cost = vec![0_u32; (claims.len() + 1) * width];
    for i in (0..claims.len()).rev() {
        let rest = cost[(i + 1) * width + printed.len()];
        cost[i * width + printed.len()] = rest + FALSE + WITHOUT_LINE;
        for j in (0..printed.len()).rev() {
            let equal = matches_line(claims[i], printed[j]);
            same[i * width + j] = equal;
            let pair = cost[(i + 1) * width + j + 1] + if equal { 0 } else { FALSE };
            let skip = cost[i * width + j + 1];
            let drop_claim = cost[(i + 1) * width + j] + FALSE + WITHOUT_LINE;
            cost[i * width + j] = pair.min(skip).min(drop_claim);
        }
    }
    let mut found = vec![None; claims.len()];
    let (mut i, mut j) = (0, 0);
    while i < claims.len() && j < printed.len() {
        let here = cost[i * width + j];
        let equal = same[i * width + j];
        let pair = cost[(i + 1) * width + j + 1] + if equal { 0 } else { FALSE };
        if here == pair {
            found[i] = equal.then_some(j);
            (i, j) = (i + 1, j + 1);
        } else if here == cost[i * width + j + 1] {
            j += 1;
        } else {
            i += 1;
        }
    }
    found
}

/// Returns what was printed where the claim at `index` stands: the line at its place between its
/// neighbours that were found, or `None` where nothing is left there.
pub(super) fn printed_there<'a>(
    index: usize,
    found: &[Option<usize>],
    printed: &[&'a str],
) -> Option<&'a str> {
    let before = (0..index).rev().find_map(|at| Some((at, found[at]?)));
    let after = found[index..].iter().flatten().next();
    let (first_claim, first_line) = before.map_or((0, 0), |(at, line)| (at + 1, line + 1));
    let end = after.copied().unwrap_or(printed.len());
    let line = first_line + (index - first_claim);
    (line < end).then(|| printed[line])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn false_claims_are_those_that_break_the_order() {
        let printed = ["a", "b", "c"];
        assert_eq!(align(&["a", "c"], &printed), [Some(0), Some(2)]);
        let found = align(&["a", "x", "c"], &printed);
        assert_eq!(found, [Some(0), None, Some(2)]);
        assert_eq!(printed_there(1, &found, &printed), Some("b"));
        assert_eq!(align(&["x", "a"], &["a", "a", "b"]), [None, Some(1)]);
        assert_eq!(
            align(&["x", "[..]", "c"], &printed),
            [None, Some(1), Some(2)]
        );
        let found = align(&["c", "a"], &printed);
        assert_eq!(found.iter().flatten().count(), 1);
        let found = align(&["a", "b", "c", "d"], &printed);
        assert_eq!(found[3], None);
        assert_eq!(printed_there(3, &found, &printed), None);
    }
}
