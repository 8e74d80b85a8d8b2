//! Many runs, one after the other: nothing is left of any, and nothing grows.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::support::Project;

/// Runs in each soak; `FENCEPOST_SOAK=5000` is the long form.
fn count() -> usize {
    let asked = std::env::var("FENCEPOST_SOAK").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(150)
}

/// Examples that leave behind what they can: processes, files, sockets, segments.
fn guide(count: usize) -> String {
    let messy = "import os, socket
server = socket.create_server(('127.0.0.1', 5555))
client = socket.create_connection(('127.0.0.1', 5555))
open('/dev/shm/left', 'w').write('x' * 1000)
if os.fork() == 0:
    os.setsid()
    os.execvp('sleep', ['sleep', '1000'])
print('left')";
    let mut guide = String::from("# Guide\n");
    for index in 0..count {
        let code = if index % 5 == 0 { messy } else { "print('ok')" };
        write!(guide, "\n```python\n{code}\n```\n").unwrap();
    }
    guide
}

/// What there is of one fencepost at a moment.
#[derive(Debug, Clone, Copy, Default)]
struct Sample {
    descriptors: usize,
    processes: usize,
}

/// Returns all processes below one.
fn below(root: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok())
        .filter_map(|pid: u32| {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            let parent = stat.rsplit(") ").next()?.split(' ').nth(1)?.parse().ok()?;
            Some((pid, parent))
        })
        .collect();
    let mut found = vec![root];
    let mut index = 0;
    while index < found.len() {
        let next = parents.iter().filter(|(_, parent)| *parent == found[index]);
        let more: Vec<u32> = next.map(|(pid, _)| *pid).collect();
        found.extend(more);
        index += 1;
    }
    found.remove(0);
    found
}

fn sample(child: &Child) -> Sample {
    let count = |pid: u32| fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count);
    let children = below(child.id());
    // Launchers are fencepost's own children; what is below them is an example's.
    let launchers = children.iter().map(|pid| count(*pid)).max();
    Sample {
        descriptors: count(child.id()).max(launchers.unwrap_or(0)),
        processes: children.len(),
    }
}

fn mounts() -> usize {
    fs::read_to_string("/proc/self/mounts")
        .unwrap()
        .lines()
        .count()
}

fn names(folder: &Path) -> BTreeSet<PathBuf> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect()
}

#[test]
fn nothing_grows_and_nothing_is_left() {
    let project = Project::new().file("guide.md", &guide(count()));
    fs::create_dir(project.path("tmp")).unwrap();
    let mounts_before = mounts();
    let mut command = project.command("check guide.md --format json --no-cache --jobs 2");
    command
        .env("TMPDIR", project.path("tmp"))
        .stdout(Stdio::from(fs::File::create(project.path("out")).unwrap()));
    let mut child = command.spawn().unwrap();
    let mut samples = Vec::new();
    let deadline = Instant::now() + Duration::from_secs(120 + count() as u64);
    while child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "it does not end");
        samples.push(sample(&child));
        std::thread::sleep(Duration::from_millis(20));
    }
    let results = project.read("out");
    let ended = results
        .matches(r#""ending":{"kind":"exited","code":0}"#)
        .count();
    assert_eq!(
        ended,
        count(),
        "{}",
        results.lines().take(5).collect::<String>()
    );
    assert!(!results.contains("Address already in use"));
    let most =
        |of: fn(&Sample) -> usize, samples: &[Sample]| samples.iter().map(of).max().unwrap_or(0);
    let (first, second) = samples.split_at(samples.len() / 2);
    for (what, of) in [
        (
            "descriptors",
            (|sample| sample.descriptors) as fn(&Sample) -> usize,
        ),
        ("processes", |sample| sample.processes),
    ] {
        let (early, late) = (most(of, first), most(of, second));
        assert!(late <= early + 12, "{what} grew from {early} to {late}");
        assert!(late < 64, "{late} {what}");
    }
    assert_eq!(mounts(), mounts_before);
    assert_eq!(names(&project.path("tmp")), BTreeSet::new());
}

/// Returns what each example prints, on one slot.
fn printed(guide: &str, start: &str) -> Vec<String> {
    let project = Project::new().file("guide.md", guide);
    let words = format!("compare guide.md --format json --no-cache --jobs 1 --start {start}");
    let results = project.run(&words).exits(0).json("result");
    let text = |result: &serde_json::Value| result["stdout"].as_str().unwrap().to_owned();
    results.iter().map(text).collect()
}

#[test]
fn a_network_lasts_while_nothing_is_left_in_it() {
    let tell = "\n```python\nimport os\nprint(os.readlink('/proc/self/ns/net'))\n```\n";
    for start in ["spawn", "fork"] {
        let networks = printed(&format!("# G\n{}", tell.repeat(40)), start);
        let distinct: BTreeSet<&String> = networks.iter().collect();
        assert_eq!(networks.len(), 40);
        assert!(
            distinct.len() <= 3,
            "{start}: {} networks in 40 runs",
            distinct.len()
        );
    }
}

#[test]
fn what_a_killed_fencepost_left_on_disk_goes_at_the_next_start() {
    killed_and_started_again("off", |child, folder| {
        !names(folder).is_empty() && !below(child).is_empty()
    });
}

#[test]
fn what_a_canary_looked_for_goes_at_the_next_start_too() {
    // A site has another name until it is locked.
    let is_made = |path: &PathBuf| !path.to_string_lossy().contains("/.fencepost-");
    killed_and_started_again("full", |_, folder| names(folder).iter().any(is_made));
}

/// Kills a `check` as soon as `is_time` says so, and holds what the next one leaves against nothing.
fn killed_and_started_again(sandbox: &str, is_time: impl Fn(u32, &Path) -> bool) {
    let project = Project::new().guide(
        "guide.md",
        &["import time\nprint('on', flush=True)\ntime.sleep(20)"],
    );
    let folder = project.path("tmp");
    fs::create_dir(&folder).unwrap();
    let start = |timeout: &str| {
        let words = format!("check guide.md --sandbox {sandbox} --no-cache --timeout {timeout}");
        let mut command = project.command(&words);
        command.env("TMPDIR", &folder).stdout(Stdio::null());
        command.spawn().unwrap()
    };
    let mut child = start("700s");
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_time(child.id(), &folder) {
        assert!(Instant::now() < deadline, "it does not begin");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!names(&folder).is_empty());
    let mut next = start("1s");
    next.wait().unwrap();
    assert_eq!(names(&folder), BTreeSet::new());
}
