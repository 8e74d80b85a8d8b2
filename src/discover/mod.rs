//! Paths and configuration → guides.
//!
//! Enters: what the user named ([`Roots`]) and the configuration found above it. Leaves: guides in
//! a stable order, each with its text, its settings and the place of its expected file. Reads
//! files; runs nothing.

mod amount;
mod config;
mod guide;
mod roots;
mod settings;

pub use amount::{parse_duration, parse_size};
pub use config::{Config, ConfigLocation, schema};
pub use guide::{Guide, Selector};
pub use roots::{Discovered, Roots, guides};
pub use settings::{Claims, FilterRule, Limits, Settings, Sharing, Start, UnrecordedPolicy};
