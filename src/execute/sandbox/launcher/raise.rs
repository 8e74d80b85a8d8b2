//! Which walls stand on this machine: each is tried, and what is missing is named.

use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;

use super::super::Level;
use super::super::order::{Layer, Missing, Ready, RunOrder, SlotOrder};
use super::super::system::{self, RUN_NAMESPACES, Split};
use super::base::Base;
use super::filter::Filters;
use super::{namespaces, root};

/// Folders of the host that programs need, where examples have no root of their own.
const SYSTEM: [&str; 11] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/nix/store",
    "/gnu/store",
    "/etc",
    "/proc",
];

/// Raises what can be raised.
pub(super) fn raise(order: &SlotOrder) -> (Option<Base>, Ready, Option<Filters>) {
    let mut ready = Ready {
        standing: Vec::new(),
        missing: Vec::new(),
        namespaces: false,
    };
    let base = raise_namespaces(order);
    match &base {
        Ok(_) => {
            ready.namespaces = true;
            for layer in [Layer::User, Layer::Mounts, Layer::Processes, Layer::Network] {
                ready.standing.push((layer, String::new()));
            }
        }
        Err(missing) => ready.missing.push(missing.clone()),
    }
    match system::landlock_abi() {
        Ok(abi) => ready.standing.push((Layer::Landlock, format!("ABI {abi}"))),
        Err(error) => {
            let missing = Missing::new(Layer::Landlock, "asking for Landlock", &error);
            ready.missing.push(missing);
        }
    }
    let filters = filters();
    match &filters {
        Ok(_) => ready.standing.push((Layer::Seccomp, String::new())),
        Err(error) => {
            let missing = Missing::new(Layer::Seccomp, "asking for seccomp filters", error);
            ready.missing.push(missing);
        }
    }
    (base.ok(), ready, filters.ok())
}

/// Says whether a layer does not stand.
pub(super) fn is_missing(ready: &Ready, layer: Layer) -> bool {
    ready.missing.iter().any(|missing| missing.layer == layer)
}

/// What examples may read where they have no root of their own.
pub(super) fn readable(order: &SlotOrder) -> Vec<PathBuf> {
    let system = SYSTEM.into_iter().chain(["/dev"]).map(PathBuf::from);
    system
        .chain(order.readable.iter().map(PathBuf::from))
        .collect()
}

/// Enters namespaces. Where less will do, a process that is split off tries first: there is no way back.
fn raise_namespaces(order: &SlotOrder) -> Result<Base, Missing> {
    if order.level == Level::Reduced {
        try_namespaces(order)?;
    }
    build(order)
}

fn build(order: &SlotOrder) -> Result<Base, Missing> {
    namespaces::enter_user()?;
    namespaces::enter_others()?;
    Base::build(&order.readable)
}

fn try_namespaces(order: &SlotOrder) -> Result<(), Missing> {
    let failed = |error: io::Error| Missing::new(Layer::Processes, "trying namespaces", &error);
    attempt(0, failed, || build(order).and_then(|base| try_run(&base)))
}

/// Builds the root of a run that nobody runs in.
fn try_run(base: &Base) -> Result<(), Missing> {
    let failed = |error: io::Error| Missing::new(Layer::Processes, "making namespaces", &error);
    attempt(RUN_NAMESPACES, failed, || {
        root::enter(base, &RunOrder::trial(), root::mount_own_proc)
    })
}

/// Does something in a process that is split off into namespaces of its own, and tells what it found.
fn attempt(
    namespaces: i32,
    failed: impl Fn(io::Error) -> Missing,
    work: impl FnOnce() -> Result<(), Missing>,
) -> Result<(), Missing> {
    let (mut answer, mut say) = io::pipe().map_err(&failed)?;
    match system::split(namespaces).map_err(&failed)? {
        Split::Child => {
            drop(answer);
            let found = work();
            // Nobody hears where the launcher has gone.
            let _ = say.write_all(&serde_json::to_vec(&found.err()).unwrap_or_default());
            system::exit_now(0)
        }
        Split::Parent(pid, _) => {
            drop(say);
            let mut text = Vec::new();
            answer.read_to_end(&mut text).map_err(&failed)?;
            let pid = rustix::process::Pid::from_raw(pid);
            // It has told all that it knows.
            let _ = rustix::process::waitpid(pid, rustix::process::WaitOptions::empty());
            match serde_json::from_slice::<Option<Missing>>(&text) {
                Ok(None) => Ok(()),
                Ok(Some(missing)) => Err(missing),
                Err(error) => Err(failed(io::Error::other(error))),
            }
        }
    }
}

fn filters() -> io::Result<Filters> {
    rustix::thread::secure_computing_mode()?;
    Filters::compile().map_err(io::Error::other)
}
