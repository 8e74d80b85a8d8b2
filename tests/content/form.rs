//! The form of a question: six sections in order, depth within bounds, all that a reader is promised.

use super::guide::{Guide, Part};
use super::{assert_none, faults_of};

const SECTIONS: [&str; 6] = [
    "Зачем спрашивают",
    "Короткий ответ",
    "Детальный разбор",
    "Пример",
    "Типичные ошибки",
    "На интервью",
];
const INTERVIEW: [&str; 5] = [
    "Ответ по ступеням",
    "Уточняющие вопросы",
    "Проверь себя",
    "Источники",
    "Дальше",
];
const STEPS: [&str; 3] = ["**Middle.**", "**Senior.**", "**Architect.**"];

fn words(guide: &Guide, part: &Part) -> usize {
    let is_word = |word: &&str| word.chars().any(char::is_alphanumeric);
    guide
        .prose(&part.lines)
        .iter()
        .map(|(_, text)| text.split_whitespace().filter(is_word).count())
        .sum()
}

fn text(guide: &Guide, part: &Part) -> String {
    guide.lines[part.lines.clone()].join("\n")
}

/// Checks one question; the sections must be right before their insides are looked at.
fn faults_of_question(guide: &Guide, question: &Part) -> Vec<String> {
    let sections = guide.parts(question.lines.clone(), 3);
    let titles: Vec<&str> = sections
        .iter()
        .map(|section| section.title.as_str())
        .collect();
    if titles != SECTIONS {
        return vec![guide.fault(question.lines.start, &format!("sections are {titles:?}"))];
    }
    let mut faults = Vec::new();
    let mut check = |section: &Part, holds: bool, what: String| {
        if !holds {
            faults.push(guide.fault(section.lines.start, &what));
        }
    };
    let [_, short, detail, example, mistakes, interview] = &sections[..] else {
        return faults;
    };
    let sentences = sentences(&text(guide, short));
    check(
        short,
        (2..=5).contains(&sentences),
        format!("{sentences} sentences in the short answer"),
    );
    let headings = guide.parts(detail.lines.clone(), 4).len();
    check(detail, headings >= 3, format!("{headings} sub-headings"));
    let depth = words(guide, detail);
    check(
        detail,
        (250..=700).contains(&depth),
        format!("{depth} words in the explanation"),
    );
    check_examples(guide, example, &mut check);
    check_mistakes(guide, mistakes, &mut check);
    check_interview(guide, interview, &mut check);
    faults
}

fn sentences(text: &str) -> usize {
    let prose: String = text.lines().skip(1).collect::<Vec<_>>().join(" ");
    let ends = |window: &[char]| matches!(window[0], '.' | '!' | '?') && window[1].is_whitespace();
    let characters: Vec<char> = format!("{} ", prose.trim()).chars().collect();
    characters.windows(2).filter(|window| ends(window)).count()
}

fn check_examples(guide: &Guide, section: &Part, check: &mut dyn FnMut(&Part, bool, String)) {
    let examples = guide.examples_in(&section.lines);
    check(
        section,
        examples.len() >= 2,
        format!("{} runnable examples", examples.len()),
    );
    let short = examples.iter().any(|fence| fence.body.len() <= 25);
    check(section, short, "no proof of at most 25 lines".to_owned());
    let headings: Vec<String> = guide
        .parts(section.lines.clone(), 4)
        .into_iter()
        .map(|part| part.title)
        .collect();
    check(
        section,
        headings
            .iter()
            .any(|title| title.starts_with("Доказательство")),
        "no proof".to_owned(),
    );
    let trap = headings
        .iter()
        .any(|title| title.starts_with("Предскажи вывод") || title.starts_with("Ловушка"));
    check(section, trap, "no trap".to_owned());
}

fn check_mistakes(guide: &Guide, section: &Part, check: &mut dyn FnMut(&Part, bool, String)) {
    let text = text(guide, section);
    let items = text.lines().filter(|line| starts_item(line)).count();
    check(section, items >= 4, format!("{items} mistakes"));
    for mark in ["**Неверно", "**Почему", "**Верно"] {
        let marks = text.matches(mark).count();
        check(
            section,
            marks >= items,
            format!("{marks} × {mark} for {items} mistakes"),
        );
    }
}

fn starts_item(line: &str) -> bool {
    line.split_once(". ")
        .is_some_and(|(number, _)| number.parse::<u32>().is_ok())
}

fn check_interview(guide: &Guide, section: &Part, check: &mut dyn FnMut(&Part, bool, String)) {
    let parts = guide.parts(section.lines.clone(), 4);
    let titles: Vec<&str> = parts.iter().map(|part| part.title.as_str()).collect();
    check(
        section,
        titles == INTERVIEW,
        format!("parts are {titles:?}"),
    );
    let [steps, follow_ups, task, sources, further] = &parts[..] else {
        return;
    };
    let answer = text(guide, steps);
    for step in STEPS {
        check(steps, answer.contains(step), format!("no {step}"));
    }
    let asked = text(guide, follow_ups)
        .lines()
        .filter(|line| line.starts_with("- **"))
        .count();
    check(
        follow_ups,
        (3..=6).contains(&asked),
        format!("{asked} follow-up questions"),
    );
    let solution = text(guide, task);
    check(
        task,
        solution.contains("<details>"),
        "the solution is not hidden".to_owned(),
    );
    check(
        task,
        !guide.examples_in(&task.lines).is_empty(),
        "the solution does not run".to_owned(),
    );
    check(
        task,
        solution.contains("assert"),
        "the solution asserts nothing".to_owned(),
    );
    check(
        sources,
        text(guide, sources).contains("](https://"),
        "no source".to_owned(),
    );
    let links = text(guide, further);
    check(
        further,
        links.contains("../interview-pack/"),
        "no link to the pack".to_owned(),
    );
    check(
        further,
        other_module(guide, &links),
        "no link to another module".to_owned(),
    );
}

fn other_module(guide: &Guide, links: &str) -> bool {
    let own = guide.name.rsplit('/').next().unwrap_or_default();
    links
        .split("](")
        .skip(1)
        .any(|link| link.as_bytes()[0].is_ascii_digit() && !link.starts_with(own))
}

#[test]
fn every_question_has_the_six_sections_and_their_depth() {
    assert_none(&faults_of(|guide| {
        guide
            .questions()
            .iter()
            .flat_map(|question| faults_of_question(guide, question))
            .collect()
    }));
}

#[test]
fn a_question_without_a_section_is_noticed() {
    let guide = Guide::parse(
        "x.md",
        "# T\n\n## Вопрос 1: x\n\n### Короткий ответ\n\nA.\n",
    );
    assert_eq!(faults_of_question(&guide, &guide.questions()[0]).len(), 1);
}

#[test]
fn questions_are_numbered_from_one() {
    assert_none(&faults_of(|guide| {
        let numbered = |(index, part): (usize, &Part)| {
            let right = part.title.starts_with(&format!("Вопрос {}: ", index + 1));
            (!right).then(|| guide.fault(part.lines.start, "is out of order"))
        };
        guide
            .questions()
            .iter()
            .enumerate()
            .filter_map(numbered)
            .collect()
    }));
}
