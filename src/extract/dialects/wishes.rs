//! What stands asked for at a point of a guide, and what of it reaches the next fence.

use std::mem;
use std::sync::Arc;

use super::super::directives::Given;
use super::super::problems::Problems;
use super::super::{Flags, VersionCondition};
use super::{Dialect, Told, What, Wish};

/// Wishes that wait for a fence, and those that hold until they are taken back.
#[derive(Debug, Default)]
pub(in crate::extract) struct Standing {
    /// Wishes about the next block, each with the byte where it was made.
    waiting: Vec<(usize, Wish)>,
    /// Why no block runs here, and whose markup says so.
    skipping: Option<(Dialect, String)>,
    /// On which versions alone blocks run here.
    versions: Option<VersionCondition>,
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
    /// It is the whole output of the block before it, compared under these flags.
    pub(in crate::extract) output: Option<Flags>,
    /// Its prompts, or the output that it is, are compared under these flags.
    pub(in crate::extract) flags: Flags,
    /// How many lines of options stand above its code.
    pub(in crate::extract) options: usize,
    /// What it is to the tools themselves.
    pub(in crate::extract) told: Told,
    /// Blocks after it share its names, or no longer do.
    sharing: Option<bool>,
}

/// Flags of pytest-doctestplus that speak of how a prompt runs.
const RUNNING: [&str; 3] = ["REMOTE_DATA", "SHOW_WARNINGS", "IGNORE_WARNINGS"];

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
                What::SkipFrom(reason) => self.skipping = Some((wish.dialect, reason)),
                What::VersionsFrom(versions) => self.versions = Some(versions),
                What::SkipEnd => (self.skipping, self.versions) = (None, None),
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
        own: Vec<Wish>,
        given: &mut Given,
        problems: &mut Problems,
    ) -> Asked {
        let mut asked = Asked::default();
        for wish in own {
            match wish.what {
                What::Unsupported(_) => problems.add(offset, wish.unsupported(false)),
                What::Compare(ref flags) => {
                    // An output does not run, so it has no warnings and needs no network.
                    if flags
                        .iter()
                        .any(|(flag, on)| *on && RUNNING.contains(&flag.as_str()))
                    {
                        problems.add(offset, wish.unsupported(false));
                    }
                    asked.flags.extend(flags.iter().cloned());
                }
                What::Skip(reason) => asked.skip = Some(reason),
                What::Versions(_) => direct(given, wish.what),
                _ => {}
            }
        }
        for (offset, wish) in mem::take(&mut self.waiting) {
            match &wish.what {
                What::Output(flags) => asked.output = Some(flags.clone()),
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
            joins: self.base.filter(|_| self.sharing),
            ..Asked::default()
        };
        if let Some((dialect, reason)) = &self.skipping {
            asked.told.skip(*dialect);
            asked.skip = Some(reason.clone());
        }
        let mut wishes = mem::take(&mut self.waiting);
        wishes.extend(own.into_iter().map(|wish| (offset, wish)));
        for (offset, wish) in wishes {
            asked.told.hear(&wish);
            match wish.what {
                What::Join => asked.joins = self.last,
                What::Share | What::Unshare => asked.sharing = Some(wish.what == What::Share),
                What::Output(flags) => asked.output = Some(flags),
                What::Compare(flags) => asked.flags.extend(flags),
                What::Unsupported(skips) => {
                    let told = wish.unsupported(skips);
                    asked.skip = asked.skip.or(skips.then(|| told.message.clone()));
                    problems.add(offset, told);
                }
                What::Skip(reason) => asked.skip = asked.skip.or(Some(reason)),
                // Where blocks share names, cells are no notebook of their own.
                What::Group(_) if self.sharing && wish.dialect == Dialect::Myst => {}
                _ => direct(given, wish.what),
            }
        }
        if let Some(group) = &self.group {
            direct(given, What::Group(group.clone()));
        }
        if let Some(versions) = &self.versions {
            direct(given, What::Versions(versions.clone()));
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
            directives.group = as_name(&group);
        }
        What::Name(name) if directives.name.is_none() => {
            directives.name = as_name(&name);
        }
        What::Await => directives.top_level_await = true,
        What::Raises(raises) => {
            directives.raises.get_or_insert(raises);
        }
        What::Exit(status) => {
            directives.exit.get_or_insert(status);
        }
        _ => {}
    }
}

/// Makes a name of ours of another tool's: without blanks and `#`; of nothing it makes none.
fn as_name(text: &str) -> Option<String> {
    let parts =
        text.split(|letter: char| letter.is_whitespace() || letter.is_control() || letter == '#');
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join("-"))
}
