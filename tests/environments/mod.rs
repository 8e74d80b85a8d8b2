//! Package environments, end to end, without a network: a package made here, pip and uv where they are.

/// Environments from an index on loopback.
mod index;

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Project, skip};

/// Writes a wheel of the package `greeting`, whose `hello()` returns `text`.
const MAKE_WHEEL: &str = r#"
import sys, zipfile
folder, version, text = sys.argv[1:]
info = f"greeting-{version}.dist-info"
with zipfile.ZipFile(f"{folder}/greeting-{version}-py3-none-any.whl", "w") as wheel:
    files = {
        "greeting.py": f"def hello():\n    return {text!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: greeting\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in files) + f"{info}/RECORD,,\n"
    for name, content in {**files, f"{info}/RECORD": record}.items():
        wheel.writestr(zipfile.ZipInfo(name), content)
"#;

const CONFIG: &str = "guides = \"docs/*.md\"\n[environments.greet]\nrequires = [\"greeting\"]\n";

const GUIDE: &str = "# Guide\n\n<!-- fencepost: name=hello env=greet -->\n```python\nimport greeting\n\nprint(greeting.hello())\n```\n";

/// Returns the interpreter that `--python newest` means.
fn python_of_newest() -> Option<String> {
    let found = Project::new().run("python list --format json").stdout();
    let line = found.lines().rfind(|line| line.contains("\"default\""));
    let newest: Option<serde_json::Value> = line.and_then(|line| serde_json::from_str(line).ok());
    let path = newest.and_then(|newest| Some(newest["path"].as_str()?.to_owned()));
    if path.is_none() {
        skip("a CPython");
    }
    path
}

/// Returns a project whose tools find packages in `wheels` alone, and uv only where `uv` says so.
fn project(uv: Option<&Path>) -> Option<Project> {
    let python = python_of_newest()?;
    let project = Project::new()
        .file("fencepost.toml", CONFIG)
        .file("docs/a.md", GUIDE);
    fs::create_dir(project.path("wheels")).unwrap();
    let wheels = project.path("wheels").display().to_string();
    wheel(&project, &python, "1.0", "hello");
    let uv_folder = uv
        .and_then(Path::parent)
        .map(|folder| format!("{}:", folder.display()));
    let path = format!("{}/usr/bin:/bin", uv_folder.unwrap_or_default());
    let folder = |name: &str| project.path(name).display().to_string();
    let (cache, uv_cache) = (folder("cache"), folder("uv-cache"));
    let project = project
        .variable("PIP_NO_INDEX", "1")
        .variable("PIP_FIND_LINKS", &wheels)
        .variable("UV_NO_INDEX", "1")
        .variable("UV_OFFLINE", "1")
        .variable("UV_FIND_LINKS", &wheels)
        .variable("UV_CACHE_DIR", &uv_cache)
        .variable("XDG_CACHE_HOME", &cache)
        .variable("PATH", &path);
    Some(project)
}

fn wheel(project: &Project, python: &str, version: &str, text: &str) {
    let made = std::process::Command::new(python)
        .args([
            "-c",
            MAKE_WHEEL,
            &project.path("wheels").display().to_string(),
            version,
            text,
        ])
        .status();
    assert!(made.unwrap().success());
}

/// The whole way: unlocked, unprovisioned, running, changed, tampered with.
fn whole_way(project: &Project) {
    let python = python_of_newest().unwrap();
    project
        .run("check")
        .exits(3)
        .prints("is not locked: run `fencepost env lock greet`");
    project.run("env lock").exits(0);
    let lock = project.read("fencepost.greet.lock");
    assert!(
        lock.contains("greeting==1.0") && lock.contains("--hash=sha256:"),
        "{lock}"
    );
    project.run("env lock").exits(0);
    assert_eq!(
        project.read("fencepost.greet.lock"),
        lock,
        "locking again changes nothing"
    );
    project
        .run("check")
        .exits(3)
        .prints("is not provisioned for");
    project
        .run(&format!("env sync --python {python}"))
        .exits(0)
        .prints("ready");
    project.run("check").exits(0);
    project.run("list").exits(0);

    project.write(
        "fencepost.toml",
        &CONFIG.replace("\"greeting\"", "\"greeting>0.5\""),
    );
    project
        .run("check")
        .exits(3)
        .prints("changed after it was locked");
    wheel(project, &python, "2.0", "hello again");
    project.run("env lock --upgrade").exits(0);
    assert!(
        project
            .read("fencepost.greet.lock")
            .contains("greeting==2.0")
    );

    let spoiled = "ab".repeat(32);
    let lock = project.read("fencepost.greet.lock");
    let (before, after) = lock.split_once("sha256:").unwrap();
    project.write(
        "fencepost.greet.lock",
        &format!("{before}sha256:{spoiled}{}", &after[64..]),
    );
    project
        .run("check --sync")
        .exits(3)
        .prints("a hash differs from the lock");
    project.write("fencepost.greet.lock", &lock);
    project
        .run("check --sync --format json")
        .exits(0)
        .prints("hello again");
}

#[test]
fn pip_locks_and_provisions_where_uv_is_absent() {
    if let Some(project) = project(None) {
        whole_way(&project);
    }
}

/// Returns where uv is; where it is not, the test counts as skipped.
fn uv() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let uv = std::env::split_paths(&path)
        .map(|folder| folder.join("uv"))
        .find(|uv| uv.is_file());
    if uv.is_none() {
        skip("uv");
    }
    uv
}

#[test]
fn uv_locks_and_provisions() {
    if let Some(uv) = uv() {
        whole_way(&project(Some(&uv)).unwrap());
    }
}

#[test]
fn an_environment_is_chosen_by_glob_guide_or_directive() {
    let config = "guides = \"docs/**/*.md\"\nenv = \"all\"\n[environments]\n\
        all.requires = \"a\"\nweb.requires = \"b\"\none.requires = \"c\"\nown.requires = \"d\"\n\
        [[overrides]]\nguides = \"docs/web/**\"\nenv = \"web\"\n\
        [[overrides]]\nguides = \"docs/web/one.md\"\nenv = \"one\"\n\
        [[overrides]]\nguides = \"docs/data/**\"\nenv = \"data\"\nenvironments.data.requires = \"e\"\n";
    let plain = "```python\nprint(1)\n```\n";
    let own = format!("# Guide\n\n<!-- fencepost: env=own -->\n{plain}");
    let plain = format!("# Guide\n\n{plain}");
    let project = Project::new()
        .file("fencepost.toml", config)
        .file("docs/a.md", &plain)
        .file("docs/data/a.md", &plain)
        .file("docs/web/a.md", &plain)
        .file("docs/web/one.md", &plain)
        .file("docs/web/own.md", &own);
    let results = project.run("check --format json").exits(3).results();
    let environment = |result: &serde_json::Value| {
        let reason = result["reason"].as_str().unwrap().to_owned();
        reason.split('`').nth(1).unwrap().to_owned()
    };
    let chosen: Vec<String> = results.iter().map(environment).collect();
    assert_eq!(chosen, ["all", "data", "web", "one", "own"]);
}

#[test]
fn a_missing_module_proposes_the_line_to_add() {
    let block = "import discord";
    let project = Project::new()
        .file("fencepost.toml", "strict = true\n")
        .guide("a.md", &[block]);
    project
        .run("check")
        .exits(1)
        .prints("missing-module: `discord`")
        .prints("requires = [\"discord.py\"]")
        .prints("fencepost env lock");
}

#[test]
fn environments_need_no_guide() {
    for config in ["[environments.greet]\nrequires = [\"greeting\"]\n", CONFIG] {
        let project = Project::new().file("fencepost.toml", config);
        let listed = project.run("env list --format json").exits(0);
        listed
            .prints("\"name\":\"greet\"")
            .prints("\"lock\":\"absent\"");
        let synced = project.run("env sync --python newest").exits(3);
        synced.complains("`greet` is not locked");
        project
            .run("check")
            .exits(2)
            .complains("no guide was found");
    }
}

#[test]
fn names_of_no_environment_are_refused() {
    let project = Project::new()
        .file("fencepost.toml", CONFIG)
        .file("docs/a.md", GUIDE);
    project
        .run("env lock gret")
        .exits(2)
        .complains("did you mean `greet`?");
    project.write("docs/a.md", &GUIDE.replace("env=greet", "env=gret"));
    project
        .run("check")
        .exits(1)
        .prints("unknown environment `gret`");
}

#[test]
fn a_version_to_install_needs_uv() {
    let project = Project::new()
        .variable("PATH", "/usr/bin:/bin")
        .variable("HOME", "/nonexistent");
    project
        .run("python install 3.14")
        .exits(3)
        .complains("uv was not found");
    project
        .run("python install 2.7")
        .exits(2)
        .complains("too old");
}
