//! fencepost keeps the Python examples in Markdown guides true.
//!
//! Data goes one way, and the modules below are declared in the order it travels:
//!
//! | from → to | function | type handed on |
//! |---|---|---|
//! | paths and config → discover | [`discover::guides`] | [`discover::Guide`] |
//! | discover → extract | [`extract::document`] | [`extract::Document`]: every fence with its fate, and the examples |
//! | extract → plan | [`plan::plan`] | [`plan::Plan`]: example × interpreter, with skip and block reasons |
//! | plan → execute | [`execute::run_all`] | [`execute::RunRecord`]: what a process printed and how it ended |
//! | execute → normalise | [`normalise::transcript`] | [`normalise::Transcript`]: the record without what varies by machine |
//! | normalise → compare | [`compare::judge`] | [`compare::Judged`]: a verdict with its reason and difference |
//! | compare → report | [`report`] | terminal text, JSON lines, `JUnit`, GitHub annotations |
//!
//! A stage imports only earlier stages and the foundation ([`position`], [`problem`], [`wording`], [`child`]);
//! only [`journey`] calls more than one stage; only [`cli`] knows clap, environment variables and exit codes.
//! `tests/architecture.rs` holds these rules.

// Foundation: imports nothing of ours.

// Places in a text: byte spans, 1-based lines and columns.
pub mod position;

// What is wrong, where, why, and what to do about it.
pub mod problem;

// Small helpers for sentences: plurals, lists, quoted literals.
pub mod wording;

// One child process: spawn, capture up to a cap, end its whole tree.
pub mod child;

// The journey, in order.

// Paths and configuration → guides.
pub mod discover;

// Guide → fences with fates, and examples. Pure.
pub mod extract;

// Examples × interpreters → planned runs.
pub mod plan;

// Planned runs → run records: scheduling, sandbox, warm interpreters, cache.
pub mod execute;

// Run record → transcript. Pure.
pub mod normalise;

// Transcript × expectation and claims → verdict; the only writer under `expected/`.
pub mod compare;

// Verdicts → text; the only stage that prints.
pub mod report;

// The one place that joins stages.
pub mod journey;

// What the user types: arguments, environment variables, exit codes.
pub mod cli;
