//! Records that can be trusted: what is refused, followed, kept, and never torn.

/// Renamed examples and guides, orphans, merge conflicts.
mod following;
