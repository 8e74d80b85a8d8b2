//! Comments in prompts by which other runners of sessions are steered: byexample and xdoctest.

use super::super::Flags;
use super::super::session::flags;
use super::options::on;
use super::{Dialect, Dialects, What, Wish};

/// Reads the comments of a prompt: the flags that they come to, and what cannot be done.
pub(in crate::extract) fn prompt_wishes(
    source: &str,
    dialects: Dialects<'_>,
) -> (Flags, Vec<Wish>) {
    let (mut switched, mut wishes) = (Flags::new(), Vec::new());
    for (dialect, list) in source.lines().filter_map(comment) {
        if !dialects.read(dialect) {
            continue;
        }
        for word in list.split([',', ' ']).filter(|word| !word.is_empty()) {
            let what = match read(dialect, word) {
                Ok(flags) => {
                    switched.extend(flags);
                    continue;
                }
                Err(what) => what,
            };
            if what == What::Unsupported(true) {
                switched.extend(on(&["SKIP"]));
            }
            wishes.push(Wish::new(dialect, word, what));
        }
    }
    (switched, wishes)
}

/// Finds a prompt of nothing but such a comment: it speaks of all prompts below, which nobody here knows how to do.
pub(in crate::extract) fn rest_of_session(line: &str, dialects: Dialects<'_>) -> Option<Wish> {
    let alone = line.trim_start().strip_prefix(">>>")?.trim();
    let (dialect, _) = comment(alone).filter(|_| alone.starts_with('#'))?;
    let wish = || Wish::new(dialect, alone, What::Unsupported(true));
    dialects.read(dialect).then(wish)
}

/// Returns whose comment ends a line, and what follows its name.
fn comment(line: &str) -> Option<(Dialect, &str)> {
    let (_, comment) = line.rsplit_once('#')?;
    let (name, list) = comment.split_once(':')?;
    match name.trim() {
        "byexample" => Some((Dialect::Byexample, list)),
        "xdoctest" | "xdoc" => Some((Dialect::Xdoctest, list)),
        _ => None,
    }
}

fn read(dialect: Dialect, word: &str) -> Result<Flags, What> {
    let name = match (dialect, word) {
        (Dialect::Byexample, "+skip") => "SKIP",
        (Dialect::Byexample, "+pass") | (Dialect::Xdoctest, "+IGNORE_WANT") => "IGNORE_OUTPUT",
        (Dialect::Byexample, "+norm-ws") => "NORMALIZE_WHITESPACE",
        // Whether the module, platform or variable is there, only the tool knows.
        (Dialect::Xdoctest, _) if word.starts_with("+REQUIRES") => {
            return Err(What::Unsupported(true));
        }
        (Dialect::Xdoctest, _) => return flags(word).map_err(|_| What::Unsupported(false)),
        _ => return Err(What::Unsupported(false)),
    };
    Ok(on(&[name]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(source: &str, flags: &[&str], unsupported: &[&str]) {
        let (found, wishes) = prompt_wishes(source, Dialects::new(None));
        assert_eq!(found, on(flags), "{source}");
        let words: Vec<&str> = wishes.iter().map(|wish| wish.words.as_str()).collect();
        assert_eq!(words, unsupported, "{source}");
    }

    #[test]
    fn comments_of_byexample_and_xdoctest_become_flags_or_are_told() {
        case("1  # byexample: +skip\n", &["SKIP"], &[]);
        case(
            "1  # byexample: +pass +timeout=8\n",
            &["IGNORE_OUTPUT"],
            &["+timeout=8"],
        );
        case("1  # xdoctest: +SKIP\n", &["SKIP"], &[]);
        case("1  # xdoctest: +IGNORE_WANT\n", &["IGNORE_OUTPUT"], &[]);
        case(
            "1  # xdoctest: +REQUIRES(LINUX)\n",
            &["SKIP"],
            &["+REQUIRES(LINUX)"],
        );
        case(
            "1  # xdoc: +NORMALIZE_WHITESPACE\n",
            &["NORMALIZE_WHITESPACE"],
            &[],
        );
        case("1  # of byexample: nothing\n", &[], &[]);
        let none = ["sybil".to_owned()];
        let (found, _) = prompt_wishes("1  # xdoctest: +SKIP\n", Dialects::new(Some(&none)));
        assert!(found.is_empty());
    }
}
