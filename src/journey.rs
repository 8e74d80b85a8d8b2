//! The one place that joins stages; `check`, `record`, `compare` and `list` share it.
