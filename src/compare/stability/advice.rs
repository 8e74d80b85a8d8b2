//! What would make an example stable: a change of its code, or a filter that was tried on its output.

use crate::normalise::apply_built_in;

use super::likeness::Likeness;
use super::spans::Varying;
use crate::compare::Stream;

/// Returns one sentence for each thing that varies.
pub(super) fn of(named: &[(Stream, Varying, Likeness)]) -> String {
    let mut kinds: Vec<Likeness> = named.iter().map(|(_, _, likeness)| *likeness).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let sentences: Vec<String> = kinds
        .into_iter()
        .map(|kind| {
            let of_kind: Vec<&(Stream, Varying, Likeness)> = (named.iter())
                .filter(|(_, _, likeness)| *likeness == kind)
                .collect();
            sentence(kind, &of_kind)
        })
        .collect();
    sentences.join("; ")
}

fn sentence(kind: Likeness, of_kind: &[&(Stream, Varying, Likeness)]) -> String {
    let change = code_change(kind);
    match way_around(kind, of_kind) {
        Some(way) => format!("{change}, or set `{way}`"),
        None => change.to_owned(),
    }
}

fn code_change(kind: Likeness) -> &'static str {
    match kind {
        Likeness::Address => "print a relation (`a is b`, `id(a) == id(b)`) instead of an address",
        Likeness::Duration => "assert a bound on the time instead of printing it",
        Likeness::Pid => "print whether process ids are equal instead of the ids",
        Likeness::ThreadId => "print names of threads, or whether their ids are equal",
        Likeness::SetOrder => "print `sorted(…)` instead of a set in its own order",
        Likeness::ThreadOrder => {
            "let a `join`, an `Event` or a `Barrier` decide what comes first, or sort what was gathered"
        }
        Likeness::Path => "print the name of the file without its folder",
        Likeness::Date => "give the code a fixed date instead of the present one",
        Likeness::Random => {
            "seed the generator (`random.seed(0)`) or print what holds for every outcome"
        }
        Likeness::HashSeed => {
            "print whether hashes are equal instead of the hashes: the seed and `sys.flags.hash_randomization` differ between runs"
        }
        Likeness::MemoryUse => {
            "print whether memory grew, or by which factor, instead of how much is in use"
        }
        Likeness::Port => "print whether ports are equal instead of a port that the system chose",
        Likeness::CpuCount => "give the code a fixed number of workers instead of the CPU count",
    }
}

/// Returns a directive under which these stretches would not vary, if there is one.
fn way_around(kind: Likeness, of_kind: &[&(Stream, Varying, Likeness)]) -> Option<String> {
    let is_order = (of_kind.iter()).all(|(stream, found, _)| {
        *stream == Stream::Stdout && found.is_order && found.values[0].contains('\n')
    });
    if is_order {
        return Some("stdout=unordered".to_owned());
    }
    let preferred = match kind {
        Likeness::Duration => "durations",
        Likeness::Pid => "pids",
        Likeness::ThreadId => "thread-ids",
        Likeness::Date => "dates",
        // Last digits may vary for any reason; other filters would hide what the reader came for.
        _ => "floats",
    };
    let helps = |name: &&str| (of_kind.iter()).all(|(_, found, _)| makes_equal(name, found));
    let filter = [preferred, "floats"].into_iter().find(helps)?;
    Some(format!("filter={filter}"))
}

fn makes_equal(filter: &str, found: &Varying) -> bool {
    let mut lines = found
        .context
        .iter()
        .map(|line| apply_built_in(line, filter));
    let first = lines.next();
    first.is_some() && lines.all(|line| Some(&line) == first.as_ref())
}
