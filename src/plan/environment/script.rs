//! Script metadata (PEP 723): a block that names its own dependencies. Pure.

use serde::Deserialize;

/// The line that metadata begins with.
const OPENING: &str = "# /// script";

/// What a block says of itself between `# /// script` and `# ///`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct ScriptMetadata {
    /// Requirements, as PEP 508 writes them.
    pub dependencies: Vec<String>,
    /// Versions that it is for.
    pub requires_python: Option<String>,
}

impl ScriptMetadata {
    /// Returns the name of the environment that has exactly these dependencies; `None` where there are none.
    #[must_use]
    pub fn environment(&self) -> Option<String> {
        let mut dependencies = self.dependencies.clone();
        dependencies.sort();
        dependencies.dedup();
        let hash = blake3::hash(dependencies.join("\n").as_bytes()).to_hex();
        (!dependencies.is_empty()).then(|| format!("script-{}", &hash[..10]))
    }
}

/// Reads the script metadata of a block's code; `None` where there is none.
///
/// # Errors
///
/// Says in words why it is not TOML, or that it stands twice.
#[must_use]
pub fn script_metadata(code: &str) -> Option<Result<ScriptMetadata, String>> {
    // Nearly no block has it.
    memchr::memmem::find(code.as_bytes(), OPENING.as_bytes())?;
    let mut blocks = blocks(code);
    let first = blocks.next()?;
    if blocks.next().is_some() {
        return Some(Err("script metadata stands there twice".to_owned()));
    }
    let read = toml::from_str::<ScriptMetadata>(&first);
    Some(read.map_err(|error| format!("script metadata is no valid TOML: {}", error.message())))
}

/// Returns the text of each `script` block: from its opening line to the last closing line before other code.
fn blocks(code: &str) -> impl Iterator<Item = String> + '_ {
    let mut lines = code.lines();
    std::iter::from_fn(move || {
        lines.find(|line| line.trim_end() == OPENING)?;
        let mut text: Vec<&str> = Vec::new();
        let mut end = None;
        for line in lines.by_ref() {
            if line.trim_end() == "# ///" {
                end = Some(text.len());
            }
            match line
                .strip_prefix("# ")
                .or_else(|| (line.trim_end() == "#").then_some(""))
            {
                Some(line) => text.push(line),
                None => break,
            }
        }
        text.truncate(end?);
        Some(text.join("\n"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_read_from_its_comment() {
        let code = "import x\n# /// script\n# requires-python = \">=3.11\"\n# dependencies = [\n#   \"rich\",\n# ]\n#\n# [tool.uv]\n# ///\nprint(1)\n";
        let metadata = script_metadata(code).unwrap().unwrap();
        assert_eq!(metadata.dependencies, ["rich"]);
        assert_eq!(metadata.requires_python.as_deref(), Some(">=3.11"));
        assert!(metadata.environment().unwrap().starts_with("script-"));
    }

    #[test]
    fn what_is_no_metadata_is_left_alone() {
        for code in [
            "",
            "print(1)\n",
            "# /// script\n# never closed\n",
            "# /// other\n# ///\n",
        ] {
            assert_eq!(script_metadata(code), None, "{code}");
        }
        let empty = script_metadata("# /// script\n# ///\n").unwrap().unwrap();
        assert_eq!(empty.environment(), None);
    }

    #[test]
    fn wrong_metadata_is_told() {
        assert!(
            script_metadata("# /// script\n# x = [\n# ///\n")
                .unwrap()
                .is_err()
        );
        let twice = "# /// script\n# ///\nx\n# /// script\n# ///\n";
        assert!(script_metadata(twice).unwrap().is_err());
    }
}
