//! `fencepost check`, end to end.

use crate::support::{Project, has_python};

#[test]
fn a_true_guide_passes_and_a_changed_value_is_found_at_its_line() {
    let project = Project::new().guide("guide.md", &["print(1 + 1)  # => 2"]);
    project.run("record guide.md").exits(0);
    project.run("check guide.md").exits(0).prints("1 match");
    let changed = project.read("guide.md").replace("# => 2", "# => 3");
    project.write("guide.md", &changed);
    project
        .run("check guide.md")
        .exits(1)
        .prints("differs: guide.md:6");
}

#[test]
fn a_newcomer_without_records_is_judged_by_endings_and_claims() {
    let project = Project::new().guide("docs/a.md", &["print('hello')", "print(3)  # => 3"]);
    project
        .run("check docs")
        .exits(0)
        .prints("2 unrecorded")
        .prints("fencepost record");
    let failing = Project::new().guide("docs/a.md", &["raise ValueError('no')"]);
    failing.run("check docs").exits(1).prints("ValueError: no");
}

#[test]
fn an_example_without_a_record_fails_where_others_have_one() {
    let project = Project::new().guide("a.md", &["print(1)"]);
    project.run("record").exits(0);
    project.write("b.md", "# B\n\n```python\nprint(2)\n```\n");
    project
        .run("check")
        .exits(1)
        .prints("unrecorded: b.md:3")
        .prints("record it: fencepost record");
}

#[test]
fn unrecorded_is_a_warning_where_the_configuration_says_so() {
    let project = Project::new()
        .file(
            "fencepost.toml",
            "guides = [\"**/*.md\"]\n[[overrides]]\nguides = [\"b.md\"]\nunrecorded = \"warn\"\n",
        )
        .guide("a.md", &["print(1)"]);
    project.run("record").exits(0);
    project.write("b.md", "# B\n\n```python\nprint(2)\n```\n");
    project.run("check").exits(0).prints("1 unrecorded");
}

#[test]
fn an_orphan_expectation_is_a_finding() {
    let project = Project::new().guide("a.md", &["print(1)", "print(2)"]);
    project.run("record").exits(0);
    project.write("a.md", "# Guide\n\n## Part 1\n\n```python\nprint(1)\n```\n");
    project
        .run("check")
        .exits(1)
        .prints("no example of `a.md` is named")
        .prints("--prune");
    project.run("record --prune").exits(0);
    project.run("check").exits(0);
}

#[test]
fn a_difference_on_several_versions_is_one_finding() {
    if !["3.12", "3.13"].into_iter().all(has_python) {
        return;
    }
    let project = Project::new()
        .on(&["3.12", "3.13"])
        .guide("a.md", &["print('old')"]);
    project.run("record").exits(0);
    project.write("a.md", &project.read("a.md").replace("old", "new"));
    let ran = project
        .run("check")
        .exits(1)
        .prints("every interpreter (3.12–3.13)");
    assert_eq!(
        ran.stdout().matches("differs:").count(),
        1,
        "{}",
        ran.stdout()
    );
}

#[test]
fn one_example_is_chosen_by_line_or_name() {
    let text = "# T\n\n<!-- fencepost: name=one -->\n```python\nprint(1)\n```\n\n<!-- fencepost: name=two -->\n```python\nprint(2)\n```\n";
    let project = Project::new().file("a.md", text);
    let by_line = project
        .run("check a.md:5 --format json")
        .exits(0)
        .json("result");
    assert_eq!(by_line.len(), 1);
    assert_eq!(by_line[0]["id"], "a.md#one");
    let by_name = project
        .run("check a.md#two --format json")
        .exits(0)
        .json("result");
    assert_eq!(by_name[0]["stdout"], "2\n");
    project
        .run("check a.md:1")
        .exits(2)
        .complains("no example stands at line 1");
    project
        .run("check a.md#tow")
        .exits(2)
        .complains("did you mean `a.md#two`?");
}

#[test]
fn json_lines_have_every_key_of_the_contract() {
    let project = Project::new()
        .guide("a.md", &["print(1)", "import sys\nsys.exit(3)"])
        .file("b.md", "```text\nx\n```\n");
    let ran = project.run("check --format json").exits(1);
    let keys = |value: &serde_json::Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        keys(&ran.json("fence")[0]),
        "type guide line kind info fate reason id"
    );
    assert_eq!(
        keys(&ran.json("result")[0]),
        "type id guide line python build verdict reason recorded ending stdout stderr difference blocks duration_ms cached start hint varying start_reason"
    );
    let summary = &ran.json("summary")[0];
    assert_eq!(
        keys(summary),
        "type schema fences runs interpreters sandbox wall_ms starts"
    );
    assert_eq!(
        keys(&summary["fences"]),
        "file lookalike nested not-python output run skipped"
    );
    assert_eq!(
        keys(&summary["runs"]),
        "blocked differs flaky match skipped unrecorded"
    );
    assert_eq!(
        ran.json("result")[1]["ending"],
        serde_json::json!({"kind": "exited", "code": 3})
    );
    assert!(
        ran.stdout().trim_end().ends_with('}')
            && ran.stdout().lines().last().unwrap().contains("summary")
    );
}

#[test]
fn declared_endings_are_true_endings() {
    let text = "# T\n\n<!-- fencepost: name=raises raises=\"ValueError: no [..]\" -->\n```python\nraise ValueError('no luck')\n```\n\n\
        <!-- fencepost: name=exit exit=3 -->\n```python\nraise SystemExit(3)\n```\n\n\
        <!-- fencepost: name=signal signal=KILL -->\n```python\nimport os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n```\n";
    let project = Project::new().file("a.md", text);
    project.run("check").exits(0);
    project.write("a.md", &text.replace("no luck", "yes"));
    project.run("check").exits(1).prints("ValueError: yes");
}

#[test]
fn an_example_that_never_ends_is_stopped_with_its_children() {
    let code = "import os, time\nif os.fork() == 0:\n    time.sleep(600)\ntime.sleep(600)";
    let project = Project::new().guide("a.md", &[code]);
    let ran = project.run("check --timeout 300ms --format json").exits(1);
    assert_eq!(
        ran.json("result")[0]["ending"],
        serde_json::json!({"kind": "timed-out", "limit_ms": 300})
    );
}

#[test]
fn a_grandchild_that_holds_stdout_does_not_hold_the_run() {
    let code = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\nprint('done')";
    let project = Project::new().guide("a.md", &[code]);
    project.run("check").exits(0);
}

#[test]
fn the_report_is_the_same_for_one_job_and_for_many() {
    let blocks: Vec<String> = (0..12)
        .map(|number| format!("print({number})\nassert {number} != 7, 'seven'"))
        .collect();
    let blocks: Vec<&str> = blocks.iter().map(String::as_str).collect();
    let project = Project::new().guide("a.md", &blocks);
    let report = |jobs: u32| {
        let text = project
            .run(&format!("check --no-cache --jobs {jobs}"))
            .exits(1)
            .stdout();
        text.lines()
            .filter(|line| !line.contains(" s (sandbox:"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(report(1), report(16));
}

#[test]
fn an_example_for_other_versions_is_skipped_with_its_reason() {
    let text =
        "# T\n\n<!-- fencepost: name=future python=\">=3.99\" -->\n```python\nprint(1)\n```\n";
    let project = Project::new().file("a.md", text);
    let results = project.run("check --format json").exits(0).json("result");
    assert_eq!(results[0]["verdict"], "skipped");
    assert_eq!(results[0]["reason"], "for python >=3.99");
}

#[test]
fn a_group_shares_one_process_and_keeps_outputs_apart() {
    let text = "# T\n\n<!-- fencepost: group=pair -->\n```python\nx = 1\nprint(x)\n```\n\n\
        <!-- fencepost: group=pair -->\n```python\nprint(x + 1)\n```\n";
    let project = Project::new().file("a.md", text);
    let results = project.run("check --format json").exits(0).json("result");
    assert_eq!(results[0]["id"], "a.md#pair");
    let blocks = serde_json::json!([{"line": 4, "stdout": "1\n"}, {"line": 10, "stdout": "2\n"}]);
    assert_eq!(results[0]["blocks"], blocks);
}

#[test]
fn what_an_example_needs_is_named_for_a_lenient_guide_and_fails_a_strict_one() {
    let blocks = [
        "import no_such_module_anywhere",
        "print(undefined_name)",
        "print 'old'",
        "name = input()",
    ];
    let lenient = Project::new().guide("a.md", &blocks);
    let results = lenient.run("check --format json").exits(0).json("result");
    let reasons: Vec<&str> = results
        .iter()
        .map(|result| result["reason"].as_str().unwrap_or_default())
        .collect();
    for (reason, word) in
        reasons
            .iter()
            .zip(["missing-module", "fragment", "python2", "needs-stdin"])
    {
        assert!(reason.contains(word), "{reason}: no {word}");
    }
    let strict = Project::new()
        .file("fencepost.toml", "strict = true\n")
        .guide("a.md", &blocks);
    strict.run("check").exits(1).prints("4 differs");
}

#[test]
fn an_undefined_name_is_traced_to_the_block_that_defines_it() {
    let project = Project::new()
        .file("fencepost.toml", "strict = true\n")
        .guide("a.md", &["pool = [1]", "print(pool)"]);
    project
        .run("check")
        .exits(1)
        .prints("the block at line 5 defines it");
}

#[test]
fn other_reports_are_written_beside_the_first() {
    let project = Project::new().guide("a.md", &["print(']]> <script>')\nraise SystemExit(1)"]);
    project
        .run("check --report junit=out.xml --report json=out.jsonl --format github")
        .exits(1)
        .prints("::error file=a.md,line=5");
    let xml = project.read("out.xml");
    assert!(
        xml.contains("<failure") && !xml.contains("<script>"),
        "{xml}"
    );
    assert!(project.read("out.jsonl").contains("\"type\":\"summary\""));
}
