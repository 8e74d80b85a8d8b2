//! Tests of the rules, one table each, and of the whole.

use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::discover::Start;
use crate::plan::{Build, Installation, Surroundings};

fn interpreter(prefix: &str) -> Interpreter {
    Installation {
        path: PathBuf::from(prefix).join("bin/python3"),
        real_path: PathBuf::from(prefix).join("bin/python3.12"),
        prefix: prefix.into(),
        base_prefix: prefix.into(),
        ..Installation::unplaced("3.12.1", [3, 12, 1], Build::Default)
    }
    .into()
}

fn record(stdout: &str, stderr: &str) -> RunRecord {
    RunRecord {
        id: "guide.md#a".into(),
        ending: Ending::Exited { code: 1 },
        stdout: stdout.into(),
        stderr: stderr.into(),
        blocks: Vec::new(),
        duration_ms: 1,
        cpu_ms: None,
        start: Start::Spawn,
        cached: false,
        folder: "/home/example".into(),
        started_at: 0,
        network_attempts: 0,
        spawned_because: None,
        surroundings: Surroundings::default(),
    }
}

fn normalised(stdout: &str, stderr: &str, directives: &Directives) -> Transcript {
    let interpreter = interpreter("/opt/pyenv/versions/3.12.1");
    transcript(&record(stdout, stderr), &interpreter, directives, &[])
}

#[track_caller]
fn stdout(printed: &str, expected: &str) {
    assert_eq!(
        normalised(printed, "", &Directives::default()).stdout,
        expected
    );
}

#[track_caller]
fn stderr(printed: &str, expected: &str) {
    assert_eq!(
        normalised("", printed, &Directives::default()).stderr,
        expected
    );
}

#[track_caller]
fn filtered(filter: &str, printed: &str, expected: &str) {
    let directives = Directives {
        filters: vec![filter.into()],
        ..Directives::default()
    };
    assert_eq!(normalised(printed, "", &directives).stdout, expected);
}

#[test]
fn an_object_address_becomes_a_token_and_a_hexadecimal_value_stays() {
    stdout("<C object at 0x7f0123456789>\n", "<C object at [ADDR]>\n");
    stdout(
        "<cell at 0x7f0123456789: int object at 0x955e88>",
        "<cell at [ADDR]: int object at [ADDR]>",
    );
    stdout("0xff 0x7f0123456789 at 0x10", "0xff 0x7f0123456789 at 0x10");
}

#[test]
fn folders_of_the_machine_become_tokens() {
    stdout("/home/example/example.py", "[EXAMPLE]/example.py");
    stdout("in '/home/example'.", "in '[EXAMPLE]'.");
    stdout(
        "/home/examples /mnt/home/example",
        "/home/examples /mnt/home/example",
    );
    stdout("/home/example.py", "/home/example.py");
    stdout(
        "/opt/pyenv/versions/3.12.1/lib/python3.12/asyncio/base_events.py",
        "[PYTHON]/lib/python3.12/asyncio/base_events.py",
    );
}

#[test]
fn a_system_python_does_not_swallow_other_paths() {
    let usr = interpreter("/usr");
    let text = "/usr/lib/python3.12/json/decoder.py /usr/bin/env /usr";
    let transcript = transcript(&record(text, ""), &usr, &Directives::default(), &[]);
    assert_eq!(
        transcript.stdout,
        "[PYTHON]/lib/python3.12/json/decoder.py /usr/bin/env /usr"
    );
}

#[test]
fn line_ends_are_unified_and_inner_returns_stay() {
    stdout("a\r\nb\r\r\nc\rd", "a\nb\nc\rd");
}

#[test]
fn carets_that_an_example_prints_are_its_output() {
    let shown = "Traceback (most recent call last):\n  File \"x\", line 1, in f\n    1/0\n    ~^~\nZeroDivisionError: z\n";
    stdout(shown, shown);
}

#[test]
fn a_traceback_is_reduced_to_type_and_whole_message() {
    stderr(
        "Traceback (most recent call last):\n  File \"x\", line 1, in <module>\n    f()\n\n    ~~^^\nValueError: one\n  two\n",
        "ValueError: one\n  two\n",
    );
}

#[test]
fn chained_tracebacks_keep_the_sentence_between_them() {
    stderr(
        "Traceback (most recent call last):\n  File \"x\", line 1, in <module>\nKeyError: 'a'\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"x\", line 3, in <module>\nValueError: b\n",
        "KeyError: 'a'\n\nDuring handling of the above exception, another exception occurred:\n\nValueError: b\n",
    );
}

#[test]
fn a_syntax_error_without_a_header_is_reduced() {
    stderr(
        "  File \"/home/example/example.py\", line 1\n    1 +\n       ^\nSyntaxError: invalid syntax\n",
        "SyntaxError: invalid syntax\n",
    );
    stderr(
        "  File \"x\", line 1\nnot an error\n",
        "  File \"x\", line 1\nnot an error\n",
    );
}

const GROUP: &str = r#"  + Exception Group Traceback (most recent call last):
  |   File "/home/example/example.py", line 1, in <module>
  |     raise ExceptionGroup("eg", errors)
  | ExceptionGroup: eg (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/home/example/example.py", line 3, in f
    |     raise ValueError("a")
    | ValueError: a
    +---------------- 2 ----------------
    | TypeError: b
    +------------------------------------
"#;

#[test]
fn an_exception_group_keeps_its_tree() {
    stderr(
        GROUP,
        "  | ExceptionGroup: eg (2 sub-exceptions)\n  +-+---------------- 1 ----------------\n    | ValueError: a\n    +---------------- 2 ----------------\n    | TypeError: b\n    +------------------------------------\n",
    );
}

#[test]
fn a_warning_is_reduced_to_category_and_text() {
    stderr(
        "/home/example/example.py:3: DeprecationWarning: old\n  warnings.warn(\"old\", DeprecationWarning)\nkept\n",
        "DeprecationWarning: old\nkept\n",
    );
    stderr(
        "sys:1: RuntimeWarning: coroutine 'f' was never awaited\nRuntimeWarning: Enable tracemalloc to get the object allocation traceback\n",
        "RuntimeWarning: coroutine 'f' was never awaited\n",
    );
    stderr("/home/example/example.py:3: Own: old\n", "Own: old\n");
    stderr(
        "DeprecationWarning: a:1: B\n",
        "DeprecationWarning: a:1: B\n",
    );
}

#[test]
fn a_crash_keeps_what_it_says_and_loses_thread_and_frames() {
    stderr(
        "Fatal Python error: Segmentation fault\n\nCurrent thread 0x00007f12 (most recent call first):\n  File \"x\", line 2 in <module>\n",
        "Fatal Python error: Segmentation fault\n\n",
    );
}

#[test]
fn full_stderr_keeps_frames_and_loses_carets() {
    let directives = Directives {
        stderr: StderrMode::Full,
        ..Directives::default()
    };
    let printed = "Traceback (most recent call last):\n  File \"/home/example/example.py\", line 1, in <module>\n    1/0\n    ~^~\nZeroDivisionError: z\n";
    assert_eq!(
        normalised("", printed, &directives).stderr,
        "Traceback (most recent call last):\n  File \"[EXAMPLE]/example.py\", line 1, in <module>\n    1/0\nZeroDivisionError: z\n"
    );
}

#[track_caller]
fn exception(printed: &str, expected: Option<&str>) {
    let transcript = normalised("", printed, &Directives::default());
    assert_eq!(transcript.exception.as_deref(), expected);
}

#[test]
fn the_uncaught_exception_is_the_last_one() {
    exception(GROUP, Some("ExceptionGroup: eg (2 sub-exceptions)"));
    exception("no traceback\n", None);
    exception(
        "Traceback (most recent call last):\n  File \"x\", line 1, in f\nKeyError: 'a'\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"x\", line 3, in g\nValueError: b\nc\nsys:1: ResourceWarning: d\n",
        Some("ValueError: b\nc"),
    );
}

#[test]
fn opt_in_filters_leave_named_tokens() {
    filtered(
        "durations",
        "took 0.12 s, 3ms",
        "took [DURATION], [DURATION]",
    );
    filtered("durations", "0:00:01.234567", "[DURATION]");
    filtered(
        "pids",
        "pid=12 PID: 7 process 9",
        "pid=[PID] PID: [PID] process [PID]",
    );
    filtered(
        "thread-ids",
        "<Thread(T, started 140212)>",
        "<Thread(T, started [THREAD])>",
    );
    filtered("dates", "2024-05-06 07:08:09.1 x", "[DATE] x");
    filtered("dates", "Mon May  6 07:08:09 2024", "[DATE]");
    filtered("sizes", "12 bytes, 3.5 MiB", "[SIZE], [SIZE]");
    filtered(
        "floats",
        "0.30000000000000004 1e-9 3",
        "[FLOAT 0.3] [FLOAT 1e-9] 3",
    );
    filtered("unknown", "1 s", "1 s");
}

#[test]
fn a_user_filter_hides_the_built_in_one_and_does_not_feed_itself() {
    let filter = Filter {
        name: "sizes".into(),
        expression: regex::Regex::new(r"\d+").unwrap(),
        token: "[1]".into(),
    };
    assert_eq!(
        filters::apply("12 bytes [1]", &["sizes".into()], &[filter]),
        "[1] bytes [1]"
    );
}

/// Text in which every rule finds something to do.
fn output() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("Traceback (most recent call last):\n".to_owned()),
        Just("  + Exception Group Traceback (most recent call last):\n".to_owned()),
        Just("  File \"/home/example/example.py\", line 3, in f\n".to_owned()),
        Just("  File \"x\", line 3\n".to_owned()),
        Just("SyntaxError: bad\n".to_owned()),
        Just("    source()\n".to_owned()),
        Just("  | ValueError: x\n".to_owned()),
        Just("  | Traceback (most recent call last):\n".to_owned()),
        Just("  |   File \"x\", line 1, in g\n".to_owned()),
        Just("  +-+---------------- 1 ----------------\n".to_owned()),
        Just("    ~~^^\n".to_owned()),
        Just("ValueError: x\n".to_owned()),
        Just("x.py:3: UserWarning: ".to_owned()),
        Just("UserWarning: Enable tracemalloc to get the object allocation traceback\n".to_owned()),
        Just("Object allocated at (most recent call last):\n".to_owned()),
        Just("Thread 0x7f (most recent call first):\n".to_owned()),
        Just("at 0x7f0123456789".to_owned()),
        Just("/home/example".to_owned()),
        Just("\r\n".to_owned()),
        Just("12.5 ms".to_owned()),
        Just("pid=".to_owned()),
        Just("2024-01-02".to_owned()),
        Just("1700000000.5".to_owned()),
        "[ -~\n\r]{0,6}",
        "\\PC{0,3}",
    ];
    proptest::collection::vec(pieces, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn normalising_twice_is_normalising_once(out in output(), err in output(), filters in proptest::sample::subsequence(BUILT_IN_FILTERS.to_vec(), 0..6)) {
        let directives = Directives {
            filters: filters.into_iter().map(str::to_owned).collect(),
            ..Directives::default()
        };
        let once = normalised(&out, &err, &directives);
        let twice = normalised(&once.stdout, &once.stderr, &directives);
        prop_assert_eq!(&twice.stdout, &once.stdout);
        prop_assert_eq!(&twice.stderr, &once.stderr);
    }
}
