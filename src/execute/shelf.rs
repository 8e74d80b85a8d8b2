//! Things that are kept for use again, each best used for what it was used for before.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::walls::Fit;

/// What a thing is used for: an interpreter, and the group of runs that it is warm for afterwards.
#[derive(Debug, Clone, Copy)]
pub(super) struct Purpose<'a> {
    pub interpreter: &'a Path,
    pub group: Option<usize>,
}

/// Idle things, the one that was used last at the end; and how many there are of them, idle or not.
#[derive(Debug)]
pub(super) struct Shelf<T> {
    idle: Vec<Kept<T>>,
    all: usize,
    enough: usize,
    /// Groups that some thing, idle or not, was used for.
    warm: BTreeSet<usize>,
}

/// A thing, with what it was used for.
#[derive(Debug)]
pub(super) struct Kept<T> {
    pub thing: T,
    last: PathBuf,
    groups: BTreeSet<usize>,
}

impl<T> Kept<T> {
    /// Keeps a thing that is about to be used for the first time.
    pub(super) fn new(thing: T) -> Self {
        Self {
            thing,
            last: PathBuf::new(),
            groups: BTreeSet::new(),
        }
    }

    fn was_used_for(&self, group: Option<usize>) -> bool {
        group.is_some_and(|group| self.groups.contains(&group))
    }
}

impl<T> Shelf<T> {
    /// Returns an empty shelf. Once there is `enough`, a thing is used for another interpreter rather than
    /// another one made.
    pub(super) fn new(enough: usize) -> Self {
        Self {
            idle: Vec::new(),
            all: 0,
            enough,
            warm: BTreeSet::new(),
        }
    }

    /// Says how well it would fit to use a thing for a group now.
    pub(super) fn fit(&self, group: Option<usize>) -> Fit {
        if self.idle.iter().any(|kept| kept.was_used_for(group)) {
            Fit::Ready
        } else if group.is_some_and(|group| self.warm.contains(&group)) {
            Fit::Elsewhere
        } else {
            Fit::Anywhere
        }
    }

    /// Takes a thing that was used for `purpose`, or last for its interpreter, or where there is enough any;
    /// `None` where one is to be made, which counts from now on.
    pub(super) fn take(&mut self, purpose: Purpose<'_>) -> Option<Kept<T>> {
        self.warm.extend(purpose.group);
        let warm = |kept: &Kept<T>| kept.was_used_for(purpose.group);
        let known = |kept: &Kept<T>| kept.last == purpose.interpreter;
        let at = (self.idle.iter().rposition(warm)).or_else(|| self.idle.iter().rposition(known));
        let at = match at {
            Some(at) => at,
            None if self.all >= self.enough && !self.idle.is_empty() => 0,
            None => {
                self.expect();
                return None;
            }
        };
        Some(self.idle.remove(at))
    }

    /// Counts one that is being made.
    pub(super) fn expect(&mut self) {
        self.all += 1;
    }

    /// Puts back what was taken or made, with what it was used for.
    pub(super) fn put(&mut self, mut kept: Kept<T>, purpose: Purpose<'_>) {
        purpose.interpreter.clone_into(&mut kept.last);
        kept.groups.extend(purpose.group);
        self.idle.push(kept);
    }

    /// Counts one no more that was taken, or could not be made.
    pub(super) fn lose(&mut self) {
        self.all = self.all.saturating_sub(1);
    }

    /// Takes out everything that is idle.
    pub(super) fn empty(&mut self) -> Vec<T> {
        self.idle.drain(..).map(|kept| kept.thing).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn purpose(interpreter: &str, group: Option<usize>) -> Purpose<'_> {
        Purpose {
            interpreter: Path::new(interpreter),
            group,
        }
    }

    /// Takes a thing and puts it back; makes the one with this number where there is none.
    fn used(shelf: &mut Shelf<u32>, purpose: Purpose<'_>, new: u32) -> u32 {
        let kept = shelf.take(purpose).unwrap_or_else(|| Kept::new(new));
        let thing = kept.thing;
        shelf.put(kept, purpose);
        thing
    }

    #[test]
    fn a_thing_is_used_for_what_it_was_used_for_until_there_is_enough() {
        let mut shelf = Shelf::new(2);
        assert_eq!(used(&mut shelf, purpose("one", None), 1), 1);
        assert_eq!(used(&mut shelf, purpose("two", None), 2), 2);
        assert_eq!(used(&mut shelf, purpose("one", None), 3), 1);
        assert_eq!(
            used(&mut shelf, purpose("three", None), 3),
            2,
            "the one longest not used"
        );
        let two = shelf.take(purpose("two", None)).expect("there is enough");
        let other = shelf.take(purpose("two", None)).expect("there is another");
        assert_eq!([two.thing, other.thing], [1, 2]);
        assert!(shelf.take(purpose("two", None)).is_none(), "all are in use");
        shelf.lose();
        shelf.put(other, purpose("three", None));
        shelf.put(two, purpose("two", None));
        assert_eq!(shelf.empty(), [2, 1]);
    }

    #[test]
    fn a_group_goes_to_the_thing_that_is_warm_for_it() {
        let mut shelf = Shelf::new(2);
        let (first, second) = (purpose("one", Some(0)), purpose("one", Some(1)));
        assert_eq!(shelf.fit(first.group), Fit::Anywhere);
        assert!(shelf.take(first).is_none());
        assert_eq!(shelf.fit(first.group), Fit::Elsewhere, "it is at work");
        assert!(shelf.take(second).is_none());
        shelf.put(Kept::new(1), first);
        shelf.put(Kept::new(2), second);
        assert_eq!(shelf.fit(first.group), Fit::Ready);
        assert_eq!(shelf.fit(Some(2)), Fit::Anywhere);
        assert_eq!(shelf.fit(None), Fit::Anywhere);
        assert_eq!(used(&mut shelf, first, 3), 1);
        assert_eq!(used(&mut shelf, second, 3), 2);
        assert_eq!(used(&mut shelf, first, 3), 1);
    }

    #[test]
    fn what_is_lost_is_replaced() {
        let mut shelf: Shelf<u32> = Shelf::new(1);
        assert!(shelf.take(purpose("one", None)).is_none());
        shelf.lose();
        assert!(shelf.take(purpose("one", None)).is_none());
        shelf.put(Kept::new(1), purpose("one", None));
        assert_eq!(used(&mut shelf, purpose("two", None), 2), 1);
    }
}
