//! Index and statistics of the tracks equal the files.

use super::guide::{Guide, anchor, folder};
use super::{assert_none, guides, track};

fn page(name: &str) -> Guide {
    guides()
        .into_iter()
        .find(|guide| guide.name == name)
        .unwrap_or_else(|| panic!("content/{name} is missing"))
}

/// Returns the number that follows a label such as `**Вопросов:** ` on a line of its own.
fn number(guide: &Guide, label: &str) -> Option<usize> {
    let line = guide
        .lines
        .iter()
        .find_map(|line| line.split_once(&format!("**{label}:** ")))?;
    line.1
        .split(|character: char| !character.is_ascii_digit())
        .find(|part| !part.is_empty())?
        .parse()
        .ok()
}

#[test]
fn the_statistics_of_the_track_equal_its_files() {
    let readme = page("python-core/README.md");
    let modules = track();
    let questions: usize = modules.iter().map(|guide| guide.questions().len()).sum();
    let examples: usize = modules
        .iter()
        .map(|guide| guide.examples_in(&(0..guide.lines.len())).len())
        .sum();
    assert_eq!(
        number(&readme, "Готово модулей"),
        Some(modules.len()),
        "modules"
    );
    assert_eq!(
        number(&readme, "Готово вопросов"),
        Some(questions),
        "questions"
    );
    assert_eq!(
        number(&readme, "Проверяемых примеров"),
        Some(examples),
        "examples"
    );
}

#[test]
fn the_progress_list_ticks_exactly_the_modules_that_are_there() {
    let readme = page("python-core/README.md");
    let mut faults = Vec::new();
    for (line, text) in readme
        .lines
        .iter()
        .enumerate()
        .filter(|(_, text)| text.starts_with("- ["))
    {
        let Some(file) = text
            .split("](")
            .nth(1)
            .and_then(|rest| rest.split(')').next())
        else {
            continue;
        };
        let there = folder().join("python-core").join(file).exists();
        if text.starts_with("- [x]") != there {
            faults.push(readme.fault(line, "the tick is not true"));
        }
    }
    assert_none(&faults);
}

#[test]
fn the_index_names_every_question_of_every_module() {
    let readme = page("python-core/README.md");
    let all = readme.lines.join("\n");
    let mut faults = Vec::new();
    for guide in track() {
        let file = guide.name.rsplit('/').next().unwrap_or_default().to_owned();
        for question in guide.questions() {
            let link = format!("]({file}#{})", anchor(&question.title));
            if !all.contains(&link) {
                faults.push(guide.fault(question.lines.start, "is not in the index"));
            }
        }
    }
    assert_none(&faults);
}
