//! How one example behaves on several interpreters: groups of equal behaviour, and what changes between them.
//!
//! Enters: transcripts of one example. Leaves: [`Behaviours`]; knows nothing of expectations.

use crate::extract::Example;
use crate::normalise::Transcript;
use crate::plan::Interpreter;

use super::classify::without_library_version;
use super::ending;
use super::features::feature;
use super::judge::difference;
use super::pattern::escape;
use super::{Difference, Stream};

/// Interpreters on which an example behaves alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behaviour {
    /// Oldest first.
    pub interpreters: Vec<Interpreter>,
    /// What it prints and how it ends there.
    pub transcript: Transcript,
    /// What differs from the group before; `None` in the first.
    pub change: Option<Difference>,
    /// Whether the example ends there as it should: as declared, or well.
    pub works: bool,
}

impl Behaviour {
    /// Returns the line that tells why it failed, which a run that a limit ended had no time to write.
    fn last_line(&self) -> Option<&str> {
        let last = self.transcript.stderr.lines().next_back();
        last.filter(|_| !ending::is_cut_off(&self.transcript.ending))
    }
}

fn ends_as_it_should(example: &Example, transcript: &Transcript) -> bool {
    if ending::declares_ending(&example.directives) {
        ending::broken_declaration(example, transcript).is_none()
    } else {
        ending::undeclared_failure(transcript).is_none()
    }
}

/// Returns what changes from one run to another: neither text is a pattern, and where the standard library lies is no behaviour.
fn change(example: &Example, before: &Transcript, after: &Transcript) -> Option<Difference> {
    let masked = |transcript: &Transcript| Transcript {
        stdout: without_library_version(&transcript.stdout),
        stderr: without_library_version(&transcript.stderr),
        ..transcript.clone()
    };
    let mut expected = masked(before);
    expected.stdout = escape(&expected.stdout);
    expected.stderr = escape(&expected.stderr);
    let difference = difference(example, &expected, &masked(after))?;
    let shown = |transcript: &Transcript| match difference.stream {
        Stream::Stdout | Stream::Claim => transcript.stdout.clone(),
        Stream::Stderr => transcript.stderr.clone(),
        Stream::Ending => ending::ending_with_cause(transcript),
    };
    Some(Difference {
        expected: shown(before),
        actual: shown(after),
        ..difference
    })
}

/// Names what keeps an example from working on the oldest interpreter where it fails.
fn missing_feature(example: &Example, groups: &[Behaviour]) -> Option<String> {
    let failing = groups.iter().find(|group| !group.works)?;
    let last_line = failing.last_line()?;
    let never_works = groups.iter().all(|group| !group.works);
    if last_line.starts_with("NameError") && never_works {
        // A name that no interpreter knows is a mistake, not a feature.
        return None;
    }
    let blocks = example.blocks.iter();
    let code: String = blocks.map(|block| block.code.as_str()).collect();
    feature(&code, last_line)
}

/// How an example behaves on the interpreters that ran it, in order of the oldest of each group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Behaviours {
    /// One group where it behaves alike everywhere.
    pub groups: Vec<Behaviour>,
    /// The feature that keeps it from working where it does not, if it can be named.
    pub feature: Option<String>,
}

impl Behaviours {
    /// Groups what was seen; `seen` is ordered by interpreter, oldest first.
    #[must_use]
    pub fn of(example: &Example, seen: &[(&Interpreter, &Transcript)]) -> Self {
        let mut groups: Vec<Behaviour> = Vec::new();
        for (interpreter, transcript) in seen {
            let alike =
                |group: &&mut Behaviour| change(example, &group.transcript, transcript).is_none();
            if let Some(group) = groups.iter_mut().find(alike) {
                group.interpreters.push((*interpreter).clone());
                continue;
            }
            let change = groups
                .last()
                .and_then(|group| change(example, &group.transcript, transcript));
            groups.push(Behaviour {
                interpreters: vec![(*interpreter).clone()],
                transcript: (*transcript).clone(),
                change,
                works: ends_as_it_should(example, transcript),
            });
        }
        let feature = missing_feature(example, &groups);
        Self { groups, feature }
    }

    /// Says whether the example behaves in more than one way.
    #[must_use]
    pub fn differ(&self) -> bool {
        self.groups.len() > 1
    }

    /// Says whether it ran and ends well, or as declared, on no interpreter.
    #[must_use]
    pub fn never_works(&self) -> bool {
        !self.groups.is_empty() && self.groups.iter().all(|group| !group.works)
    }

    /// Returns the first interpreter on which it works, where an older one fails.
    #[must_use]
    pub fn first_that_works(&self) -> Option<&Interpreter> {
        let oldest = self.by_version().next()?;
        let first = self.by_version().find(|(_, works)| *works)?;
        (!oldest.1).then_some(first.0)
    }

    /// Returns the last interpreter on which it works, where a newer one fails.
    #[must_use]
    pub fn last_that_works(&self) -> Option<&Interpreter> {
        let newest = self.by_version().last()?;
        let last = self.by_version().filter(|(_, works)| *works).last()?;
        (!newest.1).then_some(last.0)
    }

    /// Returns what keeps it from working where it does not: a feature, or else the exception's name and message.
    #[must_use]
    pub fn reason_it_fails(&self) -> Option<&str> {
        let failing = self.groups.iter().find(|group| !group.works)?;
        self.feature.as_deref().or_else(|| failing.last_line())
    }

    fn by_version(&self) -> impl Iterator<Item = (&Interpreter, bool)> {
        let mut all: Vec<(&Interpreter, bool)> = self
            .groups
            .iter()
            .flat_map(|group| {
                group
                    .interpreters
                    .iter()
                    .map(|interpreter| (interpreter, group.works))
            })
            .collect();
        all.sort_by_key(|(interpreter, _)| interpreter.label());
        all.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::testing::{example, interpreter, printed, raised};
    use crate::execute::Ending;

    /// Groups what was seen on 3.10 and later, one transcript for each version.
    fn behaviours(code: &str, seen: &[Transcript]) -> Behaviours {
        let example = example(code, code);
        let interpreters: Vec<Interpreter> = (10..).take(seen.len()).map(interpreter).collect();
        let seen: Vec<_> = interpreters.iter().zip(seen).collect();
        Behaviours::of(&example, &seen)
    }

    #[test]
    fn printed_text_that_looks_like_a_pattern_is_no_pattern() {
        for (before, after) in [("...\n", "a\nb\n"), ("[1, [..]]\n", "[1, 2]\n")] {
            let groups = behaviours("f()", &[printed(before), printed(after)]).groups;
            assert_eq!(groups.len(), 2, "{before}");
            let change = groups[1].change.clone().unwrap();
            assert_eq!((&*change.expected, &*change.actual), (before, after));
            assert_eq!(
                behaviours("f()", &[printed(before), printed(before)])
                    .groups
                    .len(),
                1
            );
        }
    }

    #[test]
    fn what_is_printed_until_a_limit_ends_it_is_no_behaviour() {
        let cut_off = |stdout: &str| Transcript {
            ending: Ending::TimedOut { limit_ms: 1000 },
            stderr: "so far\n".into(),
            ..printed(stdout)
        };
        let seen = [cut_off("1\n2\n"), cut_off("1\n"), printed("1\n")];
        let behaviours = behaviours("f()", &seen);
        assert_eq!(behaviours.groups.len(), 2);
        assert_eq!(behaviours.reason_it_fails(), None);
    }

    #[test]
    fn where_the_standard_library_lies_is_no_behaviour() {
        let fails = |minor: u64| {
            let place = format!("[PYTHON]/lib/python3.{minor}/typing.py");
            raised(
                "",
                &format!("ImportError: cannot import name 'Self' from 'typing' ({place})"),
            )
        };
        let seen = [fails(10), fails(11), printed("Self\n")];
        let behaviours = behaviours("from typing import Self", &seen);
        assert_eq!(behaviours.groups.len(), 2);
        assert_eq!(behaviours.feature.as_deref(), Some("typing.Self"));
        assert_eq!(behaviours.first_that_works().unwrap().release[1], 12);
    }

    #[test]
    fn a_name_that_no_interpreter_knows_is_no_feature() {
        let fails = raised("", "NameError: name 'aiter' is not defined");
        let nowhere = behaviours("aiter", &[fails.clone(), fails.clone()]);
        assert_eq!(nowhere.feature, None);
        let somewhere = behaviours("aiter", &[fails, printed("")]);
        assert_eq!(somewhere.feature.as_deref(), Some("aiter"));
    }
}
