//! The root of one run: a private file system with home and `/tmp`, and read-only views around it.

use std::ffi::CString;
use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::Path;

use rustix::mount::{MountFlags, UnmountFlags, mount, mount_move, unmount};

use super::super::idle::PROC_FLAGS;
use super::super::order::{Layer, Missing, RunOrder};
use super::super::system;
use super::base::{Base, ONLINE_CPUS};
use super::namespaces::EXAMPLE_ID;

/// Where a launcher's own root holds the next root, and that its `/proc`.
const NEW: &str = "/new";
pub(super) const NEW_PROC: &str = "/new/proc";

/// Room on the private file system beside what the example may use, so that a breach can be seen.
pub(super) const DISK_ALLOWANCE: u64 = 4 << 20;

/// Bytes of the disk limit for each file or folder on the private file system.
const BYTES_PER_FILE: u64 = 16 << 10;

/// How many files and folders there may be. Landlock walks up from each, so that deep ones cost time.
pub(super) fn files_within(disk: u64) -> u64 {
    disk / BYTES_PER_FILE
}

/// Builds the root of one run and enters it. The folder of an order is the example's; it becomes the
/// current one. `mount_proc` mounts the `/proc` of the run at [`NEW_PROC`].
pub(super) fn enter<T>(
    base: &Base,
    order: &RunOrder,
    mount_proc: impl FnOnce() -> io::Result<T>,
) -> Result<T, Missing> {
    let failed =
        |layer, step: &'static str| move |error: io::Error| Missing::new(layer, step, &error);
    let (new, proc) = (Path::new(NEW), Path::new(NEW_PROC));
    build(new, base, order).map_err(failed(Layer::Mounts, "building the root of a run"))?;
    let mounted = mount_proc().map_err(failed(Layer::Processes, "mounting a fresh /proc"))?;
    show_cpus(new, base, order)
        .map_err(failed(Layer::Mounts, "showing how many CPUs there are"))?;
    set_up_kernel(proc, order).map_err(failed(Layer::Network, "setting up the network"))?;
    let sealed = system::add_mount_attributes(proc, libc::MOUNT_ATTR_RDONLY);
    sealed.map_err(failed(Layer::Processes, "making /proc read-only"))?;
    change(new, &order.folder).map_err(failed(Layer::Mounts, "changing the root of a run"))?;
    Ok(mounted)
}

/// Builds a root for a process that is no run, and enters it. It has no `/proc`.
pub(super) fn enter_without_proc(base: &Base, order: &RunOrder) -> Result<(), Missing> {
    let failed =
        |step: &'static str| move |error: io::Error| Missing::new(Layer::Mounts, step, &error);
    let new = Path::new(NEW);
    build(new, base, order).map_err(failed("building a root"))?;
    change(new, &order.folder).map_err(failed("changing a root"))
}

fn build(new: &Path, base: &Base, order: &RunOrder) -> io::Result<()> {
    let size = order.limits.disk.saturating_add(DISK_ALLOWANCE);
    let options = format!(
        "mode=755,size={size},nr_inodes={}",
        files_within(size) + 1000
    );
    mount_tmpfs(new, &options)?;
    for (source, target) in &base.binds {
        if fs::metadata(source)?.is_dir() {
            make_folders(new, target)?;
        } else {
            make_folders(new, target.parent().unwrap_or(Path::new("")))?;
            fs::write(new.join(target), "")?;
        }
        let target = new.join(target);
        // Moved, not copied: this mount namespace is the run's own.
        mount_move(source, &target)?;
    }
    for (points_to, name) in &base.links {
        symlink(points_to, new.join(name))?;
    }
    let memory = order.limits.memory;
    mount_tmpfs(&new.join("dev/shm"), &format!("mode=1777,size={memory}"))?;
    mount_terminals(new)?;
    make_own_folders(new, &order.folder)
}

/// Makes a folder and those around it below `new`; mostly none of them is there.
fn make_folders(new: &Path, folder: &Path) -> io::Result<()> {
    let mut path = new.to_owned();
    for part in folder.components() {
        path.push(part);
        match fs::create_dir(&path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            Ok(()) | Err(_) => (),
        }
    }
    Ok(())
}

/// Puts the new root on top of the old one, which then goes.
fn change(new: &Path, folder: &str) -> io::Result<()> {
    std::env::set_current_dir(new)?;
    rustix::process::pivot_root(".", ".")?;
    unmount(".", UnmountFlags::DETACH)?;
    std::env::set_current_dir(folder)
}

fn mount_tmpfs(target: &Path, options: &str) -> io::Result<()> {
    let options = CString::new(options)?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    mount("tmpfs", target, "tmpfs", flags, Some(options.as_c_str()))?;
    Ok(())
}

fn mount_terminals(new: &Path) -> io::Result<()> {
    let flags = MountFlags::NOSUID | MountFlags::NOEXEC;
    let options = c"newinstance,ptmxmode=0666,mode=620";
    mount(
        "devpts",
        new.join("dev/pts"),
        "devpts",
        flags,
        Some(options),
    )?;
    Ok(())
}

/// Makes home and `/tmp`, on one mount: two would break renames between them.
fn make_own_folders(new: &Path, folder: &str) -> io::Result<()> {
    let home = Path::new(folder.trim_start_matches('/'));
    for folder in [home, Path::new("tmp"), Path::new("proc")] {
        make_folders(new, folder)?;
    }
    chown(new.join(home), Some(EXAMPLE_ID), Some(EXAMPLE_ID))?;
    fs::set_permissions(new.join("tmp"), fs::Permissions::from_mode(0o1777))
}

/// Mounts the `/proc` of this process's pid namespace. Fails where the host's own, in sight until now, is
/// not whole.
pub(super) fn mount_own_proc() -> io::Result<()> {
    mount("proc", NEW_PROC, "proc", PROC_FLAGS, None)?;
    Ok(())
}

/// Writes what `sysconf` and so `os.cpu_count` read, so that a run with fewer CPUs counts fewer.
fn show_cpus(new: &Path, base: &Base, order: &RunOrder) -> io::Result<()> {
    let online = match order.cpus {
        Some(0 | 1) => "0\n".to_owned(),
        Some(count) => format!("0-{}\n", count - 1),
        None => base.cpus.clone(),
    };
    let path = Path::new(ONLINE_CPUS.trim_start_matches('/'));
    make_folders(new, path.parent().unwrap_or(Path::new("")))?;
    fs::write(new.join(path), online)
}

/// Settings of the namespaces this process is in. Those of the network last as long as it does.
fn set_up_kernel(proc: &Path, order: &RunOrder) -> io::Result<()> {
    let set = |name: &str, value: &str| fs::write(proc.join("sys").join(name), value);
    if order.new_network {
        // A connection that was closed must not be in the way of the next run's.
        set("net/ipv4/tcp_max_tw_buckets", "0")?;
        set("net/ipv4/ip_unprivileged_port_start", "0")?;
        set("user/max_user_namespaces", "0")?;
        // Not on every kernel.
        let _ = set("net/ipv4/tcp_no_metrics_save", "1");
    }
    if order.pids_before > 0 {
        set("kernel/ns_last_pid", &(order.pids_before + 1).to_string())?;
    }
    Ok(())
}
