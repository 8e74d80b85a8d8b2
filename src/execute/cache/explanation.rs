//! Why an example ran again, or that it did not.

use std::fmt;

use super::history::Past;
use super::key::{Key, PARTS};

/// Why an example ran, or that its kept result was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Explanation {
    /// Its kept result was used.
    Reused,
    /// Nothing is known of it: it is new, or has another name.
    New,
    /// These parts of what it depends on are not what they were.
    Changed(Vec<&'static str>),
    /// Its last run ended in a way that is not kept.
    NotKept(String),
    /// Its result was kept and is no longer there.
    Gone,
    /// Its kept result was damaged.
    Damaged,
    /// Its kept result came from a forked process, and it is to be spawned.
    Forked,
    /// Everything runs, for this reason.
    Everything(&'static str),
}

impl Explanation {
    /// Explains why nothing was found under a key.
    pub(super) fn of_missing(key: &Key, past: Option<&Past>) -> Self {
        let Some(past) = past else {
            return Self::New;
        };
        let changed: Vec<&'static str> = PARTS
            .iter()
            .zip(key.parts.iter().zip(&past.parts))
            .filter(|(_, (now, then))| now != then)
            .map(|(name, _)| *name)
            .collect();
        match &past.unkept {
            _ if !changed.is_empty() => Self::Changed(changed),
            Some(ending) => Self::NotKept(ending.clone()),
            None => Self::Gone,
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reused => formatter.write_str("did not run again: nothing changed"),
            Self::New => formatter.write_str("ran: it has not run here under this name"),
            Self::Changed(parts) => {
                let verb = if parts.len() == 1 { "is" } else { "are" };
                let parts = crate::wording::list(parts);
                write!(formatter, "ran again: {parts} {verb} not as before")
            }
            Self::NotKept(ending) => write!(
                formatter,
                "ran again: its last run ended by `{ending}`, and such results are not kept"
            ),
            Self::Gone => formatter.write_str("ran again: its kept result was removed"),
            Self::Damaged => formatter.write_str("ran again: its kept result was damaged"),
            Self::Forked => {
                formatter.write_str("ran again: its kept result came from a forked process")
            }
            Self::Everything(why) => write!(formatter, "ran: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(parts: [u32; PARTS.len()]) -> Key {
        Key {
            whole: blake3::hash(b""),
            parts,
        }
    }

    fn past(unkept: Option<&str>) -> Past {
        Past {
            duration_ms: 1,
            cpu_ms: None,
            unkept: unkept.map(str::to_owned),
            parts: [0; PARTS.len()],
        }
    }

    #[track_caller]
    fn case(parts: [u32; PARTS.len()], past: Option<&Past>, text: &str) {
        assert_eq!(Explanation::of_missing(&key(parts), past).to_string(), text);
    }

    #[test]
    fn the_reason_names_what_changed_first() {
        let same = [0; PARTS.len()];
        let mut code = same;
        code[0] = 1;
        let mut more = code;
        more[6] = 1;
        case(same, None, "ran: it has not run here under this name");
        case(
            code,
            Some(&past(None)),
            "ran again: its code is not as before",
        );
        case(
            more,
            Some(&past(Some("timed-out"))),
            "ran again: its code and a limit are not as before",
        );
        case(
            same,
            Some(&past(Some("timed-out"))),
            "ran again: its last run ended by `timed-out`, and such results are not kept",
        );
        case(
            same,
            Some(&past(None)),
            "ran again: its kept result was removed",
        );
    }
}
