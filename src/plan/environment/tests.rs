//! Definitions, locks, the store, provisioning by fakes.
