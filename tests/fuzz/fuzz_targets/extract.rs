//! Any UTF-8 text is a guide: it is read without panic, and every promise holds.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    fencepost_fuzz::read_and_check(text);
});
