//! Where in the guide a difference points: at the print, the prompt or the line that raised.

use std::sync::LazyLock;

use regex::Regex;

use crate::execute::{Analysis, PrintSite, RunRecord};
use crate::extract::{Block, BlockKind, Example};
use crate::normalise::Transcript;
use crate::plan::Interpreter;
use crate::position::LineIndex;

use super::claims::{block_outputs, is_run_on};
use super::pattern::matches_line;
use super::{Difference, Stream};

static FRAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?m)^[ |]*File "[^"\n]*\bexample(?:-\d+)?\.py", line (\d+)"#)
        .expect("the pattern is a valid expression")
});

/// One run, as it was and as it is judged.
#[derive(Debug, Clone, Copy)]
pub struct Ran<'a> {
    /// The run itself.
    pub record: &'a RunRecord,
    /// The same, normalised.
    pub transcript: &'a Transcript,
    /// What it ran on.
    pub interpreter: &'a Interpreter,
}

/// Returns the index of the block in which a run ended: the last that began, where several run.
#[must_use]
pub fn last_begun(example: &Example, ran: Ran<'_>) -> usize {
    let blocks = example.blocks.iter().enumerate();
    let run = blocks.filter(|(_, block)| is_run_on(block, ran.interpreter));
    let parts = &ran.record.blocks;
    let begun = parts.iter().rposition(|parts| !parts.is_empty());
    let last = run.take(begun.map_or(usize::MAX, |begun| begun + 1)).last();
    last.map_or(0, |(index, _)| index)
}

/// Returns the 1-based line of the guide that a difference points at; `None` where none can be told.
///
/// `analyses` has one entry per block of the example.
#[must_use]
pub fn locate(
    difference: &Difference,
    example: &Example,
    guide_text: &str,
    analyses: &[Analysis],
    ran: Ran<'_>,
) -> Option<usize> {
    let place = match difference.stream {
        Stream::Stdout => printing_line(difference, example, analyses, ran),
        Stream::Stderr | Stream::Ending => raising_line(example, ran),
        Stream::Claim => return difference.line,
    };
    let (block, line) = place?;
    let span = example.blocks.get(block)?.code.line_span(line)?;
    Some(LineIndex::new(guide_text).line(span.start))
}

/// A block's index and a 0-based line of its code.
type Place = (usize, usize);

fn raising_line(example: &Example, ran: Ran<'_>) -> Option<Place> {
    let frame = FRAME.captures_iter(&ran.record.stderr).last()?;
    let mut line = frame[1].parse::<usize>().ok()?.checked_sub(1)?;
    for (index, block) in example.blocks.iter().enumerate() {
        if !is_run_on(block, ran.interpreter) {
            continue;
        }
        let length = length_in_file(block);
        if line < length {
            return Some((index, line));
        }
        line -= length;
    }
    None
}

/// How many lines a block takes in the files that run: a session ends with its last prompt.
fn length_in_file(block: &Block) -> usize {
    match &block.kind {
        BlockKind::Script => block.code.lines().count(),
        BlockKind::Session(prompts) => prompts
            .last()
            .map_or(0, |prompt| prompt.line + prompt.source.lines().count()),
    }
}

fn printing_line(
    difference: &Difference,
    example: &Example,
    analyses: &[Analysis],
    ran: Ran<'_>,
) -> Option<Place> {
    let expected: Vec<&str> = difference.expected.split('\n').collect();
    let actual: Vec<&str> = difference.actual.split('\n').collect();
    let same = (expected.iter().zip(&actual))
        .take_while(|(expected, actual)| matches_line(expected, actual))
        .count();
    let outputs = block_outputs(example, ran.transcript, ran.interpreter);
    let mut before = same;
    let mut last = None;
    for (index, block) in example.blocks.iter().enumerate() {
        let Some(outputs) = &outputs[index] else {
            continue;
        };
        match &block.kind {
            BlockKind::Session(prompts) => {
                for (prompt, output) in prompts.iter().zip(outputs) {
                    let lines = output.matches('\n').count();
                    if before < lines {
                        return Some((index, prompt.line));
                    }
                    before -= lines;
                    last = Some((index, prompt.line));
                }
            }
            BlockKind::Script => {
                let text = outputs.concat();
                let lines = text.matches('\n').count();
                let texts = [actual.get(same), expected.get(same)];
                let wanted: Vec<&str> = texts.into_iter().flatten().copied().collect();
                let prints = analyses.get(index).map_or(&[][..], |found| &found.prints);
                if before < lines {
                    return Some((index, print_line(block, prints, before, lines, &wanted)));
                }
                before -= lines;
                last = Some((index, print_line(block, prints, lines, lines, &wanted)));
            }
        }
    }
    // Lines are missing at the end: the last block that ran should have printed them.
    last
}

/// The line of the print that surely, or most likely, printed line `at` of `count`.
fn print_line(
    block: &Block,
    prints: &[PrintSite],
    at: usize,
    count: usize,
    wanted: &[&str],
) -> usize {
    let all_once = prints.iter().all(|print| print.once);
    if all_once && prints.len() == count && at < count {
        return prints[at].line;
    }
    let lines: Vec<&str> = block.code.lines().collect();
    let shows = |print: &&PrintSite| {
        let source = lines.get(print.line..=print.end_line).unwrap_or_default();
        (wanted.iter().filter(|text| !text.trim().is_empty()))
            .any(|text| source.iter().any(|line| line.contains(text.trim())))
    };
    let leading = prints.iter().take_while(|print| print.once).count();
    let by_text = prints.iter().find(shows);
    let by_count = prints.get(at).filter(|_| at < leading);
    by_text
        .or(by_count)
        .or_else(|| prints.last().filter(|_| prints.len() == 1 || at >= count))
        .map_or(0, |print| print.line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::DifferenceClass;
    use crate::compare::testing::{analysis, block, example, interpreter, printed, session};
    use crate::discover::Start;
    use crate::plan::Surroundings;

    fn record(stderr: &str) -> RunRecord {
        RunRecord {
            id: "guide.md#a".into(),
            ending: crate::execute::Ending::Exited { code: 1 },
            stdout: String::new(),
            stderr: stderr.into(),
            blocks: Vec::new(),
            duration_ms: 1,
            cpu_ms: None,
            start: Start::Spawn,
            cached: false,
            folder: "/home/example".into(),
            started_at: 0,
            network_attempts: 0,
            spawned_because: None,
            surroundings: Surroundings::default(),
        }
    }

    fn located(
        example: &Example,
        guide: &str,
        stream: Stream,
        texts: (&str, &str),
        ran: Ran<'_>,
    ) -> Option<usize> {
        let difference = Difference {
            stream,
            expected: texts.0.into(),
            actual: texts.1.into(),
            class: DifferenceClass::Meaning,
            why: String::new(),
            line: None,
        };
        let analyses: Vec<Analysis> = (example.blocks.iter())
            .map(|block| analysis(&block.code))
            .collect();
        locate(&difference, example, guide, &analyses, ran)
    }

    #[track_caller]
    fn stdout(code: &str, expected: &str, actual: &str, line: usize) {
        let guide = format!("# Title\n\n```python\n{code}```\n");
        let example = example(&guide, code);
        let ran = Ran {
            record: &record(""),
            transcript: &printed(actual),
            interpreter: &interpreter(12),
        };
        let found = located(&example, &guide, Stream::Stdout, (expected, actual), ran);
        assert_eq!(found, Some(line));
    }

    #[test]
    fn a_printed_line_is_found_at_its_print() {
        stdout("print(1)\nx = 2\nprint(2)\n", "1\n3\n", "1\n2\n", 6);
        stdout(
            "print(1)\nfor i in x:\n    print('z', 2)\n",
            "1\n3\n",
            "1\nz 2\n",
            4,
        );
        stdout("x = 1\nprint('a\\nb')\n", "a\nc\n", "a\nb\n", 5);
        stdout("print(1)\nprint(2)\n", "1\n2\n3\n", "1\n2\n", 5);
        stdout("f()\n", "1\n", "2\n", 4);
    }

    #[test]
    fn a_prompt_is_found_by_its_output() {
        let guide = "```pycon\n>>> 1\n1\n>>> 2\n3\n```\n";
        let example = session(guide, ">>> 1\n1\n>>> 2\n3\n");
        let transcript = Transcript {
            blocks: vec![vec!["1\n".into(), "2\n".into()]],
            ..printed("1\n2\n")
        };
        let ran = Ran {
            record: &record(""),
            transcript: &transcript,
            interpreter: &interpreter(12),
        };
        let found = located(&example, guide, Stream::Stdout, ("1\n3\n", "1\n2\n"), ran);
        assert_eq!(found, Some(4));
    }

    #[test]
    fn the_raising_line_is_found_by_its_frame_in_the_right_block() {
        let guide = "```python\nx = 1\n```\n\n```python\ny = 2\n1/0\n```\n";
        let mut group = example(guide, "x = 1\n");
        group.blocks.push(block(guide, "y = 2\n1/0\n"));
        let stderr = "Traceback (most recent call last):\n  File \"/home/example/example-2.py\", line 3, in <module>\n    1/0\nZeroDivisionError: division by zero\n";
        let ran = Ran {
            record: &record(stderr),
            transcript: &printed(""),
            interpreter: &interpreter(12),
        };
        assert_eq!(
            located(&group, guide, Stream::Ending, ("", ""), ran),
            Some(7)
        );
    }
}
