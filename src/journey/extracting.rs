//! `extract`: every example as a file of its own, and the way back.

use std::collections::HashMap;

use crate::extract::{Document, Example, SourceFile};
use crate::plan::select;
use crate::position::LineIndex;
use crate::report::{ExtractedExample, Extraction};

use super::Project;

/// A file's name is cut to so many bytes, so that any file system takes it.
const LONGEST_STEM: usize = 120;

/// Returns the examples that were asked for as files; what does not run is in the map alone.
#[must_use]
pub fn extract(project: &Project) -> Extraction {
    let mut extraction = Extraction::default();
    let selected = |document| (document, select(document).unwrap_or_default());
    let chosen: Vec<(&Document, Vec<&Example>)> = project.documents.iter().map(selected).collect();
    let stems = stems(
        chosen
            .iter()
            .flat_map(|(_, examples)| examples.iter().copied()),
    );
    for (document, examples) in &chosen {
        let index = LineIndex::new(&document.guide.text);
        for example in examples {
            let stem = &stems[example.id.as_str()];
            let row = Writer {
                document,
                index: &index,
                example,
                stem,
            }
            .add(&mut extraction);
            extraction.map.examples.push(row);
        }
    }
    extraction
}

/// Adds one example to an extraction.
struct Writer<'a> {
    document: &'a Document,
    index: &'a LineIndex,
    example: &'a Example,
    stem: &'a str,
}

impl Writer<'_> {
    fn add(&self, extraction: &mut Extraction) -> ExtractedExample {
        let directives = &self.example.directives;
        let mut row = ExtractedExample {
            id: self.example.id.to_string(),
            guide: self.document.guide.id.clone(),
            line: self.example.position.line,
            file: None,
            beside: Vec::new(),
            skipped: directives.skip.clone(),
            python: directives.python.as_ref().map(|python| python.text.clone()),
        };
        if row.skipped.is_some() {
            return row;
        }
        let text = self.document.guide.text.as_ref();
        for extra in &self.example.files {
            let fence = &self.document.fences[extra.fence];
            let file = SourceFile::of_extra(extra, fence, text, self.index);
            row.beside.push(self.put(&extra.path, file, extraction));
        }
        let file = SourceFile::of_example(self.example, text, self.index);
        row.file = Some(self.put(&format!("{}.py", self.stem), file, extraction));
        row
    }

    /// Adds a file; an example that has others beside it stands in a folder with them.
    fn put(&self, path: &str, file: SourceFile, extraction: &mut Extraction) -> String {
        let path = if self.example.files.is_empty() {
            path.to_owned()
        } else {
            format!("{}/{path}", self.stem)
        };
        let pair = |place: crate::position::Position| (place.line, place.column);
        let lines = file.lines.into_iter().map(|place| place.map(pair));
        extraction.add(
            path.clone(),
            &self.document.guide.id,
            file.text,
            lines.collect(),
        );
        path
    }
}

/// Names the files by their examples' ids; where two come out equal, each gets a digest of its own.
fn stems<'a>(examples: impl Iterator<Item = &'a Example>) -> HashMap<&'a str, String> {
    let stems: Vec<(&str, String)> = examples
        .map(|example| (example.id.as_str(), stem(&example.id)))
        .collect();
    let mut counts: HashMap<String, usize> = HashMap::new();
    for (_, stem) in &stems {
        *counts.entry(stem.to_lowercase()).or_default() += 1;
    }
    let distinct = |(id, stem): (&'a str, String)| match counts[&stem.to_lowercase()] {
        1 => (id, stem),
        _ => (id, with_digest(&stem, id)),
    };
    stems.into_iter().map(distinct).collect()
}

/// Returns an id as a module name: `docs/a-b.md#gc/1` is `docs_a_b__gc_1`.
fn stem(id: &str) -> String {
    let (guide, name) = id.split_once('#').unwrap_or((id, ""));
    let guide = guide.rsplit_once('.').map_or(guide, |(stem, _)| stem);
    let stem = format!("{}__{}", identifier(guide), identifier(name));
    let stem = if stem.starts_with(|first: char| first.is_numeric()) {
        format!("_{stem}")
    } else {
        stem
    };
    if stem.len() <= LONGEST_STEM {
        stem
    } else {
        with_digest(&stem, id)
    }
}

/// Keeps letters, digits and single underscores.
fn identifier(text: &str) -> String {
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("_")
}

fn with_digest(stem: &str, id: &str) -> String {
    let ends = (0..=stem.len().min(LONGEST_STEM - 9)).rev();
    let end = ends.into_iter().find(|end| stem.is_char_boundary(*end));
    let digest = blake3::hash(id.as_bytes()).to_hex();
    format!("{}_{}", &stem[..end.unwrap_or(0)], &digest[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stem_is_a_module_name() {
        for (id, expected) in [
            ("docs/a-b.md#gc/1", "docs_a_b__gc_1"),
            ("00-intro.md#1", "_00_intro__1"),
            ("../x.markdown#a--b", "x__a_b"),
            ("гайд.md#пример", "гайд__пример"),
        ] {
            assert_eq!(stem(id), expected);
        }
    }

    #[test]
    fn a_long_stem_is_cut_and_stays_distinct() {
        let long = |end: &str| stem(&format!("a.md#{}{end}", "вопрос-".repeat(40)));
        assert!(long("1").len() <= LONGEST_STEM);
        assert_ne!(long("1"), long("2"));
    }
}
