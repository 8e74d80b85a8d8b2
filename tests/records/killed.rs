//! `record` killed at any moment: every expected file is the old one or the new one, and the next run tidies up.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant, SystemTime};

use crate::support::{Project, from_variable};

/// No moment is waited for longer than this.
const LONGEST: Duration = Duration::from_secs(240);

/// How often the files are looked at while their number is waited for.
const LOOK: Duration = Duration::from_millis(1);

/// How often `record` is killed in each of two ways: in `make test-records` as often as the variable says.
fn moments() -> usize {
    from_variable("FENCEPOST_MOMENTS").unwrap_or(3)
}

/// How many guides are recorded.
fn guides() -> usize {
    from_variable("FENCEPOST_GUIDES").unwrap_or(20)
}

/// When a run is killed.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// After a time.
    After(Duration),
    /// As soon as this many files are written.
    Written(usize),
}

/// Returns thousandths of a whole, the same ones every time and spread evenly: multiples of the golden ratio.
///
/// Many moments can be tried in several runs: each leaves out as many as those before it have tried.
fn thousandths(count: usize) -> impl Iterator<Item = u32> {
    let tried = from_variable("FENCEPOST_MOMENTS_TRIED").unwrap_or_default();
    let all = (1..1000).map(|number| number * 618 % 1000);
    all.skip(tried).take(count)
}

/// Every file below a folder, with what it holds.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut found = BTreeMap::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let content = fs::read(&path).unwrap();
            found.insert(path, content);
        }
    }
    found
}

/// A project before and after `record`.
struct Trial {
    project: Project,
    old: BTreeMap<PathBuf, Vec<u8>>,
    new: BTreeMap<PathBuf, Vec<u8>>,
    length: Duration,
}

impl Trial {
    fn new() -> Self {
        let project = Project::new();
        let temporary = project.path("tmp").display().to_string();
        let mut trial = Self {
            project: project.variable("TMPDIR", &temporary),
            old: BTreeMap::new(),
            new: BTreeMap::new(),
            length: Duration::ZERO,
        };
        fs::create_dir_all(trial.project.path("tmp")).unwrap();
        trial.write_guides("old");
        trial.project.run("record").exits(0);
        trial.old = files(&trial.expected());
        trial.write_guides("new");
        let begun = Instant::now();
        trial.project.run("record").exits(0);
        trial.length = begun.elapsed();
        trial.new = files(&trial.expected());
        assert_eq!(trial.old.len(), guides());
        assert!((trial.old.iter()).all(|(path, old)| trial.new[path] != *old));
        trial
    }

    /// Outputs are longer than what a file takes at once.
    fn write_guides(&self, word: &str) {
        for number in 0..guides() {
            let text =
                format!("# G\n\n```python\nprint(('{word} {number} ' * 9 + '\\n') * 199)\n```\n");
            self.project.write(&format!("{number}.md"), &text);
        }
    }

    fn expected(&self) -> PathBuf {
        self.project.path("expected")
    }

    /// Says which file stands at each path: one that takes the place of another is another file.
    fn places(&self) -> Vec<u64> {
        let place = |path: &PathBuf| fs::metadata(path).map_or(0, |metadata| metadata.ino());
        self.new.keys().map(place).collect()
    }

    fn restore(&self) {
        for (path, content) in &self.old {
            fs::write(path, content).unwrap();
        }
    }

    fn start(&self) -> Child {
        let mut command = self.project.command("record");
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    }

    /// Waits until a moment has come; false if the run ended before.
    fn await_moment(&self, child: &mut Child, moment: Moment, before: &[u64]) -> bool {
        let begun = Instant::now();
        let (_sender, never) = mpsc::channel::<()>();
        while child.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < LONGEST, "{moment:?} never came");
            match moment {
                Moment::After(time) if begun.elapsed() >= time => return true,
                Moment::After(time) => {
                    let rest = time.saturating_sub(begun.elapsed());
                    let _ = never.recv_timeout(rest);
                }
                Moment::Written(count) => {
                    let places = self.places();
                    let written = places.iter().zip(before).filter(|(now, old)| now != old);
                    if written.count() >= count {
                        return true;
                    }
                    // The recording needs the CPU more than who looks at it.
                    let _ = never.recv_timeout(LOOK);
                }
            }
        }
        false
    }

    /// Kills a recording at a moment and returns how many files it had written.
    fn kill_at(&self, moment: Moment) -> usize {
        self.restore();
        let before = self.places();
        let mut child = self.start();
        self.await_moment(&mut child, moment, &before);
        // A run that was faster than the measured one has ended.
        let _ = child.kill();
        child.wait().unwrap();
        let mut written = 0;
        for (path, content) in files(&self.expected()) {
            match (self.old.get(&path), self.new.get(&path)) {
                (Some(old), Some(new)) => {
                    assert!(
                        content == *old || content == *new,
                        "torn: {}",
                        path.display()
                    );
                    written += usize::from(content == *new);
                }
                _ => assert!(
                    is_temporary(&path),
                    "left at {moment:?}: {}",
                    path.display()
                ),
            }
        }
        written
    }

    /// Lets what is left grow old, as temporary files of another process at work never are.
    fn age(&self) {
        let paths = files(&self.expected()).into_keys();
        let long_ago = SystemTime::now() - Duration::from_secs(3600);
        for path in paths.filter(|path| is_temporary(path)) {
            let file = fs::File::options().write(true).open(path).unwrap();
            file.set_modified(long_ago).unwrap();
        }
    }
}

fn is_temporary(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_string_lossy();
    name.starts_with(".fencepost-") && name.ends_with(".tmp")
}

#[test]
fn a_killed_recording_leaves_each_file_old_or_new_and_the_next_one_tidies_up() {
    let trial = Trial::new();
    let mut amid = 0;
    for share in thousandths(moments()) {
        trial.kill_at(Moment::After(trial.length * share / 1000));
        let count = guides() * usize::try_from(share).unwrap() / 1000;
        let written = trial.kill_at(Moment::Written(count.max(1)));
        amid += usize::from((1..guides()).contains(&written));
    }
    assert!(amid > 0, "no kill came between two files");
    trial.age();
    trial.project.run("record").exits(0);
    assert_eq!(files(&trial.expected()), trial.new);
    assert_eq!(files(&trial.project.path("tmp")), BTreeMap::new());
    trial.project.run("check").exits(0);
}
