//! Environments from a package index on loopback: kills, tampering, missing wheels, script metadata.

use std::fs;
use std::process::{Command, Stdio};

use super::{python_of_newest, uv};
use crate::support::server::Server;
use crate::support::{Project, skip};

/// Adds a wheel of a package whose `hello()` returns a text to an index (PEP 503).
const ADD_WHEEL: &str = r#"
import hashlib, os, sys, zipfile
folder, name, version, tag, text = sys.argv[1:]
info = f"{name}-{version}.dist-info"
file = f"{name}-{version}-{tag}.whl"
files = {
    f"{name}.py": f"def hello():\n    return {text!r}\n",
    f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
    f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n",
}
files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in files) + f"{info}/RECORD,,\n"
page = f"{folder}/simple/{name}"
os.makedirs(page, exist_ok=True)
with zipfile.ZipFile(f"{page}/{file}", "w") as wheel:
    for path, content in files.items():
        wheel.writestr(zipfile.ZipInfo(path), content)
with open(f"{page}/index.html", "w") as index:
    for file in sorted(os.listdir(page)):
        if file.endswith(".whl"):
            with open(f"{page}/{file}", "rb") as wheel:
                digest = hashlib.sha256(wheel.read()).hexdigest()
            index.write(f'<a href="{file}#sha256={digest}">{file}</a>\n')
"#;

/// What installs: each test tries both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tool {
    Uv,
    Pip,
}

/// A project whose packages come from an index of its own.
struct Index {
    project: Project,
    server: Server,
    python: String,
}

impl Index {
    /// Begins with an index that has `greeting` 1.0; `None` where the machine lacks the tool.
    fn new(tool: Tool, config: &str, guide: &str) -> Option<Self> {
        let python = python_of_newest()?;
        let uv = match tool {
            Tool::Uv => Some(uv()?),
            Tool::Pip => None,
        };
        let folder = uv.as_deref().and_then(std::path::Path::parent);
        let folder = folder.map(|folder| format!("{}:", folder.display()));
        let minor = minor_of(&python)?;
        let config = if config.contains("python") {
            config.to_owned()
        } else {
            // pip resolves for each version that is asked for: one is enough.
            format!("python = \"{minor}\"\n{config}")
        };
        let project = Project::new()
            .file("fencepost.toml", &config)
            .file("docs/a.md", guide)
            .file("index/none", "");
        let server = Server::new(project.path("index"));
        let simple = format!("{}/simple/", server.address);
        let path = format!("{}/usr/bin:/bin", folder.unwrap_or_default());
        let below = |name: &str| project.path(name).display().to_string();
        let (cache, uv_cache) = (below("cache"), below("uv-cache"));
        let project = project
            .variable("PIP_INDEX_URL", &simple)
            .variable("PIP_FIND_LINKS", "")
            .variable("PIP_NO_CACHE_DIR", "1")
            .variable("PIP_RETRIES", "0")
            .variable("UV_DEFAULT_INDEX", &simple)
            .variable("UV_HTTP_RETRIES", "0")
            .variable("UV_CACHE_DIR", &uv_cache)
            .variable("XDG_CACHE_HOME", &cache)
            .variable("PATH", &path);
        let index = Self {
            project,
            server,
            python,
        };
        index.add("greeting", "1.0", "py3-none-any", "hello");
        Some(index)
    }

    fn add(&self, name: &str, version: &str, tag: &str, text: &str) {
        let made = Command::new(&self.python)
            .args(["-c", ADD_WHEEL])
            .arg(self.project.path("index"))
            .args([name, version, tag, text])
            .status();
        assert!(made.unwrap().success());
    }

    /// Forgets what uv downloaded, so that it asks the index again.
    fn forget_downloads(&self) {
        // pip keeps none.
        let _ = fs::remove_dir_all(self.project.path("uv-cache"));
    }
}

const CONFIG: &str = "guides = \"docs/*.md\"\n[environments.greet]\nrequires = [\"greeting\"]\n";
const GUIDE: &str = "# Guide\n\n<!-- fencepost: name=hello env=greet -->\n```python\nimport greeting\n\nprint(greeting.hello())\n```\n";

/// Returns the minor version of an interpreter found, such as `3.13`.
fn minor_of(python: &str) -> Option<String> {
    let listed = Project::new().run("python list --format json").stdout();
    let mut lines = listed.lines();
    lines.find_map(|line| {
        let one: serde_json::Value = serde_json::from_str(line).ok()?;
        let version = one["version"].as_str()?;
        let minor = version.rsplit_once('.')?.0.to_owned();
        (one["path"] == python).then_some(minor)
    })
}

/// Runs a test with each tool.
fn with_each(test: impl Fn(Tool)) {
    test(Tool::Pip);
    test(Tool::Uv);
}

#[test]
fn what_a_kill_in_mid_sync_left_is_repaired_by_the_next_sync() {
    with_each(|tool| {
        let Some(index) = Index::new(tool, CONFIG, GUIDE) else {
            return;
        };
        let (project, server) = (&index.project, &index.server);
        project.run("env lock").exits(0);
        index.forget_downloads();
        server.hold(".whl");
        let mut syncing = project.command("env sync --python newest");
        let syncing = syncing.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut syncing = syncing.unwrap();
        assert!(server.wait_for_held().contains("greeting"));
        syncing.kill().unwrap();
        syncing.wait().unwrap();
        let blocked = project.run("check").exits(3);
        blocked.prints("is not provisioned for");
        server.release();
        project
            .run("env sync --python newest")
            .exits(0)
            .prints("ready");
        project.run("check").exits(0);
        server.hold("/");
        project.run("env sync --python newest").exits(0);
        server.release();
    });
}

#[test]
fn a_package_that_is_not_the_one_that_was_locked_is_refused() {
    let config = CONFIG.replace("requires = [\"greeting\"]", "requirements = \"greet.txt\"");
    with_each(|tool| {
        let Some(index) = Index::new(tool, &config, GUIDE) else {
            return;
        };
        let project = &index.project;
        project.write("greet.txt", "-r more.txt\n");
        project.write("more.txt", "greeting\n");
        project.run("env lock").exits(0);
        index.forget_downloads();
        index.add("greeting", "1.0", "py3-none-any", "owned");
        let words = "a hash differs from the lock";
        let refused = project.run("env sync --python newest").exits(3);
        refused
            .complains(words)
            .complains("do not trust the package");
        project.run("check --sync").exits(3).prints(words);
        index.add("greeting", "1.0", "py3-none-any", "hello");
        index.forget_downloads();
        project.run("check --sync").exits(0);
    });
}

#[test]
fn a_package_without_a_wheel_for_one_interpreter_blocks_that_pair_alone() {
    let here = ["3.13", "3.12", "3.11", "3.10", "3.9"];
    let mut here = here.iter().filter(|version| listed(version));
    let (Some(newer), Some(older)) = (here.next(), here.next()) else {
        return skip("two minor versions of CPython");
    };
    let config = format!(
        "guides = \"docs/*.md\"\npython = [\"{older}\", \"{newer}\"]\n\
         [environments.mixed]\nrequires = [\"greeting\", \"native\"]\n"
    );
    let guide = "# Guide\n\n<!-- fencepost: name=both env=mixed -->\n```python\nimport greeting, native\n\n\
                 print(greeting.hello(), native.hello())\n```\n\n<!-- fencepost: name=plain -->\n```python\nprint(1)\n```\n";
    with_each(|tool| {
        let Some(index) = Index::new(tool, &config, guide) else {
            return;
        };
        let tag = format!("cp{}-none-any", older.replace('.', ""));
        index.add("native", "1.0", &tag, "native");
        let project = &index.project;
        project.run("env lock").exits(0);
        let sync = project.run("env sync").exits(3);
        sync.complains("native")
            .complains(&format!("CPython {newer}"));
        let flags = format!("check --sync --python {older} --python {newer} --format json");
        let results = project.run(&flags).exits(3).results();
        let seen: Vec<(bool, &str)> = results
            .iter()
            .map(|one| {
                let on = one["python"].as_str().unwrap();
                (
                    on.starts_with(&format!("{older}.")),
                    one["verdict"].as_str().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                (true, "unrecorded"),
                (false, "blocked"),
                (true, "unrecorded"),
                (false, "unrecorded")
            ],
            "{tool:?}"
        );
        assert!(results[1]["reason"].as_str().unwrap().contains("native"));
    });
}

fn listed(version: &str) -> bool {
    let listed = Project::new().run("python list --format json").stdout();
    listed.contains(&format!("\"version\":\"{version}."))
}

#[test]
fn script_metadata_has_an_environment_of_its_own() {
    let guide = "# Guide\n\n<!-- fencepost: name=script -->\n```python\n# /// script\n# dependencies = [\"greeting==1.0\"]\n# ///\n\
                 import greeting\n\nprint(greeting.hello())\ntry:\n    open(greeting.__file__, 'a')\n\
                 except OSError:\n    print('read-only')\n```\n";
    with_each(|tool| {
        let Some(index) = Index::new(tool, "guides = \"docs/*.md\"\n", guide) else {
            return;
        };
        let project = &index.project;
        let blocked = project.run("check").exits(3);
        blocked.prints("is not locked: run `fencepost env lock script-");
        project.run("env lock").exits(0).complains("script-");
        let result = &project.run("check --sync --format json").exits(0).results()[0];
        assert_eq!(result["stdout"], "hello\nread-only\n", "{tool:?}");
    });
}
