//! Puts fences together into examples: names, groups, files, outputs, limits.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use smallvec::smallvec;

use crate::discover::{Guide, Limits};
use crate::problem::Problem;

use super::dialects::{Dialect, Dialects};
use super::directives::Given;
use super::draft::{Draft, Role, Runnable};
use super::equal_names::{self, Automatic, Named};
use super::groups::{drop_conditions, limits, merge};
use super::problems::{Places, Problems};
use super::reader::Reading;
use super::{Block, Directives, Example, Excerpt, Extra, Fate, Fence, OutputFence};

/// The name of the one example of a guide whose blocks all share a process.
pub(super) const WHOLE_GUIDE: &str = "guide";

/// Puts the fences of a guide together.
pub(super) fn assemble(
    guide: &Guide,
    reading: Reading,
    shares: bool,
    problems: &mut Problems,
) -> (Vec<Fence>, Vec<Example>) {
    let drafts = reading.drafts;
    let is_block = |draft: &&Draft| matches!(draft.role, Role::Block(_));
    let blocks = drafts.iter().filter(is_block).count();
    let mut assembly = Assembly {
        guide,
        ids: reading.ids.into(),
        shares,
        places: Places::new(&guide.text),
        problems,
        fences: Vec::with_capacity(drafts.len()),
        examples: Vec::with_capacity(blocks),
        groups: HashMap::new(),
        running: running_groups(&drafts),
        named: Vec::new(),
        automatic: Automatic::new(),
        homes: vec![None; drafts.len()],
        skipped: None,
        limits: (Arc::default(), Arc::new(guide.settings.limits.clone())),
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
    /// Its id unless the guide gives a name.
    id: Excerpt,
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
    /// The ids of fences by their headings.
    ids: Arc<str>,
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
    /// Names that the guide gives.
    named: Vec<Named>,
    /// The ids that examples with a given name would have without it.
    automatic: Automatic,
    /// Fence → the example and the block that it became.
    homes: Vec<Option<(usize, usize)>>,
    /// The directives of the block that was skipped last, as the guide gives them and with the reason.
    skipped: Option<(Arc<Directives>, Arc<Directives>)>,
    /// The directives of the last example, and the limits that follow from them.
    limits: (Arc<Directives>, Arc<Limits>),
    /// Files that wait for their example: fence, group, file, place of the directive.
    files: Vec<(Option<String>, Extra, usize)>,
}

impl Assembly<'_> {
    fn add(&mut self, draft: Draft) {
        let index = self.fences.len();
        let position = self.places.position(draft.span.start);
        let mut fence = Fence {
            kind: draft.kind,
            info: Excerpt::new(&self.guide.text, draft.info),
            position,
            fate: Fate::NotPython,
            id: None,
            span: draft.span,
            told: draft.told,
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
                    id: Excerpt::new(&self.ids, draft.id),
                    joins: draft.joins,
                };
                self.block(index, about, runnable);
            }
            Role::Output {
                of,
                text,
                explicit,
                whole,
            } => {
                fence.fate = Fate::Output;
                self.fences.push(fence);
                let shown = OutputFence {
                    fence: index,
                    text,
                    python: draft.given.directives.python.clone(),
                    build: draft.given.directives.build.clone(),
                    block: 0,
                    explicit,
                    whole,
                };
                self.output(index, of, shown);
            }
            Role::File { content } => {
                fence.fate = Fate::File;
                self.fences.push(fence);
                self.file(index, &draft.given, content);
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

    fn block(&mut self, fence: usize, about: About, runnable: Runnable) {
        let About { given, id, joins } = about;
        let skipped = runnable.skipped.is_some();
        let explicit = given.directives.group.clone();
        self.named
            .extend(given.directives.name.clone().map(|name| Named {
                name,
                fence,
                offset: given.place("name").unwrap_or_default(),
                example: None,
                is_whole: false,
            }));
        if let Some(name) = explicit
            .as_ref()
            .filter(|name| skipped && self.running.contains(*name))
        {
            self.fences[fence].id = Some(self.id(name));
            return;
        }
        let shared = (self.shares && !skipped).then(|| WHOLE_GUIDE.to_owned());
        let joins = joins.filter(|_| !skipped && explicit.is_none());
        let joined = joins.and_then(|of| self.homes[of]).map(|home| home.0);
        let group = explicit.or(shared);
        let Given { directives, keys } = given;
        let directives = self.skipping(directives, runnable.skipped);
        let block = Block {
            fence,
            kind: runnable.kind,
            reads_quotes: Dialects::new(self.guide.settings.dialects.as_deref())
                .read(Dialect::PytestExamples),
            code: runnable.code,
            directives,
        };
        let known = group
            .as_ref()
            .and_then(|group| self.groups.get(group))
            .copied();
        let example = match known.or(joined) {
            Some(example) => self.join(example, block, &keys),
            None => self.open(group.as_deref(), id, block),
        };
        self.fences[fence].id = Some(self.examples[example].id.clone());
        let within = self.examples[example].blocks.len().saturating_sub(1);
        self.homes[fence] = Some((example, within));
    }

    /// Returns directives that say why their block is skipped; neighbours that say the same share them.
    fn skipping(&mut self, given: Arc<Directives>, reason: Option<String>) -> Arc<Directives> {
        if given.skip == reason {
            return given;
        }
        if let Some((base, made)) = &self.skipped
            && Arc::ptr_eq(base, &given)
            && made.skip == reason
        {
            return Arc::clone(made);
        }
        let mut made = Arc::clone(&given);
        Arc::make_mut(&mut made).skip = reason;
        self.skipped = Some((given, Arc::clone(&made)));
        made
    }

    fn id(&self, name: &str) -> Excerpt {
        [&self.guide.id, "#", name].concat().into()
    }

    /// Returns the name in an id.
    fn name(&self, id: &Excerpt) -> Excerpt {
        id.starting_at(self.guide.id.len() + 1)
    }

    /// Starts an example with its first block.
    fn open(&mut self, group: Option<&str>, automatic: Excerpt, block: Block) -> usize {
        let position = self.fences[block.fence].position;
        let named = group.is_some_and(|_| block.directives.group.is_some())
            || (group.is_none() && block.directives.name.is_some());
        let given = group.or(block.directives.name.as_deref());
        let id = match given {
            Some(given) => {
                self.automatic.push((self.examples.len(), automatic));
                self.id(given)
            }
            None => automatic,
        };
        let example = Example {
            name: self.name(&id),
            id,
            named,
            position,
            directives: Arc::clone(&block.directives),
            blocks: smallvec![block],
            files: Vec::new(),
            outputs: Vec::new(),
            limits: Arc::clone(&self.limits.1),
        };
        if let Some(group) = group {
            self.groups.insert(group.to_owned(), self.examples.len());
        }
        self.examples.push(example);
        self.examples.len() - 1
    }

    /// Adds a block to the example of its group.
    fn join(&mut self, index: usize, block: Block, keys: &[(&'static str, usize)]) -> usize {
        let example = &mut self.examples[index];
        if let Some(key) = merge(Arc::make_mut(&mut example.directives), &block.directives) {
            let place = keys.iter().find(|(given, _)| *given == key);
            let start = self.fences[block.fence].span.start;
            let offset = place.map_or(start, |(_, offset)| *offset);
            let group = &example.name;
            let message =
                format!("directive `{key}` says something else than before in group `{group}`");
            self.problems
                .add(offset, Problem::finding("bad-directive", message));
        }
        example.blocks.push(block);
        index
    }

    fn output(&mut self, fence: usize, of: usize, mut shown: OutputFence) {
        let id = self.fences[of].id.clone();
        self.fences[fence].id = id;
        if let Some((example, block)) = self.homes[of] {
            shown.block = block;
            self.examples[example].outputs.push(shown);
        }
    }

    fn file(&mut self, fence: usize, given: &Given, content: String) {
        let place = given.place("file").unwrap_or_default();
        let extra = Extra {
            fence,
            path: given.directives.file.clone().unwrap_or_default(),
            content,
        };
        self.files
            .push((given.directives.group.clone(), extra, place));
    }

    fn finish(&mut self) {
        self.give_files();
        self.part_equal_names();
        for example in &mut self.examples {
            if example.blocks.len() > 1 {
                drop_conditions(example);
            }
            let (directives, known) = &mut self.limits;
            if !Arc::ptr_eq(directives, &example.directives) {
                *directives = Arc::clone(&example.directives);
                *known = Arc::new(limits(&self.guide.settings.limits, directives));
            }
            example.limits = Arc::clone(known);
        }
    }

    /// Gives each file to the example of its group, or to the next one.
    fn give_files(&mut self) {
        let mut written: HashSet<(usize, String)> = HashSet::new();
        for (group, extra, place) in std::mem::take(&mut self.files) {
            let stands_above = |example: &Example| example.blocks[0].fence < extra.fence;
            let home = match &group {
                Some(group) => self.groups.get(group).copied(),
                None => Some(self.examples.partition_point(stands_above)),
            };
            let Some(home) = home.filter(|home| *home < self.examples.len()) else {
                let problem = Problem::finding(
                    "bad-directive",
                    "no example follows that this file could stand beside",
                )
                .hint("put the file above its example, or give both the same `group`");
                self.problems.add(place, problem);
                continue;
            };
            let example = &mut self.examples[home];
            if !written.insert((home, extra.path.clone())) {
                let message = format!("`{}` is written twice for one example", extra.path);
                self.problems
                    .add(place, Problem::finding("bad-directive", message));
                continue;
            }
            self.fences[extra.fence].id = Some(example.id.clone());
            example.files.push(extra);
        }
    }

    /// Reports names that several fences have, and parts the examples that have them.
    fn part_equal_names(&mut self) {
        // Names that are made of headings and numbers are distinct by themselves.
        if self.named.is_empty() && !self.examples.iter().any(|example| example.named) {
            return;
        }
        let own_names = self
            .examples
            .iter()
            .enumerate()
            .filter_map(|(at, example)| {
                let fence = example.blocks[0].fence;
                let given = example.directives.name.as_deref() == Some(&*example.name);
                (!given).then(|| Named {
                    name: example.name.to_string(),
                    fence,
                    offset: self.fences[fence].span.start,
                    example: Some(at),
                    is_whole: true,
                })
            });
        let mut named = std::mem::take(&mut self.named);
        for one in &mut named {
            one.example = self.homes[one.fence].map(|home| home.0);
        }
        named.extend(own_names);
        equal_names::report(&named, &self.fences, self.problems);
        let (examples, fences) = (&mut self.examples, &mut self.fences);
        equal_names::part(&self.guide.id, &self.automatic, examples, fences);
    }
}
