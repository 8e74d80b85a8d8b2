//! What another tool would have run of a guide that bears its markup, told from the outside: by
//! which fences it selects, never by running it.

use super::{Document, Fate, Fence, FenceKind};

/// What one tool makes of the Python blocks that fencepost runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The tool, by its name in the configuration.
    pub tool: &'static str,
    /// Indices in [`Document::fences`] of the blocks that it runs too.
    pub runs: Vec<usize>,
    /// Indices of those that it passes over in silence.
    pub misses: Vec<usize>,
}

/// A tool: the words by which its markup is known, and the blocks that it selects.
struct Tool {
    name: &'static str,
    signs: &'static [&'static str],
    selects: fn(&Block<'_>) -> bool,
}

/// A block as such a tool sees it.
struct Block<'a> {
    fence: &'a Fence,
    /// Its bytes in the guide.
    text: &'a str,
    /// The name of its example.
    name: &'a str,
}

const TOOLS: [Tool; 10] = [
    Tool {
        name: "pytest-markdown-docs",
        signs: &[
            "notest",
            "continuation",
            "fixture:",
            "retry:",
            "pmd-metadata:",
        ],
        selects: |block| {
            let braced = block.class();
            block.is_fenced()
                && ["py", "python", "python3"].contains(&braced.unwrap_or(block.word()))
        },
    },
    Tool {
        name: "pytest-examples",
        signs: &["test=\"", "requires=\"", "lint=\"", "upgrade=\""],
        selects: |block| {
            let info = block.fence.info.to_lowercase();
            let backticks = block.text.starts_with("```");
            backticks && !block.is_quoted() && (info.starts_with("py") || info.starts_with("{.py"))
        },
    },
    Tool {
        name: "markdown-pytest",
        signs: &[
            "<!-- name: test",
            "<!--- name: test",
            "<!--\n    name: test",
        ],
        selects: |block| block.word() == "python" && block.name.starts_with("test"),
    },
    Tool {
        name: "pytest-codeblocks",
        signs: &["<!--pytest-codeblocks:", "<!--pytest.mark."],
        selects: |block| block.text.starts_with("```") && block.fence.info == "python",
    },
    Tool {
        name: "pytest-codeblock",
        signs: &[
            " name=test_",
            "codeblock-name:",
            "<!-- pytestmark:",
            "<!-- continue:",
        ],
        selects: |block| block.text.starts_with("```") && block.name.starts_with("test_"),
    },
    Tool {
        name: "phmdoctest",
        signs: &["<!--phmdoctest-", "# phmdoctest:"],
        selects: |block| {
            let info = &block.fence.info;
            let flavours = ["python", "py3", "python3"];
            let session = info.starts_with("py") && block.begins_with_prompt();
            block.is_fenced()
                && (flavours.iter().any(|flavour| info.starts_with(flavour)) || session)
        },
    },
    Tool {
        name: "sybil",
        signs: &[
            "skip: next",
            "skip: start",
            "invisible-code",
            "clear-namespace",
        ],
        selects: |block| {
            let info = block.fence.info.as_str();
            let directive = ["{code-block} python", "{code} python", "{code-cell} python"];
            info == "python"
                || info == "{doctest}"
                || directive.contains(&info)
                || block.fence.kind == FenceKind::Comment
        },
    },
    Tool {
        name: "doccmd",
        signs: &["doccmd["],
        selects: |block| {
            ["python", "{code-block} python"].contains(&block.fence.info.as_str())
                || block.word() == "python"
        },
    },
    Tool {
        name: "myst",
        signs: &["{doctest}", "{testcode}", "{testsetup}"],
        selects: |block| {
            let roles = ["{doctest}", "{testcode}", "{testsetup}", "{testcleanup}"];
            roles.contains(&block.word())
        },
    },
    Tool {
        name: "byexample",
        signs: &["# byexample:"],
        selects: |block| block.begins_with_prompt(),
    },
];

impl Block<'_> {
    fn word(&self) -> &str {
        let info = &self.fence.info;
        info.split_whitespace().next().unwrap_or_default()
    }

    /// The first class in braces: `python` in `{.python continuation}`.
    fn class(&self) -> Option<&str> {
        let inside = self.fence.info.strip_prefix('{')?.strip_suffix('}')?;
        inside
            .split_whitespace()
            .find_map(|word| word.strip_prefix('.'))
    }

    fn is_fenced(&self) -> bool {
        self.fence.kind == FenceKind::Fenced
    }

    fn is_quoted(&self) -> bool {
        self.text
            .lines()
            .skip(1)
            .any(|line| line.trim_start().starts_with("> "))
    }

    fn begins_with_prompt(&self) -> bool {
        let body = self.text.lines().nth(1).unwrap_or_default();
        body.trim_start().starts_with(">>> ")
    }
}

/// Returns what each tool whose markup stands in a guide would run of it.
#[must_use]
pub fn coverage(document: &Document) -> Vec<Coverage> {
    let guide = &document.guide;
    let named = |tool: &Tool| {
        let dialects = guide.settings.dialects.as_ref();
        dialects.is_none_or(|names| names.iter().any(|name| name == tool.name))
    };
    let recognised = |tool: &&Tool| tool.signs.iter().any(|sign| guide.text.contains(sign));
    let tools = TOOLS.iter().filter(|tool| named(tool));
    tools
        .filter(recognised)
        .map(|tool| of_tool(document, tool))
        .collect()
}

fn of_tool(document: &Document, tool: &Tool) -> Coverage {
    let running = document.fences.iter().enumerate();
    let running = running.filter(|(_, fence)| fence.fate == Fate::Run);
    let (runs, misses) = running.partition(|(_, fence)| {
        let id = fence.id.as_deref().unwrap_or_default();
        (tool.selects)(&Block {
            fence,
            text: &document.guide.text[fence.span.clone()],
            name: id.split_once('#').map_or("", |(_, name)| name),
        })
    });
    let index = |found: Vec<(usize, &Fence)>| found.into_iter().map(|(index, _)| index).collect();
    Coverage {
        tool: tool.name,
        runs: index(runs),
        misses: index(misses),
    }
}
