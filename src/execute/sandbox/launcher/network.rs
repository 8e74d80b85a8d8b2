//! What a launcher knows of its network: attempts to leave it, and whether anything is left in it.

use std::fs::File;

use rustix::fs::SeekFrom;

use super::kernel_text;

/// Where the kernel tells of the network that a process was in when it opened them; after each run it is
/// asked again. Without IPv6 two are not there.
pub(super) struct Meters([Option<File>; 4]);

impl Meters {
    /// Opens those of the network that this process is in.
    pub(super) fn open() -> Self {
        let names = ["snmp", "snmp6", "sockstat", "sockstat6"];
        Self(names.map(|name| File::open(format!("/proc/self/net/{name}")).ok()))
    }

    /// Reads the counts as they are now.
    pub(super) fn read(&self) -> Network {
        let read = |meter: &Option<File>| {
            let meter = meter.as_ref();
            let meter = meter.filter(|meter| rustix::fs::seek(meter, SeekFrom::Start(0)).is_ok());
            meter.map_or_else(String::new, kernel_text::read)
        };
        let [snmp, snmp6, sockstat, sockstat6] = self.0.each_ref().map(read);
        Network {
            attempts: no_routes_4(&snmp) + no_routes_6(&snmp6),
            sockets: sockets(&sockstat) + sockets(&sockstat6),
        }
    }
}

/// Counts of a network.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Network {
    /// Packets that found no route.
    pub attempts: u64,
    /// Connections and other sockets of the internet families.
    sockets: u64,
}

impl Network {
    /// Says whether something that was not there before is left.
    pub(super) fn holds_more_than(self, before: Self) -> bool {
        self.sockets > before.sockets
    }
}

/// `Ip: OutNoRoutes`: one line holds the names, the next the numbers.
fn no_routes_4(text: &str) -> u64 {
    let mut lines = text.lines().filter(|line| line.starts_with("Ip:"));
    let (names, numbers) = (lines.next().unwrap_or(""), lines.next().unwrap_or(""));
    names
        .split(' ')
        .zip(numbers.split(' '))
        .find(|(name, _)| *name == "OutNoRoutes")
        .map_or(0, |(_, number)| number.parse().unwrap_or(0))
}

fn no_routes_6(text: &str) -> u64 {
    text.lines()
        .find_map(|line| line.strip_prefix("Ip6OutNoRoutes"))
        .map_or(0, |number| number.trim().parse().unwrap_or(0))
}

/// Sums what is `inuse` or in `TIME_WAIT` (`tw`). Other counts hold sockets of processes on their way
/// out, or those of the whole host.
fn sockets(text: &str) -> u64 {
    let of_line = |line: &str| {
        let mut words = line.split(' ').skip(1);
        let mut sum = 0;
        while let (Some(name), Some(number)) = (words.next(), words.next()) {
            if matches!(name, "inuse" | "tw") {
                sum += number.parse().unwrap_or(0);
            }
        }
        sum
    };
    text.lines().map(of_line).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_by_name() {
        let snmp = "Ip: Forwarding OutNoRoutes X\nIp: 2 7 9\nIcmp: OutNoRoutes\nIcmp: 3\n";
        assert_eq!(no_routes_4(snmp), 7);
        assert_eq!(
            no_routes_6("Ip6InReceives  \t1\nIp6OutNoRoutes   \t12\n"),
            12
        );
        let sockstat =
            "sockets: used 5\nTCP: inuse 1 orphan 9 tw 2 alloc 3 mem 4\nUDP: inuse 3 mem 1\n";
        assert_eq!(sockets(sockstat), 6);
        assert_eq!(no_routes_4("") + no_routes_6("") + sockets(""), 0);
    }
}
