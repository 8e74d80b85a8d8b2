//! What the blocks of an example say together: directives joined, conditions of all, limits.

use std::sync::Arc;

use crate::discover::Limits;

use super::{Block, Directives, Example};

/// Adds what a later block of a group says; returns a key on which both disagree.
pub(super) fn merge(into: &mut Directives, from: &Directives) -> Option<&'static str> {
    let mut conflict = None;
    macro_rules! option {
        ($field:ident, $key:literal) => {
            match (&into.$field, &from.$field) {
                (Some(a), Some(b)) if a != b => conflict = Some($key),
                (None, Some(_)) => into.$field.clone_from(&from.$field),
                _ => {}
            }
        };
    }
    option!(env, "env");
    option!(timeout_ms, "timeout");
    option!(memory, "memory");
    option!(processes, "processes");
    option!(disk, "disk");
    option!(output, "output");
    option!(raises, "raises");
    option!(exit, "exit");
    option!(signal, "signal");
    option!(stdin, "stdin");
    option!(start, "start");
    if from.stdout != super::StdoutMode::default() {
        into.stdout = from.stdout;
    }
    if from.stderr != super::StderrMode::default() {
        into.stderr = from.stderr;
    }
    for filter in &from.filters {
        if !into.filters.contains(filter) {
            into.filters.push(filter.clone());
        }
    }
    into.alone |= from.alone;
    into.top_level_await |= from.top_level_await;
    conflict
}

/// In a group each block has its own conditions; the whole has one only where all agree.
pub(super) fn drop_conditions(example: &mut Example) {
    let first = &example.blocks[0].directives;
    let agree = |block: &Block| {
        block.directives.python == first.python && block.directives.build == first.build
    };
    if !example.blocks.iter().all(agree) {
        let directives = Arc::make_mut(&mut example.directives);
        directives.python = None;
        directives.build = None;
    }
}

/// Returns the limits of configuration, overridden by directives.
pub(super) fn limits(settings: &Limits, directives: &Directives) -> Limits {
    Limits {
        timeout_ms: directives.timeout_ms.unwrap_or(settings.timeout_ms),
        memory: directives.memory.unwrap_or(settings.memory),
        processes: directives.processes.unwrap_or(settings.processes),
        files: settings.files,
        output: directives.output.unwrap_or(settings.output),
        disk: directives.disk.unwrap_or(settings.disk),
    }
}
