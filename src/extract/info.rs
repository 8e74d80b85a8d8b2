//! The info string of a fence: which language it names, and what else it says.

use std::borrow::Cow;

use crate::wording::nearest;

use super::attributes::{Attribute, attributes};
use super::literal::LITERAL_INCLUDE;

/// What the language of an info string is to fencepost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// Python that runs: `python`, `py`, `Python3`, `{.python}`, `{code-cell} ipython3`.
    Python,
    /// Prompts and their outputs: `pycon`, `doctest`.
    Session,
    /// An output of the example before it: `output`, `pytb`.
    Output,
    /// May be an output: no info, `text`, `console`.
    Plain,
    /// May hold prompts, like a terminal: `sh`, `bash`.
    Shell,
    /// Python that `CPython` does not run here, with the reason.
    Foreign(&'static str),
    /// Looks like a misspelt name of Python.
    Misspelt,
    /// Anything else.
    Other,
}

/// An info string, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Info<'a> {
    /// What it names.
    pub(super) language: Language,
    /// The word that names it, as written.
    pub(super) word: &'a str,
    /// A directive in braces before it: `code-cell` in `{code-cell} ipython3`.
    pub(super) role: Option<&'a str>,
    /// The first word after that directive.
    pub(super) argument: &'a str,
    /// Everything after the language; spans are bytes of the info string.
    pub(super) attributes: Vec<Attribute>,
}

impl Info<'_> {
    /// Says whether the fence is a box of Markdown, such as `{note}` or `{tab-item}` of `MyST`.
    pub(super) fn is_box(&self) -> bool {
        self.role.is_some_and(|role| BOXES.contains(&role))
    }

    /// Says whether the fence is a directive of Sphinx or `MyST` that holds code or an output.
    pub(super) fn holds_code(&self) -> bool {
        self.role.is_some() && self.language != Language::Other && !self.is_box()
    }
}

/// Directives of `MyST` whose content is Markdown.
const BOXES: [&str; 27] = [
    "note",
    "warning",
    "tip",
    "important",
    "caution",
    "attention",
    "danger",
    "error",
    "hint",
    "seealso",
    "admonition",
    "dropdown",
    "details",
    "card",
    "grid",
    "grid-item",
    "grid-item-card",
    "tab-set",
    "tab-item",
    "tabbed",
    "panels",
    "container",
    "sidebar",
    "topic",
    "margin",
    "exercise",
    "solution",
];

/// Reads an info string.
pub(super) fn info(text: &str) -> Info<'_> {
    if let Some(inside) = text.strip_prefix('{') {
        return braced(text, inside);
    }
    let (word, glued) = glued(first_word(text));
    let from = word.len() + usize::from(!glued.is_empty() && glued.starts_with([',', ';']));
    Info {
        language: language(word),
        word,
        role: None,
        argument: "",
        attributes: shifted(text, from.min(text.len())),
    }
}

/// Returns what stands before the first blank or brace.
fn first_word(text: &str) -> &str {
    let plain = |byte: &u8| byte.is_ascii_graphic() && *byte != b'{';
    let end = text.bytes().take_while(plain).count();
    let ends = |letter: char| letter.is_whitespace() || letter == '{';
    let more = text[end..].find(ends).unwrap_or(text.len() - end);
    &text[..end + more]
}

/// Reads an info string that opens with a brace: `{.py …}`, `{python}`, `{code-cell} ipython3`.
fn braced<'a>(text: &'a str, inside: &'a str) -> Info<'a> {
    let inside = inside.trim_start();
    let start = text.len() - inside.len();
    let end = inside.find(|letter: char| letter.is_whitespace() || ",}".contains(letter));
    let word = &inside[..end.unwrap_or(inside.len())];
    let close = text.find('}').map_or(text.len(), |at| at + 1);
    let argument = text[close..].split_whitespace().next().unwrap_or_default();
    if let Some(class) = word.strip_prefix('.') {
        return known(class, shifted(text, 0), language(class));
    }
    if word.contains('=') {
        return known("", shifted(text, 0), Language::Plain);
    }
    let after = shifted(text, start + word.len());
    let (named, language) = match word {
        "code-cell" if argument.is_empty() => ("python", Language::Python),
        "code-block" | "code" | "sourcecode" | "code-cell" => (argument, language(argument)),
        "doctest" => (word, Language::Session),
        "testcode" | "testsetup" | "testcleanup" | "jupyter-execute" | "ipython" => {
            (word, Language::Python)
        }
        "testoutput" => (word, Language::Output),
        LITERAL_INCLUDE => (word, language_of_file(argument)),
        _ => (word, knitr_language(word)),
    };
    Info {
        role: Some(word),
        argument,
        ..known(named, after, language)
    }
}

/// Says what a file holds, by its ending.
fn language_of_file(path: &str) -> Language {
    match path.rsplit_once('.') {
        Some((_, "py" | "pyw")) => Language::Python,
        Some((_, "pycon")) => Language::Session,
        _ => Language::Other,
    }
}

/// In `{python}` the braces name an engine, in `{py:function}` or `{note}` a directive of Sphinx.
fn knitr_language(word: &str) -> Language {
    match language(word) {
        Language::Python => Language::Python,
        Language::Foreign(reason) => Language::Foreign(reason),
        _ => Language::Other,
    }
}

fn known(word: &str, attributes: Vec<Attribute>, language: Language) -> Info<'_> {
    Info {
        language,
        word,
        role: None,
        argument: "",
        attributes,
    }
}

/// Reads the attributes after `from`, with spans in the whole of `text`; keeps the braces' depth.
fn shifted(text: &str, from: usize) -> Vec<Attribute> {
    if text.len() == from {
        return Vec::new();
    }
    let inside = from > 0 && text[..from].contains('{') && !text[..from].contains('}');
    let prefix = if inside { "{" } else { "" };
    let rest = format!("{prefix}{}", &text[from..]);
    let mut found = attributes(&rest);
    for attribute in &mut found {
        let span = &mut attribute.span;
        *span = span.start + from - prefix.len()..span.end + from - prefix.len();
    }
    found
}

/// Splits a language from what is glued to it: `py:path/to.py`, `python,ignore`, `python=12`.
fn glued(word: &str) -> (&str, &str) {
    let marks = |byte| {
        matches!(
            byte,
            b':' | b',' | b';' | b'=' | b'!' | b'|' | b'#' | b'[' | b'('
        )
    };
    match word.bytes().position(marks) {
        Some(end) if end > 0 => word.split_at(end),
        _ => (word, ""),
    }
}

/// Names of Python, lower case.
const PYTHON: [&str; 14] = [
    "python",
    "py",
    "python3",
    "py3",
    "ipython",
    "ipython3",
    "sage",
    "python-3",
    "python3.x",
    "cpython",
    "python-code",
    "py-code",
    "python_code",
    "python-script",
];

/// Names that begin like Python and are something else.
const OTHERS: [&str; 29] = [
    "cython",
    "jython",
    "brython",
    "micropython",
    "circuitpython",
    "pyi",
    "pyrex",
    "pyx",
    "pytest",
    "pyret",
    "pyproject",
    "pyproject.toml",
    "pypi",
    "pymol",
    "pyodide.toml",
    "pyramid",
    "pypy-log",
    "python-requirements",
    "python-format",
    "python-logging",
    "pycfg",
    "pylog",
    "pytex",
    "pyqt",
    "pyc",
    "pyd",
    "pyw",
    "pyenv",
    "typhon",
];

/// Says what a language's name is to fencepost; case does not matter.
pub(super) fn language(word: &str) -> Language {
    if word.len() > 32 {
        return Language::Other;
    }
    let lower = lowered(word);
    let lower = lower.as_ref();
    if PYTHON.contains(&lower) || is_versioned(lower) {
        return Language::Python;
    }
    match lower {
        "" | "text" | "txt" | "plain" | "plaintext" | "console" => Language::Plain,
        "sh" | "bash" | "shell" | "shell-session" | "shellsession" | "terminal" | "repl"
        | "default" | "none" => Language::Shell,
        "output" | "pytb" | "py3tb" | "python-traceback" | "python3-traceback" => Language::Output,
        "pycon" | "pycon3" | "doctest" | "python-console" | "python-repl" | "pyrepl"
        | "python3-console" | "python-doctest" => Language::Session,
        "python2" | "py2" | "python-2" => Language::Foreign("Python 2"),
        "pyodide" | "pyodide-python" | "pyscript" | "py-script" | "py-repl" => {
            Language::Foreign("runs in a browser")
        }
        _ if OTHERS.contains(&lower) => Language::Other,
        _ if is_misspelt(lower) => Language::Misspelt,
        _ => Language::Other,
    }
}

/// Returns a word in lower case, as it is where it has no other letters.
fn lowered(word: &str) -> Cow<'_, str> {
    let is_lower = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    if word.bytes().all(is_lower) {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(word.to_lowercase())
    }
}

/// `python3.12`, `py312`: Python with a version of 3.
fn is_versioned(lower: &str) -> bool {
    let version = lower
        .strip_prefix("python")
        .or_else(|| lower.strip_prefix("py"));
    let version = version.map(|rest| rest.trim_start_matches(['-', '_']));
    version.is_some_and(|version| {
        version.starts_with('3')
            && version
                .chars()
                .all(|letter| letter.is_ascii_digit() || letter == '.')
    })
}

/// Says whether a word that is no known language is one or two slips away from `python`.
fn is_misspelt(lower: &str) -> bool {
    let alike = lower
        .bytes()
        .filter(|letter| b"python".contains(letter))
        .count();
    if alike < 2 {
        return false;
    }
    let slips = (4..=9).contains(&lower.len())
        && alike >= 4
        && nearest(lower, &["python", "python3"]).is_some();
    let begins = lower.starts_with("python") && lower.is_ascii();
    let short = [
        "pyton", "pyhon", "pythn", "pyth", "pyt", "yp", "ypthon", "pyy", "ppy",
    ];
    begins || slips || short.contains(&lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, expected: Language) {
        assert_eq!(info(text).language, expected, "{text}");
    }

    #[test]
    fn python_has_many_names_in_any_case() {
        for name in [
            "python",
            "py",
            "Python",
            "PYTHON3",
            "py3",
            "python3.12",
            "py title=\"x\"",
            "python:snippets/2_tricky_strings.py -s 2 -e 3",
            "python{1,3}",
            "{.python}",
            "{ .py .annotate hl_lines=\"1\" }",
            "{python}",
            "{python, echo=FALSE}",
            "python=",
            "{code-block} python",
            "{code-cell} ipython3",
            "{testcode}",
            "python,ignore",
        ] {
            case(name, Language::Python);
        }
        case("pycon", Language::Session);
        case("{doctest}", Language::Session);
        case("{doctest} group", Language::Session);
        case("{literalinclude} /code/x.py", Language::Python);
    }

    #[test]
    fn other_languages_stay_what_they_are() {
        for name in [
            "{py:function} f(x)",
            "rust",
            "cython",
            "pyi",
            "{note}",
            "{literalinclude} x.c",
            "json",
            "ruby",
            "Typhon",
        ] {
            case(name, Language::Other);
        }
        for name in ["", "text", "console", "{name=x}"] {
            case(name, Language::Plain);
        }
        case("pytb", Language::Output);
        case("python2", Language::Foreign("Python 2"));
    }

    #[test]
    fn a_slip_of_the_pen_is_seen() {
        for name in [
            "pyhton",
            "pyton",
            "phyton",
            "pythno",
            "pthon",
            "python-foo",
            "Pyhton3",
        ] {
            case(name, Language::Misspelt);
        }
    }

    #[test]
    fn attributes_keep_their_place() {
        let info = info("python {name=a} notest");
        assert_eq!(info.attributes.len(), 2);
        assert_eq!(
            &"python {name=a} notest"[info.attributes[0].span.clone()],
            "name=a"
        );
        assert!(info.attributes[0].braced && !info.attributes[1].braced);
    }
}
