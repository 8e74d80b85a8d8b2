//! A fence while its guide is being read: what it is, before examples are put together.

use std::collections::HashSet;

use crate::position::Span;

use super::dialects::Told;
use super::directives::Given;
use super::examples::WHOLE_GUIDE;
use super::names::Headings;
use super::{BlockKind, Directives, FenceKind, Flags, Passage};

/// A block that runs, or would if it were not skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Runnable {
    /// What its text is.
    pub(super) kind: BlockKind,
    /// Its code.
    pub(super) code: Passage,
    /// Why it does not run.
    pub(super) skipped: Option<String>,
}

/// What a fence turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// Python.
    Block(Runnable),
    /// An output of the block in the draft `of`.
    Output {
        /// Index of that draft.
        of: usize,
        /// The text shown.
        text: Passage,
        /// Whether it is a claim.
        explicit: bool,
        /// The flags under which it is the whole output.
        whole: Option<Flags>,
    },
    /// A file beside an example.
    File {
        /// What it holds.
        content: String,
    },
    /// Something else.
    NotPython,
    /// Names Python and was not selected.
    Lookalike(String),
    /// Stands inside another fence.
    Nested,
}

/// A fence with its role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    /// What kind of place it is.
    pub(super) kind: FenceKind,
    /// The whole fence.
    pub(super) span: Span,
    /// Its info string.
    pub(super) info: Span,
    /// Whether it counts as Python for the numbers in names.
    pub(super) counts: bool,
    /// The heading that it stands under.
    pub(super) section: Option<usize>,
    /// The id it has unless the guide gives a name, as bytes of [`ids_of`]; empty until it is needed.
    pub(super) id: Span,
    /// What the guide says about it.
    pub(super) given: Given,
    /// The fence that it goes on from, in one process.
    pub(super) joins: Option<usize>,
    /// What it is to other tools.
    pub(super) told: Told,
    /// What it is.
    pub(super) role: Role,
}

/// Names the Python fences by their headings, if any of them may need it; returns the text of the ids.
pub(super) fn ids_of(drafts: &mut [Draft], guide: &str, headings: &Headings) -> String {
    if !need_names(drafts) {
        return String::new();
    }
    let counted = drafts.iter().filter(|draft| draft.counts);
    let sections: Vec<_> = counted.map(|draft| draft.section).collect();
    let (text, ids) = headings.ids(guide, &sections);
    let counted = drafts.iter_mut().filter(|draft| draft.counts);
    for (draft, id) in counted.zip(ids) {
        draft.id = id;
    }
    text
}

/// Says whether a fence has no name of its own, or shares the one it has.
fn need_names(drafts: &[Draft]) -> bool {
    let counted = drafts.iter().filter(|draft| draft.counts);
    let directives = counted.map(|draft| &*draft.given.directives);
    let directives: Vec<&Directives> = directives.collect();
    let groups = (directives.iter()).filter_map(|directives| directives.group.as_deref());
    let mut names: HashSet<&str> = groups.chain([WHOLE_GUIDE]).collect();
    directives
        .into_iter()
        .any(|directives| match &directives.name {
            Some(name) => !names.insert(name),
            None => directives.group.is_none(),
        })
}
