//! A crude stand-in for Python's grammar: comments from `#` on, prints and quotes on lines of their own.

use fencepost::execute::{Analysis, Comment, PrintSite, Quote};

/// Finds comments, prints and quotes.
pub fn analysis(code: &str) -> Analysis {
    let lines: Vec<&str> = code.split('\n').collect();
    let mut analysis = Analysis::default();
    let (mut line, mut below_print) = (0, false);
    while line < lines.len() {
        let text = lines[line];
        if let Some(quote) = quote(&lines, line).filter(|_| below_print) {
            line = quote.line + quote.lines.len() + 1;
            analysis.quotes.push(quote);
            continue;
        }
        analysis.comments.extend(comment(text, line));
        below_print = text.trim_start().starts_with("print(");
        if below_print {
            analysis.prints.push(PrintSite {
                line,
                end_line: line,
                once: text.starts_with("print("),
            });
        }
        line += 1;
    }
    analysis
}

/// Returns code without its comments and quotes, line by line; lines that held nothing else are left out.
pub fn without_claims(code: &str, without_quotes: bool) -> Vec<String> {
    let analysis = analysis(code);
    let quotes = analysis.quotes.iter().filter(|_| without_quotes);
    let quoted: Vec<usize> = quotes
        .flat_map(|quote| quote.line..quote.line + quote.lines.len())
        .collect();
    let lines = (code.lines().enumerate()).filter(|(line, _)| !quoted.contains(line));
    let without = lines.map(|(line, text)| {
        let comment = (analysis.comments.iter()).find(|comment| comment.line == line);
        let column = comment.map_or(usize::MAX, |comment| comment.column);
        let code: String = text.chars().take(column).collect();
        (comment.is_some(), code.trim_end().to_owned())
    });
    without
        .filter(|(had_comment, code)| !(*had_comment && code.is_empty()))
        .map(|(_, code)| code)
        .collect()
}

fn comment(text: &str, line: usize) -> Option<Comment> {
    let at = text.find('#')?;
    Some(Comment {
        line,
        column: text[..at].chars().count(),
        text: text[at..].to_owned(),
        trailing: !text[..at].trim().is_empty(),
    })
}

/// The lines between quotes that open at a line.
fn quote(lines: &[&str], opening: usize) -> Option<Quote> {
    let mark = lines[opening].trim();
    if !matches!(mark, "\"\"\"" | "'''") {
        return None;
    }
    let column = lines[opening].len() - lines[opening].trim_start().len();
    let below = &lines[opening + 1..];
    // What a comment says may be rewritten, and ends no quote.
    let code = |line: &str| line.split('#').next().unwrap_or_default().contains(mark);
    let count = below.iter().position(|line| code(line))?;
    let is_own_line = below[count].trim() == mark;
    let within = |line: &&str| match line.get(..column) {
        Some(blanks) if blanks.trim().is_empty() => line[column..].to_owned(),
        _ => (*line).to_owned(),
    };
    (is_own_line && count > 0).then(|| Quote {
        line: opening + 1,
        column,
        lines: below[..count].iter().map(within).collect(),
    })
}
