//! Option lines at the top of a directive's body: `:tags: [skip-execution]`, or YAML between `---`.

use super::super::session::flags;
use super::super::{Flags, VersionCondition};
use std::iter::Peekable;

use super::marks::{skip_if, unquoted};
use super::{Dialect, Dialects, What, Wish};

/// Flags under which an output is compared letter by letter.
pub(in crate::extract) const EXACTLY: [&str; 2] =
    ["DONT_ACCEPT_BLANKLINE", "DONT_ACCEPT_TRUE_FOR_1"];

/// The flag of ours under which blanks and line ends do not count.
pub(super) const WITHOUT_BLANKS: &str = "IGNORE_WHITESPACE";

/// Flags that are on wherever Sphinx compares.
const SPHINX: [&str; 3] = [
    "ELLIPSIS",
    "IGNORE_EXCEPTION_DETAIL",
    "DONT_ACCEPT_TRUE_FOR_1",
];

/// Switches flags on.
pub(in crate::extract) fn on(names: &[&str]) -> Flags {
    names
        .iter()
        .map(|name| ((*name).to_owned(), true))
        .collect()
}

/// Returns the flags under which Sphinx compares what a directive shows.
pub(in crate::extract) fn flags_of_sphinx(role: Option<&str>) -> Option<Flags> {
    match role? {
        "doctest" => Some(on(&SPHINX)),
        // `<BLANKLINE>` is for prompts, whose output an empty line would end.
        "testoutput" => Some(on(&[&SPHINX[..], &["DONT_ACCEPT_BLANKLINE"]].concat())),
        _ => None,
    }
}

/// What stands above a directive's code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::extract) struct Options {
    /// How many lines it takes.
    pub(in crate::extract) lines: usize,
    /// What it asks for.
    pub(in crate::extract) wishes: Vec<Wish>,
}

/// Reads the options of a directive such as `code-cell`; other fences have none.
pub(in crate::extract) fn options<'a>(
    role: Option<&str>,
    argument: &str,
    lines: impl Iterator<Item = &'a str>,
    dialects: Dialects<'_>,
) -> Options {
    let Some(role) = role.filter(|role| has_options(role) && dialects.read(Dialect::Myst)) else {
        return Options::default();
    };
    let mut lines = lines.map(str::trim).peekable();
    let (mut count, settings) = settings(&mut lines);
    if count > 0 {
        count += lines.take_while(|line| line.is_empty()).count();
    }
    let mut wishes = role_wishes(role, argument);
    for (key, value) in settings {
        let value = unquoted(&value).unwrap_or(&value).to_owned();
        let words = format!(":{key}: {value}");
        let asked = setting(&key, &value).into_iter();
        wishes.extend(asked.map(|what| wish(&words, what)));
    }
    Options {
        lines: count,
        wishes,
    }
}

fn wish(words: &str, what: What) -> Wish {
    Wish::new(Dialect::Myst, words, what)
}

fn has_options(role: &str) -> bool {
    matches!(
        role,
        "code-block"
            | "code"
            | "sourcecode"
            | "code-cell"
            | "doctest"
            | "testcode"
            | "testsetup"
            | "testcleanup"
            | "testoutput"
            | "jupyter-execute"
            | "ipython"
            | "literalinclude"
    )
}

/// Cells share one namespace, and so do the blocks of a group of Sphinx's doctest.
fn role_wishes(role: &str, argument: &str) -> Vec<Wish> {
    let words = format!("{{{role}}} {argument}");
    let words = words.trim();
    match role {
        "code-cell" => vec![wish(words, What::Group("notebook".to_owned()))],
        "doctest" | "testcode" | "testsetup" | "testcleanup" => match argument {
            "" => vec![wish(words, What::Group("default".to_owned()))],
            group if group.contains(['*', ',']) => vec![wish(words, What::Unsupported(false))],
            group => vec![wish(words, What::Group(group.to_owned()))],
        },
        _ => Vec::new(),
    }
}

/// Reads `:key: value` lines, or YAML between `---`; returns how many lines they take.
pub(in crate::extract) fn settings<'a>(
    lines: &mut Peekable<impl Iterator<Item = &'a str>>,
) -> (usize, Vec<(String, String)>) {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut count = 0;
    if lines.next_if(|line| *line == "---").is_some() {
        count += 1;
        for line in lines.by_ref() {
            count += 1;
            if line == "---" {
                return (count, found);
            }
            match (line.strip_prefix('-'), line.split_once(':')) {
                (Some(item), _) => {
                    if let Some((_, value)) = found.last_mut() {
                        value.push_str(if value.is_empty() { "" } else { " " });
                        value.push_str(item.trim());
                    }
                }
                (None, Some((key, value))) => {
                    found.push((key.trim().to_owned(), value.trim().to_owned()));
                }
                (None, None) => {}
            }
        }
        return (0, Vec::new());
    }
    let option = |line: &str| {
        let (key, value) = line.strip_prefix(':')?.split_once(':')?;
        let named = !key.is_empty()
            && key
                .chars()
                .all(|letter| letter.is_alphanumeric() || letter == '-');
        named.then(|| (key.to_owned(), value.trim().to_owned()))
    };
    while let Some(setting) = lines.peek().and_then(|line| option(line)) {
        found.push(setting);
        lines.next();
        count += 1;
    }
    (count, found)
}

fn setting(key: &str, value: &str) -> Vec<What> {
    match key {
        "tags" => value
            .split([',', ' ', '[', ']', '"', '\''])
            .filter_map(|tag| match tag {
                "skip-execution" => Some(What::Skip("skip-execution".to_owned())),
                "raises-exception" => Some(What::Unsupported(true)),
                _ => None,
            })
            .collect(),
        "pyversion" => {
            let versions = VersionCondition::parse(value);
            vec![versions.map_or(What::Unsupported(false), What::Versions)]
        }
        "skipif" => skip_if(&[value]),
        // jupyter-sphinx goes on below an exception; a script ends with it.
        "raises" => vec![What::Unsupported(true)],
        "options" => vec![flags(value).map_or(What::Unsupported(false), What::Compare)],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(role: &str, body: &str, lines: usize, wishes: &[&str]) {
        let read = options(Some(role), "", body.lines(), Dialects::new(None));
        assert_eq!(read.lines, lines, "{body}");
        let words: Vec<&str> = read.wishes.iter().map(|wish| wish.words.as_str()).collect();
        assert_eq!(words, wishes, "{body}");
    }

    #[test]
    fn options_stand_above_the_code() {
        case("code-block", ":caption: x\n:name: y\n\n1\n", 3, &[]);
        case(
            "code-cell",
            ":tags: [hide-input, skip-execution]\n1\n",
            1,
            &["{code-cell}", ":tags: [hide-input, skip-execution]"],
        );
        case(
            "code-cell",
            "---\ntags:\n  - raises-exception\n---\n1\n",
            4,
            &["{code-cell}", ":tags: raises-exception"],
        );
        case(
            "testcode",
            ":pyversion: > 3.10\n1\n",
            1,
            &["{testcode}", ":pyversion: > 3.10"],
        );
        case("code-block", "x: int = 1\n", 0, &[]);
        case("note", ":class: x\n", 0, &[]);
    }
}
