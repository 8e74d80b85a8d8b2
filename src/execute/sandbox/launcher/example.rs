//! The last steps before an example's own code: identity, limits, Landlock, seccomp, exec.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::path::{Component, Path};

use rustix::process::{Resource, Rlimit, setrlimit};
use rustix::thread::{CapabilitySet, CapabilitySets};

use super::super::order::{Layer, Missing, RunOrder};
use super::super::system;
use super::filter::Filters;
use super::namespaces::EXAMPLE_ID;
use super::rules::Rules;

/// Address space beside the memory limit: stacks of threads and allocator arenas take it and never
/// fill it. Memory that is really used is counted over the whole tree, by the launcher.
const ADDRESS_SPACE_ALLOWANCE: u64 = 8 << 30;

/// Processes and threads beside the limit, so that the launcher sees a breach before the kernel hides it.
const PROCESS_ALLOWANCE: u64 = 512;

/// The largest file, in multiples of the disk limit: files with holes may be larger than the disk.
const FILE_SIZE_FACTOR: u64 = 16;

const STACK: u64 = 8 << 20;
const STACK_MAXIMUM: u64 = 1 << 30;
const LOCKED_MEMORY: u64 = 8 << 20;
const MESSAGE_QUEUES: u64 = 819_200;

/// The three standard streams of an example.
pub(super) struct Streams {
    pub input: Option<OwnedFd>,
    pub output: OwnedFd,
    pub error: OwnedFd,
}

/// Becomes the example. Returns only what kept it from that.
pub(super) fn become_example(
    order: &RunOrder,
    streams: &Streams,
    confinement: &Confinement<'_>,
) -> Missing {
    match prepare(order, streams, confinement) {
        Err(missing) => missing,
        Ok(()) => Missing::new(
            Layer::Program,
            format!("starting `{}`", order.program),
            &execute(order),
        ),
    }
}

/// Executes the program of an order. Returns only what kept it from that.
pub(super) fn execute(order: &RunOrder) -> io::Error {
    command(order).exec()
}

/// Which walls an example gets.
pub(super) struct Confinement<'a> {
    /// Its priority.
    pub priority: i32,
    /// Whether it has namespaces, and so an identity and a root of its own.
    pub namespaces: bool,
    /// What it may do with files, if Landlock is there.
    pub rules: Option<Rules<'a>>,
    /// What it may call, if seccomp is there.
    pub filters: Option<&'a Filters>,
}

fn prepare(
    order: &RunOrder,
    streams: &Streams,
    confinement: &Confinement<'_>,
) -> Result<(), Missing> {
    let failed =
        |layer, step: &'static str| move |error: io::Error| Missing::new(layer, step, &error);
    let program = |step| failed(Layer::Program, step);
    rustix::process::setsid().map_err(|error| program("making a session")(error.into()))?;
    connect(streams).map_err(program("connecting streams"))?;
    system::reset_signals();
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    // A launcher that could not go first has the same priority anyway.
    let _ = rustix::process::setpriority_process(None, confinement.priority);
    limit(order).map_err(failed(Layer::Limits, "setting limits"))?;
    if confinement.namespaces {
        drop_privileges().map_err(failed(Layer::User, "dropping privileges"))?;
    } else {
        std::env::set_current_dir(&order.folder).map_err(program("entering the folder"))?;
    }
    write_files(order).map_err(program("writing the example's files"))?;
    rustix::thread::set_no_new_privs(true)
        .map_err(|error| failed(Layer::Seccomp, "giving up new privileges")(error.into()))?;
    if let Some(rules) = &confinement.rules {
        rules.apply().map_err(|error| {
            failed(Layer::Landlock, "restricting files")(io::Error::other(error))
        })?;
    }
    if let Some(filters) = confinement.filters {
        filters.apply().map_err(|error| {
            failed(Layer::Seccomp, "filtering system calls")(io::Error::other(error))
        })?;
    }
    Ok(())
}

pub(super) fn connect(streams: &Streams) -> io::Result<()> {
    match &streams.input {
        Some(input) => rustix::stdio::dup2_stdin(input)?,
        None => rustix::stdio::dup2_stdin(fs::File::open("/dev/null")?)?,
    }
    rustix::stdio::dup2_stdout(&streams.output)?;
    rustix::stdio::dup2_stderr(&streams.error)?;
    system::close_on_exec_from(3)
}

fn limit(order: &RunOrder) -> io::Result<()> {
    for (resource, limit) in limits(order).into_iter().chain(common_limits()) {
        setrlimit(resource, limit)?;
    }
    if let Some(count) = order.cpus {
        use_cpus(count)?;
    }
    Ok(())
}

/// Sets the limits that all examples have in common.
pub(super) fn limit_in_common() -> io::Result<()> {
    for (resource, limit) in common_limits() {
        setrlimit(resource, limit)?;
    }
    Ok(())
}

fn common_limits() -> [(Resource, Rlimit); 6] {
    [
        (Resource::Core, 0, 0),
        (Resource::Stack, STACK, STACK_MAXIMUM),
        (Resource::Memlock, LOCKED_MEMORY, LOCKED_MEMORY),
        (Resource::Msgqueue, MESSAGE_QUEUES, MESSAGE_QUEUES),
        (Resource::Nice, 0, 0),
        (Resource::Rtprio, 0, 0),
    ]
    .map(|(resource, soft, hard)| (resource, below_own(resource, soft, hard)))
}

/// Returns the limits of one process that an order asks for.
pub(super) fn limits(order: &RunOrder) -> [(Resource, Rlimit); 5] {
    let limits = &order.limits;
    let allowed = rustix::thread::sched_getaffinity(None);
    let cpus = allowed.map_or(1, |allowed| u64::from(allowed.count()).max(1));
    let seconds = (limits.timeout_ms / 1000 + 1).saturating_mul(cpus);
    let file_size = limits.disk.saturating_mul(FILE_SIZE_FACTOR);
    let address_space = limits.memory.saturating_add(ADDRESS_SPACE_ALLOWANCE);
    let threads = limits.processes.saturating_mul(2);
    let processes = threads.saturating_add(PROCESS_ALLOWANCE);
    [
        (Resource::As, address_space, address_space),
        (Resource::Cpu, seconds, seconds + 1),
        (Resource::Nproc, processes, processes),
        (Resource::Nofile, limits.files, limits.files),
        (Resource::Fsize, file_size, file_size),
    ]
    .map(|(resource, soft, hard)| (resource, below_own(resource, soft, hard)))
}

/// Returns a limit, or the lower one that fencepost itself has.
fn below_own(resource: Resource, soft: u64, hard: u64) -> Rlimit {
    let ceiling = rustix::process::getrlimit(resource)
        .maximum
        .unwrap_or(u64::MAX);
    let hard = hard.min(ceiling);
    Rlimit {
        current: Some(soft.min(hard)),
        maximum: Some(hard),
    }
}

fn use_cpus(count: usize) -> io::Result<()> {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    let allowed = sched_getaffinity(None)?;
    let mut chosen = CpuSet::new();
    (0..CpuSet::MAX_CPU)
        .filter(|cpu| allowed.is_set(*cpu))
        .take(count.max(1))
        .for_each(|cpu| chosen.set(cpu));
    Ok(sched_setaffinity(None, &chosen)?)
}

/// Becomes the unprivileged user of the namespace, with no capability and no way to get one.
fn drop_privileges() -> io::Result<()> {
    use rustix::fs::{Gid, Uid};
    use rustix::thread::{
        clear_ambient_capability_set, remove_capability_from_bounding_set, set_capabilities,
        set_thread_groups, set_thread_res_gid, set_thread_res_uid,
    };
    for capability in CapabilitySet::all().iter() {
        // Older kernels have fewer capabilities.
        let _ = remove_capability_from_bounding_set(capability);
    }
    let (user, group) = (Uid::from_raw(EXAMPLE_ID), Gid::from_raw(EXAMPLE_ID));
    // Where the kernel let us map one user, it forbids to change groups.
    let _ = set_thread_groups(&[]);
    set_thread_res_gid(group, group, group)?;
    set_thread_res_uid(user, user, user)?;
    clear_ambient_capability_set()?;
    let nothing = CapabilitySet::empty();
    Ok(set_capabilities(
        None,
        CapabilitySets {
            effective: nothing,
            permitted: nothing,
            inheritable: nothing,
        },
    )?)
}

/// Writes files into the current folder, which is the example's.
pub(super) fn write_files(order: &RunOrder) -> io::Result<()> {
    for (path, content) in &order.files {
        let path = Path::new(path);
        let inside = path
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !inside {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, content)?;
    }
    Ok(())
}

fn command(order: &RunOrder) -> std::process::Command {
    #[expect(clippy::disallowed_methods, reason = "the sandbox starts examples")]
    let mut command = std::process::Command::new(&order.program);
    command
        .args(&order.arguments)
        .env_clear()
        .envs(order.environment.iter().map(|(name, value)| (name, value)));
    command
}
