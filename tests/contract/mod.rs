//! The contract with users, sentence by sentence: one file per section.

/// Claims in comments, output fences and sessions.
mod claims;

/// Commands, PATH forms, and the commands that reports show.
mod commands;

/// Directives in comments and info strings.
mod directives;

/// Exit codes, alone and together.
mod exit_codes;

/// Expected files without configuration.
mod expected;

/// `--python` in every form.
mod interpreters;

/// What only running shows.
mod lenient;

/// Reports in every form.
mod reports;
