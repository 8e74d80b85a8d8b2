//! Draws a difference: lines removed and added, words changed within lines.

use std::io::{self, Write};

use owo_colors::OwoColorize;
use similar::{ChangeTag, TextDiff};

use super::safe;

/// More lines of a difference than this are counted, not shown.
const MOST_LINES: usize = 60;

/// Writes the lines that differ with up to three lines around them.
pub(crate) fn write(expected: &str, actual: &str, sink: &mut dyn Write) -> io::Result<()> {
    let (expected, actual) = ended_alike(safe::terminal(expected), safe::terminal(actual));
    let diff = TextDiff::from_lines(&expected, &actual);
    let mut shown = 0;
    let mut hidden = 0;
    for group in diff.grouped_ops(3) {
        for operation in &group {
            for change in diff.iter_inline_changes(operation) {
                if shown < MOST_LINES {
                    write_line(&change, sink)?;
                    shown += 1;
                } else {
                    hidden += 1;
                }
            }
        }
    }
    if hidden > 0 {
        writeln!(
            sink,
            "    … and {} more",
            crate::wording::count(hidden, "line")
        )?;
    }
    Ok(())
}

/// Gives both texts a final line feed where both lack it, since then it tells nothing.
fn ended_alike(mut expected: String, mut actual: String) -> (String, String) {
    if !expected.ends_with('\n') && !actual.ends_with('\n') {
        expected.push('\n');
        actual.push('\n');
    }
    (expected, actual)
}

fn write_line(change: &similar::InlineChange<'_, str>, sink: &mut dyn Write) -> io::Result<()> {
    let sign = match change.tag() {
        ChangeTag::Delete => '-',
        ChangeTag::Insert => '+',
        ChangeTag::Equal => ' ',
    };
    let mut line = String::new();
    for (changed, value) in change.iter_strings_lossy() {
        let value = value.trim_end_matches('\n');
        if changed {
            line.push_str(&value.bold().underline().to_string());
        } else {
            line.push_str(value);
        }
    }
    match change.tag() {
        ChangeTag::Delete => writeln!(sink, "    {}{}", sign.red(), line.red()),
        ChangeTag::Insert => writeln!(sink, "    {}{}", sign.green(), line.green()),
        ChangeTag::Equal => writeln!(sink, "    {sign}{line}"),
    }?;
    if change.missing_newline() {
        writeln!(sink, "      {}", "(no line feed at the end)".dimmed())?;
    }
    Ok(())
}
