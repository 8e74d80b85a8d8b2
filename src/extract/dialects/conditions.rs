//! Conditions in Python that markup holds, as far as they can be understood without running it.

use std::sync::LazyLock;

use regex::Regex;

use super::super::VersionCondition;

/// What a condition for skipping means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The block is skipped everywhere.
    Always,
    /// It is skipped nowhere.
    Never,
    /// It runs on these versions.
    RunsOn(VersionCondition),
    /// Only Python could tell.
    Unknown,
}

static VERSION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^sys\.version_info(\[:[23]\])?(<=|>=|<|>|==|!=)\((\d+),(\d+)?,?(\d+)?\)$")
        .expect("the pattern is valid")
});

static MINOR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^sys\.version_info(?:\.minor|\[1\])(<=|>=|<|>|==|!=)(\d+)$")
        .expect("the pattern is valid")
});

static PLATFORM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^(?:sys\.platform|os\.name)(==|!=|\.startswith\()["'](\w+)["']\)?$"#)
        .expect("the pattern is valid")
});

/// Reads the condition under which a block is skipped.
pub(super) fn skips_when(condition: &str) -> Meaning {
    let text: String = condition.split_whitespace().collect();
    match text.trim_matches(['(', ')'].as_slice()) {
        "True" | "1" => return Meaning::Always,
        "False" | "0" => return Meaning::Never,
        _ => {}
    }
    if let Some(parts) = VERSION.captures(&text) {
        let number = |at: usize| {
            parts
                .get(at)
                .and_then(|part| part.as_str().parse::<u64>().ok())
        };
        let major = number(3).unwrap_or(3);
        let sliced = parts.get(1).is_some();
        return version(&parts[2], sliced, major, number(4), number(5));
    }
    if let Some(parts) = MINOR.captures(&text) {
        return version(&parts[1], true, 3, parts[2].parse().ok(), None);
    }
    match PLATFORM.captures(&text) {
        Some(parts) => platform(&parts[1], &parts[2]),
        None => Meaning::Unknown,
    }
}

/// A tuple without a slice is shorter than `sys.version_info`, so it never equals it and comes before it.
fn version(
    relation: &str,
    sliced: bool,
    major: u64,
    minor: Option<u64>,
    micro: Option<u64>,
) -> Meaning {
    let Some(minor) = minor else {
        return Meaning::Unknown;
    };
    let exact = match micro {
        Some(micro) => format!("{major}.{minor}.{micro}"),
        None => format!("{major}.{minor}"),
    };
    let after = match micro {
        Some(micro) => format!("{major}.{minor}.{}", micro + 1),
        None => format!("{major}.{}", minor + 1),
    };
    let family = if micro.is_some() {
        exact.clone()
    } else {
        format!("{exact}.*")
    };
    let runs = match (relation, sliced) {
        ("<", _) | ("<=", false) => format!(">={exact}"),
        (">=", _) | (">", false) => format!("<{exact}"),
        ("<=", true) => format!(">={after}"),
        (">", true) => format!("<{after}"),
        ("==", true) => format!("!={family}"),
        ("!=", true) => format!("=={family}"),
        ("==", false) => return Meaning::Never,
        _ => return Meaning::Always,
    };
    VersionCondition::parse(&runs).map_or(Meaning::Unknown, Meaning::RunsOn)
}

fn platform(relation: &str, name: &str) -> Meaning {
    let here = match name {
        "win32" | "win" | "nt" | "cygwin" => cfg!(windows),
        "darwin" => cfg!(target_os = "macos"),
        "linux" => cfg!(target_os = "linux"),
        "posix" => cfg!(unix),
        _ => return Meaning::Unknown,
    };
    if here == (relation != "!=") {
        Meaning::Always
    } else {
        Meaning::Never
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(condition: &str, runs: &str) {
        let Meaning::RunsOn(versions) = skips_when(condition) else {
            panic!("{condition}: {:?}", skips_when(condition));
        };
        assert_eq!(versions.text, runs, "{condition}");
    }

    #[test]
    fn comparisons_of_versions_are_turned_into_those_that_run() {
        case("sys.version_info < (3, 10)", ">=3.10");
        case("sys.version_info <= (3, 7)", ">=3.7");
        case("sys.version_info[:2] <= (3, 7)", ">=3.8");
        case("sys.version_info >= (3, 12)", "<3.12");
        case("sys.version_info > (3, 12, 1)", "<3.12.1");
        case("sys.version_info[:2] == (3, 9)", "!=3.9.*");
        case("sys.version_info.minor < 11", ">=3.11");
    }

    #[test]
    fn other_conditions_are_constant_or_unknown() {
        assert_eq!(skips_when("True"), Meaning::Always);
        assert_eq!(skips_when("0"), Meaning::Never);
        assert_eq!(skips_when("not HAS_NUMPY"), Meaning::Unknown);
        assert_eq!(
            skips_when("sys.platform == 'win32'"),
            skips_when("os.name == 'nt'")
        );
    }
}
