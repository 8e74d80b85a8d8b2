//! The one place that joins stages; `check`, `record`, `compare` and `list` share it.
//!
//! [`Project`] is what every command begins with: guides found and understood. [`check()`],
//! [`record`] and [`compare`] take it the rest of the way and hand back a [`Report`].

mod absent;
mod check;
mod chosen;
mod comparing;
mod environments;
mod expectations;
mod explaining;
mod extracting;
mod mutating;
mod project;
mod recording;
mod reviewing;
mod running;

pub use check::{CheckRequest, check};
pub use comparing::compare;
pub use environments::{
    Locked, Provisioning, list_environments, lock_environments, sync_environments,
};
pub use extracting::extract;
pub use mutating::mutate_all;
pub use project::{Project, Request};
pub use recording::{RecordRequest, record};
pub use reviewing::Review;
pub use running::{Watch, Watched};

use crate::execute::sandbox::Level;
use crate::report::Report;

/// Returns every fence of a project with its fate, without running anything.
#[must_use]
pub fn list(project: &Project) -> Report {
    Report {
        problems: project.problems(),
        ..project.report(Level::Off)
    }
}
