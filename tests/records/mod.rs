//! Records that can be trusted: what is refused, followed, kept, and never torn.

/// Renamed examples and guides, orphans, merge conflicts.
mod following;

/// `check --repeat`.
mod repeating;

/// `check --pending` and `review`.
mod reviewing;

/// `mutate`.
mod mutating;

/// `record` killed at any moment.
mod killed;

/// Two fences of one name.
mod equal_names;

/// `record` on a full disk.
mod full_disk;
