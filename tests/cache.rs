//! The cache and what `--explain` says of it, end to end.

use crate::support::{Project, Ran, has_python};

/// A project with a cache of its own, in which nothing is kept.
fn project() -> Project {
    let project = Project::new();
    let cache = project.path("cache").display().to_string();
    project.variable("XDG_CACHE_HOME", &cache)
}

/// Returns the names of the examples that ran, in order.
fn ran(ran: &Ran) -> Vec<String> {
    let fresh = |value: &serde_json::Value| value["cached"] == false;
    ran.json("result")
        .into_iter()
        .filter(fresh)
        .map(|value| value["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn an_unchanged_example_does_not_run_again_and_a_changed_one_alone_does() {
    let project = project().guide("a.md", &["print(1)", "print(2)", "print(3)"]);
    let first = project.run("check --format json").exits(0);
    assert_eq!(ran(&first).len(), 3);
    let second = project.run("check --format json").exits(0);
    assert_eq!(ran(&second), Vec::<String>::new());
    let results = |ran: &Ran| -> Vec<String> {
        let text = |value: &serde_json::Value| format!("{} {}", value["stdout"], value["ending"]);
        ran.json("result").iter().map(text).collect()
    };
    assert_eq!(results(&first), results(&second));
    project.write(
        "a.md",
        &project.read("a.md").replace("print(2)", "print(4)"),
    );
    let third = project.run("check --format json").exits(0);
    assert_eq!(ran(&third), ["a.md#part-2/1"]);
    project.run("check").exits(0).prints("starts: 3 cached");
}

#[test]
fn prose_line_numbers_and_names_run_nothing_again() {
    let project = project().guide("a.md", &["print(1)"]);
    project.run("check").exits(0);
    let moved = format!("More *prose*.\n\n{}", project.read("a.md"));
    project.write("sub/b.md", &moved.replace("Part 1", "Part one"));
    std::fs::remove_file(project.path("a.md")).unwrap();
    let again = project.run("check --format json").exits(0);
    assert_eq!(ran(&again), Vec::<String>::new());
    assert_eq!(again.json("result")[0]["id"], "sub/b.md#part-one/1");
}

#[test]
fn the_reason_to_run_again_is_told_for_each_example() {
    let project = project().guide("a.md", &["print(1)", "print(2)", "while True: pass"]);
    let name = |part: u8| format!("a.md#part-{part}/1 on ");
    let ran = project.run("check --explain --timeout 500ms").exits(1);
    assert_eq!(ran.stderr().matches("it has not run here").count(), 3);
    project.write("a.md", &project.read("a.md").replace("(2)", "(3)"));
    let ran = project.run("check --explain --timeout 500ms").exits(1);
    let told = ran.stderr();
    let line = |part: u8| told.lines().find(|line| line.starts_with(&name(part)));
    let has = |part, text| line(part).is_some_and(|line| line.contains(text));
    assert!(has(1, "did not run again: nothing changed"), "{told}");
    assert!(has(2, "ran again: its code is not as before"), "{told}");
    assert!(has(3, "its last run ended by `timed-out`"), "{told}");
    project
        .run("check --explain --timeout 600ms")
        .complains("a limit is not as before");
}

#[test]
fn a_finding_is_never_reported_from_the_cache() {
    let project = project().guide("a.md", &["import sys\nsys.exit(3)"]);
    for _ in 0..2 {
        let checked = project.run("check --format json").exits(1);
        assert_eq!(ran(&checked), ["a.md#part-1/1"]);
    }
    project
        .run("check --explain")
        .exits(1)
        .complains("what it gave before does not match");
}

#[test]
fn no_cache_reads_nothing_and_keeps_nothing() {
    let project = project().guide("a.md", &["print(1)"]);
    project.run("check --no-cache").exits(0);
    project.run("cache info").exits(0).prints("entries: 0");
    project.run("check").exits(0);
    let again = project.run("check --no-cache --format json").exits(0);
    assert_eq!(ran(&again), ["a.md#part-1/1"]);
    project
        .run("check --no-cache --explain")
        .exits(0)
        .complains("ran: `--no-cache`");
}

#[test]
fn record_runs_everything_and_what_it_ran_is_kept() {
    let project = project().guide("a.md", &["print(1)"]);
    project.run("check").exits(0);
    project
        .run("record --explain")
        .exits(0)
        .complains("ran: `record` runs everything");
    project.run("cache clear").exits(0).complains("removed");
    project.run("record").exits(0);
    let checked = project.run("check --format json").exits(0);
    assert_eq!(ran(&checked), Vec::<String>::new());
}

#[test]
fn every_interpreter_has_results_of_its_own() {
    if !["3.12", "3.13"].into_iter().all(has_python) {
        return;
    }
    let project = project().guide("a.md", &["import sys\nprint(sys.version_info[:2])"]);
    project.run("check --python 3.12").exits(0);
    let both = project
        .run("check --python 3.12 --python 3.13 --format json")
        .exits(0);
    let cached: Vec<bool> = both
        .json("result")
        .iter()
        .map(|value| value["cached"] == true)
        .collect();
    assert_eq!(cached, [true, false]);
}

#[test]
fn damaged_results_are_passed_over() {
    let project = project().guide("a.md", &["print(1)"]);
    project.run("check").exits(0);
    let mut damaged = 0;
    for shard in std::fs::read_dir(project.path("cache/fencepost/runs")).unwrap() {
        for file in std::fs::read_dir(shard.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::write(&path, text.replace("1\\n", "2\\n")).unwrap();
            damaged += 1;
        }
    }
    assert_eq!(damaged, 1);
    let again = project.run("check --format json").exits(0);
    assert_eq!(ran(&again).len(), 1);
    assert_eq!(again.json("result")[0]["stdout"], "1\n");
}

#[test]
fn the_cache_tells_what_it_holds_and_is_cleared() {
    let project = project().guide("a.md", &["print(1)"]);
    project.run("check").exits(0);
    let info = project
        .run("cache info --format json")
        .exits(0)
        .json("cache");
    assert!(info[0]["entries"].as_u64().unwrap() > 0);
    assert!(info[0]["bytes"].as_u64().unwrap() < info[0]["limit_bytes"].as_u64().unwrap());
    project.run("cache clear").exits(0);
    project
        .run("cache info")
        .exits(0)
        .prints("entries: 0")
        .prints("of at most 512 MiB");
    let python = project.path("cache/fencepost/interpreters.json");
    assert!(python.exists(), "interpreters stay known");
}
