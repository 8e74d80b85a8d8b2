//! Which expectation belongs to which example: by name and content, so that a renamed example or
//! guide keeps what was recorded for it.

use std::collections::BTreeSet;

use crate::extract::Example;

use super::{Expectation, ExpectedFile};

/// Expectations and the examples that they answer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// For each example the index of its expectation.
    pub by_example: Vec<Option<usize>>,
    /// Indexes of expectations that no example answers to, in order.
    pub orphans: Vec<usize>,
}

/// Says whether the example with this index may be what an expectation was recorded for.
type Rule<'a> = &'a dyn Fn(usize, &Expectation) -> bool;

/// Assigns expectations to examples: first where name and code agree, then by code, then by name.
pub(super) fn follow(file: &ExpectedFile, examples: &[Example]) -> Followed {
    let codes: Vec<String> = examples.iter().map(Expectation::code_of).collect();
    let same_name = |example: usize, old: &Expectation| examples[example].name == old.name;
    let same_code = |example: usize, old: &Expectation| codes[example] == old.code;
    let same =
        |example: usize, old: &Expectation| same_name(example, old) && same_code(example, old);
    let rules: [Rule<'_>; 3] = [&same, &same_code, &same_name];
    let mut free: BTreeSet<usize> = (0..file.expectations.len()).collect();
    let mut by_example = vec![None; examples.len()];
    for rule in rules {
        for (example, found) in by_example.iter_mut().enumerate() {
            if found.is_none() {
                let answers = |index: &usize| rule(example, &file.expectations[*index]);
                *found = free.iter().copied().find(answers);
            }
            if let Some(index) = found {
                free.remove(index);
            }
        }
    }
    Followed {
        by_example,
        orphans: free.into_iter().collect(),
    }
}

/// Returns the index of the file that was recorded for a guide under its former name: the one that
/// shares most code with it, at least half of what it expects.
#[must_use]
pub fn followed_file(examples: &[Example], files: &[&ExpectedFile]) -> Option<usize> {
    let codes: BTreeSet<String> = examples.iter().map(Expectation::code_of).collect();
    let shared = |file: &ExpectedFile| {
        let known = |expectation: &&Expectation| codes.contains(&expectation.code);
        file.expectations.iter().filter(known).count()
    };
    let candidates = files.iter().enumerate().rev();
    let (index, file) = candidates.max_by_key(|(_, file)| shared(file))?;
    let enough = shared(file) > 0 && shared(file) * 2 >= file.expectations.len();
    enough.then_some(index)
}
