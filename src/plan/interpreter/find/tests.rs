//! Finding: layouts, fakes that misbehave, real interpreters.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::*;
use crate::plan::interpreter::{Build, Collection, Spec, choose};

/// A machine of fake interpreters: shell scripts that answer the probe.
struct Machine {
    folder: tempfile::TempDir,
    places: Places,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let places = Places {
            search: vec![folder.path().join("bin")],
            collections: vec![Collection::of(folder.path().join("versions"))],
            cache: Some(folder.path().join("cache")),
            variables: vec![("PATH".into(), "/usr/bin:/bin".into())],
            program_folders: Vec::new(),
        };
        Self { folder, places }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Adds a script; it notes each call in the file `calls`.
    fn script(&self, name: &str, body: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let calls = self.path("calls");
        let text = format!("#!/bin/sh\necho {name} >> {}\n{body}\n", calls.display());
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn fake(&self, name: &str, implementation: &str, version: &str) -> PathBuf {
        let numbers = version.replace('.', ", ");
        let answer = format!(
            r#"{{"implementation": "{implementation}", "release": [{numbers}], "version": "{version}",
            "free_threaded": false, "debug": false, "executable": "{}", "prefix": "/p", "base_prefix": "/p",
            "paths": ["/p/lib"], "build": "x"}}"#,
            self.path(name).display()
        );
        let answer = answer.replace('\n', "");
        self.script(
            name,
            &format!("echo noise\necho 'fencepost-probe {answer}'"),
        )
    }

    fn find(&self) -> Found {
        find(&self.places, &[])
    }

    fn calls(&self) -> usize {
        let calls = fs::read_to_string(self.path("calls")).unwrap_or_default();
        calls.lines().count()
    }
}

/// The places of the machine that the tests run on.
fn here() -> Places {
    Places::from_variables(&|name| std::env::var_os(name))
}

fn versions(found: &Found) -> Vec<&str> {
    found
        .interpreters
        .iter()
        .map(|one| one.version.as_str())
        .collect()
}

#[test]
fn each_interpreter_is_found_once_and_asked_once() {
    let machine = Machine::new();
    machine.fake("versions/3.11.2/bin/python3.11", "cpython", "3.11.2");
    machine.fake("versions/3.9.1/bin/python3.9", "cpython", "3.9.1");
    symlink("python3.9", machine.path("versions/3.9.1/bin/python")).unwrap();
    let alias = machine.path("versions/3.11.2/bin/python3.11t");
    fs::hard_link(machine.path("versions/3.11.2/bin/python3.11"), &alias).unwrap();
    fs::create_dir(machine.path("bin")).unwrap();
    symlink(
        machine.path("versions/3.11.2/bin/python3.11"),
        machine.path("bin/python3"),
    )
    .unwrap();
    symlink("3.9.1", machine.path("versions/3.9")).unwrap();
    let found = machine.find();
    assert_eq!(versions(&found), ["3.9.1", "3.11.2"]);
    assert_eq!(machine.calls(), 2);
    assert_eq!(machine.find(), found);
    assert_eq!(machine.calls(), 2, "the second search asks nobody");
    machine.fake("versions/3.9.1/bin/python3.9", "cpython", "3.9.22");
    assert_eq!(versions(&machine.find()), ["3.9.22", "3.11.2"]);
    assert_eq!(machine.calls(), 3, "only what changed is asked again");
}

#[test]
fn two_files_of_one_installation_are_one_interpreter() {
    let machine = Machine::new();
    for name in ["python3.13", "python3.13t", "python3"] {
        machine.fake(&format!("bin/{name}"), "cpython", "3.13.1");
    }
    machine.fake("versions/else/bin/python3.13", "cpython", "3.13.1");
    let found = machine.find();
    let paths: Vec<&Path> = found.interpreters.iter().map(|one| &*one.path).collect();
    let expected = ["bin/python3.13t", "versions/else/bin/python3.13"];
    assert_eq!(paths, expected.map(|path| machine.path(path)));
}

#[test]
fn what_cannot_be_used_is_named_with_its_reason() {
    let machine = Machine::new();
    machine.fake("bin/python2.7", "cpython", "2.7.18");
    machine.fake("bin/pypy3", "pypy", "3.10.14");
    machine.script("bin/python3.1", "echo hello");
    machine.script("bin/python3.2", "kill -SEGV $$");
    machine.script("bin/python3.3", "echo 'no such library' >&2; exit 127");
    machine.script("bin/python3.5", "yes");
    symlink("nowhere", machine.path("bin/python3.4")).unwrap();
    let found = machine.find();
    let reasons: Vec<&str> = found
        .misfits
        .iter()
        .map(|misfit| misfit.reason.as_str())
        .collect();
    assert_eq!(
        reasons,
        [
            "PyPy (Python 3.10.14) is not CPython: fencepost runs CPython alone",
            "CPython 2.7.18 is too old: fencepost runs 3.8 and newer",
            "does not answer as Python does when asked for its version: hello",
            "crashed with signal 11 when asked for its version",
            "ended with status 127 when asked for its version: no such library",
            "cannot start: no such file or directory",
            "flooded its output when asked for its version",
        ]
    );
}

#[test]
fn each_layout_of_version_managers_and_of_debian_is_found_once() {
    let machine = Machine::new();
    let installed = [
        (".pyenv/versions/3.9.18/bin/python3.9", "3.9.18"),
        (
            ".local/share/uv/python/cpython-3.10.14-linux-x86_64-gnu/bin/python3.10",
            "3.10.14",
        ),
        ("usr/bin/python3.11", "3.11.2"),
        (".asdf/installs/python/3.12.4/bin/python3.12", "3.12.4"),
        (
            ".local/share/mise/installs/python/3.13.5/bin/python3.13",
            "3.13.5",
        ),
    ];
    for (path, version) in installed {
        machine.fake(path, "cpython", version);
    }
    machine.fake(
        ".pyenv/versions/pypy3.10-7.3.16/bin/pypy3.10",
        "pypy",
        "3.10.14",
    );
    machine.fake(
        ".asdf/installs/python/graalpy-24.0/bin/graalpy",
        "graalpy",
        "3.10.13",
    );
    let links = [
        ("python3.9", ".pyenv/versions/3.9.18/bin/python"),
        ("pypy3.10", ".pyenv/versions/pypy3.10-7.3.16/bin/python3"),
        (
            "cpython-3.10.14-linux-x86_64-gnu",
            ".local/share/uv/python/cpython-3.10-linux-x86_64-gnu",
        ),
        ("python3.11", "usr/bin/python3"),
        ("./3.13.5", ".local/share/mise/installs/python/3.13"),
        ("./3.13.5", ".local/share/mise/installs/python/latest"),
        (
            "../share/uv/python/cpython-3.10-linux-x86_64-gnu/bin/python3.10",
            ".local/bin/python3.10",
        ),
    ];
    fs::create_dir_all(machine.path(".local/bin")).unwrap();
    for (target, link) in links {
        symlink(target, machine.path(link)).unwrap();
    }
    for shims in [".asdf/shims", ".local/share/mise/shims", ".pyenv/shims"] {
        machine.script(&format!("{shims}/python3.12"), "exit 127");
    }
    let folders = [
        ".asdf/shims",
        ".local/share/mise/shims",
        ".pyenv/shims",
        ".local/bin",
        "usr/bin",
    ];
    let search = std::env::join_paths(folders.map(|folder| machine.path(folder))).unwrap();
    let home = machine.folder.path().as_os_str().to_owned();
    let places = Places::from_variables(&|name| match name {
        "PATH" => Some(search.clone()),
        "HOME" => Some(home.clone()),
        _ => None,
    });
    let found = find(&places, &[]);
    let is_own = |path: &Path| path.starts_with(&home);
    let own = found.interpreters.iter().filter(|one| is_own(&one.path));
    let own: Vec<(PathBuf, &str)> = own
        .map(|one| (one.path.clone(), one.version.as_str()))
        .collect();
    let expected = installed.map(|(path, version)| (machine.path(path), version));
    assert_eq!(own, expected);
    let named = found.misfits.iter().filter(|one| is_own(&one.path));
    let named: Vec<&str> = named
        .map(|one| one.reason.split(' ').next().unwrap())
        .collect();
    assert_eq!(named, ["GraalPy", "PyPy"]);
    assert_eq!(machine.calls(), 7, "each is asked once, and no shim");
    let again = find(&places, &[]);
    assert_eq!((again, machine.calls()), (found, 7));
    assert_eq!(broken_shims(&places).len(), 3);
}

#[test]
fn a_shim_is_not_an_interpreter_and_leads_to_the_versions_behind_it() {
    let machine = Machine::new();
    machine.script("root/shims/python3", "exit 127");
    machine.fake("root/versions/3.12.1/bin/python3.12", "cpython", "3.12.1");
    let search = machine.path("root/shims").into_os_string();
    let places = Places::from_variables(&|name| (name == "PATH").then(|| search.clone()));
    let found = find(&places, &[]);
    assert!(found.interpreters.iter().any(|one| one.version == "3.12.1"));
    assert!(found.misfits.is_empty());
    assert_eq!(broken_shims(&places).len(), 1);
}

#[test]
fn an_environment_in_the_search_path_stands_for_what_it_was_made_from() {
    let machine = Machine::new();
    let base = machine.fake("base/bin/python3.12", "cpython", "3.12.1");
    fs::create_dir_all(machine.path("bin")).unwrap();
    fs::write(machine.path("pyvenv.cfg"), "").unwrap();
    symlink(&base, machine.path("bin/python")).unwrap();
    let found = machine.find();
    assert_eq!(versions(&found), ["3.12.1"]);
    assert_eq!(found.interpreters[0].path, base.canonicalize().unwrap());
    fs::copy(&base, machine.path("bin/python3")).unwrap();
    assert_eq!(machine.find().interpreters.len(), 1);
}

#[test]
fn a_wrapper_stands_for_what_it_starts() {
    let machine = Machine::new();
    let real = machine.fake("versions/3.12.1/bin/python3.12", "cpython", "3.12.1");
    machine.script("bin/python3", &format!("exec {} \"$@\"", real.display()));
    let found = machine.find();
    assert_eq!(versions(&found), ["3.12.1"]);
    assert_eq!(
        found.interpreters[0].real_path,
        real.canonicalize().unwrap()
    );
}

#[test]
fn free_threaded_and_debug_builds_are_interpreters_of_their_own() {
    let machine = Machine::new();
    for (name, key) in [
        ("python3.13", ""),
        ("python3.13t", "free_threaded"),
        ("python3.13d", "debug"),
    ] {
        let path = machine.fake(&format!("bin/{name}"), "cpython", "3.13.1");
        let text = fs::read_to_string(&path).unwrap();
        let (off, on) = (format!("\"{key}\": false"), format!("\"{key}\": true"));
        fs::write(&path, text.replace(&off, &on)).unwrap();
    }
    let found = machine.find();
    let labels: Vec<String> = found
        .interpreters
        .iter()
        .map(|one| one.label().minor())
        .collect();
    assert_eq!(labels, ["3.13", "3.13t", "3.13d"]);
    for (spec, build) in [
        ("3.13", Build::Default),
        ("3.13t", Build::FreeThreaded),
        ("3.13d", Build::Debug),
    ] {
        let chosen = choose(&[Spec::parse(spec).unwrap()], &found).unwrap();
        let builds: Vec<Build> = chosen.iter().map(|one| one.build).collect();
        assert_eq!(builds, [build], "{spec}");
    }
}

#[test]
fn paths_that_the_user_names_are_asked_too() {
    let machine = Machine::new();
    let good = machine.fake("else/bin/python", "cpython", "3.12.1");
    let old = machine.fake("old/python", "cpython", "3.7.1");
    let folder = machine.path("else");
    let found = find(
        &machine.places,
        &[good.clone(), folder.clone(), old.clone(), "/no/such".into()],
    );
    assert!(found.interpreters.is_empty());
    let choice = |path: &Path| choose(&[Spec::Path(path.to_owned())], &found);
    assert_eq!(choice(&good).unwrap()[0].path, good);
    assert_eq!(choice(&folder).unwrap()[0].path, good);
    assert_eq!(choice(&old).unwrap_err()[0].code, "interpreter-unusable");
    let missing = choice(Path::new("/no/such")).unwrap_err();
    assert_eq!(missing[0].message, "`/no/such` does not exist");
}

#[test]
fn real_interpreters_tell_the_truth_and_environments_stay_what_they_are() {
    let found = find(&here(), &[]);
    let Some(newest) = found.interpreters.last() else {
        println!("skipped: needs a CPython");
        return;
    };
    assert!(newest.base_prefix.is_dir() && newest.real_path.is_file());
    assert!(
        newest
            .version
            .starts_with(&format!("{}.{}", newest.release[0], newest.release[1]))
    );
    assert!(
        found
            .interpreters
            .iter()
            .all(|one| one.release >= [3, 8, 0])
    );
    let folder = tempfile::tempdir().unwrap();
    let environment = folder.path().join("venv");
    let mut command =
        crate::child::Command::new(&newest.path).arguments(["-m", "venv", "--without-pip"]);
    command.arguments.push(environment.clone().into());
    let output = crate::child::run(&command.deadline(std::time::Duration::from_secs(120)));
    assert!(output.succeeded(), "{}", output.stderr_text());
    let named = find(&here(), std::slice::from_ref(&environment))
        .named
        .remove(&environment)
        .unwrap()
        .unwrap();
    assert_eq!(named.prefix, environment.canonicalize().unwrap());
    assert_eq!(named.real_path, newest.real_path);
    assert_eq!(
        (named.build, Build::Default),
        (newest.build, Build::Default)
    );
}

#[test]
fn a_program_is_not_asked_whose_name_states_a_version_that_is_not_wanted() {
    let machine = Machine::new();
    machine.fake("versions/3.12.1/bin/python3.12", "cpython", "3.12.1");
    machine.fake("versions/3.6.15/bin/python3.6", "cpython", "3.6.15");
    machine.fake("versions/mine/bin/python", "cpython", "3.10.2");
    let other = machine.fake("versions/3.13.0/bin/python3.13", "cpython", "3.13.0");
    symlink(&other, machine.path("versions/mine/bin/python3.11")).unwrap();
    let asked = |spec: &str| {
        let _ = fs::remove_file(machine.path("calls"));
        let _ = fs::remove_dir_all(machine.path("cache"));
        let specs: Vec<Spec> = Spec::parse(spec).into_iter().collect();
        let found = find_for(&specs, &machine.places, &[]);
        (versions(&found).join(" "), machine.calls())
    };
    let case = |spec, found: &str, calls| assert_eq!(asked(spec), (found.to_owned(), calls));
    case("3.12", "3.10.2 3.12.1", 2);
    case("3.12.7", "3.10.2 3.12.1", 2);
    case("3.13", "3.10.2 3.13.0", 2);
    case("3.9..3.11", "3.10.2", 1);
    case(">=3.12.1,<3.13", "3.10.2 3.12.1", 2);
    case(">=3.12.99", "3.10.2 3.12.1 3.13.0", 3);
    case("all", "3.10.2 3.12.1 3.13.0", 3);
    case("newest", "3.10.2 3.12.1 3.13.0", 3);
    assert_eq!(find(&machine.places, &[]).misfits.len(), 1);
}
