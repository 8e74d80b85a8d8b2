//! The JSON schema of `fencepost.toml`, for editors that complete and check it.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::{Claims, Sharing, UnrecordedPolicy};

/// Returns the JSON schema of `fencepost.toml`.
#[must_use]
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(ConfigFile).to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".to_owned(), "fencepost.toml".into());
    }
    schema
}

/// Configuration of fencepost, which keeps the Python examples in Markdown guides true.
#[expect(dead_code, reason = "only its shape is used")]
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct ConfigFile {
    /// Globs of guides, relative to this file's folder; `!` before one takes guides away.
    guides: Option<OneOrMany>,
    /// Package environments by name.
    environments: Option<BTreeMap<String, Environment>>,
    /// Settings for some guides; later ones win.
    overrides: Option<Vec<Override>>,
    #[schemars(flatten)]
    settings: GuideSettings,
}

/// Settings for the guides that match.
#[expect(dead_code, reason = "only its shape is used")]
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Override {
    /// Globs of the guides that it rules.
    guides: OneOrMany,
    /// Package environments by name; each name is defined once in the whole file.
    environments: Option<BTreeMap<String, Environment>>,
    #[schemars(flatten)]
    settings: GuideSettings,
}

#[expect(dead_code, reason = "only its shape is used")]
#[derive(JsonSchema)]
struct GuideSettings {
    /// Folder of expected files (default `expected`).
    expected: Option<String>,
    /// Interpreters: `3.12`, `3.13t`, a path, `3.10..3.13`, `>=3.11`, `all` or `newest` (default `all`).
    python: Option<OneOrMany>,
    /// Wall-clock limit of one run: `10s`, `500ms`, or seconds (default `10s`).
    timeout: Option<Amount>,
    /// Other limits of one run.
    limits: Option<LimitKeys>,
    /// How processes begin (default `auto`).
    start: Option<StartKey>,
    /// Which shown outputs are compared (default `explicit`).
    claims: Option<Claims>,
    /// Whether fragments, missing modules and other lenient reasons fail (default `false`).
    strict: Option<bool>,
    /// What an unrecorded example means (default `fail`).
    unrecorded: Option<UnrecordedPolicy>,
    /// Which blocks share a process (default `none`).
    sharing: Option<Sharing>,
    /// Dialects of other tools that are read (default all).
    dialects: Option<OneOrMany>,
    /// Named normalisers, for the directive `filter`.
    filters: Option<BTreeMap<String, Filter>>,
    /// The environment that examples run in, one of `environments`.
    env: Option<String>,
}

/// Limits of one run; sizes such as `64MiB`, or bytes.
#[expect(dead_code, reason = "only its shape is used")]
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct LimitKeys {
    /// Memory of the whole process tree (default `512MiB`).
    memory: Option<Amount>,
    /// Processes of the whole tree; two further threads of one count as one (default 64, or twice the CPUs if that is more).
    processes: Option<std::num::NonZeroU64>,
    /// Open files of one process (default 512).
    files: Option<std::num::NonZeroU64>,
    /// Bytes of stdout and of stderr, each (default `1MiB`).
    output: Option<Amount>,
    /// Bytes written to the private file system (default `64MiB`).
    disk: Option<Amount>,
}

/// Packages that examples may import.
#[expect(dead_code, reason = "only its shape is used")]
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Environment {
    /// Requirements, such as `fastapi>=0.110`.
    requires: Option<OneOrMany>,
    /// Requirements files, relative to this file's folder.
    requirements: Option<OneOrMany>,
    /// Interpreters that it is locked for (default: those of the whole configuration).
    python: Option<OneOrMany>,
}

#[expect(dead_code, reason = "only its shape is used")]
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Filter {
    /// A regular expression; its matches become the filter's name in brackets.
    Regex(String),
    /// A regular expression and the token that its matches become.
    Rule(FilterKeys),
}

#[expect(dead_code, reason = "only its shape is used")]
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct FilterKeys {
    /// What it matches, in the syntax of the crate `regex`.
    regex: String,
    /// What each match becomes, such as `[TOKEN]`.
    token: Option<String>,
}

#[expect(dead_code, reason = "only its shape is used")]
#[derive(JsonSchema)]
#[schemars(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[expect(dead_code, reason = "only its shape is used")]
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Amount {
    Number(f64),
    Text(String),
}

#[expect(dead_code, reason = "only its shape is used")]
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum StartKey {
    Auto,
    Fork,
    Spawn,
}

#[cfg(test)]
mod tests {
    use super::super::layer::{LIMIT_KEYS, TOP_KEYS};
    use super::*;

    fn keys(schema: &serde_json::Value) -> Vec<&str> {
        let mut keys: Vec<&str> = schema["properties"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        keys.sort_unstable();
        keys
    }

    #[test]
    fn the_schema_names_every_key_that_is_read_and_no_other() {
        let schema = schema();
        let sorted = |known: &[&'static str]| {
            let mut known = known.to_vec();
            known.sort_unstable();
            known
        };
        assert_eq!(keys(&schema), sorted(&TOP_KEYS));
        assert_eq!(keys(&schema["$defs"]["LimitKeys"]), sorted(&LIMIT_KEYS));
        assert_eq!(schema["additionalProperties"], false);
    }
}
