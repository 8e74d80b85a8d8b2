//! What a launcher knows of its network: attempts to leave it, and whether anything is left in it.

use std::fs;

/// Counts of the network that this process is in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Network {
    /// Packets that found no route.
    pub attempts: u64,
    /// Sockets in use.
    sockets: u64,
}

impl Network {
    /// Reads the counts as they are now.
    pub(super) fn now() -> Self {
        let read = |name| fs::read_to_string(format!("/proc/self/net/{name}")).unwrap_or_default();
        Self {
            attempts: no_routes_4(&read("snmp")) + no_routes_6(&read("snmp6")),
            sockets: sockets(&read("sockstat")),
        }
    }

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

fn sockets(text: &str) -> u64 {
    text.lines()
        .find_map(|line| line.strip_prefix("sockets: used "))
        .map_or(0, |number| number.trim().parse().unwrap_or(0))
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
        assert_eq!(sockets("sockets: used 5\nTCP: inuse 1\n"), 5);
        assert_eq!(no_routes_4("") + no_routes_6("") + sockets(""), 0);
    }
}
