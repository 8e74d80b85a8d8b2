//! Outputs of several lines in quotes below a print, as pytest-examples writes them.

use crate::execute::{Analysis, Quote};

use super::{InlineClaim, printed_lines};

/// Returns the lines that quotes claim, in order.
pub(super) fn quoted_claims(analysis: &Analysis) -> Vec<InlineClaim> {
    (analysis.quotes.iter().enumerate())
        .flat_map(|(index, quote)| {
            let print = (analysis.prints.iter()).rposition(|print| print.end_line < quote.line);
            let lines = quote.lines.iter().enumerate();
            lines.map(move |(at, text)| claim(quote, index, at, text, print))
        })
        .collect()
}

fn claim(quote: &Quote, index: usize, at: usize, text: &str, print: Option<usize>) -> InlineClaim {
    InlineClaim {
        line: quote.line + at,
        column: quote.column,
        text: text.trim_end().to_owned(),
        trailing: false,
        print,
        marked: true,
        quote: Some(index),
    }
}

/// Puts printed lines in the place of quotes that show them as a formatter lays values out: over
/// other lines, with commas before closing brackets.
pub(super) fn as_printed(claims: &[InlineClaim], printed: &[&str]) -> Vec<InlineClaim> {
    let mut laid_out = Vec::with_capacity(claims.len());
    for group in claims.chunk_by(|a, b| a.quote.is_some() && a.quote == b.quote) {
        match lines_of(group, printed) {
            Some(lines) => laid_out.extend(lines.iter().map(|line| InlineClaim {
                text: (*line).to_owned(),
                ..group[0].clone()
            })),
            None => laid_out.extend_from_slice(group),
        }
    }
    laid_out
}

/// Takes quotes that lay out what was printed everywhere for what was printed, so that they stay.
pub(in crate::compare) fn as_laid_out(
    claims: Vec<InlineClaim>,
    stdouts: &[String],
) -> Vec<InlineClaim> {
    let of = |stdout: &String| as_printed(&claims, &printed_lines(stdout));
    let Some(first) = stdouts.first().map(of) else {
        return claims;
    };
    if stdouts[1..].iter().all(|stdout| of(stdout) == first) {
        first
    } else {
        claims
    }
}

/// Finds the printed lines that a quote shows otherwise; `None` where it shows them as they are.
fn lines_of<'a>(group: &[InlineClaim], printed: &'a [&'a str]) -> Option<&'a [&'a str]> {
    group[0].quote?;
    let texts: Vec<&str> = group.iter().map(|claim| claim.text.as_str()).collect();
    if printed.windows(texts.len()).any(|lines| lines == texts) {
        return None;
    }
    let wanted = squeezed(&texts);
    (0..printed.len()).find_map(|start| {
        let mut length = 0;
        let after = (start..printed.len()).find(|at| {
            length += squeezed(&printed[*at..=*at]).len();
            length >= wanted.len()
        })?;
        let lines = &printed[start..=after];
        (squeezed(lines) == wanted).then_some(lines)
    })
}

/// A text without what laying out changes: blanks, line ends, commas before closing brackets, kinds of quotes.
fn squeezed(lines: &[&str]) -> String {
    let mut text = String::new();
    for letter in lines
        .concat()
        .chars()
        .filter(|letter| !letter.is_whitespace())
    {
        if matches!(letter, ')' | ']' | '}') && text.ends_with(',') {
            text.pop();
        }
        text.push(if letter == '"' { '\'' } else { letter });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quote(lines: &[&str]) -> Vec<InlineClaim> {
        let quote = Quote {
            line: 2,
            column: 0,
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        };
        quoted_claims(&Analysis {
            quotes: vec![quote],
            ..Analysis::default()
        })
    }

    #[track_caller]
    fn case(shown: &[&str], printed: &[&str], expected: &[&str]) {
        let claims = as_printed(&quote(shown), printed);
        let texts: Vec<&str> = claims.iter().map(|claim| claim.text.as_str()).collect();
        assert_eq!(texts, expected);
    }

    #[test]
    fn quotes_may_lay_values_out_otherwise() {
        case(&["a", "b"], &["a", "b"], &["a", "b"]);
        case(
            &["[", "    1,", "    2,", "]"],
            &["x", "[1, 2]"],
            &["[1, 2]"],
        );
        case(&["{", "  \"a\": 1", "}"], &["{'a': 1}"], &["{'a': 1}"]);
        case(
            &["[", "    1,", "    3,", "]"],
            &["[1, 2]"],
            &["[", "    1,", "    3,", "]"],
        );
        case(&["a b", "c"], &["a b c", "d"], &["a b c"]);
    }
}
