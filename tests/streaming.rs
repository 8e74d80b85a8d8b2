//! Reports go out in order of the plan while examples still run, in the bytes that they have at the end.

use std::fs;
use std::io::{BufRead, BufReader, Lines, Read};
use std::process::{Child, ChildStdout};

use crate::interrupts::{begin, mark, signal, sleeper};
use crate::support::Project;

fn lines(child: &mut Child) -> Lines<BufReader<ChildStdout>> {
    BufReader::new(child.stdout.take().unwrap()).lines()
}

/// Reads until a line has a text; returns how many lines came before it.
#[track_caller]
fn until_line(lines: &mut Lines<BufReader<ChildStdout>>, text: &str) -> usize {
    let before = lines.position(|line| line.unwrap().contains(text));
    before.unwrap_or_else(|| panic!("it ended without {text:?}"))
}

#[test]
fn what_is_judged_is_told_while_others_run_and_an_interrupt_keeps_it() {
    for (format, told, last) in [
        ("human", "`part-1/1`", " interpreter"),
        ("json", "\"result\",\"id\":\"a.md#part-1/1", "\"summary\""),
        ("github", "#part-1/1", "::notice"),
        ("markdown", "part-1/1", "Severity"),
    ] {
        let mark = mark();
        let asleep = sleeper(&mark);
        let blocks = ["print(1)  #> 2", "print(2)", &asleep, "print(4)  #> 5"];
        let project = Project::new().guide("a.md", &blocks);
        let words = format!("check --timeout 60s --format {format} --report json=out.json");
        let mut child = begin(&project, &words, &mark);
        let mut out = lines(&mut child);
        until_line(&mut out, told);
        signal(&child, "INT");
        let rest: Vec<String> = out.map(Result::unwrap).collect();
        let rest = rest.join("\n");
        assert!(!rest.contains(last), "{format}: {rest}");
        assert!(
            !rest.contains("part-4"),
            "{format}: it came before the third"
        );
        let mut errors = String::new();
        let mut stderr = child.stderr.take().unwrap();
        stderr.read_to_string(&mut errors).unwrap();
        assert_eq!(
            child.wait().unwrap().code(),
            Some(130),
            "{format}: {errors}"
        );
        assert!(
            !project.path("out.json").exists(),
            "half a report has a name"
        );
        let left = fs::read_dir(project.root()).unwrap().count();
        assert_eq!(left, 2, "the guide and the folder of temporary files");
    }
}

#[test]
fn a_sum_waits_for_the_end() {
    let mark = mark();
    let asleep = sleeper(&mark);
    let project = Project::new().guide("a.md", &["print(1)", &asleep]);
    let mut child = begin(&project, "check --timeout 300s --format junit", &mark);
    signal(&child, "TERM");
    assert_eq!(lines(&mut child).count(), 0);
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_reader_that_leaves_early_changes_nothing() {
    let blocks: Vec<String> = (0..30)
        .map(|number| format!("print({number})  #> 99"))
        .collect();
    let blocks: Vec<&str> = blocks.iter().map(String::as_str).collect();
    let project = Project::new().guide("a.md", &blocks);
    let line = "{ fencepost check --python newest --format json; echo $? >&2; } | head -n 1";
    project
        .run_shown("", line)
        .prints("\"fence\"")
        .complains("1\n");
}

#[test]
fn what_did_not_run_is_named_where_that_is_wanted() {
    let text = "# T\n\n<!-- fencepost: name=later skip=\"not now\" -->\n```python\n1\n```\n\n\
        <!-- fencepost: name=new python=\">=3.99\" -->\n```python\n2\n```\n";
    let project = Project::new().file("a.md", text);
    let ran = project
        .run("check")
        .exits(0)
        .prints("  skipped 1: not now\n");
    ran.prints_no("`later`");
    let ran = project.run("check --verbose").exits(0);
    let ran = ran.prints("  skipped 1: not now\n    a.md:4 `later` on ");
    ran.prints("  skipped 1: for python >=3.99\n    a.md:9 `new` on ");
}
