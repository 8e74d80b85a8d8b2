//! Which interpreters each guide is for: specs, and what of the machine they mean.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::discover::Config;
use crate::plan::Interpreter;
use crate::plan::interpreter::{Choosing, Found, Places, Spec, choosing, find, find_for};
use crate::problem::Problem;

/// The interpreters chosen for each guide, in the order of the project's documents.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// What was found of that which the specs can mean; all that the machine has, where something is missing.
    pub found: Found,
    /// For each guide, oldest first.
    pub by_guide: Vec<Vec<Interpreter>>,
    /// For each guide, versions that were asked for and are not on this machine.
    pub absent: Vec<Vec<Interpreter>>,
    /// One blocked problem for each spec that chooses nothing.
    pub missing: Vec<Problem>,
}

impl Chosen {
    /// Returns every interpreter chosen for any guide, oldest first.
    #[must_use]
    pub fn all(&self) -> Vec<Interpreter> {
        let mut all: Vec<Interpreter> = self.by_guide.iter().flatten().cloned().collect();
        all.sort_by(|a, b| (a.label(), &a.real_path).cmp(&(b.label(), &b.real_path)));
        all.dedup();
        all
    }
}

/// Chooses interpreters for each list of specs. Where one chooses nothing, its problem is told by all
/// that the machine has.
pub(super) fn choose_for(
    specs: &BTreeMap<Vec<String>, Vec<Spec>>,
    places: &Places,
) -> (BTreeMap<Vec<String>, Choosing>, Found) {
    let named: Vec<PathBuf> = specs.values().flatten().filter_map(path_of).collect();
    let each = specs.values().map(|specs| match specs.as_slice() {
        [] => &[Spec::All],
        specs => specs,
    });
    let all: Vec<Spec> = each.flatten().cloned().collect();
    let choose = |found: Found| {
        let chosen =
            |(texts, specs): (&Vec<String>, &Vec<Spec>)| (texts.clone(), choosing(specs, &found));
        let by_specs: BTreeMap<Vec<String>, Choosing> = specs.iter().map(chosen).collect();
        (by_specs, found)
    };
    let (by_specs, found) = choose(find_for(&all, places, &named));
    if by_specs.values().all(|chosen| chosen.problems.is_empty()) {
        (by_specs, found)
    } else {
        choose(find(places, &named))
    }
}

pub(super) fn parse_all(texts: &[String]) -> Result<Vec<Spec>, Vec<Problem>> {
    texts
        .iter()
        .map(|text| Spec::parse(text).map_err(|problem| vec![problem]))
        .collect()
}

/// Checks the interpreter specs of the configuration, whether a command needs them or not.
pub(super) fn check_specs(config: &Config) -> Result<(), Vec<Problem>> {
    let file = config.file_name().unwrap_or_default();
    let fault = |(text, place): &(String, _)| Some(Spec::parse(text).err()?.at(&file, *place));
    let problems: Vec<Problem> = config.spec_places().iter().filter_map(fault).collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

fn path_of(spec: &Spec) -> Option<PathBuf> {
    match spec {
        Spec::Path(path) => Some(path.clone()),
        Spec::Version { .. }
        | Spec::Range { .. }
        | Spec::Comparison(_)
        | Spec::All
        | Spec::Newest => None,
    }
}
