//! Interpreters, end to end: listing, choosing, what is not there.

use std::path::Path;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
use crate::support::server::Server;
use crate::support::{Project, skip};

const GUIDE: &str = "# Guide\n\n```python\nprint(1)\n```\n";

#[test]
fn each_interpreter_is_listed_once_with_version_build_and_path() {
    let ran = Project::new().run("python list --format json");
    let text = ran.stdout();
    let mut paths: Vec<String> = Vec::new();
    for line in text.lines() {
        let one: serde_json::Value = serde_json::from_str(line).unwrap();
        let path = one["path"].as_str().unwrap();
        assert!(Path::new(path).is_file(), "{line}");
        let real = std::fs::canonicalize(path).unwrap();
        paths.push(real.display().to_string());
        assert!(one["version"].as_str().unwrap().starts_with("3."), "{line}");
    }
    let all = paths.len();
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), all);
    if all == 0 {
        skip("a CPython");
    }
}

#[test]
fn a_machine_without_interpreters_says_how_to_get_one() {
    let project = Project::new().file("a.md", GUIDE);
    let project = project
        .variable("PATH", "/nonexistent")
        .variable("HOME", "/nonexistent")
        .variable("PYENV_ROOT", "/nonexistent")
        .variable("HOMEBREW_PREFIX", "/nonexistent");
    for words in ["python list", "check --python all", "check --python newest"] {
        project.run(words).exits(3).complains("python install");
    }
}

/// Writes a program that answers as an interpreter does.
#[cfg(unix)]
fn fake(project: &Project, path: &str, implementation: &str, numbers: [u64; 3]) {
    let version = numbers.map(|number| number.to_string()).join(".");
    let answer = serde_json::json!({
        "implementation": implementation, "release": numbers, "version": version, "free_threaded": false,
        "debug": false, "executable": null, "prefix": "/p", "base_prefix": "/p", "paths": [], "build": "x",
    });
    script(project, path, &format!("echo 'fencepost-probe {answer}'"));
}

#[cfg(unix)]
fn script(project: &Project, path: &str, line: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    project.write(path, &format!("#!/bin/sh\n{line}\n"));
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(project.path(path), mode).unwrap();
}

#[cfg(unix)]
#[test]
fn broken_shims_are_told_by_doctor_alone_and_others_are_named() {
    let project = Project::new();
    let home = project.root().display().to_string();
    let project = project
        .variable("HOME", &home)
        .variable("PATH", &format!("{home}/tool/shims"))
        .variable("PYENV_ROOT", &format!("{home}/none"))
        .variable("HOMEBREW_PREFIX", "/nonexistent")
        .variable("XDG_CACHE_HOME", &format!("{home}/cache"));
    fake(
        &project,
        "tool/versions/3.12.9/bin/python3.12",
        "cpython",
        [3, 12, 9],
    );
    fake(
        &project,
        "tool/versions/pypy/bin/pypy3",
        "pypy",
        [3, 10, 14],
    );
    fake(
        &project,
        "tool/versions/graal/bin/graalpy",
        "graalpy",
        [3, 10, 13],
    );
    for name in ["python3.9", "python3.11"] {
        let line = format!("echo {name} is not chosen >&2; exit 127");
        script(&project, &format!("tool/shims/{name}"), &line);
    }
    let listed = project.run("python list").exits(0);
    listed
        .prints("3.12.9       default        [PROJECT]/tool/versions/3.12.9/bin/python3.12")
        .prints("PyPy (Python 3.10.14) is not CPython")
        .prints("GraalPy (Python 3.10.13) is not CPython")
        .prints_no("shims");
    project
        .run("doctor")
        .prints("not usable: 2 shims in [PROJECT]/tool/shims (python3.11 and python3.9): each ended with status 127 when asked for its version: NAME is not chosen\n    fix: none is needed");
}

#[test]
fn what_was_asked_for_and_is_not_there_is_blocked_with_what_was_found() {
    let project = Project::new().file("a.md", GUIDE);
    let missing = project.run("check --python 3.99");
    missing
        .exits(3)
        .complains("CPython 3.99 was not found")
        .complains("found: ");
    project.run("check --python 3.97..3.99").exits(3);
    project
        .run("check --python /no/such/python")
        .exits(3)
        .complains("does not exist");
    project
        .run("check --python 3")
        .exits(2)
        .complains("name the minor version");
    project.write("fencepost.toml", "python = [\"3.x\"]\n");
    project
        .run("list")
        .exits(2)
        .complains("fencepost.toml:1:11");
}

#[cfg(unix)]
#[test]
fn an_interpreter_that_crashes_or_prints_rubbish_is_refused_by_name() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = Project::new().file("a.md", GUIDE);
    for (name, script, said) in [
        (
            "crash",
            "#!/bin/sh\nkill -SEGV $$\n",
            "crashed with signal 11",
        ),
        (
            "rubbish",
            "#!/bin/sh\necho 3.12.1\n",
            "does not answer as Python does",
        ),
        (
            "fails",
            "#!/bin/sh\necho broken >&2\nexit 1\n",
            "ended with status 1",
        ),
    ] {
        project.write(name, script);
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(project.path(name), mode).unwrap();
        project
            .run(&format!("check --python ./{name}"))
            .exits(3)
            .complains(said);
    }
}

#[test]
fn a_free_threaded_build_is_an_interpreter_of_its_own() {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python3.13t/bin/python3.13t");
    if !built.is_file() {
        println!("left out: `make python3.13t` was not run");
        return;
    }
    let code = "import sys\nprint(sys._is_gil_enabled())";
    let folder = built.parent().unwrap().display().to_string();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap_or_default());
    let project = Project::new()
        .guide("a.md", &[code])
        .variable("PATH", &path);
    project
        .run("python list")
        .exits(0)
        .prints("Py_GIL_DISABLED=1, sys._is_gil_enabled() is False");
    let result = &project
        .run("check --python 3.13t --format json")
        .exits(0)
        .json("result")[0];
    assert_eq!(
        (&result["build"], &result["stdout"]),
        (&"free-threaded".into(), &"False\n".into())
    );
    if !crate::support::has_python("3.13") {
        return;
    }
    let code = "import sysconfig\nprint(sysconfig.get_config_var('Py_GIL_DISABLED'))";
    project.write("a.md", &format!("# A\n\n```python\n{code}\n```\n"));
    let both = "compare --python 3.13 --python 3.13t";
    let comparison = &project
        .run(&format!("{both} --format json"))
        .json("comparison")[0];
    let printed = |group: usize| comparison["groups"][group]["stdout"].clone();
    assert_eq!((printed(0), printed(1)), ("0\n".into(), "1\n".into()));
    let table = project.run(&format!("{both} --format markdown")).stdout();
    let rows: Vec<&str> = table.lines().skip(2).collect();
    assert!(
        rows[0].ends_with("| `0` |") && rows[1].contains("t | `1` |"),
        "{table}"
    );
}

/// Makes what a mirror serves: an archive that holds a fake CPython, and the list that names it.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
const MAKE_MIRROR: &str = r##"
import hashlib, io, json, sys, tarfile
folder, address = sys.argv[1:]
answer = {"implementation": "cpython", "release": [3, 14, 77], "version": "3.14.77", "free_threaded": False,
    "debug": False, "executable": None, "prefix": "/p", "base_prefix": "/p", "paths": [], "build": "x"}
script = "#!/bin/sh\necho 'fencepost-probe %s'\n" % json.dumps(answer)
archive = folder + "/python.tar.gz"
with tarfile.open(archive, "w:gz") as tar:
    def add(name, text, mode):
        info = tarfile.TarInfo("python/" + name)
        info.size, info.mode = len(text), mode
        tar.addfile(info, io.BytesIO(text.encode()))
    add("bin/python3.14", script, 0o755)
    add("lib/python3.14/_sysconfigdata__linux_x86_64-linux-gnu.py", "# system configuration generated and used by the sysconfig module\nbuild_time_vars = {}\n", 0o644)
entry = {"name": "cpython", "arch": {"family": "x86_64", "variant": None}, "os": "linux", "libc": "gnu",
    "major": 3, "minor": 14, "patch": 77, "prerelease": "", "variant": None, "build": "20250101",
    "url": address + "/python.tar.gz", "sha256": hashlib.sha256(open(archive, "rb").read()).hexdigest()}
with open(folder + "/list.json", "w") as file:
    json.dump({"cpython-3.14.77-linux-x86_64-gnu": entry}, file)
"##;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn a_version_is_installed_from_a_mirror_and_offline_is_said() {
    if !crate::support::has_program("uv") {
        return;
    }
    let project = Project::new().file("mirror/none", "");
    let address = Server::new(project.path("mirror")).address;
    let made = std::process::Command::new("python3")
        .args(["-c", MAKE_MIRROR])
        .arg(project.path("mirror"))
        .arg(&address)
        .status();
    assert!(made.unwrap().success());
    let pythons = project.path("pythons").display().to_string();
    let project = project
        .variable("UV_PYTHON_INSTALL_DIR", &pythons)
        .variable("UV_PYTHON_INSTALL_BIN", "0")
        .variable("UV_HTTP_RETRIES", "0")
        .variable(
            "UV_PYTHON_DOWNLOADS_JSON_URL",
            &format!("{address}/list.json"),
        );
    project
        .run("python install 3.14")
        .exits(0)
        .complains("CPython 3.14.77 is at");
    project
        .run("python list")
        .prints("[PROJECT]/pythons/cpython-3.14.77");
    std::fs::remove_file(project.path("mirror/python.tar.gz")).unwrap();
    std::fs::remove_dir_all(project.path("pythons")).unwrap();
    project
        .run("python install 3.14")
        .exits(3)
        .complains("could not be installed");
    let nowhere = "http://127.0.0.1:9/list.json";
    let project = project.variable("UV_PYTHON_DOWNLOADS_JSON_URL", nowhere);
    let offline = project.run("python install 3.14").exits(3);
    offline
        .complains("no connection")
        .complains("check the network");
}
