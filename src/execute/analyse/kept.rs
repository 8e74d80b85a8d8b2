//! Answers that are kept: in groups of blocks whose bounds the blocks themselves set, so that a change
//! to one block asks again about its group alone, wherever in a guide it stands.

use std::ops::Range;

use crate::execute::cache::Cache;
use crate::execute::sandbox::Level;
use crate::plan::Interpreter;
use crate::problem::Problem;

use super::{Analysis, Answer, SCRIPT};

/// A group ends at a block whose hash is a multiple of this: its usual size.
const USUAL: u8 = 16;
/// Blocks in a group, at most.
const MOST: usize = 64;

/// Answers from the cache, and asks an interpreter about the rest.
pub(super) fn ask(
    interpreter: &Interpreter,
    codes: &[&str],
    level: Level,
    cache: &Cache,
) -> Result<Vec<Answer>, Problem> {
    let groups = groups(codes);
    let recall = |group: &Range<usize>| recall(interpreter, &codes[group.clone()], cache);
    let known: Vec<Option<Vec<Answer>>> = groups.iter().map(recall).collect();
    let open = groups
        .iter()
        .zip(&known)
        .filter(|(_, known)| known.is_none());
    let questions: Vec<&str> = open
        .flat_map(|(group, _)| &codes[group.clone()])
        .copied()
        .collect();
    let mut asked = super::ask::ask(interpreter, &questions, level)?.into_iter();
    let mut answers = Vec::with_capacity(codes.len());
    for (group, known) in groups.into_iter().zip(known) {
        answers.extend(known.unwrap_or_else(|| {
            let new: Vec<Answer> = asked.by_ref().take(group.len()).collect();
            note(interpreter, &codes[group], &new, cache);
            new
        }));
    }
    Ok(answers)
}

fn recall(interpreter: &Interpreter, codes: &[&str], cache: &Cache) -> Option<Vec<Answer>> {
    let content = cache.recall(interpreter, SCRIPT, codes)?;
    let analyses: Vec<Analysis> = serde_json::from_slice(&content).ok()?;
    let answer = |analysis| Answer {
        analysis,
        is_final: true,
    };
    (analyses.len() == codes.len()).then(|| analyses.into_iter().map(answer).collect())
}

fn note(interpreter: &Interpreter, codes: &[&str], answers: &[Answer], cache: &Cache) {
    if answers.len() != codes.len() || !answers.iter().all(|answer| answer.is_final) {
        return;
    }
    let analyses: Vec<&Analysis> = answers.iter().map(|answer| &answer.analysis).collect();
    if let Ok(content) = serde_json::to_vec(&analyses) {
        cache.note(interpreter, SCRIPT, codes, &content);
    }
}

fn groups(codes: &[&str]) -> Vec<Range<usize>> {
    let mut groups = Vec::new();
    let mut start = 0;
    for (index, code) in codes.iter().enumerate() {
        let is_bound = blake3::hash(code.as_bytes()).as_bytes()[0].is_multiple_of(USUAL);
        let is_last = index + 1 == codes.len();
        if is_bound || is_last || index + 1 - start == MOST {
            groups.push(start..index + 1);
            start = index + 1;
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    #[cfg(unix)]
    use std::sync::Arc;

    use super::*;
    #[cfg(unix)]
    use crate::execute::run::RunOptions;

    fn texts(codes: &[String]) -> BTreeSet<Vec<String>> {
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        let ranges = groups(&codes);
        let joined: Vec<usize> = ranges.iter().cloned().flatten().collect();
        assert_eq!(
            joined,
            (0..codes.len()).collect::<Vec<_>>(),
            "each once, in order"
        );
        ranges
            .into_iter()
            .map(|range| codes[range].iter().map(|code| (*code).to_owned()).collect())
            .collect()
    }

    #[test]
    fn a_new_block_leaves_other_groups_alone() {
        let mut codes: Vec<String> = (0..1_000)
            .map(|number| format!("print({number})"))
            .collect();
        let before = texts(&codes);
        assert!((30..120).contains(&before.len()), "{}", before.len());
        codes.insert(500, "new = 1".to_owned());
        let after = texts(&codes);
        assert!(after.difference(&before).count() <= 3);
        assert!(texts(&vec!["same".to_owned(); 200]).len() <= 2, "bounded");
        assert_eq!(groups(&[]), Vec::<Range<usize>>::new());
    }

    #[test]
    #[cfg(unix)]
    fn kept_answers_are_those_that_were_given() {
        let interpreter = crate::execute::testing::interpreters().pop().unwrap();
        let codes: Vec<String> = (0..40)
            .map(|number| format!("import m{number}\nx = y"))
            .collect();
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        let folder = tempfile::tempdir().unwrap();
        let cache = || Cache::new(folder.path(), folder.path());
        let with = |cache| RunOptions {
            cache,
            ..RunOptions::new(1, Level::Off)
        };
        let kept = || with(Some(Arc::new(cache())));
        let plain = super::super::analyse(&interpreter, &codes, &with(None)).unwrap();
        let first = super::super::analyse(&interpreter, &codes, &kept()).unwrap();
        let entries = cache().usage().entries;
        assert!(entries > 0);
        let mut nobody = interpreter.clone();
        nobody.path = "/nowhere/python".into();
        let second = super::super::analyse(&nobody, &codes, &kept()).unwrap();
        assert_eq!((&plain, &plain), (&first, &second));
        assert_eq!(cache().usage().entries, entries);
    }
}
