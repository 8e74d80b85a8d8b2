//! What other tools' markup says of a fence to the tools themselves; [`super::wishes`] has what it says to us.

use super::{Dialect, What, Wish};

/// Which tools leave a fence out because their markup says so, and which test it for that reason alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::extract) struct Told {
    skips: u16,
    tests: u16,
}

impl Told {
    /// Says whether a tool's markup keeps it from running the fence.
    pub(in crate::extract) fn skips(self, dialect: Dialect) -> bool {
        self.skips & bit(dialect) != 0
    }

    /// Says whether a tool's markup makes the fence one of its tests.
    pub(in crate::extract) fn tests(self, dialect: Dialect) -> bool {
        self.tests & bit(dialect) != 0
    }

    /// Hears that a tool leaves the fence out.
    pub(super) fn skip(&mut self, dialect: Dialect) {
        self.skips |= bit(dialect);
    }

    /// Hears a wish about the fence.
    pub(super) fn hear(&mut self, wish: &Wish) {
        match wish.what {
            What::Skip(_) => self.skip(wish.dialect),
            What::Test => self.tests |= bit(wish.dialect),
            _ => {}
        }
    }
}

/// The place of a dialect among the bits.
fn bit(dialect: Dialect) -> u16 {
    1 << dialect as u16
}
