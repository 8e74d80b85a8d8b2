//! Gives each planned run the folder of its environment, or says why it is blocked. Pure.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::extract::{Document, Example, VersionCondition};
use crate::plan::{Choice, Disposition, Interpreter, Plan, PlannedRun};
use crate::problem::Problem;
use crate::wording::nearest;

use super::{Environment, ScriptMetadata, script_metadata};

/// What there is of an environment on one interpreter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provision {
    /// Its folder.
    Ready(PathBuf),
    /// Why it cannot be used, with the command that fixes it.
    Blocked(String),
}

/// Returns the name of the environment that an example runs in: its directive's, its script metadata's, its guide's.
#[must_use]
pub fn name_of(document: &Document, example: &Example) -> Option<String> {
    let own = example.directives.env.clone();
    own.or_else(|| metadata(example)?.environment())
        .or_else(|| document.guide.settings.env.clone())
}

/// Gives every run of a plan its environment as `provision` says.
pub fn assign(
    plan: &mut Plan,
    choices: &[Choice<'_>],
    provision: &dyn Fn(&str, &Interpreter) -> Provision,
) {
    let mut examples: BTreeMap<&str, (&Document, &Example)> = BTreeMap::new();
    for choice in choices {
        let document = choice.document;
        examples.extend(
            choice
                .examples
                .iter()
                .map(|one| (one.id.as_str(), (document, *one))),
        );
    }
    for entry in &mut plan.entries {
        let Some((document, example)) = examples.get(entry.id.as_str()) else {
            continue;
        };
        if let Disposition::Run(run) = &mut entry.disposition
            && let Some(changed) = disposition(document, example, Arc::make_mut(run), provision)
        {
            entry.disposition = changed;
        }
    }
}

/// Changes a run in place; returns what it becomes where it does not run.
fn disposition(
    document: &Document,
    example: &Example,
    run: &mut PlannedRun,
    provision: &dyn Fn(&str, &Interpreter) -> Provision,
) -> Option<Disposition> {
    let required = metadata(example).and_then(|metadata| metadata.requires_python);
    if let Some(required) = required
        && let Ok(condition) = VersionCondition::parse(&required)
        && !condition.allows(run.interpreter.release)
    {
        return Some(Disposition::Skipped(format!("for python {required}")));
    }
    match provision(&name_of(document, example)?, &run.interpreter) {
        Provision::Ready(folder) => {
            run.interpreter.prefix.clone_from(&folder);
            run.environment = Some(folder);
            None
        }
        Provision::Blocked(reason) => Some(Disposition::Blocked(reason)),
    }
}

fn metadata(example: &Example) -> Option<ScriptMetadata> {
    let mut blocks = example.blocks.iter();
    blocks.find_map(|block| script_metadata(&block.code)?.ok())
}

/// Returns a finding for each example whose environment is not defined, or whose script metadata cannot be read.
#[must_use]
pub fn unknown(documents: &[Document], environments: &[Environment]) -> Vec<Problem> {
    let known: Vec<&str> = environments.iter().map(|one| one.name.as_str()).collect();
    let mut problems = Vec::new();
    for document in documents {
        for example in &document.examples {
            let found = fault_of(document, example, &known);
            problems.extend(found.map(|problem| problem.at(&document.guide.id, example.position)));
        }
    }
    problems
}

fn fault_of(document: &Document, example: &Example, known: &[&str]) -> Option<Problem> {
    let mut blocks = example.blocks.iter();
    if let Some(why) = blocks.find_map(|block| script_metadata(&block.code)?.err()) {
        return Some(Problem::finding("bad-script-metadata", why));
    }
    let name = name_of(document, example)?;
    if known.contains(&name.as_str()) {
        return None;
    }
    let hint = match nearest(&name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "define it: `[environments.{name}]` with `requires = [\"…\"]` in the configuration"
        ),
    };
    let message = format!("unknown environment `{name}`");
    Some(Problem::finding("unknown-environment", message).hint(hint))
}
