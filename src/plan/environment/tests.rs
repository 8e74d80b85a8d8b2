//! Definitions, locks, the store, provisioning by a fake uv.

use std::cell::Cell;
use std::ffi::OsString;
use std::fs;
use std::sync::Mutex;

use super::*;
use crate::child::{Command, Exit, Output};
use crate::discover::{Config, Roots, guides};
use crate::extract::{Document, document};
use crate::plan::{Build, Choice, Disposition, Installation, Interpreter, plan};

fn interpreter(minor: u64) -> Interpreter {
    let place = format!("/python/3.{minor}");
    Installation {
        path: format!("{place}/bin/python").into(),
        real_path: format!("{place}/bin/python").into(),
        prefix: place.clone().into(),
        base_prefix: place.into(),
        fingerprint: format!("fingerprint {minor}"),
        ..Installation::unplaced(&format!("3.{minor}.0"), [3, minor, 0], Build::Default)
    }
    .into()
}

/// A project with one guide.
struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    fn new(config: &str, guide: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("fencepost.toml"), config).unwrap();
        fs::write(folder.path().join("a.md"), guide).unwrap();
        Self { folder }
    }

    fn config(&self) -> Config {
        Config::load(None, self.folder.path()).unwrap()
    }

    fn documents(&self) -> Vec<Document> {
        let roots = Roots {
            current_folder: self.folder.path().to_owned(),
            ..Roots::default()
        };
        let found = guides(&roots, &self.config());
        found.guides.iter().map(document).collect()
    }

    fn environments(&self) -> Vec<Environment> {
        environments(&self.config(), &self.documents()).unwrap()
    }
}

const GUIDE: &str = "\
# A

<!-- fencepost: name=own env=web -->
```python
import httpx
```

```python
# /// script
# requires-python = \">=3.12\"
# dependencies = [\"rich\"]
# ///
```

```python
print(1)
```
";

const CONFIG: &str = "python = \"3.10..3.13\"\n[environments.web]\nrequires = [\"httpx\"]\n";

#[test]
fn environments_come_from_configuration_and_from_script_metadata() {
    let environments = Project::new(CONFIG, GUIDE).environments();
    let names: Vec<&str> = environments.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names.len(), 2);
    assert!(names[0].starts_with("script-") && names[1] == "web");
    assert_eq!(environments[1].lowest, [3, 10]);
    assert_eq!(environments[0].requires, ["rich"]);
}

#[test]
fn a_lock_goes_stale_when_what_is_asked_for_changes_and_not_otherwise() {
    let inputs = |config: &str| Project::new(config, GUIDE).environments()[1].inputs.clone();
    let before = inputs(CONFIG);
    assert_eq!(before, inputs(&format!("timeout = 3\n{CONFIG}")));
    assert_ne!(before, inputs(&CONFIG.replace("httpx", "httpx>=0.28")));
    assert_ne!(before, inputs(&CONFIG.replace("3.10", "3.11")));
}

#[test]
fn requirements_files_count_with_what_they_include() {
    let config = "[environments.web]\nrequirements = \"web.txt\"\n";
    let project = Project::new(config, GUIDE);
    let read = || environments(&project.config(), &[]);
    assert_eq!(read().unwrap_err()[0].code, "unreadable-requirements");
    let write = |name: &str, text: &str| fs::write(project.folder.path().join(name), text).unwrap();
    write("web.txt", "-r more.txt\n-r web.txt\n");
    write("more.txt", "httpx\n");
    let before = read().unwrap();
    write("more.txt", "httpx>1\n");
    assert_ne!(before, read().unwrap());
}

#[test]
fn a_lock_is_written_and_read_alike_and_a_spoiled_one_is_told() {
    let lock = lock("httpx==1 \\\n    --hash=sha256:aa\n");
    assert_eq!(Lock::parse(&lock.to_text()), Ok(lock.clone()));
    assert_eq!(
        Lock::parse(&lock.to_text().replace('\n', "\r\n")),
        Ok(lock.clone())
    );
    assert!(Lock::parse("httpx==1\n").is_err());
    let conflict = lock.to_text() + "<<<<<<< ours\n";
    assert_eq!(
        Lock::parse(&conflict).unwrap_err(),
        "line 6 is a merge conflict"
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.lock");
    assert_eq!(lock.write(&path), Ok(true));
    assert_eq!(lock.write(&path), Ok(false));
    assert_eq!(
        lock.write(&folder.path().join("no/x.lock"))
            .unwrap_err()
            .code,
        "cannot-write"
    );
}

#[test]
fn runs_get_their_environment_or_say_what_is_missing() {
    let project = Project::new(CONFIG, GUIDE);
    let documents = project.documents();
    let interpreters = [interpreter(11), interpreter(12)];
    let choices = [Choice {
        document: &documents[0],
        examples: documents[0].examples.iter().collect(),
        interpreters: &interpreters,
    }];
    let mut planned = plan(&choices);
    assign(
        &mut planned,
        &choices,
        &|name, interpreter| match (name, interpreter.release[1]) {
            ("web", 11) => Provision::Ready("/env/web".into()),
            _ => Provision::Blocked(format!("no {name}")),
        },
    );
    let in_words = |disposition: &Disposition| match disposition {
        Disposition::Run(run) => {
            format!("{:?} {}", run.environment, run.interpreter.prefix.display())
        }
        Disposition::Skipped(reason) => format!("skipped {reason}"),
        Disposition::Blocked(reason) => format!("blocked {}", &reason[..reason.len().min(9)]),
    };
    let said: Vec<String> = planned
        .entries
        .iter()
        .map(|entry| in_words(&entry.disposition))
        .collect();
    assert_eq!(
        said,
        [
            "Some(\"/env/web\") /env/web",
            "blocked no web",
            "skipped for python >=3.12",
            "blocked no script",
            "None /python/3.11",
            "None /python/3.12",
        ]
    );
    assert_eq!(
        planned.entries[0].as_run().prefix,
        std::path::Path::new("/env/web")
    );
    assert_eq!(
        planned.entries[0].interpreter.prefix,
        std::path::Path::new("/python/3.11")
    );
}

#[test]
fn an_environment_that_nobody_defined_is_a_finding_with_the_nearest_name() {
    let project = Project::new(CONFIG, &GUIDE.replace("env=web", "env=wet"));
    let problems = unknown(&project.documents(), &project.environments());
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].message, "unknown environment `wet`");
    assert_eq!(problems[0].hint.as_deref(), Some("did you mean `web`?"));
    assert!(
        unknown(
            &Project::new(CONFIG, GUIDE).documents(),
            &Project::new(CONFIG, GUIDE).environments()
        )
        .is_empty()
    );
}

fn lock(requirements: &str) -> Lock {
    Lock {
        inputs: "1234".to_owned(),
        made_by: "uv".to_owned(),
        requirements: requirements.to_owned(),
    }
}

/// A uv that makes an empty environment, or fails to install as told; it notes what it was asked.
struct FakeUv {
    calls: Mutex<Vec<String>>,
    failure: Option<&'static str>,
}

impl FakeUv {
    fn new(failure: Option<&'static str>) -> Self {
        Self {
            calls: Mutex::new(Vec::new()),
            failure,
        }
    }

    fn run(&self, command: &Command) -> Output {
        let words: Vec<String> = command
            .arguments
            .iter()
            .map(|word| word.to_string_lossy().into_owned())
            .collect();
        self.calls.lock().unwrap().push(words[0].clone());
        if words[0] == "venv" {
            let folder = words
                .iter()
                .rfind(|word| word.contains("environments"))
                .unwrap();
            let python = std::path::Path::new(folder).join("bin/python");
            fs::create_dir_all(python.parent().unwrap()).unwrap();
            fs::write(python, "").unwrap();
        }
        let failed = self.failure.filter(|_| words[0] == "pip");
        Output {
            exit: Exit::Exited(i32::from(failed.is_some())),
            stdout: Vec::new(),
            stderr: failed.unwrap_or_default().into(),
            duration: std::time::Duration::ZERO,
            cpu: None,
        }
    }

    /// Provisions one lock for two interpreters; returns whether each was made.
    fn sync(&self, store: &Store) -> Vec<Result<PathBuf, Fault>> {
        let run = |command: &Command| self.run(command);
        let tools = Tools {
            uv: Some("/uv".into()),
            variables: vec![(OsString::from("VIRTUAL_ENV"), OsString::from("/else"))],
            folder: "/".into(),
            run: &run,
        };
        let pairs = [11, 12].map(|minor| Pair {
            name: "web".to_owned(),
            lock: lock("httpx==1\n"),
            interpreter: interpreter(minor),
        });
        let finished = Cell::new(0);
        let results = sync(&pairs, store, &tools, 4, &mut |event| {
            if let SyncEvent::Finished(..) = event {
                finished.set(finished.get() + 1);
            }
        });
        assert_eq!(finished.get() * 2, self.calls.lock().unwrap().len());
        results
    }
}

#[test]
fn what_is_made_once_is_not_made_again() {
    let cache = tempfile::tempdir().unwrap();
    let store = Store::new(cache.path());
    let first = FakeUv::new(None).sync(&store);
    assert!(first.iter().all(Result::is_ok) && first[0] != first[1]);
    let again = FakeUv::new(Some("never asked"));
    assert_eq!(again.sync(&store), first);
    assert!(again.calls.lock().unwrap().is_empty());
    let other = lock("httpx==2\n");
    assert_eq!(store.state("web", &other, &interpreter(11)), State::Missing);
}

#[test]
fn what_a_kill_left_behind_counts_for_nothing_and_is_made_anew() {
    let cache = tempfile::tempdir().unwrap();
    let store = Store::new(cache.path());
    let made = FakeUv::new(None).sync(&store);
    let folder = made[0].clone().unwrap();
    fs::remove_file(folder.with_extension("ready")).unwrap();
    fs::remove_file(folder.join("bin/python")).unwrap();
    let state = || store.state("web", &lock("httpx==1\n"), &interpreter(11));
    assert_eq!(state(), State::Missing);
    let repaired = FakeUv::new(None).sync(&store)[0].clone().unwrap();
    assert_eq!(state(), State::Ready(repaired.clone()));
    assert_ne!(
        repaired, folder,
        "a tool that still writes to the old folder spoils nothing"
    );
    assert!(!folder.exists());
}

#[test]
fn only_what_can_never_work_is_remembered_as_failed() {
    for (said, kind, remembered) in [
        (
            "error: Because a==1 has no usable wheels",
            FaultKind::NoWheel,
            true,
        ),
        ("error: dns error", FaultKind::Offline, false),
        ("error: Hash mismatch for `a==1`", FaultKind::Hash, false),
    ] {
        let cache = tempfile::tempdir().unwrap();
        let store = Store::new(cache.path());
        let results = FakeUv::new(Some(said)).sync(&store);
        assert_eq!(results[0].as_ref().unwrap_err().kind, kind);
        let state = store.state("web", &lock("httpx==1\n"), &interpreter(11));
        assert_eq!(matches!(state, State::Failed(_)), remembered, "{state:?}");
        assert!(FakeUv::new(None).sync(&store).iter().all(Result::is_ok));
    }
}

#[test]
fn a_version_to_install_is_checked_before_uv_is_asked() {
    let asked = |version: &str, uv: bool, said: &'static str| {
        let fake = FakeUv::new(None);
        let run = |command: &Command| Output {
            exit: Exit::Exited(2),
            stderr: said.into(),
            ..fake.run(command)
        };
        let tools = Tools {
            uv: uv.then(|| "/uv".into()),
            variables: Vec::new(),
            folder: "/".into(),
            run: &run,
        };
        install(version, &tools).unwrap_err().code
    };
    assert_eq!(asked("all", true, ""), "bad-version-spec");
    assert_eq!(asked("3.7", true, ""), "bad-version-spec");
    assert_eq!(asked("3.14", false, ""), "uv-missing");
    assert_eq!(asked("3.14", true, "error: dns error"), "cannot-install");
}
