//! Names the feature that keeps an example from working on an older interpreter. Pure.
//!
//! Enters: the example's code and the last line of what the failing run wrote. Leaves: a few words
//! such as `match statement` or `module tomllib`, or nothing: a guess that could be wrong is not made.

use std::sync::LazyLock;

use regex::Regex;

/// What a piece of syntax looks like, its name, and the minor version of Python 3 that brought it.
type Syntax = (Regex, &'static str, u64);

/// Syntax by what it looks like; the first that is there is named.
static SYNTAX: LazyLock<Vec<Syntax>> = LazyLock::new(|| {
    [
        (
            r"(?m)^\s*match\b[^=\n]*:\s*(#.*)?\n\s*(#.*\n\s*)*case\b",
            "match statement",
            10,
        ),
        (r"(?m)^\s*except\s*\*", "except*", 11),
        (
            r"(?m)^\s*(async\s+)?(def|class|type)\s+\w+\s*\[([^\[\]\n]|\[[^\[\]\n]*\])*=",
            "type parameter defaults",
            13,
        ),
        (
            r"(?m)^\s*type\s+\w+\s*(\[[^\]\n]*\])?\s*=",
            "type statement",
            12,
        ),
        (
            r"(?m)^\s*(async\s+)?(def|class)\s+\w+\s*\[",
            "type parameters",
            12,
        ),
        (
            r#"(?m)(?:^|[\s(\[{=,+:])(?:[tT][rR]?|[rR][tT])["']"#,
            "template strings",
            14,
        ),
        (
            r"(?m)^\s*except\s+[\w.]+\s*,",
            "except without brackets",
            14,
        ),
        (r"(?m)^\s*lazy\s+(import|from)\b", "lazy imports", 15),
        (r"\w\[([^\]()\n]*,\s*)?\*\w", "unpacking in an index", 11),
        (
            r"(?m)^\s*(async\s+)?with\s*\(\s*\n",
            "with items in brackets",
            9,
        ),
        (
            r"(?m)^\s*@[\w.]*[(\[][^\n]*[)\]][.\[(]",
            "any expression as a decorator",
            9,
        ),
    ]
    .into_iter()
    .filter_map(|(pattern, name, minor)| Some((Regex::new(pattern).ok()?, name, minor)))
    .collect()
});

/// What the exception's message says, as a pattern and the words for it; `{0}` and `{1}` are its groups.
static MESSAGES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    [
        (r"^ModuleNotFoundError: No module named '([\w.]+)'", "module {0}"),
        (r"^ImportError: cannot import name '(\w+)' from '([\w.]+)'", "{1}.{0}"),
        (r"^AttributeError: module '([\w.]+)' has no attribute '(\w+)'", "{0}.{1}"),
        (r"^AttributeError: type object '([\w.]+)' has no attribute '(\w+)'", "{0}.{1}"),
        (r"^AttributeError: '([\w.]+)' object has no attribute '(\w+)'", "{0}.{1}"),
        (r"^TypeError: ([\w.]+)\(\) got an unexpected keyword argument '(\w+)'", "argument {1} of {0}()"),
        (r"^TypeError: ([\w.]+)\(\) takes no keyword arguments", "keyword arguments of {0}()"),
        (r"^TypeError: '(\w+)' is an invalid keyword argument for ([\w.]+)\(\)", "argument {0} of {1}()"),
        (r"^TypeError: unsupported operand type\(s\) for \|=?: 'dict' and 'dict'", "dict | dict"),
        (r"^TypeError: unsupported operand type\(s\) for \|: '(?:type|NoneType|[\w.]*Alias|_\w+)' and", "X | Y as a type"),
        (r"^TypeError: unsupported operand type\(s\) for \|: '\w+' and '(?:type|NoneType)'", "X | Y as a type"),
        (r"^TypeError: '(?:type|ABCMeta)' object is not subscriptable", "subscripted classes such as list[int]"),
        (r"^NameError: name '(\w+)' is not defined", "{0}"),
        (r"^(?:SyntaxError|IndentationError): .*\bf-string", "freer f-strings"),
    ]
    .into_iter()
    .filter_map(|(pattern, words)| Some((Regex::new(pattern).ok()?, words)))
    .collect()
});

/// Names what `code` needs where it failed with `last_line`, the last line of its reduced stderr.
pub(super) fn feature(code: &str, last_line: &str) -> Option<String> {
    if let Some(words) = by_message(last_line) {
        return Some(words);
    }
    let syntax = ["SyntaxError", "IndentationError"]
        .iter()
        .any(|name| last_line.starts_with(name));
    let mut known = SYNTAX.iter().filter(|_| syntax);
    known
        .find(|(pattern, ..)| pattern.is_match(code))
        .map(|(_, name, _)| (*name).to_owned())
}

/// Names syntax in `code` that came after Python 3.`minor`, and the minor version that brought it.
pub(super) fn newer_syntax(code: &str, minor: u64) -> Option<(&'static str, u64)> {
    let mut newer = SYNTAX.iter().filter(|(.., since)| *since > minor);
    let found = newer.find(|(pattern, ..)| pattern.is_match(code))?;
    Some((found.1, found.2))
}

fn by_message(last_line: &str) -> Option<String> {
    MESSAGES.iter().find_map(|(pattern, words)| {
        let found = pattern.captures(last_line)?;
        let group = |index| found.get(index).map_or("", |group| group.as_str());
        // The C half of a module is not what anybody imports: `_asyncio.Task`.
        let public = |name: &str| match name.split_once('.') {
            Some(_) => name.trim_start_matches('_').to_owned(),
            None => name.to_owned(),
        };
        Some(
            words
                .replace("{0}", &public(group(1)))
                .replace("{1}", &public(group(2))),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(code: &str, last_line: &str, expected: Option<&str>) {
        assert_eq!(feature(code, last_line).as_deref(), expected, "{code}");
    }

    #[test]
    fn syntax_is_named_by_what_it_looks_like() {
        let failed = "SyntaxError: invalid syntax";
        case(
            "match x:\n    case 1:\n        pass\n",
            failed,
            Some("match statement"),
        );
        case(
            "match (a, b):  # both\n    # first\n    case 1, 2:\n",
            failed,
            Some("match statement"),
        );
        case(
            "try:\n    pass\nexcept* ValueError:\n    pass\n",
            failed,
            Some("except*"),
        );
        case(
            "type Pair[T] = tuple[T, T]\n",
            failed,
            Some("type statement"),
        );
        case("type X = int\n", failed, Some("type statement"));
        case(
            "def first[T](xs: list[T]) -> T: ...\n",
            "SyntaxError: expected '('",
            Some("type parameters"),
        );
        case("class Box[T]:\n    pass\n", failed, Some("type parameters"));
        for code in [
            "class Box[T = int]:\n    pass\n",
            "def first[T = int](xs: list[T]) -> T: ...\n",
            "type Pair[T = tuple[int]] = tuple[T, T]\n",
        ] {
            case(code, failed, Some("type parameter defaults"));
        }
        let default = "def first[T](xs: list[T] = []) -> T: ...\n";
        case(default, failed, Some("type parameters"));
        case("print(t'{x}')\n", failed, Some("template strings"));
        case(
            "with (\n    open('a') as a,\n    open('b') as b,\n):\n    pass\n",
            failed,
            Some("with items in brackets"),
        );
        case(
            "print(f'{x!r:{'a'}}')\n",
            "SyntaxError: f-string: expecting '}'",
            Some("freer f-strings"),
        );
        case("print 1\n", failed, None);
        case("match = 1\n", failed, None);
        case(
            "match x:\n    case 1:\n        pass\n",
            "ValueError: x",
            None,
        );
    }

    #[test]
    fn syntax_is_newer_than_versions_before_it_alone() {
        let star = "try:\n    pass\nexcept* ValueError:\n    pass\n";
        assert_eq!(newer_syntax(star, 10), Some(("except*", 11)));
        assert_eq!(newer_syntax(star, 11), None);
        for quoted in ["print('t')\n", "print(\"I don't\")\n"] {
            assert_eq!(newer_syntax(quoted, 8), None, "{quoted}");
        }
        assert_eq!(newer_syntax("print(a[2*b])\n", 10), None);
        let unpacked = Some(("unpacking in an index", 11));
        assert_eq!(newer_syntax("print(a[*b], a[1, *b])\n", 10), unpacked);
        let default = "class Box[T = int]:\n    pass\n";
        let found = newer_syntax(default, 12);
        assert_eq!(found, Some(("type parameter defaults", 13)));
    }

    #[test]
    fn library_features_are_named_by_the_exception() {
        for (line, name) in [
            (
                "ModuleNotFoundError: No module named 'tomllib'",
                "module tomllib",
            ),
            (
                "ImportError: cannot import name 'batched' from 'itertools' (/x/itertools.py)",
                "itertools.batched",
            ),
            (
                "AttributeError: module 'asyncio' has no attribute 'TaskGroup'",
                "asyncio.TaskGroup",
            ),
            (
                "AttributeError: 'str' object has no attribute 'removeprefix'",
                "str.removeprefix",
            ),
            (
                "TypeError: zip() takes no keyword arguments",
                "keyword arguments of zip()",
            ),
            (
                "AttributeError: type object '_asyncio.Task' has no attribute 'uncancel'",
                "asyncio.Task.uncancel",
            ),
            (
                "AttributeError: module 'sys' has no attribute '_jit'",
                "sys._jit",
            ),
            (
                "TypeError: zip() got an unexpected keyword argument 'strict'",
                "argument strict of zip()",
            ),
            (
                "TypeError: 'key' is an invalid keyword argument for bisect_left()",
                "argument key of bisect_left()",
            ),
            (
                "TypeError: unsupported operand type(s) for |: 'dict' and 'dict'",
                "dict | dict",
            ),
            (
                "TypeError: unsupported operand type(s) for |: 'type' and 'NoneType'",
                "X | Y as a type",
            ),
            (
                "TypeError: 'type' object is not subscriptable",
                "subscripted classes such as list[int]",
            ),
            (
                "NameError: name 'ExceptionGroup' is not defined",
                "ExceptionGroup",
            ),
        ] {
            case("", line, Some(name));
        }
        case("", "ValueError: 3", None);
        case(
            "",
            "TypeError: unsupported operand type(s) for |: 'int' and 'str'",
            None,
        );
    }
}
