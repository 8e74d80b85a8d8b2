//! What a launcher prepares once for all its runs: a small root of its own that holds read-only
//! copies of everything examples may see, each run's root being put together from them.

use std::fs;
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use rustix::mount::{MountFlags, UnmountFlags, mount, mount_bind, mount_bind_recursive, unmount};

use super::super::order::{Layer, Missing};
use super::super::system;

/// Where the base is put together before it becomes the root: any folder that every system has.
const STAND: &str = "/tmp";

/// Folders at the top of a host that programs need.
const SYSTEM_FOLDERS: [&str; 9] = [
    "usr",
    "bin",
    "sbin",
    "lib",
    "lib32",
    "lib64",
    "libx32",
    "nix/store",
    "gnu/store",
];

/// Folders of `/etc` that programs need and that say little about the host, too large to be copied.
const ETC_FOLDERS: [&str; 3] = ["ssl", "pki", "ca-certificates"];

/// Other parts of `/etc` that programs need: files, and folders of files and links.
const ETC_COPIES: [&str; 6] = [
    "alternatives",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "services",
    "protocols",
];

/// Files of `/etc` that are the same on every host.
const ETC_FILES: [(&str, &str); 8] = [
    ("host.conf", "multi on\n"),
    (
        "passwd",
        "root:x:0:0:root:/root:/bin/sh\nexample:x:1000:1000:example:/home/example:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
    ),
    ("group", "root:x:0:\nexample:x:1000:\nnogroup:x:65534:\n"),
    ("hostname", "example\n"),
    (
        "hosts",
        "127.0.0.1 localhost example\n::1 localhost example\n",
    ),
    (
        "nsswitch.conf",
        "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nservices: files\nprotocols: files\n",
    ),
    // An address that no route leads to: a look-up fails at once, and is counted.
    (
        "resolv.conf",
        "nameserver 192.0.2.1\noptions timeout:1 attempts:1\n",
    ),
    ("shells", "/bin/sh\n"),
];

/// Devices that examples may use.
const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];

/// Links in `/dev`.
const DEVICE_LINKS: [(&str, &str); 5] = [
    ("fd", "/proc/self/fd"),
    ("stdin", "/proc/self/fd/0"),
    ("stdout", "/proc/self/fd/1"),
    ("stderr", "/proc/self/fd/2"),
    ("ptmx", "pts/ptmx"),
];

/// Where the kernel lists the CPUs that are online.
pub(super) const ONLINE_CPUS: &str = "/sys/devices/system/cpu/online";

/// What each run's root is put together from. Paths are in the launcher's own root.
pub(super) struct Base {
    /// Folders and files to bind: where they are, where they go (relative to the new root).
    pub binds: Vec<(PathBuf, PathBuf)>,
    /// Links: where they point, where they go.
    pub links: Vec<(PathBuf, PathBuf)>,
    /// The host's CPUs as the kernel lists them, such as `0-7`.
    pub cpus: String,
}

impl Base {
    /// Builds the base and makes it this process's root. `readable` are folders beside the system's.
    pub(super) fn build(readable: &[String]) -> Result<Self, Missing> {
        let stand = Path::new(STAND);
        let missing =
            |step: String| move |error: io::Error| Missing::new(Layer::Mounts, step, &error);
        // Opened first: the stand may hide them.
        let open = |folder: &String| {
            let opened = rustix::fs::open(
                folder.as_str(),
                OFlags::PATH | OFlags::CLOEXEC,
                Mode::empty(),
            );
            opened.map_err(|error| missing(format!("opening `{folder}`"))(error.into()))
        };
        let opened: Vec<OwnedFd> = readable.iter().map(open).collect::<Result<_, _>>()?;
        let flags = MountFlags::NOSUID | MountFlags::NODEV;
        mount("tmpfs", stand, "tmpfs", flags, Some(c"mode=755"))
            .map_err(|error| missing("mounting a tmpfs".to_owned())(error.into()))?;
        let mut base = Self {
            binds: Vec::new(),
            links: Vec::new(),
            cpus: fs::read_to_string(ONLINE_CPUS).unwrap_or_else(|_| counted_cpus()),
        };
        base.add_system(stand)
            .map_err(missing("binding system folders".to_owned()))?;
        for (folder, descriptor) in readable.iter().zip(opened) {
            let source = PathBuf::from(format!("/proc/self/fd/{}", descriptor.as_raw_fd()));
            let step = format!("binding `{folder}`");
            base.add(stand, Path::new(folder), &source)
                .map_err(missing(step))?;
        }
        make_etc(stand).map_err(missing("making /etc".to_owned()))?;
        make_devices(stand).map_err(missing("making /dev".to_owned()))?;
        enter(stand).map_err(missing("changing the root".to_owned()))?;
        base.binds.push(("/etc-parts".into(), "etc".into()));
        base.binds.push(("/devices".into(), "dev".into()));
        Ok(base)
    }

    /// Adds the folders that programs need, or the links that stand for them.
    fn add_system(&mut self, stand: &Path) -> io::Result<()> {
        for name in SYSTEM_FOLDERS {
            let path = Path::new("/").join(name);
            match fs::symlink_metadata(&path) {
                Ok(found) if found.is_symlink() => {
                    self.links.push((fs::read_link(&path)?, name.into()));
                }
                Ok(found) if found.is_dir() => self.add(stand, &path, &path)?,
                Ok(_) | Err(_) => (),
            }
        }
        Ok(())
    }

    /// Binds one folder or file of the host, unless a folder around it is there already.
    fn add(&mut self, stand: &Path, path: &Path, source: &Path) -> io::Result<()> {
        let target = path.strip_prefix("/").unwrap_or(path);
        if self
            .binds
            .iter()
            .any(|(_, bound)| target.starts_with(bound))
        {
            return Ok(());
        }
        let place = PathBuf::from(format!("sources/{}", self.binds.len()));
        let here = stand.join(&place);
        make_target(source, &here)?;
        mount_bind_recursive(source, &here)?;
        seal(&here)?;
        self.binds.push((Path::new("/").join(place), target.into()));
        Ok(())
    }
}

/// Makes an empty folder or file for `path` to be bound to.
fn make_target(path: &Path, target: &Path) -> io::Result<()> {
    if fs::metadata(path)?.is_dir() {
        return fs::create_dir_all(target);
    }
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(target, "")
}

/// Makes a mount read-only, without set-user-id programs and devices.
fn seal(path: &Path) -> io::Result<()> {
    let attributes = libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV;
    system::add_mount_attributes(path, attributes)
}

fn make_etc(stand: &Path) -> io::Result<()> {
    let folder = stand.join("etc-parts");
    fs::create_dir(&folder)?;
    for (name, content) in ETC_FILES {
        fs::write(folder.join(name), content)?;
    }
    symlink("/proc/mounts", folder.join("mtab"))?;
    mount_bind(&folder, &folder)?;
    for name in ETC_COPIES {
        copy(&Path::new("/etc").join(name), &folder.join(name))?;
    }
    for name in ETC_FOLDERS {
        let path = Path::new("/etc").join(name);
        if path.is_dir() {
            let target = folder.join(name);
            fs::create_dir(&target)?;
            mount_bind_recursive(&path, &target)?;
        }
    }
    seal(&folder)
}

/// Copies a file, a link, or a folder of both; what is not there is left out.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let Ok(found) = fs::symlink_metadata(from) else {
        return Ok(());
    };
    if found.is_symlink() {
        return symlink(fs::read_link(from)?, to);
    }
    if found.is_file() {
        return fs::write(to, fs::read(from)?);
    }
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

fn make_devices(stand: &Path) -> io::Result<()> {
    let folder = stand.join("devices");
    fs::create_dir_all(folder.join("shm"))?;
    fs::create_dir(folder.join("pts"))?;
    for (name, target) in DEVICE_LINKS {
        symlink(target, folder.join(name))?;
    }
    mount_bind(&folder, &folder)?;
    for name in DEVICES {
        let target = folder.join(name);
        fs::write(&target, "")?;
        mount_bind(Path::new("/dev").join(name), &target)?;
    }
    let attributes = libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NOEXEC;
    system::add_mount_attributes(&folder, attributes)
}

/// Makes the base the root of this process. The host's `/proc` stays: a fresh one can only be
/// mounted where a whole one can be seen.
fn enter(stand: &Path) -> io::Result<()> {
    for name in ["proc", "new", "old"] {
        fs::create_dir(stand.join(name))?;
    }
    fs::set_permissions(stand.join("new"), fs::Permissions::from_mode(0o755))?;
    mount_bind_recursive("/proc", stand.join("proc"))?;
    std::env::set_current_dir(stand)?;
    rustix::process::pivot_root(".", "old")?;
    std::env::set_current_dir("/")?;
    unmount("/old", UnmountFlags::DETACH)?;
    Ok(())
}

/// The CPUs this process may use, where the kernel does not list all.
fn counted_cpus() -> String {
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    format!("0-{}\n", count - 1)
}
