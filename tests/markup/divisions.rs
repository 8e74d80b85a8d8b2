//! Sessions are divided into prompts and outputs as CPython's own `doctest` divides them.

use std::io::Write as _;
use std::process::{Command, Stdio};

use fencepost::extract::{BlockKind, Document};
use proptest::collection::vec;
use proptest::sample::select;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::read_text;
use crate::support::newest_python;

/// Lines of sessions, regular and faulty.
const LINES: [&str; 30] = [
    ">>> x",
    ">>> x = 1",
    ">>>",
    ">>> ",
    ">>>x",
    "  >>> y",
    "... z",
    "...",
    "... ",
    "...z",
    "    ... w",
    "",
    "  ",
    "1",
    "  1",
    "\t1",
    ">>> \tx",
    ">>> x\ty",
    "# c",
    ">>> # c",
    "...  # d",
    ">>> x # doctest: +ELLIPSIS",
    ">>> x # doctest: +SKIP, -ELLIPSIS",
    ">>> x # doctest: +NOPE",
    ">>> # doctest: +SKIP",
    ">>> 'a # doctest: +SKIP'",
    "... # doctest: +SKIP",
    "Traceback (most recent call last):",
    "<BLANKLINE>",
    "text > text",
];

/// Divides each text of a JSON list.
const DIVIDE: &str = "
import doctest, json, sys
names = {flag: name for name, flag in doctest.OPTIONFLAGS_BY_NAME.items()}
def divided(text):
    try:
        examples = doctest.DocTestParser().get_examples(text)
    except ValueError:
        return None
    return [[e.lineno, e.source, e.want, {names[flag]: on for flag, on in e.options.items()}] for e in examples]
print(json.dumps([divided(text) for text in json.load(sys.stdin)]))
";

#[test]
fn sessions_are_divided_as_cpython_divides_them() {
    let mut runner = TestRunner::deterministic();
    let strategy = vec(select(&LINES[..]), 0..9);
    let texts: Vec<String> = (0..3000)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .map(|lines| format!(">>> first\n{}\n", lines.join("\n")))
        .collect();
    let theirs = divided_by_cpython(&texts);
    for (text, theirs) in texts.iter().zip(theirs) {
        let ours = divided(&read_text(&format!("~~~python\n{text}~~~\n")));
        assert_eq!(ours, theirs, "{text}");
    }
}

fn divided_by_cpython(texts: &[String]) -> Vec<Value> {
    let mut child = Command::new(newest_python())
        .args(["-c", DIVIDE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(json!(texts).to_string().as_bytes())
        .unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Writes our division as CPython's is written; null where the session is refused.
fn divided(document: &Document) -> Value {
    let BlockKind::Session(prompts) = &document.examples[0].blocks[0].kind else {
        assert!(
            document
                .problems
                .iter()
                .any(|problem| problem.code == "bad-session")
        );
        return Value::Null;
    };
    let prompts = prompts.iter().map(|prompt| {
        let options: serde_json::Map<String, Value> = prompt
            .options
            .iter()
            .map(|(name, on)| (name.clone(), json!(on)))
            .collect();
        json!([prompt.line, prompt.source, prompt.want, options])
    });
    prompts.collect()
}
