//! What a fence is, by its info string, its text and what stands above it.

use crate::problem::{Problem, Severity};

use super::dialects::wishes::Asked;
use super::dialects::{EXACTLY, flags_of_sphinx, on};
use super::directives::Given;
use super::draft::{Role, Runnable};
use super::info::{Info, Language, info};
use super::lines::{Line, lines, passage, standing, text};
use super::nested::nested;
use super::piece::Code;
use super::reader::Reader;
use super::session::{is_prompt, may_prompt};
use super::{BlockKind, FenceKind, Flags, Passage};

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
                may_prompt(&self.guide[code.span.clone()])
                    && begins_session(self.guide, &lines(self.guide, &code.chunks))
            }
            Language::Output | Language::Misspelt | Language::Other => false,
        }
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
        Some(Role::Output {
            of: self.following.block?,
            text: self.passage(code, asked.options),
            explicit: shown.explicit,
            whole: shown.whole,
        })
    }

    /// Python that does not run.
    pub(super) fn skipped(&mut self, code: &Code, reason: &str) -> Role {
        Role::Block(Runnable {
            kind: BlockKind::Script,
            code: self.passage(code, 0),
            skipped: Some(reason.to_owned()),
        })
    }

    /// Returns the text of a fence below so many lines of options.
    fn passage(&self, code: &Code, options: usize) -> Passage {
        if options == 0
            && let Some(span) = standing(self.guide, &code.chunks)
        {
            return Passage::standing(self.whole, span);
        }
        let mut shown = lines(self.guide, &code.chunks);
        shown.drain(..options.min(shown.len()));
        passage(self.guide, shown)
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
