//! What stands asked for at a point of a guide, and what of it reaches the next fence.

use std::mem;
use std::sync::Arc;

use crate::problem::{Problem, Severity};

use super::super::directives::Given;
use super::super::problems::Problems;
use super::{Dialect, What, Wish};

/// Wishes that wait for a fence, and those that hold until they are taken back.
#[derive(Debug, Default)]
pub(in crate::extract) struct Standing {
    /// Wishes about the next block, each with the byte where it was made.
    waiting: Vec<(usize, Wish)>,
    /// Why no block runs here.
    skipping: Option<String>,
    /// The group that blocks belong to here, and how many such groups there were.
    group: Option<String>,
    groups: usize,
    /// Whether blocks share names here, and the block that began it.
    sharing: bool,
    base: Option<usize>,
    /// The last block that runs.
    last: Option<usize>,
}

/// What was asked of one fence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::extract) struct Asked {
    /// Why it does not run.
    pub(in crate::extract) skip: Option<String>,
    /// The block that it goes on from.
    pub(in crate::extract) joins: Option<usize>,
    /// It is an output of the block before it; a claim if true.
    pub(in crate::extract) output: Option<bool>,
    /// How many lines of options stand above its code.
    pub(in crate::extract) options: usize,
    /// Blocks after it share its names, or no longer do.
    sharing: Option<bool>,
}

impl Standing {
    /// Begins a guide; `sharing` where its markup says that all blocks share names.
    pub(in crate::extract) fn new(sharing: bool) -> Self {
        Self {
            sharing,
            ..Self::default()
        }
    }

    /// Hears wishes made at `offset`.
    pub(in crate::extract) fn hear(&mut self, offset: usize, wishes: Vec<Wish>) {
        for wish in wishes {
            match wish.what {
                What::SkipFrom(reason) => self.skipping = Some(reason),
                What::SkipEnd => self.skipping = None,
                What::GroupFrom(name) => {
                    self.groups += 1;
                    self.group = Some(format!("{name}-{}", self.groups));
                }
                What::GroupEnd => self.group = None,
                What::Clear => self.base = None,
                _ => self.waiting.push((offset, wish)),
            }
        }
    }

    /// Something other than a fence stands here: wishes about what is directly below are void.
    pub(in crate::extract) fn part(&mut self) {
        self.waiting.retain(|(_, wish)| wish.waits());
    }

    /// Returns what is asked of a fence at `offset` that is not Python.
    pub(in crate::extract) fn of_other(
        &mut self,
        offset: usize,
        own: &[Wish],
        problems: &mut Problems,
    ) -> Asked {
        for wish in own
            .iter()
            .filter(|wish| wish.what == What::Unsupported(false))
        {
            problems.add(offset, unsupported(wish, false));
        }
        let mut asked = Asked::default();
        for (offset, wish) in mem::take(&mut self.waiting) {
            match &wish.what {
                What::Output(claim) => asked.output = Some(*claim),
                What::Skip(reason) if !wish.waits() => asked.skip = Some(reason.clone()),
                _ if wish.dialect == Dialect::PytestCodeblocks => {}
                _ if wish.waits() => self.waiting.push((offset, wish)),
                _ => {}
            }
        }
        asked
    }

    /// Returns what is asked of a Python fence at `offset`, and adds to its directives.
    pub(in crate::extract) fn of_block(
        &mut self,
        offset: usize,
        own: Vec<Wish>,
        given: &mut Given,
        problems: &mut Problems,
    ) -> Asked {
        let mut asked = Asked {
            skip: self.skipping.clone(),
            joins: self.base.filter(|_| self.sharing),
            ..Asked::default()
        };
        let own = own.into_iter().map(|wish| (offset, wish));
        for (offset, wish) in mem::take(&mut self.waiting).into_iter().chain(own) {
            match wish.what {
                What::Join => asked.joins = self.last,
                What::Share | What::Unshare => asked.sharing = Some(wish.what == What::Share),
                What::Output(claim) => asked.output = Some(claim),
                What::Unsupported(skips) => {
                    let told = unsupported(&wish, skips);
                    asked.skip = asked.skip.or(skips.then(|| told.message.clone()));
                    problems.add(offset, told);
                }
                What::Skip(reason) => asked.skip = asked.skip.or(Some(reason)),
                _ => direct(given, wish.what),
            }
        }
        if let Some(group) = &self.group {
            direct(given, What::Group(group.clone()));
        }
        asked
    }

    /// A block became the fence `index`; says what follows from what was asked of it.
    pub(in crate::extract) fn added(&mut self, index: usize, runs: bool, asked: &Asked) {
        self.sharing = asked.sharing.unwrap_or(self.sharing);
        if asked.sharing == Some(false) {
            self.base = None;
        }
        if runs {
            self.last = Some(index);
            if self.sharing && self.base.is_none() {
                self.base = Some(index);
            }
        }
    }
}

/// Adds a wish to directives, unless our own already say something.
fn direct(given: &mut Given, what: What) {
    let directives = Arc::make_mut(&mut given.directives);
    match what {
        What::Versions(versions) => {
            directives.python.get_or_insert(versions);
        }
        What::Group(group) if directives.group.is_none() => {
            let _ = directives.set("group", &group);
        }
        What::Name(name) if directives.name.is_none() => {
            let _ = directives.set("name", &name);
        }
        What::Raises(raises) => {
            directives.raises.get_or_insert(raises);
        }
        What::Exit(status) => {
            directives.exit.get_or_insert(status);
        }
        _ => {}
    }
}

fn unsupported(wish: &Wish, skips: bool) -> Problem {
    let Wish { dialect, words, .. } = wish;
    let message = format!("`{words}` of {} is not supported", dialect.name());
    let problem = Problem::finding("unsupported-dialect", message);
    if skips {
        let hint = "the block is skipped; say what it needs with `<!-- fencepost: … -->`";
        problem.severity(Severity::Warning).hint(hint)
    } else {
        problem
            .severity(Severity::Advice)
            .hint("it is left out of account")
    }
}
