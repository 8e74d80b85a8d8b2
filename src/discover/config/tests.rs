//! Reading of configuration files.

use std::fs;

use super::*;
use crate::discover::{Claims, Start, UnrecordedPolicy};
use crate::problem::Class;

fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn load(text: &str) -> Result<Config, Vec<Problem>> {
    let folder = project(&[("fencepost.toml", text)]);
    Config::load(None, folder.path())
}

/// The problems of a file, each as `LINE:COLUMN MESSAGE (HINT)`.
fn problems(text: &str) -> Vec<String> {
    let problems = load(text).unwrap_err();
    let in_words = |problem: &Problem| {
        assert_eq!(problem.class, Class::Usage);
        let place = problem.position.unwrap();
        let hint = problem.hint.as_ref().map(|hint| format!(" ({hint})"));
        let hint = hint.unwrap_or_default();
        format!("{}:{} {}{hint}", place.line, place.column, problem.message)
    };
    problems.iter().map(in_words).collect()
}

#[test]
fn every_key_is_read() {
    let config = load(
        r#"
guides = ["content/**/*.md", "!content/old"]
expected = "truth"
python = ["3.10..3.13"]
timeout = "500ms"
start = "spawn"
claims = "strict"
strict = true
unrecorded = "warn"
sharing = "guide"
dialects = ["mkdocs"]
env = "web"
[limits]
memory = "1GiB"
processes = 5
files = 64
output = 1000
disk = "1MiB"
[filters]
port = ":\\d+"
when = { regex = "\\d{4}", token = "[YEAR]" }
[environments.web]
requires = ["fastapi"]
[environments.data]
requirements = "data.txt"
"#,
    )
    .unwrap();
    let settings = &config.settings;
    assert_eq!(config.guides, ["content/**/*.md", "!content/old"]);
    assert_eq!(config.expected, config.root.join("truth"));
    assert_eq!(settings.python, ["3.10..3.13"]);
    assert_eq!(settings.limits.timeout_ms, 500);
    assert_eq!(settings.limits.memory, 1 << 30);
    assert_eq!((settings.limits.processes, settings.limits.files), (5, 64));
    assert_eq!(
        (settings.limits.output, settings.limits.disk),
        (1000, 1 << 20)
    );
    assert_eq!(settings.start, Some(Start::Spawn));
    assert_eq!(settings.claims, Claims::Strict);
    assert_eq!(settings.unrecorded, UnrecordedPolicy::Warn);
    assert!(settings.strict);
    assert_eq!(settings.dialects, Some(vec!["mkdocs".to_owned()]));
    assert_eq!(settings.env.as_deref(), Some("web"));
    assert_eq!(settings.filters["port"].token, "[PORT]");
    assert_eq!(settings.filters["when"].token, "[YEAR]");
    assert_eq!(config.environments["web"].requires, ["fastapi"]);
    assert_eq!(
        config.environments["data"].requirements,
        [PathBuf::from("data.txt")]
    );
}

#[test]
fn all_problems_of_a_file_come_at_once_with_their_places() {
    let text = r#"timeuot = "10s"
strict = "yes"
claims = "strickt"
limits = { memory = "64mb", prosesses = 3, files = 0 }
filters.bad = "("
env = "wbe"
[environments.web]
requires = "fastapi"
[[overrides]]
strict = false
"#;
    insta::assert_snapshot!(problems(text).join("\n"), @r#"
    1:1 unknown key `timeuot` (did you mean `timeout`? keys are: `guides`, `expected`, `python`, `timeout`, `limits`, `start`, `claims`, `strict`, `unrecorded`, `sharing`, `dialects`, `filters`, `env`, `environments`, `overrides`)
    2:10 `strict` must be `true` or `false`, not a string
    3:10 `claims` is one of `strict`, `explicit`, `off`, not `strickt` (did you mean `strict`?)
    4:21 `memory`: `64mb` is no size: write `64MiB`, `512KiB` or `1GiB`; a bare number is bytes
    4:29 unknown key `prosesses` (did you mean `processes`? keys are: `memory`, `processes`, `files`, `output`, `disk`)
    4:52 `files` must be a whole number of at least 1
    5:15 `bad` is no regular expression: unclosed group
    6:7 unknown environment `wbe` (did you mean `web`?)
    9:1 override without `guides`: which guides does it rule? (name them, such as `guides = "drafts/**"`)
    "#);
}

#[test]
fn a_file_that_is_no_toml_says_where() {
    let found = problems("strict = true\npython = [\n");
    assert!(
        found[0].starts_with("2:") || found[0].starts_with("3:"),
        "{found:?}"
    );
    assert!(found[0].contains("invalid TOML"), "{found:?}");
}

#[test]
fn overrides_rule_their_guides_in_order() {
    let config = load(
        r#"
timeout = 5
[filters]
a = "a"
[[overrides]]
guides = "drafts"
unrecorded = "warn"
expected = "expected-drafts"
filters.b = "b"
[[overrides]]
guides = ["drafts/slow/*.md"]
timeout = "1s"
"#,
    )
    .unwrap();
    let slow = config.settings_for("drafts/slow/x.md");
    assert_eq!(slow.limits.timeout_ms, 1_000);
    assert_eq!(slow.unrecorded, UnrecordedPolicy::Warn);
    assert_eq!(slow.filters.len(), 2);
    assert_eq!(config.settings_for("drafts/x.md").limits.timeout_ms, 5_000);
    assert_eq!(config.settings_for("x.md"), config.settings);
    assert_eq!(
        config.expected_for("drafts/x.md"),
        config.root.join("expected-drafts")
    );
    assert_eq!(config.expected_folders().len(), 2);
}

#[test]
fn the_nearest_file_upwards_rules_and_a_foreign_pyproject_does_not() {
    let folder = project(&[
        ("pyproject.toml", "[tool.fencepost]\nstrict = true\n"),
        ("docs/pyproject.toml", "[tool.ruff]\n"),
        ("docs/broken/pyproject.toml", "[[[\n"),
        ("docs/broken/a.md", ""),
        ("docs/own/fencepost.toml", ""),
    ]);
    let of = |path: &str| Config::load(None, &folder.path().join(path)).unwrap();
    for path in [
        "docs/broken/a.md",
        "docs/broken/a.md:12",
        "docs/a/missing.md",
    ] {
        assert!(of(path).settings.strict, "{path}");
        assert_eq!(of(path).root, folder.path());
    }
    assert!(!of("docs/own").settings.strict);
}

#[test]
fn problems_of_a_pyproject_name_it() {
    let folder = project(&[("pyproject.toml", "[tool.fencepost]\nstrikt = true\n")]);
    let found = Config::load(None, folder.path()).unwrap_err();
    assert_eq!(found[0].guide.as_deref(), Some("pyproject.toml"));
    assert_eq!(found[0].position.map(|place| place.line), Some(2));
}

#[test]
fn a_config_that_is_named_must_be_there_and_must_speak_of_fencepost() {
    let folder = project(&[
        ("pyproject.toml", "[tool.ruff]\n"),
        ("my.toml", "strict = true"),
    ]);
    let named = |name: &str| Config::load(Some(&folder.path().join(name)), Path::new("."));
    assert_eq!(
        named("absent.toml").unwrap_err()[0].code,
        "unreadable-config"
    );
    assert_eq!(named("pyproject.toml").unwrap_err()[0].code, "no-config");
    assert!(named("my.toml").unwrap().settings.strict);
}

#[test]
fn interpreter_specs_keep_their_places_and_paths_start_at_the_root() {
    let config = load(
        "python = [\"3.12\", \"./venv/bin/python\"]\n[[overrides]]\nguides = \"a\"\npython = \"3.x\"\n",
    )
    .unwrap();
    let places: Vec<(&str, usize)> = config
        .spec_places()
        .iter()
        .map(|(text, place)| (text.as_str(), place.line))
        .collect();
    assert_eq!(places, [("3.x", 4), ("3.12", 1), ("./venv/bin/python", 1)]);
    let path = config.root.join("./venv/bin/python");
    assert_eq!(config.settings.python[1], path.to_string_lossy());
    assert_eq!(config.settings_for("a/b.md").python, ["3.x"]);
}

#[test]
fn environments_and_their_uses_may_stand_in_overrides() {
    let config = load(
        r#"
env = "tools"
[environments.tools]
requires = ["pytest"]
[[overrides]]
guides = "web/**"
env = "web"
[overrides.environments.web]
requires = ["fastapi"]
python = "3.12"
[[overrides]]
guides = "web/old.md"
env = "tools"
"#,
    )
    .unwrap();
    let env_of = |guide: &str| config.settings_for(guide).env.clone();
    assert_eq!(env_of("a.md").as_deref(), Some("tools"));
    assert_eq!(env_of("web/a.md").as_deref(), Some("web"));
    assert_eq!(env_of("web/old.md").as_deref(), Some("tools"));
    assert_eq!(config.environments["web"].requires, ["fastapi"]);
    assert_eq!(config.spec_places().len(), 1);
}

#[test]
fn an_environment_is_defined_once_in_the_whole_file() {
    let text = "[environments.web]\nrequires = \"a\"\n[[overrides]]\nguides = \"b\"\nenv = \"wbe\"\n\
                [overrides.environments.web]\nrequires = \"c\"\n";
    let found = problems(text);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("5:7 unknown environment `wbe` (did you mean `web`?)"));
    assert!(found[1].starts_with("6:"), "{found:?}");
    assert!(found[1].contains("environment `web` is defined twice"));
}
