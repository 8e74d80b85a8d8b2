//! The first process of a run's pid namespace: builds the root, starts the example, reaps, and tells
//! the true wait status through a socket that no example ever holds. It is never the example itself:
//! a first process ignores its own SIGTERM and SIGKILL.

use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus};

use super::super::order::{Layer, Missing, RunOrder};
use super::super::socket;
use super::super::system::{self, Split};
use super::base::Base;
use super::example::{Confinement, Streams, become_example};
use super::namespaces::EXAMPLE_ID;
use super::{descendants, kernel_text, root};

/// What the first process tells the launcher.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(super) enum Word {
    /// The root stands; descriptors come with it of its `/proc`, `/` and `/dev/shm`, and of what its
    /// IPC namespace holds.
    Standing,
    /// The example has ended with this wait status, and everything it started is gone.
    /// `left` is how many processes it left.
    Ended { status: i32, cpu_ms: u64, left: u64 },
    /// The example never began.
    Failed(Missing),
}

/// Everything that the first process needs.
pub(super) struct Init<'a> {
    pub base: Option<&'a Base>,
    pub order: &'a RunOrder,
    pub streams: &'a Streams,
    pub confinement: &'a Confinement<'a>,
    pub launcher: OwnedFd,
}

impl Init<'_> {
    /// Runs to the end of the process.
    pub(super) fn run(&self) -> ! {
        let word = match self.start() {
            Ok(example) => self.reap(example),
            Err(missing) => Word::Failed(missing),
        };
        self.tell(&word, &[]);
        system::exit_now(0)
    }

    fn tell(&self, word: &Word, descriptors: &[OwnedFd]) {
        let text = serde_json::to_vec(word).unwrap_or_default();
        // Without a launcher there is nobody to tell, and this process is about to be killed.
        let _ = socket::send(&self.launcher, &text, descriptors);
    }

    fn start(&self) -> Result<Pid, Missing> {
        tie()?;
        match self.base {
            Some(base) => self.settle(base)?,
            None => self.inherit_orphans()?,
        }
        let failed = |error| Missing::new(Layer::Processes, "starting a process", &error);
        match system::split(0).map_err(failed)? {
            Split::Child => {
                let missing = become_example(self.order, self.streams, self.confinement);
                self.tell(&Word::Failed(missing), &[]);
                system::exit_now(127)
            }
            Split::Parent(pid, _) => Pid::from_raw(pid)
                .ok_or_else(|| failed(std::io::Error::from_raw_os_error(libc::ESRCH))),
        }
    }

    /// Where there is no pid namespace, orphans come to this process, and so do not get away.
    fn inherit_orphans(&self) -> Result<(), Missing> {
        let own = rustix::process::getpid();
        let inherited = rustix::process::set_child_subreaper(Some(own));
        inherited
            .map_err(|error| Missing::new(Layer::Processes, "inheriting orphans", &error.into()))?;
        self.tell(&Word::Standing, &[]);
        Ok(())
    }

    /// Takes its place in the new namespaces, and shows the launcher where to watch.
    fn settle(&self, base: &Base) -> Result<(), Missing> {
        let behavior = rustix::process::DumpableBehavior::NotDumpable;
        rustix::process::set_dumpable_behavior(behavior).map_err(|error| {
            Missing::new(Layer::Processes, "hiding from the example", &error.into())
        })?;
        let (descriptors, ()) = stand(base, self.order, root::mount_own_proc)?;
        self.tell(&Word::Standing, &descriptors);
        Ok(())
    }

    /// Waits for the example and for all that is left of it, which is killed.
    fn reap(&self, example: Pid) -> Word {
        let mut ended: Option<WaitStatus> = None;
        let mut left = 0;
        while let Ok(Some((pid, status))) = wait_for_any() {
            if pid != example {
                continue;
            }
            ended = Some(status);
            if self.base.is_some() {
                left = processes();
                system::kill_all_others();
            } else {
                descendants::end_all();
            }
        }
        Word::Ended {
            status: ended.map_or(0, WaitStatus::as_raw),
            cpu_ms: u64::try_from(system::children_cpu_time().as_millis()).unwrap_or(u64::MAX),
            left,
        }
    }
}

/// Builds the root of a run in new namespaces, and enters it. Returns descriptors of its `/proc`, `/` and
/// `/dev/shm`, and of what its IPC namespace holds; and what `mount_proc` returns.
pub(super) fn stand<T>(
    base: &Base,
    order: &RunOrder,
    mount_proc: impl FnOnce() -> std::io::Result<T>,
) -> Result<(Vec<OwnedFd>, T), Missing> {
    let step = "settling in new namespaces";
    let failed = |error: rustix::io::Errno| Missing::new(Layer::Processes, step, &error.into());
    rustix::system::sethostname(b"example").map_err(failed)?;
    let mounted = root::enter(base, order, mount_proc)?;
    let open = |path: &str, flags| rustix::fs::open(path, flags | OFlags::CLOEXEC, Mode::empty());
    let descriptors = [
        open("/proc", OFlags::DIRECTORY),
        open("/", OFlags::PATH),
        open("/dev/shm", OFlags::PATH),
        open("/proc/sysvipc/shm", OFlags::RDONLY),
        open("/proc/sysvipc/msg", OFlags::RDONLY),
        open("/proc/sysvipc/sem", OFlags::RDONLY),
    ];
    let descriptors = descriptors.into_iter().collect::<Result<_, _>>();
    Ok((descriptors.map_err(failed)?, mounted))
}

/// Ends this process with the launcher.
fn tie() -> Result<(), Missing> {
    let kill = rustix::process::set_parent_process_death_signal(Some(Signal::KILL));
    kill.map_err(|error| Missing::new(Layer::Processes, "tying lives together", &error.into()))
}

/// Does something as the user that examples are.
pub(super) fn as_example<T>(act: impl FnOnce() -> std::io::Result<T>) -> std::io::Result<T> {
    use rustix::fs::{Gid, Uid};
    use rustix::process::{getgid, getuid};
    use rustix::thread::{set_thread_res_gid, set_thread_res_uid};
    let (user, group) = (getuid(), getgid());
    let (to_user, to_group) = (Uid::from_raw(EXAMPLE_ID), Gid::from_raw(EXAMPLE_ID));
    set_thread_res_gid(group, to_group, group)?;
    set_thread_res_uid(user, to_user, user)?;
    let answer = act();
    set_thread_res_uid(user, user, user)?;
    set_thread_res_gid(group, group, group)?;
    answer
}

fn wait_for_any() -> rustix::io::Result<Option<(Pid, WaitStatus)>> {
    loop {
        match rustix::process::wait(WaitOptions::empty()) {
            Err(rustix::io::Errno::INTR) => (),
            answer => return answer,
        }
    }
}

/// Counts the processes of this namespace that have not ended, but for this one.
fn processes() -> u64 {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let is_alive = |entry: std::fs::DirEntry| {
        let name = entry.file_name();
        name.as_encoded_bytes().iter().all(u8::is_ascii_digit)
            && std::fs::File::open(entry.path().join("stat"))
                .is_ok_and(|stat| !kernel_text::read(stat).contains(") Z "))
    };
    let count = entries.map(is_alive).filter(|alive| *alive).count();
    (count as u64).saturating_sub(1)
}
