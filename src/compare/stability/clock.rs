//! Dates in output: told by the clock of the run that printed them.

use std::sync::LazyLock;

use regex::Regex;

use crate::execute::RunRecord;

static DATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(\d{4})-(\d{2})-(\d{2})").expect("the pattern is a valid expression")
});

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(\d{1,2}):(\d{2}):(\d{2})").expect("the pattern is a valid expression")
});

const DAY: u64 = 86_400;

/// Seconds that a clock may be away from the start of its run, beside the run's own length.
const SLACK: u64 = 5;

/// Says whether `text` holds a date or time at which `run` went on: `2026-01-31`, `12:34:56`, or
/// seconds, milli-, micro- or nanoseconds since 1970.
pub(super) fn shows_clock_of(text: &str, run: &RunRecord) -> bool {
    let from = run.started_at.saturating_sub(SLACK);
    let to = run.started_at + run.duration_ms / 1000 + SLACK;
    let number = text.trim().parse::<f64>().ok();
    let is_epoch = number.is_some_and(|number| {
        [1.0, 1e3, 1e6, 1e9].iter().any(|unit| {
            let seconds = number / unit;
            seconds >= whole(from) && seconds <= whole(to)
        })
    });
    let is_date = DATE.captures(text).is_some_and(|date| {
        let number = |at: usize| date[at].parse::<u64>().unwrap_or_default();
        [from, to]
            .iter()
            .any(|second| civil(second / DAY) == (number(1), number(2), number(3)))
    });
    let is_time = TIME.captures(text).is_some_and(|time| {
        let number = |at: usize| time[at].parse::<u64>().unwrap_or_default();
        let second = number(1) * 3600 + number(2) * 60 + number(3);
        // The run may go on over midnight.
        (from..=to).any(|moment| moment % DAY == second)
    });
    is_epoch || is_date || is_time
}

/// Says whether numbers that runs printed go on as a clock does between the runs.
pub(super) fn goes_on_like_a_clock(values: &[f64], runs: &[&RunRecord]) -> bool {
    let Some((first, run)) = values.first().zip(runs.first()) else {
        return false;
    };
    let advances = |(value, other): (&f64, &&RunRecord)| {
        let between = whole(other.started_at) - whole(run.started_at);
        (value - first - between).abs() <= 2.0 + whole(other.duration_ms) / 1000.0
    };
    // Small numbers would pass by chance.
    *first > 60.0 && values.iter().zip(runs).all(advances)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "seconds of our time are far below 2^52"
)]
fn whole(seconds: u64) -> f64 {
    seconds as f64
}

/// Year, month and day of a day since 1970 (Howard Hinnant's `civil_from_days`).
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::civil;

    #[test]
    fn days_since_1970_are_dates() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(20_484), (2026, 1, 31));
    }
}
