//! Walks a guide's pieces in order and gives every fence its role.

use std::mem;

use memchr::memmem;

use crate::problem::Problem;

use super::comments::{Html, Word, html};
use super::directives::Given;
use super::draft::{Draft, Role, Runnable};
use super::info::{Info, Language, info};
use super::lines::{Line, dedent, lines, text};
use super::names::Outline;
use super::nested::{Nested, nested};
use super::outline::{Code, Piece};
use super::outputs::Following;
use super::problems::Problems;
use super::session::{is_prompt, prompts};
use super::{BlockKind, FenceKind};

/// Everything that one pass over a guide finds.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// Every fence, in document order.
    pub(super) drafts: Vec<Draft>,
    /// What is wrong.
    pub(super) problems: Problems,
}

/// Reads the pieces of a guide.
pub(super) fn read(guide: &str, pieces: Vec<Piece>) -> Reading {
    let mut reader = Reader {
        guide,
        found: Reading::default(),
        outline: Outline::default(),
        following: Following::default(),
        above: Vec::new(),
    };
    for piece in pieces {
        reader.piece(piece);
    }
    reader.flush();
    reader.found
}

struct Reader<'a> {
    guide: &'a str,
    found: Reading,
    outline: Outline,
    following: Following,
    /// Directives of ours since the last fence, each with the byte where its comment starts.
    above: Vec<(usize, Vec<Word>)>,
}

impl Reader<'_> {
    fn piece(&mut self, piece: Piece) {
        match piece {
            Piece::Heading { level, text, .. } => {
                self.flush();
                self.outline.enter(level, &text);
                self.following.away();
            }
            Piece::Prose { text, .. } => {
                self.flush();
                self.following.paragraph(&text);
            }
            Piece::Html { chunks, .. } => {
                for part in html(self.guide, &chunks) {
                    self.html(part);
                }
            }
            Piece::Code(code) => self.code(&code),
        }
    }

    fn html(&mut self, part: Html) {
        match part {
            Html::Directive { start, words } => self.above.push((start, words)),
            Html::Misspelt { start, word } => {
                let message = format!("`{word}` is no directive of fencepost");
                let problem = Problem::finding("unknown-directive", message)
                    .hint("write `<!-- fencepost: key=value -->`");
                self.found.problems.add(start, problem);
            }
            Html::Comment { .. } => {}
            Html::Summary(text) => {
                self.flush();
                self.following.summary(&text);
            }
            Html::Tags => self.flush(),
            Html::Content => {
                self.flush();
                self.following.away();
            }
        }
    }

    /// Reports directives that no fence follows.
    fn flush(&mut self) {
        for (start, _) in mem::take(&mut self.above) {
            let problem = Problem::finding("bad-directive", "no fence follows this directive")
                .hint("put the comment directly above the fence that it speaks of");
            self.found.problems.add(start, problem);
        }
    }

    fn code(&mut self, code: &Code) {
        let info = info(&self.guide[code.info.clone()]);
        if code.kind == FenceKind::Indented && !self.is_wanted(code) {
            return self.following.away();
        }
        if !code.closed {
            let message =
                "unterminated code block: its fence is still open where the text around it ends";
            let problem = Problem::finding("unterminated-fence", message)
                .hint("close it with the same fence on a line of its own");
            self.found.problems.add(code.span.start, problem);
        }
        let given = self.given(code, &info);
        let role = self.role(code, &info, &given);
        self.check_keys(&role, &given);
        self.follow(&role);
        let counts = match role {
            Role::Block(_) | Role::Lookalike(_) => true,
            Role::File { .. } => matches!(info.language, Language::Python | Language::Session),
            Role::Output { .. } | Role::NotPython | Role::Nested => false,
        };
        let name = counts.then(|| self.outline.next_name());
        self.found.drafts.push(Draft {
            kind: code.kind,
            span: code.span.clone(),
            info: code.info.clone(),
            name: name.unwrap_or_default(),
            given,
            role,
        });
        self.nested(code);
    }

    /// Adds the fences inside a fence.
    fn nested(&mut self, code: &Code) {
        let bytes = &self.guide.as_bytes()[code.info.end..code.span.end];
        let possible = |run: &str| memmem::find_iter(bytes, run).nth(1).is_some();
        if code.kind == FenceKind::Indented || !(possible("```") || possible("~~~")) {
            return;
        }
        for Nested { span, info } in nested(self.guide, &lines(self.guide, &code.chunks)) {
            self.found.drafts.push(Draft {
                kind: FenceKind::Nested,
                span,
                info,
                name: String::new(),
                given: Given::default(),
                role: Role::Nested,
            });
        }
    }

    /// An indented block is a fence only where it is Python or an output.
    fn is_wanted(&self, code: &Code) -> bool {
        self.following.near
            || !self.above.is_empty()
            || has_prompt(self.guide, &lines(self.guide, &code.chunks))
    }

    fn given(&mut self, code: &Code, info: &Info) -> Given {
        let mut given = Given::default();
        for (_, words) in mem::take(&mut self.above) {
            given.add_comment(&words, &mut self.found.problems);
        }
        let relevant = |word: &&super::attributes::Attribute| {
            !matches!(info.language, Language::Other) || word.key == "file"
        };
        let words = info
            .attributes
            .iter()
            .filter(relevant)
            .map(|attribute| Word {
                offset: code.info.start + attribute.span.start,
                attribute: attribute.clone(),
            });
        let words: Vec<Word> = words.collect();
        given.add_info(&words, &mut self.found.problems);
        given
    }

    fn role(&mut self, code: &Code, info: &Info, given: &Given) -> Role {
        if given.directives.file.is_some() {
            let content = text(self.guide, &lines(self.guide, &code.chunks));
            return Role::File { content };
        }
        match info.language {
            Language::Python | Language::Session => self.block(code, info.language, given),
            Language::Foreign(reason) => {
                self.skipped(code, given.directives.skip.as_deref().unwrap_or(reason))
            }
            Language::Plain | Language::Shell => self.plain(code, info.language, given),
            Language::Output => self.output(code, given, true).unwrap_or_else(|| {
                let message = "this output belongs to no example: no Python fence stands above it";
                let problem = Problem::finding("unattributed-output", message)
                    .severity(crate::problem::Severity::Advice);
                self.found.problems.add(code.span.start, problem);
                Role::NotPython
            }),
            Language::Misspelt => self.lookalike(code, &info.word),
            Language::Other => Role::NotPython,
        }
    }

    fn lookalike(&mut self, code: &Code, word: &str) -> Role {
        let reason = format!("`{word}` is not a name of Python");
        let problem = Problem::finding(
            "lookalike",
            format!("`{word}` looks like Python and was not run"),
        )
        .hint("write `python`, or `text` if it is not meant to run");
        self.found.problems.add(code.span.start, problem);
        Role::Lookalike(reason)
    }

    /// A block that says no language: prompts, an output, or neither.
    fn plain(&mut self, code: &Code, language: Language, given: &Given) -> Role {
        let shown = lines(self.guide, &code.chunks);
        if has_prompt(self.guide, &shown) {
            return self.block(code, Language::Session, given);
        }
        let first = shown.iter().find(|line| !line.is_blank(self.guide));
        let command = first.is_none_or(|line| line.text(self.guide).trim_start().starts_with('$'));
        let possible = language == Language::Plain && !command && given.directives.skip.is_none();
        if possible && self.following.near {
            let condition = given.directives.python.is_some() || given.directives.build.is_some();
            let explicit = self.following.label || condition;
            return self
                .output(code, given, explicit)
                .unwrap_or(Role::NotPython);
        }
        Role::NotPython
    }

    fn output(&mut self, code: &Code, given: &Given, explicit: bool) -> Option<Role> {
        if given.directives.skip.is_some() {
            return Some(Role::NotPython);
        }
        let shown = lines(self.guide, &code.chunks);
        Some(Role::Output {
            of: self.following.block?,
            text: text(self.guide, &shown),
            line_spans: shown.into_iter().map(|line| line.span).collect(),
            explicit,
        })
    }

    fn block(&mut self, code: &Code, language: Language, given: &Given) -> Role {
        let mut shown = lines(self.guide, &code.chunks);
        dedent(self.guide, &mut shown);
        let code_text = if shown.iter().all(|line| line.is_blank(self.guide)) {
            shown.clear();
            String::new()
        } else {
            text(self.guide, &shown)
        };
        let session = is_session(&code_text);
        let mut skipped = given.directives.skip.clone();
        let mut reason = |why: &str| {
            skipped.get_or_insert_with(|| why.to_owned());
        };
        if !code.closed {
            reason("its fence is never closed");
        } else if code_text.is_empty() {
            reason("empty");
        } else if code_text.trim_start().starts_with("In [") {
            reason("prompts of IPython");
        } else if language == Language::Session && !session {
            reason("holds no `>>>` prompt");
        }
        let kind = match session.then(|| prompts(&code_text)) {
            None => BlockKind::Script,
            Some(Ok(prompts)) => BlockKind::Session(prompts),
            Some(Err(faults)) => {
                for fault in &faults {
                    let offset = shown
                        .get(fault.line)
                        .map_or(code.span.start, |line| line.span.start);
                    let message = format!("doctest cannot read this session: {}", fault.message);
                    self.found
                        .problems
                        .add(offset, Problem::finding("bad-session", message));
                }
                reason("doctest cannot read it");
                BlockKind::Script
            }
        };
        Role::Block(Runnable {
            kind,
            code: code_text,
            line_spans: shown.into_iter().map(|line| line.span).collect(),
            skipped,
        })
    }

    fn skipped(&mut self, code: &Code, reason: &str) -> Role {
        let shown = lines(self.guide, &code.chunks);
        Role::Block(Runnable {
            kind: BlockKind::Script,
            code: text(self.guide, &shown),
            line_spans: shown.into_iter().map(|line| line.span).collect(),
            skipped: Some(reason.to_owned()),
        })
    }

    fn follow(&mut self, role: &Role) {
        match role {
            Role::Block(_) => self.following.block(self.found.drafts.len()),
            Role::Output { .. } => self.following.output(),
            Role::File { .. } | Role::NotPython | Role::Lookalike(_) | Role::Nested => {
                self.following.away();
            }
        }
    }

    /// Reports keys that have no effect on what the fence turned out to be.
    fn check_keys(&mut self, role: &Role, given: &Given) {
        let (what, allowed): (&str, &[&str]) = match role {
            Role::Block(_) | Role::Lookalike(_) => return,
            Role::Output { .. } => ("an output", &["python", "build", "skip"]),
            Role::File { .. } => ("a file", &["file", "group"]),
            Role::NotPython | Role::Nested => ("a fence that is not Python", &["skip"]),
        };
        for (key, offset) in &given.keys {
            if !allowed.contains(key) {
                let message = format!("directive `{key}` has no effect on {what}");
                self.found
                    .problems
                    .add(*offset, Problem::finding("bad-directive", message));
            }
        }
    }
}

/// Says whether the first line that is not blank is a prompt.
fn has_prompt(guide: &str, lines: &[Line]) -> bool {
    let first = lines.iter().find(|line| !line.is_blank(guide));
    first.is_some_and(|line| is_prompt(line.text(guide)))
}

/// Says whether code is a session: it has a prompt at its left edge, outside any long string.
fn is_session(code: &str) -> bool {
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
