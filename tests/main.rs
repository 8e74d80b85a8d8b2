//! One binary for every test that needs more than one module: `cargo test --test suite`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(
    clippy::disallowed_methods,
    reason = "tests run the binary and its peers"
)]

/// Builds projects, runs the binary, finds what the machine has.
mod support;

/// Who may depend on whom, and what may print, spawn and write.
mod architecture;

/// `check`, end to end.
mod check;

/// The cache and what `--explain` says of it.
mod cache;

/// Examples forked from warm interpreters.
mod forked;

/// The same examples, forked and started anew.
mod fidelity;

/// `compare`, end to end.
mod compare;

/// Bad input of every kind.
mod bad_input;

/// Questions about code.
#[cfg(target_os = "linux")]
mod analysis;

/// Hostile guides and trees.
#[cfg(target_os = "linux")]
mod hostile;

/// `record`, end to end.
mod record;

/// Records that can be trusted: the detector, renames, reviews, proofs.
mod records;

/// Sessions, against CPython's own `doctest`.
mod sessions;

/// Claims rewritten to what was printed.
mod rewriting;

/// What varies between runs, end to end.
mod instability;

/// Properties across stages.
mod properties;

/// `list` and the commands that tell.
mod list;

/// `extract`, end to end.
mod extract;

/// Interpreters, end to end.
mod interpreters;

/// Package environments, end to end.
mod environments;

/// Signals.
mod interrupts;

/// Reports that go out while examples run.
mod streaming;

/// What runs beside what.
mod overlap;

/// What must keep working in the sandbox.
#[cfg(target_os = "linux")]
mod compatibility;

/// Full, reduced, refuse, off.
#[cfg(target_os = "linux")]
mod ladder;

/// Many runs in a row.
#[cfg(target_os = "linux")]
mod soak;

/// Addresses, drawn anew.
#[cfg(target_os = "linux")]
mod addresses;

/// What the sandbox must stop.
#[cfg(target_os = "linux")]
mod security;

/// The contract, section by section.
mod contract;

/// The bar for our own guides.
mod content;

/// Guides of other tools, as the comparison with those tools has them.
mod dialects;

/// Every way to write a fence, and what becomes of it.
mod markup;
