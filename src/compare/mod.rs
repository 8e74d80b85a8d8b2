//! Transcript × expectation and claims → verdict; reading and writing of expected files.
//!
//! Everything is pure but [`expected`], the only module that writes under `expected/`.

// Expected files: model, text form, reading, atomic writing.
pub mod expected;

// Expected text with patterns.
pub mod pattern;

// Claims rewritten to what was printed.
pub mod rewrite;

mod claims;
mod classify;
mod diagnosis;
mod difference;
mod ending;
mod features;
mod judge;
mod mutate;
mod place;
mod stability;
mod versions;

#[cfg(test)]
mod testing;

pub use claims::{ClaimFault, false_claims};
pub use classify::classify;
pub use diagnosis::{Diagnosis, Neighbour, diagnose, diagnose_session};
pub use difference::{Difference, DifferenceClass, Stream};
pub use ending::ending_in_words;
pub use judge::{Judged, Verdict, difference, judge};
pub use mutate::{MutationReport, Perturbation, has_wildcards, mutate};
pub use place::{Ran, last_begun, locate};
pub use stability::{Instability, Likeness, Run, VaryingSpan, instability};
pub use versions::{Behaviour, Behaviours};
