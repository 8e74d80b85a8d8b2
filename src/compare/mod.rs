//! Transcript × expectation and claims → verdict; reading and writing of expected files.
//!
//! Everything is pure but [`expected`], the only module that writes under `expected/`.

/// Expected files: model, text form, reading, atomic writing.
pub mod expected;

mod claims;
mod diagnosis;
mod difference;
mod judge;
mod stability;

pub use claims::{ClaimFault, false_claims};
pub use diagnosis::{Diagnosis, Neighbour, diagnose};
pub use difference::{Difference, DifferenceClass, Stream};
pub use judge::{Judged, Verdict, judge};
pub use stability::{Instability, VaryingSpan, instability};
