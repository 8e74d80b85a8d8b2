//! An example as the text of a file, with the way back from each of its lines to the guide.
//!
//! Example: a fence in a list item holds `x = 1` at line 41, column 3 of its guide. In the file that
//! is line 1, and the file's line 1 leads to (41, 3): a tool's `1:5` is the guide's `41:7`.

use crate::position::{LineIndex, Position, Span};

use super::{Block, BlockKind, Example, Extra, Fence};

/// Blank lines between two blocks of a group, as many as every formatter leaves alone.
const BETWEEN_BLOCKS: usize = 2;

/// The text of a file and where its lines stand in the guide.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceFile {
    /// What the file holds.
    pub text: String,
    /// For each of its lines, where the first character stands; `None` for lines of no guide.
    pub lines: Vec<Option<Position>>,
}

impl SourceFile {
    /// Returns an example as one Python file: its blocks in order, its prompts without their outputs.
    #[must_use]
    pub fn of_example(example: &Example, guide: &str, index: &LineIndex) -> Self {
        let mut file = Self::default();
        for block in &example.blocks {
            if !file.text.is_empty() {
                file.text.push_str(&"\n".repeat(BETWEEN_BLOCKS));
                file.lines.extend([None; BETWEEN_BLOCKS]);
            }
            let spans = block.code.line_spans();
            for (line, text) in lines_of(block) {
                let span = spans.get(line);
                let place = span.map(|span| place(text, span, guide, index));
                file.push(text, place);
            }
        }
        file
    }

    /// Returns a file that a guide writes beside an example.
    #[must_use]
    pub fn of_extra(extra: &Extra, fence: &Fence, guide: &str, index: &LineIndex) -> Self {
        let mut file = Self::default();
        for (number, text) in extra.content.split_inclusive('\n').enumerate() {
            let line = fence.position.line + 1 + number;
            let shown = index.start(line).map(|start| line_at(guide, start));
            let text = text.strip_suffix('\n').unwrap_or(text);
            let shown = shown.filter(|shown| guide[shown.clone()].ends_with(text));
            let place = shown.map(|shown| place(text, &shown, guide, index));
            file.push(text, place);
        }
        file.text.clone_from(&extra.content);
        file
    }

    fn push(&mut self, line: &str, place: Option<Position>) {
        self.text.push_str(line);
        self.text.push('\n');
        self.lines.push(place);
    }
}

/// Returns a block's lines of Python, each with its number in the block's code.
fn lines_of(block: &Block) -> Vec<(usize, &str)> {
    match &block.kind {
        BlockKind::Script => block.code.lines().enumerate().collect(),
        BlockKind::Session(prompts) => {
            let numbered = prompts.iter().map(|prompt| (prompt.line, &prompt.source));
            numbered
                .flat_map(|(line, source)| (line..).zip(source.lines()))
                .collect()
        }
    }
}

/// Returns where a line of a file begins in the guide, given the bytes that it came from.
fn place(text: &str, span: &Span, guide: &str, index: &LineIndex) -> Position {
    let mut position = index.position(guide, span.start);
    let shown = &guide[span.clone()];
    if let Some(before) = shown.strip_suffix(text) {
        position.column += before.chars().count();
    } else if let Some(before) = text.strip_suffix(shown) {
        // Spaces that a tab in the guide stands for.
        position.column = position.column.saturating_sub(before.len()).max(1);
    }
    position
}

/// Returns the bytes of the line that starts at `start`, without its end.
fn line_at(guide: &str, start: usize) -> Span {
    let rest = &guide.as_bytes()[start..];
    let end = memchr::memchr2(b'\n', b'\r', rest).map_or(guide.len(), |end| start + end);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::tests::read as document_of;

    #[track_caller]
    fn case(guide: &str, text: &str, lines: &[Option<(usize, usize)>]) {
        let read = document_of(guide);
        let index = LineIndex::new(guide);
        let file = SourceFile::of_example(&read.examples[0], guide, &index);
        let found = file
            .lines
            .iter()
            .map(|place| place.map(|place| (place.line, place.column)));
        assert_eq!(file.text, text);
        assert_eq!(found.collect::<Vec<_>>(), lines);
    }

    #[test]
    fn each_line_leads_back_to_its_first_character() {
        case(
            "```python\nx = 1\n\nprint(x)\n```\n",
            "x = 1\n\nprint(x)\n",
            &[Some((2, 1)), Some((3, 1)), Some((4, 1))],
        );
        case(
            "- item\n\n  > ```python\n  > if x:\n  >     y\n  > ```\n",
            "if x:\n    y\n",
            &[Some((4, 5)), Some((5, 5))],
        );
        case(
            "```python\n    uniform = 1\n```\n",
            "uniform = 1\n",
            &[Some((2, 5))],
        );
    }

    #[test]
    fn a_session_is_its_sources() {
        case(
            "```pycon\n>>> for i in range(2):\n...     i\n0\n1\n>>> 2\n2\n```\n",
            "for i in range(2):\n    i\n2\n",
            &[Some((2, 5)), Some((3, 5)), Some((6, 5))],
        );
    }

    #[test]
    fn a_group_is_one_file_with_blank_lines_between_its_blocks() {
        case(
            "```python {group=a}\nx = 1\n```\n\n```python {group=a}\nprint(x)\n```\n",
            "x = 1\n\n\nprint(x)\n",
            &[Some((2, 1)), None, None, Some((6, 1))],
        );
    }

    #[test]
    fn a_file_beside_an_example_leads_back_too() {
        let guide =
            "- a\n\n  ```toml {file=a.toml}\n  x = 1\n  y = 2\n  ```\n\n```python\n1\n```\n";
        let read = document_of(guide);
        let extra = &read.examples[0].files[0];
        let index = LineIndex::new(guide);
        let file = SourceFile::of_extra(extra, &read.fences[extra.fence], guide, &index);
        let place = |line, column| Some(Position { line, column });
        assert_eq!(file.text, "x = 1\ny = 2\n");
        assert_eq!(file.lines, [place(4, 3), place(5, 3)]);
    }
}
