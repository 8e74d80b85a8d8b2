//! «Версия → поведение»: each cell of a version table is a recorded line of that version.

use std::path::Path;

use fencepost::compare::expected::{Expectation, ExpectedFile};
use fencepost::plan::{Build, Label};

use super::guide::{Fence, Guide};
use super::{assert_none, faults_of};

/// Patch releases that the guides were recorded on.
const RECORDED: [&str; 4] = ["3.10.13", "3.11.7", "3.12.1", "3.13.0"];

/// A row: versions, and whole lines of output.
struct Row {
    line: usize,
    versions: Vec<String>,
    outputs: Vec<String>,
}

fn tables(guide: &Guide) -> Vec<(usize, String, Vec<Row>)> {
    let mut found = Vec::new();
    for (line, text) in guide.lines.iter().enumerate() {
        let Some(name) = text
            .split("Вывод примера `")
            .nth(1)
            .and_then(|rest| rest.split('`').next())
        else {
            continue;
        };
        if text.starts_with("| Версия") {
            let rows =
                (line + 2..guide.lines.len()).take_while(|at| guide.lines[*at].starts_with('|'));
            found.push((
                line,
                name.to_owned(),
                rows.map(|at| row(guide, at)).collect(),
            ));
        }
    }
    found
}

fn row(guide: &Guide, line: usize) -> Row {
    let text = guide.lines[line].replace("\\|", "\u{0}");
    let cells: Vec<&str> = text.split('|').collect();
    Row {
        line,
        versions: cells[1]
            .split(',')
            .map(|version| version.trim().to_owned())
            .collect(),
        outputs: snippets(cells[2]),
    }
}

/// Returns the texts between ticks of a cell; two ticks around hold one inside.
fn snippets(cell: &str) -> Vec<String> {
    let cell = cell.replace('\u{0}', "|");
    let mut rest = cell.as_str();
    let mut found = Vec::new();
    while let Some(start) = rest.find('`') {
        let ticks = rest[start..]
            .chars()
            .take_while(|character| *character == '`')
            .count();
        let fence = "`".repeat(ticks);
        let Some(length) = rest[start + ticks..].find(&fence) else {
            break;
        };
        let inside = &rest[start + ticks..start + ticks + length];
        found.push(inside.trim().to_owned());
        rest = &rest[start + 2 * ticks + length..];
    }
    found
}

/// Reads what was recorded for a guide; nothing where there is no file.
pub(super) fn expected(guide: &Guide) -> ExpectedFile {
    let name = guide.name.replace(".md", ".toml");
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("expected")
        .join(&name);
    ExpectedFile::read(&path, &name)
        .unwrap()
        .unwrap_or_default()
}

fn label(version: &str) -> Option<Label> {
    let mut numbers = version.split('.').map(|part| part.parse::<u64>().ok());
    let release = [numbers.next()??, numbers.next()??, 0];
    Some(Label {
        release,
        build: Build::Default,
    })
}

/// Returns the recorded lines of one version: stdout, and the last line of stderr.
fn lines(expectation: &Expectation, version: &str) -> Option<Vec<String>> {
    let wanted = label(version)?;
    let same =
        |label: &&Label| label.release[..2] == wanted.release[..2] && label.build == wanted.build;
    let (_, transcript) = expectation
        .transcripts
        .iter()
        .find(|(label, _)| same(label))?;
    let last = transcript.stderr.lines().last();
    Some(
        transcript
            .stdout
            .lines()
            .chain(last)
            .map(|line| line.trim().to_owned())
            .collect(),
    )
}

fn faults(guide: &Guide) -> Vec<String> {
    let file = expected(guide);
    let mut faults = Vec::new();
    for (line, name, rows) in tables(guide) {
        let Some(expectation) = file
            .expectations
            .iter()
            .find(|expectation| expectation.name == name)
        else {
            faults.push(guide.fault(line, &format!("`{name}` was not recorded")));
            continue;
        };
        faults.extend(
            rows.iter()
                .flat_map(|row| faults_of_row(guide, expectation, row)),
        );
        let distinct: std::collections::BTreeSet<&Vec<String>> =
            rows.iter().map(|row| &row.outputs).collect();
        if distinct.len() < 2 {
            faults.push(guide.fault(line, "all rows are alike"));
        }
        let mut named: Vec<&str> = rows
            .iter()
            .flat_map(|row| &row.versions)
            .map(String::as_str)
            .collect();
        named.sort_unstable();
        let recorded = RECORDED
            .iter()
            .filter(|version| lines(expectation, version).is_some());
        if !named.iter().eq(recorded) {
            faults.push(guide.fault(line, &format!("names {named:?}")));
        }
    }
    faults
}

fn faults_of_row(guide: &Guide, expectation: &Expectation, row: &Row) -> Vec<String> {
    let mut faults = Vec::new();
    for version in &row.versions {
        let recorded = lines(expectation, version).unwrap_or_default();
        for output in row
            .outputs
            .iter()
            .filter(|output| !recorded.contains(output))
        {
            faults.push(guide.fault(
                row.line,
                &format!("`{output}` was not printed on {version}"),
            ));
        }
    }
    if row.outputs.is_empty() {
        faults.push(guide.fault(row.line, "the cell shows no output"));
    }
    faults
}

#[test]
fn version_tables_equal_what_was_recorded() {
    assert_none(&faults_of(faults));
}

/// Says whether a question is marked as depending on the version.
fn is_starred(guide: &Guide, start: usize) -> bool {
    guide.lines[start..]
        .iter()
        .take(4)
        .any(|line| line.starts_with("> ★"))
}

#[test]
fn every_starred_question_has_a_table_and_conditioned_outputs() {
    assert_none(&faults_of(|guide| {
        let tables = tables(guide);
        let mut faults = Vec::new();
        for question in guide
            .questions()
            .iter()
            .filter(|question| is_starred(guide, question.lines.start))
        {
            if !tables
                .iter()
                .any(|(line, _, _)| question.lines.contains(line))
            {
                faults.push(guide.fault(question.lines.start, "has a star and no version table"));
            }
            let conditioned =
                |fence: &&Fence| fence.info != "python" && fence.value("python").is_some();
            if !guide.fences_in(&question.lines).iter().any(conditioned) {
                faults.push(guide.fault(
                    question.lines.start,
                    "has a star and no output fence with a condition",
                ));
            }
        }
        faults
    }));
}
