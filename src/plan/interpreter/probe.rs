//! Asks one interpreter what it is.
