//! Examples that only wait overlap; those that must be alone do not.

use crate::support::{Project, skip};

const SLEEPER: &str = "import time\ntime.sleep(0.4)\nprint('slept')";

const BURNER: &str = "import time\nend = time.process_time() + 0.05\nwhile time.process_time() < end:\n    pass\nprint('burnt')";

/// Returns how long each example of a guide took, and all of them, in milliseconds.
fn times(guide: &str, words: &str) -> Option<(Vec<u64>, u64)> {
    let project = Project::new().file("guide.md", guide);
    let ran = project.run(&format!(
        "compare --no-cache --sandbox full --format json {words}"
    ));
    if ran.stderr().contains("the sandbox cannot be had") {
        skip("the full sandbox");
        return None;
    }
    let results = ran.json("result");
    let good = |result: &&serde_json::Value| result["ending"]["code"] == 0;
    assert_eq!(results.iter().filter(good).count(), results.len());
    let time = |value: &serde_json::Value| value.as_u64().unwrap();
    let each = results
        .iter()
        .map(|result| time(&result["duration_ms"]))
        .collect();
    Some((each, time(&ran.json("summary")[0]["wall_ms"])))
}

fn guide(codes: &[&str], directives: &str) -> String {
    let block =
        |code: &&str| format!("\n<!-- fencepost: {directives} -->\n```python\n{code}\n```\n");
    format!("# Guide\n{}", codes.iter().map(block).collect::<String>())
}

#[test]
fn sleepers_overlap_beyond_the_jobs_and_say_the_same() {
    for start in ["spawn", "fork"] {
        let codes = [[SLEEPER, BURNER]; 8].concat();
        let words = format!("--jobs 1 --start {start}");
        let Some((each, all)) = times(&guide(&codes, "timeout=30"), &words) else {
            return;
        };
        assert_eq!(each.len(), codes.len());
        let sum: u64 = each.iter().sum();
        assert!(sum > all, "{start}: {sum} ms in {all} ms");
    }
}

#[test]
fn what_must_be_alone_overlaps_with_nothing() {
    let guide = guide(&[SLEEPER; 5], "alone=yes");
    let Some((each, all)) = times(&guide, "--jobs 2") else {
        return;
    };
    let sum: u64 = each.iter().sum();
    assert!(sum <= all, "{sum} ms in {all} ms");
}
