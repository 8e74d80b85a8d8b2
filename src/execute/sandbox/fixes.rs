//! What to type where a wall does not stand.

use std::io;

use crate::problem::Problem;

use super::order::{Layer, Missing};

/// Returns the problem that a missing layer is.
pub(super) fn problem(missing: &Missing) -> Problem {
    let message = format!("the sandbox cannot be had: no {}", name(missing.layer));
    Problem::blocked("no-sandbox", message)
        .because(why(missing))
        .hint(fix(missing))
}

/// Returns a layer's name as reports use it.
pub(super) fn name(layer: Layer) -> &'static str {
    match layer {
        Layer::User => "user namespace",
        Layer::Mounts => "mounts of its own",
        Layer::Processes => "processes of its own",
        Layer::Network => "network of its own",
        Layer::Landlock => "Landlock",
        Layer::Seccomp => "seccomp filter",
        Layer::Limits => "limits",
        Layer::Canary => "proof that the walls hold",
        Layer::Program => "program to run",
    }
}

/// Returns what was tried and what the system said.
pub(super) fn why(missing: &Missing) -> String {
    match missing.errno {
        Some(errno) => {
            let error = io::Error::from_raw_os_error(errno);
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or_default();
            format!("{}: {text} ({})", missing.step, errno_name(errno))
        }
        None => missing.step.clone(),
    }
}

/// Returns what to do about a missing layer.
pub(super) fn fix(missing: &Missing) -> String {
    let fix = match missing.layer {
        Layer::User => user_fix(missing.errno),
        Layer::Network | Layer::Mounts if is_denied(missing.errno) => apparmor_fix(),
        Layer::Processes if missing.step.contains("/proc") => {
            "the outer container masks `/proc`: start it with `--security-opt systempaths=unconfined`"
                .to_owned()
        }
        Layer::Landlock => {
            "use a kernel of 5.13 or newer with `CONFIG_SECURITY_LANDLOCK=y` and `landlock` in `lsm=` on its command line; in a container, a seccomp profile that allows the `landlock_*` calls"
                .to_owned()
        }
        Layer::Seccomp => "use a kernel with `CONFIG_SECCOMP_FILTER=y`".to_owned(),
        Layer::Canary => {
            "report this with the output of `fencepost doctor`: examples could do harm here".to_owned()
        }
        Layer::Program => {
            "make the interpreter readable for everyone: `chmod -R go+rX` on its folder".to_owned()
        }
        Layer::Network | Layer::Mounts | Layer::Processes | Layer::Limits => {
            "see what `fencepost doctor` says".to_owned()
        }
    };
    format!("{fix}; or declare an outer container that has no network with `--sandbox reduced`")
}

fn user_fix(errno: Option<i32>) -> String {
    match errno {
        Some(libc::ENOSPC | libc::EUSERS) => {
            "allow user namespaces: `sysctl user.max_user_namespaces=10000`".to_owned()
        }
        Some(libc::EINVAL | libc::ENOSYS) => "use a kernel with `CONFIG_USER_NS=y`".to_owned(),
        Some(_) | None => apparmor_fix(),
    }
}

fn apparmor_fix() -> String {
    "allow user namespaces: `sysctl kernel.apparmor_restrict_unprivileged_userns=0` or an AppArmor profile with `userns,` on Ubuntu, `sysctl kernel.unprivileged_userns_clone=1` on older Debian; in a container, a seccomp profile that allows `unshare` and `mount`"
        .to_owned()
}

fn is_denied(errno: Option<i32>) -> bool {
    matches!(errno, Some(libc::EPERM | libc::EACCES))
}

fn errno_name(errno: i32) -> String {
    match errno {
        libc::EPERM => "EPERM".to_owned(),
        libc::EACCES => "EACCES".to_owned(),
        libc::ENOSPC => "ENOSPC".to_owned(),
        libc::EUSERS => "EUSERS".to_owned(),
        libc::ENOSYS => "ENOSYS".to_owned(),
        libc::EINVAL => "EINVAL".to_owned(),
        libc::EOPNOTSUPP => "EOPNOTSUPP".to_owned(),
        libc::ENOENT => "ENOENT".to_owned(),
        libc::ENOMEM => "ENOMEM".to_owned(),
        other => format!("error {other}"),
    }
}
