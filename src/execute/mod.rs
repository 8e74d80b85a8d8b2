//! Planned runs → run records. The only async stage; its face is synchronous.
//!
//! Enters: planned runs. Leaves: one [`RunRecord`] for each, in the order given, whatever finished
//! first. Knows scheduling, the sandbox, the runner that joins blocks of a group; prints nothing.

mod analyse;
mod cache;
mod entropy;
mod interrupt;
mod load;
mod merge;
mod open;
mod outcome;
mod place;
mod program;
mod record;
mod run;
#[cfg(target_os = "linux")]
mod shelf;
mod signals;
mod start;
mod surroundings;
#[cfg(all(test, unix))]
mod testing;
mod tool;
#[cfg(target_os = "linux")]
mod walled;
mod walls;

// The walls around a run.
pub mod sandbox;

pub use analyse::{Analysis, Comment, PrintSite, Quote, analyse};
pub use cache::{Cache, Explanation, Usage};
pub use interrupt::interrupted;
pub use merge::merge;
pub use record::{Ending, RunRecord};
pub use run::{Listen, Reuse, RunEvent, RunOptions, Trust, run_all, run_each};
pub use tool::{interruption, run_tool};
