//! Builders that the tests of this stage share.

use crate::execute::{Analysis, Comment, Ending, PrintSite, Quote};
use crate::extract::{Block, BlockKind, Example, OutputFence, Passage, Prompt};
use crate::normalise::Transcript;
use crate::plan::{Build, Installation, Interpreter};
use crate::position::{Position, Span};

pub(super) fn interpreter(minor: u64) -> Interpreter {
    Installation {
        path: "/usr/bin/python3".into(),
        real_path: "/usr/bin/python3".into(),
        prefix: "/usr".into(),
        base_prefix: "/usr".into(),
        ..Installation::unplaced(&format!("3.{minor}.0"), [3, minor, 0], Build::Default)
    }
    .into()
}

pub(super) fn printed(stdout: &str) -> Transcript {
    Transcript {
        stdout: stdout.into(),
        stderr: String::new(),
        ending: Ending::Exited { code: 0 },
        blocks: Vec::new(),
        exception: None,
    }
}

/// A transcript that ended with an uncaught exception.
pub(super) fn raised(stdout: &str, exception: &str) -> Transcript {
    Transcript {
        stderr: format!("{exception}\n"),
        ending: Ending::Exited { code: 1 },
        exception: Some(exception.into()),
        ..printed(stdout)
    }
}

/// Returns the spans of the lines of `part`, which stands in `text`.
pub(super) fn spans_of(text: &str, part: &str) -> Vec<Span> {
    let mut at = text.find(part).expect("the part stands in the text");
    let mut spans = Vec::new();
    for line in part.split_inclusive('\n') {
        spans.push(at..at + line.trim_end_matches(['\n', '\r']).len());
        at += line.len();
    }
    spans
}

/// An example of one block; `text` is the guide and holds `code` as it stands.
pub(super) fn example(text: &str, code: &str) -> Example {
    let at = text.find(code).expect("the code stands in the guide");
    let line = text[..at].matches('\n').count();
    Example {
        id: "guide.md#a".into(),
        name: "a".into(),
        named: true,
        position: Position {
            line: line.max(1),
            column: 1,
        },
        blocks: [block(text, code)].into(),
        files: Vec::new(),
        outputs: Vec::new(),
        directives: std::sync::Arc::default(),
        limits: std::sync::Arc::default(),
    }
}

pub(super) fn block(text: &str, code: &str) -> Block {
    Block {
        fence: 0,
        kind: BlockKind::Script,
        reads_quotes: true,
        code: Passage::joined(code, spans_of(text, code)),
        directives: std::sync::Arc::default(),
    }
}

pub(super) fn output(text: &str, shown: &str, block: usize) -> OutputFence {
    OutputFence {
        fence: 1,
        text: Passage::joined(shown, spans_of(text, shown)),
        python: None,
        build: None,
        block,
        explicit: true,
        whole: None,
    }
}

/// A session whose prompts are single lines, with the options after `# doctest: `.
pub(super) fn session(text: &str, code: &str) -> Example {
    let lines: Vec<&str> = code.lines().collect();
    let mut prompts = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(source) = line.strip_prefix(">>> ") else {
            continue;
        };
        let shown = lines[at + 1..].iter();
        let more = shown.take_while(|line| !line.starts_with(">>>")).count();
        let want_lines = at + 1..at + 1 + more;
        let options = source.split("# doctest: ").nth(1).unwrap_or_default();
        prompts.push(Prompt {
            line: at,
            source: format!("{source}\n"),
            want: (lines[want_lines.clone()].iter())
                .flat_map(|line| [*line, "\n"])
                .collect(),
            want_lines,
            options: (options.split_whitespace())
                .map(|option| (option[1..].to_owned(), option.starts_with('+')))
                .collect(),
        });
    }
    let mut example = example(text, code);
    example.blocks[0].kind = BlockKind::Session(prompts);
    example
}

/// A crude stand-in for Python's grammar: comments from `#` on, prints at the beginning of a line,
/// quotes on lines of their own below them.
pub(super) fn analysis(code: &str) -> Analysis {
    let mut analysis = Analysis::default();
    let lines: Vec<&str> = code.lines().collect();
    let mut line = 0;
    while let Some(text) = lines.get(line) {
        if let Some(at) = text.find('#') {
            analysis.comments.push(Comment {
                line,
                column: text[..at].chars().count(),
                text: text[at..].to_owned(),
                trailing: !text[..at].trim().is_empty(),
            });
        }
        if text.trim_start().starts_with("print(") {
            analysis.prints.push(PrintSite {
                line,
                end_line: line,
                once: text.starts_with("print("),
            });
            if let Some(quote) = quote(&lines, line + 1) {
                line = quote.line + quote.lines.len();
                analysis.quotes.push(quote);
            }
        }
        line += 1;
    }
    analysis
}

fn quote(lines: &[&str], opening: usize) -> Option<Quote> {
    let below = lines.get(opening).filter(|line| **line == "\"\"\"")?;
    let shown = lines[opening + 1..]
        .iter()
        .take_while(|line| *line != below);
    let shown: Vec<String> = shown.map(|line| (*line).to_owned()).collect();
    let is_closed = lines.get(opening + 1 + shown.len()).is_some() && !shown.is_empty();
    is_closed.then(|| Quote {
        line: opening + 1,
        column: 0,
        lines: shown,
    })
}
