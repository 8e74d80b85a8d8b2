//! Folders that belong to the machine: the example's becomes `[EXAMPLE]`, the interpreter's `[PYTHON]`.

use std::path::Path;

use crate::plan::Interpreter;

/// A folder and the token that stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Replacement {
    folder: String,
    token: &'static str,
    /// Whether the folder holds much more than Python (`/usr`), so that only what names Python in it is replaced.
    shared: bool,
}

/// Returns what to replace for a run in `folder` on `interpreter`, longest folder first.
pub(super) fn replacements(folder: &Path, interpreter: &Interpreter) -> Vec<Replacement> {
    let installation = interpreter.real_path.parent().and_then(Path::parent);
    let prefixes = [
        Some(interpreter.prefix.as_path()),
        Some(interpreter.base_prefix.as_path()),
        installation,
    ];
    let mut found: Vec<Replacement> = replacement(folder, "[EXAMPLE]").into_iter().collect();
    for prefix in prefixes.into_iter().flatten() {
        found.extend(replacement(prefix, "[PYTHON]"));
    }
    found.sort_by(|a, b| (b.folder.len(), &a.folder).cmp(&(a.folder.len(), &b.folder)));
    found.dedup_by(|a, b| a.folder == b.folder);
    found
}

fn replacement(folder: &Path, token: &'static str) -> Option<Replacement> {
    let text = folder.to_str()?.trim_end_matches('/');
    let shared = token == "[PYTHON]" && matches!(text, "/usr" | "/usr/local" | "/opt");
    (text.len() > 1 && folder.is_absolute()).then(|| Replacement {
        folder: text.to_owned(),
        token,
        shared,
    })
}

/// Returns `text` with every folder replaced where it stands as a whole path or the beginning of one.
pub(super) fn replace(text: &str, replacements: &[Replacement]) -> String {
    let mut text = text.to_owned();
    for replacement in replacements {
        if text.contains(&replacement.folder) {
            text = replace_one(&text, replacement);
        }
    }
    text
}

fn replace_one(text: &str, replacement: &Replacement) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut copied = 0;
    for (start, _) in text.match_indices(&replacement.folder) {
        let end = start + replacement.folder.len();
        let before = text[..start].chars().next_back();
        let stands_alone =
            !before.is_some_and(is_word) && ends_name(&text[end..]) && start >= copied;
        if stands_alone && (!replacement.shared || names_python(&text[end..])) {
            replaced.push_str(&text[copied..start]);
            replaced.push_str(replacement.token);
            copied = end;
        }
    }
    replaced.push_str(&text[copied..]);
    replaced
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '.')
}

/// Says whether a folder's name can end before `rest`: a full stop may end a sentence there.
fn ends_name(rest: &str) -> bool {
    let mut following = rest.chars();
    match following.next() {
        Some('.') => !following.next().is_some_and(is_word),
        Some(character) => !is_word(character),
        None => true,
    }
}

/// Says whether the path that goes on with `rest` names Python in its next two parts: `/lib/python3.12/…`, `/bin/python3`.
fn names_python(rest: &str) -> bool {
    let mut parts = rest.split('/').skip(1);
    let folder = parts.next().unwrap_or_default();
    matches!(folder, "lib" | "lib64" | "bin" | "include")
        && parts.next().is_some_and(|part| part.starts_with("python3"))
}
