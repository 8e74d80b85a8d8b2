//! Object addresses, as `repr` shows them: `<object object at 0x7f…>` becomes `<object object at [ADDR]>`.
//!
//! A hexadecimal number that does not follow `at` is a value, and stays.

use std::sync::LazyLock;

use regex::Regex;

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\bat 0x[0-9A-Fa-f]{6,16}\b").expect("the pattern is a valid expression")
});

/// Returns `text` with every object address replaced by `[ADDR]`.
#[must_use]
pub fn mask_addresses(text: &str) -> String {
    ADDRESS.replace_all(text, "at [ADDR]").into_owned()
}
