//! The tables of a configuration file whose keys are names: filters and environments.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::position::Position;

use super::reader::{Reader, Value};
use super::{EnvironmentRule, FilterRule};

impl Reader<'_> {
    /// Reads named filters.
    pub(super) fn filters(&mut self, value: &Value<'_>) -> BTreeMap<String, FilterRule> {
        let Some(table) = self.table("filters", value) else {
            return BTreeMap::new();
        };
        let mut filters = BTreeMap::new();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            filters.extend(self.filter(name, value).map(|rule| (name.to_owned(), rule)));
        }
        filters
    }

    /// Reads `NAME = "regex"` or `NAME = { regex = "…", token = "…" }`.
    fn filter(&mut self, name: &str, value: &Value<'_>) -> Option<FilterRule> {
        let mut token = format!("[{}]", name.to_uppercase());
        if value.get_ref().is_str() {
            let pattern = self.pattern(name, value)?;
            return Some(FilterRule { pattern, token });
        }
        let mut pattern = None;
        for (key, value) in self.table(name, value)? {
            match key.get_ref().as_ref() {
                "regex" => pattern = Some(self.pattern("regex", value)?),
                "token" => token = self.string("token", value)?,
                _ => self.unknown(key, &["regex", "token"]),
            }
        }
        if pattern.is_none() {
            let message = format!("filter `{name}` has no `regex`");
            self.fault(&value.span(), message, None);
        }
        pattern.map(|pattern| FilterRule { pattern, token })
    }

    /// Reads a regular expression that compiles.
    fn pattern(&mut self, key: &str, value: &Value<'_>) -> Option<String> {
        let pattern = self.text(key, value)?;
        let Err(error) = regex::Regex::new(&pattern) else {
            return Some(pattern);
        };
        let error = error.to_string();
        let reason = error.lines().last().unwrap_or_default();
        let reason = reason.trim_start_matches("error: ");
        let message = format!("`{key}` is no regular expression: {reason}");
        self.fault(&value.span(), message, None);
        None
    }

    /// Reads named environments; notes where their interpreter specs stand.
    pub(super) fn environments(
        &mut self,
        value: &Value<'_>,
        places: &mut Vec<(String, Position)>,
    ) -> BTreeMap<String, EnvironmentRule> {
        let Some(table) = self.table("environments", value) else {
            return BTreeMap::new();
        };
        let mut environments = BTreeMap::new();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if let Some(fault) = EnvironmentRule::name_fault(name) {
                self.fault(&key.span(), fault, None);
            }
            if let Some(rule) = self.environment(name, value, places) {
                environments.insert(name.to_owned(), rule);
            }
        }
        environments
    }

    fn environment(
        &mut self,
        name: &str,
        value: &Value<'_>,
        places: &mut Vec<(String, Position)>,
    ) -> Option<EnvironmentRule> {
        let mut rule = EnvironmentRule::default();
        for (key, value) in self.table(name, value)? {
            match key.get_ref().as_ref() {
                "requires" => rule.requires = self.plain_strings("requires", value)?,
                "requirements" => {
                    let files = self.plain_strings("requirements", value)?;
                    rule.requirements = files.into_iter().map(PathBuf::from).collect();
                }
                "python" => {
                    let specs = self.placed_strings("python", value);
                    rule.python = specs.iter().map(|(text, _)| text.clone()).collect();
                    places.extend(specs);
                }
                _ => self.unknown(key, &["requires", "requirements", "python"]),
            }
        }
        if rule.requires.is_empty() && rule.requirements.is_empty() {
            let message = format!("environment `{name}` asks for no package");
            let hint = "give it `requires = [\"…\"]`, or `requirements = \"FILE\"`";
            self.fault(&value.span(), message, Some(hint.to_owned()));
        }
        Some(rule)
    }
}
