//! The keys of a configuration file: what the whole file says, and what one override says.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use crate::position::Position;
use crate::wording::{nearest, ticked};

use super::glob::Glob;
use super::reader::{Reader, Value};
use super::{
    Claims, DIALECTS, EnvironmentRule, FilterRule, Settings, Sharing, Start, UnrecordedPolicy,
};

/// Keys of the top level.
pub(super) const TOP_KEYS: [&str; 15] = [
    "guides",
    "expected",
    "python",
    "timeout",
    "limits",
    "start",
    "claims",
    "strict",
    "unrecorded",
    "sharing",
    "dialects",
    "filters",
    "env",
    "environments",
    "overrides",
];

/// Keys that rule single guides, at the top level and in overrides.
const SETTING_KEYS: &[&str] = {
    let [_guides, settings @ .., _environments, _overrides] = &TOP_KEYS;
    settings
};

/// Keys of `limits`.
pub(super) const LIMIT_KEYS: [&str; 5] = ["memory", "processes", "files", "output", "disk"];

/// What a file, or one override in it, says; absent keys are `None`.
#[derive(Debug, Clone, Default)]
pub(super) struct Layer {
    /// Folder of expected files, as written.
    pub(super) expected: Option<PathBuf>,
    /// Interpreter specs, as written.
    pub(super) python: Option<Vec<String>>,
    /// Where each of them stands.
    pub(super) python_places: Vec<(String, Position)>,
    timeout_ms: Option<u64>,
    memory: Option<u64>,
    processes: Option<u64>,
    files: Option<u64>,
    output: Option<u64>,
    disk: Option<u64>,
    start: Option<StartKey>,
    claims: Option<Claims>,
    strict: Option<bool>,
    unrecorded: Option<UnrecordedPolicy>,
    sharing: Option<Sharing>,
    dialects: Option<Vec<String>>,
    env: Option<String>,
    filters: BTreeMap<String, FilterRule>,
}

impl Layer {
    /// Makes relative paths among interpreter specs start at the project root.
    pub(super) fn anchor(&mut self, root: &Path) {
        for spec in self.python.iter_mut().flatten() {
            if spec.contains('/') && Path::new(spec).is_relative() {
                *spec = root.join(&*spec).to_string_lossy().into_owned();
            }
        }
    }

    /// Lays this over `settings`.
    pub(super) fn apply(&self, settings: &mut Settings) {
        let limits = &mut settings.limits;
        set(&mut limits.timeout_ms, self.timeout_ms);
        set(&mut limits.memory, self.memory);
        set(&mut limits.processes, self.processes);
        set(&mut limits.files, self.files);
        set(&mut limits.output, self.output);
        set(&mut limits.disk, self.disk);
        set(&mut settings.python, self.python.clone());
        set(&mut settings.start, self.start.map(StartKey::meaning));
        set(&mut settings.claims, self.claims);
        set(&mut settings.strict, self.strict);
        set(&mut settings.unrecorded, self.unrecorded);
        set(&mut settings.sharing, self.sharing);
        set(&mut settings.dialects, self.dialects.clone().map(Some));
        set(&mut settings.env, self.env.clone().map(Some));
        settings.filters.extend(self.filters.clone());
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

/// What one `[[overrides]]` says, and about which guides.
#[derive(Debug, Clone)]
pub(super) struct Override {
    /// Which guides, by id.
    pub(super) guides: Vec<Glob>,
    /// What it says.
    pub(super) layer: Layer,
}

/// Everything one configuration file says.
#[derive(Debug, Clone, Default)]
pub(super) struct FileContent {
    pub(super) guides: Vec<Glob>,
    pub(super) layer: Layer,
    pub(super) environments: BTreeMap<String, EnvironmentRule>,
    /// Interpreter specs of environments, each with its place.
    pub(super) environment_specs: Vec<(String, Position)>,
    pub(super) overrides: Vec<Override>,
}

/// Environments of the whole file, wherever it defines them, and the keys that refer to one.
#[derive(Debug, Default)]
struct Environments {
    defined: BTreeMap<String, EnvironmentRule>,
    /// Their interpreter specs, each with its place.
    specs: Vec<(String, Position)>,
    /// Names that keys refer to, with their places.
    uses: Vec<(String, Range<usize>)>,
}

impl Reader<'_> {
    /// Reads the table of fencepost's keys.
    pub(super) fn content(&mut self, table: &DeTable<'_>) -> FileContent {
        let mut content = FileContent::default();
        let mut environments = Environments::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "guides" => content.guides = self.globs("guides", value),
                "environments" => self.define(value, &mut environments),
                "overrides" => content.overrides = self.overrides(value, &mut environments),
                name if SETTING_KEYS.contains(&name) => {
                    self.setting(name, value, &mut content.layer, &mut environments);
                }
                _ => self.unknown(key, &TOP_KEYS),
            }
        }
        self.check_uses(&environments);
        content.environments = environments.defined;
        content.environment_specs = environments.specs;
        content
    }

    /// Reads environments, of the top level or of an override; a name stands for one in the whole file.
    fn define(&mut self, value: &Value<'_>, environments: &mut Environments) {
        let found = self.environments(value, &mut environments.specs);
        for (name, rule) in found {
            if environments.defined.contains_key(&name) {
                let message = format!("environment `{name}` is defined twice");
                let hint = "each name has one lock file: give one of them another name";
                self.fault(&value.span(), message, Some(hint.to_owned()));
            }
            environments.defined.insert(name, rule);
        }
    }

    /// Reads globs, each of which must parse.
    fn globs(&mut self, key: &str, value: &Value<'_>) -> Vec<Glob> {
        let mut globs = Vec::new();
        for (text, span) in self.strings(key, value).unwrap_or_default() {
            match Glob::parse(&text) {
                Ok(glob) => globs.push(glob),
                Err(message) => self.fault(&span, message, None),
            }
        }
        globs
    }

    fn setting(
        &mut self,
        key: &str,
        value: &Value<'_>,
        layer: &mut Layer,
        environments: &mut Environments,
    ) {
        match key {
            "expected" => layer.expected = self.text(key, value).map(PathBuf::from),
            "python" => {
                layer.python_places = self.placed_strings(key, value);
                let texts = layer.python_places.iter().map(|(text, _)| text.clone());
                layer.python = Some(texts.collect());
            }
            "timeout" => layer.timeout_ms = self.duration(key, value),
            "limits" => self.limits(value, layer),
            "start" => layer.start = self.choice(key, value, &STARTS),
            "claims" => layer.claims = self.choice(key, value, &CLAIMS),
            "strict" => layer.strict = self.boolean(key, value),
            "unrecorded" => layer.unrecorded = self.choice(key, value, &POLICIES),
            "sharing" => layer.sharing = self.choice(key, value, &SHARINGS),
            "dialects" => layer.dialects = self.dialects(key, value),
            "filters" => layer.filters = self.filters(value),
            "env" => {
                layer.env = self.text(key, value);
                let named = layer.env.clone().map(|name| (name, value.span()));
                environments.uses.extend(named);
            }
            _ => {}
        }
    }

    /// Reads names of dialects, each of which must be one.
    fn dialects(&mut self, key: &str, value: &Value<'_>) -> Option<Vec<String>> {
        let named = self.strings(key, value)?;
        for (name, span) in &named {
            if !DIALECTS.contains(&name.as_str()) {
                let near = nearest(name, &DIALECTS).map(|near| format!("did you mean `{near}`?"));
                let known = format!("dialects are: {}", ticked(&DIALECTS));
                let hint = [near, Some(known)]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>();
                self.fault(
                    span,
                    format!("unknown dialect `{name}`"),
                    Some(hint.join(" ")),
                );
            }
        }
        Some(named.into_iter().map(|(name, _)| name).collect())
    }

    /// Reads strings.
    pub(super) fn plain_strings(&mut self, key: &str, value: &Value<'_>) -> Option<Vec<String>> {
        let strings = self.strings(key, value)?;
        Some(strings.into_iter().map(|(text, _)| text).collect())
    }

    /// Reads strings, each with its place.
    pub(super) fn placed_strings(
        &mut self,
        key: &str,
        value: &Value<'_>,
    ) -> Vec<(String, Position)> {
        let strings = self.strings(key, value).unwrap_or_default();
        strings
            .into_iter()
            .map(|(text, span)| (text, self.position(&span)))
            .collect()
    }

    fn limits(&mut self, value: &Value<'_>, layer: &mut Layer) {
        let Some(table) = self.table("limits", value) else {
            return;
        };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "memory" => layer.memory = self.size("memory", value),
                "processes" => layer.processes = self.number("processes", value),
                "files" => layer.files = self.number("files", value),
                "output" => layer.output = self.size("output", value),
                "disk" => layer.disk = self.size("disk", value),
                _ => self.unknown(key, &LIMIT_KEYS),
            }
        }
    }

    fn overrides(&mut self, value: &Value<'_>, environments: &mut Environments) -> Vec<Override> {
        let items = self.array("overrides", value);
        let items = items.map(|array| array.iter().collect::<Vec<_>>());
        items
            .unwrap_or_default()
            .into_iter()
            .filter_map(|item| self.one_override(item, environments))
            .collect()
    }

    fn one_override(
        &mut self,
        value: &Value<'_>,
        environments: &mut Environments,
    ) -> Option<Override> {
        let mut layer = Layer::default();
        let mut globs = None;
        for (key, value) in self.table("overrides", value)? {
            match key.get_ref().as_ref() {
                "guides" => globs = Some(self.globs("guides", value)),
                name if SETTING_KEYS.contains(&name) => {
                    self.setting(name, value, &mut layer, environments);
                }
                "environments" => self.define(value, environments),
                "overrides" => {
                    let message = "`overrides` stands at the top level, not in an override";
                    self.fault(&key.span(), message, None);
                }
                _ => self.unknown(key, &TOP_KEYS[..TOP_KEYS.len() - 1]),
            }
        }
        if globs.is_none() {
            let hint = "name them, such as `guides = \"drafts/**\"`";
            let message = "override without `guides`: which guides does it rule?";
            self.fault(&value.span(), message, Some(hint.to_owned()));
        }
        globs.map(|guides| Override { guides, layer })
    }

    /// Every `env` must name an environment.
    fn check_uses(&mut self, environments: &Environments) {
        let known: Vec<&str> = environments.defined.keys().map(String::as_str).collect();
        for (name, span) in &environments.uses {
            if known.contains(&name.as_str()) {
                continue;
            }
            let hint = crate::wording::nearest(name, &known).map_or_else(
                || format!("define it: `[environments.{name}]` with `requires = [\"…\"]`"),
                |near| format!("did you mean `{near}`?"),
            );
            self.fault(span, format!("unknown environment `{name}`"), Some(hint));
        }
    }
}

/// The words of `start`.
#[derive(Debug, Clone, Copy)]
enum StartKey {
    Auto,
    Always(Start),
}

impl StartKey {
    fn meaning(self) -> Option<Start> {
        match self {
            Self::Auto => None,
            Self::Always(start) => Some(start),
        }
    }
}

const STARTS: [(&str, StartKey); 3] = [
    ("auto", StartKey::Auto),
    ("fork", StartKey::Always(Start::Fork)),
    ("spawn", StartKey::Always(Start::Spawn)),
];
const CLAIMS: [(&str, Claims); 3] = [
    ("strict", Claims::Strict),
    ("explicit", Claims::Explicit),
    ("off", Claims::Off),
];
const POLICIES: [(&str, UnrecordedPolicy); 2] = [
    ("fail", UnrecordedPolicy::Fail),
    ("warn", UnrecordedPolicy::Warn),
];
const SHARINGS: [(&str, Sharing); 2] = [("none", Sharing::None), ("guide", Sharing::Guide)];
