//! Sessions, held against CPython's own `doctest` on the same blocks.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::{Project, has_python};

/// Blocks of every rule that `doctest` has, true and false ones.
const SESSIONS: [&str; 34] = [
    ">>> 1 + 1\n2",
    ">>> 1 + 1\n3",
    ">>> x = 1\n>>> x\n1",
    ">>> x = 1\n1",
    ">>> print('a')\na\n>>> print('b')\nc",
    ">>> 1 == 1\n1",
    ">>> 1 == 1 # doctest: +DONT_ACCEPT_TRUE_FOR_1\n1",
    ">>> print('a\\n\\nb')\na\n<BLANKLINE>\nb",
    ">>> print('a\\n \\nb')\na\n<BLANKLINE>\nb",
    ">>> print('<BLANKLINE>') # doctest: +DONT_ACCEPT_BLANKLINE\n<BLANKLINE>",
    ">>> print('') # doctest: +DONT_ACCEPT_BLANKLINE\n<BLANKLINE>",
    ">>> list(range(20)) # doctest: +ELLIPSIS\n[0, 1, ..., 18, 19]",
    ">>> list(range(20))\n[0, 1, ..., 18, 19]",
    ">>> print('abc') # doctest: +ELLIPSIS\nabc...c",
    ">>> print('one\\ntwo\\nthree') # doctest: +ELLIPSIS\none\n...three",
    ">>> print('a   b\\nc') # doctest: +NORMALIZE_WHITESPACE\na b c",
    ">>> print('a   b')\na b",
    ">>> [1,\n...  2]\n[1, 2]",
    ">>> for i in range(2):\n...     print(i)\n...\n0\n1",
    ">>> 1/0\nTraceback (most recent call last):\n  File \"<stdin>\", line 1\nZeroDivisionError: division by zero",
    ">>> 1/0\nTraceback (most recent call last):\n    ...\nZeroDivisionError: other words",
    ">>> 1/0\nTraceback (innermost last):\nZeroDivisionError: division by zero",
    ">>> 1/0 # doctest: +IGNORE_EXCEPTION_DETAIL\nTraceback (most recent call last):\nsome.module.ZeroDivisionError: whatever",
    ">>> 1/0 # doctest: +IGNORE_EXCEPTION_DETAIL\nTraceback (most recent call last):\nValueError: division by zero",
    ">>> 1/0\n0",
    ">>> 1\nTraceback (most recent call last):\nValueError: x",
    ">>> raise ValueError('a\\nb')\nTraceback (most recent call last):\n    ...\nValueError: a\nb",
    ">>> print('before'); 1/0\nbefore\nTraceback (most recent call last):\nZeroDivisionError: division by zero",
    ">>> 1 +\nTraceback (most recent call last):\n    ...\nSyntaxError: invalid syntax",
    ">>> None\n>>> 'text'\n'text'",
    ">>> 1\n>>> 2\n2",
    ">>> class E(Exception): pass\n>>> raise E('x')\nTraceback (most recent call last):\n    ...\nE: x",
    ">>> import json\n>>> json.loads('{')  # doctest: +ELLIPSIS\nTraceback (most recent call last):\n    ...\njson.decoder.JSONDecodeError: Expecting ...",
    ">>> 0.1 + 0.2\n0.3",
];

/// Says for each block of stdin (a JSON list) whether `doctest` finds no failure in it.
const JUDGE: &str = r#"
import doctest, json, sys
parser = doctest.DocTestParser()
for index, block in enumerate(json.load(sys.stdin)):
    test = parser.get_doctest(block, {"__name__": "__main__"}, "block", "block", 0)
    runner = doctest.DocTestRunner(verbose=False)
    print(runner.run(test, out=lambda text: None).failed == 0)
"#;

fn judged_by_doctest(version: &str) -> Vec<bool> {
    let project = Project::new();
    let listed = project.run("python list --format json").stdout();
    let field = |line: &str, key: &str| -> Option<String> {
        let value: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(value[key].as_str()?.to_owned())
    };
    let is_version = |line: &&str| {
        let found = field(line, "version").unwrap_or_default();
        found.starts_with(&format!("{version}."))
    };
    let line = listed.lines().find(is_version).unwrap();
    let mut child = Command::new(field(line, "path").unwrap())
        .args(["-c", JUDGE])
        .env("PYTHONHASHSEED", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let blocks = serde_json::to_string(&SESSIONS[..]).unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(blocks.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| line == "True").collect()
}

#[test]
fn sessions_are_judged_as_doctest_judges_them() {
    for version in ["3.9", "3.10", "3.11", "3.12", "3.13"] {
        if !has_python(version) {
            continue;
        }
        let project = Project::new().guide("a.md", &SESSIONS);
        let ran = project.run(&format!("check --python {version} --format json"));
        let results = ran.json("result");
        let doctest = judged_by_doctest(version);
        assert_eq!(results.len(), SESSIONS.len());
        assert_eq!(doctest.len(), SESSIONS.len());
        for ((result, holds), session) in results.iter().zip(doctest).zip(SESSIONS) {
            let found = result["verdict"] != "differs";
            assert_eq!(found, holds, "{version}\n{session}\n{result:#}");
        }
    }
}

#[test]
fn a_false_output_points_at_its_line_in_the_guide() {
    let text = "# Title\n\n> ```pycon\n> >>> 1\n> 1\n> >>> 2\n> 3\n> ```\n";
    let project = Project::new().file("a.md", text);
    let ran = project.run("check --format json").exits(1);
    let result = &ran.json("result")[0];
    assert_eq!(result["verdict"], "differs");
    assert_eq!(result["difference"]["line"], 7);
    assert_eq!(result["difference"]["expected"], "3\n");
    assert_eq!(result["difference"]["actual"], "2\n");
}
