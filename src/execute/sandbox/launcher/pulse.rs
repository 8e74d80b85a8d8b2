//! Whether a run uses the CPU, as far as can be seen from looks at its processes: one that only waits
//! leaves room for another beside it, and cannot grow.

use std::time::{Duration, Instant};

use crate::discover::Limits;

use super::super::order::{ASLEEP, AWAKE};

/// The time between the first looks: most examples that sleep begin to soon.
const FIRST: Duration = Duration::from_millis(4);

/// The time between later looks.
const LATER: Duration = Duration::from_millis(10);

/// The time until the next look at what may be a crowd.
const SOON: Duration = Duration::from_millis(1);

/// How many looks are early ones.
const EARLY: u32 = 5;

/// How long a tree of several threads has to be still until it counts as asleep: the state that can be
/// seen is that of first threads, and CPU time is told in hundredths of a second.
const LONGEST_TICK: Duration = Duration::from_millis(30);

/// What one look at the processes of a run saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Beat {
    /// Whatever changes when a process does anything.
    pub signs: String,
    /// Whether one of them runs, or waits for the CPU.
    pub is_running: bool,
    /// Whether one of them has several threads.
    pub has_threads: bool,
    /// What counts towards the limit on processes, in halves: a process is two, and each further
    /// thread is one. One that has ended and was not waited for does nothing, and is none.
    pub halves: u64,
}

impl Beat {
    /// Says whether there are more processes than there may be.
    pub(super) fn is_crowded(&self, limits: &Limits) -> bool {
        self.halves / 2 > limits.processes
    }
}

/// What all looks at one run saw.
#[derive(Debug)]
pub(super) struct Pulse {
    /// Whether the last look saw more processes than there may be.
    was_crowded: bool,
    last: Beat,
    looks: u32,
    /// Since when nothing has changed.
    still_since: Option<Instant>,
    is_asleep: bool,
    /// When its sums were taken.
    measured: Option<Instant>,
}

impl Pulse {
    pub(super) fn new() -> Self {
        Self {
            was_crowded: false,
            last: Beat::default(),
            looks: 0,
            still_since: None,
            is_asleep: false,
            measured: None,
        }
    }

    /// Returns how long to wait for the next look.
    pub(super) fn pace(&self) -> Duration {
        if self.was_crowded {
            SOON
        } else if self.looks < EARLY {
            FIRST
        } else {
            LATER
        }
    }

    /// Says whether a run has had more processes than it may have for two looks, of which this is the
    /// second: on a busy machine many short ones may wait at the same moment for their turn to end.
    pub(super) fn is_crowded(&mut self, beat: &Beat, limits: &Limits) -> bool {
        let was_crowded = std::mem::replace(&mut self.was_crowded, beat.is_crowded(limits));
        was_crowded && self.was_crowded
    }

    /// Says whether a run failed that had too many processes when it was last looked at: it may have
    /// failed before the next look, since it got no more of them.
    pub(super) fn failed_in_a_crowd(&self, status: i32) -> bool {
        status != 0 && self.was_crowded
    }

    /// Takes what one look saw; returns what there is to say if the run has fallen asleep or woken up.
    pub(super) fn take(&mut self, beat: Beat, now: Instant) -> Option<&'static [u8]> {
        self.looks = self.looks.saturating_add(1);
        if beat.is_running || beat != self.last {
            self.still_since = None;
        } else {
            self.still_since.get_or_insert(now);
        }
        let needed = if beat.has_threads {
            LONGEST_TICK
        } else {
            Duration::ZERO
        };
        self.last = beat;
        let is_asleep = self.still_since.is_some_and(|since| now - since >= needed);
        if is_asleep == self.is_asleep {
            return None;
        }
        self.is_asleep = is_asleep;
        Some(if is_asleep { ASLEEP } else { AWAKE })
    }

    /// Says whether it is time to take the sums of a run: where nothing has changed, they have not.
    pub(super) fn is_due(&mut self, now: Instant) -> bool {
        let is_due = !self.is_asleep && self.measured.is_none_or(|last| now - last >= LATER);
        if is_due {
            self.measured = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beat(signs: &str, is_running: bool, has_threads: bool) -> Beat {
        Beat {
            signs: signs.to_owned(),
            is_running,
            has_threads,
            ..Beat::default()
        }
    }

    #[test]
    fn two_halves_count_as_a_process() {
        let limits = Limits {
            processes: 4,
            ..Limits::default()
        };
        let is_crowded = |halves| {
            let beat = Beat {
                halves,
                ..Beat::default()
            };
            beat.is_crowded(&limits)
        };
        assert!(!is_crowded(8) && !is_crowded(9) && is_crowded(10));
    }

    #[test]
    fn a_crowd_that_is_gone_at_the_next_look_is_none() {
        let limits = Limits {
            processes: 4,
            ..Limits::default()
        };
        let of = |halves| Beat {
            halves,
            ..Beat::default()
        };
        let mut pulse = Pulse::new();
        let mut sees = |halves| {
            let is_crowded = pulse.is_crowded(&of(halves), &limits);
            pulse.take(of(halves), Instant::now());
            is_crowded
        };
        assert!(!sees(10) && !sees(9) && !sees(10) && sees(10));
        assert_eq!(pulse.pace(), SOON, "a crowd may be gone soon");
        assert!(pulse.failed_in_a_crowd(256) && !pulse.failed_in_a_crowd(0));
    }

    #[test]
    fn a_run_that_changes_nothing_is_asleep_until_it_does() {
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let mut pulse = Pulse::new();
        assert_eq!(pulse.take(beat("1", true, false), at(4)), None);
        assert_eq!(
            pulse.take(beat("1", true, false), at(8)),
            None,
            "it waits for the CPU"
        );
        assert_eq!(pulse.take(beat("2", false, false), at(12)), None);
        assert!(pulse.is_due(at(12)));
        assert_eq!(pulse.take(beat("2", false, false), at(16)), Some(ASLEEP));
        assert!(!pulse.is_due(at(100)), "what sleeps does not grow");
        assert_eq!(pulse.take(beat("2", false, false), at(110)), None);
        assert_eq!(pulse.take(beat("3", false, false), at(120)), Some(AWAKE));
        assert!(pulse.is_due(at(121)));
    }

    #[test]
    fn several_threads_have_to_be_still_for_longer() {
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let mut pulse = Pulse::new();
        for time in [4, 8, 12, 37] {
            assert_eq!(pulse.take(beat("1", false, true), at(time)), None, "{time}");
        }
        assert_eq!(pulse.take(beat("1", false, true), at(38)), Some(ASLEEP));
    }
}
