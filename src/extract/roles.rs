//! What a fence is, by its info string, its text and what stands above it.

use memchr::{memchr, memmem};

use crate::position::Span;
use crate::problem::{Problem, Severity};

use super::dialects::wishes::Asked;
use super::dialects::{Dialect, EXACTLY, flags_of_sphinx, omitted, on, unhidden};
use super::directives::Given;
use super::draft::{Role, Runnable};
use super::includes::{Included, included};
use super::info::{Info, Language, info};
use super::lines::{Line, dedent, lines, text};
use super::literal::LITERAL_INCLUDE;
use super::nested::nested;
use super::outline::Code;
use super::reader::Reader;
use super::session::{Fault, is_prompt, prompts};
use super::steering::all_skipped;
use super::{BlockKind, FenceKind, Flags};

impl Reader<'_> {
    /// Adds the Python fences that an indented block shows as text; says whether there are any.
    pub(super) fn add_indented_fences(&mut self, code: &Code) -> bool {
        let shown = lines(self.guide, &code.chunks);
        if begins_session(self.guide, &shown) {
            return false;
        }
        let mut found = false;
        for fence in nested(self.guide, &shown) {
            let language = info(&self.guide[fence.info.clone()]).language;
            if matches!(language, Language::Python | Language::Session) {
                let fence = fence.code(self.guide, FenceKind::Indented, &shown);
                let role = self.indented_fence(&fence, code.in_list);
                self.add(&fence, language, Given::default(), role);
                found = true;
            }
        }
        found
    }

    /// An indented block is a fence only where it is Python or an output.
    pub(super) fn is_wanted(&self, code: &Code) -> bool {
        self.following.near
            || self.has_directive()
            || begins_session(self.guide, &lines(self.guide, &code.chunks))
    }

    /// Decides what a fence is.
    pub(super) fn role(&mut self, code: &Code, info: &Info, given: &Given, asked: &Asked) -> Role {
        if given.directives.file.is_some() {
            let content = text(self.guide, &lines(self.guide, &code.chunks));
            return Role::File { content };
        }
        if let Some(flags) = &asked.output
            && let Some(output) = self.output(code, given, asked, Shown::whole(flags.clone()))
        {
            return output;
        }
        match info.language {
            Language::Python | Language::Session => self.block(code, info, given, asked),
            Language::Foreign(reason) => {
                let skip = given.directives.skip.as_deref().or(asked.skip.as_deref());
                self.skipped(code, skip.unwrap_or(reason))
            }
            Language::Plain | Language::Shell => self.plain(code, info, given, asked),
            Language::Output => (self.output(code, given, asked, Shown::by_info(info, asked)))
                .unwrap_or_else(|| {
                    let message =
                        "this output belongs to no example: no Python fence stands above it";
                    let problem =
                        Problem::finding("unattributed-output", message).severity(Severity::Advice);
                    self.found.problems.add(code.span.start, problem);
                    Role::NotPython
                }),
            Language::Misspelt => self.lookalike(code, info.word),
            Language::Other => Role::NotPython,
        }
    }

    fn lookalike(&mut self, code: &Code, word: &str) -> Role {
        let reason = format!("`{word}` is not a name of Python");
        let message = format!("`{word}` looks like Python and was not run");
        let problem = Problem::finding("lookalike", message)
            .hint("write `python`, or `text` if it is not meant to run");
        self.found.problems.add(code.span.start, problem);
        Role::Lookalike(reason)
    }

    /// A Python fence that every reader of the page sees as plain text.
    pub(super) fn shown_as_text(&mut self, code: &Code, why: &str, hint: &str) -> Role {
        let message = format!("this fence is shown as plain text and was not run: {why}");
        let problem = Problem::finding("lookalike", message).hint(hint);
        self.found.problems.add(code.span.start, problem);
        Role::Lookalike(why.to_owned())
    }

    /// Says whether a fence is Python, by its language or by the prompts in it.
    pub(super) fn is_python(&self, code: &Code, language: Language) -> bool {
        match language {
            Language::Python | Language::Session | Language::Foreign(_) => true,
            Language::Plain | Language::Shell => {
                self.may_prompt(code)
                    && begins_session(self.guide, &lines(self.guide, &code.chunks))
            }
            Language::Output | Language::Misspelt | Language::Other => false,
        }
    }

    /// Says whether the bytes of a prompt stand anywhere in a fence.
    fn may_prompt(&self, code: &Code) -> bool {
        if !self.context.prompts {
            return false;
        }
        let bytes = &self.guide.as_bytes()[code.span.clone()];
        memmem::find(bytes, b">>>").is_some()
    }

    /// A block that says no language: prompts, an output, or neither.
    fn plain(&mut self, code: &Code, info: &Info, given: &Given, asked: &Asked) -> Role {
        if self.is_python(code, info.language) {
            return self.block(code, info, given, asked);
        }
        let mut parts = code
            .chunks
            .iter()
            .map(|chunk| self.guide[chunk.span.clone()].trim_start());
        let first = parts.find(|part| !part.is_empty());
        let command = first.is_none_or(|first| first.starts_with('$'));
        if info.language == Language::Plain && !command && self.following.near {
            let condition = given.directives.python.is_some() || given.directives.build.is_some();
            // Any text may stand below an example; what a console showed is its output.
            let console = info.word.eq_ignore_ascii_case("console");
            let labelled = self.following.label || condition || console;
            let phmdoctest = self.context.outputs_are_claims;
            let shown = if phmdoctest && !labelled && info.word.is_empty() {
                Shown::whole(on(&EXACTLY))
            } else {
                Shown::lines(labelled || phmdoctest)
            };
            let output = self.output(code, given, asked, shown);
            return output.unwrap_or(Role::NotPython);
        }
        Role::NotPython
    }

    /// A fence indented so far that it is shown as text: below a list by mistake, elsewhere on purpose.
    fn indented_fence(&mut self, code: &Code, in_list: bool) -> Role {
        if in_list {
            let hint = "indent the fence as far as the text of its list item";
            return self.shown_as_text(code, "it is indented too far below its list item", hint);
        }
        Role::Nested
    }

    fn output(&mut self, code: &Code, given: &Given, asked: &Asked, shown: Shown) -> Option<Role> {
        if given.directives.skip.is_some() || asked.skip.is_some() {
            return Some(Role::NotPython);
        }
        let mut lines = lines(self.guide, &code.chunks);
        lines.drain(..asked.options.min(lines.len()));
        Some(Role::Output {
            of: self.following.block?,
            text: text(self.guide, &lines),
            line_spans: lines.into_iter().map(|line| line.span).collect(),
            explicit: shown.explicit,
            whole: shown.whole,
        })
    }

    fn block(&mut self, code: &Code, info: &Info, given: &Given, asked: &Asked) -> Role {
        let (source, line_spans, missing) = self.source(code, info, asked.options);
        let mut flags = flags_of_sphinx(info.role).unwrap_or_default();
        flags.extend(asked.flags.iter().cloned());
        let (mut kind, faults) = kind_of(&source, &flags);
        let steered = self.steer(&mut kind, &source, &line_spans);
        for fault in &faults {
            let span = line_spans.get(fault.line);
            let offset = span.map_or(code.span.start, |span| span.start);
            let message = format!("doctest cannot read this session: {}", fault.message);
            let hint = "write it as doctest reads it, or leave it out with `<!-- fencepost: skip=\"why\" -->`";
            let problem = Problem::finding("bad-session", message).hint(hint);
            self.found.problems.add(offset, problem);
        }
        let prompts = matches!(kind, BlockKind::Session(_)) || !faults.is_empty();
        let reason = if !code.closed {
            Some("its fence is never closed")
        } else if source.is_empty() {
            Some("empty")
        } else if source.trim_start().starts_with("In [") {
            Some("prompts of IPython")
        } else if let Some(why) = all_skipped(&kind) {
            Some(why)
        } else if !faults.is_empty() {
            Some("doctest cannot read it")
        } else if info.language == Language::Session && !prompts {
            Some("holds no `>>>` prompt")
        } else {
            None
        };
        let directive = given.directives.skip.clone();
        Role::Block(Runnable {
            kind,
            code: source,
            line_spans,
            skipped: directive
                .or_else(|| asked.skip.clone())
                .or(steered)
                .or(missing)
                .or(reason.map(str::to_owned)),
        })
    }

    /// Returns a block's code with the guide's bytes of each line, and why it is not all there.
    fn source(
        &self,
        code: &Code,
        info: &Info,
        options: usize,
    ) -> (String, Vec<Span>, Option<String>) {
        let mut shown = lines(self.guide, &code.chunks);
        if info.role == Some(LITERAL_INCLUDE) {
            return self.literal_source(code, info, &shown);
        }
        shown.drain(..options.min(shown.len()));
        if let Some(prefix) = self.hiding_prefix(info) {
            unhidden(self.guide, &mut shown, &prefix);
        }
        dedent(self.guide, &mut shown);
        if shown.iter().all(|line| line.is_blank(self.guide)) {
            shown.clear();
        }
        let missing = match included(self.guide, &shown, self.context.includes) {
            Ok(Some(Included { code, line_spans })) => return (code, line_spans, None),
            Ok(None) => None,
            Err(path) => Some(format!("include not found: `{path}`")),
        };
        let mut source = text(self.guide, &shown);
        if self.context.omits {
            source = omitted(&source).unwrap_or(source);
        }
        let spans = shown.into_iter().map(|line| line.span).collect();
        (source, spans, missing)
    }

    /// Returns what hides lines in `python,hidelines=~`.
    fn hiding_prefix(&self, info: &Info) -> Option<String> {
        let mut attributes = info.attributes.iter();
        let hides = attributes.find(|attribute| attribute.key == "hidelines")?;
        hides
            .value
            .clone()
            .filter(|_| self.context.dialects.read(Dialect::Mdbook))
    }

    /// Python that does not run.
    pub(super) fn skipped(&mut self, code: &Code, reason: &str) -> Role {
        let shown = lines(self.guide, &code.chunks);
        Role::Block(Runnable {
            kind: BlockKind::Script,
            code: text(self.guide, &shown),
            line_spans: shown.into_iter().map(|line| line.span).collect(),
            skipped: Some(reason.to_owned()),
        })
    }

    /// Reports keys that have no effect on what the fence turned out to be.
    pub(super) fn check_keys(&mut self, role: &Role, given: &Given) {
        let (what, allowed): (&str, &[&str]) = match role {
            Role::Block(_) | Role::Lookalike(_) => return,
            Role::Output { .. } => ("an output", &["python", "build", "skip"]),
            Role::File { .. } => ("a file", &["file", "group"]),
            Role::NotPython | Role::Nested => ("a fence that is not Python", &["skip"]),
        };
        for (key, offset) in &given.keys {
            if !allowed.contains(key) {
                let message = format!("directive `{key}` has no effect on {what}");
                let problem = Problem::finding("bad-directive", message);
                self.found.problems.add(*offset, problem);
            }
        }
    }
}

/// How an output is shown.
struct Shown {
    /// Whether it is a claim.
    explicit: bool,
    /// The flags under which it is the whole output.
    whole: Option<Flags>,
}

impl Shown {
    fn lines(explicit: bool) -> Self {
        Self {
            explicit,
            whole: None,
        }
    }

    fn whole(flags: Flags) -> Self {
        Self {
            explicit: true,
            whole: Some(flags),
        }
    }

    fn by_info(info: &Info, asked: &Asked) -> Self {
        match flags_of_sphinx(info.role) {
            Some(mut flags) => {
                flags.extend(asked.flags.iter().cloned());
                Self::whole(flags)
            }
            None => Self::lines(true),
        }
    }
}

/// Divides a session, or says that code is a script. `flags` are on unless a prompt says otherwise.
fn kind_of(code: &str, flags: &Flags) -> (BlockKind, Vec<Fault>) {
    if !is_session(code) {
        return (BlockKind::Script, Vec::new());
    }
    match prompts(code) {
        Ok(mut prompts) => {
            for prompt in &mut prompts {
                prompt.options.splice(..0, flags.iter().cloned());
            }
            (BlockKind::Session(prompts), Vec::new())
        }
        Err(faults) => (BlockKind::Script, faults),
    }
}

/// Says whether a block without a language is a session: it begins with a prompt, or with the start
/// of an interpreter that prompts follow.
fn begins_session(guide: &str, lines: &[Line]) -> bool {
    let mut filled = lines.iter().filter(|line| !line.is_blank(guide));
    let Some(first) = filled.next().map(|line| line.text(guide).trim_start()) else {
        return false;
    };
    let command = first.trim_start_matches(['$', '%', '#', '>']).trim_start();
    let banner = (first.starts_with(['$', '%']) && command.starts_with("py"))
        || first.starts_with("Python 3.");
    is_prompt(first) || (banner && filled.any(|line| is_prompt(line.text(guide))))
}

/// Says whether code is a session: it has a prompt at its left edge, outside any long string.
fn is_session(code: &str) -> bool {
    // Most code has no such byte, and looking for one costs less than looking for three.
    let bytes = code.as_bytes();
    if memchr(b'>', bytes).is_none() || memmem::find(bytes, b">>>").is_none() {
        return false;
    }
    for line in code.lines() {
        if line.starts_with(">>>") && is_prompt(line) {
            return true;
        }
        if line.contains("\"\"\"") || line.contains("'''") {
            return false;
        }
    }
    false
}
