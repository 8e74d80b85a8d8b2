//! Unguessable names.

use std::hash::{BuildHasher as _, RandomState};

/// Returns 32 hexadecimal digits that nobody else has.
pub(super) fn token() -> String {
    let random = || RandomState::new().hash_one(std::process::id());
    format!("{:016x}{:016x}", random(), random())
}
