//! Durations and sizes as people write them: `10s`, `500ms`, `64MiB`.

/// Reads a duration and returns milliseconds; a bare number is seconds.
///
/// # Errors
///
/// Says in words what a duration looks like.
pub fn parse_duration(text: &str) -> Result<u64, String> {
    let (number, unit) = split(text);
    let scale = match unit {
        "ms" => 1.0,
        "s" | "" => 1000.0,
        _ => return Err(duration_form(text)),
    };
    scaled(number, scale).ok_or_else(|| duration_form(text))
}

/// Reads a size and returns bytes; a bare number is bytes.
///
/// # Errors
///
/// Says in words what a size looks like.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let (number, unit) = split(text);
    let scale = match unit {
        "B" | "" => 1.0,
        "KiB" => 1024.0,
        "MiB" => 1024.0 * 1024.0,
        "GiB" => 1024.0 * 1024.0 * 1024.0,
        "kB" | "KB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        _ => return Err(size_form(text)),
    };
    scaled(number, scale).ok_or_else(|| size_form(text))
}

/// Splits `10 ms` into `10` and `ms`.
fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(text.len());
    (&text[..end], text[end..].trim_start())
}

/// Returns `number × scale` where it is at least 1 and at most what fits without loss.
fn scaled(number: &str, scale: f64) -> Option<u64> {
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    let amount = (number.parse::<f64>().ok()? * scale).round();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked"
    )]
    (1.0..=LARGEST).contains(&amount).then_some(amount as u64)
}

fn duration_form(text: &str) -> String {
    format!("`{text}` is no duration: write `10s` or `500ms`; a bare number is seconds")
}

fn size_form(text: &str) -> String {
    format!("`{text}` is no size: write `64MiB`, `512KiB` or `1GiB`; a bare number is bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_seconds_unless_they_say_milliseconds() {
        for (text, milliseconds) in [
            ("10s", 10_000),
            ("500ms", 500),
            ("2", 2_000),
            ("0.25", 250),
            ("1.5 s", 1_500),
        ] {
            assert_eq!(parse_duration(text), Ok(milliseconds), "{text}");
        }
        for text in [
            "",
            "s",
            "10m",
            "-1",
            "0",
            "1e3",
            "ten",
            "1.2.3",
            "99999999999999999999",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_bytes_unless_they_name_a_unit() {
        for (text, bytes) in [
            ("64MiB", 64 << 20),
            ("1GiB", 1 << 30),
            ("512 KiB", 512 << 10),
            ("1000", 1000),
            ("2MB", 2_000_000),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for text in ["", "MiB", "64mb", "0", "-5", "1TiB"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }
}
