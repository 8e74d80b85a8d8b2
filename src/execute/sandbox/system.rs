//! System calls that no crate in use wraps. With [`super::idle`] the only `unsafe` of the sandbox.
#![expect(unsafe_code, reason = "raw system calls")]

use std::ffi::CString;
use std::io;
use std::os::fd::{FromRawFd as _, OwnedFd};
use std::path::Path;
use std::time::Duration;

/// Both sides of a process that was split in two.
pub(super) enum Split {
    /// This is the new process.
    Child,
    /// This is the old one; the new one has this pid, and this descriptor.
    Parent(i32, OwnedFd),
}

/// Namespaces of each run.
pub(super) const RUN_NAMESPACES: i32 =
    libc::CLONE_NEWPID | libc::CLONE_NEWNS | libc::CLONE_NEWIPC | libc::CLONE_NEWUTS;

/// Splits this process in two, the new one in new namespaces. Only for a process with one thread.
pub(super) fn split(namespaces: i32) -> io::Result<Split> {
    let mut descriptor: libc::c_int = -1;
    // SAFETY: every field of `clone_args` may be zero.
    let mut arguments: libc::clone_args = unsafe { std::mem::zeroed() };
    arguments.flags = (namespaces | libc::CLONE_PIDFD).cast_unsigned().into();
    arguments.pidfd = (&raw mut descriptor).addr() as u64;
    arguments.exit_signal = libc::SIGCHLD.cast_unsigned().into();
    let size = size_of::<libc::clone_args>();
    // SAFETY: without a stack and without CLONE_VM this is `fork`; callers have one thread, so no lock
    // is left taken in the new process. The arguments outlive the call.
    let pid = unsafe { libc::syscall(libc::SYS_clone3, &raw mut arguments, size) };
    match i32::try_from(pid).unwrap_or(-1) {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(Split::Child),
        // SAFETY: the kernel has just opened this descriptor for us.
        pid => Ok(Split::Parent(pid, unsafe {
            OwnedFd::from_raw_fd(descriptor)
        })),
    }
}

/// Ends this process without running destructors or exit handlers.
pub(super) fn exit_now(code: i32) -> ! {
    // SAFETY: `_exit` has no requirements.
    unsafe { libc::_exit(code) }
}

/// Kills every other process of this process's pid namespace, whose first process it has to be.
pub(super) fn kill_all_others() {
    if std::process::id() == 1 {
        // SAFETY: `kill` has no requirements; as the first of its namespace this process reaches only those in it.
        unsafe { libc::kill(-1, libc::SIGKILL) };
    }
}

/// Gives every signal its default effect and blocks none, as a program expects at its start.
pub(super) fn reset_signals() {
    for number in 1..=libc::SIGRTMAX() {
        // SAFETY: setting a default disposition has no requirements; those that cannot be set stay.
        unsafe { libc::signal(number, libc::SIG_DFL) };
    }
    // SAFETY: an empty set is a whole set, and outlives the call.
    unsafe {
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, std::ptr::null_mut());
    }
}

/// Enters new namespaces with the whole process, which has to have one thread.
pub(super) fn unshare(flags: rustix::thread::UnshareFlags) -> io::Result<()> {
    // SAFETY: callers never ask for `FILES`, the one flag that can invalidate descriptors.
    let answer = unsafe { rustix::thread::unshare_unsafe(flags) };
    Ok(answer?)
}

/// Marks every descriptor from `first` on to be closed by `exec`.
pub(super) fn close_on_exec_from(first: u32) -> io::Result<()> {
    // SAFETY: no memory is touched, and no descriptor is closed now.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_close_range,
            first,
            u32::MAX,
            libc::CLOSE_RANGE_CLOEXEC,
        )
    };
    check(answer)
}

/// Adds attributes such as `MOUNT_ATTR_RDONLY` to a mount, and to those below it.
pub(super) fn add_mount_attributes(path: &Path, attributes: u64) -> io::Result<()> {
    let path = CString::new(path.as_os_str().as_encoded_bytes())?;
    // SAFETY: every field of `mount_attr` may be zero.
    let mut attribute: libc::mount_attr = unsafe { std::mem::zeroed() };
    attribute.attr_set = attributes;
    // SAFETY: path and attributes outlive the call, and the size is that of the attributes.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            path.as_ptr(),
            libc::AT_RECURSIVE,
            &raw const attribute,
            size_of::<libc::mount_attr>(),
        )
    };
    check(answer)
}

/// Brings the loopback up in this network namespace.
pub(super) fn bring_up_loopback() -> io::Result<()> {
    let socket = std::net::UdpSocket::bind("0.0.0.0:0")?;
    // SAFETY: every field of `ifreq` may be zero.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (place, letter) in request.ifr_name.iter_mut().zip(*b"lo") {
        *place = libc::c_char::try_from(letter).unwrap_or_default();
    }
    let flags = libc::IFF_UP | libc::IFF_RUNNING;
    request.ifr_ifru.ifru_flags = libc::c_short::try_from(flags).unwrap_or_default();
    let descriptor = std::os::fd::AsRawFd::as_raw_fd(&socket);
    // SAFETY: the socket is open and the request is a whole `ifreq` with a terminated name.
    let answer = unsafe { libc::ioctl(descriptor, libc::SIOCSIFFLAGS, &raw const request) };
    check(answer.into())
}

/// Returns the version of Landlock's interface.
pub(super) fn landlock_abi() -> io::Result<i64> {
    const VERSION: u32 = 1;
    // SAFETY: with this flag and no attributes the call only answers.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            std::ptr::null::<libc::c_void>(),
            0_usize,
            VERSION,
        )
    };
    check(answer)?;
    Ok(answer)
}

/// Returns the CPU time of all children that were waited for, and theirs.
pub(super) fn children_cpu_time() -> Duration {
    // SAFETY: every field of `rusage` may be zero.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: `usage` is a whole `rusage`.
    unsafe { libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage) };
    let time = |value: libc::timeval| {
        Duration::from_secs(value.tv_sec.unsigned_abs())
            + Duration::from_micros(value.tv_usec.unsigned_abs())
    };
    time(usage.ru_utime) + time(usage.ru_stime)
}

fn check(answer: libc::c_long) -> io::Result<()> {
    if answer == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
