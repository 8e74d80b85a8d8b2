//! What another tool would have run of a guide that bears its markup, told from the outside: by
//! which fences it selects, never by running it.

use crate::discover::Guide;

use super::dialects::{Dialect, Dialects};
use super::{BlockKind, Document, Fate, Fence, FenceKind, Prompt};

/// What one tool makes of a guide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The tool, by its name in the configuration.
    pub tool: &'static str,
    /// Indices in [`Document::fences`] of what it runs, whether fencepost runs it or not.
    pub runs: Vec<usize>,
    /// Indices of what it leaves out because its own markup says so.
    pub skips: Vec<usize>,
    /// Indices of the Python blocks that it passes over in silence.
    pub misses: Vec<usize>,
}

/// A tool: the words by which its markup is known, and the fences that it selects.
struct Tool {
    dialect: Dialect,
    /// What stands in no prose.
    signs: &'static [&'static str],
    /// How words of its info strings begin.
    words: &'static [&'static str],
    selects: fn(&Seen<'_>) -> bool,
    /// What a prompt holds that it does not run.
    skipping: Option<&'static str>,
}

/// How directives of doctest begin, in which `+SKIP` stands.
const DOCTEST: Option<&str> = Some("doctest:");

const TOOLS: [Tool; 10] = [
    Tool {
        dialect: Dialect::PytestMarkdownDocs,
        signs: &["pmd-metadata:"],
        words: &["notest", "continuation", "fixture:", "retry:", "runner:"],
        selects: |seen| {
            let language = seen.in_braces().unwrap_or(seen.word());
            seen.is_fenced() && ["py", "python", "python3"].contains(&language)
        },
        skipping: None,
    },
    Tool {
        dialect: Dialect::PytestExamples,
        signs: &[],
        words: &["test=\"", "requires=\"", "lint=\"", "upgrade=\""],
        selects: |seen| {
            let info = seen.fence.info.to_lowercase();
            let is_python = info.starts_with("py") || info.starts_with("{.py");
            is_python && seen.is_line() && !seen.is_inside() && seen.marks() == "```"
        },
        skipping: None,
    },
    Tool {
        dialect: Dialect::MarkdownPytest,
        signs: &[
            "<!-- name: test",
            "<!--- name: test",
            "<!--\n    name: test",
        ],
        words: &[],
        selects: |seen| seen.is_in_ticks() && seen.word() == "python" && seen.is_tested(),
        skipping: DOCTEST,
    },
    Tool {
        dialect: Dialect::PytestCodeblocks,
        signs: &["<!--pytest-codeblocks:", "<!--pytest.mark."],
        words: &[],
        selects: |seen| {
            let is_output = seen.fence.fate == Fate::Output;
            seen.is_in_ticks() && seen.after_marks().trim_end() == "python" && !is_output
        },
        skipping: None,
    },
    Tool {
        dialect: Dialect::PytestCodeblock,
        signs: &["codeblock-name:", "<!-- pytestmark:", "<!-- continue:"],
        words: &["name=test_", "name:test_"],
        selects: |seen| {
            let mut words = seen.fence.info.split_whitespace().skip(1);
            let is_named = words.any(|word| {
                ["name=test_", "name:test_"]
                    .iter()
                    .any(|name| word.starts_with(name))
            });
            let is_python = ["py", "python", "python3"].contains(&&*seen.word().to_lowercase());
            let is_shown = seen.is_line() && seen.marks().starts_with('`');
            is_python && is_shown && (is_named || seen.is_tested())
        },
        skipping: None,
    },
    Tool {
        dialect: Dialect::Phmdoctest,
        signs: &["<!--phmdoctest-", "# phmdoctest:"],
        words: &[],
        selects: |seen| {
            let info = &seen.fence.info;
            let is_code = ["python", "py3"].iter().any(|name| info.starts_with(name));
            let is_session = info.starts_with("py") && seen.begins_with_prompt();
            seen.is_fenced() && (is_code || is_session)
        },
        skipping: DOCTEST,
    },
    Tool {
        dialect: Dialect::Sybil,
        signs: &[
            "skip: next",
            "skip: start",
            "invisible-code",
            "clear-namespace",
        ],
        words: &[],
        selects: |seen| {
            let infos = [
                "python",
                "{doctest}",
                "{code-block} python",
                "{code} python",
                "{code-cell} python",
            ];
            let is_hidden = seen.fence.kind == FenceKind::Comment && seen.marks().is_empty();
            is_hidden || (seen.is_line() && infos.contains(&seen.after_marks()))
        },
        skipping: DOCTEST,
    },
    Tool {
        dialect: Dialect::Doccmd,
        signs: &["doccmd["],
        words: &[],
        selects: |seen| {
            let infos = ["python", "{code-block} python"];
            let is_mdx = seen.guide.path.extension().is_some_and(|one| one == "mdx");
            let is_python =
                infos.contains(&seen.after_marks()) || (is_mdx && seen.word() == "python");
            seen.is_line() && is_python
        },
        skipping: None,
    },
    Tool {
        dialect: Dialect::Myst,
        signs: &["{doctest}", "{testcode}", "{testsetup}"],
        words: &[],
        selects: |seen| {
            let roles = ["{doctest}", "{testcode}", "{testsetup}", "{testcleanup}"];
            roles.contains(&seen.word()) && (seen.is_fenced() || seen.fence.fate == Fate::Run)
        },
        skipping: DOCTEST,
    },
    Tool {
        dialect: Dialect::Byexample,
        signs: &["# byexample:"],
        words: &[],
        selects: |seen| seen.begins_with_prompt(),
        skipping: Some("byexample:"),
    },
];

/// A fence as a tool sees it.
struct Seen<'a> {
    guide: &'a Guide,
    fence: &'a Fence,
    dialect: Dialect,
}

impl Seen<'_> {
    /// Its bytes in the guide.
    fn text(&self) -> &str {
        self.guide.text[self.fence.span.clone()].trim_start_matches([' ', '\t'])
    }

    /// The marks that open it; none where it is hidden behind a comment's first line.
    fn marks(&self) -> &str {
        let text = self.text();
        let mark = text.chars().next().filter(|mark| matches!(mark, '`' | '~'));
        let length = mark.map_or(0, |mark| text.len() - text.trim_start_matches(mark).len());
        &text[..length]
    }

    /// What stands behind the marks, blanks and all.
    fn after_marks(&self) -> &str {
        let rest = &self.text()[self.marks().len()..];
        rest.lines().next().unwrap_or_default()
    }

    fn word(&self) -> &str {
        let info = &self.fence.info;
        info.split_whitespace().next().unwrap_or_default()
    }

    /// The language in braces: `python` in `{.python continuation}`.
    fn in_braces(&self) -> Option<&str> {
        let inside = self.fence.info.strip_prefix('{')?.trim_matches(['{', '}']);
        let mut words = inside.split_whitespace();
        let class = words.clone().find_map(|word| word.strip_prefix('.'));
        class.or_else(|| words.next())
    }

    /// Whether it is a fence by `CommonMark`.
    fn is_fenced(&self) -> bool {
        self.fence.kind == FenceKind::Fenced
    }

    /// Whether it stands inside another fence.
    fn is_inside(&self) -> bool {
        self.fence.kind == FenceKind::Nested
    }

    /// Whether only blanks stand before it on its line, as it has to be for tools that read line by line.
    fn is_line(&self) -> bool {
        let before = &self.guide.text[..self.fence.span.start];
        let line = before.rsplit(['\n', '\r']).next().unwrap_or_default();
        line.trim_matches([' ', '\t', '\u{feff}']).is_empty()
    }

    /// Whether a tool that reads line by line, and knows backticks alone, takes it for a fence.
    fn is_in_ticks(&self) -> bool {
        self.is_line() && !self.is_inside() && self.marks().starts_with('`')
    }

    /// Whether the tool's markup makes a test of it.
    fn is_tested(&self) -> bool {
        self.fence.told.tests(self.dialect)
    }

    fn begins_with_prompt(&self) -> bool {
        let body = self.text().lines().nth(1).unwrap_or_default();
        body.trim_start_matches([' ', '\t', '>'])
            .starts_with(">>> ")
            || body.trim_start().starts_with(">>> ")
    }
}

/// Returns what each tool whose markup stands in a guide would run of it.
#[must_use]
pub fn coverage(document: &Document) -> Vec<Coverage> {
    let guide = &document.guide;
    let dialects = Dialects::new(guide.settings.dialects.as_deref());
    let tools = TOOLS.iter().filter(|tool| dialects.read(tool.dialect));
    tools
        .filter(|tool| is_recognised(document, tool))
        .map(|tool| of_tool(document, tool))
        .collect()
}

/// Whether a tool's markup stands in a guide; its words may mean something else in prose.
fn is_recognised(document: &Document, tool: &Tool) -> bool {
    let begins = |word: &str| tool.words.iter().any(|begin| word.starts_with(begin));
    let mut infos = document.fences.iter().map(|fence| &fence.info);
    let text = &document.guide.text;
    tool.signs.iter().any(|sign| text.contains(sign))
        || infos.any(|info| info.split([' ', '{', '}', ',']).any(begins))
}

fn of_tool(document: &Document, tool: &Tool) -> Coverage {
    let unrun = unrun(document, tool);
    let mut coverage = Coverage {
        tool: tool.dialect.name(),
        runs: Vec::new(),
        skips: Vec::new(),
        misses: Vec::new(),
    };
    for (index, fence) in document.fences.iter().enumerate() {
        let selected = (tool.selects)(&Seen {
            guide: &document.guide,
            fence,
            dialect: tool.dialect,
        });
        let skipped = fence.told.skips(tool.dialect) || (selected && unrun.contains(&index));
        if skipped {
            coverage.skips.push(index);
        } else if selected {
            coverage.runs.push(index);
        } else if is_python(fence) {
            coverage.misses.push(index);
        }
    }
    coverage
}

/// Whether readers of the page take a fence for Python that runs.
fn is_python(fence: &Fence) -> bool {
    match fence.fate {
        Fate::Run | Fate::Lookalike(_) => true,
        Fate::Skipped(_) => fence.kind != FenceKind::Comment,
        Fate::Output | Fate::File | Fate::NotPython | Fate::Nested => false,
    }
}

/// Returns the fences of sessions that a tool would begin, and run no prompt of.
fn unrun(document: &Document, tool: &Tool) -> Vec<usize> {
    let Some(skipping) = tool.skipping else {
        return Vec::new();
    };
    let is_left_out = |prompt: &Prompt| prompt.has("SKIP") && prompt.source.contains(skipping);
    let blocks = document.examples.iter().flat_map(|example| &example.blocks);
    let unrun = blocks.filter(|block| match &block.kind {
        BlockKind::Session(prompts) => prompts.iter().all(is_left_out),
        BlockKind::Script => false,
    });
    unrun.map(|block| block.fence).collect()
}
