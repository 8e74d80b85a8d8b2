//! Walks a guide's pieces in order, so that every fence knows what stands above it.

use std::mem;

use memchr::memmem;

use crate::problem::Problem;

use super::FenceKind;
use super::comments::{Html, Word, html};
use super::directives::Given;
use super::draft::{Draft, Role};
use super::includes::Includes;
use super::info::{Info, Language, info};
use super::lines::lines;
use super::names::Outline;
use super::nested::{Nested, nested};
use super::outline::{Code, Piece};
use super::outputs::Following;
use super::problems::Problems;

/// Everything that one pass over a guide finds.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// Every fence, in document order.
    pub(super) drafts: Vec<Draft>,
    /// What is wrong.
    pub(super) problems: Problems,
}

/// Reads the pieces of a guide.
pub(super) fn read(guide: &str, pieces: Vec<Piece>, includes: &Includes<'_>) -> Reading {
    let mut reader = Reader {
        guide,
        includes,
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

/// Where the walk stands.
pub(super) struct Reader<'a> {
    /// The guide's text.
    pub(super) guide: &'a str,
    /// Finds the files that blocks name.
    pub(super) includes: &'a Includes<'a>,
    /// What was found so far.
    pub(super) found: Reading,
    /// What stands between the last Python fence and here.
    pub(super) following: Following,
    outline: Outline,
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
            Html::Comment { fences, .. } => {
                for code in fences {
                    self.commented(&code);
                }
            }
            Html::Fence { code, markdown } => {
                if markdown {
                    self.code(&code);
                } else {
                    self.among_tags(&code);
                }
            }
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
        if code.kind == FenceKind::Indented {
            if self.add_indented_fences(code) {
                return;
            }
            if !self.is_wanted(code) {
                return self.following.away();
            }
        }
        if !code.closed {
            self.unterminated(code);
        }
        let given = self.given(code, &info);
        let role = self.role(code, &info, &given);
        self.check_keys(&role, &given);
        self.add(code, info.language, given, role);
        self.nested(code);
    }

    fn unterminated(&mut self, code: &Code) {
        let message =
            "unterminated code block: its fence is still open where the text around it ends";
        let problem = Problem::finding("unterminated-fence", message)
            .hint("close it with the same fence on a line of its own");
        self.found.problems.add(code.span.start, problem);
    }

    /// A Python fence in a comment is not shown, and nothing says that it should run.
    fn commented(&mut self, code: &Code) {
        let info = info(&self.guide[code.info.clone()]);
        if matches!(info.language, Language::Python | Language::Session) {
            let role = self.skipped(code, "commented out");
            self.add(code, info.language, Given::default(), role);
        }
    }

    /// A Python fence among tags looks like one and is shown as plain text.
    fn among_tags(&mut self, code: &Code) {
        let info = info(&self.guide[code.info.clone()]);
        if matches!(info.language, Language::Python | Language::Session) {
            self.flush();
            let role = self.shown_as_text(
                code,
                "it stands among HTML tags",
                "leave a blank line between the tags and the fence",
            );
            self.add(code, info.language, Given::default(), role);
        }
    }

    /// Adds a fence with its role and, if it counts as Python, its name.
    pub(super) fn add(&mut self, code: &Code, language: Language, given: Given, role: Role) {
        let counts = match role {
            Role::Block(_) | Role::Lookalike(_) => true,
            Role::File { .. } => matches!(language, Language::Python | Language::Session),
            Role::Output { .. } | Role::NotPython | Role::Nested => false,
        };
        let name = counts.then(|| self.outline.next_name());
        match role {
            Role::Block(_) => self.following.block(self.found.drafts.len()),
            Role::Output { .. } => self.following.output(),
            Role::File { .. } | Role::NotPython | Role::Lookalike(_) | Role::Nested => {
                self.following.away();
            }
        }
        self.found.drafts.push(Draft {
            kind: code.kind,
            span: code.span.clone(),
            info: code.info.clone(),
            name: name.unwrap_or_default(),
            given,
            role,
        });
    }

    /// Adds the fences inside a fence.
    fn nested(&mut self, code: &Code) {
        let bytes = &self.guide.as_bytes()[code.info.end..code.span.end];
        let possible = |run: &str| memmem::find_iter(bytes, run).nth(1).is_some();
        if code.kind == FenceKind::Indented || !(possible("```") || possible("~~~")) {
            return;
        }
        for Nested { span, info, .. } in nested(self.guide, &lines(self.guide, &code.chunks)) {
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

    /// Collects what comments above the fence and its info string say of it.
    fn given(&mut self, code: &Code, info: &Info) -> Given {
        let mut given = Given::default();
        for (_, words) in mem::take(&mut self.above) {
            given.add_comment(&words, &mut self.found.problems);
        }
        let foreign = matches!(info.language, Language::Other);
        let mine = info.attributes.iter();
        let mine = mine.filter(|attribute| !foreign || attribute.key == "file");
        let words = mine.map(|attribute| Word {
            offset: code.info.start + attribute.span.start,
            attribute: attribute.clone(),
        });
        let words: Vec<Word> = words.collect();
        given.add_info(&words, &mut self.found.problems);
        given
    }

    /// Says whether a directive stands directly above.
    pub(super) fn has_directive(&self) -> bool {
        !self.above.is_empty()
    }
}
