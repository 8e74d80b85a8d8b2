//! Questions about code, asked of a real interpreter: behind the walls that examples have, once, and
//! never to the harm of anything but the block that was asked about.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::people::interpreters;
use crate::support::{Project, Ran, skip};

/// Says that something asks about code, of what an interpreter is started with.
const ASKS: &str = "Answers questions about Python's grammar";

const GUIDE: [&str; 3] = [
    "x = 1\nprint(x)\n#> 1",
    "y = 'crash'\nprint(y)\n#> crash",
    "z = 3\nprint(z)\n#> 3",
];

/// Returns a project whose interpreter is a script that takes `steps` before it answers `$question`.
fn project(steps: &str) -> Project {
    let project = Project::new().guide("guide.md", &GUIDE);
    let cache = project.path("cache").display().to_string();
    let (_, real) = interpreters().pop().unwrap();
    let real = real.display();
    let log = project.path("log");
    let stub = format!(
        "#!/bin/sh
case \"$*\" in
*fencepost-probe*) '{real}' \"$@\" | sed 's/\"executable\": \"[^\"]*\"/\"executable\": null/'; exit;;
*\"{ASKS}\"*) ;;
*) exec '{real}' \"$@\";;
esac
question=$(cat)
echo asked 2> /dev/null >> '{}'
{steps}
printf %s \"$question\" | '{real}' \"$@\"
",
        log.display()
    );
    project.write("stub", &stub);
    project.write("log", "");
    let path = project.path("stub");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(project.path("log"), fs::Permissions::from_mode(0o666)).unwrap();
    let path = path.display().to_string();
    project.on(&[&path]).variable("XDG_CACHE_HOME", &cache)
}

fn check(project: &Project, level: &str) -> Option<Ran> {
    let ran = project.run(&format!("check --format json --sandbox {level}"));
    if ran.stderr().contains("the sandbox cannot be had") {
        skip("the full sandbox");
        return None;
    }
    Some(ran)
}

fn times_asked(project: &Project) -> usize {
    project.read("log").lines().count()
}

#[test]
fn an_interpreter_is_asked_behind_the_walls_of_the_examples() {
    for (level, reaches_the_host) in [("off", true), ("full", false)] {
        let project = project("");
        project.write("guide.md", "# Guide\n\n```python\nprint(1)\n#> 2\n```\n");
        let Some(ran) = check(&project, level) else {
            return;
        };
        // The claim is known to be one, so there was an answer.
        let ran = ran.exits(1);
        assert_eq!(ran.json("result")[0]["verdict"], "differs", "{level}");
        assert_eq!(times_asked(&project) > 0, reaches_the_host, "{level}");
    }
}

#[test]
fn what_is_known_is_not_asked_again() {
    let project = project("");
    check(&project, "off").unwrap().exits(0);
    let before = times_asked(&project);
    assert!(before > 0);
    check(&project, "off").unwrap().exits(0);
    assert_eq!(times_asked(&project), before);
    project.write("guide.md", "# Guide\n\n```python\nprint(4)\n#> 4\n```\n");
    check(&project, "off").unwrap().exits(0);
    assert!(times_asked(&project) > before);
}

#[test]
fn an_interpreter_that_crashes_over_a_block_is_a_warning_at_that_block() {
    for level in ["off", "full"] {
        for (steps, words) in [
            ("kill -SEGV $$", "crashed (SIGSEGV) while compiling it"),
            ("echo '{}'; exit 0", "gave no answer about it"),
            ("exit 9", "exited with status 9 while compiling it"),
        ] {
            let project = project(&format!("case $question in *crash*) {steps};; esac"));
            let Some(ran) = check(&project, level) else {
                return;
            };
            let ran = ran.exits(0);
            let problems: Vec<_> = (ran.json("problem").into_iter())
                .filter(|problem| problem["code"] == "not-analysed")
                .collect();
            assert_eq!(problems.len(), 1, "{level}: {problems:?}");
            let [problem] = problems.as_slice() else {
                return;
            };
            assert_eq!(problem["severity"], "warning");
            assert_eq!(
                (&problem["guide"], &problem["line"]),
                (&"guide.md".into(), &13.into())
            );
            assert!(problem.to_string().contains(words), "{problem}");
            project.write(
                "guide.md",
                &project.read("guide.md").replace("#> 3", "#> 4"),
            );
            check(&project, level).unwrap().exits(1);
        }
    }
}
