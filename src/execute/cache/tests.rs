use std::path::Path;

use super::*;
use crate::execute::testing::{interpreter, planned, script};

fn run(code: &str) -> PlannedRun {
    planned(
        &interpreter(Path::new("/opt/python/bin/python"), 12),
        vec![script(code)],
    )
}

fn record(run: &PlannedRun, ending: Ending) -> RunRecord {
    RunRecord {
        ending,
        stdout: "out\n".to_owned(),
        duration_ms: 42,
        ..crate::execute::outcome::blank(run)
    }
}

fn exited(code: i32) -> Ending {
    Ending::Exited { code }
}

fn cache() -> (tempfile::TempDir, Cache) {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let cache = Cache::new(folder.path(), Path::new("/project"));
    (folder, cache)
}

fn keep(cache: &Cache, run: &PlannedRun, record: &RunRecord) {
    cache.keep(run, &cache.look_up(run, Level::Full), record);
}

#[test]
fn a_result_is_found_again_by_every_example_with_the_same_code() {
    let (folder, cache) = cache();
    let one = run("print(1)\n");
    assert_eq!(
        cache.look_up(&one, Level::Full).explanation,
        Explanation::New
    );
    let kept = record(&one, exited(3));
    keep(&cache, &one, &kept);
    drop(cache);
    let cache = Cache::new(folder.path(), Path::new("/other"));
    let other = PlannedRun {
        id: "moved.md#7".to_owned(),
        ..one.clone()
    };
    let answer = cache.look_up(&other, Level::Full);
    assert_eq!(answer.explanation, Explanation::Reused);
    let found = RunRecord {
        id: "moved.md#7".to_owned(),
        cached: true,
        ..kept
    };
    assert_eq!(answer.record, Some(Box::new(found)));
    assert!(cache.look_up(&one, Level::Off).record.is_none());
}

#[track_caller]
fn case(ending: Ending, is_kept: bool) {
    let (_folder, cache) = cache();
    let one = run("print(1)\n");
    let words = format!("{ending:?}");
    keep(&cache, &one, &record(&one, ending));
    let answer = cache.look_up(&one, Level::Full);
    assert_eq!(answer.record.is_some(), is_kept, "{words}");
    let past = cache.history().of(key::name(&cache.scope, &one)).cloned();
    assert_eq!(past.map(|past| past.duration_ms), Some(42), "{words}");
    let is_explained = matches!(answer.explanation, Explanation::NotKept(_));
    assert_eq!(is_explained, !is_kept, "{:?}", answer.explanation);
}

#[test]
fn only_what_ended_by_itself_is_kept() {
    let signal = |number| Ending::Signal {
        signal: String::new(),
        number,
    };
    case(exited(0), true);
    case(exited(1), true);
    case(signal(11), true);
    case(signal(9), false);
    case(Ending::TimedOut { limit_ms: 10 }, false);
    case(Ending::TooMuchOutput { limit_bytes: 10 }, false);
    case(Ending::OutOfMemory { limit_bytes: 10 }, false);
    case(
        Ending::Limit {
            limit: "disk".to_owned(),
        },
        false,
    );
    case(
        Ending::CouldNotStart {
            reason: "no".to_owned(),
        },
        false,
    );
}

#[test]
fn runs_in_other_surroundings_leave_nothing() {
    let (_folder, cache) = cache();
    let mut one = run("print(1)\n");
    one.surroundings.hash_seed = 2;
    keep(&cache, &one, &record(&one, exited(0)));
    assert_eq!(cache.usage(), Usage::default());
}

#[test]
fn a_forked_result_serves_nobody_who_wants_a_new_process() {
    let (_folder, cache) = cache();
    let mut one = run("print(1)\n");
    let forked = RunRecord {
        start: Start::Fork,
        ..record(&one, exited(0))
    };
    keep(&cache, &one, &forked);
    assert!(cache.look_up(&one, Level::Full).record.is_some());
    one.start = Some(Start::Fork);
    assert!(cache.look_up(&one, Level::Full).record.is_some());
    one.start = Some(Start::Spawn);
    let answer = cache.look_up(&one, Level::Full);
    assert_eq!(answer.explanation, Explanation::Forked);
}

#[test]
fn a_change_is_named() {
    let (_folder, cache) = cache();
    let one = run("print(1)\n");
    keep(&cache, &one, &record(&one, exited(0)));
    let mut changed = run("print(2)\n");
    changed.limits.memory += 1;
    let answer = cache.look_up(&changed, Level::Full);
    let parts = vec!["its code", "a limit"];
    assert_eq!(answer.explanation, Explanation::Changed(parts));
    assert_eq!(answer.past.map(|past| past.duration_ms), Some(42));
}

#[test]
fn a_damaged_or_removed_result_is_a_miss_and_is_written_anew() {
    let (_folder, cache) = cache();
    let one = run("print(1)\n");
    keep(&cache, &one, &record(&one, exited(0)));
    let shard = fs::read_dir(cache.runs.root()).unwrap().next().unwrap();
    let file = fs::read_dir(shard.unwrap().path()).unwrap().next().unwrap();
    let path = file.unwrap().path();
    let text = fs::read_to_string(&path).unwrap().replace("out", "put");
    fs::write(&path, text).unwrap();
    let answer = cache.look_up(&one, Level::Full);
    assert_eq!(answer.explanation, Explanation::Damaged);
    assert_eq!(
        cache.look_up(&one, Level::Full).explanation,
        Explanation::Gone
    );
    cache.keep(&one, &answer, &record(&one, exited(0)));
    assert!(cache.look_up(&one, Level::Full).record.is_some());
}

#[test]
fn no_more_is_kept_than_the_limit() {
    let (folder, mut cache) = cache();
    cache.limit = 20_000;
    for number in 0..100 {
        let one = run(&format!("print({number})\n"));
        keep(&cache, &one, &record(&one, exited(0)));
        cache.close();
    }
    let usage = cache.usage();
    assert!((5_000..=20_000).contains(&usage.bytes), "{usage:?}");
    assert_eq!(cache.clear().unwrap(), usage);
    assert_eq!(cache.usage(), Usage::default());
    assert!(!folder.path().join("history").exists());
    assert_eq!(cache.clear().unwrap(), Usage::default());
}

#[test]
fn a_folder_that_cannot_be_written_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let cache = Cache::new(&file, Path::new("/project"));
    let one = run("print(1)\n");
    keep(&cache, &one, &record(&one, exited(0)));
    assert!(cache.look_up(&one, Level::Full).record.is_none());
}
