use super::*;
use crate::execute::testing::interpreters;

/// Asserts one property of a block on every interpreter from 3.9 on.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "tables read better")]
fn case<T: std::fmt::Debug + PartialEq>(code: &str, property: fn(&Analysis) -> T, expected: T) {
    for interpreter in interpreters() {
        if interpreter.release[1] < 9 {
            continue;
        }
        let analyses = analyse(&interpreter, &[code], None).expect("it starts");
        let found = property(&analyses[0]);
        assert_eq!(found, expected, "{} {:?}", interpreter.version, analyses[0]);
    }
}

#[track_caller]
fn undefined(code: &str, names: &[&str]) {
    case(
        code,
        |analysis| analysis.undefined.join(" "),
        names.join(" "),
    );
}

#[test]
fn comments_have_places_in_characters() {
    case(
        "x = 'дом'  # one\n# two\ns = '# no'\n",
        |analysis| {
            let comments = analysis.comments.iter();
            comments
                .map(|comment| {
                    (
                        comment.line,
                        comment.column,
                        comment.text.clone(),
                        comment.trailing,
                    )
                })
                .collect()
        },
        vec![
            (0, 11, "# one".to_owned(), true),
            (1, 0, "# two".to_owned(), false),
        ],
    );
}

#[test]
fn prints_know_whether_they_run_once() {
    let places = |analysis: &Analysis| {
        let prints = analysis.prints.iter();
        prints
            .map(|site| (site.line, site.end_line, site.once))
            .collect::<Vec<_>>()
    };
    case(
        "print(1)\nfor x in y:\n    print(2)\nwith a:\n    print(\n        3)\n",
        places,
        vec![(0, 0, true), (2, 2, false), (4, 5, true)],
    );
    case(
        "try:\n    print(1)\nexcept E:\n    print(2)\nfinally:\n    print(3)\n",
        places,
        vec![(1, 1, false), (3, 3, false), (5, 5, true)],
    );
    case(
        "x and print(1)\n[print(2) for x in y]\n",
        places,
        vec![(0, 0, false), (1, 1, false)],
    );
    case("def print(x): pass\nprint(1)\n", places, vec![]);
}

#[test]
fn imports_are_top_level_names() {
    case(
        "import os.path, sys as s\nfrom a.b import c\nfrom . import d\ndef f():\n    import json\n",
        |analysis| analysis.imports.join(" "),
        "os sys a json".to_owned(),
    );
}

#[test]
fn undefined_names_are_those_nobody_binds() {
    undefined("print(pool, len(x))\npool = 1\n", &["x"]);
    undefined(
        "def f(a, *b, c=d, **e): return a, b, c, e, g\n",
        &["d", "g"],
    );
    undefined("def f():\n    global g\n    g = 1\nprint(g)\n", &[]);
    undefined("class A:\n    x = 1\n    def f(self): return x\n", &["x"]);
    undefined("class A:\n    x = 1\n    y = x, __qualname__\n", &[]);
    undefined("[a for a in b]\nprint(a)\n", &["b", "a"]);
    undefined("if (n := f()): print(n)\n", &["f"]);
    undefined("[(last := a) for a in 'ab']\nprint(last)\n", &[]);
    undefined("from x import *\nprint(y)\n", &[]);
    undefined(
        "try: pass\nexcept E as e: print(e)\nprint(__name__, __file__)\n",
        &["E"],
    );
    undefined(
        "for i in range(3): pass\nprint(i)\nlambda q: q + z\n",
        &["z"],
    );
    undefined("def f():\n    def g(): return n\n    n = 1\n", &[]);
    undefined(
        "x: int = y\nwith open('f') as h: h\nimport a.b\na\n",
        &["y"],
    );
    undefined(
        "def f() -> Later: ...\n@wrap\nclass A(Base, metaclass=M): ...\n",
        &["Later", "wrap", "Base", "M"],
    );
}

#[test]
fn newer_grammar_is_understood_where_it_exists() {
    let codes = [
        "match p:\n    case {'a': x, **rest}: print(x, rest)\n    case [y, *others] as z: print(y, others, z)\n",
        "type Pair[T] = tuple[T, T]\ndef f[S](s: S) -> S: return s\nclass C[U]: u: U\nprint(Pair)\n",
        "try: pass\nexcept* E as e: print(e)\n",
    ];
    for interpreter in interpreters() {
        let analyses = analyse(&interpreter, &codes, None).unwrap();
        for (analysis, (minor, names)) in analyses.iter().zip([(10, "p"), (12, ""), (11, "E")]) {
            if interpreter.release[1] >= minor {
                assert_eq!(
                    analysis.undefined.join(" "),
                    names,
                    "{}",
                    interpreter.version
                );
            } else {
                assert!(analysis.syntax_error.is_some());
            }
        }
    }
}

#[test]
fn top_level_names_are_listed() {
    case(
        "import os.path as p\na, (b, *c) = 1, (2, 3)\ndef f(): x = 1\nclass K: y = 2\nfor i in a: pass\n",
        |analysis| analysis.defines.join(" "),
        "p a b c f K i".to_owned(),
    );
}

#[test]
fn syntax_errors_and_awaits_are_told_apart() {
    let error = |analysis: &Analysis| analysis.syntax_error.clone().map(|(_, line)| line);
    case("x = 1\ny = = 2\n", error, Some(1));
    case("x = 1\n", error, None);
    case("await f()\n", error, None);
    case("await f()\n", |analysis| analysis.needs_await, true);
    case(
        "async def f(): await g()\n",
        |analysis| analysis.needs_await,
        false,
    );
    case("return 1\n", error, Some(0));
    case("name = input()\n", |analysis| analysis.calls_input, true);
    case(
        "def input(): pass\ninput()\n",
        |analysis| analysis.calls_input,
        false,
    );
}

#[test]
fn a_block_that_kills_the_interpreter_costs_only_its_own_answer() {
    let deep = format!("{}1{}\n", "(".repeat(200), ")".repeat(200));
    let flat = format!("x = {}\n", vec!["1"; 100_000].join("+"));
    for interpreter in interpreters() {
        let codes = [
            "a = 1\n",
            deep.as_str(),
            "b = 1\n",
            flat.as_str(),
            "c = 1\n",
        ];
        let analyses = analyse(&interpreter, &codes, None).unwrap();
        let defines: Vec<String> = [0, 2, 4]
            .map(|index: usize| analyses[index].defines.join(" "))
            .into();
        assert_eq!(defines, ["a", "b", "c"], "{}", interpreter.version);
        assert_eq!(analyses.len(), 5);
    }
}

#[test]
fn batches_are_bounded_and_lose_nothing() {
    let codes = vec!["x = 1\n"; 1201];
    let sizes: Vec<usize> = batches(&codes).map(<[&str]>::len).collect();
    assert_eq!(sizes, [500, 500, 201]);
    let large = "#".repeat(BATCH_BYTES);
    let codes = [large.as_str(), large.as_str(), "y"];
    let sizes: Vec<usize> = batches(&codes).map(<[&str]>::len).collect();
    assert_eq!(sizes, [1, 1, 1]);
}
