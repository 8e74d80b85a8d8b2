//! What looks like Python and cannot be used, for `doctor`: shims that say the same share one line.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use crate::plan::interpreter::Misfit;
use crate::wording;

use super::safe;

/// What stands for a shim's own name in what several of them say.
const NAME: &str = "NAME";

const FIX: &str = "none is needed, fencepost finds what is installed without shims; \
to have these names work, choose versions in the version manager, such as `pyenv global 3.13 3.12`";

/// Writes programs one by one, and shims that lead nowhere by folder and by what they say.
///
/// # Errors
///
/// Where writing fails.
pub fn write_unusable(
    programs: &[Misfit],
    shims: &[Misfit],
    sink: &mut dyn Write,
) -> io::Result<()> {
    for misfit in programs {
        let path = safe::terminal(&misfit.path.display().to_string());
        let reason = safe::terminal(&misfit.reason);
        writeln!(sink, "not usable: {path}: {reason}")?;
    }
    for line in grouped(shims) {
        writeln!(sink, "not usable: {}", safe::terminal(&line))?;
    }
    if !shims.is_empty() {
        writeln!(sink, "    fix: {FIX}")?;
    }
    Ok(())
}

/// Tells shims together that stand in one folder and say the same but for their names.
fn grouped(shims: &[Misfit]) -> Vec<String> {
    let mut groups: BTreeMap<(&Path, String), Vec<&Misfit>> = BTreeMap::new();
    for shim in shims {
        let folder = shim.path.parent().unwrap_or(&shim.path);
        let said = shim.reason.replace(&name(shim), NAME);
        groups.entry((folder, said)).or_default().push(shim);
    }
    let told = |((folder, said), group): ((&Path, String), Vec<&Misfit>)| match group.as_slice() {
        [only] => format!("{}: {}", only.path.display(), only.reason),
        several => {
            let count = wording::count(several.len(), "shim");
            let names: Vec<String> = several.iter().copied().map(name).collect();
            let (folder, names) = (folder.display(), wording::list(&names));
            format!("{count} in {folder} ({names}): each {said}")
        }
    };
    groups.into_iter().map(told).collect()
}

fn name(shim: &Misfit) -> String {
    let name = shim.path.file_name().unwrap_or(shim.path.as_os_str());
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::interpreter::MisfitKind;

    fn misfit(path: &str, reason: &str) -> Misfit {
        Misfit {
            path: path.into(),
            kind: MisfitKind::Broken,
            reason: reason.to_owned(),
        }
    }

    #[track_caller]
    fn case(shims: &[(&str, &str)], expected: &[&str]) {
        let shims: Vec<Misfit> = (shims.iter())
            .map(|(path, reason)| misfit(path, reason))
            .collect();
        assert_eq!(grouped(&shims), expected);
    }

    #[test]
    fn shims_of_a_folder_that_say_the_same_share_a_line() {
        case(&[], &[]);
        case(
            &[("/a/shims/python2", "crashed")],
            &["/a/shims/python2: crashed"],
        );
        case(
            &[
                ("/a/shims/python2", "said pyenv: python2: not found"),
                ("/a/shims/python3", "crashed"),
                ("/a/shims/python3.9", "said pyenv: python3.9: not found"),
                ("/a/shims/python3.10", "said pyenv: python3.10: not found"),
                ("/b/shims/python2", "said pyenv: python2: not found"),
            ],
            &[
                "/a/shims/python3: crashed",
                "3 shims in /a/shims (python2, python3.9 and python3.10): each said pyenv: NAME: not found",
                "/b/shims/python2: said pyenv: python2: not found",
            ],
        );
    }

    #[test]
    fn only_shims_come_with_what_to_do() {
        let programs = [misfit("/a/bin/python2", "CPython 2.7.18 is too old")];
        let written = |shims: &[Misfit]| {
            let mut text = Vec::new();
            write_unusable(&programs, shims, &mut text).unwrap();
            String::from_utf8(text).unwrap()
        };
        let program = "not usable: /a/bin/python2: CPython 2.7.18 is too old\n";
        assert_eq!(written(&[]), program);
        let with_shim = written(&[misfit("/a/shims/python\u{1b}", "crashed")]);
        let shim = format!("not usable: /a/shims/python\\x1b: crashed\n    fix: {FIX}\n");
        assert_eq!(with_shim, program.to_owned() + &shim);
    }
}
