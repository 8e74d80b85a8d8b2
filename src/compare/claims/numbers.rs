//! The option flags `FLOAT_CMP` and `NUMBER`: outputs that agree but for the last digits of numbers.

use std::sync::LazyLock;

use regex::Regex;

static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?:[-+]?\d*\.(\d+)(?:[eE]([-+]?\d+))?",
        r"|[-+]?\d+\.|[-+]?\d+[eE]([-+]?\d+))"
    ))
    .expect("the pattern is a valid expression")
});

static ANY_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|\b(?:nan|inf)\b")
        .expect("the pattern is a valid expression")
});

/// pytest's `NUMBER`: floats agree to the precision that `want` shows. Returns `got` with `want`'s
/// digits where they agree.
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
        let precision = i32::try_from(fraction).unwrap_or(i32::MAX) - exponent.unwrap_or(0);
        if let (Ok(a), Ok(b)) = (wanted[0].parse::<f64>(), seen.as_str().parse::<f64>())
            && (a - b).abs() <= 10_f64.powi(-precision)
        {
            adjusted.push_str(&got[copied..seen.start()]);
            adjusted.push_str(&wanted[0]);
            copied = seen.end();
        }
    }
    adjusted.push_str(&got[copied..]);
    adjusted
}

/// doctestplus' `FLOAT_CMP`: the same text around numbers that are equal up to rounding.
pub(super) fn are_close(want: &str, got: &str) -> bool {
    let around = |text: &str| {
        let masked = ANY_NUMBER.replace_all(text, "0");
        masked.split_whitespace().collect::<String>()
    };
    let numbers = |text: &str| -> Vec<f64> {
        ANY_NUMBER
            .find_iter(text)
            .filter_map(|found| found.as_str().parse().ok())
            .collect()
    };
    let (want_numbers, got_numbers) = (numbers(want), numbers(got));
    around(want) == around(got)
        && want_numbers.len() == got_numbers.len()
        && want_numbers
            .iter()
            .zip(got_numbers)
            .all(|(a, b)| is_close(*a, b))
}

/// As `numpy.allclose` with its defaults.
fn is_close(want: f64, got: f64) -> bool {
    (want.is_nan() && got.is_nan())
        || (want.is_infinite() && want.total_cmp(&got).is_eq())
        || (want - got).abs() <= 1e-8 + 1e-5 * want.abs()
}
