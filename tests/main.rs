//! One binary for every test that needs more than one module: `cargo test --test suite`.

/// Builds projects, runs the binary, finds what the machine has.
mod support;

/// Who may depend on whom, and what may print, spawn and write.
mod architecture;

/// `check`, end to end.
mod check;

/// Bad input of every kind.
mod bad_input;

/// `record`, end to end.
mod record;

/// Properties across stages.
mod properties;

/// `list` and the commands that tell.
mod list;

/// The bar for our own guides.
mod content;
