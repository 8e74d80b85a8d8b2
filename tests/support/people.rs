//! Runs the binary as somebody else, and in namespaces of a test's own.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Project, has_program, skip};

/// An unprivileged user that no machine knows.
const STRANGER: &str = "4321";

/// Who runs the binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Person {
    /// Whoever runs the tests.
    Tester,
    /// An unprivileged user; only root can become one.
    Stranger,
}

impl Person {
    /// Returns everybody that this machine lets us be.
    pub(crate) fn all() -> Vec<Self> {
        if !is_root() {
            skip("root, to try both root and an unprivileged user");
            return vec![Self::Tester];
        }
        if !has_program("setpriv") || !has_program("unshare") {
            return vec![Self::Tester];
        }
        vec![Self::Tester, Self::Stranger]
    }
}

/// Says whether the tests run as root.
pub(crate) fn is_root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

/// Where a command runs: by whom, in which new namespaces, after which shell commands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stage<'a> {
    /// Options of `unshare`.
    pub namespaces: &'a [&'a str],
    /// Commands of a shell that has the powers of the namespaces.
    pub setup: &'a str,
    /// Whether the shell stays, as the first process of a pid namespace, while the command runs.
    pub shell_stays: bool,
    /// Whether the command may be ended after a while: it can hang, or be stopped.
    pub may_hang: bool,
}

impl Stage<'_> {
    /// Returns a command that runs fencepost's binary there with these words, and reaches `interpreter`.
    pub(crate) fn command(
        &self,
        project: &Project,
        person: Person,
        interpreter: &Path,
        words: &[&str],
    ) -> Command {
        let binary = project.path("fencepost");
        if !binary.exists() {
            std::fs::copy(env!("CARGO_BIN_EXE_fencepost"), &binary).unwrap();
            open(project.root());
        }
        let mut script = String::from("set -e\n");
        if person == Person::Stranger {
            script += &reveal(interpreter);
        }
        script += self.setup;
        script += "\n";
        let start = match person {
            Person::Tester => "\"$@\"".to_owned(),
            Person::Stranger => {
                format!("setpriv --reuid {STRANGER} --regid {STRANGER} --clear-groups \"$@\"")
            }
        };
        let lines = if self.shell_stays {
            ["set +e\n", start.as_str(), "\nexit $?\n"]
        } else {
            ["exec ", start.as_str(), "\n"]
        };
        script += &lines.concat();
        let mut command = if self.namespaces.is_empty() && person == Person::Tester {
            Command::new("sh")
        } else {
            let mut command = if self.may_hang {
                let mut command = Command::new("timeout");
                command.args(["-s", "KILL", "15", "unshare"]);
                command
            } else {
                Command::new("unshare")
            };
            if !is_root() {
                command.args(["--user", "--map-current-user", "--keep-caps"]);
            }
            command.args(["--mount", "--propagation", "private"]);
            command.args(self.namespaces).arg("sh");
            command
        };
        command.args(["-c", &script, "sh"]).arg(binary).args(words);
        command
            .current_dir(project.root())
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")
            .env("HOME", project.path("home"))
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        command
    }
}

/// Lets everybody look into a folder.
pub(crate) fn open(folder: &Path) {
    let status = Command::new("chmod")
        .args(["-R", "a+rX"])
        .arg(folder)
        .status();
    assert!(status.unwrap().success());
}

/// Shell commands that make an interpreter reachable for everybody, by a bind that goes with its
/// mount namespace, where a closed folder stands in the way.
fn reveal(interpreter: &Path) -> String {
    let is_closed =
        |folder: &&Path| std::fs::metadata(folder).is_ok_and(|found| found.mode() & 0o001 == 0);
    // The outermost one: it covers those below it.
    let Some(closed) = interpreter.ancestors().skip(1).filter(is_closed).last() else {
        return String::new();
    };
    let prefix = interpreter.ancestors().nth(2).unwrap();
    let (closed, prefix) = (closed.display(), prefix.display());
    format!(
        "mount --bind {prefix} /mnt\nmount -t tmpfs -o mode=755 none {closed}\nmkdir -p {prefix}\nmount --move /mnt {prefix}\n"
    )
}

/// Returns path and version of the newest usual interpreter of each minor version from 3.9 on.
pub(crate) fn interpreters() -> Vec<(String, PathBuf)> {
    let listed = Project::new().run("python list --format json").stdout();
    let mut found: Vec<(String, PathBuf)> = Vec::new();
    for line in listed.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let version = value["version"].as_str().unwrap().to_owned();
        let minor: u64 = version.split('.').nth(1).unwrap().parse().unwrap();
        if value["build"] == "default" && minor >= 9 {
            let same = |(other, _): &(String, PathBuf)| {
                other.split('.').nth(1) == version.split('.').nth(1)
            };
            found.retain(|entry| !same(entry));
            found.push((version, value["path"].as_str().unwrap().into()));
        }
    }
    found
}
