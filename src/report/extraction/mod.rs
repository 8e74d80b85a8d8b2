//! Examples as files in a folder, with a map back to the lines of their guides.
//!
//! The map is what an editor, a linter or a type checker needs to speak of the guide: for each line of
//! each file, the line and column of the guide at which it begins. [`translate`] does that for any
//! output that names places as `FILE:LINE:COLUMN`.

mod folder;
mod translation;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use folder::{ExtractionFolder, open as open_extraction, write as write_extraction};
pub use translation::translate;

/// The map's name in the folder.
pub const EXTRACTION_MAP: &str = "fencepost-map.json";

/// The form of the map that this version writes.
const FORMAT: u32 = 1;

/// Everything that goes into the folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extraction {
    /// Path in the folder, with `/` → what the file holds.
    pub texts: BTreeMap<String, String>,
    /// The way back.
    pub map: ExtractionMap,
}

/// The way back from the files to the guides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractionMap {
    /// The form of this map.
    pub format: u32,
    /// The project root, relative to the folder that holds the map, with `/`.
    pub root: String,
    /// Every example that was asked for, in the order of the guides.
    pub examples: Vec<ExtractedExample>,
    /// Path in the folder, with `/` → where its lines stand.
    pub files: BTreeMap<String, ExtractedFile>,
}

impl Default for ExtractionMap {
    fn default() -> Self {
        Self {
            format: FORMAT,
            root: String::new(),
            examples: Vec::new(),
            files: BTreeMap::new(),
        }
    }
}

/// One example, and the file that it became.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractedExample {
    /// `GUIDE#NAME`.
    pub id: String,
    /// The guide, relative to the project root.
    pub guide: String,
    /// 1-based line of its first fence.
    pub line: usize,
    /// Its file; null for an example that does not run.
    pub file: Option<String>,
    /// Files that its guide writes beside it.
    pub beside: Vec<String>,
    /// Why it does not run.
    pub skipped: Option<String>,
    /// The versions that it is for, as the guide states them.
    pub python: Option<String>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractedFile {
    /// The guide, relative to the project root.
    pub guide: String,
    /// BLAKE3 of the file as it was written, shortened: a changed one is never overwritten.
    pub digest: String,
    /// For each line of the file, the 1-based line and column of the guide at which it begins; null
    /// for a line that stands in no guide.
    pub lines: Vec<Option<(usize, usize)>>,
}

impl Extraction {
    /// Adds a file and the way back from its lines.
    pub fn add(
        &mut self,
        path: String,
        guide: &str,
        text: String,
        lines: Vec<Option<(usize, usize)>>,
    ) {
        let file = ExtractedFile {
            guide: guide.to_owned(),
            digest: folder::digest(text.as_bytes()),
            lines,
        };
        self.map.files.insert(path.clone(), file);
        self.texts.insert(path, text);
    }
}

impl ExtractionMap {
    /// Returns the map as JSON with one example, and one file, a line.
    fn to_json(&self) -> String {
        let examples: Vec<String> = self.examples.iter().map(json).collect();
        let file = |(path, file)| format!("{}: {}", json(path), json(file));
        let files: Vec<String> = self.files.iter().map(file).collect();
        format!(
            "{{\n\"format\": {},\n\"root\": {},\n\"examples\": [\n{}\n],\n\"files\": {{\n{}\n}}\n}}\n",
            self.format,
            json(&self.root),
            examples.join(",\n"),
            files.join(",\n")
        )
    }
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("names, numbers and lists are JSON")
}
