//! Things that are kept for use again, each best used for what it was used for last.

use std::borrow::Borrow;

/// Idle things, the one that was used last at the end; and how many there are of them, idle or not.
#[derive(Debug)]
pub(super) struct Shelf<K, T> {
    idle: Vec<(K, T)>,
    all: usize,
    enough: usize,
}

impl<K: Eq, T> Shelf<K, T> {
    /// Returns an empty shelf. Once there is `enough`, a thing is used for something else rather than
    /// another one made.
    pub(super) fn new(enough: usize) -> Self {
        Self {
            idle: Vec::new(),
            all: 0,
            enough,
        }
    }

    /// Takes a thing that was used for `purpose`, or where there is enough any; `None` where one is to be
    /// made, which counts from now on.
    pub(super) fn take<Q: Eq + ?Sized>(&mut self, purpose: &Q) -> Option<T>
    where
        K: Borrow<Q>,
    {
        let mut idle = self.idle.iter();
        let at = match idle.rposition(|(last, _)| last.borrow() == purpose) {
            Some(at) => at,
            None if self.all >= self.enough && !self.idle.is_empty() => 0,
            None => {
                self.expect();
                return None;
            }
        };
        Some(self.idle.remove(at).1)
    }

    /// Counts one that is being made.
    pub(super) fn expect(&mut self) {
        self.all += 1;
    }

    /// Puts back what was taken or made, with what it was used for.
    pub(super) fn put(&mut self, purpose: K, thing: T) {
        self.idle.push((purpose, thing));
    }

    /// Counts one no more that was taken, or could not be made.
    pub(super) fn lose(&mut self) {
        self.all = self.all.saturating_sub(1);
    }

    /// Takes out everything that is idle.
    pub(super) fn empty(&mut self) -> Vec<T> {
        self.idle.drain(..).map(|(_, thing)| thing).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_used_for_what_it_was_used_for_until_there_is_enough() {
        let mut shelf: Shelf<String, u32> = Shelf::new(2);
        assert_eq!(shelf.take("one"), None, "there is nothing yet");
        shelf.put("one".to_owned(), 1);
        assert_eq!(shelf.take("two"), None, "another one may be made");
        shelf.put("two".to_owned(), 2);
        assert_eq!(shelf.take("one"), Some(1));
        shelf.put("one".to_owned(), 1);
        assert_eq!(shelf.take("three"), Some(2), "the one longest not used");
        assert_eq!(shelf.take("two"), Some(1), "there is enough");
        assert_eq!(shelf.take("two"), None, "all are in use");
        shelf.lose();
        shelf.put("three".to_owned(), 2);
        shelf.put("two".to_owned(), 1);
        assert_eq!(shelf.empty(), [2, 1]);
    }

    #[test]
    fn what_is_lost_is_replaced() {
        let mut shelf: Shelf<String, u32> = Shelf::new(1);
        assert_eq!(shelf.take("one"), None);
        shelf.lose();
        assert_eq!(shelf.take("one"), None);
        shelf.put("one".to_owned(), 1);
        assert_eq!(shelf.take("two"), Some(1));
    }
}
