//! Paths and configuration → guides.
//!
//! Enters: what the user named ([`Roots`]) and the configuration found above it. Leaves: guides in
//! a stable order, each with its text, its settings and the place of its expected file. Reads
//! files; runs nothing.

mod amount;
mod argument;
mod config;
mod expected;
mod glob;
mod guide;
mod includes;
mod layer;
mod path;
mod reader;
mod roots;
mod schema;
mod settings;
mod since;
mod tables;
mod walk;

pub use amount::{parse_duration, parse_size};
pub use config::{Config, ConfigLocation};
pub use guide::{Guide, Selector};
pub use includes::included_text;
pub use path::relative as relative_path;
pub use roots::{Discovered, Roots, guides};
pub use schema::schema;
pub use settings::{
    Claims, DIALECTS, EnvironmentRule, FilterRule, Limits, Settings, Sharing, Start,
    UnrecordedPolicy,
};
