use std::path::Path;

use super::*;
use crate::execute::Ending;
use crate::execute::testing::{interpreter, interpreters, planned, script};
use crate::plan::{Interpreter, ProgramBlock, ProgramFile, ProgramPrompt, Surroundings, Warnings};

fn session(prompts: &[(usize, &str)]) -> ProgramBlock {
    let prompts = prompts.iter().map(|(line, source)| ProgramPrompt {
        line: *line,
        source: (*source).to_owned(),
        warnings: Warnings::Usual,
    });
    ProgramBlock::Session(prompts.collect())
}

fn run(runs: &[PlannedRun], jobs: usize) -> Vec<RunRecord> {
    let options = RunOptions::new(jobs, Level::Off);
    run_all(runs, &options, &mut |_| ()).expect("nothing interrupts a test")
}

/// Runs a program on every interpreter and asserts the same stdout, ending and blocks.
#[track_caller]
fn case(blocks: &[ProgramBlock], stdout: &str, code: i32, parts: &[&[&str]]) {
    for interpreter in interpreters() {
        let record = &run(&[planned(&interpreter, blocks.to_vec())], 1)[0];
        let context = format!("{} stderr:\n{}", interpreter.version, record.stderr);
        assert_eq!(record.stdout, stdout, "{context}");
        assert_eq!(record.ending, Ending::Exited { code }, "{context}");
        assert_eq!(record.blocks, parts, "{context}");
    }
}

#[track_caller]
fn stderr_of(interpreter: &Interpreter, blocks: &[ProgramBlock]) -> String {
    let record = &run(&[planned(interpreter, blocks.to_vec())], 1)[0];
    let folder = record.folder.display().to_string();
    record.stderr.replace(&folder, "[EXAMPLE]")
}

#[test]
fn warnings_of_a_prompt_are_left_alone_printed_or_hidden() {
    let warn = "import warnings; warnings.warn('a'); 1\n";
    for (warnings, stdout, stderr) in [
        (Warnings::Usual, "1\n", true),
        (Warnings::Shown, "1\nUserWarning: a\n", false),
        (Warnings::Hidden, "1\n", false),
    ] {
        for interpreter in interpreters() {
            let prompt = ProgramPrompt {
                line: 0,
                source: warn.to_owned(),
                warnings,
            };
            let blocks = vec![ProgramBlock::Session(vec![prompt])];
            let record = &run(&[planned(&interpreter, blocks)], 1)[0];
            assert_eq!(record.stdout, stdout, "{warnings:?}");
            assert_eq!(!record.stderr.is_empty(), stderr, "{}", record.stderr);
        }
    }
}

#[test]
fn a_script_is_a_plain_file_run_as_main() {
    let code = "import sys, os\nprint(__name__, sys.argv, os.path.basename(__file__))\nprint(os.listdir())\nprint(sorted(os.listdir(os.environ['TMPDIR'])), os.getcwd() == os.environ['HOME'], os.path.basename(os.getcwd()))\n";
    case(
        &[script(code)],
        "__main__ ['example.py'] example.py\n['example.py']\n[] True example\n",
        0,
        &[],
    );
}

#[test]
fn the_environment_holds_what_is_listed() {
    let code = "import os\nprint(sorted(os.environ))\nprint(os.environ['PYTHONHASHSEED'], os.environ['TZ'], os.environ['COLUMNS'])\n";
    for interpreter in interpreters() {
        let record = &run(&[planned(&interpreter, vec![script(code)])], 1)[0];
        assert_eq!(
            record.stdout,
            "['COLUMNS', 'HOME', 'LANG', 'LC_ALL', 'LINES', 'LOGNAME', 'NO_COLOR', 'PATH', 'PYTHONHASHSEED', 'PYTHON_COLORS', 'TERM', 'TMPDIR', 'TZ', 'USER']\n0 UTC 80\n"
        );
    }
}

#[test]
fn a_group_shares_its_namespace_and_keeps_output_apart() {
    case(
        &[
            script("import os\nx = 1\nprint('one', flush=True)\nos.system('echo child')\n"),
            script("print('two', x, sorted(n for n in globals() if not n.startswith('__')))\n"),
            script(""),
        ],
        "one\nchild\ntwo 1 ['os', 'x']\n",
        0,
        &[&["one\nchild\n"], &["two 1 ['os', 'x']\n"], &[""]],
    );
}

#[test]
fn a_group_looks_like_a_plain_script_from_inside() {
    let look = "import sys, os\nprint(sys.argv, sys.path[0] == os.getcwd(), os.path.basename(__file__), sorted(globals()))\nprint(sorted(m for m in sys.modules if 'fencepost' in m), sys.excepthook is sys.__excepthook__)\n";
    for interpreter in interpreters() {
        let plain = &run(&[planned(&interpreter, vec![script(look)])], 1)[0];
        let group = &run(&[planned(&interpreter, vec![script(look), script("")])], 1)[0];
        assert_eq!(plain.stdout, group.stdout, "{}", interpreter.version);
        assert_eq!(group.stderr, "");
    }
}

#[test]
fn an_exception_ends_a_group_with_a_clean_traceback() {
    for interpreter in interpreters() {
        let text = stderr_of(
            &interpreter,
            &[
                script("def f():\n    raise ValueError('boom')\n"),
                script("\nf()\n"),
                script("print('never')\n"),
            ],
        );
        let lines: Vec<&str> = text.lines().filter(|line| !line.contains('^')).collect();
        let expected = [
            "Traceback (most recent call last):",
            "  File \"[EXAMPLE]/example-2.py\", line 4, in <module>",
            "    f()",
            "  File \"[EXAMPLE]/example.py\", line 2, in f",
            "    raise ValueError('boom')",
            "ValueError: boom",
        ];
        let short: Vec<String> = lines
            .iter()
            .map(|line| line.replace("\"example.py", "\"[EXAMPLE]/example.py"))
            .collect();
        if interpreter.release[1] > 8 {
            assert_eq!(short, expected, "{}", interpreter.version);
        } else {
            assert_eq!(short.last().unwrap(), "ValueError: boom");
        }
    }
}

#[test]
fn blocks_that_never_began_have_no_output() {
    case(
        &[
            script("print(1)\n"),
            script("raise SystemExit(5)\n"),
            script("print(3)\n"),
        ],
        "1\n",
        5,
        &[&["1\n"], &[""], &[]],
    );
}

#[test]
fn a_syntax_error_in_a_later_block_leaves_the_earlier_output() {
    case(
        &[script("print(1)\n"), script("def:\n")],
        "1\n",
        1,
        &[&["1\n"], &[""]],
    );
}

#[test]
fn a_session_echoes_values_shows_exceptions_and_goes_on() {
    case(
        &[session(&[
            (0, "x = 2\n"),
            (1, "x + 1\n"),
            (3, "for i in range(2):\n    print(i)\n\n"),
            (8, "1 / 0\n"),
            (12, "def:\n"),
            (15, "raise SystemExit(3)\n"),
            (18, "print(_)\n"),
            (19, "None\n"),
        ])],
        "3\n0\n1\nTraceback (most recent call last):\n    ...\nZeroDivisionError: division by zero\nTraceback (most recent call last):\n    ...\nSyntaxError: invalid syntax\nTraceback (most recent call last):\n    ...\nSystemExit: 3\n3\n",
        0,
        &[&[
            "",
            "3\n",
            "0\n1\n",
            "Traceback (most recent call last):\n    ...\nZeroDivisionError: division by zero\n",
            "Traceback (most recent call last):\n    ...\nSyntaxError: invalid syntax\n",
            "Traceback (most recent call last):\n    ...\nSystemExit: 3\n",
            "3\n",
            "",
        ]],
    );
}

#[test]
fn sources_are_found_again() {
    case(
        &[
            script("import inspect\nclass A:\n    one = 1\n"),
            script(
                "class A:\n    two = 2\n\ndef f():\n    return 2\n\nprint(inspect.getsource(f), end='')\n",
            ),
            session(&[
                (0, "def g():\n    return 3\n\n"),
                (4, "print(inspect.getsource(g))\n"),
            ]),
        ],
        "def f():\n    return 2\ndef g():\n    return 3\n\n",
        0,
        &[
            &[""],
            &["def f():\n    return 2\n"],
            &["", "def g():\n    return 3\n\n"],
        ],
    );
}

#[test]
fn children_of_a_group_find_its_functions() {
    let blocks = [
        script("import multiprocessing\ndef double(n):\n    return 2 * n\n"),
        script(
            "if __name__ == '__main__':\n    context = multiprocessing.get_context('spawn')\n    with context.Pool(1) as pool:\n        print(pool.map(double, [1, 2]))\n",
        ),
    ];
    case(&blocks, "[2, 4]\n", 0, &[&[""], &["[2, 4]\n"]]);
}

#[test]
fn future_imports_hold_for_later_blocks() {
    case(
        &[
            script("from __future__ import annotations\n"),
            script("def f(x: nowhere): pass\nprint(f.__annotations__)\n"),
        ],
        "{'x': 'nowhere'}\n",
        0,
        &[&[""], &["{'x': 'nowhere'}\n"]],
    );
}

#[test]
fn top_level_await_runs_in_one_loop() {
    for interpreter in interpreters() {
        let mut run_with_await = planned(
            &interpreter,
            vec![
                script(
                    "import asyncio\nqueue = asyncio.Queue()\nawait queue.put(1)\nloop = asyncio.get_running_loop()\n",
                ),
                script(
                    "print(await queue.get(), loop is asyncio.get_running_loop() if await asyncio.sleep(0, 1) else 0)\n",
                ),
                session(&[(0, "await asyncio.sleep(0, 7)\n")]),
            ],
        );
        run_with_await.program.top_level_await = true;
        let record = &run(&[run_with_await], 1)[0];
        assert_eq!(record.stdout, "1 True\n7\n", "{}", record.stderr);
        assert_eq!(record.stderr, "");
    }
}

#[test]
fn files_and_stdin_are_there() {
    let interpreter = interpreters().pop().unwrap();
    let mut planned = planned(
        &interpreter,
        vec![script(
            "import helper.names\nprint(helper.names.NAME, input(), input())\n",
        )],
    );
    planned.program.files.push(ProgramFile {
        path: "helper/names.py".to_owned(),
        content: "NAME = 'n'\n".to_owned(),
    });
    planned.program.stdin = "a\nb\n".to_owned();
    assert_eq!(run(&[planned], 1)[0].stdout, "n a b\n");
}

#[test]
fn surroundings_are_as_asked() {
    let interpreter = interpreters().pop().unwrap();
    // Without walls, an older one counts the CPUs of the machine.
    let count = if interpreter.release >= [3, 13, 0] {
        "os.cpu_count()"
    } else {
        "1"
    };
    let code = format!(
        "import os\nprint(os.path.basename(os.getcwd()), os.environ['PYTHONHASHSEED'], len(os.sched_getaffinity(0)), {count})\n"
    );
    let mut planned = planned(&interpreter, vec![script(&code)]);
    planned.surroundings = Surroundings {
        hash_seed: 5,
        folder: "other".to_owned(),
        cpus: Some(1),
        busy: true,
        ..Surroundings::default()
    };
    assert_eq!(run(&[planned], 1)[0].stdout, "other 5 1 1\n");
}

#[test]
fn records_come_in_plan_order_and_alone_means_alone() {
    let interpreter = interpreters().pop().unwrap();
    let mut runs: Vec<PlannedRun> = (0..9)
        .map(|index| {
            let code = format!(
                "import time\ntime.sleep({})\nprint({index})\n",
                0.05 * f64::from(9 - index)
            );
            planned(&interpreter, vec![script(&code)])
        })
        .collect();
    runs[2].alone = true;
    runs[5].alone = true;
    let options = RunOptions::new(4, Level::Off);
    let mut running: Vec<usize> = Vec::new();
    let mut most = 0;
    let records = run_all(&runs, &options, &mut |event| match event {
        RunEvent::Started(index) => {
            running.push(index);
            most = most.max(running.len());
            assert!(running.len() == 1 || !running.iter().any(|index| [2, 5].contains(index)));
        }
        RunEvent::Finished(index, record) => {
            assert_eq!(record.stdout, format!("{index}\n"));
            running.retain(|other| *other != index);
        }
        RunEvent::Explained(..) => (),
    })
    .unwrap();
    assert_eq!(most, 4);
    let printed: Vec<String> = records.iter().map(|record| record.stdout.clone()).collect();
    assert_eq!(
        printed,
        (0..9).map(|index| format!("{index}\n")).collect::<Vec<_>>()
    );
}

#[test]
fn endings_are_named() {
    let interpreter = interpreters().pop().unwrap();
    let kill = "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n";
    let loop_forever = "while True: pass\n";
    let flood = "while True: print('x' * 1000)\n";
    let mut runs: Vec<PlannedRun> = [kill, loop_forever, flood]
        .map(|code| planned(&interpreter, vec![script(code)]))
        .into();
    runs[1].limits.timeout_ms = 300;
    let endings: Vec<Ending> = run(&runs, 2)
        .into_iter()
        .map(|record| record.ending)
        .collect();
    assert_eq!(
        endings,
        [
            Ending::Signal {
                signal: "SEGV".to_owned(),
                number: 11
            },
            Ending::TimedOut { limit_ms: 300 },
            Ending::TooMuchOutput {
                limit_bytes: 1 << 20
            },
        ]
    );
}

#[test]
fn a_missing_interpreter_is_a_record() {
    let missing = interpreter(Path::new("/no/such/bin/python"), 13);
    let record = &run(&[planned(&missing, vec![script("")])], 1)[0];
    assert!(matches!(record.ending, Ending::CouldNotStart { .. }));
}

#[test]
fn a_record_that_is_doubted_is_followed_by_another_of_its_run() {
    let interpreter = interpreters().pop().unwrap();
    let code = |index: usize| format!("print({index})\n");
    let mut runs: Vec<PlannedRun> = (0..4)
        .map(|index| planned(&interpreter, vec![script(&code(index))]))
        .collect();
    runs[3].alone = true;
    let runs: Vec<Arc<PlannedRun>> = runs.into_iter().map(Arc::new).collect();
    let options = RunOptions::new(2, Level::Off);
    let mut finished = [0; 4];
    let mut reasons = Vec::new();
    run_each(&runs, &options, &mut |event| {
        match event {
            RunEvent::Finished(index, record) => {
                assert_eq!(record.stdout, format!("{index}\n"));
                finished[index] += 1;
                if index % 2 == 1 && finished[index] == 1 {
                    return Ok(Trust::Doubted("it is odd"));
                }
            }
            RunEvent::Explained(index, Explanation::Everything("it is odd")) => reasons.push(index),
            RunEvent::Started(_) | RunEvent::Explained(..) => (),
        }
        Ok(Trust::Believed)
    })
    .unwrap();
    reasons.sort_unstable();
    assert_eq!((finished, reasons), ([1, 2, 1, 2], vec![1, 3]));
}

#[test]
fn whoever_listens_can_end_it() {
    let interpreter = interpreters().pop().unwrap();
    let one = Arc::new(planned(&interpreter, vec![script("print(1)\n")]));
    let runs: Vec<Arc<PlannedRun>> = std::iter::repeat_n(one, 50).collect();
    let mut heard = 0;
    let answer = run_each(
        &runs,
        &RunOptions::new(2, Level::Off),
        &mut |event| match event {
            RunEvent::Finished(..) => {
                heard += 1;
                Err(Problem::bug("enough"))
            }
            RunEvent::Started(_) | RunEvent::Explained(..) => Ok(Trust::Believed),
        },
    );
    assert_eq!(answer, Err(Problem::bug("enough")));
    assert_eq!(heard, 1);
}
