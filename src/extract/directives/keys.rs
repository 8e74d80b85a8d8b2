//! What each key of a directive accepts.

use crate::discover::{Start, parse_duration, parse_size};

use super::{Directives, Raises, StderrMode, StdoutMode, VersionCondition};

/// Every key, as the table "Directives" of the README lists them.
pub(in crate::extract) const KEYS: [&str; 22] = [
    "name",
    "group",
    "skip",
    "python",
    "build",
    "env",
    "timeout",
    "memory",
    "processes",
    "disk",
    "output",
    "raises",
    "exit",
    "signal",
    "stdout",
    "stderr",
    "filter",
    "stdin",
    "file",
    "start",
    "alone",
    "await",
];

/// The signals that can end an example, without `SIG`.
const SIGNALS: [&str; 18] = [
    "ABRT", "ALRM", "BUS", "FPE", "HUP", "ILL", "INT", "KILL", "PIPE", "QUIT", "SEGV", "SYS",
    "TERM", "TRAP", "USR1", "USR2", "XCPU", "XFSZ",
];

impl Directives {
    /// Sets one key.
    ///
    /// # Errors
    ///
    /// Says in words what is wrong with the value.
    pub(in crate::extract) fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "name" => self.name = Some(name(value)?),
            "group" => self.group = Some(name(value)?),
            "skip" => self.skip = Some(filled(value, "a reason")?),
            "python" => self.python = Some(versions(value)?),
            "build" => self.build = Some(choice(value, &["default", "free-threaded", "debug"])?),
            "env" => self.env = Some(filled(value, "the name of an environment")?),
            "timeout" => self.timeout_ms = Some(parse_duration(value)?),
            "memory" => self.memory = Some(parse_size(value)?),
            "disk" => self.disk = Some(parse_size(value)?),
            "output" => self.output = Some(parse_size(value)?),
            "processes" => self.processes = Some(positive(value)?),
            "raises" => self.raises = Some(raises(value)?),
            "exit" => self.exit = Some(exit_status(value)?),
            "signal" => self.signal = Some(choice(value, &SIGNALS)?),
            "stdout" => self.stdout = stdout(value)?,
            "stderr" => self.stderr = stderr(value)?,
            "filter" => self.filters = names(value)?,
            "stdin" => self.stdin = Some(value.to_owned()),
            "file" => self.file = Some(inner_path(value)?),
            "start" => self.start = Some(start(value)?),
            "alone" => self.alone = yes(value)?,
            "await" => self.top_level_await = yes(value)?,
            _ => return Err("there is no such key".to_owned()),
        }
        Ok(())
    }
}

/// A name that can stand in `GUIDE#NAME`.
fn name(value: &str) -> Result<String, String> {
    let allowed = |letter: char| !letter.is_whitespace() && !letter.is_control() && letter != '#';
    if value.is_empty() || !value.chars().all(allowed) {
        return Err("a name has at least one letter, and no blank space and no `#`".to_owned());
    }
    Ok(value.to_owned())
}

fn filled(value: &str, what: &str) -> Result<String, String> {
    if value.trim().is_empty() {
        return Err(format!("{what} is missing"));
    }
    Ok(value.trim().to_owned())
}

fn versions(value: &str) -> Result<VersionCondition, String> {
    VersionCondition::parse(value).map_err(|cause| {
        let bare = value.starts_with(|first: char| first.is_ascii_digit());
        if bare {
            format!("`{value}` says no relation: write `==3.12.*`, `>=3.12` or `<3.14`")
        } else {
            cause
        }
    })
}

fn choice(value: &str, known: &[&str]) -> Result<String, String> {
    if known.contains(&value) {
        return Ok(value.to_owned());
    }
    Err(format!("it is one of {}", crate::wording::ticked(known)))
}

fn positive(value: &str) -> Result<u64, String> {
    let number = value.parse::<u64>().ok().filter(|number| *number > 0);
    number.ok_or_else(|| format!("`{value}` is not a whole number above zero"))
}

fn raises(value: &str) -> Result<Raises, String> {
    let (exception, message) = match value.split_once(':') {
        Some((exception, message)) => (exception, Some(message.trim_start().to_owned())),
        None => (value, None),
    };
    let exception = exception.trim();
    let identifier = |part: &str| {
        !part.is_empty()
            && !part.starts_with(|first: char| first.is_ascii_digit())
            && part
                .chars()
                .all(|letter| letter.is_alphanumeric() || letter == '_')
    };
    if !exception.split('.').all(identifier) {
        return Err("write an exception, `ValueError` or `ValueError: its message`".to_owned());
    }
    Ok(Raises {
        exception: exception.to_owned(),
        message,
    })
}

fn exit_status(value: &str) -> Result<i32, String> {
    let status = value.parse::<u8>().map(i32::from);
    status.map_err(|_| format!("`{value}` is not an exit status from 0 to 255"))
}

fn stdout(value: &str) -> Result<StdoutMode, String> {
    match value {
        "exact" => Ok(StdoutMode::Exact),
        "unordered" => Ok(StdoutMode::Unordered),
        "ignore" => Ok(StdoutMode::Ignore),
        _ => Err("it is one of `exact`, `unordered`, `ignore`".to_owned()),
    }
}

fn stderr(value: &str) -> Result<StderrMode, String> {
    match value {
        "reduced" => Ok(StderrMode::Reduced),
        "full" => Ok(StderrMode::Full),
        "ignore" => Ok(StderrMode::Ignore),
        _ => Err("it is one of `reduced`, `full`, `ignore`".to_owned()),
    }
}

fn names(value: &str) -> Result<Vec<String>, String> {
    let names: Vec<String> = value
        .split(',')
        .map(|name| name.trim().to_owned())
        .collect();
    if names.iter().any(String::is_empty) {
        return Err("write names of filters, separated by commas".to_owned());
    }
    Ok(names)
}

/// A path that stays inside the example's folder and is not the example itself.
fn inner_path(value: &str) -> Result<String, String> {
    let parts: Vec<&str> = value.split('/').filter(|part| *part != ".").collect();
    let odd = |part: &&str| part.is_empty() || *part == ".." || part.contains(['\\', '\0', ':']);
    if parts.is_empty() || parts.iter().any(odd) {
        return Err(
            "a file is a relative path with `/` that stays in the example's folder".to_owned(),
        );
    }
    if parts == ["example.py"] {
        return Err("`example.py` is the example itself".to_owned());
    }
    Ok(parts.join("/"))
}

fn start(value: &str) -> Result<Start, String> {
    match value {
        "spawn" => Ok(Start::Spawn),
        "fork" => Ok(Start::Fork),
        _ => Err("it is one of `spawn`, `fork`".to_owned()),
    }
}

fn yes(value: &str) -> Result<bool, String> {
    match value {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("it is `yes` or `no`".to_owned()),
    }
}
