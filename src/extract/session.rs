//! `>>>` prompts and their outputs, divided as `CPython`'s `doctest` divides them.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr_iter;

use super::{Flags, Prompt};

/// A fault for which `doctest` refuses a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// 0-based line in the block's code.
    pub(super) line: usize,
    /// What is wrong.
    pub(super) message: String,
}

/// Option flags that a prompt may switch: `doctest`'s own and those its successors added.
const OPTIONS: [&str; 19] = [
    "DONT_ACCEPT_TRUE_FOR_1",
    "DONT_ACCEPT_BLANKLINE",
    "NORMALIZE_WHITESPACE",
    "ELLIPSIS",
    "SKIP",
    "IGNORE_EXCEPTION_DETAIL",
    "REPORT_UDIFF",
    "REPORT_CDIFF",
    "REPORT_NDIFF",
    "REPORT_ONLY_FIRST_FAILURE",
    "FAIL_FAST",
    "FLOAT_CMP",
    "NUMBER",
    "ALLOW_UNICODE",
    "ALLOW_BYTES",
    "REMOTE_DATA",
    "IGNORE_OUTPUT",
    "IGNORE_WARNINGS",
    "SHOW_WARNINGS",
];

/// Reads option flags, `+ELLIPSIS, -SKIP`.
///
/// # Errors
///
/// The first word that is no flag.
pub(super) fn flags(list: &str) -> Result<Flags, String> {
    let words = list.split([',', ' ', '\t']).filter(|word| !word.is_empty());
    let flag = |word: &str| {
        let name = word.trim_start_matches(['+', '-']);
        let signed = word.len() == name.len() + 1;
        (signed && OPTIONS.contains(&name))
            .then(|| (name.to_owned(), word.starts_with('+')))
            .ok_or_else(|| word.to_owned())
    };
    words.map(flag).collect()
}

/// Says whether the bytes of a prompt stand anywhere in a text.
pub(super) fn may_prompt(text: &str) -> bool {
    // Most code has few such bytes, and looking for one costs less than looking for three.
    let bytes = text.as_bytes();
    memchr_iter(b'>', bytes).any(|at| bytes[at..].starts_with(b">>>"))
}

/// Says whether a line begins with a prompt, indented or not.
pub(super) fn is_prompt(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with(">>> ") || line.trim_end() == ">>>"
}

/// Divides the code of a session into prompts.
///
/// # Errors
///
/// Every fault for which `doctest` would refuse the block.
pub(super) fn prompts(code: &str) -> Result<Vec<Prompt>, Vec<Fault>> {
    let expands = code.contains('\t');
    let shown = |line| {
        if expands {
            expand_tabs(line)
        } else {
            Cow::Borrowed(line)
        }
    };
    let lines: Vec<Cow<'_, str>> = code.lines().map(shown).collect();
    let mut divider = Divider {
        lines: &lines,
        faults: Vec::new(),
        prompts: Vec::new(),
    };
    let mut line = 0;
    while line < lines.len() {
        let text = divider.lines[line].trim_start_matches(' ');
        line = if text.starts_with(">>>") {
            divider.prompt(line)
        } else {
            line + 1
        };
    }
    if divider.faults.is_empty() {
        Ok(divider.prompts)
    } else {
        Err(divider.faults)
    }
}

struct Divider<'a> {
    lines: &'a [Cow<'a, str>],
    faults: Vec<Fault>,
    prompts: Vec<Prompt>,
}

impl Divider<'_> {
    /// Reads the prompt that starts at `first`; returns the line after its output.
    fn prompt(&mut self, first: usize) -> usize {
        let indent = indentation(&self.lines[first]);
        let rest = &self.lines[first + 1..];
        let more = rest.iter().take_while(|line| continues(line)).count();
        let after = first + 1 + more;
        let want_lines = self.lines[after..].iter();
        let want_end = after + want_lines.take_while(|line| is_want(line)).count();
        let source = self.source(first..after, indent);
        let want = self.want(after..want_end, indent);
        let options = self.options(&source, first);
        let blank = is_blank_or_comment(&source);
        if blank && !options.is_empty() {
            self.fault(first, "an option directive on a line with no example");
        }
        if !blank {
            self.prompts.push(Prompt {
                line: first,
                source,
                want,
                want_lines: after..want_end,
                options,
            });
        }
        want_end
    }

    fn source(&mut self, lines: Range<usize>, indent: usize) -> String {
        let mut source = String::with_capacity(self.length(&lines));
        for at in lines.clone() {
            let line = &self.lines[at];
            let prompt = if at == lines.start { ">>>" } else { "..." };
            if indentation(line) != indent {
                self.fault(at, "its indentation differs from that of its prompt");
                continue;
            }
            let body = &line[indent + prompt.len()..];
            if !body.is_empty() && !body.starts_with(' ') {
                self.fault(at, &format!("a blank is missing after `{prompt}`"));
            }
            source.push_str(body.get(1..).unwrap_or_default());
            source.push('\n');
        }
        // As in `doctest`, a last line that is empty adds no line feed of its own.
        if source.ends_with("\n\n") {
            source.pop();
        }
        source
    }

    fn want(&mut self, lines: Range<usize>, indent: usize) -> String {
        let mut want = String::with_capacity(self.length(&lines));
        for at in lines {
            let line = &self.lines[at];
            if indentation(line) < indent {
                self.fault(at, "its indentation is less than that of its prompt");
                continue;
            }
            want.push_str(&line[indent..]);
            want.push('\n');
        }
        want
    }

    /// Returns how long lines are with their line ends.
    fn length(&self, lines: &Range<usize>) -> usize {
        let lines = self.lines[lines.clone()].iter();
        lines.map(|line| line.len() + 1).sum()
    }

    /// Finds `# doctest: +NAME, -NAME` at the end of a line of the source.
    fn options(&mut self, source: &str, first: usize) -> Vec<(String, bool)> {
        let mut options = Vec::new();
        for (line, text) in source.lines().enumerate() {
            let Some(list) = option_list(text) else {
                continue;
            };
            for option in list.split([',', ' ', '\t']) {
                match flags(option) {
                    Ok(read) => options.extend(read),
                    Err(option) => self.fault(first + line, &unknown_option(&option)),
                }
            }
        }
        options
    }

    fn fault(&mut self, line: usize, message: &str) {
        self.faults.push(Fault {
            line,
            message: message.to_owned(),
        });
    }
}

fn unknown_option(option: &str) -> String {
    let known: Vec<String> = OPTIONS.iter().map(|name| name.to_lowercase()).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    match crate::wording::nearest(option.trim_start_matches(['+', '-']), &known) {
        Some(near) => {
            let near = near.to_uppercase();
            format!("unknown doctest option `{option}`; did you mean `+{near}`?")
        }
        None => format!("unknown doctest option `{option}`"),
    }
}

/// Returns what follows the last `# doctest:` of a line that holds no quote after it.
fn option_list(line: &str) -> Option<&str> {
    line.match_indices('#').find_map(|(at, _)| {
        let list = line[at + 1..].trim_start().strip_prefix("doctest:")?;
        (!list.contains(['\'', '"'])).then_some(list)
    })
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn continues(line: &str) -> bool {
    line.trim_start_matches(' ').starts_with("...")
}

fn is_want(line: &str) -> bool {
    let text = line.trim_start_matches(' ');
    !text.is_empty() && !text.starts_with(">>>")
}

/// One line that is blank or a comment; several comments in one prompt are an example to `doctest`.
fn is_blank_or_comment(source: &str) -> bool {
    let (first, rest) = source.split_once('\n').unwrap_or((source, ""));
    let first = first.trim_start_matches(' ');
    rest.is_empty() && (first.is_empty() || first.starts_with('#'))
}

/// Replaces tabs by blanks up to the next multiple of eight columns.
fn expand_tabs(line: &str) -> Cow<'_, str> {
    let mut expanded = String::with_capacity(line.len() + 8);
    let mut column = 0;
    for letter in line.chars() {
        let width = if letter == '\t' { 8 - column % 8 } else { 1 };
        let shown = if letter == '\t' { ' ' } else { letter };
        expanded.extend(std::iter::repeat_n(shown, width));
        column += width;
    }
    Cow::Owned(expanded)
}
