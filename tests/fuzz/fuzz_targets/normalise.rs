//! Anything that a process prints is normalised without panic, and normalising it again changes nothing.

#![no_main]

use fencepost::normalise::{BUILT_IN_FILTERS, apply_built_in, transcript};
use fencepost_fuzz::{directives, interpreter, record};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|streams: (&str, &str)| {
    let (stdout, stderr) = streams;
    for stderr_mode in ["reduced", "full"] {
        let directives = directives(stderr_mode);
        let normalised = |stdout: &str, stderr: &str| {
            transcript(&record(stdout, stderr), &interpreter(12), &directives, &[])
        };
        let once = normalised(stdout, stderr);
        let twice = normalised(&once.stdout, &once.stderr);
        assert_eq!(once.stdout, twice.stdout);
        assert_eq!(once.stderr, twice.stderr, "{stderr_mode}");
    }
    for name in BUILT_IN_FILTERS {
        let once = apply_built_in(stdout, name);
        assert_eq!(apply_built_in(&once, name), once, "{name}");
    }
});
