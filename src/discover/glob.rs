//! Globs of guides: matching ids, and the literal prefix that is the root of expected files.

use globset::{GlobBuilder, GlobMatcher};

/// One glob of `guides`, relative to the project root.
#[derive(Debug, Clone)]
pub(super) struct Glob {
    /// Whether it takes guides away (`!drafts/**`).
    pub(super) negated: bool,
    /// The folders that stand before the first wildcard, with `/`; empty is the root.
    pub(super) prefix: String,
    /// The glob as written.
    pub(super) source: String,
    /// The glob without `!` and `./`.
    text: String,
    matcher: GlobMatcher,
}

impl Glob {
    /// Parses one glob.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (negated, body) = match text.strip_prefix('!') {
            Some(body) => (true, body),
            None => (false, text),
        };
        let body = body.trim_start_matches("./").trim_end_matches('/');
        if body.starts_with('/') || body.split('/').any(|part| part == "..") {
            return Err(format!(
                "`{text}` leaves the project: globs start at its root"
            ));
        }
        Ok(Self {
            negated,
            prefix: literal_prefix(body),
            source: text.to_owned(),
            text: body.to_owned(),
            matcher: build(body)
                .map_err(|error| format!("`{text}` is no glob: {}", error.kind()))?
                .compile_matcher(),
        })
    }

    /// Says whether a guide's id, or a folder above it where the glob has no wildcard, matches.
    pub(super) fn matches(&self, id: &str) -> bool {
        self.matcher.is_match(id) || self.is_folder_of(id)
    }

    /// A plain folder name stands for everything below it.
    fn is_folder_of(&self, id: &str) -> bool {
        !has_wildcard(&self.text)
            && id
                .strip_prefix(&self.text)
                .is_some_and(|rest| rest.starts_with('/'))
    }

    /// Returns what a search for its guides starts from, relative to the project root.
    pub(super) fn start(&self) -> &str {
        if has_wildcard(&self.text) {
            &self.prefix
        } else {
            &self.text
        }
    }

    /// Returns the root of the expected file of a guide that matches.
    pub(super) fn root_of(&self, id: &str) -> &str {
        if self.is_folder_of(id) {
            &self.text
        } else {
            &self.prefix
        }
    }
}

/// Returns the first glob that takes in the guide, unless a negated one takes it away.
pub(super) fn ruling<'g>(globs: &'g [Glob], id: &str) -> Option<&'g Glob> {
    let (negated, positive): (Vec<&Glob>, Vec<&Glob>) = globs.iter().partition(|glob| glob.negated);
    let taken_away = negated.iter().any(|glob| glob.matches(id));
    let first = positive.into_iter().find(|glob| glob.matches(id));
    first.filter(|_| !taken_away)
}

fn build(text: &str) -> Result<globset::Glob, globset::Error> {
    GlobBuilder::new(text).literal_separator(true).build()
}

fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?', '[', '{', '\\'])
}

/// Returns the folders before the first part that holds a wildcard, or before the file's name.
fn literal_prefix(glob: &str) -> String {
    let parts: Vec<&str> = glob.split('/').collect();
    let literal = parts
        .iter()
        .take(parts.len() - 1)
        .take_while(|part| !has_wildcard(part));
    literal.copied().collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(glob: &str, id: &str, root: Option<&str>) {
        let glob = Glob::parse(glob).unwrap();
        let found = glob.matches(id).then(|| glob.root_of(id));
        assert_eq!(found, root);
    }

    #[test]
    fn the_root_of_a_guide_is_the_literal_prefix_of_its_glob() {
        case("content/**/*.md", "content/a/b.md", Some("content"));
        case("content/**/*.md", "content/b.md", Some("content"));
        case("content/a/*.md", "content/a/b.md", Some("content/a"));
        case("content/a/*.md", "content/a/b/c.md", None);
        case("**/*.md", "a.md", Some(""));
        case("*.md", "a/b.md", None);
        case("./docs/{a,b}/*.md", "docs/a/x.md", Some("docs"));
        case("docs", "docs/a/x.md", Some("docs"));
        case("docs/", "docs/x.md", Some("docs"));
        case("docs", "docsx/x.md", None);
        case("docs/x.md", "docs/x.md", Some("docs"));
        case("README.md", "README.md", Some(""));
    }

    #[test]
    fn a_glob_that_leaves_the_project_is_refused() {
        assert!(Glob::parse("../x/*.md").is_err());
        assert!(Glob::parse("/etc/*.md").is_err());
        assert!(Glob::parse("a[").is_err());
    }

    #[test]
    fn a_negated_glob_takes_guides_away() {
        let globs = ["docs/**", "!docs/old"].map(|glob| Glob::parse(glob).unwrap());
        assert!(ruling(&globs, "docs/a/b.md").is_some());
        assert!(ruling(&globs, "docs/old/b.md").is_none());
    }
}
