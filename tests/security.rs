//! The security table: what examples try, and the one outcome each must have, for root and for others.
//!
//! Rows are data, in `tests/security/`. Where a row needs something on the host, the host really has
//! it. A control runs the row without the sandbox, in namespaces that protect the machine, and demands
//! that its outcome is another one.

use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::people::{Person, Stage, interpreters, is_root, open};
use crate::support::{Project, has_program, output_within, skip, unique};

const LIMIT: Duration = Duration::from_secs(240);

/// Makes an outside that can be reached, in a network that the test made.
const OUTSIDE: &str = "
ip link set lo up
ip address add 192.0.2.10/32 dev lo
ip address add 169.254.169.254/32 dev lo
ip address add 2001:db8::1/128 dev lo
ip route add default dev lo
";

/// Stands for a pid that is not known yet.
const PID_OF_CONTROL: u32 = 424_242;

/// One thing that an example tries.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    code: String,
    /// `exited:N`, `signal:NAME`, `limit:NAME`, or the kind of another ending.
    ending: String,
    /// The whole of stdout; not compared where it is missing.
    stdout: Option<String>,
    timeout: Option<String>,
    within_ms: Option<u64>,
    /// An example that runs before it.
    before: Option<String>,
    before_timeout: Option<String>,
    /// An example that runs beside it, and what that one must print.
    together: Option<String>,
    together_stdout: Option<String>,
    /// Who the control is for: `root`, or both if it is missing.
    control: Option<String>,
    /// Why there is no control.
    no_control: Option<String>,
    /// Whether its control may end fencepost itself.
    #[serde(default)]
    deadly: bool,
    /// Whether it sends packets that no machine may see.
    #[serde(default)]
    outside: bool,
    architecture: Option<String>,
}

#[derive(Debug, serde::Deserialize)]
struct Table {
    row: Vec<Row>,
}

fn rows(category: &str) -> Vec<Row> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/security");
    let text = fs::read_to_string(folder.join(format!("{category}.toml"))).unwrap();
    let table: Table = toml::from_str(&text).unwrap();
    let here = |row: &Row| {
        let needed = row.architecture.as_deref();
        needed.is_none_or(|name| name == std::env::consts::ARCH)
    };
    table.row.into_iter().filter(here).collect()
}

/// What stands on the host for examples to find, and a project with the guide of their attempts.
struct Host {
    project: Project,
    number: u32,
    mark: String,
    tcp: TcpListener,
    udp: UdpSocket,
    _sockets: [UnixListener; 2],
    process: Child,
    interpreter: PathBuf,
}

impl Host {
    fn new() -> Self {
        let number = unique();
        let mark = format!("7{}{number:03}", std::process::id());
        let project = Project::new()
            .file("secret", "secret of the host\n")
            .file("home/notes.txt", "notes of the host\n")
            .file("home/.ssh/id_ed25519", "key of the host\n");
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        tcp.set_nonblocking(true).unwrap();
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        udp.set_nonblocking(true).unwrap();
        let path = UnixListener::bind(project.path("socket")).unwrap();
        let abstract_name = SocketAddr::from_abstract_name(format!("host-{mark}")).unwrap();
        let process = Command::new("sleep")
            .arg(format!("{mark}0"))
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let (_, interpreter) = interpreters().pop().unwrap();
        open(project.root());
        Self {
            number,
            mark,
            tcp,
            udp,
            _sockets: [path, UnixListener::bind_addr(&abstract_name).unwrap()],
            process,
            interpreter,
            project,
        }
    }

    /// Puts the host's real values into a row's code.
    fn fill(&self, code: &str, pid: u32) -> String {
        let port =
            |socket: std::io::Result<std::net::SocketAddr>| socket.unwrap().port().to_string();
        let path = |name: &str| self.project.path(name).display().to_string();
        let key = u64::from(self.number) * 100_000_000 + u64::from(std::process::id());
        code.replace("{MARK}", &self.mark)
            .replace("{SECRET}", &path("secret"))
            .replace("{SOCKET}", &path("socket"))
            .replace("{HOME}", &path("home"))
            .replace("{PROJECT}", &self.project.root().display().to_string())
            .replace("{TCP_PORT}", &port(self.tcp.local_addr()))
            .replace("{UDP_PORT}", &port(self.udp.local_addr()))
            .replace(
                "{FREE_PORT}",
                &(20_000 + (std::process::id() + self.number) % 5000).to_string(),
            )
            .replace(
                "{OTHER_PORT}",
                &(26_000 + (std::process::id() + self.number) % 5000).to_string(),
            )
            .replace("{PID}", &pid.to_string())
            .replace("{KEY}", &key.to_string())
    }

    fn write_guide(&self, rows: &[Row], pid: u32) {
        let mut guide = String::from("# Guide\n");
        let mut add = |name: &str, code: &str, timeout: &Option<String>| {
            let timeout = timeout.as_deref().unwrap_or("10s");
            let code = self.fill(code.trim_start_matches('\n'), pid);
            write!(
                guide,
                "\n<!-- fencepost: name={name} timeout={timeout} -->\n````python\n{code}````\n"
            )
            .unwrap();
        };
        for row in rows {
            if let Some(before) = &row.before {
                add(&format!("{}-before", row.name), before, &row.before_timeout);
            }
            if let Some(together) = &row.together {
                add(&format!("{}-together", row.name), together, &None);
            }
            add(&row.name, &row.code, &row.timeout);
        }
        self.project.write("guide.md", &guide);
        open(self.project.root());
    }

    /// Runs the guide, with the secret as an open descriptor, and returns the results by name.
    /// It compares, since what does not match is started anew before `check` believes it.
    fn results(&self, stage: &Stage<'_>, person: Person, words: &[&str]) -> Vec<(String, Value)> {
        let interpreter = self.interpreter.display().to_string();
        let mut all = vec![
            "compare",
            "guide.md",
            "--no-cache",
            "--format",
            "json",
            "--python",
            &interpreter,
        ];
        all.extend(words);
        let mut command = stage.command(&self.project, person, &self.interpreter, &all);
        command.env("API_TOKEN", &self.mark);
        let output = output_within(command, LIMIT);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !complaint.contains("the sandbox cannot be had"),
            "{complaint}"
        );
        let name = |value: &Value| {
            let id = value["id"].as_str().unwrap();
            id.split('#').nth(1).unwrap().to_owned()
        };
        let results: Vec<(String, Value)> = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|value| value["type"] == "result")
            .map(|value| (name(&value), value))
            .collect();
        results
    }

    /// Runs rows in the sandbox, in processes that begin like this; returns what is wrong.
    fn run(&self, rows: &[Row], person: Person, start: &str) -> String {
        self.write_guide(rows, self.process.id());
        let is_outside = rows.iter().any(|row| row.outside);
        let in_order = rows.iter().any(|row| row.before.is_some());
        let namespaces: &[&str] = if is_outside { &["--net"] } else { &[] };
        let setup = format!("exec 9<'{}'", self.project.path("secret").display());
        let setup = setup + if is_outside { OUTSIDE } else { "" };
        let stage = Stage {
            namespaces,
            setup: &setup,
            ..Stage::default()
        };
        let jobs = if in_order { "1" } else { "2" };
        let words = ["--sandbox", "full", "--jobs", jobs, "--start", start];
        let results = self.results(&stage, person, &words);
        let mut wrong = String::new();
        for row in rows {
            let together = format!("{}-together", row.name);
            let neighbour = results.iter().find(|(name, _)| *name == together);
            if let (Some(wanted), Some((_, value))) = (&row.together_stdout, neighbour)
                && value["stdout"] != wanted.as_str()
            {
                writeln!(wrong, "{together}: {value}").unwrap();
            }
            match results.iter().find(|(name, _)| *name == row.name) {
                Some((_, value)) if value["start"] != start => {
                    writeln!(wrong, "{} did not {start}: {value}", row.name).unwrap();
                }
                Some((_, value)) if row.holds(value) && row.is_quick(value) => (),
                Some((_, value)) => writeln!(wrong, "{}: {value}", row.name).unwrap(),
                None => writeln!(wrong, "{}: no result", row.name).unwrap(),
            }
        }
        wrong
    }

    /// Runs rows without the sandbox; returns those whose outcome is the same.
    fn run_controls(&self, rows: &[Row], person: Person) -> String {
        let wanted = |row: &&Row| {
            let for_us = is_root() && person == Person::Tester;
            row.no_control.is_none() && (for_us || row.control.as_deref() != Some("root"))
        };
        let (deadly, others): (Vec<Row>, Vec<Row>) = rows
            .iter()
            .filter(wanted)
            .cloned()
            .partition(|row| row.deadly);
        let mut groups: Vec<Vec<Row>> = deadly.into_iter().map(|row| vec![row]).collect();
        groups.push(others);
        groups
            .iter()
            .map(|group| self.run_control(group, person))
            .collect()
    }

    fn run_control(&self, rows: &[Row], person: Person) -> String {
        if rows.is_empty() {
            return String::new();
        }
        // The process that examples look for stands in the control's own pid namespace.
        self.write_guide(rows, PID_OF_CONTROL);
        let setup = format!(
            "exec 9<'{}'\nsetsid sleep {}0 & sed -i s/{PID_OF_CONTROL}/$!/ guide.md\n",
            self.project.path("secret").display(),
            self.mark
        );
        let is_outside = rows.iter().any(|row| row.outside);
        let setup = setup + if is_outside { OUTSIDE } else { "" };
        let mut namespaces = vec![
            "--pid",
            "--fork",
            "--mount-proc",
            "--uts",
            "--ipc",
            "--kill-child",
        ];
        if is_outside {
            namespaces.push("--net");
        }
        let stage = Stage {
            namespaces: &namespaces,
            setup: &setup,
            shell_stays: true,
            may_hang: rows.iter().any(|row| row.deadly),
        };
        let in_order = rows.iter().any(|row| row.before.is_some());
        let jobs = if in_order { "1" } else { "2" };
        let results = self.results(&stage, person, &["--sandbox", "off", "--jobs", jobs]);
        rows.iter()
            .filter_map(|row| {
                let found = results.iter().find(|(name, _)| *name == row.name);
                let (_, value) = found?;
                row.holds(value)
                    .then(|| format!("{} holds without the sandbox: {value}\n", row.name))
            })
            .collect()
    }

    /// Says what attempts changed on the host.
    fn damage(&mut self) -> String {
        let mut damage = String::new();
        if self.project.read("secret") != "secret of the host\n" {
            damage += "the secret was changed\n";
        }
        if self.project.path("new-file").exists() {
            damage += "a file was written into the repository\n";
        }
        if self.tcp.accept().is_ok() {
            damage += "somebody connected over TCP\n";
        }
        if self.udp.recv(&mut [0; 8]).is_ok() {
            damage += "somebody sent over UDP\n";
        }
        if self.process.try_wait().unwrap().is_some() {
            damage += "the host's process was ended\n";
        }
        let deadline = Instant::now() + Duration::from_secs(2);
        while self.survivors() > 1 {
            if Instant::now() > deadline {
                damage += "a process survived\n";
                break;
            }
            std::thread::yield_now();
        }
        damage
    }

    /// Counts processes of the machine that carry the mark; the host's own is one.
    fn survivors(&self) -> usize {
        let carries = |path: PathBuf| {
            let mut line = Vec::new();
            let read = fs::File::open(path).and_then(|mut file| file.read_to_end(&mut line));
            read.is_ok()
                && line
                    .split(|byte| *byte == 0)
                    .any(|word| word.starts_with(self.mark.as_bytes()))
        };
        fs::read_dir("/proc")
            .unwrap()
            .filter_map(Result::ok)
            .filter(|entry| carries(entry.path().join("cmdline")))
            .count()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Row {
    /// Says whether a result is the outcome that the row demands.
    fn holds(&self, result: &Value) -> bool {
        let ending = &result["ending"];
        let text = |key: &str| ending[key].as_str().unwrap_or_default().to_owned();
        let found = match ending["kind"].as_str().unwrap_or_default() {
            "exited" => format!("exited:{}", ending["code"]),
            "signal" => format!("signal:{}", text("signal")),
            "limit" => format!("limit:{}", text("limit")),
            other => other.to_owned(),
        };
        let is_said = self.stdout.as_ref().is_none_or(|wanted| {
            let printed = result["stdout"].as_str().unwrap_or_default();
            printed.replace("[EXAMPLE]", "/home/example") == *wanted
        });
        found == self.ending && is_said
    }

    fn is_quick(&self, result: &Value) -> bool {
        let limit = self.within_ms.unwrap_or(u64::MAX);
        result["duration_ms"]
            .as_u64()
            .is_some_and(|took| took <= limit)
    }
}

#[track_caller]
fn assert_table(category: &str) {
    if !has_program("unshare") || !has_program("timeout") {
        return;
    }
    let mut rows = rows(category);
    if rows.iter().any(|row| row.outside) && Command::new("ip").arg("-V").output().is_err() {
        skip("ip, to make an outside");
        rows.retain(|row| !row.outside);
    }
    for person in Person::all() {
        let mut host = Host::new();
        let mut wrong = String::new();
        for start in ["spawn", "fork"] {
            for group in groups(&rows) {
                wrong += &host.run(&group, person, start);
            }
        }
        wrong += &host.damage();
        for group in groups(&rows) {
            wrong += &host.run_controls(&group, person);
        }
        assert!(wrong.is_empty(), "{category} as {person:?}:\n{wrong}");
    }
}

/// Rows that can run in one go: those that need another example beside them run by themselves.
fn groups(rows: &[Row]) -> Vec<Vec<Row>> {
    let kind = |row: &Row| (row.outside, row.before.is_some());
    let mut groups: Vec<Vec<Row>> = Vec::new();
    for row in rows {
        let fits =
            |group: &&mut Vec<Row>| group[0].together.is_none() && kind(&group[0]) == kind(row);
        match groups.iter_mut().find(fits) {
            Some(group) if row.together.is_none() => group.push(row.clone()),
            Some(_) | None => groups.push(vec![row.clone()]),
        }
    }
    groups
}

#[test]
fn the_table_has_ninety_rows_with_names_of_their_own() {
    let categories = [
        "exhaustion",
        "time",
        "survivors",
        "reading",
        "writing",
        "network",
        "privilege",
        "killing",
        "forging",
        "forks",
        "output",
    ];
    let mut names: Vec<String> = categories
        .iter()
        .flat_map(|name| rows(name))
        .map(|row| row.name)
        .collect();
    assert!(names.len() >= 90);
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn exhaustion_ends_at_its_limit() {
    assert_table("exhaustion");
}

#[test]
fn time_ends_at_its_limit() {
    assert_table("time");
}

#[test]
fn nothing_survives_its_example() {
    assert_table("survivors");
}

#[test]
fn nothing_of_the_host_can_be_read() {
    assert_table("reading");
}

#[test]
fn nothing_of_the_host_can_be_written() {
    assert_table("writing");
}

#[test]
fn nothing_of_the_network_can_be_reached() {
    assert_table("network");
}

#[test]
fn no_privilege_can_be_gained() {
    if std::env::consts::ARCH != "x86_64" {
        skip("x86_64, for calls by number");
    }
    assert_table("privilege");
}

#[test]
fn nobody_else_can_be_killed() {
    assert_table("killing");
}

#[test]
fn no_ending_can_be_forged() {
    assert_table("forging");
}

#[test]
fn nothing_reaches_a_warm_interpreter_or_the_next_example() {
    assert_table("forks");
}

#[test]
fn output_is_kept_as_it_was() {
    assert_table("output");
}

#[test]
fn what_is_shown_is_safe_in_each_format() {
    let mut guide = String::from("# Guide\n");
    for row in rows("output") {
        let name = &row.name;
        let code = row.code.trim_start_matches('\n');
        // Printed to both streams and raised, against a claim that is false, so that all of it is shown.
        let twice = format!(
            "import contextlib, sys\nwith contextlib.redirect_stdout(sys.stderr):\n    pass\n{code}raise SystemExit('\\x1b[1m::error::<script>`|')\n"
        );
        write!(
            guide,
            "\n<!-- fencepost: name={name} -->\n````python\n{twice}````\n\n```output\nsomething else\n```\n"
        )
        .unwrap();
    }
    let project = Project::new().file("guide.md", &guide);
    for format in ["human", "json", "junit", "github", "markdown"] {
        let shown = project.run(&format!("check guide.md --no-cache --format {format}"));
        let text = format!("{}{}", shown.stdout(), shown.stderr());
        assert!(text.contains("carriage-returns"), "{format}:\n{text}");
        let hurts = |character: &char| {
            let is_bidi = matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            is_bidi || (character.is_control() && !matches!(character, '\n' | '\t'))
        };
        let found = text.chars().find(hurts);
        assert_eq!(found, None, "{format}:\n{text:?}");
        let is_command = |line: &&str| {
            let line = line.trim_start();
            let ours = format == "github"
                && (line.starts_with("::error file=guide.md,")
                    || line.starts_with("::warning file=guide.md,"));
            !ours && (line.starts_with("::") || line.starts_with("##["))
        };
        assert_eq!(text.lines().find(is_command), None, "{format}");
        if format == "junit" {
            assert!(
                !text.contains("<script>") && !text.contains("]]>"),
                "{text}"
            );
        }
        if format == "markdown" {
            let outside_code = text
                .lines()
                .any(|line| line.replace("`<script>", "").contains("<script>"));
            assert!(!outside_code, "{text}");
        }
    }
}
