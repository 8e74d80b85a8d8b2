//! Proof that expectations can fail: changes what an example printed and looks whether it is noticed.

use crate::execute::Ending;
use crate::extract::{Example, StderrMode, StdoutMode};
use crate::normalise::Transcript;
use crate::plan::Interpreter;

use super::expected::Expectation;
use super::judge::{Verdict, judge};
use super::pattern::has_patterns;
use super::{Stream, ending_in_words};

/// More lines than this are not each changed; the first and last ones are.
const MOST_LINES: usize = 200;

/// One change of a transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Perturbation {
    /// What was changed.
    pub stream: Stream,
    /// 1-based line in that stream, where one line was changed.
    pub line: Option<usize>,
    /// What was done, in words, such as `` `1` became `2` ``.
    pub what: String,
}

/// What became of the changes of one transcript.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MutationReport {
    /// How many changes were tried.
    pub tried: usize,
    /// Those that the expectation did not notice.
    pub unnoticed: Vec<Perturbation>,
    /// Whether the expectation cannot fail on what the example prints, or on anything at all.
    pub cannot_fail: bool,
}

/// Changes a run's output in several ways and tells which changes its expectation does not notice.
///
/// `transcript` must match the expectation on `interpreter`; changes that the example's directives
/// allow on purpose (another order under `stdout=unordered`) are not tried.
#[must_use]
pub fn mutate(
    example: &Example,
    transcript: &Transcript,
    interpreter: &Interpreter,
    expectation: &Expectation,
) -> MutationReport {
    let mut report = MutationReport::default();
    let (mut of_stdout, mut noticed_stdout, mut noticed) = (0, 0, 0);
    for (perturbation, mutated) in perturbations(example, transcript) {
        let verdict = judge(example, &mutated, interpreter, Some(expectation)).verdict;
        report.tried += 1;
        let is_stdout = perturbation.stream == Stream::Stdout;
        of_stdout += usize::from(is_stdout);
        if verdict == Verdict::Match {
            report.unnoticed.push(perturbation);
        } else {
            noticed += 1;
            noticed_stdout += usize::from(is_stdout);
        }
    }
    report.cannot_fail = noticed == 0 || (of_stdout > 0 && noticed_stdout == 0);
    report
}

/// Says whether a person's patterns explain why some changes go unnoticed.
#[must_use]
pub fn has_wildcards(expectation: &Expectation, interpreter: &Interpreter) -> bool {
    (expectation.judging(interpreter.label())).is_some_and(|judging| {
        has_patterns(&judging.transcript.stdout) || has_patterns(&judging.transcript.stderr)
    })
}

fn perturbations(example: &Example, transcript: &Transcript) -> Vec<(Perturbation, Transcript)> {
    let in_order = example.directives.stdout != StdoutMode::Unordered;
    let mut all = Vec::new();
    for (line, what, stdout) in changed_texts(&transcript.stdout, in_order) {
        let perturbation = Perturbation {
            stream: Stream::Stdout,
            line,
            what,
        };
        let mutated = Transcript {
            stdout,
            ..transcript.clone()
        };
        all.push((perturbation, mutated));
    }
    if example.directives.stderr != StderrMode::Ignore && !transcript.stderr.is_empty() {
        for (line, what, stderr) in changed_texts(&transcript.stderr, true) {
            let perturbation = Perturbation {
                stream: Stream::Stderr,
                line,
                what,
            };
            let mutated = Transcript {
                stderr,
                ..transcript.clone()
            };
            all.push((perturbation, mutated));
        }
    }
    all.push(other_ending(transcript));
    all
}

fn other_ending(transcript: &Transcript) -> (Perturbation, Transcript) {
    let code = i32::from(transcript.ending == Ending::Exited { code: 0 });
    let ending = Ending::Exited { code };
    let perturbation = Perturbation {
        stream: Stream::Ending,
        line: None,
        what: format!(
            "`{}` became `{}`",
            ending_in_words(&transcript.ending),
            ending_in_words(&ending)
        ),
    };
    let mutated = Transcript {
        ending,
        exception: None,
        ..transcript.clone()
    };
    (perturbation, mutated)
}

type Changed = (Option<usize>, String, String);

fn changed_texts(text: &str, in_order: bool) -> Vec<Changed> {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let end = &text[body.len()..];
    let lines: Vec<&str> = if text.is_empty() {
        Vec::new()
    } else {
        body.split('\n').collect()
    };
    let written = |lines: &[&str]| format!("{}{end}", lines.join("\n"));
    let mut changed = vec![(
        Some(lines.len() + 1),
        "a line was added".to_owned(),
        format!("{text}one line more\n"),
    )];
    if !lines.is_empty() {
        changed.push((None, "everything was lost".to_owned(), String::new()));
    }
    for at in chosen(lines.len()) {
        let mut less = lines.clone();
        less.remove(at);
        let lost = if less.is_empty() {
            String::new()
        } else {
            written(&less)
        };
        changed.push((Some(at + 1), format!("`{}` was lost", lines[at]), lost));
        let other = other_line(lines[at]);
        let mut altered = lines.clone();
        altered[at] = &other;
        let what = format!("`{}` became `{other}`", lines[at]);
        changed.push((Some(at + 1), what, written(&altered)));
        if in_order && at + 1 < lines.len() && lines[at] != lines[at + 1] {
            let mut swapped = lines.clone();
            swapped.swap(at, at + 1);
            let what = format!("`{}` and `{}` changed places", lines[at], lines[at + 1]);
            changed.push((Some(at + 1), what, written(&swapped)));
        }
    }
    changed
}

/// All lines of a short text; the first and the last ones of a long one.
fn chosen(count: usize) -> impl Iterator<Item = usize> {
    let half = MOST_LINES / 2;
    (0..count).filter(move |at| *at < half || *at + half >= count)
}

/// The same line with another value: a digit counted on, else a letter changed, else a word added.
fn other_line(line: &str) -> String {
    let is_digit = |character: char| character.is_ascii_digit();
    let found = (line.rfind(is_digit)).or_else(|| line.rfind(char::is_alphabetic));
    let Some(at) = found else {
        return format!("{line}x");
    };
    let length = line[at..].chars().next().map_or(1, char::len_utf8);
    let replacement = match &line[at..at + length] {
        "9" => "8".to_owned(),
        digit if digit.chars().all(is_digit) => char::from(digit.as_bytes()[0] + 1).to_string(),
        "x" => "y".to_owned(),
        _ => "x".to_owned(),
    };
    format!("{}{replacement}{}", &line[..at], &line[at + length..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::testing::{example, interpreter, printed};
    use crate::plan::{Build, Label};

    fn report(expected: &str, printed_text: &str, mode: StdoutMode) -> MutationReport {
        let mut example = example("```python\nf()\n```\n", "f()\n");
        std::sync::Arc::make_mut(&mut example.directives).stdout = mode;
        let label = Label {
            release: [3, 12, 0],
            build: Build::Default,
        };
        let expectation = Expectation {
            name: "a".into(),
            code: String::new(),
            transcripts: [(label, printed(expected))].into(),
        };
        mutate(
            &example,
            &printed(printed_text),
            &interpreter(12),
            &expectation,
        )
    }

    #[test]
    fn an_exact_expectation_notices_everything() {
        for text in ["a\n1\n", "", "x", "9\n9\n", "…\n"] {
            let report = report(text, text, StdoutMode::Exact);
            assert_eq!(report.unnoticed, []);
            assert!(report.tried >= 2);
            assert!(!report.cannot_fail);
        }
    }

    #[test]
    fn a_wildcard_hides_its_own_line() {
        let report = report("took [..]\nend\n", "took 3\nend\n", StdoutMode::Exact);
        let what: Vec<&str> = (report.unnoticed.iter())
            .map(|unnoticed| unnoticed.what.as_str())
            .collect();
        assert_eq!(what, ["`took 3` became `took 4`"]);
        assert!(!report.cannot_fail);
    }

    #[test]
    fn an_expectation_that_matches_anything_cannot_fail() {
        assert!(report("...", "a\nb\n", StdoutMode::Exact).cannot_fail);
        assert!(report("a\n", "a\n", StdoutMode::Ignore).cannot_fail);
    }

    #[test]
    fn another_order_is_no_change_where_order_is_open() {
        let report = report("a\nb\n", "b\na\n", StdoutMode::Unordered);
        assert_eq!(report.unnoticed, []);
    }
}
