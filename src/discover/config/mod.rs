//! `fencepost.toml` and `[tool.fencepost]`: every key checked, unknown ones refused with a suggestion.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::position::{LineIndex, Position};
use crate::problem::Problem;

use crate::discover::glob::{Glob, ruling};
use crate::discover::layer::{FileContent, Override};
use crate::discover::reader::Reader;
use crate::discover::{EnvironmentRule, Settings};

/// Where configuration came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigLocation {
    /// A `fencepost.toml`, or the file named by `--config`.
    File(PathBuf),
    /// The `[tool.fencepost]` table of a `pyproject.toml`.
    Pyproject(PathBuf),
    /// No configuration was found: defaults.
    None,
}

/// The configuration of a project.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder that ids and expected files are relative to.
    pub root: PathBuf,
    /// Where it came from.
    pub location: ConfigLocation,
    /// Globs of guides, relative to the root; empty means `**/*.md`.
    pub guides: Vec<String>,
    /// Folder of expected files, absolute.
    pub expected: PathBuf,
    /// Settings before overrides.
    pub settings: Arc<Settings>,
    /// Package environments by name.
    pub environments: BTreeMap<String, EnvironmentRule>,
    specs: Vec<(String, Position)>,
    globs: Vec<Glob>,
    overrides: Vec<Override>,
}

impl Config {
    /// Returns the defaults for the project at `root`.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        Self::new(root, ConfigLocation::None, FileContent::default())
    }

    /// Finds and reads the configuration that rules `first_path`, or the one at `explicit`.
    ///
    /// `first_path` may be any form of `PATH`; what does not exist in it is ignored.
    ///
    /// # Errors
    ///
    /// All problems of the file at once, each with its place and class `Usage`.
    pub fn load(explicit: Option<&Path>, first_path: &Path) -> Result<Self, Vec<Problem>> {
        if let Some(path) = explicit {
            let path = absolute(path);
            let pyproject = path
                .file_name()
                .is_some_and(|name| name == "pyproject.toml");
            return Self::read(&path, pyproject)?.ok_or_else(|| vec![no_table(&path)]);
        }
        for folder in absolute(first_path)
            .ancestors()
            .filter(|path| path.is_dir())
        {
            let own = folder.join("fencepost.toml");
            if own.is_file() {
                return Self::read(&own, false)?.ok_or_else(Vec::new);
            }
            let pyproject = folder.join("pyproject.toml");
            if pyproject.is_file()
                && let Some(config) = Self::read(&pyproject, true)?
            {
                return Ok(config);
            }
        }
        Ok(Self::at(&absolute(Path::new("."))))
    }

    /// Returns the settings of the guide with this id, overrides applied.
    #[must_use]
    pub fn settings_for(&self, guide: &str) -> Arc<Settings> {
        let mut layers = self.ruling_overrides(guide).peekable();
        if layers.peek().is_none() {
            return Arc::clone(&self.settings);
        }
        let mut settings = Settings::clone(&self.settings);
        layers.for_each(|ruling| ruling.layer.apply(&mut settings));
        Arc::new(settings)
    }

    /// Returns the folder of expected files of the guide with this id, overrides applied.
    #[must_use]
    pub fn expected_for(&self, guide: &str) -> PathBuf {
        let own = self
            .ruling_overrides(guide)
            .filter_map(|one| one.layer.expected.as_ref())
            .last();
        own.map_or_else(|| self.expected.clone(), |folder| self.root.join(folder))
    }

    /// Returns every folder that may hold expected files, without repeats.
    #[must_use]
    pub fn expected_folders(&self) -> Vec<PathBuf> {
        let others = self
            .overrides
            .iter()
            .filter_map(|one| one.layer.expected.as_ref());
        let mut folders: Vec<PathBuf> = others.map(|folder| self.root.join(folder)).collect();
        folders.push(self.expected.clone());
        folders.sort();
        folders.dedup();
        folders
    }

    /// Returns every list of interpreter specs: that of the whole, and those of overrides.
    #[must_use]
    pub fn python_specs(&self) -> Vec<&[String]> {
        let others = self.overrides.iter();
        let others = others.filter_map(|one| one.layer.python.as_deref());
        std::iter::once(self.settings.python.as_slice())
            .chain(others)
            .collect()
    }

    /// Returns every interpreter spec as written, with its place in the configuration file.
    #[must_use]
    pub fn spec_places(&self) -> &[(String, Position)] {
        &self.specs
    }

    /// Returns the name of the configuration file, as problems call it.
    #[must_use]
    pub fn file_name(&self) -> Option<String> {
        match &self.location {
            ConfigLocation::File(path) | ConfigLocation::Pyproject(path) => Some(display(path)),
            ConfigLocation::None => None,
        }
    }

    /// Returns the globs of guides, parsed.
    pub(in crate::discover) fn globs(&self) -> &[Glob] {
        &self.globs
    }

    fn ruling_overrides(&self, guide: &str) -> impl Iterator<Item = &Override> {
        let rules = move |one: &&Override| ruling(&one.guides, guide).is_some();
        self.overrides.iter().filter(rules)
    }

    /// Reads one file; `None` is a `pyproject.toml` that does not speak of fencepost.
    fn read(path: &Path, pyproject: bool) -> Result<Option<Self>, Vec<Problem>> {
        let name = display(path);
        let text = read_text(path, &name).map_err(|problem| vec![problem])?;
        if pyproject && !text.contains("fencepost") {
            return Ok(None);
        }
        let mut reader = Reader::new(&name, &text);
        let content = content_of(&mut reader, pyproject);
        let problems = reader.into_problems();
        if !problems.is_empty() {
            return Err(problems);
        }
        let location = if pyproject {
            ConfigLocation::Pyproject(path.to_owned())
        } else {
            ConfigLocation::File(path.to_owned())
        };
        let root = path.parent().unwrap_or(path);
        Ok(content.map(|content| Self::new(root, location, content)))
    }

    fn new(root: &Path, location: ConfigLocation, mut content: FileContent) -> Self {
        let layers = content.overrides.iter().map(|one| &one.layer);
        let places = layers
            .chain([&content.layer])
            .flat_map(|layer| layer.python_places.clone());
        let specs = places.chain(content.environment_specs).collect();
        content.layer.anchor(root);
        content
            .overrides
            .iter_mut()
            .for_each(|one| one.layer.anchor(root));
        let mut settings = Settings::default();
        content.layer.apply(&mut settings);
        let expected = content.layer.expected.unwrap_or_else(|| "expected".into());
        let texts = content.guides.iter().map(|glob| glob.source.clone());
        Self {
            root: root.to_owned(),
            location,
            guides: texts.collect(),
            expected: root.join(expected),
            settings: Arc::new(settings),
            environments: content.environments,
            specs,
            globs: content.guides,
            overrides: content.overrides,
        }
    }
}

/// Finds fencepost's table in a file and reads it; `None` where there is none.
fn content_of(reader: &mut Reader<'_>, pyproject: bool) -> Option<FileContent> {
    let document = reader.parse()?;
    if !pyproject {
        return Some(reader.content(&document));
    }
    let tool = document.get("tool")?.get_ref().as_table()?;
    let own = reader.table("tool.fencepost", tool.get("fencepost")?)?;
    Some(reader.content(own))
}

fn read_text(path: &Path, name: &str) -> Result<String, Problem> {
    let bytes = std::fs::read(path).map_err(|error| {
        Problem::usage(
            "unreadable-config",
            format!("cannot read `{}`", path.display()),
        )
        .because(crate::wording::cause(&error))
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes());
        Problem::usage("bad-config", format!("not UTF-8 from byte {valid} on"))
            .at(name, LineIndex::new(&text).position(&text, valid))
    })
}

fn no_table(path: &Path) -> Problem {
    let message = format!("`{}` has no `[tool.fencepost]`", path.display());
    Problem::usage("no-config", message)
}

fn display(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

fn absolute(path: &Path) -> PathBuf {
    crate::discover::path::normalise(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}

#[cfg(test)]
mod tests;
