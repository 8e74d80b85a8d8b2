//! Full, reduced, refuse, off: what fencepost does where a wall is missing.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::support::people::{Person, Stage, interpreters, is_root};
use crate::support::{Project, has_program, output_within};

const LIMIT: Duration = Duration::from_secs(120);

/// Makes a user namespace, where the tester has no other power, and forbids those below it.
const NO_USER_NAMESPACES: &str = "echo 0 > /proc/sys/user/max_user_namespaces";

/// Hides a part of `/proc`, as Docker does.
const MASKED_PROC: &str = "
for name in kcore keys timer_list sched_debug; do
    if [ -e /proc/$name ]; then mount --bind /dev/null /proc/$name; fi
done";

struct Said {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

/// Runs fencepost on a one-line guide, in namespaces of the test's own, after a shell command.
fn run(setup: &str, namespaces: &[&str], words: &[&str]) -> Said {
    run_on("print('ran')", setup, namespaces, words)
}

fn run_on(code: &str, setup: &str, namespaces: &[&str], words: &[&str]) -> Said {
    let project = Project::new().guide("guide.md", &[code]);
    let (_, interpreter) = interpreters().pop().unwrap();
    let stage = Stage {
        namespaces,
        setup,
        ..Stage::default()
    };
    let mut command = stage.command(&project, Person::Tester, &interpreter, words);
    command.env("XDG_CACHE_HOME", project.path("cache"));
    let output = output_within(command, LIMIT);
    Said {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn python() -> String {
    interpreters().pop().unwrap().1.display().to_string()
}

fn check(level: &str) -> Vec<String> {
    let words = [
        "check",
        "guide.md",
        "--sandbox",
        level,
        "--no-cache",
        "--python",
    ];
    words
        .iter()
        .map(|word| (*word).to_owned())
        .chain([python()])
        .collect()
}

#[track_caller]
fn assert_refused(said: &Said, layer: &str, errno: &str, fix: &str) {
    assert_eq!(said.code, Some(3), "{}{}", said.stdout, said.stderr);
    for text in [layer, errno, fix] {
        assert!(
            said.stderr.contains(text),
            "no {text:?} in:\n{}",
            said.stderr
        );
    }
    assert!(!said.stdout.contains("ran"));
}

#[track_caller]
fn assert_reduced(said: &Said, missing: &str) {
    assert!(
        said.stdout.contains("REDUCED"),
        "{}{}",
        said.stdout,
        said.stderr
    );
    assert!(
        said.stdout.contains(missing),
        "no {missing:?} in:\n{}",
        said.stdout
    );
    assert!(said.stdout.contains("sandbox: reduced"));
    assert_eq!(said.code, Some(0), "{}{}", said.stdout, said.stderr);
}

/// Namespaces in which the tester may set what only root may.
fn of_root() -> &'static [&'static str] {
    &[
        "--user",
        "--map-root-user",
        "--pid",
        "--fork",
        "--mount-proc",
    ]
}

fn words(list: &[String]) -> Vec<&str> {
    list.iter().map(String::as_str).collect()
}

#[test]
fn without_user_namespaces_it_refuses_or_reduces() {
    if !has_program("unshare") {
        return;
    }
    let full = run(NO_USER_NAMESPACES, of_root(), &words(&check("full")));
    assert_refused(
        &full,
        "user namespace",
        "ENOSPC",
        "sysctl user.max_user_namespaces",
    );
    let reduced = run(NO_USER_NAMESPACES, of_root(), &words(&check("reduced")));
    assert_reduced(&reduced, "user namespace");
    let doctor = run(NO_USER_NAMESPACES, of_root(), &["doctor"]);
    assert!(
        doctor.stdout.contains("off user namespace"),
        "{}",
        doctor.stdout
    );
    assert!(
        doctor.stdout.contains("fix: allow user namespaces"),
        "{}",
        doctor.stdout
    );
    assert!(doctor.stdout.contains("on  Landlock"), "{}", doctor.stdout);
}

#[test]
fn without_namespaces_code_is_asked_about_in_a_folder_of_its_own() {
    if !has_program("unshare") {
        return;
    }
    let check = check("reduced");
    let run = |code| run_on(code, NO_USER_NAMESPACES, of_root(), &words(&check));
    let held = run("print(1)  # => 1\n");
    assert_eq!(held.code, Some(0), "{}{}", held.stdout, held.stderr);
    let not_held = run("text = '# => 3'\nprint(2)  # => 3\n");
    let said = format!("{}{}", not_held.stdout, not_held.stderr);
    assert_eq!(not_held.code, Some(1), "{said}");
    assert!(
        said.contains("REDUCED") && said.contains("guide.md:7"),
        "{said}"
    );
    assert!(!said.contains("not-analysed"), "{said}");
}

#[test]
fn with_a_masked_proc_it_refuses_or_reduces() {
    if !has_program("unshare") {
        return;
    }
    let namespaces: &[&str] = if is_root() { &[] } else { of_root() };
    let namespaces = if namespaces.is_empty() {
        &["--uts"]
    } else {
        namespaces
    };
    let full = run(MASKED_PROC, namespaces, &words(&check("full")));
    assert_refused(
        &full,
        "processes of its own",
        "EPERM",
        "systempaths=unconfined",
    );
    let reduced = run(MASKED_PROC, namespaces, &words(&check("reduced")));
    assert_reduced(&reduced, "processes of its own");
}

#[test]
fn without_landlock_it_refuses_or_reduces() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/no_landlock.py");
    let run = |words: &[String]| {
        let project = Project::new().guide("guide.md", &["print('ran')"]);
        let mut command = project.command("");
        command = rebuilt(&command, &script);
        command.args(words).current_dir(project.root());
        let output = output_within(command, LIMIT);
        Said {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    };
    let full = run(&check("full"));
    assert_refused(&full, "Landlock", "ENOSYS", "CONFIG_SECURITY_LANDLOCK");
    assert_reduced(&run(&check("reduced")), "Landlock");
}

/// The same program, started by the script that takes Landlock away.
fn rebuilt(command: &std::process::Command, script: &Path) -> std::process::Command {
    let mut other = std::process::Command::new(PathBuf::from(python()));
    other.arg(script).arg(command.get_program());
    other
}

#[test]
fn off_needs_the_flag_and_warns_on_every_run() {
    let project = Project::new().guide("guide.md", &["import os\nprint(os.getppid() == 1)"]);
    let warned = "examples run without the sandbox";
    project
        .run("check guide.md")
        .exits(0)
        .prints("sandbox: full")
        .prints_no(warned);
    for _ in 0..2 {
        let off = project.run("check guide.md --sandbox off");
        off.exits(0).prints(warned).prints("sandbox: off");
    }
}

#[test]
fn record_refuses_below_the_full_sandbox() {
    let project = Project::new().guide("guide.md", &["print(1)"]);
    for level in ["off", "reduced"] {
        let words = format!("record guide.md --sandbox {level}");
        project
            .run(&words)
            .exits(2)
            .complains("--allow-unsandboxed");
    }
    assert!(!project.path("expected").exists());
    let words = "record guide.md --sandbox off --allow-unsandboxed";
    project.run(words).exits(0);
    assert!(
        project
            .read("expected/guide.toml")
            .contains("unsandboxed = true")
    );
}
