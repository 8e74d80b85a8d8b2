//! Puts fences together into examples: names, groups, files, outputs, limits.

use std::collections::{HashMap, HashSet};

use crate::discover::{Guide, Limits};
use crate::position::Position;
use crate::problem::Problem;

use super::directives::Given;
use super::draft::{Draft, Role, Runnable};
use super::problems::{Places, Problems};
use super::{Block, Directives, Example, Extra, Fate, Fence, OutputFence};

/// The name of the one example of a guide whose blocks all share a process.
const WHOLE_GUIDE: &str = "guide";

/// Puts the fences of a guide together.
pub(super) fn assemble(
    guide: &Guide,
    drafts: Vec<Draft>,
    shares: bool,
    problems: &mut Problems,
) -> (Vec<Fence>, Vec<Example>) {
    let mut assembly = Assembly {
        guide,
        shares,
        places: Places::new(&guide.text),
        problems,
        fences: Vec::with_capacity(drafts.len()),
        examples: Vec::new(),
        groups: HashMap::new(),
        running: running_groups(&drafts),
        names: HashMap::new(),
        homes: vec![None; drafts.len()],
        files: Vec::new(),
    };
    for draft in drafts {
        assembly.add(draft);
    }
    assembly.finish();
    // They stay for as long as everything runs.
    assembly.examples.shrink_to_fit();
    (assembly.fences, assembly.examples)
}

/// What is known of a block besides its code.
struct About {
    given: Given,
    /// Its name unless the guide gives one.
    name: String,
    /// The fence that it goes on from.
    joins: Option<usize>,
}

/// Returns the groups of which at least one block runs; a skipped block of theirs stays out.
fn running_groups(drafts: &[Draft]) -> HashSet<String> {
    let running = drafts.iter().filter(|draft| match &draft.role {
        Role::Block(runnable) => runnable.skipped.is_none(),
        _ => false,
    });
    running
        .filter_map(|draft| draft.given.directives.group.clone())
        .collect()
}

struct Assembly<'a> {
    guide: &'a Guide,
    /// Whether all blocks share a process.
    shares: bool,
    places: Places<'a>,
    problems: &'a mut Problems,
    fences: Vec<Fence>,
    examples: Vec<Example>,
    /// Group → its example.
    groups: HashMap<String, usize>,
    /// Groups of which at least one block runs.
    running: HashSet<String>,
    /// Explicit name → line of the fence that has it.
    names: HashMap<String, usize>,
    /// Fence → the example and the block that it became.
    homes: Vec<Option<(usize, usize)>>,
    /// Files that wait for their example: fence, group, file, place of the directive.
    files: Vec<(Option<String>, Extra, usize)>,
}

impl Assembly<'_> {
    fn add(&mut self, draft: Draft) {
        let index = self.fences.len();
        let position = self.places.position(draft.span.start);
        let mut fence = Fence {
            kind: draft.kind,
            info: self.guide.text[draft.info.clone()].to_owned(),
            position,
            fate: Fate::NotPython,
            id: None,
            span: draft.span.clone(),
        };
        match draft.role {
            Role::Block(runnable) => {
                fence.fate = match &runnable.skipped {
                    Some(reason) => Fate::Skipped(reason.clone()),
                    None => Fate::Run,
                };
                self.fences.push(fence);
                let about = About {
                    given: draft.given,
                    name: draft.name,
                    joins: draft.joins,
                };
                self.block(index, &about, runnable);
            }
            Role::Output {
                of,
                text,
                line_spans,
                explicit,
            } => {
                fence.fate = Fate::Output;
                self.fences.push(fence);
                let shown = OutputFence {
                    fence: index,
                    text,
                    line_spans,
                    python: draft.given.directives.python,
                    build: draft.given.directives.build,
                    block: 0,
                    explicit,
                };
                self.output(index, of, shown);
            }
            Role::File { content } => {
                fence.fate = Fate::File;
                self.fences.push(fence);
                self.file(index, draft.given, content);
            }
            Role::NotPython => self.fences.push(fence),
            Role::Lookalike(reason) => {
                fence.fate = Fate::Lookalike(reason);
                self.fences.push(fence);
            }
            Role::Nested => {
                fence.fate = Fate::Nested;
                self.fences.push(fence);
            }
        }
    }

    fn block(&mut self, fence: usize, about: &About, runnable: Runnable) {
        let About { given, name, .. } = about;
        let skipped = runnable.skipped.is_some();
        let explicit = given.directives.group.clone();
        self.claim_name(given, self.fences[fence].position);
        if let Some(name) = explicit
            .as_ref()
            .filter(|name| skipped && self.running.contains(*name))
        {
            self.fences[fence].id = Some(format!("{}#{name}", self.guide.id));
            return;
        }
        let shared = (self.shares && !skipped).then(|| WHOLE_GUIDE.to_owned());
        let joins = about.joins.filter(|_| !skipped && explicit.is_none());
        let joined = joins.and_then(|of| self.homes[of]).map(|home| home.0);
        let group = explicit.or(shared);
        let mut directives = given.directives.clone();
        directives.skip.clone_from(&runnable.skipped);
        let block = Block {
            fence,
            kind: runnable.kind,
            code: runnable.code,
            line_spans: runnable.line_spans,
            directives,
        };
        let known = group
            .as_ref()
            .and_then(|group| self.groups.get(group))
            .copied();
        let example = match known.or(joined) {
            Some(example) => self.join(example, block, given),
            None => self.open(group.as_deref(), name, block),
        };
        self.fences[fence].id = Some(self.examples[example].id.clone());
        let within = self.examples[example].blocks.len().saturating_sub(1);
        self.homes[fence] = Some((example, within));
    }

    /// Starts an example with its first block.
    fn open(&mut self, group: Option<&str>, automatic: &str, block: Block) -> usize {
        let position = self.fences[block.fence].position;
        let named = group.is_some_and(|_| block.directives.group.is_some())
            || (group.is_none() && block.directives.name.is_some());
        let name = group
            .or(block.directives.name.as_deref())
            .unwrap_or(automatic);
        let example = Example {
            id: format!("{}#{name}", self.guide.id),
            name: name.to_owned(),
            named,
            position,
            directives: block.directives.clone(),
            blocks: vec![block],
            files: Vec::new(),
            outputs: Vec::new(),
            limits: Limits::default(),
        };
        if let Some(group) = group {
            self.groups.insert(group.to_owned(), self.examples.len());
        }
        self.examples.push(example);
        self.examples.len() - 1
    }

    /// Adds a block to the example of its group.
    fn join(&mut self, index: usize, block: Block, given: &Given) -> usize {
        let example = &mut self.examples[index];
        if let Some(key) = merge(&mut example.directives, &block.directives) {
            let offset = given
                .place(key)
                .unwrap_or(self.fences[block.fence].span.start);
            let group = &example.name;
            let message =
                format!("directive `{key}` says something else than before in group `{group}`");
            self.problems
                .add(offset, Problem::finding("bad-directive", message));
        }
        example.blocks.push(block);
        index
    }

    /// Reports an explicit name that another fence has, or a name that is a group's.
    fn claim_name(&mut self, given: &Given, position: Position) {
        let Some(name) = &given.directives.name else {
            return;
        };
        let offset = given.place("name").unwrap_or_default();
        if let Some(line) = self.names.get(name) {
            let message = format!("the name `{name}` is taken by the fence at line {line}");
            let problem = Problem::finding("equal-names", message)
                .hint("names are unique in a guide: choose another");
            self.problems.add(offset, problem);
        } else {
            self.names.insert(name.clone(), position.line);
        }
    }

    fn output(&mut self, fence: usize, of: usize, mut shown: OutputFence) {
        let id = self.fences[of].id.clone();
        self.fences[fence].id = id;
        if let Some((example, block)) = self.homes[of] {
            shown.block = block;
            self.examples[example].outputs.push(shown);
        }
    }

    fn file(&mut self, fence: usize, given: Given, content: String) {
        let place = given.place("file").unwrap_or_default();
        let extra = Extra {
            fence,
            path: given.directives.file.unwrap_or_default(),
            content,
        };
        self.files.push((given.directives.group, extra, place));
    }

    fn finish(&mut self) {
        self.give_files();
        self.part_equal_ids();
        for example in &mut self.examples {
            if example.blocks.len() > 1 {
                drop_conditions(example);
            }
            example.limits = limits(&self.guide.settings.limits, &example.directives);
        }
    }

    /// Gives each file to the example of its group, or to the next one.
    fn give_files(&mut self) {
        for (group, extra, place) in std::mem::take(&mut self.files) {
            let next = || {
                let follows = |example: &Example| example.blocks[0].fence > extra.fence;
                self.examples.iter().position(follows)
            };
            let home = match &group {
                Some(group) => self.groups.get(group).copied(),
                None => next(),
            };
            let Some(home) = home else {
                let problem = Problem::finding(
                    "bad-directive",
                    "no example follows that this file could stand beside",
                )
                .hint("put the file above its example, or give both the same `group`");
                self.problems.add(place, problem);
                continue;
            };
            let example = &mut self.examples[home];
            if example.files.iter().any(|file| file.path == extra.path) {
                let message = format!("`{}` is written twice for one example", extra.path);
                self.problems
                    .add(place, Problem::finding("bad-directive", message));
                continue;
            }
            self.fences[extra.fence].id = Some(example.id.clone());
            example.files.push(extra);
        }
    }

    /// Reports examples whose ids are equal: a name and a group, or a name that is an automatic one.
    fn part_equal_ids(&mut self) {
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for example in &self.examples {
            let line = example.position.line;
            let Some(first) = seen.insert(&example.id, line) else {
                continue;
            };
            let told = self.names.contains_key(&example.name)
                && example.directives.name.as_deref() == Some(&example.name)
                && self.names[&example.name] != line;
            if !told {
                let message = format!(
                    "the name `{}` is taken by the example at line {first}",
                    example.name
                );
                let problem = Problem::finding("equal-names", message)
                    .hint("names and groups are unique in a guide: choose another");
                let fence = example.blocks[0].fence;
                self.problems.add(self.fences[fence].span.start, problem);
            }
        }
    }
}

/// Adds what a later block of a group says; returns a key on which both disagree.
fn merge(into: &mut Directives, from: &Directives) -> Option<&'static str> {
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
fn drop_conditions(example: &mut Example) {
    let first = &example.blocks[0].directives;
    let agree = |block: &Block| {
        block.directives.python == first.python && block.directives.build == first.build
    };
    if !example.blocks.iter().all(agree) {
        example.directives.python = None;
        example.directives.build = None;
    }
}

/// Returns the limits of configuration, overridden by directives.
fn limits(settings: &Limits, directives: &Directives) -> Limits {
    Limits {
        timeout_ms: directives.timeout_ms.unwrap_or(settings.timeout_ms),
        memory: directives.memory.unwrap_or(settings.memory),
        processes: directives.processes.unwrap_or(settings.processes),
        files: settings.files,
        output: directives.output.unwrap_or(settings.output),
        disk: directives.disk.unwrap_or(settings.disk),
    }
}
