//! How one example behaves on several interpreters: groups of equal behaviour, and what changes between them.
//!
//! Enters: transcripts of one example. Leaves: [`Behaviours`]; knows nothing of expectations.

use crate::extract::Example;
use crate::normalise::Transcript;
use crate::plan::Interpreter;

use super::Difference;
use super::ending;
use super::features::feature;
use super::judge::difference;

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
    fn last_line(&self) -> Option<&str> {
        self.transcript.stderr.lines().next_back()
    }
}

fn ends_as_it_should(example: &Example, transcript: &Transcript) -> bool {
    if ending::declares_ending(&example.directives) {
        ending::broken_declaration(example, transcript).is_none()
    } else {
        ending::undeclared_failure(transcript).is_none()
    }
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
            let alike = |group: &&mut Behaviour| {
                difference(example, &group.transcript, transcript).is_none()
            };
            if let Some(group) = groups.iter_mut().find(alike) {
                group.interpreters.push((*interpreter).clone());
                continue;
            }
            let change = groups
                .last()
                .and_then(|group| difference(example, &group.transcript, transcript));
            groups.push(Behaviour {
                interpreters: vec![(*interpreter).clone()],
                transcript: (*transcript).clone(),
                change,
                works: ends_as_it_should(example, transcript),
            });
        }
        let failing = groups.iter().find(|group| !group.works);
        let code: String = example
            .blocks
            .iter()
            .map(|block| block.code.as_str())
            .collect();
        let feature = failing.and_then(|group| feature(&code, group.last_line()?));
        Self { groups, feature }
    }

    /// Says whether the example behaves in more than one way.
    #[must_use]
    pub fn differ(&self) -> bool {
        self.groups.len() > 1
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
