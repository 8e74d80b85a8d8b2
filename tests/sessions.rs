//! Sessions, held against CPython's own `doctest` on the same blocks.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{Project, interpreters, newest_python};

/// Blocks of every rule that `doctest` has, true and false ones.
const SESSIONS: [&str; 41] = [
    ">>> object() # doctest: +ELLIPSIS\n<object object at 0x...>",
    ">>> object() # doctest: +ELLIPSIS\n<Other object at 0x...>",
    ">>> object()\n<object object at 0x...>",
    ">>> [object(), 1] # doctest: +ELLIPSIS\n[<object object at 0x...>, 1]",
    ">>> [object(), object()] # doctest: +ELLIPSIS\n[<object object at 0x...]",
    ">>> hex(255) # doctest: +ELLIPSIS\n'0x...'",
    ">>> object() # doctest: +ELLIPSIS, +NORMALIZE_WHITESPACE\n<object  object at 0x...0>",
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

/// Sessions that option flags may make true or false; a directive stands in the place of `@`.
const FLAGGED: [&str; 44] = [
    ">>> 1 == 1@\n1",
    ">>> 1 == 1@\nTrue",
    ">>> 1 == 2@\n0",
    ">>> print('True')@\n1",
    ">>> 1 == 1@\n1\n>>> 1 == 1\n1",
    ">>> 1 == 1\n1\n>>> 1 == 1@\n1",
    ">>> 1@\n2",
    ">>> 1@\n2\n>>> 2\n2",
    ">>> 1@\n1\n>>> 2\n3",
    ">>> x = 1@\n>>> x\n1",
    ">>> x = 1@\n1",
    ">>> print('a\\n\\nb')@\na\n<BLANKLINE>\nb",
    ">>> print('a\\n \\t\\nb')@\na\n<BLANKLINE>\nb",
    ">>> print('a\\n\\n\\nb')@\na\n<BLANKLINE>\n<BLANKLINE>\nb",
    ">>> print('<BLANKLINE>')@\n<BLANKLINE>",
    ">>> print('')@\n<BLANKLINE>",
    ">>> print('a\\n')@\na\n<BLANKLINE>",
    ">>> print('a   b\\tc')@\na b c",
    ">>> print('a b')@\na   b",
    ">>> print('a\\nb')@\na b",
    ">>> print('a b')@\na\nb",
    ">>> print('ab')@\na b",
    ">>> print('a\\n\\n  b ')@\na\n<BLANKLINE>\nb",
    ">>> print(' ')@\n<BLANKLINE>",
    ">>> list(range(20))@\n[0, 1, ..., 18, 19]",
    ">>> print('abc')@\nabc...c",
    ">>> print('abc')@\n...",
    ">>> print('a\\n\\nb   c')@\na...b c",
    ">>> print('a\\nb\\nc')@\na\n...\nc",
    ">>> print('a...b')@\na...b",
    ">>> print('abab')@\nab...ab...",
    ">>> print('aba')@\nab...ba",
    ">>> 1/0@\nTraceback (most recent call last):\n    ...\nZeroDivisionError: division by zero",
    ">>> 1/0@\nTraceback (most recent call last):\nZeroDivisionError: other words",
    ">>> 1/0@\nTraceback (most recent call last):\nZeroDivisionError: division...zero",
    ">>> 1/0@\nTraceback (most recent call last):\nZeroDivisionError:   division  by zero",
    ">>> 1/0@\nTraceback (most recent call last):\nZeroDivisionError",
    ">>> 1/0@\nTraceback (most recent call last):\nsome.module.ZeroDivisionError: whatever",
    ">>> 1/0@\nTraceback (most recent call last):\nValueError: division by zero",
    ">>> 1/0@\nTraceback (most recent call last):\n    ...\nArith...: division by zero",
    ">>> raise ValueError('a\\nb')@\nTraceback (most recent call last):\n    ...\nValueError: a\nc",
    ">>> 1/0@\n0",
    ">>> 1@\nTraceback (most recent call last):\nValueError: x",
    ">>> print('Traceback (most recent call last):\\n  File 1\\nE: x')@\nTraceback (most recent call last):\n  File 1\nE: x",
];

/// Which of them is also run with each flag in a block of its own.
const ALONE: usize = 6;

/// A prompt that forgets what the sessions above it named.
const FORGET: &str = ">>> _ = globals().pop('x', None)\n";

/// The option flags of CPython's own `doctest`; the first six change what is compared.
const OPTION_FLAGS: [&str; 11] = [
    "DONT_ACCEPT_TRUE_FOR_1",
    "DONT_ACCEPT_BLANKLINE",
    "NORMALIZE_WHITESPACE",
    "ELLIPSIS",
    "IGNORE_EXCEPTION_DETAIL",
    "SKIP",
    "REPORT_UDIFF",
    "REPORT_CDIFF",
    "REPORT_NDIFF",
    "REPORT_ONLY_FIRST_FAILURE",
    "FAIL_FAST",
];

/// Sessions whose directives `doctest` refuses.
const REFUSED: [&str; 7] = [
    ">>>1\n1",
    ">>> 1\n1\n>>>2\n2",
    ">>> 1 # doctest: +ELIPSIS\n1",
    ">>> 1 # doctest: ELLIPSIS\n1",
    ">>> 1 # doctest: +ELLIPSIS -\n1",
    ">>> # doctest: +ELLIPSIS\n>>> 1\n1",
    ">>> 1 # doctest: +ellipsis\n1",
];

/// Says for each block of stdin (a JSON list) whether `doctest` finds no failure in it; `None` where it refuses.
const JUDGE: &str = r#"
import doctest, json, sys
parser = doctest.DocTestParser()
for block in json.load(sys.stdin):
    try:
        test = parser.get_doctest(block, {"__name__": "__main__"}, "block", "block", 0)
    except ValueError:
        print(None)
        continue
    runner = doctest.DocTestRunner(verbose=False)
    print(runner.run(test, out=lambda text: None).failed == 0)
"#;

/// Prints the names of every option flag.
const NAME_FLAGS: &str = "import doctest; print('\\n'.join(doctest.OPTIONFLAGS_BY_NAME))";

fn printed_by(python: &str, program: &str, stdin: &str) -> String {
    let mut child = Command::new(python)
        .args(["-c", program])
        .env("PYTHONHASHSEED", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(stdin.as_bytes()).unwrap();
    drop(pipe);
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

fn judged_by_doctest(python: &str, sessions: &[&str]) -> Vec<Option<bool>> {
    let judged = printed_by(python, JUDGE, &serde_json::to_string(sessions).unwrap());
    let verdict = |line: &str| (line != "None").then_some(line == "True");
    judged.lines().map(verdict).collect()
}

/// Runs sessions by both and holds one verdict against the other; returns how many are true.
fn compare_with_doctest(python: &str, sessions: &[&str]) -> usize {
    let results = results(python, sessions);
    let doctest = judged_by_doctest(python, sessions);
    assert_eq!(results.len(), sessions.len());
    assert_eq!(doctest.len(), sessions.len());
    let pairs = results.iter().zip(&doctest).zip(sessions);
    let wrong: Vec<_> = pairs
        .filter(|((result, holds), _)| ours(result) != **holds)
        .map(|((result, holds), session)| (session, holds, &result["reason"]))
        .collect();
    assert!(wrong.is_empty(), "{python}\n{wrong:#?}");
    doctest.iter().filter(|holds| **holds == Some(true)).count()
}

/// A project that forgives nothing.
fn strict() -> Project {
    Project::new().file("fencepost.toml", "strict = true\n")
}

fn results(python: &str, sessions: &[&str]) -> Vec<Value> {
    let project = strict().guide("a.md", sessions);
    let ran = project.run(&format!("check --python {python} --format json"));
    ran.json("result")
}

/// What a result says: true, false, or that the session is refused.
fn ours(result: &Value) -> Option<bool> {
    let reason = result["reason"].as_str().unwrap_or_default();
    match result["verdict"].as_str().unwrap() {
        "differs" => Some(false),
        "skipped" if reason == "doctest cannot read it" => None,
        "skipped" => {
            let is_skipped = reason == "every prompt is `+SKIP`";
            is_skipped.then_some(true)
        }
        _ => Some(true),
    }
}

#[test]
fn sessions_are_judged_as_doctest_judges_them() {
    for python in interpreters() {
        let holding = compare_with_doctest(&python, &SESSIONS);
        assert!(holding > 10 && holding < SESSIONS.len() - 10, "{holding}");
        compare_with_doctest(&python, &REFUSED);
    }
}

/// Every directive that one prompt may bear: no flag, each switched on, off and both, and pairs of those that compare.
fn directives() -> Vec<String> {
    let mut lists = vec![String::new()];
    for flag in OPTION_FLAGS {
        let given = [
            format!("+{flag}"),
            format!("-{flag}"),
            format!("+{flag} -{flag}"),
        ];
        lists.extend(given);
    }
    for (at, flag) in OPTION_FLAGS[..6].iter().enumerate() {
        let others = OPTION_FLAGS[at + 1..6].iter();
        lists.extend(others.map(|other| format!("+{flag},+{other}")));
    }
    lists
}

#[test]
fn every_option_flag_means_to_a_prompt_what_doctest_makes_of_it() {
    let python = newest_python();
    let known = printed_by(&python, NAME_FLAGS, "");
    let mut known: Vec<&str> = known.lines().collect();
    let mut flags = OPTION_FLAGS;
    known.sort_unstable();
    flags.sort_unstable();
    assert_eq!(known, flags);
    let directives = directives();
    let flagged = |session: &str| -> Vec<String> {
        let comments = directives.iter().map(|list| match list.as_str() {
            "" => String::new(),
            list => format!(" # doctest: {list}"),
        });
        comments
            .map(|comment| session.replace('@', &comment))
            .collect()
    };
    let blocks: Vec<Vec<String>> = FLAGGED.into_iter().map(flagged).collect();
    let sessions: Vec<&str> = blocks.iter().flatten().map(String::as_str).collect();
    assert!(sessions.len() > 2000);
    let doctest = judged_by_doctest(&python, &sessions);
    let ours = judged_together(&python, &blocks);
    assert_eq!(ours.len(), sessions.len());
    for ((session, doctest), ours) in sessions.iter().zip(&doctest).zip(ours) {
        assert_eq!(*doctest, Some(ours), "{session}");
    }
    let holding = doctest.iter().filter(|holds| **holds == Some(true)).count();
    assert!(holding > 500 && holding < sessions.len() - 500, "{holding}");
    // Each in a block of its own, it means the same.
    let alone: Vec<&str> = blocks[ALONE].iter().map(String::as_str).collect();
    compare_with_doctest(&python, &alone);
}

/// Says of each session whether its outputs are shown truly, where many stand in one block, parted by blank lines.
fn judged_together(python: &str, blocks: &[Vec<String>]) -> Vec<bool> {
    let (mut text, mut ends) = ("# Title\n".to_owned(), Vec::new());
    for block in blocks {
        text.push_str("\n```python\n");
        for session in block {
            text.push_str(FORGET);
            text.push_str(session);
            ends.push(text.lines().count());
            text.push_str("\n\n");
        }
        text.push_str("```\n");
    }
    let project = strict().file("a.md", &text);
    let ran = project.run(&format!("check --python {python}")).exits(1);
    let mut holds = vec![true; ends.len()];
    for line in ran.stdout().lines() {
        if let Some(place) = line.strip_prefix("  claim at a.md:") {
            let line: usize = place.split(':').next().unwrap().parse().unwrap();
            holds[ends.partition_point(|end| *end < line)] = false;
        }
    }
    holds
}

/// `tests/dialects/literals.json` holds what pytest and pytest-doctestplus said; `make test-dialects` asks them again.
#[test]
fn flags_for_numbers_and_literals_mean_what_their_tools_make_of_them() {
    let answers = include_str!("dialects/literals.json");
    let answers: Vec<(String, String, String, bool)> = serde_json::from_str(answers).unwrap();
    let session = |(flags, shown, printed, _): &(String, String, String, bool)| {
        let printed = serde_json::to_string(printed).unwrap();
        format!(">>> print({printed})  # doctest: {flags}\n{shown}")
    };
    let sessions: Vec<String> = answers.iter().map(session).collect();
    let blocks: Vec<Vec<String>> = sessions.chunks(50).map(<[_]>::to_vec).collect();
    let ours = judged_together(&newest_python(), &blocks);
    assert_eq!(ours.len(), answers.len());
    let holding = answers.iter().filter(|answer| answer.3).count();
    assert!(holding > 300 && holding < answers.len() - 300, "{holding}");
    for ((ours, answer), session) in ours.iter().zip(&answers).zip(&sessions) {
        assert_eq!(*ours, answer.3, "{session}");
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
