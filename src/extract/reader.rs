//! Walks a guide's pieces in order, so that every fence knows what stands above it.

use std::sync::Arc;

use memchr::memchr2;

use crate::discover::Guide;
use crate::problem::Problem;

use super::FenceKind;
use super::comments::{Html, Word, html};
use super::context::Context;
use super::dialects::wishes::{Asked, Standing};
use super::dialects::{
    Dialect, Told, attribute_wishes, comment_wishes, invisible_language, options,
};
use super::directives::Given;
use super::draft::{Draft, Role, ids_of};
use super::info::{Info, Language, info};
use super::lines::{Line, lines};
use super::names::Headings;
use super::nested::nested;
use super::outputs::Following;
use super::piece::{Code, Piece};
use super::problems::Problems;

/// Everything that one pass over a guide finds.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// Every fence, in document order.
    pub(super) drafts: Vec<Draft>,
    /// The ids that the drafts have unless the guide gives names.
    pub(super) ids: String,
    /// What is wrong.
    pub(super) problems: Problems,
}

/// Reads the pieces of a guide.
pub(super) fn read(guide: &Guide, pieces: Vec<Piece>, context: Context<'_>) -> Reading {
    let mut reader = Reader {
        guide: &guide.text,
        whole: &guide.text,
        context,
        found: Reading {
            drafts: Vec::with_capacity(pieces.len()),
            ..Reading::default()
        },
        headings: Headings::default(),
        following: Following::default(),
        above: Vec::new(),
        standing: Standing::new(context.shares),
    };
    for piece in pieces {
        reader.piece(piece);
    }
    reader.flush();
    let mut found = reader.found;
    found.ids = ids_of(&mut found.drafts, &guide.id, &reader.headings);
    found
}

/// Where the walk stands.
pub(super) struct Reader<'a> {
    /// The guide's text.
    pub(super) guide: &'a str,
    /// The same, for what keeps a part of it.
    pub(super) whole: &'a Arc<str>,
    /// What else is needed.
    pub(super) context: Context<'a>,
    /// What was found so far.
    pub(super) found: Reading,
    /// What stands between the last Python fence and here.
    pub(super) following: Following,
    /// What other tools' markup asks for here.
    pub(super) standing: Standing,
    headings: Headings,
    /// Directives of ours since the last fence, each with the byte where its comment starts.
    above: Vec<(usize, Vec<Word>)>,
}

impl Reader<'_> {
    fn piece(&mut self, piece: Piece) {
        match piece {
            Piece::Heading { level, text, .. } => {
                self.flush();
                self.standing.part();
                self.headings.enter(level, text);
                self.following.away();
            }
            Piece::Prose { text, .. } => self.prose(&text),
            Piece::Note { span, chunks } => self.note(span.start, &lines(self.guide, &chunks)),
            Piece::Html { chunks, .. } => {
                for part in html(self.guide, &chunks) {
                    self.html(part);
                }
            }
            Piece::Code(code) => self.code(&code),
        }
    }

    fn prose(&mut self, text: &str) {
        self.flush();
        self.standing.part();
        self.following.paragraph(text);
    }

    /// A paragraph that may be a comment of `MyST` or MDX; prose where no tool speaks in it.
    fn note(&mut self, start: usize, lines: &[Line]) {
        let inner = |line: &Line| {
            let text = line.text(self.guide).trim_start();
            text.strip_prefix('%').unwrap_or(text).trim().to_owned()
        };
        let text = lines.iter().map(inner).collect::<Vec<_>>().join("\n");
        let text = text.strip_prefix("{/*").unwrap_or(&text);
        let text = text.strip_suffix("*/}").unwrap_or(text);
        let wishes = comment_wishes(text, self.context.dialects);
        let hides = invisible_language(text, self.context.dialects).is_some();
        if wishes.is_empty() && !hides {
            return self.prose("");
        }
        self.standing.hear(start, wishes);
        if hides {
            let marked = |line: &&Line| line.text(self.guide).trim_start().starts_with('%');
            let lines: Vec<Line> = lines
                .iter()
                .take_while(marked)
                .map(|line| line.without_mark(self.guide, "%"))
                .collect();
            self.invisible(start, text, &lines);
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
            Html::Comment {
                start,
                text,
                lines,
                fences,
            } => self.comment(start, &text, &lines, &fences),
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
                self.standing.part();
                self.following.away();
            }
        }
    }

    /// A comment of another tool, or of nobody; fences in it run only where its markup says so.
    fn comment(&mut self, start: usize, text: &str, lines: &[Line], fences: &[Code]) {
        let wishes = comment_wishes(text, self.context.dialects);
        let runs = wishes
            .iter()
            .any(|wish| wish.dialect == Dialect::MarkdownPytest);
        if runs && !fences.is_empty() {
            for code in fences {
                self.standing.hear(start, wishes.clone());
                self.fence(code, &info(&self.guide[code.info.clone()]));
            }
            return;
        }
        self.standing.hear(start, wishes);
        if invisible_language(text, self.context.dialects).is_some() {
            return self.invisible(start, text, lines);
        }
        for code in fences {
            self.commented(code);
        }
    }

    /// Code that a comment hides behind a line that names its language.
    fn invisible(&mut self, start: usize, text: &str, lines: &[Line]) {
        let language = invisible_language(text, self.context.dialects).unwrap_or_default();
        let dashes = |line: &&Line| {
            line.text(self.guide)
                .trim()
                .bytes()
                .all(|byte| byte == b'-')
        };
        let tail = lines.iter().rev().take_while(dashes).count();
        let body =
            &lines[1.min(lines.len())..lines.len() - tail.min(lines.len().saturating_sub(1))];
        let info = info(language);
        let (Some(last), Language::Python) = (body.last(), info.language) else {
            return;
        };
        let code = Code {
            kind: FenceKind::Comment,
            span: start..last.span.end,
            info: start..start,
            chunks: body.iter().map(|line| line.chunk(self.guide)).collect(),
            closed: true,
            in_list: false,
        };
        self.fence(&code, &info);
    }

    /// Reports directives that no fence follows.
    fn flush(&mut self) {
        if self.above.is_empty() {
            return;
        }
        for (start, _) in self.above.drain(..) {
            let problem = Problem::finding("bad-directive", "no fence follows this directive")
                .hint("put the comment directly above the fence that it speaks of");
            self.found.problems.add(start, problem);
        }
    }

    fn code(&mut self, code: &Code) {
        if code.kind == FenceKind::Indented {
            if self.add_indented_fences(code) {
                return;
            }
            if !self.is_wanted(code) {
                self.standing.part();
                return self.following.away();
            }
        }
        self.fence(code, &info(&self.guide[code.info.clone()]));
    }

    /// Adds a fence with everything that is said of it.
    fn fence(&mut self, code: &Code, info: &Info) {
        let shown = self.shown_file(code, info);
        let info = shown.as_ref().unwrap_or(info);
        if !code.closed {
            self.unterminated(code);
        }
        let mut given = self.given(code, info);
        let asked = self.asked(code, info, &mut given);
        let role = self.role(code, info, &given, &asked);
        self.check_keys(&role, &given);
        if let Role::Block(runnable) = &role {
            let runs = runnable.skipped.is_none();
            self.standing.added(self.found.drafts.len(), runs, &asked);
        }
        let listed = self.found.drafts.len();
        self.add(code, info.language, given, role);
        for draft in &mut self.found.drafts[listed..] {
            draft.joins = asked.joins;
            draft.told = asked.told;
        }
        self.nested(code, info);
    }

    /// Collects what other tools' markup asks of a fence.
    fn asked(&mut self, code: &Code, info: &Info, given: &mut Given) -> Asked {
        let dialects = self.context.dialects;
        let shown = match info.role {
            Some(_) => lines(self.guide, &code.chunks),
            None => Vec::new(),
        };
        let above = shown.iter().map(|line| line.text(self.guide));
        let options = options(info.role, info.argument, above, dialects);
        if !self.is_python(code, info.language) {
            let (start, problems) = (code.span.start, &mut self.found.problems);
            let mut asked = self
                .standing
                .of_other(start, options.wishes, given, problems);
            asked.options = options.lines;
            return asked;
        }
        let mut own = attribute_wishes(info, dialects);
        own.extend(options.wishes);
        let problems = &mut self.found.problems;
        let mut asked = self
            .standing
            .of_block(code.span.start, own, given, problems);
        asked.options = options.lines;
        asked
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

    /// Adds a fence with its role and, if it counts as Python, its name. What no `CommonMark` parser
    /// sees as a fence is one only where it is Python or an output.
    pub(super) fn add(&mut self, code: &Code, language: Language, given: Given, role: Role) {
        let counts = match role {
            Role::Block(_) | Role::Lookalike(_) => true,
            Role::File { .. } => matches!(language, Language::Python | Language::Session),
            Role::Output { .. } | Role::NotPython | Role::Nested => false,
        };
        match role {
            Role::Block(_) => self.following.block(self.found.drafts.len()),
            Role::Output { .. } => self.following.output(),
            Role::Nested => {}
            Role::File { .. } | Role::NotPython | Role::Lookalike(_) => self.following.away(),
        }
        let always = matches!(code.kind, FenceKind::Fenced | FenceKind::Nested);
        if role == Role::NotPython && !always {
            return;
        }
        self.found.drafts.push(Draft {
            kind: code.kind,
            span: code.span.clone(),
            info: code.info.clone(),
            counts,
            section: self.headings.here(),
            id: 0..0,
            given,
            joins: None,
            told: Told::default(),
            role,
        });
    }

    /// Adds the fences inside a fence: documentation, unless the outer one is shown as a box of Markdown.
    fn nested(&mut self, code: &Code, outer: &Info) {
        let content = match (code.chunks.first(), code.chunks.last()) {
            (Some(first), Some(last)) => &self.guide.as_bytes()[first.span.start..last.span.end],
            _ => return,
        };
        if code.kind == FenceKind::Indented || memchr2(b'`', b'~', content).is_none() {
            return;
        }
        let is_box = outer.is_box() && self.context.dialects.read(Dialect::Myst);
        let shown = lines(self.guide, &code.chunks);
        for inner in nested(self.guide, &shown) {
            let inner = inner.code(self.guide, FenceKind::Nested, &shown);
            if is_box {
                self.fence(&inner, &info(&self.guide[inner.info.clone()]));
            } else {
                self.add(&inner, Language::Other, Given::default(), Role::Nested);
            }
        }
    }

    /// Collects what comments above the fence and its info string say of it.
    fn given(&mut self, code: &Code, info: &Info) -> Given {
        let mut given = Given::default();
        for (_, words) in self.above.drain(..) {
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
