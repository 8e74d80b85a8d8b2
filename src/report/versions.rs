//! Several interpreters in words: `3.13 and later`, `every interpreter`, `3.10, 3.12`.

use crate::plan::Interpreter;

/// Names `some` of `all` interpreters, both oldest first, as briefly as is exact.
#[must_use]
pub fn in_words(some: &[&Interpreter], all: &[Interpreter]) -> String {
    let labels: Vec<String> = some
        .iter()
        .map(|interpreter| label(interpreter, all))
        .collect();
    let range = || format!("{}–{}", labels[0], labels[labels.len() - 1]);
    let contiguous = all
        .iter()
        .position(|one| Some(&one) == some.first())
        .filter(|start| {
            all[*start..]
                .iter()
                .zip(some)
                .filter(|(one, other)| one == *other)
                .count()
                == some.len()
        });
    match (some.len(), contiguous) {
        (0, _) => "no interpreter".to_owned(),
        (1, _) if all.len() == 1 => format!("CPython {}", some[0].version),
        (number, _) if number == all.len() => format!("every interpreter ({})", range()),
        (number, Some(start)) if number > 1 && start + number == all.len() => {
            format!("{} and later", labels[0])
        }
        (number, Some(0)) if number > 1 => format!("{} and earlier", labels[number - 1]),
        (number, Some(_)) if number > 2 => range(),
        _ => labels.join(", "),
    }
}

/// Returns the shortest label that is unique among `all`.
fn label(interpreter: &Interpreter, all: &[Interpreter]) -> String {
    let minor = interpreter.label().minor();
    if all
        .iter()
        .filter(|other| other.label().minor() == minor)
        .count()
        > 1
    {
        format!("{}{}", interpreter.version, interpreter.build.suffix())
    } else {
        minor
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Build, Installation};

    fn interpreter(minor: u64) -> Interpreter {
        Installation {
            path: "python".into(),
            real_path: format!("python3.{minor}").into(),
            prefix: "prefix".into(),
            base_prefix: "prefix".into(),
            ..Installation::unplaced(&format!("3.{minor}.0"), [3, minor, 0], Build::Default)
        }
        .into()
    }

    #[track_caller]
    fn case(some: &[u64], words: &str) {
        let all: Vec<Interpreter> = (10..14).map(interpreter).collect();
        let some: Vec<Interpreter> = some.iter().copied().map(interpreter).collect();
        assert_eq!(in_words(&some.iter().collect::<Vec<_>>(), &all), words);
    }

    #[test]
    fn several_interpreters_are_named_as_briefly_as_is_exact() {
        case(&[10, 11, 12, 13], "every interpreter (3.10–3.13)");
        case(&[12, 13], "3.12 and later");
        case(&[13], "3.13");
        case(&[10, 11], "3.11 and earlier");
        case(&[10, 13], "3.10, 3.13");
        case(&[11, 12], "3.11, 3.12");
    }
}
