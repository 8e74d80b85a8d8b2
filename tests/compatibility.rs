//! What honest examples need keeps working behind the walls, on every CPython, for root and for others.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::support::people::{Person, Stage, interpreters};
use crate::support::{Project, output_within, skip};

const LIMIT: Duration = Duration::from_secs(240);

/// Returns name, code and required stdout of each item, in the order of their names.
fn items() -> Vec<(String, String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compatibility");
    let mut items: Vec<(String, String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let output = fs::read_to_string(path.with_extension("out")).unwrap();
            (name, fs::read_to_string(path).unwrap(), output)
        })
        .collect();
    items.sort();
    items
}

#[track_caller]
fn assert_all_work(person: Person) {
    let items = items();
    let mut guide = String::from("# Guide\n");
    for (name, code, _) in &items {
        write!(
            guide,
            "\n<!-- fencepost: name={name} timeout=60 -->\n```python\n{code}```\n"
        )
        .unwrap();
    }
    let project = Project::new().file("guide.md", &guide);
    let mut wrong = String::new();
    let starts = ["spawn", "fork"];
    let ways = interpreters()
        .into_iter()
        .flat_map(|found| starts.map(|start| (found.clone(), start)));
    for ((version, path), start) in ways {
        let path_text = path.display().to_string();
        // What does not match is started anew before `check` believes it.
        let words = [
            "compare",
            "guide.md",
            "--no-cache",
            "--sandbox",
            "full",
            "--format",
            "json",
            "--start",
            start,
            "--python",
            &path_text,
        ];
        let command = Stage::default().command(&project, person, &path, &words);
        let output = output_within(command, LIMIT);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let results: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .filter(|value: &serde_json::Value| value["type"] == "result")
            .collect();
        assert_eq!(
            results.len(),
            items.len(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        for ((name, _, wanted), result) in items.iter().zip(&results) {
            let wanted = wanted.replace("/home/example", "[EXAMPLE]");
            let is_right = result["start"] == start
                && result["stdout"] == wanted.as_str()
                && result["stderr"] == ""
                && result["ending"]["code"] == 0;
            if !is_right {
                writeln!(
                    wrong,
                    "{name} on {version}, {start}: wanted {wanted:?}, got {result}"
                )
                .unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn everything_on_the_list_works_for_whoever_runs_the_tests() {
    for minor in 9..=13 {
        let name = format!("3.{minor}.");
        if !interpreters()
            .iter()
            .any(|(version, _)| version.starts_with(&name))
        {
            skip(&format!("CPython 3.{minor}"));
        }
    }
    assert_all_work(Person::Tester);
}

#[test]
fn everything_on_the_list_works_for_an_unprivileged_user() {
    if Person::all().contains(&Person::Stranger) {
        assert_all_work(Person::Stranger);
    }
}
