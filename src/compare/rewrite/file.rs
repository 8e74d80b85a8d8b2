//! Writing a guide: only if it is still the one that was run.

use std::fs;
use std::path::Path;

use crate::compare::expected::replace_file;
use crate::problem::Problem;

use super::{Edit, apply};

/// Applies edits to a guide's file by temporary file and rename; does nothing where there are none.
///
/// `before` is the text that the edits were made for; `name` is how problems call the guide.
///
/// # Errors
///
/// Blocked where the file changed meanwhile or cannot be written; it is as it was then.
pub fn write_guide(path: &Path, name: &str, before: &str, edits: &[Edit]) -> Result<(), Problem> {
    if edits.is_empty() {
        return Ok(());
    }
    let unwritable = |error: std::io::Error| {
        Problem::blocked("cannot-write", format!("cannot write `{name}`"))
            .in_file(name)
            .because(error.to_string())
    };
    if fs::read(path).map_err(unwritable)? != before.as_bytes() {
        return Err(
            Problem::blocked("guide-changed", "the guide changed while its examples ran")
                .in_file(name)
                .because("its claims may stand elsewhere now, so nothing was written")
                .hint("record again"),
        );
    }
    replace_file(path, apply(before, edits).as_bytes()).map_err(unwritable)
}
