//! Names that several fences of a guide have: each of them is told, and no two examples are mixed up.

use std::collections::HashMap;

use crate::problem::Problem;

use super::problems::Problems;
use super::{Example, Excerpt, Fence};

/// A place in a guide that has a name.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) name: String,
    /// The fence that has it; the first one of a group.
    pub(super) fence: usize,
    /// Where it is given.
    pub(super) offset: usize,
    /// The example that the fence is part of.
    pub(super) example: Option<usize>,
    /// Whether it is the name of that whole example: a group's, or an automatic one.
    pub(super) is_whole: bool,
}

/// The ids that examples with a given name would have without it, by the examples' indices, in order.
pub(super) type Automatic = Vec<(usize, Excerpt)>;

/// Reports each place whose name another one has.
pub(super) fn report(named: &[Named], fences: &[Fence], problems: &mut Problems) {
    let mut by_name: HashMap<&str, Vec<&Named>> = HashMap::new();
    for one in named {
        by_name.entry(&one.name).or_default().push(one);
    }
    for one in named {
        let clashing = by_name[one.name.as_str()]
            .iter()
            .find(|other| clash(one, other));
        let Some(other) = clashing else {
            continue;
        };
        let (name, line) = (&one.name, fences[other.fence].position.line);
        let message = if other.fence < one.fence {
            format!("the name `{name}` is taken by the fence at line {line}")
        } else {
            format!("the fence at line {line} takes the name `{name}` too")
        };
        let problem = Problem::finding("equal-names", message)
            .hint("names and groups are unique in a guide: choose another");
        problems.add(one.offset, problem);
    }
}

/// A block may have the name of its own group.
fn clash(a: &Named, b: &Named) -> bool {
    let of_one = (a.is_whole || b.is_whole) && a.example == b.example;
    a.fence != b.fence && !of_one
}

/// Gives examples whose name is taken their automatic ones, so that each has an id of its own.
pub(super) fn part(
    guide: &str,
    automatic: &[(usize, Excerpt)],
    examples: &mut [Example],
    fences: &mut [Fence],
) {
    for index in taken(automatic, examples) {
        let example = &mut examples[index];
        if let Some(id) = id_of(automatic, index) {
            example.name = id.starting_at(guide.len() + 1);
            example.id.clone_from(id);
        }
        example.named = false;
        let blocks = example.blocks.iter().map(|block| block.fence);
        let outputs = example.outputs.iter().map(|output| output.fence);
        let files = example.files.iter().map(|file| file.fence);
        for fence in blocks.chain(outputs).chain(files) {
            fences[fence].id = Some(example.id.clone());
        }
    }
}

fn id_of(automatic: &[(usize, Excerpt)], index: usize) -> Option<&Excerpt> {
    let at = automatic.binary_search_by_key(&index, |(index, _)| *index);
    Some(&automatic[at.ok()?].1)
}

/// Returns the examples with a given name that another one has: by its place in the guide, or as the first.
fn taken(automatic: &[(usize, Excerpt)], examples: &[Example]) -> Vec<usize> {
    let id_by_place = |index: usize| {
        let own = &examples[index].id;
        id_of(automatic, index).unwrap_or(own).as_str()
    };
    let (by_place, given): (Vec<usize>, Vec<usize>) =
        (0..examples.len()).partition(|index| examples[*index].id == id_by_place(*index));
    let mut owners: HashMap<&str, usize> = (by_place.into_iter())
        .map(|index| (id_by_place(index), index))
        .collect();
    let mut taken = Vec::new();
    for index in given {
        if !owners.contains_key(examples[index].id.as_str()) {
            owners.insert(&examples[index].id, index);
            continue;
        }
        // Whoever was given the name that is this one's by its place makes way for it in turn.
        let mut next = Some(index);
        while let Some(index) = next {
            taken.push(index);
            next = owners.insert(id_by_place(index), index);
        }
    }
    taken
}
