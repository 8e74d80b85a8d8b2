//! System calls that examples cannot make: a deny list, compiled once per launcher.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, apply_filter, sock_filter,
};

/// Refused with `EPERM`, whatever the arguments.
const DENIED: &[libc::c_long] = &[
    // Mounts and roots.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_mount_setattr,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_fanotify_init,
    // Namespaces and other processes.
    libc::SYS_unshare,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_move_pages,
    libc::SYS_migrate_pages,
    // Keys, programs for the kernel, and the kernel itself.
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_reboot,
    libc::SYS_syslog,
    libc::SYS_acct,
    libc::SYS_vhangup,
    // Clock and names.
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    // Ways to do any of the above out of sight.
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_modify_ldt,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_uselib,
];

/// Flags of `clone` that ask for a namespace.
const NAMESPACES: [libc::c_int; 7] = [
    libc::CLONE_NEWNS,
    libc::CLONE_NEWCGROUP,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
];

/// Requests of `ioctl` that put words into a terminal's mouth, or load a line discipline.
const TERMINAL_REQUESTS: [u64; 3] = [0x5412, 0x541c, 0x5423];

/// Families of sockets there are; `AF_NETLINK` for routing alone, which address look-ups ask.
const FAMILIES: [libc::c_int; 4] = [
    libc::AF_UNIX,
    libc::AF_INET,
    libc::AF_INET6,
    libc::AF_NETLINK,
];

/// The compiled filters. Two, since a warm interpreter is behind the first itself, and its children
/// enter namespaces before they give that up too.
pub(super) struct Filters {
    most: BpfProgram,
    joining: BpfProgram,
}

impl Filters {
    /// Compiles the filters.
    pub(super) fn compile() -> Result<Self, seccompiler::BackendError> {
        let architecture = std::env::consts::ARCH.try_into()?;
        let refuse = SeccompAction::Errno(libc::EPERM.cast_unsigned());
        let denied = denied_calls()?;
        let filter = SeccompFilter::new(denied, SeccompAction::Allow, refuse, architecture)?;
        let mut most = absent_calls();
        most.extend(BpfProgram::try_from(filter)?);
        Ok(Self {
            most,
            joining: refuse_joining(),
        })
    }

    /// Confines this thread and everything it starts.
    pub(super) fn apply(&self) -> Result<(), seccompiler::Error> {
        self.apply_most()?;
        apply_filter(&self.joining)
    }

    /// Confines this thread and everything it starts, but for entering namespaces.
    pub(super) fn apply_most(&self) -> Result<(), seccompiler::Error> {
        apply_filter(&self.most)
    }

    /// Returns the rest as the kernel reads it, for another process to confine itself with.
    pub(super) fn rest(&self) -> Vec<u8> {
        let bytes = |one: &sock_filter| {
            let mut bytes = one.code.to_ne_bytes().to_vec();
            bytes.extend([one.jt, one.jf]);
            bytes.extend(one.k.to_ne_bytes());
            bytes
        };
        self.joining.iter().flat_map(bytes).collect()
    }
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

fn denied_calls() -> Result<Rules, seccompiler::BackendError> {
    let mut rules: Rules = DENIED.iter().map(|call| (*call, Vec::new())).collect();
    let namespaces = NAMESPACES
        .map(|flag| u64::from(flag.cast_unsigned()))
        .map(|flag| rule(&[(0, SeccompCmpOp::MaskedEq(flag), flag)]));
    rules.insert(
        libc::SYS_clone,
        namespaces.into_iter().collect::<Result<_, _>>()?,
    );
    let requests = TERMINAL_REQUESTS.map(|request| rule(&[(1, SeccompCmpOp::Eq, request)]));
    rules.insert(
        libc::SYS_ioctl,
        requests.into_iter().collect::<Result<_, _>>()?,
    );
    let families = FAMILIES.map(|family| (0, SeccompCmpOp::Ne, u64::from(family.cast_unsigned())));
    let netlink = u64::from(libc::AF_NETLINK.cast_unsigned());
    let other_netlink = [(0, SeccompCmpOp::Eq, netlink), (2, SeccompCmpOp::Ne, 0)];
    for call in [libc::SYS_socket, libc::SYS_socketpair] {
        rules.insert(call, vec![rule(&families)?, rule(&other_netlink)?]);
    }
    // Limits and priorities of others: init must stay as it is.
    let of_another = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, 0)?;
    let set = SeccompCondition::new(2, SeccompCmpArgLen::Qword, SeccompCmpOp::Ne, 0)?;
    rules.insert(
        libc::SYS_prlimit64,
        vec![SeccompRule::new(vec![of_another, set])?],
    );
    // Only asking which personality this is.
    let asks = [(0, SeccompCmpOp::Ne, 0xffff_ffff), (0, SeccompCmpOp::Ne, 0)];
    rules.insert(libc::SYS_personality, vec![rule(&asks)?]);
    Ok(rules)
}

/// A rule that holds where every argument, as 32 bits, compares as given.
fn rule(conditions: &[(u8, SeccompCmpOp, u64)]) -> Result<SeccompRule, seccompiler::BackendError> {
    let conditions = conditions.iter().map(|(index, operator, value)| {
        SeccompCondition::new(*index, SeccompCmpArgLen::Dword, operator.clone(), *value)
    });
    SeccompRule::new(conditions.collect::<Result<_, _>>()?)
}

/// The first instructions: calls that there are not, as far as examples know. `clone3`, whose flags no
/// filter can see, so that `clone` is used; and the x32 variant of every call, which has the same
/// architecture and other numbers. Jumps are relative, so that any filter can follow.
fn absent_calls() -> BpfProgram {
    const JUMP_IF_AT_LEAST: u16 = 0x35;
    const FIRST_OF_X32: u32 = 0x4000_0000;
    let clone3 = u32::try_from(libc::SYS_clone3).unwrap_or_default();
    vec![
        statement(LOAD_NUMBER, 0, 0, 0),
        statement(JUMP_IF_EQUAL, 1, 0, clone3),
        statement(JUMP_IF_AT_LEAST, 0, 1, FIRST_OF_X32),
        statement(RETURN, 0, 0, REFUSE | libc::ENOSYS.cast_unsigned()),
    ]
}

/// Refuses `setns`. Numbers of other architectures are the first filter's.
fn refuse_joining() -> BpfProgram {
    const ALLOW: u32 = 0x7fff_0000;
    let setns = u32::try_from(libc::SYS_setns).unwrap_or_default();
    vec![
        statement(LOAD_NUMBER, 0, 0, 0),
        statement(JUMP_IF_EQUAL, 0, 1, setns),
        statement(RETURN, 0, 0, REFUSE | libc::EPERM.cast_unsigned()),
        statement(RETURN, 0, 0, ALLOW),
    ]
}

const LOAD_NUMBER: u16 = 0x20;
const JUMP_IF_EQUAL: u16 = 0x15;
const RETURN: u16 = 0x06;
const REFUSE: u32 = 0x0005_0000;

fn statement(code: u16, jt: u8, jf: u8, k: u32) -> sock_filter {
    sock_filter { code, jt, jf, k }
}
