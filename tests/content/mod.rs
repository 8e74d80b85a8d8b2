//! The bar for our own guides, as far as it can be checked without reading.
//!
//! Each check returns what is wrong as `guide:line: what`; each has a control that shows it can fail.

mod examples;
mod form;
mod guide;
mod links;
mod mermaid;
mod originality;
mod readme;
mod tables;

use guide::{Guide, guides, track};

/// Fails with every fault at once.
#[track_caller]
fn assert_none(faults: &[String]) {
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// Runs a check on every guide of the track.
fn faults_of(check: impl Fn(&Guide) -> Vec<String>) -> Vec<String> {
    track().iter().flat_map(check).collect()
}
