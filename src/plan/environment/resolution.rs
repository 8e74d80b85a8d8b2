//! What pip resolved for several interpreters, joined into one requirements text. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// What `pip install --dry-run --report` says.
#[derive(Debug, Deserialize)]
pub(super) struct PipReport {
    install: Vec<PipItem>,
}

#[derive(Debug, Deserialize)]
struct PipItem {
    metadata: PipMetadata,
    download_info: PipDownload,
}

#[derive(Debug, Deserialize)]
struct PipMetadata {
    name: String,
    version: String,
}

#[derive(Debug, Deserialize)]
struct PipDownload {
    #[serde(default)]
    archive_info: PipArchive,
}

#[derive(Debug, Default, Deserialize)]
struct PipArchive {
    #[serde(default)]
    hashes: BTreeMap<String, String>,
    hash: Option<String>,
}

impl PipItem {
    fn sha256(&self) -> Option<&str> {
        let archive = &self.download_info.archive_info;
        let plain = || archive.hash.as_deref()?.strip_prefix("sha256=");
        archive
            .hashes
            .get("sha256")
            .map(String::as_str)
            .or_else(plain)
    }
}

/// One pinned version: on which minor versions it was chosen, and its hashes.
#[derive(Debug, Default)]
struct Pin {
    minors: BTreeSet<[u64; 2]>,
    hashes: BTreeSet<String>,
}

/// Joins reports, each with the minor version it was made for, into requirements with hashes.
///
/// # Errors
///
/// Names a package that has no hash.
pub(super) fn join(reports: &[([u64; 2], &PipReport)]) -> Result<String, String> {
    let mut pins: BTreeMap<(String, String), Pin> = BTreeMap::new();
    for (minor, report) in reports {
        for item in &report.install {
            let name = normalised(&item.metadata.name);
            let hash = item
                .sha256()
                .ok_or_else(|| format!("pip tells no hash of `{name}`"))?;
            let pin = pins
                .entry((name, item.metadata.version.clone()))
                .or_default();
            pin.minors.insert(*minor);
            pin.hashes.insert(hash.to_owned());
        }
    }
    let all: BTreeSet<[u64; 2]> = reports.iter().map(|(minor, _)| *minor).collect();
    Ok(pins
        .iter()
        .map(|((name, version), pin)| line(name, version, pin, &all))
        .collect())
}

fn line(name: &str, version: &str, pin: &Pin, all: &BTreeSet<[u64; 2]>) -> String {
    let conditions = pin
        .minors
        .iter()
        .map(|[major, minor]| format!("python_version == '{major}.{minor}'"));
    let conditions = conditions.collect::<Vec<_>>().join(" or ");
    let marker = if pin.minors == *all {
        String::new()
    } else {
        format!(" ; {conditions}")
    };
    let hashes = pin
        .hashes
        .iter()
        .map(|hash| format!("--hash=sha256:{hash}"));
    let parts: Vec<String> = std::iter::once(format!("{name}=={version}{marker}"))
        .chain(hashes)
        .collect();
    parts.join(" \\\n    ") + "\n"
}

/// Returns a distribution's name as PEP 503 normalises it.
pub(super) fn normalised(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(items: &[(&str, &str, &str)]) -> PipReport {
        let item = |(name, version, hash): &(&str, &str, &str)| {
            serde_json::json!({
                "metadata": {"name": name, "version": version},
                "download_info": {"archive_info": {"hash": format!("sha256={hash}")}},
            })
        };
        let items: Vec<_> = items.iter().map(item).collect();
        serde_json::from_value(serde_json::json!({ "install": items })).unwrap()
    }

    #[test]
    fn what_differs_between_versions_gets_a_marker() {
        let old = report(&[("Rich", "13.0", "aa"), ("typing_extensions", "4.0", "bb")]);
        let new = report(&[("rich", "14.0", "cc"), ("typing-extensions", "4.0", "dd")]);
        let text = join(&[([3, 8], &old), ([3, 12], &new)]).unwrap();
        assert_eq!(
            text,
            "rich==13.0 ; python_version == '3.8' \\\n    --hash=sha256:aa\n\
             rich==14.0 ; python_version == '3.12' \\\n    --hash=sha256:cc\n\
             typing-extensions==4.0 \\\n    --hash=sha256:bb \\\n    --hash=sha256:dd\n"
        );
    }
}
