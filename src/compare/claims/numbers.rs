//! The option flag `NUMBER` of pytest: floats agree to the precision that a guide shows.

use std::sync::LazyLock;

use regex::Regex;

static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?:[-+]?\d*\.(\d+)|[-+]?\d+\.)(?:[eE]([-+]?\d+))?",
        r"|[-+]?\d+[eE]([-+]?\d+)"
    ))
    .expect("the pattern is a valid expression")
});

/// Returns `got` with `want`'s digits where the two agree to `want`'s precision.
pub(super) fn with_precision_of(want: &str, got: &str) -> String {
    let wanted: Vec<_> = NUMBER.captures_iter(want).collect();
    let seen: Vec<_> = NUMBER.find_iter(got).collect();
    if wanted.len() != seen.len() {
        return got.to_owned();
    }
    let mut adjusted = String::with_capacity(got.len());
    let mut copied = 0;
    for (wanted, seen) in wanted.iter().zip(seen) {
        let fraction = wanted.get(1).map_or(0, |digits| digits.len());
        let exponent = (wanted.get(2).or_else(|| wanted.get(3)))
            .and_then(|exponent| exponent.as_str().parse::<i32>().ok());
        let fraction = i32::try_from(fraction).unwrap_or(i32::MAX);
        let precision = fraction.saturating_sub(exponent.unwrap_or(0));
        if agree(&wanted[0], seen.as_str(), precision) {
            adjusted.push_str(&got[copied..seen.start()]);
            adjusted.push_str(&wanted[0]);
            copied = seen.end();
        }
    }
    adjusted.push_str(&got[copied..]);
    adjusted
}

/// Says whether two numbers are at most one unit of the last digit apart.
fn agree(want: &str, got: &str, precision: i32) -> bool {
    let (Ok(want), Ok(got)) = (want.parse::<f64>(), got.parse::<f64>()) else {
        return false;
    };
    let unit = 10_f64.powf(-f64::from(precision));
    want.total_cmp(&got).is_eq() || (want.is_finite() && (want - got).abs() <= unit)
}
