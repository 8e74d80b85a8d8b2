//! Small helpers for sentences: plurals, lists, quoted literals, nearest names, versions in words.

/// Returns `1 guide`, `2 guides`.
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{number} {noun}s")
    }
}

/// Returns `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn list<T: AsRef<str>>(items: &[T]) -> String {
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [head @ .., last] => {
            let head: Vec<&str> = head.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", head.join(", "), last.as_ref())
        }
    }
}

/// Returns the items between ticks, joined by commas.
#[must_use]
pub fn ticked<T: AsRef<str>>(items: &[T]) -> String {
    let ticked: Vec<String> = items
        .iter()
        .map(|item| format!("`{}`", item.as_ref()))
        .collect();
    ticked.join(", ")
}

/// Returns the known name nearest to `typed`, if one is near enough to be a typo.
#[must_use]
pub fn nearest<'a>(typed: &str, known: &[&'a str]) -> Option<&'a str> {
    let lower = typed.to_lowercase();
    let scored = known.iter().map(|name| {
        (
            strsim::damerau_levenshtein(&lower, &name.to_lowercase()),
            *name,
        )
    });
    let (best, name) = scored.min()?;
    let bound = name.chars().count().div_ceil(3);
    (best <= bound).then_some(name)
}

/// Returns what the operating system says of an error, in the style of problems, without its number.
#[must_use]
pub fn cause(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_agree_with_their_nouns() {
        assert_eq!(count(1, "guide"), "1 guide");
        assert_eq!(count(0, "guide"), "0 guides");
    }

    #[test]
    fn lists_read_as_sentences() {
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(list(&["a", "b"]), "a and b");
    }

    #[test]
    fn a_typo_finds_its_word_and_a_stranger_does_not() {
        assert_eq!(nearest("timout", &["timeout", "name"]), Some("timeout"));
        assert_eq!(nearest("tow", &["two", "one"]), Some("two"));
        assert_eq!(nearest("colour", &["timeout", "name"]), None);
    }
}
