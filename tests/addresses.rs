//! Addresses are drawn anew for every process that is started, as the kernel does for any program.

use std::collections::BTreeSet;

use crate::support::Project;

/// Prints where stack, heap and a library lie, in pages: no address, as far as a normaliser can tell.
const CODE: &str = "for line in open('/proc/self/maps'):
    for name in ('[stack]', '[heap]', 'libc.so'):
        if name in line and 'r-xp' in line or name in line and name[0] == '[':
            print(name, int(line.split('-')[0], 16) // 4096)";

/// Three runs: each number is one of thousands at least.
const RUNS: usize = 3;

#[test]
fn addresses_of_stack_heap_and_libraries_differ_between_runs() {
    let project = Project::new().guide("a.md", &[CODE]);
    for start in ["spawn", "fork"] {
        let words = format!("compare a.md --no-cache --format json --start {start}");
        let runs: Vec<String> = (0..RUNS)
            .map(|_| {
                let results = project.run(&words).exits(0).results();
                assert_eq!(results[0]["start"], start, "{}", results[0]);
                results[0]["stdout"].as_str().unwrap().to_owned()
            })
            .collect();
        let lines: Vec<Vec<&str>> = runs.iter().map(|run| run.lines().collect()).collect();
        assert!(lines[0].len() >= 3, "{start}: {runs:?}");
        for number in 0..lines[0].len() {
            let found: BTreeSet<&str> = lines.iter().map(|lines| lines[number]).collect();
            assert!(found.len() > 1, "{start}: the same in every run: {found:?}");
        }
    }
}
