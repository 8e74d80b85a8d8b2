//! Any guide, and anything that its examples print: updating changes claims alone, and once.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| fencepost_fuzz::updates::update_and_check(data));
