//! What is kept of earlier runs: `cache info`.

use std::io::{self, Write};
use std::path::PathBuf;

use crate::execute::Usage;

use super::{bytes, safe};

/// What is kept, where, and how much it may be.
#[derive(Debug, Clone)]
pub struct CacheReport {
    /// The folders that it is in.
    pub folders: Vec<PathBuf>,
    /// What there is.
    pub usage: Usage,
    /// Bytes that it may take.
    pub limit: u64,
}

impl CacheReport {
    /// Writes it for people, or as one JSON line.
    ///
    /// # Errors
    ///
    /// Where writing fails.
    pub fn write(&self, is_json: bool, sink: &mut dyn Write) -> io::Result<()> {
        let Usage {
            entries,
            bytes: size,
        } = self.usage;
        let folders = self.folders.iter().map(|folder| folder.to_string_lossy());
        if is_json {
            let value = serde_json::json!({
                "type": "cache",
                "folders": folders.collect::<Vec<_>>(),
                "entries": entries,
                "bytes": size,
                "limit_bytes": self.limit,
            });
            return writeln!(sink, "{value}");
        }
        for folder in folders {
            writeln!(sink, "folder:  {}", safe::terminal(&folder))?;
        }
        writeln!(sink, "entries: {entries}")?;
        writeln!(
            sink,
            "size:    {} of at most {}",
            bytes(size),
            bytes(self.limit)
        )
    }
}
