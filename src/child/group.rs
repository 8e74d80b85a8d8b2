//! A child's process group: when its leader has ended, what it used, and how all of it is killed.

use std::time::Duration;

use tokio::process::Child;

/// Resolves once the child has ended, and leaves it to be reaped, so that its group's id stays taken.
#[cfg(unix)]
pub(super) fn ended(child: &Child) -> impl Future<Output = ()> + use<> {
    let pid = pid_of(child);
    #[cfg(target_os = "linux")]
    let descriptor = pid
        .and_then(|pid| {
            rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::NONBLOCK).ok()
        })
        .and_then(watch);
    async move {
        #[cfg(target_os = "linux")]
        if let Some(descriptor) = descriptor {
            let _ = descriptor.readable().await;
            return;
        }
        poll_for_end(pid).await;
    }
}

/// Hands a process descriptor to the runtime: it is readable once the process has ended.
#[cfg(target_os = "linux")]
fn watch(descriptor: rustix::fd::OwnedFd) -> Option<tokio::io::unix::AsyncFd<rustix::fd::OwnedFd>> {
    #[expect(unsafe_code, reason = "tokio asks for it")]
    // SAFETY: an `OwnedFd` is open, always the same, and stays open until it is dropped.
    let watched = unsafe { tokio::io::unix::AsyncFd::register(descriptor) };
    watched.ok()
}

/// Asks again and again: for systems without process descriptors.
#[cfg(unix)]
async fn poll_for_end(pid: Option<rustix::process::Pid>) {
    use rustix::process::{WaitId, WaitIdOptions, waitid};
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    while let Some(pid) = pid {
        match waitid(WaitId::Pid(pid), options) {
            Ok(None) => tokio::time::sleep(Duration::from_millis(2)).await,
            Ok(Some(_)) | Err(_) => return,
        }
    }
}

#[cfg(unix)]
pub(super) fn pid_of(child: &Child) -> Option<rustix::process::Pid> {
    let number = i32::try_from(child.id()?).ok()?;
    rustix::process::Pid::from_raw(number)
}

/// `USER_HZ`: the unit of times in `/proc`, 100 on every Linux that CPython is built for.
#[cfg(target_os = "linux")]
const TICKS_PER_SECOND: u64 = 100;

/// The child's process group. Dropping it kills what is left of it.
pub(super) struct Group {
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
}

impl Group {
    #[cfg(unix)]
    pub(super) fn of(child: &Child) -> Self {
        Self {
            leader: pid_of(child),
        }
    }

    #[cfg(not(unix))]
    pub(super) fn of(_child: &Child) -> Self {
        Self {}
    }

    /// Kills every process in the group; to be called before its leader is reaped.
    pub(super) fn kill(mut self) {
        self.kill_now();
    }

    #[cfg(unix)]
    fn kill_now(&mut self) {
        if let Some(leader) = self.leader.take() {
            let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::KILL);
        }
    }

    #[cfg(not(unix))]
    fn kill_now(&mut self) {}

    /// CPU time of the leader and the children it waited for: fields 14 to 17 of `stat`, in ticks.
    #[cfg(target_os = "linux")]
    pub(super) fn cpu_time(&self) -> Option<Duration> {
        let path = format!("/proc/{}/stat", self.leader?.as_raw_nonzero());
        let stat = std::fs::read_to_string(path).ok()?;
        let ticks: u64 = stat[stat.rfind(')')? + 1..]
            .split_ascii_whitespace()
            .skip(11)
            .take(4)
            .filter_map(|field| field.parse::<u64>().ok())
            .sum();
        Some(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_self, reason = "Linux needs it")]
    pub(super) fn cpu_time(&self) -> Option<Duration> {
        None
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill_now();
    }
}
