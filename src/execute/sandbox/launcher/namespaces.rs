//! Namespaces that a launcher keeps for all its runs: who examples are, and their network.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};

use rustix::fs::{Mode, OFlags};
use rustix::process::{DumpableBehavior, set_dumpable_behavior};
use rustix::thread::{UnshareFlags, move_into_link_name_space};

use super::super::order::{Layer, Missing};
use super::super::system::{self, Split, unshare};

/// The user that examples are, inside.
pub(super) const EXAMPLE_ID: u32 = 1000;

/// The host's user that examples are where fencepost runs as root: `nobody`.
const NOBODY: u32 = 65534;

/// Enters a user namespace. As root it holds root itself, who builds the mounts, and an unprivileged
/// user; else the one user that the kernel lets us map.
pub(super) fn enter_user() -> Result<(), Missing> {
    let effective = rustix::process::geteuid().as_raw();
    let group = rustix::process::getegid().as_raw();
    let entered = if effective == 0 && is_here(NOBODY) {
        enter_as_root()
    } else {
        unshare(UnshareFlags::NEWUSER).and_then(|()| {
            fs::write("/proc/self/setgroups", "deny")?;
            fs::write("/proc/self/uid_map", format!("{EXAMPLE_ID} {effective} 1"))?;
            fs::write("/proc/self/gid_map", format!("{EXAMPLE_ID} {group} 1"))
        })
    };
    entered.map_err(|error| Missing::new(Layer::User, "making a user namespace", &error))
}

/// Says whether a user exists in this user namespace. A root of somebody's own namespace has no `nobody`.
fn is_here(user: u32) -> bool {
    let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    map.lines().any(|line| {
        let mut numbers = line.split_ascii_whitespace().map(str::parse::<u32>);
        match (numbers.next(), numbers.next(), numbers.next()) {
            (Some(Ok(first)), _, Some(Ok(count))) => user >= first && user - first < count,
            _ => false,
        }
    })
}

/// Enters the other namespaces that all runs of a launcher share, and makes mounts private.
pub(super) fn enter_others() -> Result<(), Missing> {
    unshare(UnshareFlags::NEWNET)
        .map_err(|error| Missing::new(Layer::Network, "making a network namespace", &error))?;
    system::bring_up_loopback()
        .map_err(|error| Missing::new(Layer::Network, "bringing up the loopback", &error))?;
    unshare(UnshareFlags::NEWNS)
        .map_err(|error| Missing::new(Layer::Mounts, "making a mount namespace", &error))?;
    let flags =
        rustix::mount::MountPropagationFlags::PRIVATE | rustix::mount::MountPropagationFlags::REC;
    rustix::mount::mount_change("/", flags)
        .map_err(|error| Missing::new(Layer::Mounts, "making mounts private", &error.into()))
}

/// The namespaces of each run that a launcher has too, and comes back to: of mounts, IPC and host names.
const SHARED: UnshareFlags = UnshareFlags::NEWNS
    .union(UnshareFlags::NEWIPC)
    .union(UnshareFlags::NEWUTS);

/// The namespaces that a launcher has itself.
pub(super) struct Home {
    /// Its `/proc/self/ns`.
    links: OwnedFd,
    own: [OwnedFd; 3],
}

impl Home {
    /// Makes them, and hides this process's memory: first processes of runs share it.
    pub(super) fn new() -> io::Result<Self> {
        set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
        unshare(SHARED.difference(UnshareFlags::NEWNS))?;
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let links = rustix::fs::open("/proc/self/ns", flags, Mode::empty())?;
        let own = open(&links)?;
        Ok(Self { links, own })
    }

    /// Does something in new namespaces; it may keep those that [`Self::current`] opens.
    pub(super) fn away<T>(&self, act: impl FnOnce() -> Result<T, Missing>) -> Result<T, Missing> {
        let failed = |error| Missing::new(Layer::Processes, "making namespaces for a run", &error);
        unshare(SHARED).map_err(failed)?;
        let answer = act();
        let enter = |own: &OwnedFd| move_into_link_name_space(own.as_fd(), None);
        if self.own.iter().try_for_each(enter).is_err() {
            // Nothing more may be done among an example's mounts.
            system::exit_now(1);
        }
        answer
    }

    /// Opens the namespaces that this process is in now: of mounts, IPC and host names.
    pub(super) fn current(&self) -> io::Result<[OwnedFd; 3]> {
        open(&self.links)
    }

    /// Opens the network that this process is in now.
    pub(super) fn network(&self) -> io::Result<OwnedFd> {
        open_link(&self.links, "net")
    }
}

fn open(links: &OwnedFd) -> io::Result<[OwnedFd; 3]> {
    let open = |name| open_link(links, name);
    Ok([open("mnt")?, open("ipc")?, open("uts")?])
}

fn open_link(links: &OwnedFd, name: &str) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    Ok(rustix::fs::openat(links, name, flags, Mode::empty())?)
}

/// Leaves the network for a new one, where something of a run is left in the old.
pub(super) fn renew_network() -> io::Result<()> {
    unshare(UnshareFlags::NEWNET)?;
    system::bring_up_loopback()
}

/// Only a process outside may map two users; one is split off before we enter.
fn enter_as_root() -> io::Result<()> {
    let (mut go, mut say_go) = io::pipe()?;
    let (mut answer, mut say_answer) = io::pipe()?;
    let target = std::process::id();
    match system::split(0)? {
        Split::Child => {
            drop(say_go);
            let ready = go.read_exact(&mut [0]);
            let mapped = ready.and_then(|()| map_two(target));
            let code = mapped
                .err()
                .map_or(0, |error| error.raw_os_error().unwrap_or(-1));
            let _ = say_answer.write_all(&code.to_ne_bytes());
            system::exit_now(0)
        }
        Split::Parent(pid, _) => {
            drop(say_answer);
            unshare(UnshareFlags::NEWUSER)?;
            say_go.write_all(b"g")?;
            let mut code = [0; 4];
            answer.read_exact(&mut code)?;
            let pid = rustix::process::Pid::from_raw(pid);
            rustix::process::waitpid(pid, rustix::process::WaitOptions::empty())?;
            match i32::from_ne_bytes(code) {
                0 => Ok(()),
                errno => Err(io::Error::from_raw_os_error(errno)),
            }
        }
    }
}

fn map_two(target: u32) -> io::Result<()> {
    let map = format!("0 0 1\n{EXAMPLE_ID} {NOBODY} 1\n");
    fs::write(format!("/proc/{target}/uid_map"), &map)?;
    fs::write(format!("/proc/{target}/gid_map"), &map)
}
