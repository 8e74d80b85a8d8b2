//! A guide cut into lines, fences, headings and questions, by a reader of its own (not fencepost's).

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A fenced block.
#[derive(Debug, Clone)]
pub(super) struct Fence {
    /// 0-based line of its opening.
    pub(super) line: usize,
    /// Lines of its text, 0-based.
    pub(super) body: Range<usize>,
    /// Its info string.
    pub(super) info: String,
    /// The directive comment directly above it, or nothing.
    pub(super) directive: String,
}

impl Fence {
    /// Returns the value of a directive.
    pub(super) fn value(&self, key: &str) -> Option<String> {
        let rest = &self.directive[self.directive.find(&format!(" {key}="))? + key.len() + 2..];
        let value = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next(),
            None => rest.split(' ').next(),
        };
        value.map(str::to_owned)
    }
}

/// A heading outside fences.
#[derive(Debug, Clone)]
pub(super) struct Heading {
    /// 0-based line.
    pub(super) line: usize,
    /// 1 to 6.
    pub(super) level: usize,
    /// Its text.
    pub(super) text: String,
}

/// One guide.
#[derive(Debug, Clone)]
pub(super) struct Guide {
    /// Path relative to `content/`.
    pub(super) name: String,
    /// Its lines.
    pub(super) lines: Vec<String>,
    /// Its fences.
    pub(super) fences: Vec<Fence>,
    /// Its headings.
    pub(super) headings: Vec<Heading>,
}

/// A part of a guide: the lines below one heading.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// The heading's text.
    pub(super) title: String,
    /// 0-based lines, the heading's own included.
    pub(super) lines: Range<usize>,
}

/// The folder of all guides.
pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("content")
}

/// Every Markdown file of the content, in order.
pub(super) fn guides() -> Vec<Guide> {
    let mut names = Vec::new();
    for track in ["", "python-core", "interview-pack"] {
        let Ok(entries) = fs::read_dir(folder().join(track)) else {
            continue;
        };
        for entry in entries {
            let name = entry.unwrap().file_name().to_string_lossy().into_owned();
            if Path::new(&name)
                .extension()
                .is_some_and(|extension| extension == "md")
            {
                names.push(if track.is_empty() {
                    name
                } else {
                    format!("{track}/{name}")
                });
            }
        }
    }
    names.sort();
    names
        .iter()
        .map(|name| Guide::parse(name, &fs::read_to_string(folder().join(name)).unwrap()))
        .collect()
}

/// The modules of the track «Python Core».
pub(super) fn track() -> Vec<Guide> {
    guides()
        .into_iter()
        .filter(|guide| guide.name.starts_with("python-core/") && guide.is_module())
        .collect()
}

impl Guide {
    /// Cuts a text.
    pub(super) fn parse(name: &str, text: &str) -> Self {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let fences = fences(&lines);
        let headings = headings(&lines, &fences);
        Self {
            name: name.to_owned(),
            lines,
            fences,
            headings,
        }
    }

    /// Says whether its name is `NN-slug.md`.
    pub(super) fn is_module(&self) -> bool {
        let file = self.name.rsplit('/').next().unwrap_or_default();
        file.len() > 3
            && file[..2].bytes().all(|byte| byte.is_ascii_digit())
            && file.as_bytes()[2] == b'-'
    }

    /// Says where a fault is.
    pub(super) fn fault(&self, line: usize, what: &str) -> String {
        format!("content/{}:{}: {what}", self.name, line + 1)
    }

    /// Returns the questions.
    pub(super) fn questions(&self) -> Vec<Part> {
        let all = self.parts(0..self.lines.len(), 2);
        all.into_iter()
            .filter(|part| part.title.starts_with("Вопрос "))
            .collect()
    }

    /// Returns the parts of one level within some lines.
    pub(super) fn parts(&self, within: Range<usize>, level: usize) -> Vec<Part> {
        let inside = |heading: &&Heading| {
            within.contains(&heading.line) && heading.line > within.start || heading.line == 0
        };
        let starts: Vec<&Heading> = self.headings.iter().filter(inside).collect();
        let mut parts = Vec::new();
        for heading in starts.iter().filter(|heading| heading.level == level) {
            let end = starts
                .iter()
                .find(|other| other.line > heading.line && other.level <= level);
            let lines = heading.line..end.map_or(within.end, |other| other.line);
            parts.push(Part {
                title: heading.text.clone(),
                lines,
            });
        }
        parts
    }

    /// Returns the fences within some lines.
    pub(super) fn fences_in(&self, within: &Range<usize>) -> Vec<&Fence> {
        self.fences
            .iter()
            .filter(|fence| within.contains(&fence.line))
            .collect()
    }

    /// Returns the Python fences within some lines.
    pub(super) fn examples_in(&self, within: &Range<usize>) -> Vec<&Fence> {
        self.fences_in(within)
            .into_iter()
            .filter(|fence| fence.info == "python")
            .collect()
    }

    /// Returns the prose lines within some lines: no fences, tables, headings, quotes, HTML.
    pub(super) fn prose(&self, within: &Range<usize>) -> Vec<(usize, &str)> {
        within
            .clone()
            .filter(|line| !self.in_fence(*line))
            .map(|line| (line, self.lines[line].as_str()))
            .filter(|(_, text)| !text.starts_with(['|', '#', '<', '>']) && !text.trim().is_empty())
            .collect()
    }

    /// Returns the text of a fence.
    pub(super) fn body(&self, fence: &Fence) -> String {
        self.lines[fence.body.clone()].join("\n")
    }

    /// Says whether a line belongs to a fence.
    pub(super) fn in_fence(&self, line: usize) -> bool {
        self.fences
            .iter()
            .any(|fence| (fence.line..=fence.body.end).contains(&line))
    }
}

fn fences(lines: &[String]) -> Vec<Fence> {
    let mut fences = Vec::new();
    let mut line = 0;
    while line < lines.len() {
        let text = lines[line].trim_start();
        let ticks = text
            .chars()
            .take_while(|character| *character == '`')
            .count();
        if ticks >= 3 {
            let closes = |other: &String| {
                other.trim().len() >= ticks && other.trim().chars().all(|one| one == '`')
            };
            let end = (line + 1..lines.len())
                .find(|at| closes(&lines[*at]))
                .unwrap_or(lines.len());
            fences.push(Fence {
                line,
                body: line + 1..end,
                info: text[ticks..].trim().to_owned(),
                directive: line
                    .checked_sub(1)
                    .map(|above| directive(&lines[above]))
                    .unwrap_or_default(),
            });
            line = end;
        }
        line += 1;
    }
    fences
}

fn directive(line: &str) -> String {
    let inner = line
        .trim()
        .strip_prefix("<!-- fencepost:")
        .and_then(|rest| rest.strip_suffix("-->"));
    inner.map(str::to_owned).unwrap_or_default()
}

fn headings(lines: &[String], fences: &[Fence]) -> Vec<Heading> {
    let in_fence = |line| {
        fences
            .iter()
            .any(|fence| (fence.line..=fence.body.end).contains(&line))
    };
    let heading = |(line, text): (usize, &String)| {
        let level = text
            .chars()
            .take_while(|character| *character == '#')
            .count();
        let title = text.get(level..)?.strip_prefix(' ')?;
        (1..=6).contains(&level).then(|| Heading {
            line,
            level,
            text: title.trim().to_owned(),
        })
    };
    lines
        .iter()
        .enumerate()
        .filter(|(line, _)| !in_fence(*line))
        .filter_map(heading)
        .collect()
}

/// Returns the anchor that GitHub makes of a heading (without a suffix for repeats).
pub(super) fn anchor(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter_map(|character| match character {
            ' ' => Some('-'),
            '-' | '_' => Some(character),
            other => other.is_alphanumeric().then_some(other),
        })
        .collect()
}

#[test]
fn anchors_are_those_of_github() {
    let heading =
        "Вопрос 5: `weakref`: ref, proxy, WeakValueDictionary, finalize; кого нельзя слабо сослать";
    let expected =
        "вопрос-5-weakref-ref-proxy-weakvaluedictionary-finalize-кого-нельзя-слабо-сослать";
    assert_eq!(anchor(heading), expected);
}
