//! No explanation stands twice: paragraphs that share most of their words are the same paragraph.

use std::collections::BTreeSet;

use super::guide::Guide;
use super::{assert_none, guides};

/// Paragraphs below this many words say too little to be compared.
const FEWEST_WORDS: usize = 20;

/// Two paragraphs are near duplicates when so many of the shorter one's word triples, in percent, are common.
const MOST_IN_COMMON: usize = 50;

struct Paragraph {
    place: String,
    triples: BTreeSet<String>,
}

fn paragraphs(guide: &Guide) -> Vec<Paragraph> {
    let mut prose = guide.prose(&(0..guide.lines.len()));
    prose.retain(|(_, text)| !text.starts_with("- ["));
    let mut found: Vec<(usize, usize, String)> = Vec::new();
    for (line, text) in prose {
        match found
            .last_mut()
            .filter(|(_, last, _)| *last + 1 == line && !text.starts_with(['-', '*']))
        {
            Some((_, last, joined)) => {
                *last = line;
                joined.push(' ');
                joined.push_str(text);
            }
            None => found.push((line, line, text.to_owned())),
        }
    }
    found
        .into_iter()
        .filter_map(|(line, _, text)| paragraph(guide, line, &text))
        .collect()
}

fn paragraph(guide: &Guide, line: usize, text: &str) -> Option<Paragraph> {
    let lower = without_targets(text).to_lowercase();
    let words: Vec<&str> = lower
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    (words.len() >= FEWEST_WORDS).then(|| Paragraph {
        place: guide.fault(line, "paragraph"),
        triples: words.windows(3).map(|triple| triple.join(" ")).collect(),
    })
}

/// Drops link targets, which repeat without saying anything.
fn without_targets(text: &str) -> String {
    let mut parts = text.split("](");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |prose, part| {
        prose + part.split_once(')').map_or("", |(_, rest)| rest)
    })
}

fn duplicates(guides: &[Guide]) -> Vec<String> {
    let all: Vec<Paragraph> = guides.iter().flat_map(paragraphs).collect();
    let mut faults = Vec::new();
    for (index, one) in all.iter().enumerate() {
        for other in &all[index + 1..] {
            let shorter = one.triples.len().min(other.triples.len());
            let common = one.triples.intersection(&other.triples).count();
            if common * 100 >= MOST_IN_COMMON * shorter {
                faults.push(format!("{} says what {} says", other.place, one.place));
            }
        }
    }
    faults
}

#[test]
fn no_paragraph_stands_twice() {
    assert_none(&duplicates(&guides()));
}

#[test]
fn a_repeated_paragraph_is_noticed() {
    let words: Vec<String> = (0..30).map(|number| format!("слово{number}")).collect();
    let text = format!(
        "# T\n\n{}\n\nдругое\n\n{}\n",
        words.join(" "),
        words.join(" ")
    );
    assert_eq!(duplicates(&[Guide::parse("x.md", &text)]).len(), 1);
}
