//! First processes of pid namespaces that only wait. Each shares the launcher's memory, of which it uses
//! nothing but a list of system calls, and touches no stack: so making one copies no memory, and it has no
//! page faults.
#![expect(unsafe_code, reason = "a process that shares memory")]

use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, FromRawFd as _, OwnedFd};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::mount::MountFlags;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Signal, WaitId, WaitIdOptions, pidfd_send_signal, waitid};
use rustix::stdio::dup2_stdout;

/// How the `/proc` of a run is mounted.
pub(super) const PROC_FLAGS: MountFlags = MountFlags::NOSUID
    .union(MountFlags::NODEV)
    .union(MountFlags::NOEXEC);

/// One system call: its number, four arguments, and what it answered.
type Call = [AtomicI64; 6];

/// Where the answer of a call is.
const ANSWER: usize = 5;

/// Resets the handlers of signals in the new process, which would run on the launcher's stack; see clone(2).
const CLONE_CLEAR_SIGHAND: u64 = 0x1_0000_0000;

/// How long a process may take for its first calls.
const PATIENCE: Duration = Duration::from_secs(20);

/// What first processes do: those that only wait are all alike.
pub(super) struct Idling {
    /// Mounts a `/proc`, opens the pid namespace, tells, and waits for the end of the launcher.
    calls: &'static [Call; 10],
    told: OwnedFd,
    /// The other end is the standard output of the launcher and of first processes, where they read.
    _alive: OwnedFd,
}

/// A first process that waits. It is killed with this value, unless it is kept.
pub(super) struct Idle {
    pub pid: i32,
    process: Option<OwnedFd>,
}

impl Idle {
    /// Leaves it to the holder of its descriptor.
    pub(super) fn keep(mut self) -> OwnedFd {
        self.process.take().expect("it is kept once")
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        if let Some(process) = &self.process {
            let _ = pidfd_send_signal(process, Signal::KILL);
            let _ = waitid(WaitId::PidFd(process.as_fd()), WaitIdOptions::EXITED);
        }
    }
}

impl Idling {
    /// Prepares processes that mount their `/proc` at `proc` and have a priority.
    pub(super) fn new(proc: &str, priority: i32) -> io::Result<Self> {
        /// The kernel's `struct sigaction`, with `SIG_IGN`.
        static IGNORED: [u64; 4] = [1, 0, 0, 0];
        static ONE: u64 = 1;
        static NOTHING: u8 = 0;
        let told = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let (ends, alive) = pipe_with(PipeFlags::CLOEXEC)?;
        dup2_stdout(ends)?;
        let at = |text: String| -> io::Result<i64> {
            let text = std::ffi::CString::new(text)?;
            Ok(address(text.into_raw()))
        };
        let kind = at("proc".to_owned())?;
        let opened = i64::from(libc::O_RDONLY | libc::O_CLOEXEC);
        let (all, unshared) = (i64::from(u32::MAX), i64::from(libc::CLOSE_RANGE_UNSHARE));
        let calls = [
            [
                libc::SYS_mount,
                kind,
                at(proc.to_owned())?,
                kind,
                PROC_FLAGS.bits().into(),
            ],
            [
                libc::SYS_openat,
                libc::AT_FDCWD.into(),
                at(format!("{proc}/self/ns/pid"))?,
                opened,
                0,
            ],
            [
                libc::SYS_write,
                told.as_raw_fd().into(),
                address(&raw const ONE),
                8,
                0,
            ],
            // Whoever reads the streams that a launcher holds waits until everybody has closed them.
            [libc::SYS_close_range, 2, all, unshared, 0],
            [libc::SYS_close, 0, 0, 0, 0],
            [
                libc::SYS_prctl,
                libc::PR_SET_PDEATHSIG.into(),
                libc::SIGKILL.into(),
                0,
                0,
            ],
            // Children that end disappear without being waited for.
            [
                libc::SYS_rt_sigaction,
                libc::SIGCHLD.into(),
                address(&raw const IGNORED),
                0,
                8,
            ],
            [libc::SYS_setpriority, 0, 0, priority.into(), 0],
            // Nobody ever writes: it ends with the launcher, should that end before the call that ties it.
            [libc::SYS_read, 1, address(&raw const NOTHING), 1, 0],
            [libc::SYS_exit_group, 0, 0, 0, 0],
        ];
        let call = |[number, one, two, three, four]: [i64; 5]| {
            [number, one, two, three, four, 0].map(AtomicI64::new)
        };
        let calls = Box::leak(Box::new(calls.map(call)));
        Ok(Self {
            calls,
            told,
            _alive: alive,
        })
    }

    /// Starts a process; returns once it has its `/proc`, in the mount namespace of this one, with a
    /// descriptor of its pid namespace.
    pub(super) fn start(&self) -> io::Result<(Idle, OwnedFd)> {
        // One that was given up may have told too late.
        let _ = rustix::io::read(&self.told, &mut [0_u8; 8]);
        let idle = self.clone()?;
        self.wait_for(&idle)?;
        let [mounted, opened] = [0, 1].map(|at| self.calls[at][ANSWER].load(Ordering::Acquire));
        answered(mounted)?;
        let opened = answered(opened)?;
        // SAFETY: the process has just opened this descriptor, in the table that it shared.
        Ok((idle, unsafe { OwnedFd::from_raw_fd(opened) }))
    }

    fn clone(&self) -> io::Result<Idle> {
        let mut descriptor: libc::c_int = -1;
        // SAFETY: every field of `clone_args` may be zero.
        let mut arguments: libc::clone_args = unsafe { std::mem::zeroed() };
        let flags = libc::CLONE_VM | libc::CLONE_FILES | libc::CLONE_PIDFD | libc::CLONE_NEWPID;
        arguments.flags = u64::from(flags.cast_unsigned()) | CLONE_CLEAR_SIGHAND;
        arguments.pidfd = (&raw mut descriptor).addr() as u64;
        arguments.exit_signal = libc::SIGCHLD.cast_unsigned().into();
        // SAFETY: the arguments ask for a process that shares memory and files and leaves no handler;
        // the calls live for ever, and so does what they point to.
        let pid = unsafe { clone_and_call(&raw const arguments, self.calls) }?;
        // SAFETY: the kernel has just opened this descriptor for us.
        let process = Some(unsafe { OwnedFd::from_raw_fd(descriptor) });
        Ok(Idle { pid, process })
    }

    /// Waits until a process has told.
    fn wait_for(&self, idle: &Idle) -> io::Result<()> {
        let timeout = Timespec::try_from(PATIENCE).map_err(io::Error::other)?;
        let told = [Some(&self.told), idle.process.as_ref()]
            .into_iter()
            .flatten();
        let mut ready: Vec<PollFd> = told.map(|one| PollFd::new(one, PollFlags::IN)).collect();
        poll(&mut ready, Some(&timeout))?;
        rustix::io::read(&self.told, &mut [0_u8; 8])?;
        Ok(())
    }
}

/// A pointer as the argument of a system call.
fn address<T>(pointer: *const T) -> i64 {
    pointer.expose_provenance().cast_signed() as i64
}

/// Clones this process by `arguments`, with the same stack pointer. The new process makes the calls, one
/// after the other, and repeats the last for ever. Returns its pid.
///
/// # Safety
///
/// The arguments are those of a process, not a thread; calls live as long as it does, and the last
/// does not return for long.
#[cfg(target_arch = "x86_64")]
unsafe fn clone_and_call(
    arguments: *const libc::clone_args,
    calls: &'static [Call],
) -> io::Result<i32> {
    let range = calls.as_ptr_range();
    let mut answer = libc::SYS_clone3;
    // SAFETY: the new process never leaves this block, and writes to no memory but the answers. For this
    // one the block is a system call.
    unsafe {
        std::arch::asm!(
            "syscall",
            "test rax, rax",
            "jnz 3f",
            "2:",
            "mov rax, [r12]",
            "mov rdi, [r12 + 8]",
            "mov rsi, [r12 + 16]",
            "mov rdx, [r12 + 24]",
            "mov r10, [r12 + 32]",
            "xor r8d, r8d",
            "syscall",
            "mov [r12 + 40], rax",
            "lea r14, [r12 + 48]",
            "cmp r14, r13",
            "cmovb r12, r14",
            "jmp 2b",
            "3:",
            inlateout("rax") answer,
            in("rdi") arguments,
            in("rsi") size_of::<libc::clone_args>(),
            in("r12") range.start,
            in("r13") range.end,
            out("r14") _,
            out("rcx") _,
            out("r11") _,
            options(nostack),
        );
    }
    answered(answer)
}

/// As on `x86_64`.
///
/// # Safety
///
/// As on `x86_64`.
#[cfg(target_arch = "aarch64")]
unsafe fn clone_and_call(
    arguments: *const libc::clone_args,
    calls: &'static [Call],
) -> io::Result<i32> {
    let range = calls.as_ptr_range();
    let mut answer = arguments.expose_provenance() as libc::c_long;
    // SAFETY: as on `x86_64`.
    unsafe {
        std::arch::asm!(
            "svc #0",
            "cbnz x0, 3f",
            "2:",
            "ldp x8, x0, [x20]",
            "ldp x1, x2, [x20, #16]",
            "ldr x3, [x20, #32]",
            "mov x4, xzr",
            "svc #0",
            "str x0, [x20, #40]",
            "add x22, x20, #48",
            "cmp x22, x21",
            "csel x20, x22, x20, lo",
            "b 2b",
            "3:",
            in("x8") libc::SYS_clone3,
            inlateout("x0") answer,
            in("x1") size_of::<libc::clone_args>(),
            in("x20") range.start,
            in("x21") range.end,
            out("x22") _,
            options(nostack),
        );
    }
    answered(answer)
}

/// Elsewhere there are no such processes, and all examples are started anew.
///
/// # Safety
///
/// There are no requirements.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
unsafe fn clone_and_call(_: *const libc::clone_args, _: &'static [Call]) -> io::Result<i32> {
    answered(-libc::c_long::from(libc::ENOSYS))
}

/// What the kernel answers: a number, or an error below zero.
fn answered(answer: i64) -> io::Result<i32> {
    match i32::try_from(answer).unwrap_or(-libc::EIO) {
        number @ 0.. => Ok(number),
        error => Err(io::Error::from_raw_os_error(-error)),
    }
}
