//! Builds projects in temporary folders, runs the binary on them, and says what the machine lacks.

#[cfg(target_os = "linux")]
pub(crate) mod people;

/// Files served on loopback.
pub(crate) mod server;

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// No test waits longer than this for the binary.
const OUTER_TIMEOUT: Duration = Duration::from_secs(240);

/// A project in a folder of its own.
#[derive(Debug)]
pub(crate) struct Project {
    folder: tempfile::TempDir,
    interpreters: Vec<String>,
    variables: Vec<(String, String)>,
}

impl Project {
    /// Begins an empty project that uses the newest CPython found.
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("project-")
            .tempdir()
            .unwrap();
        Self {
            folder,
            interpreters: Vec::new(),
            variables: Vec::new(),
        }
    }

    /// Adds a file.
    #[must_use]
    pub(crate) fn file(self, path: &str, text: &str) -> Self {
        self.write(path, text);
        self
    }

    /// Adds a guide whose examples are these blocks, each under a heading of its own.
    #[must_use]
    pub(crate) fn guide(self, path: &str, blocks: &[&str]) -> Self {
        let mut text = String::from("# Guide\n");
        for (index, block) in blocks.iter().enumerate() {
            let block = block.trim_matches('\n');
            write!(text, "\n## Part {}\n\n```python\n{block}\n```\n", index + 1).unwrap();
        }
        self.file(path, &text)
    }

    /// Runs commands on these interpreters unless their words say otherwise.
    #[must_use]
    pub(crate) fn on(mut self, interpreters: &[&str]) -> Self {
        self.interpreters = interpreters.iter().map(|spec| (*spec).to_owned()).collect();
        self
    }

    /// Sets an environment variable for every command.
    #[must_use]
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Writes a file, whether it is there or not.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Reads a file.
    #[track_caller]
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Returns where a file is.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Returns the project's folder.
    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the command, ready to be changed further. Words are split at spaces.
    pub(crate) fn command(&self, words: &str) -> Command {
        let mut words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        let runs = ["check", "record", "compare", "mutate"]
            .iter()
            .any(|name| words.first().is_some_and(|first| first == name));
        if runs && !words.iter().any(|word| word == "--python") {
            let specs = if self.interpreters.is_empty() {
                vec!["newest".to_owned()]
            } else {
                self.interpreters.clone()
            };
            words.extend(
                specs
                    .into_iter()
                    .flat_map(|spec| ["--python".to_owned(), spec]),
            );
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_fencepost"));
        command
            .args(words)
            .current_dir(self.root())
            .env_remove("CI")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the binary with words split at spaces.
    #[track_caller]
    pub(crate) fn run(&self, words: &str) -> Ran {
        self.ran(self.command(words), words)
    }

    /// Runs the binary in a folder of the project.
    #[track_caller]
    pub(crate) fn run_in(&self, folder: &str, words: &str) -> Ran {
        let mut command = self.command(words);
        command.current_dir(self.path(folder));
        self.ran(command, words)
    }

    /// Runs a command line that a report shows, as a shell reads it, in a folder of the project.
    #[track_caller]
    pub(crate) fn run_shown(&self, folder: &str, line: &str) -> Ran {
        let program = Path::new(env!("CARGO_BIN_EXE_fencepost")).parent().unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new("sh");
        command
            .args(["-c", line])
            .current_dir(self.path(folder))
            .env_remove("CI")
            .env("NO_COLOR", "1")
            .env("PATH", format!("{}:{path}", program.display()))
            .stdin(Stdio::null());
        self.ran(command, line)
    }

    #[track_caller]
    fn ran(&self, command: Command, words: &str) -> Ran {
        Ran {
            words: words.to_owned(),
            root: self.root().to_owned(),
            output: output_within(command, OUTER_TIMEOUT),
        }
    }
}

impl Project {
    /// Runs the binary on a machine without the interpreters whose version `hidden` names: each is
    /// covered by `/dev/null` in a mount namespace of the command's own. `None` where that cannot be had.
    #[track_caller]
    pub(crate) fn run_hiding(&self, hidden: impl Fn(&str) -> bool, words: &str) -> Option<Ran> {
        let mut covered = Vec::new();
        loop {
            let paths = self.interpreters_found(&covered)?;
            let more: Vec<String> = paths
                .into_iter()
                .filter(|(version, _)| hidden(version))
                .map(|(_, path)| path)
                .collect();
            if more.is_empty() {
                break;
            }
            covered.extend(more);
        }
        let output = output_within(self.covering(&covered, words), OUTER_TIMEOUT);
        Some(Ran {
            words: words.to_owned(),
            root: self.root().to_owned(),
            output,
        })
    }

    /// Returns version and path of each interpreter found while some paths are covered.
    fn interpreters_found(&self, covered: &[String]) -> Option<Vec<(String, String)>> {
        let output = output_within(
            self.covering(covered, "python list --format json"),
            OUTER_TIMEOUT,
        );
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        if error.contains("unshare:") || error.contains("mount:") {
            skip("mount namespaces for a user");
            return None;
        }
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let field = |line: &str, key: &str| {
            let value: serde_json::Value = serde_json::from_str(line).ok()?;
            Some(value[key].as_str()?.to_owned())
        };
        Some(
            text.lines()
                .filter_map(|line| Some((field(line, "version")?, field(line, "path")?)))
                .collect(),
        )
    }

    fn covering(&self, covered: &[String], words: &str) -> Command {
        let script = "for path in $HIDDEN; do mount --bind /dev/null \"$(readlink -f $path)\"; done; exec \"$@\"";
        let inner = self.command(words);
        let mut command = Command::new("unshare");
        command
            .args(["--map-root-user", "--mount", "sh", "-c", script, "sh"])
            .arg(inner.get_program());
        command
            .args(inner.get_args())
            .current_dir(self.root())
            .stdin(Stdio::null());
        command
            .env_remove("CI")
            .env("NO_COLOR", "1")
            .env("HIDDEN", covered.join(" "));
        command.env("XDG_CACHE_HOME", self.path("cache"));
        command
    }
}

/// Runs a command to its end, or ends it and fails the test.
#[track_caller]
pub(crate) fn output_within(mut command: Command, limit: Duration) -> Output {
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let id = child.id();
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(child.wait_with_output()));
    if let Ok(output) = receiver.recv_timeout(limit) {
        output.unwrap()
    } else {
        let _ = Command::new("kill")
            .args(["-KILL", &id.to_string()])
            .status();
        panic!("{command:?} did not end within {limit:?}");
    }
}

/// How a command ended and what it printed.
#[derive(Debug)]
pub(crate) struct Ran {
    words: String,
    root: PathBuf,
    output: Output,
}

impl Ran {
    /// Demands an exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        let (out, err) = (self.stdout(), self.stderr());
        let words = &self.words;
        assert_eq!(
            self.output.status.code(),
            Some(code),
            "`{words}`\nstdout:\n{out}\nstderr:\n{err}"
        );
        self
    }

    /// Demands a text in stdout.
    #[track_caller]
    pub(crate) fn prints(self, text: &str) -> Self {
        let out = self.stdout();
        assert!(
            out.contains(text),
            "stdout of `{}` has no {text:?}:\n{out}",
            self.words
        );
        self
    }

    /// Demands that a text is not in stdout.
    #[track_caller]
    pub(crate) fn prints_no(self, text: &str) -> Self {
        let out = self.stdout();
        assert!(
            !out.contains(text),
            "stdout of `{}` has {text:?}:\n{out}",
            self.words
        );
        self
    }

    /// Demands a text in stderr.
    #[track_caller]
    pub(crate) fn complains(self, text: &str) -> Self {
        let err = self.stderr();
        assert!(
            err.contains(text),
            "stderr of `{}` has no {text:?}:\n{err}",
            self.words
        );
        self
    }

    /// Returns the results of a report in JSON.
    #[track_caller]
    pub(crate) fn results(&self) -> Vec<serde_json::Value> {
        self.json("result")
    }

    /// Returns stdout with the project's folder masked.
    pub(crate) fn stdout(&self) -> String {
        self.masked(&self.output.stdout)
    }

    /// Returns stderr with the project's folder masked.
    pub(crate) fn stderr(&self) -> String {
        self.masked(&self.output.stderr)
    }

    fn masked(&self, bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).replace(&*self.root.to_string_lossy(), "[PROJECT]")
    }

    /// Returns the JSON lines of stdout of one type.
    #[track_caller]
    pub(crate) fn json(&self, kind: &str) -> Vec<serde_json::Value> {
        let parse = |line: &str| serde_json::from_str::<serde_json::Value>(line);
        let lines: Vec<serde_json::Value> = self
            .stdout()
            .lines()
            .map(|line| parse(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .collect();
        lines
            .into_iter()
            .filter(|value| value["type"] == kind)
            .collect()
    }
}

/// Returns the path of the newest CPython found.
pub(crate) fn newest_python() -> String {
    interpreters().pop().unwrap()
}

/// Returns the paths of the interpreters found, of the default build, oldest first.
pub(crate) fn interpreters() -> Vec<String> {
    let ran = Project::new().run("python list --format json");
    let path = |line: &str| {
        let one: serde_json::Value = serde_json::from_str(line).ok()?;
        let is_usual = one["build"] == "default";
        Some(one["path"].as_str().filter(|_| is_usual)?.to_owned())
    };
    ran.stdout().lines().filter_map(path).collect()
}

/// Returns how often tests of chance are tried: once, or as `make test-records` says.
pub(crate) fn tries() -> usize {
    from_variable("FENCEPOST_TRIES").unwrap_or(1)
}

/// Returns the number that an environment variable holds.
pub(crate) fn from_variable(name: &str) -> Option<usize> {
    std::env::var(name).ok()?.parse().ok()
}

/// Returns whether CPython of this version is here; if not, the test counts as skipped.
pub(crate) fn has_python(version: &str) -> bool {
    let project = Project::new();
    let listed = project.run("python list --format json").stdout();
    let here = listed
        .lines()
        .any(|line| line.contains(&format!("\"version\":\"{version}.")));
    if !here {
        skip(&format!("CPython {version}"));
    }
    here
}

/// Returns whether a program is on PATH; if not, the test counts as skipped.
pub(crate) fn has_program(name: &str) -> bool {
    let here = Command::new(name).arg("--version").output().is_ok();
    if !here {
        skip(name);
    }
    here
}

/// Counts a test as skipped, or fails it where `FENCEPOST_DEMAND_TOOLS` is set, as `.ci/run` does.
#[track_caller]
pub(crate) fn skip(needs: &str) {
    assert!(
        std::env::var_os("FENCEPOST_DEMAND_TOOLS").is_none(),
        "skipped: needs {needs}"
    );
    let list = Path::new(env!("CARGO_TARGET_TMPDIR")).join("skipped.txt");
    let mut list = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(list)
        .unwrap();
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    writeln!(list, "skipped: needs {needs} ({test})").unwrap();
}

/// Returns a number that no other call in this process returns, small enough to be told apart by digits.
pub(crate) fn unique() -> u32 {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(1);
    NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}
