//! Reads what the kernel tells as text, in as few calls as it takes: such files have no size that could
//! be asked for.

use std::os::fd::AsFd;

use rustix::buffer::spare_capacity;

/// More than most of such files hold.
const USUAL: usize = 8 << 10;

/// Reads to the end; where the kernel stops telling, what it told until then. Names of processes are whatever
/// bytes an example chose: they hide nothing beside them.
pub(super) fn read(file: impl AsFd) -> String {
    let mut text = Vec::with_capacity(USUAL);
    loop {
        match rustix::io::read(&file, spare_capacity(&mut text)) {
            Ok(0) => break,
            Ok(_) => text.reserve(USUAL / 2),
            Err(rustix::io::Errno::INTR) => (),
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_read_however_long_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text");
        for length in [0, 1, USUAL - 1, USUAL, USUAL + 1, 10 * USUAL] {
            let text = "x".repeat(length);
            std::fs::write(&path, &text).unwrap();
            assert_eq!(read(std::fs::File::open(&path).unwrap()), text, "{length}");
        }
        std::fs::write(&path, b"Name:\xff\nRssAnon: 1 kB\n").unwrap();
        let text = read(std::fs::File::open(&path).unwrap());
        assert!(text.ends_with("RssAnon: 1 kB\n"), "{text}");
        let status = read(std::fs::File::open("/proc/self/status").unwrap());
        assert!(status.starts_with("Name:") && status.ends_with('\n'));
    }
}
