//! Python fences: their code as the interpreter gets it, and whether they are sessions.

use crate::position::Span;
use crate::problem::Problem;

use super::dialects::wishes::Asked;
use super::dialects::{Dialect, flags_of_sphinx, may_omit, omitted, unhidden};
use super::directives::Given;
use super::draft::{Role, Runnable};
use super::includes::{included, may_include};
use super::info::{Info, Language};
use super::lines::{Line, begins_at_margin, dedent, lines, passage, standing};
use super::literal::LITERAL_INCLUDE;
use super::piece::Code;
use super::reader::Reader;
use super::session::{Fault, may_prompt, prompts};
use super::steering::all_skipped;
use super::{BlockKind, Flags, Passage};

impl Reader<'_> {
    /// Reads a Python fence.
    pub(super) fn block(&mut self, code: &Code, info: &Info, given: &Given, asked: &Asked) -> Role {
        let (source, missing) = self.source(code, info, asked.options);
        let mut flags = flags_of_sphinx(info.role).unwrap_or_default();
        flags.extend(asked.flags.iter().cloned());
        let (mut kind, faults) = kind_of(&source, &flags);
        let steered = self.steer(&mut kind, &source);
        self.tell(&faults, &source, code.span.start);
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
            skipped: directive
                .or_else(|| asked.skip.clone())
                .or(steered)
                .or(missing)
                .or(reason.map(str::to_owned)),
        })
    }

    /// Reports why `doctest` refuses a session that begins at `start`.
    fn tell(&mut self, faults: &[Fault], source: &Passage, start: usize) {
        if faults.is_empty() {
            return;
        }
        let spans = source.line_spans();
        for fault in faults {
            let offset = spans.get(fault.line).map_or(start, |span| span.start);
            let message = format!("doctest cannot read this session: {}", fault.message);
            let hint = "write it as doctest reads it, or leave it out with `<!-- fencepost: skip=\"why\" -->`";
            let problem = Problem::finding("bad-session", message).hint(hint);
            self.found.problems.add(offset, problem);
        }
    }

    /// Returns a block's code, and why it is not all there.
    fn source(&self, code: &Code, info: &Info, options: usize) -> (Passage, Option<String>) {
        let as_it_stands = self.as_it_stands(code, info, options);
        if let Some(span) = &as_it_stands
            && !may_include(&self.guide[span.clone()])
        {
            return (Passage::standing(self.whole, span.clone()), None);
        }
        let mut shown = lines(self.guide, &code.chunks);
        if info.role == Some(LITERAL_INCLUDE) {
            return self.literal_source(code, info, &shown);
        }
        shown.drain(..options.min(shown.len()));
        if let Some(prefix) = self.hiding_prefix(info) {
            unhidden(self.guide, &mut shown, prefix);
        }
        dedent(self.guide, &mut shown);
        if shown.iter().all(|line| line.is_blank(self.guide)) {
            shown.clear();
        }
        let missing = match included(self.guide, &shown, self.context.includes) {
            Ok(Some(whole)) => return (whole, None),
            Ok(None) => None,
            Err(path) => Some(format!("include not found: `{path}`")),
        };
        let source = match as_it_stands {
            Some(span) => Passage::standing(self.whole, span),
            None => self.joined(shown),
        };
        (source, missing)
    }

    /// Returns the bytes of code of which no line has to be changed, as far as the fence says.
    fn as_it_stands(&self, code: &Code, info: &Info, options: usize) -> Option<Span> {
        let span = standing(self.guide, &code.chunks)?;
        let text = &self.guide[span.clone()];
        let changes = options > 0
            || info.role == Some(LITERAL_INCLUDE)
            || self.hiding_prefix(info).is_some()
            || self.omits(text);
        (!changes && begins_at_margin(text)).then_some(span)
    }

    /// Says whether code may say what phmdoctest is to leave out.
    fn omits(&self, code: &str) -> bool {
        self.context.dialects.read(Dialect::Phmdoctest) && may_omit(code)
    }

    /// Joins lines into code, without what phmdoctest leaves out.
    fn joined(&self, lines: Vec<Line>) -> Passage {
        let whole = passage(self.guide, lines);
        match omitted(&whole).filter(|_| self.omits(&whole)) {
            Some(shorter) => Passage::joined(&shorter, whole.line_spans()),
            None => whole,
        }
    }

    /// Returns what hides lines in `python,hidelines=~`.
    fn hiding_prefix<'i>(&self, info: &'i Info) -> Option<&'i str> {
        let mut attributes = info.attributes.iter();
        let hides = attributes.find(|attribute| attribute.key == "hidelines")?;
        let prefix = hides.value.as_deref();
        prefix.filter(|_| self.context.dialects.read(Dialect::Mdbook))
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

/// Says whether code is a session: it has a prompt at its left edge, outside any long string. One
/// that lacks its blank counts, so that doctest's refusal is told; marks of a merge conflict do not.
fn is_session(code: &str) -> bool {
    if !may_prompt(code) {
        return false;
    }
    for line in code.lines() {
        if line.starts_with(">>>") && !line.starts_with(">>>>") {
            return true;
        }
        if line.contains("\"\"\"") || line.contains("'''") {
            return false;
        }
    }
    false
}
