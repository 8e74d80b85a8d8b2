//! What Python's grammar says of code whose claims are rewritten, without asking it again.
//!
//! Only comments and the lines of quotes change, so that everything else stays and merely moves.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::execute::{Analysis, Comment, PrintSite, Quote};
use crate::extract::Block;
use crate::position::LineIndex;

use super::Edit;
use super::lines::line_start;

/// Returns the analysis of a block after edits of its guide; `None` where Python may read other quotes.
pub(super) fn analysis_after(
    analysis: &Analysis,
    [before, after]: [&Block; 2],
    guide: &str,
    edits: &[Edit],
) -> Option<Analysis> {
    let moved = Moved::new(before, guide, edits);
    let lines: Vec<&str> = after.code.split_terminator('\n').collect();
    if moved.count != lines.len() || moved.may_make_quotes(before, analysis) {
        return None;
    }
    let prints = analysis.prints.iter().map(|print| moved.print(print));
    let quotes = analysis.quotes.iter();
    let quotes: Option<Vec<Quote>> = quotes.map(|quote| moved.quote(quote, &lines)).collect();
    let quotes = quotes?;
    Some(Analysis {
        prints: prints.collect::<Option<_>>()?,
        comments: moved.comments(&analysis.comments, &quotes, &lines),
        quotes,
        ..analysis.clone()
    })
}

/// Where the lines of a block stand after edits.
struct Moved {
    /// By line; `None` for one that goes.
    to: Vec<Option<usize>>,
    /// How many lines there are then.
    count: usize,
}

impl Moved {
    fn new(before: &Block, guide: &str, edits: &[Edit]) -> Self {
        let spans = before.code.line_spans();
        let start = spans
            .first()
            .map_or(0, |span| line_start(guide, span.start));
        let end = spans.last().map_or(0, |span| span.end);
        // Each edit that adds lines, by where it ends.
        let added: Vec<(usize, usize)> = (edits.iter())
            .filter(|edit| (start..=end).contains(&edit.start))
            .map(|edit| (edit.end, LineIndex::new(&edit.replacement).lines() - 1))
            .collect();
        let mut kept = 0;
        let to = spans.iter().map(|span| {
            let start = line_start(guide, span.start);
            let goes = (edits.iter()).any(|edit| edit.start < start && edit.end >= span.end);
            let above = added.iter().filter(|(end, _)| *end < start);
            let above: usize = above.map(|(_, lines)| lines).sum();
            kept += usize::from(!goes);
            (!goes).then(|| kept - 1 + above)
        });
        let to = to.collect();
        let count = kept + added.iter().map(|(_, lines)| lines).sum::<usize>();
        Self { to, count }
    }

    fn line(&self, line: usize) -> Option<usize> {
        *self.to.get(line)?
    }

    /// Says whether the line above quotes goes, so that they may come to stand directly below a print.
    fn may_make_quotes(&self, before: &Block, analysis: &Analysis) -> bool {
        let mut lines = before.code.lines().enumerate().skip(1);
        lines.any(|(line, text)| {
            let is_mark = matches!(text.trim(), "\"\"\"" | "'''");
            let mut known = analysis.quotes.iter().map(around);
            is_mark && self.line(line - 1).is_none() && !known.any(|known| known.contains(&line))
        })
    }

    fn print(&self, print: &PrintSite) -> Option<PrintSite> {
        Some(PrintSite {
            line: self.line(print.line)?,
            end_line: self.line(print.end_line)?,
            once: print.once,
        })
    }

    fn quote(&self, quote: &Quote, lines: &[&str]) -> Option<Quote> {
        let around = around(quote);
        let line = self.line(around.start)? + 1;
        let shown = lines.get(line..self.line(around.end - 1)?)?;
        let blanks = " ".repeat(quote.column);
        Some(Quote {
            line,
            column: quote.column,
            lines: (shown.iter())
                .map(|line| line.strip_prefix(&blanks).unwrap_or(line).to_owned())
                .collect(),
        })
    }

    /// Returns the comments that stay, and those that are added below one.
    fn comments(&self, old: &[Comment], quotes: &[Quote], lines: &[&str]) -> Vec<Comment> {
        let kept = old.iter().filter_map(|comment| {
            let line = self.line(comment.line)?;
            comment_at(lines, line, comment.column, comment.trailing)
        });
        let stay: BTreeSet<usize> = self.to.iter().copied().flatten().collect();
        let is_quoted = |line: &usize| quotes.iter().any(|quote| around(quote).contains(line));
        let added = (0..lines.len()).filter(|line| !stay.contains(line) && !is_quoted(line));
        let added = added.filter_map(|line| {
            let column = lines[line].chars().position(|letter| letter == '#')?;
            comment_at(lines, line, column, false)
        });
        let mut comments: Vec<Comment> = kept.chain(added).collect();
        comments.sort_by_key(|comment| comment.line);
        comments
    }
}

/// The lines of a quote and of its marks.
fn around(quote: &Quote) -> Range<usize> {
    quote.line - 1..quote.line + quote.lines.len() + 1
}

fn comment_at(lines: &[&str], line: usize, column: usize, trailing: bool) -> Option<Comment> {
    let text: String = lines.get(line)?.chars().skip(column).collect();
    text.starts_with('#').then_some(Comment {
        line,
        column,
        text,
        trailing,
    })
}
