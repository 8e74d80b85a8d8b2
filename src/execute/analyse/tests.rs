use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::execute::Cache;
use crate::execute::sandbox::Level;
use crate::execute::testing::interpreters;

fn analysed(interpreter: &Interpreter, codes: &[&str]) -> Result<Vec<Analysis>, Problem> {
    analyse(interpreter, codes, &RunOptions::new(1, Level::Off))
}

/// Puts a script before an interpreter, which sees a question and may end before it is answered.
fn stub(folder: &Path, cases: &str) -> Interpreter {
    let mut interpreter = interpreters().pop().expect("there is an interpreter");
    let path = folder.join("python");
    let real = interpreter.path.display();
    let text = format!(
        "#!/bin/sh\necho asked >> '{}/log'\nquestion=$(cat)\ncase $question in\n{cases}\nesac\nprintf %s \"$question\" | '{real}' \"$@\"\n",
        folder.display()
    );
    let written = fs::write(&path, text);
    let executable = fs::Permissions::from_mode(0o755);
    let written = written.and_then(|()| fs::set_permissions(&path, executable));
    written.expect("the folder takes a script");
    interpreter.path = path;
    interpreter
}

/// Asserts one property of a block on every interpreter from 3.9 on.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "tables read better")]
fn case<T: std::fmt::Debug + PartialEq>(code: &str, property: fn(&Analysis) -> T, expected: T) {
    for interpreter in interpreters() {
        if interpreter.release[1] < 9 {
            continue;
        }
        let analyses = analysed(&interpreter, &[code]).expect("it starts");
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
        let analyses = analysed(&interpreter, &codes).unwrap();
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
        let analyses = analysed(&interpreter, &codes).unwrap();
        let defines: Vec<String> = [0, 2, 4]
            .map(|index: usize| analyses[index].defines.join(" "))
            .into();
        assert_eq!(defines, ["a", "b", "c"], "{}", interpreter.version);
        assert_eq!(analyses.len(), 5);
    }
}

#[test]
fn an_interpreter_that_ends_early_costs_only_the_block_it_ended_over() {
    for (cases, words) in [
        (
            "*bad*) kill -SEGV $$;;",
            "crashed (SIGSEGV) while compiling it",
        ),
        ("*bad*) exit 3;;", "exited with status 3 while compiling it"),
        ("*bad*) echo '[1, 2]'; exit 0;;", "gave no answer about it"),
        (
            "*bad*) head -c 200000000 /dev/zero; exit 0;;",
            "wrote too much about it",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let interpreter = stub(folder.path(), cases);
        let codes = ["a = 1\n", "b = 1\n", "bad = 1\n", "c = 1\n", "bad = 2\n"];
        let analyses = analysed(&interpreter, &codes).unwrap();
        let told: Vec<String> = (analyses.iter())
            .map(|analysis| match &analysis.syntax_error {
                Some((message, 0)) if analysis.unanswered => message.clone(),
                _ => analysis.defines.join(" "),
            })
            .collect();
        let ended = format!("{} {words}", interpreter.in_words());
        assert_eq!(told, ["a", "b", &ended, "c", &ended], "{cases}");
    }
}

#[test]
fn an_interpreter_that_never_answers_is_not_asked_about_every_block() {
    let folder = tempfile::tempdir().unwrap();
    let interpreter = stub(folder.path(), "*) echo nothing; exit 0;;");
    let codes = vec!["x = 1\n"; 300];
    let analyses = analysed(&interpreter, &codes).unwrap();
    assert!(analyses.iter().all(|analysis| analysis.unanswered));
    assert_eq!(analyses.len(), 300);
    let log = fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(log.lines().count() <= 3, "{log}");
}

#[test]
fn a_crash_is_kept_and_what_the_machine_may_have_caused_is_not() {
    for (cases, kept) in [
        ("*bad*) kill -SEGV $$;;", true),
        ("*bad*) kill -KILL $$;;", false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let interpreter = stub(folder.path(), cases);
        let options = RunOptions {
            cache: Some(Arc::new(Cache::new(folder.path(), folder.path()))),
            ..RunOptions::new(1, Level::Off)
        };
        let ask = || analyse(&interpreter, &["bad = 1\n", "x = 1\n"], &options).unwrap();
        let asked = || fs::read_to_string(folder.path().join("log")).unwrap();
        let (first, before) = (ask(), asked());
        assert!(first[0].unanswered);
        assert_eq!((ask(), asked() == before), (first, kept), "{cases}");
    }
}

#[test]
fn hostile_code_is_read_and_never_run() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("ran");
    let write = format!("open({:?}, 'w').close()", mark.display().to_string());
    let codes = [
        format!("{write}\n"),
        format!("@{write}\nclass A(metaclass={write}): x: {write} = 1\n"),
        format!(
            "f'{{ {} }}'\ndef f(x={write}): pass\n",
            write.replace('\'', "\"")
        ),
        format!("# -*- coding: rot13 -*-\n{write}\n"),
        format!("# coding: no-such-codec\n{write}\n"),
        format!("x = 1\0\n{write}\n"),
        format!("\u{feff}{write}\n"),
        format!("{}{write}{}\n", "[".repeat(90_000), "]".repeat(90_000)),
        format!("{}{write}\n", "-".repeat(200_000)),
        format!("{write}\nx{}\n", ".a".repeat(100_000)),
        format!(
            "{write}\n{}\n",
            (0..500)
                .map(|depth| " ".repeat(depth) + "if 1:\n")
                .collect::<String>()
        ),
        format!("x = {}\n{write}\n", "9".repeat(100_000)),
        format!("x = '{}'\n{write}\n", "s".repeat(1 << 20)),
        "x = 'a' * 10**10 ** 10\ny = 1 << 10**9\nz = (1,) * 10**9\n".to_owned(),
        "import json, sys\nraise SystemExit\n__import__('os').abort()\n".to_owned(),
        "print('[]')\n".to_owned(),
    ];
    let mut all: Vec<&str> = codes.iter().map(String::as_str).collect();
    all.push("last = 1\n");
    for interpreter in interpreters() {
        let analyses = analysed(&interpreter, &all).unwrap();
        assert_eq!(analyses.len(), all.len(), "{}", interpreter.version);
        assert_eq!(analyses.last().unwrap().defines, ["last"]);
        assert!(!mark.exists(), "{} ran some of it", interpreter.version);
    }
}
