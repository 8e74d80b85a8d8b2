//! Text → expected file, with every problem at its line.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::execute::Ending;
use crate::normalise::Transcript;
use crate::plan::Label;
use crate::position::{LineIndex, Position, Span};
use crate::problem::Problem;
use crate::wording;

use super::layers::{self, Fields, Layers};
use super::text::{USUAL_ENDING, is_conflict_marker};
use super::{Expectation, ExpectedFile, FIRST_LINE, labels};

/// The code of every problem of an expected file.
const CODE: &str = "corrupt-expected";

/// Parses the text of an expected file.
pub(super) fn parse(name: &str, text: &str) -> Result<ExpectedFile, Vec<Problem>> {
    parse_under(FIRST_LINE, name, text)
}

/// Parses the same form under another first line.
pub(super) fn parse_under(
    first_line: &str,
    name: &str,
    text: &str,
) -> Result<ExpectedFile, Vec<Problem>> {
    // A checkout may have turned line ends; text with a printed `\r` never stands here unescaped.
    let text = text.replace("\r\n", "\n");
    if text.lines().next() != Some(first_line) {
        return Err(vec![wrong_first_line(first_line, name)]);
    }
    let conflicts = conflicts(name, &text);
    if !conflicts.is_empty() {
        return Err(conflicts);
    }
    let mut reader = Reader::new(name, &text);
    let (table, errors) = DeTable::parse_recoverable(&text);
    for error in &errors {
        reader.wrong(error.span().unwrap_or_default(), error.message());
    }
    let file = reader.file(table.get_ref());
    let mut problems = reader.problems;
    problems.sort_by_key(|problem| problem.position);
    if problems.is_empty() {
        Ok(file)
    } else {
        Err(problems)
    }
}

/// Returns the problem of a file that does not begin with `first_line`.
pub(super) fn wrong_first_line(first_line: &str, name: &str) -> Problem {
    let top = Position { line: 1, column: 1 };
    Problem::finding(CODE, format!("the first line is not `{first_line}`"))
        .at(name, top)
        .because("a file with another first line is not fencepost's, or is of another format")
        .hint("restore it from version control, or move it away and record again")
}

fn conflicts(name: &str, text: &str) -> Vec<Problem> {
    let marked: Vec<usize> = (text.lines().enumerate())
        .filter(|(_, line)| is_conflict_marker(line))
        .map(|(index, _)| index + 1)
        .collect();
    let surely = text
        .lines()
        .any(|line| is_conflict_marker(line) && line != "=======");
    if !surely {
        return Vec::new();
    }
    let problem = |line| {
        Problem::finding(CODE, "a merge conflict is not resolved")
            .at(name, Position { line, column: 1 })
            .hint("take either side whole and record again: recording in any order gives the same file")
    };
    marked.into_iter().map(problem).collect()
}

/// Reads tables and gathers what is wrong in them.
struct Reader<'a> {
    name: &'a str,
    text: &'a str,
    lines: LineIndex,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    fn new(name: &'a str, text: &'a str) -> Self {
        Self {
            name,
            text,
            lines: LineIndex::new(text),
            problems: Vec::new(),
        }
    }

    fn wrong(&mut self, span: Span, message: impl Into<String>) {
        let position = self.lines.position(self.text, span.start);
        let problem = Problem::finding(CODE, message).at(self.name, position);
        self.problems
            .push(problem.hint("mend the line, or delete the file and record again"));
    }

    fn file(&mut self, table: &DeTable<'_>) -> ExpectedFile {
        self.check_keys(table, &["recorded", "unsandboxed", "example"]);
        let recorded = (table.get("recorded")).map(|value| self.recorded(value));
        let unsandboxed = table
            .get("unsandboxed")
            .is_some_and(|value| self.flag(value));
        let mut file = ExpectedFile {
            expectations: Vec::new(),
            unsandboxed,
        };
        let mut names = BTreeSet::new();
        for (example, span) in self.tables(table, "example") {
            let expectation = self.expectation(example, &span, recorded.as_ref());
            if !names.insert(expectation.name.clone()) {
                let message = format!("two examples are named `{}`", expectation.name);
                self.wrong(span, message);
            }
            file.expectations.push(expectation);
        }
        file
    }

    fn expectation(
        &mut self,
        table: &DeTable<'_>,
        span: &Span,
        common: Option<&BTreeSet<Label>>,
    ) -> Expectation {
        let keys = [
            "name", "code", "recorded", "ending", "stdout", "stderr", "overlay",
        ];
        self.check_keys(table, &keys);
        let name = self.required(table, "name", span);
        let code = self.required(table, "code", span);
        let own = (table.get("recorded")).map(|value| self.recorded(value));
        let recorded = own.or_else(|| common.cloned()).unwrap_or_default();
        if recorded.is_empty() && self.problems.is_empty() {
            self.wrong(span.clone(), "`recorded` names no version");
        }
        let base = self.fields(table);
        let layers = Layers {
            base: Transcript {
                stdout: base.stdout.unwrap_or_default(),
                stderr: base.stderr.unwrap_or_default(),
                ending: base.ending.unwrap_or(USUAL_ENDING),
                blocks: Vec::new(),
                exception: None,
            },
            overlays: self.overlays(table, &recorded),
        };
        let expectation = Expectation {
            name,
            code,
            transcripts: layers::join(&layers, &recorded),
        };
        expectation.canonical()
    }

    fn overlays(
        &mut self,
        table: &DeTable<'_>,
        recorded: &BTreeSet<Label>,
    ) -> Vec<(BTreeSet<Label>, Fields)> {
        let mut overlays: Vec<(BTreeSet<Label>, Fields)> = Vec::new();
        for (overlay, span) in self.tables(table, "overlay") {
            self.check_keys(overlay, &["on", "ending", "stdout", "stderr"]);
            let on = if let Some(value) = overlay.get("on") {
                self.on(value, recorded)
            } else {
                self.wrong(
                    span.clone(),
                    "an overlay needs `on`, the versions it holds on",
                );
                BTreeSet::new()
            };
            let fields = self.fields(overlay);
            if fields == Fields::default() {
                self.wrong(span.clone(), "an overlay sets nothing");
            }
            for (earlier, others) in &overlays {
                if let Some(label) = earlier.intersection(&on).next()
                    && let Some(key) = common_key(others, &fields)
                {
                    self.wrong(
                        span.clone(),
                        format!("two overlays set `{key}` for {label}"),
                    );
                }
            }
            overlays.push((on, fields));
        }
        overlays
    }

    fn fields(&mut self, table: &DeTable<'_>) -> Fields {
        Fields {
            stdout: table.get("stdout").and_then(|value| self.string(value)),
            stderr: table.get("stderr").and_then(|value| self.string(value)),
            ending: table.get("ending").and_then(|value| self.ending(value)),
        }
    }

    fn recorded(&mut self, value: &Spanned<DeValue<'_>>) -> BTreeSet<Label> {
        let mut recorded = BTreeSet::new();
        for (text, span) in self.strings(value) {
            match labels::parse(&text) {
                Some(label) if !recorded.insert(label) => {
                    self.wrong(span, format!("`{text}` is named twice"));
                }
                Some(_) => {}
                None => self.wrong(
                    span,
                    format!("`{text}` is no version, such as `3.12` or `3.13t`"),
                ),
            }
        }
        if recorded.is_empty() {
            self.wrong(value.span(), "`recorded` names no version");
        }
        recorded
    }

    fn on(&mut self, value: &Spanned<DeValue<'_>>, recorded: &BTreeSet<Label>) -> BTreeSet<Label> {
        let mut on = BTreeSet::new();
        let texts = self.strings(value);
        if texts.is_empty() {
            self.wrong(value.span(), "`on` names no version");
        }
        for (text, span) in texts {
            match labels::expand(&text, recorded) {
                Some(part) if part.is_empty() => {
                    self.wrong(span, format!("`{text}` holds nothing that was recorded"));
                }
                Some(part) => on.extend(part),
                None => {
                    let message =
                        format!("`{text}` is no version or range, such as `3.12` or `3.12..3.13`");
                    self.wrong(span, message);
                }
            }
        }
        on
    }

    fn ending(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Ending> {
        let parsed = value
            .get_ref()
            .as_table()
            .ok_or_else(|| "it is not a table".to_owned())
            .and_then(|table| ending(table));
        match parsed {
            Ok(ending) => Some(ending),
            Err(why) => {
                let example = "`{ kind = \"exited\", code = 1 }`";
                let message = format!("`ending` is no ending, such as {example}: {why}");
                self.wrong(value.span(), message);
                None
            }
        }
    }

    fn check_keys(&mut self, table: &DeTable<'_>, known: &[&str]) {
        for (key, _) in table {
            if !known.contains(&key.get_ref().as_ref()) {
                let nearest = wording::nearest(key.get_ref(), known);
                let advice = nearest.map(|name| format!("; did you mean `{name}`?"));
                let message = format!(
                    "unknown key `{}`{}",
                    key.get_ref(),
                    advice.unwrap_or_default()
                );
                self.wrong(key.span(), message);
            }
        }
    }

    fn tables<'t, 'i>(
        &mut self,
        table: &'t DeTable<'i>,
        key: &str,
    ) -> Vec<(&'t DeTable<'i>, Span)> {
        let Some(value) = table.get(key) else {
            return Vec::new();
        };
        let items = value.get_ref().as_array();
        let tables: Option<Vec<_>> = items.and_then(|items| {
            (items.iter())
                .map(|item| Some((item.get_ref().as_table()?, item.span())))
                .collect()
        });
        tables.unwrap_or_else(|| {
            self.wrong(value.span(), format!("`{key}` is not a list of tables"));
            Vec::new()
        })
    }

    fn required(&mut self, table: &DeTable<'_>, key: &str, span: &Span) -> String {
        if let Some(value) = table.get(key) {
            return self.string(value).unwrap_or_default();
        }
        self.wrong(span.clone(), format!("an example needs `{key}`"));
        String::new()
    }

    fn string(&mut self, value: &Spanned<DeValue<'_>>) -> Option<String> {
        let text = value.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            self.wrong(value.span(), "a string is expected here");
        }
        text
    }

    fn flag(&mut self, value: &Spanned<DeValue<'_>>) -> bool {
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong(value.span(), "`true` or `false` is expected here");
        }
        flag.unwrap_or_default()
    }

    fn strings(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<(String, Span)> {
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(value.span(), "a list of strings is expected here");
            return Vec::new();
        };
        let read = |item| Some((self.string(item)?, item.span()));
        items.iter().filter_map(read).collect()
    }
}

fn common_key(a: &Fields, b: &Fields) -> Option<&'static str> {
    if a.stdout.is_some() && b.stdout.is_some() {
        Some("stdout")
    } else if a.stderr.is_some() && b.stderr.is_some() {
        Some("stderr")
    } else if a.ending.is_some() && b.ending.is_some() {
        Some("ending")
    } else {
        None
    }
}

/// Reads an ending by way of the form that JSON lines give it.
fn ending(table: &DeTable<'_>) -> Result<Ending, String> {
    let mut fields: BTreeMap<String, serde_json::Value> = BTreeMap::new();
    for (key, value) in table {
        let value = match value.get_ref() {
            DeValue::String(text) => serde_json::Value::from(text.as_ref()),
            DeValue::Integer(number) => {
                let number = i64::from_str_radix(number.as_str(), number.radix());
                serde_json::Value::from(number.map_err(|error| error.to_string())?)
            }
            _ => return Err(format!("`{}` is neither text nor number", key.get_ref())),
        };
        fields.insert(key.get_ref().to_string(), value);
    }
    let json = serde_json::to_value(fields).map_err(|error| error.to_string())?;
    serde_json::from_value(json).map_err(|error| error.to_string())
}
