//! Guides made of the lines that matter, in any order, under any container.

use std::fs;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// The tab stands first.
const PREFIXES: [&str; 18] = [
    "\t", "", "", "", "", " ", "  ", "   ", "    ", "     ", "> ", ">", "> > ", "- ", "* ", "1. ",
    "10. ", "> - ",
];

const BODIES: [&str; 46] = [
    "```",
    "```",
    "````",
    "~~~",
    "~~~~",
    "```py",
    "```python",
    "~~~ python",
    "```text",
    "``` py {name=a}",
    "```output",
    "````markdown",
    "```py x`y",
    "```\t",
    "``` \t",
    "~~~\t",
    "``",
    "print(1)",
    "    print(2)",
    "\tx = 1",
    "x",
    "дом",
    "",
    "",
    "",
    "# Heading",
    "## Вывод",
    "Title\n===",
    "---",
    "Output:",
    "Вывод:",
    ">>> 1 + 1",
    "... 2",
    "2",
    "<!-- fencepost: name=b -->",
    "<!-- fencepost: skip=\"why\" -->",
    "<!--",
    "-->",
    "<details>",
    "<summary>Вывод</summary>",
    "</details>",
    "<div markdown>",
    "!!! note",
    "??? tip \"x\"",
    "=== \"Tab\"",
    "--8<-- \"a.py\"",
];

/// Any guide.
pub(super) fn guide() -> impl Strategy<Value = String> {
    guide_of(&PREFIXES, true)
}

/// A guide that other parsers read as the specification says.
///
/// cmark and comrak count the bytes of a tab before a fence instead of its columns, and let a list
/// item go on after two blank lines at its start if the second has blanks in it.
pub(super) fn undisputed_guide() -> impl Strategy<Value = String> {
    guide_of(&PREFIXES[1..], false)
}

fn guide_of(prefixes: &'static [&'static str], blanks: bool) -> impl Strategy<Value = String> {
    let line = (select(prefixes), select(&BODIES[..]));
    let ends = select(&["\n", "\n", "\n", "\r\n", "\r"][..]);
    (vec(line, 0..24), ends, any::<bool>(), any::<bool>()).prop_map(
        move |(lines, end, marked, last)| {
            let mut text = String::from(if marked { "\u{feff}" } else { "" });
            for (prefix, body) in lines {
                let bare = body.is_empty() && prefix.trim().is_empty() && !blanks;
                let prefix = if bare { "" } else { prefix };
                text.push_str(prefix);
                text.push_str(&body.replace('\n', &format!("{end}{prefix}")));
                text.push_str(end);
            }
            if !last {
                text.truncate(text.trim_end_matches(['\r', '\n']).len());
            }
            text
        },
    )
}

/// Lines of all fixtures in any order, some of them below a container.
pub(super) fn mixed_fixtures() -> impl Strategy<Value = String> {
    let mut lines: Vec<String> = Vec::new();
    for folder in ["variations", "dialects"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/markup")
            .join(folder);
        let mut paths: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        for path in paths
            .iter()
            .filter(|path| path.extension().is_some_and(|end| end == "md"))
        {
            let text = fs::read_to_string(path).unwrap();
            lines.extend(text.split_inclusive('\n').map(str::to_owned));
        }
    }
    let line = (
        select(&["", "", "", "", "    ", "> ", "- "][..]),
        select(lines),
    );
    vec(line, 0..30).prop_map(|lines| {
        lines
            .into_iter()
            .flat_map(|(prefix, line)| [prefix.to_owned(), line])
            .collect()
    })
}
