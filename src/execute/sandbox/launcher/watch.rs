//! The sums over a run's whole tree that no limit of the kernel can cap: processes, memory in all its
//! forms, and the private disk. Looked at from outside, where the example can reach nothing.

use std::collections::BTreeSet;
use std::io::{Read as _, Seek as _};
use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags, RawDir, StatFs, fstatfs, openat};

use crate::discover::Limits;

use super::super::order::Exceeded;
use super::pulse::Beat;
use super::root::{DISK_ALLOWANCE, files_within};
use super::{descendants, kernel_text};

/// Sockets beyond these count as memory: their buffers are in no other sum.
const FREE_SOCKETS: u64 = 256;
const SOCKET_BYTES: u64 = 256 << 10;

const PAGE: u64 = 4096;

/// How many processes are measured until those there are get counted again: while each is measured,
/// they multiply.
const MEASURED_AT_ONCE: usize = 8;

/// A view of one run: its `/proc`, and what else it has of its own.
pub(super) struct Sight {
    proc: OwnedFd,
    own: Own,
}

/// What a run has of its own.
enum Own {
    /// Namespaces: file systems, and System V segments, queues and semaphores, which nobody has to
    /// hold on to.
    Namespaces {
        root: OwnedFd,
        shared: OwnedFd,
        objects: [std::fs::File; 3],
    },
    /// Nothing but the processes below this one.
    Processes(i32),
}

/// Which column of `/proc/sysvipc` tells how much there is, and how many bytes one of it takes:
/// resident bytes of segments, bytes in queues, semaphores.
const OBJECTS: [(usize, u64); 3] = [(14, 1), (3, 1), (3, 128)];

/// What a tree uses.
#[derive(Debug, Default)]
struct Sum {
    /// Resident pages, counted once for each process that maps them.
    resident: u64,
    /// Memory files that have descriptors.
    files: u64,
    sockets: u64,
}

impl Sight {
    /// Takes the descriptors that a run's first process sent.
    pub(super) fn new(descriptors: Vec<OwnedFd>) -> Option<Self> {
        let [proc, root, shared, segments, queues, semaphores] =
            <[OwnedFd; 6]>::try_from(descriptors).ok()?;
        let own = Own::Namespaces {
            root,
            shared,
            objects: [segments, queues, semaphores].map(std::fs::File::from),
        };
        Some(Self { proc, own })
    }

    /// Looks at the processes below one, where there are no namespaces.
    pub(super) fn below(first: i32) -> Option<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let proc = rustix::fs::open("/proc", flags, Mode::empty()).ok()?;
        let own = Own::Processes(first);
        Some(Self { proc, own })
    }

    /// Looks whether these processes of the tree do anything.
    pub(super) fn beat(&self, pids: &[String]) -> Beat {
        /// Places after the name: faults, CPU time of the process and its children, threads.
        const SIGNS: [usize; 7] = [7, 9, 11, 12, 13, 14, 17];
        let mut beat = Beat {
            // A run that has no process yet is about to begin.
            is_running: pids.is_empty(),
            ..Beat::default()
        };
        for pid in pids {
            let stat = self.read(&format!("{pid}/stat"));
            let after_name = stat.rsplit(") ").next().unwrap_or_default();
            let fields: Vec<&str> = after_name.split(' ').collect();
            let field = |place: usize| fields.get(place).copied().unwrap_or_default();
            let threads = number(Some(field(17)));
            beat.is_running |= field(0) == "R";
            beat.has_threads |= threads > 1;
            // The first thread of a process may have ended before the others.
            let is_over = field(0) == "Z" && threads <= 1;
            beat.halves += if is_over { 0 } else { threads + 1 };
            beat.signs.push_str(pid);
            for place in SIGNS {
                beat.signs.push(' ');
                beat.signs.push_str(field(place));
            }
        }
        beat
    }

    /// Says whether the tree, which has these processes, uses more memory or disk than it may.
    pub(super) fn look(&self, pids: &[String], limits: &Limits) -> Option<Exceeded> {
        if self.disk_is_full(limits) {
            return Some(Exceeded::Disk);
        }
        let sum = self.sum(pids);
        let used = self.used();
        let sockets = sum.sockets.saturating_sub(FREE_SOCKETS) * SOCKET_BYTES;
        let at_most = sum.resident + sum.files + used + sockets;
        let rest = limits.memory.saturating_sub(sockets);
        (at_most > limits.memory)
            .then(|| self.measure(pids, sum.files + used, rest, limits))
            .flatten()
    }

    /// Says whether more was written to the private disk than it may hold.
    pub(super) fn disk_is_full(&self, limits: &Limits) -> bool {
        let Own::Namespaces { root, .. } = &self.own else {
            return false;
        };
        statistics(root).is_some_and(|disk| {
            let bytes = disk.f_blocks.saturating_sub(disk.f_bfree) * block(&disk);
            let files = disk.f_files.saturating_sub(disk.f_ffree);
            bytes > limits.disk.min(u64::MAX - DISK_ALLOWANCE) || files > files_within(limits.disk)
        })
    }

    /// Bytes in private file systems, and in System V segments, queues and semaphores.
    fn used(&self) -> u64 {
        let Own::Namespaces {
            root,
            shared,
            objects,
        } = &self.own
        else {
            return 0;
        };
        let bytes = |(mut file, (column, size)): (&std::fs::File, (usize, u64))| {
            let mut text = String::new();
            let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
            let of_line = |line: &str| number(line.split_ascii_whitespace().nth(column)) * size;
            read.map_or(0, |_| text.lines().skip(1).map(of_line).sum())
        };
        let objects: u64 = objects.iter().zip(OBJECTS).map(bytes).sum();
        used(root) + used(shared) + objects
    }

    /// Lists every process but the first.
    pub(super) fn pids(&self) -> Vec<String> {
        if let Own::Processes(first) = self.own {
            return descendants::of(first);
        }
        let mut buffer = Vec::with_capacity(4096);
        names(&self.proc, c".", &mut buffer)
            .into_iter()
            .filter(|name| name != "1" && name.bytes().all(|byte| byte.is_ascii_digit()))
            .collect()
    }

    fn sum(&self, pids: &[String]) -> Sum {
        let mut sum = Sum::default();
        let mut seen = BTreeSet::new();
        for pid in pids {
            let fields = self.read(&format!("{pid}/statm"));
            sum.resident += number(fields.split(' ').nth(1)) * PAGE;
            self.add_descriptors(pid, &mut sum, &mut seen);
        }
        sum
    }

    /// Counts memory files and sockets that a process holds; each once.
    fn add_descriptors(&self, pid: &str, sum: &mut Sum, seen: &mut BTreeSet<(u64, u64)>) {
        let folder = std::ffi::CString::new(format!("{pid}/fd")).unwrap_or_default();
        let mut buffer = Vec::with_capacity(4096);
        for name in names(&self.proc, &folder, &mut buffer) {
            let path = format!("{pid}/fd/{name}");
            let mut target = [0; 64];
            let Ok(length) = rustix::fs::readlinkat_raw(&self.proc, path.as_str(), &mut target[..])
            else {
                continue;
            };
            let target = &target[..length];
            if target.starts_with(b"socket:") {
                sum.sockets += 1;
            } else if target.starts_with(b"/memfd:") || target.starts_with(b"/SYSV") {
                let flags = rustix::fs::AtFlags::empty();
                if let Ok(file) = rustix::fs::statat(&self.proc, path.as_str(), flags)
                    && seen.insert((file.st_dev, file.st_ino))
                {
                    sum.files += u64::try_from(file.st_blocks).unwrap_or(0) * 512;
                }
            }
        }
    }

    /// Says whether memory that is really used is more than `most`: pages shared by several processes
    /// count once. `files` are what file systems and memory files hold, mapped or not. The kernel walks
    /// the pages of each process for it, and waits for those that are being forked.
    fn measure(&self, pids: &[String], files: u64, most: u64, limits: &Limits) -> Option<Exceeded> {
        let mapped = self.add_up(pids, "status", ["RssAnon:", "RssShmem:"]);
        if mapped[0] + files.max(mapped[1]) <= most {
            return None;
        }
        let (mut anonymous, mut shared) = (0, 0);
        for some in pids.chunks(MEASURED_AT_ONCE) {
            if are_too_many(&self.pids(), limits) {
                return Some(Exceeded::Processes);
            }
            let sums = self.add_up(some, "smaps_rollup", ["Pss_Anon:", "Pss_Shmem:"]);
            anonymous += sums[0];
            shared += sums[1];
        }
        (anonymous + files.max(shared) > most).then_some(Exceeded::Memory)
    }

    /// Adds up what lines of these names in a file of each process say in KiB; in bytes.
    fn add_up(&self, pids: &[String], file: &str, names: [&str; 2]) -> [u64; 2] {
        let mut sums = [0; 2];
        for pid in pids {
            for line in self.read(&format!("{pid}/{file}")).lines() {
                let mut words = line.split_ascii_whitespace();
                let name = words.next().unwrap_or_default();
                if let Some(place) = names.iter().position(|wanted| *wanted == name) {
                    sums[place] += number(words.next()) * 1024;
                }
            }
        }
        sums
    }

    fn read(&self, path: &str) -> String {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        // A process that has just gone has nothing to tell.
        let opened = openat(&self.proc, path, flags, Mode::empty());
        opened.map_or_else(|_| String::new(), kernel_text::read)
    }
}

/// Says whether there are too many processes, whatever they do. Asked before anything else is: a
/// machine full of processes leaves little time to look.
pub(super) fn are_too_many(pids: &[String], limits: &Limits) -> bool {
    pids.len() as u64 > limits.processes.saturating_mul(2)
}

fn number(field: Option<&str>) -> u64 {
    field
        .and_then(|field| field.trim().parse().ok())
        .unwrap_or(0)
}

fn statistics(descriptor: &OwnedFd) -> Option<StatFs> {
    fstatfs(descriptor).ok()
}

fn block(statistics: &StatFs) -> u64 {
    u64::try_from(statistics.f_bsize).unwrap_or(PAGE)
}

fn used(descriptor: &OwnedFd) -> u64 {
    statistics(descriptor).map_or(0, |disk| {
        disk.f_blocks.saturating_sub(disk.f_bfree) * block(&disk)
    })
}

/// Names in a folder below a descriptor, without `.` and `..`; none where it has gone.
fn names(folder: &OwnedFd, path: &std::ffi::CStr, buffer: &mut Vec<u8>) -> Vec<String> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let Ok(opened) = openat(folder, path, flags, Mode::empty()) else {
        return Vec::new();
    };
    let mut entries = RawDir::new(opened, buffer.spare_capacity_mut());
    let mut names = Vec::new();
    while let Some(Ok(entry)) = entries.next() {
        let name = entry.file_name().to_string_lossy();
        if name != "." && name != ".." {
            names.push(name.into_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_without_a_process_is_about_to_begin_and_does_not_sleep() {
        let sight = Sight::below(1).unwrap();
        assert!(sight.beat(&[]).is_running);
        assert_eq!(sight.beat(&[]).halves, 0);
    }
}
