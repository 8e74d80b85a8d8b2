//! Finding of guides.

use std::fs;

use super::*;
use crate::problem::{Class, Severity};

struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn config(&self) -> Config {
        if self.path().join("fencepost.toml").is_file() {
            Config::load(None, self.path()).unwrap()
        } else {
            Config::at(self.path())
        }
    }

    fn find(&self, paths: &[&str]) -> Discovered {
        self.find_since(paths, None)
    }

    fn find_since(&self, paths: &[&str], since: Option<&str>) -> Discovered {
        let roots = Roots {
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            current_folder: self.path().to_owned(),
            since: since.map(str::to_owned),
            variables: std::env::vars_os().collect(),
            ..Roots::default()
        };
        guides(&roots, &self.config())
    }

    fn git(&self, arguments: &[&str]) {
        let mut command = crate::child::Command::new("git").arguments([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.org",
        ]);
        command.arguments.extend(arguments.iter().map(Into::into));
        command.environment = std::env::vars_os().collect();
        command.folder = Some(self.path().to_owned());
        let output = crate::child::run(&command);
        assert!(output.succeeded(), "{}", output.stderr_text());
    }
}

fn ids(found: &Discovered) -> Vec<&str> {
    found.guides.iter().map(|guide| guide.id.as_str()).collect()
}

fn codes(found: &Discovered) -> Vec<&str> {
    let problems = found.problems.iter();
    problems.map(|problem| problem.code.as_str()).collect()
}

/// Guide ids with their expected files, relative to the project.
fn expected(project: &Project, paths: &[&str]) -> Vec<String> {
    let found = project.find(paths);
    let pairs = found.guides.iter().map(|guide| {
        let file = relative(&guide.expected_path, project.path());
        format!("{} → {file}", guide.id)
    });
    pairs.collect()
}

#[test]
fn a_folder_gives_its_guides_in_order_without_hidden_vendored_and_ignored_ones() {
    let project = Project::new(&[
        ("b.md", ""),
        ("a/x.markdown", ""),
        ("a/Y.MD", ""),
        ("a/notes.txt", ""),
        (".git/x.md", ""),
        (".hidden/x.md", ""),
        ("node_modules/p/x.md", ""),
        ("env/pyvenv.cfg", ""),
        ("env/x.md", ""),
        ("build/x.md", ""),
        (".gitignore", "build/\n"),
    ]);
    let found = project.find(&[]);
    assert_eq!(ids(&found), ["a/Y.MD", "a/x.markdown", "b.md"]);
    assert!(found.whole_project && found.problems.is_empty());
    assert_eq!(ids(&project.find(&["."])), ids(&found));
    assert_eq!(ids(&project.find(&["build/x.md", "build"])), ["build/x.md"]);
}

#[test]
fn the_two_forms_name_a_part_and_an_existing_path_wins() {
    let project = Project::new(&[("a.md", ""), ("a.md:3", ""), ("c#.md", ""), ("c.txt", "")]);
    let part = |path: &str| project.find(&[path]).guides[0].selectors.clone();
    assert_eq!(part("a.md:12"), [Selector::Line(12)]);
    assert_eq!(part("a.md:12:5"), [Selector::Line(12)]);
    assert_eq!(part("./a.md#имя:3"), [Selector::Name("имя:3".to_owned())]);
    assert_eq!(part("c#.md#x"), [Selector::Name("x".to_owned())]);
    assert_eq!(part("c#.md"), []);
    assert_eq!(ids(&project.find(&["a.md:3"])), ["a.md:3"]);
    assert_eq!(codes(&project.find(&["c.txt"])), ["not-a-guide"]);
    let both = project.find(&["a.md:1", "a.md#x"]);
    assert_eq!(both.guides[0].selectors.len(), 2);
    assert!(
        project
            .find(&["a.md:1", "."])
            .guides
            .iter()
            .all(|guide| guide.selectors.is_empty())
    );
}

#[test]
fn a_path_that_names_nothing_proposes_the_nearest() {
    let project = Project::new(&[("docs/intro.md", ""), ("docs/x.py", "")]);
    for (typed, hint) in [
        ("dosc/intro.md", "did you mean `docs/intro.md`?"),
        ("docs/intor.md:3", "did you mean `docs/intro.md`?"),
        (
            "nothing-like-it",
            "a path is a file, a folder, `GUIDE:LINE` or `GUIDE#NAME`",
        ),
        (
            "docs:3",
            "a path is a file, a folder, `GUIDE:LINE` or `GUIDE#NAME`",
        ),
        ("docs/intro.md:0", "lines count from 1"),
    ] {
        let found = project.find(&[typed]);
        assert_eq!(codes(&found), ["no-such-path"], "{typed}");
        assert_eq!(found.problems[0].class, Class::Usage);
        assert_eq!(found.problems[0].hint.as_deref(), Some(hint), "{typed}");
    }
    assert_eq!(codes(&project.find(&["docs/x.py"])), ["not-a-guide"]);
}

#[test]
fn unreadable_guides_are_findings_and_the_rest_goes_on() {
    let project = Project::new(&[("a.md", "ok"), ("b.md", "")]);
    fs::write(project.path().join("b.md"), b"ab\n\xD0\x94\xFFc").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", project.path().join("c.md")).unwrap();
    let found = project.find(&[]);
    assert_eq!(ids(&found), ["a.md"]);
    assert_eq!(found.problems[0].code, "not-utf8");
    assert_eq!(found.problems[0].message, "not UTF-8: byte 5 is 0xFF");
    let place = found.problems[0].position.unwrap();
    assert_eq!((place.line, place.column), (2, 2));
    #[cfg(unix)]
    assert_eq!(
        found.problems[1].why.as_deref(),
        Some("no such file or directory")
    );
    assert!(
        found
            .problems
            .iter()
            .all(|problem| problem.class == Class::Finding)
    );
}

#[cfg(unix)]
#[test]
fn a_loop_of_links_is_no_endless_walk() {
    let project = Project::new(&[("a/x.md", ""), ("b/y.md", "")]);
    let link = std::os::unix::fs::symlink::<&str, PathBuf>;
    link("../b", project.path().join("a/to-b")).unwrap();
    link("../a", project.path().join("b/to-a")).unwrap();
    link("x.md", project.path().join("a/same.md")).unwrap();
    let found = project.find(&[]);
    assert_eq!(ids(&found), ["a/same.md", "a/x.md", "b/y.md"]);
    assert_eq!(codes(&found), ["link-not-followed", "link-not-followed"]);
    assert!(
        found
            .problems
            .iter()
            .all(|problem| problem.severity == Severity::Advice)
    );
    assert_eq!(ids(&project.find(&["a/to-b"])), ["a/to-b/y.md"]);
}

#[test]
fn without_configuration_expected_files_are_named_from_the_folder_given() {
    let project = Project::new(&[("docs/a/b.md", ""), ("docs/c.md", "")]);
    let whole = [
        "docs/a/b.md → expected/a/b.toml",
        "docs/c.md → expected/c.toml",
    ];
    assert_eq!(expected(&project, &["docs"]), whole);
    assert_eq!(expected(&project, &["docs/c.md"]), whole[1..]);
    let here = [
        "docs/a/b.md → expected/docs/a/b.toml",
        "docs/c.md → expected/docs/c.toml",
    ];
    assert_eq!(expected(&project, &[]), here);
}

#[test]
fn with_configuration_the_glob_names_expected_files_whatever_was_asked_for() {
    let project = Project::new(&[
        (
            "fencepost.toml",
            "guides = [\"content/**/*.md\", \"notes/a.md\"]",
        ),
        ("content/a/b.md", ""),
        ("content/c.md", ""),
        ("notes/a.md", ""),
        ("README.md", ""),
    ]);
    let all = [
        "content/a/b.md → expected/a/b.toml",
        "content/c.md → expected/c.toml",
        "notes/a.md → expected/a.toml",
    ];
    assert_eq!(expected(&project, &[]), all);
    assert_eq!(expected(&project, &["content/a"]), all[..1]);
    assert_eq!(expected(&project, &["content/a/b.md:3"]), all[..1]);
    assert_eq!(
        expected(&project, &["README.md"]),
        ["README.md → expected/README.toml"]
    );
    for (paths, whole) in [
        (vec!["content", "notes/a.md"], false),
        (vec!["content", "notes"], true),
        (vec!["."], true),
        (vec!["content/a"], false),
    ] {
        assert_eq!(project.find(&paths).whole_project, whole, "{paths:?}");
    }
}

#[test]
fn two_guides_for_one_expected_file_are_refused_even_one_at_a_time() {
    let project = Project::new(&[
        (
            "fencepost.toml",
            "guides = [\"en/**/*.md\", \"ru/**/*.md\"]",
        ),
        ("en/a.md", ""),
        ("ru/a.md", ""),
    ]);
    for paths in [vec![], vec!["en/a.md"], vec!["ru"]] {
        let found = project.find(&paths);
        assert_eq!(codes(&found), ["shared-expected-file"], "{paths:?}");
        assert_eq!(
            found.problems[0].message,
            "`en/a.md`, `ru/a.md` would share the expected file `expected/a.toml`"
        );
    }
    let endings = Project::new(&[("fencepost.toml", ""), ("a.md", ""), ("a.markdown", "")]);
    assert_eq!(codes(&endings.find(&["a.md"])), ["shared-expected-file"]);
    let bare = Project::new(&[("en/a.md", ""), ("ru/a.md", "")]);
    assert_eq!(codes(&bare.find(&["en", "ru"])), ["shared-expected-file"]);
    assert_eq!(codes(&bare.find(&["en"])), [""; 0]);
}

#[test]
fn where_there_is_no_guide_that_is_said() {
    let project = Project::new(&[("docs/x.txt", "")]);
    assert_eq!(codes(&project.find(&[])), ["no-guides"]);
    assert_eq!(codes(&project.find(&["docs"])), ["no-guides"]);
    let config = Project::new(&[("fencepost.toml", "guides = \"contnet/**/*.md\"")]);
    assert_eq!(codes(&config.find(&[])), ["no-guides"]);
}

#[test]
fn since_a_revision_only_what_changed_is_found() {
    let project = Project::new(&[
        ("fencepost.toml", "guides = \"docs/*.md\""),
        ("docs/same.md", ""),
        ("docs/edited.md", ""),
        ("docs/re-recorded.md", ""),
        ("expected/re-recorded.toml", ""),
    ]);
    project.git(&["init", "--quiet"]);
    project.git(&["add", "-A"]);
    project.git(&["commit", "--quiet", "-m", "a"]);
    let nothing = project.find_since(&[], Some("HEAD"));
    assert!(nothing.guides.is_empty() && nothing.problems.is_empty() && !nothing.whole_project);
    for name in ["docs/edited.md", "docs/new.md", "expected/re-recorded.toml"] {
        fs::write(project.path().join(name), "changed").unwrap();
    }
    let found = project.find_since(&[], Some("HEAD"));
    assert_eq!(
        ids(&found),
        ["docs/edited.md", "docs/new.md", "docs/re-recorded.md"]
    );
    assert_eq!(
        codes(&project.find_since(&[], Some("no-such"))),
        ["bad-revision"]
    );
    let outside = Project::new(&[("a.md", "")]);
    assert_eq!(
        codes(&outside.find_since(&[], Some("HEAD"))),
        ["bad-revision"]
    );
}
