//! The text form of an expected file, written for people who review it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::execute::Ending;
use crate::plan::Label;

use super::layers::{self, Fields};
use super::{Expectation, ExpectedFile, FIRST_LINE, labels};

/// The ending that a file does not mention.
pub(super) const USUAL_ENDING: Ending = Ending::Exited { code: 0 };

/// Writes the canonical text of a file.
pub(super) fn to_text(file: &ExpectedFile) -> String {
    to_text_under(FIRST_LINE, file)
}

/// Writes the same form under another first line.
pub(super) fn to_text_under(first_line: &str, file: &ExpectedFile) -> String {
    let expectations: Vec<Expectation> = (file.expectations.iter())
        .map(Expectation::canonical)
        .filter(|expectation| !expectation.transcripts.is_empty())
        .collect();
    let common = common_labels(&expectations);
    let mut text = format!("{first_line}\n");
    if !common.is_empty() {
        push_recorded(&mut text, &common);
    }
    if file.unsandboxed {
        text.push_str("unsandboxed = true\n");
    }
    for expectation in &expectations {
        push_expectation(&mut text, expectation, &common);
    }
    text
}

fn labels_of(expectation: &Expectation) -> BTreeSet<Label> {
    expectation.transcripts.keys().copied().collect()
}

/// Returns the label set of most examples; of equally common ones the larger, then the older.
fn common_labels(expectations: &[Expectation]) -> BTreeSet<Label> {
    let mut counts: BTreeMap<BTreeSet<Label>, usize> = BTreeMap::new();
    for expectation in expectations {
        *counts.entry(labels_of(expectation)).or_default() += 1;
    }
    let best = counts
        .iter()
        .rev()
        .max_by_key(|(labels, count)| (**count, labels.len()));
    best.map(|(labels, _)| labels.clone()).unwrap_or_default()
}

fn push_recorded(text: &mut String, recorded: &BTreeSet<Label>) {
    let names: Vec<String> = recorded
        .iter()
        .map(|label| labels::to_text(*label, recorded))
        .collect();
    push_list(text, "recorded", &names);
}

fn push_list(text: &mut String, key: &str, items: &[String]) {
    let quoted: Vec<String> = items.iter().map(|item| format!("\"{item}\"")).collect();
    let _ = writeln!(text, "{key} = [{}]", quoted.join(", "));
}

fn push_expectation(text: &mut String, expectation: &Expectation, common: &BTreeSet<Label>) {
    let recorded = labels_of(expectation);
    let Some(layers) = layers::split(&expectation.transcripts) else {
        return;
    };
    text.push_str("\n[[example]]\n");
    let _ = writeln!(text, "name = {}", one_line(&expectation.name));
    let _ = writeln!(text, "code = {}", one_line(&expectation.code));
    if recorded != *common {
        push_recorded(text, &recorded);
    }
    let base = &layers.base;
    push_fields(
        text,
        &Fields {
            stdout: Some(base.stdout.clone()).filter(|stdout| !stdout.is_empty()),
            stderr: Some(base.stderr.clone()).filter(|stderr| !stderr.is_empty()),
            ending: Some(base.ending.clone()).filter(|ending| *ending != USUAL_ENDING),
        },
    );
    for (part, fields) in &layers.overlays {
        text.push_str("\n[[example.overlay]]\n");
        push_list(text, "on", &labels::ranges(part, &recorded));
        push_fields(text, fields);
    }
}

fn push_fields(text: &mut String, fields: &Fields) {
    if let Some(ending) = &fields.ending {
        let _ = writeln!(text, "ending = {}", ending_text(ending));
    }
    if let Some(stdout) = &fields.stdout {
        let _ = writeln!(text, "stdout = {}", many_lines(stdout));
    }
    if let Some(stderr) = &fields.stderr {
        let _ = writeln!(text, "stderr = {}", many_lines(stderr));
    }
}

/// Writes an ending with the words of the JSON lines.
fn ending_text(ending: &Ending) -> String {
    match ending {
        Ending::Exited { code } => format!("{{ kind = \"exited\", code = {code} }}"),
        Ending::Signal { signal, number } => format!(
            "{{ kind = \"signal\", signal = {}, number = {number} }}",
            one_line(signal)
        ),
        Ending::TimedOut { limit_ms } => {
            format!("{{ kind = \"timed-out\", limit_ms = {limit_ms} }}")
        }
        Ending::TooMuchOutput { limit_bytes } => {
            format!("{{ kind = \"too-much-output\", limit_bytes = {limit_bytes} }}")
        }
        Ending::OutOfMemory { limit_bytes } => {
            format!("{{ kind = \"out-of-memory\", limit_bytes = {limit_bytes} }}")
        }
        Ending::Limit { limit } => {
            format!("{{ kind = \"limit\", limit = {} }}", one_line(limit))
        }
        Ending::CouldNotStart { reason } => format!(
            "{{ kind = \"could-not-start\", reason = {} }}",
            one_line(reason)
        ),
    }
}

/// Writes a basic string on one line.
fn one_line(text: &str) -> String {
    let mut written = String::from("\"");
    for character in text.chars() {
        match character {
            '\n' => written.push_str("\\n"),
            '"' => written.push_str("\\\""),
            other => push_character(&mut written, other),
        }
    }
    written.push('"');
    written
}

/// Writes a multi-line string: as it stands where that is safe, else with escapes.
fn many_lines(text: &str) -> String {
    if text.is_empty() {
        return "\"\"".to_owned();
    }
    let plain = !text.contains("'''")
        && !text.ends_with('\'')
        && !text
            .chars()
            .any(|character| character != '\n' && must_escape(character))
        && !text.split('\n').any(needs_care);
    if plain {
        return format!("'''\n{text}'''");
    }
    let lines: Vec<String> = text.split('\n').map(escaped_line).collect();
    format!("\"\"\"\n{}\"\"\"", lines.join("\n"))
}

/// Says whether a line would be hurt by editors or by git as it stands.
fn needs_care(line: &str) -> bool {
    line.ends_with(char::is_whitespace) || is_conflict_marker(line)
}

/// Says whether git would have written this line between two versions of a file.
pub(super) fn is_conflict_marker(line: &str) -> bool {
    ["<<<<<<< ", "||||||| ", ">>>>>>> "]
        .iter()
        .any(|marker| line.starts_with(marker))
        || line == "======="
}

/// Control and invisible characters, and those that turn the direction of text.
fn must_escape(character: char) -> bool {
    (character.is_control() && character != '\t')
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

fn escaped_line(line: &str) -> String {
    let mut written = String::with_capacity(line.len());
    let visible = line.trim_end().len();
    let marker = is_conflict_marker(line);
    for (offset, character) in line.char_indices() {
        let trailing = offset >= visible;
        if trailing || (marker && offset == 0) {
            push_escape(&mut written, character);
        } else if character == '"' && (written.ends_with('"') || offset + 1 == line.len()) {
            written.push_str("\\\"");
        } else {
            push_character(&mut written, character);
        }
    }
    written
}

fn push_character(written: &mut String, character: char) {
    match character {
        '\\' => written.push_str("\\\\"),
        character if must_escape(character) => push_escape(written, character),
        character => written.push(character),
    }
}

fn push_escape(written: &mut String, character: char) {
    let code = u32::from(character);
    let _ = match character {
        '\t' => write!(written, "\\t"),
        '\r' => write!(written, "\\r"),
        _ if code > 0xffff => write!(written, "\\U{code:08X}"),
        _ => write!(written, "\\u{code:04X}"),
    };
}
