//! Package environments on the way from a plan to runs, and the commands `env lock`, `sync` and `list`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::execute::{interruption, run_tool};
use crate::plan::environment::{
    Environment, Fault, LockState, Pair, Provision, State, Store, SyncEvent, Tools, assign,
    make_lock, name_of, sync,
};
use crate::plan::interpreter::{Spec, choose, find};
use crate::plan::{Choice, Interpreter, Plan, plan};
use crate::problem::Problem;
use crate::report::{EnvironmentReport, EnvironmentRow};
use crate::wording::nearest;

use super::running::{Watch, Watched};
use super::{Project, Request};

/// What environments are made with, as the command line and the machine say.
#[derive(Debug, Clone, Default)]
pub struct Provisioning {
    /// `--sync`: make what is missing before anything runs.
    pub sync: bool,
    /// uv, where it was found.
    pub uv: Option<PathBuf>,
}

/// Plans, and gives every run its environment.
pub(super) fn planned(
    project: &Project,
    request: &Request,
    choices: &[Choice<'_>],
    watch: Watch<'_>,
) -> Result<Plan, Vec<Problem>> {
    let mut planned = plan(choices);
    let mut workshop = Workshop::new(project, request);
    if request.provisioning.sync {
        let wanted = wanted(choices);
        workshop.sync(&wanted, request, watch)?;
    }
    assign(&mut planned, choices, &|name, interpreter| {
        workshop.provision(name, interpreter)
    });
    Ok(planned)
}

/// Returns each environment that an example asked for needs, with its interpreters.
fn wanted(choices: &[Choice<'_>]) -> Vec<(String, Interpreter)> {
    let mut wanted: Vec<(String, Interpreter)> = Vec::new();
    for choice in choices {
        let names = choice.examples.iter();
        let names: BTreeSet<String> = names
            .filter_map(|example| name_of(choice.document, example))
            .collect();
        for name in names {
            let pairs = choice.interpreters.iter();
            wanted.extend(pairs.map(|interpreter| (name.clone(), interpreter.clone())));
        }
    }
    wanted.sort_by(|a, b| {
        (&a.0, a.1.label(), &a.1.real_path).cmp(&(&b.0, b.1.label(), &b.1.real_path))
    });
    wanted.dedup();
    wanted
}

/// The environments of a project with their locks, and the place where they are made.
struct Workshop<'a> {
    environments: BTreeMap<&'a str, (&'a Environment, LockState)>,
    store: Option<Store>,
    root: &'a Path,
    faults: BTreeMap<(String, PathBuf), Fault>,
}

impl<'a> Workshop<'a> {
    fn new(project: &'a Project, request: &Request) -> Self {
        let with_lock = |environment: &'a Environment| {
            let lock = LockState::of(environment);
            (environment.name.as_str(), (environment, lock))
        };
        Self {
            environments: project.environments.iter().map(with_lock).collect(),
            store: request.places.cache.as_deref().map(Store::new),
            root: &project.config.root,
            faults: BTreeMap::new(),
        }
    }

    /// Says what there is of an environment on an interpreter.
    fn provision(&self, name: &str, interpreter: &Interpreter) -> Provision {
        let on = interpreter.in_words();
        let (lock, store) = match self.usable(name, interpreter) {
            Ok(usable) => usable,
            Err(reason) => return Provision::Blocked(reason),
        };
        let key = (name.to_owned(), interpreter.real_path.clone());
        if let Some(fault) = self.faults.get(&key) {
            return Provision::Blocked(cannot_be_made(name, &on, &fault.reason));
        }
        match store.state(name, lock, interpreter) {
            State::Ready(folder) => Provision::Ready(folder),
            State::Failed(reason) => Provision::Blocked(cannot_be_made(name, &on, &reason)),
            State::Missing => Provision::Blocked(format!(
                "environment `{name}` is not provisioned for {on}: run `fencepost env sync {name}`"
            )),
        }
    }

    /// Returns lock and store of an environment that can be had on an interpreter, or says why it cannot.
    fn usable(
        &self,
        name: &str,
        interpreter: &Interpreter,
    ) -> Result<(&crate::plan::environment::Lock, &Store), String> {
        let Some((environment, state)) = self.environments.get(name) else {
            return Err(format!("environment `{name}` is not defined"));
        };
        if !environment.covers(interpreter) {
            let [major, minor] = environment.lowest;
            return Err(format!(
                "environment `{name}` is for CPython {major}.{minor} and newer"
            ));
        }
        let lock = state.usable(name)?;
        let store = self
            .store
            .as_ref()
            .ok_or("environments need a cache folder: set `HOME` or `XDG_CACHE_HOME`")?;
        Ok((lock, store))
    }

    /// Makes what is missing of what is wanted and can be made.
    fn sync(
        &mut self,
        wanted: &[(String, Interpreter)],
        request: &Request,
        watch: Watch<'_>,
    ) -> Result<Vec<Pair>, Vec<Problem>> {
        let pair = |(name, interpreter): &(String, Interpreter)| {
            let (lock, _) = self.usable(name, interpreter).ok()?;
            Some(Pair {
                name: name.clone(),
                lock: lock.clone(),
                interpreter: interpreter.clone(),
            })
        };
        let pairs: Vec<Pair> = wanted.iter().filter_map(pair).collect();
        let Some(store) = &self.store else {
            return Ok(pairs);
        };
        let results = sync(
            &pairs,
            store,
            &tools(self.root, request),
            request.jobs,
            &mut |event| match event {
                SyncEvent::Planned(total) => watch(Watched::Provisioning(total)),
                SyncEvent::Finished(pair, _) => {
                    let on = pair.interpreter.label().minor();
                    watch(Watched::Provisioned(&format!("{} on {on}", pair.name)));
                }
            },
        );
        interruption().map_or(Ok(()), |problem| Err(vec![problem]))?;
        for (pair, result) in pairs.iter().zip(results) {
            if let Err(fault) = result {
                let key = (pair.name.clone(), pair.interpreter.real_path.clone());
                self.faults.insert(key, fault);
            }
        }
        Ok(pairs)
    }
}

fn cannot_be_made(name: &str, on: &str, reason: &str) -> String {
    format!("environment `{name}` cannot be made for {on}: {reason}")
}

fn tools(root: &Path, request: &Request) -> Tools<'static> {
    Tools {
        uv: request.provisioning.uv.clone(),
        variables: request.variables.clone(),
        folder: root.to_owned(),
        run: &run_tool,
    }
}

/// What `env lock` did with one environment.
#[derive(Debug, Clone)]
pub struct Locked {
    /// The environment's name.
    pub name: String,
    /// The lock file's name.
    pub file: String,
    /// How many distributions it pins.
    pub packages: usize,
    /// Whether its bytes changed.
    pub changed: bool,
}

/// Locks the environments named, or all; one that cannot be locked does not keep the others from it.
///
/// # Errors
///
/// Names of no environment, or an interrupt.
pub fn lock_environments(
    project: &Project,
    request: &Request,
    names: &[String],
    upgrade: bool,
) -> Result<(Vec<Locked>, Vec<Problem>), Vec<Problem>> {
    let environments = named(project, names)?;
    let interpreters = choose(&[Spec::All], &find(&request.places, &[])).unwrap_or_default();
    let (mut locked, mut problems) = (Vec::new(), Vec::new());
    for environment in environments {
        match lock_one(
            environment,
            &interpreters,
            &tools(&project.config.root, request),
            upgrade,
        ) {
            Ok(one) => locked.push(one),
            Err(problem) => problems.push(problem),
        }
        interruption().map_or(Ok(()), |problem| Err(vec![problem]))?;
    }
    Ok((locked, problems))
}

fn lock_one(
    environment: &Environment,
    interpreters: &[Interpreter],
    tools: &Tools<'_>,
    upgrade: bool,
) -> Result<Locked, Problem> {
    let name = &environment.name;
    let lock = make_lock(environment, interpreters, tools, upgrade).map_err(|fault| {
        Problem::blocked(
            "cannot-lock",
            format!("environment `{name}` cannot be locked"),
        )
        .because(&fault.reason)
        .hint(fault.hint(name))
    })?;
    let file = environment.lock_path.file_name().unwrap_or_default();
    let pinned = lock
        .requirements
        .lines()
        .filter(|line| line.contains("==") && !line.starts_with([' ', '#']));
    Ok(Locked {
        name: name.clone(),
        file: file.to_string_lossy().into_owned(),
        packages: pinned.count(),
        changed: lock.write(&environment.lock_path)?,
    })
}

/// Makes the environments named, or all, for every interpreter that their guides run on.
///
/// # Errors
///
/// Names of no environment, interpreters that are not there, or an interrupt.
pub fn sync_environments(
    project: &Project,
    request: &Request,
    names: &[String],
    watch: Watch<'_>,
) -> Result<(EnvironmentReport, Vec<Problem>), Vec<Problem>> {
    let environments = named(project, names)?;
    let wanted = all_wanted(project, request, &environments)?;
    let mut workshop = Workshop::new(project, request);
    workshop.sync(&wanted, request, watch)?;
    let problems = wanted.iter().filter_map(|(name, interpreter)| {
        let Provision::Blocked(reason) = workshop.provision(name, interpreter) else {
            return None;
        };
        let key = (name.clone(), interpreter.real_path.clone());
        let problem = Problem::blocked("environment-blocked", reason);
        Some(match workshop.faults.get(&key) {
            Some(fault) => problem.hint(fault.hint(name)),
            None => problem,
        })
    });
    let mut problems: Vec<Problem> = problems.collect();
    problems.dedup();
    Ok((report(&environments, &wanted, &workshop), problems))
}

/// Says what there is of every environment.
///
/// # Errors
///
/// Interpreters that are not there.
pub fn list_environments(
    project: &Project,
    request: &Request,
) -> Result<EnvironmentReport, Vec<Problem>> {
    let environments = named(project, &[])?;
    let wanted = all_wanted(project, request, &environments)?;
    let workshop = Workshop::new(project, request);
    Ok(report(&environments, &wanted, &workshop))
}

fn report(
    environments: &[&Environment],
    wanted: &[(String, Interpreter)],
    workshop: &Workshop<'_>,
) -> EnvironmentReport {
    let row = |environment: &&Environment| {
        let name = &environment.name;
        let state = workshop
            .environments
            .get(name.as_str())
            .map(|(_, state)| state);
        let of_it = wanted.iter().filter(|(other, _)| other == name);
        EnvironmentRow {
            name: name.clone(),
            requires: environment.requires.clone(),
            lock: state.map_or("absent", lock_word).to_owned(),
            interpreters: of_it
                .map(|(_, one)| (one.clone(), workshop.provision(name, one)))
                .collect(),
        }
    };
    EnvironmentReport {
        rows: environments.iter().map(row).collect(),
    }
}

fn lock_word(state: &LockState) -> &'static str {
    match state {
        LockState::Absent => "absent",
        LockState::Stale(_) => "stale",
        LockState::Broken(_) => "broken",
        LockState::Current(_) => "current",
    }
}

/// Returns the environments of these names, or all.
fn named<'a>(project: &'a Project, names: &[String]) -> Result<Vec<&'a Environment>, Vec<Problem>> {
    let all = &project.environments;
    let known: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
    let unknown = names.iter().filter(|name| !known.contains(&name.as_str()));
    let problems: Vec<Problem> = unknown
        .map(|name| {
            let hint = match nearest(name, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "define it in `[environments]` of the configuration".to_owned(),
            };
            let message = format!("no environment is named `{name}`");
            Problem::usage("unknown-environment", message).hint(hint)
        })
        .collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let is_wanted = |one: &&Environment| names.is_empty() || names.contains(&one.name);
    Ok(all.iter().filter(is_wanted).collect())
}

/// Returns each environment with the interpreters of the guides that use it; of one that no guide uses, with those of the configuration.
fn all_wanted(
    project: &Project,
    request: &Request,
    environments: &[&Environment],
) -> Result<Vec<(String, Interpreter)>, Vec<Problem>> {
    if environments.is_empty() {
        return Ok(Vec::new());
    }
    let chosen = project.interpreters(request)?;
    let choices = project.choices(&chosen)?;
    let mut pairs = wanted(&choices);
    let specs = if request.python.is_empty() {
        &project.config.settings.python
    } else {
        &request.python
    };
    let specs = specs
        .iter()
        .map(|text| Spec::parse(text).map_err(|problem| vec![problem]));
    let usual = choose(&specs.collect::<Result<Vec<_>, _>>()?, &chosen.found)?;
    for environment in environments {
        if !pairs.iter().any(|(name, _)| *name == environment.name) {
            let of_it = usual.iter().filter(|one| environment.covers(one));
            pairs.extend(of_it.map(|one| (environment.name.clone(), one.clone())));
        }
    }
    pairs.retain(|(name, _)| environments.iter().any(|one| one.name == *name));
    Ok(pairs)
}
