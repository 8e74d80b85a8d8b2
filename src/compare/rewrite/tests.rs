//! Tests of rewriting: golden pairs, and what no rewriting may do.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::compare::false_claims;
use crate::compare::testing::{analysis, interpreter, printed, raised};
use crate::discover::Settings;
use crate::extract::{Block, BlockKind, document};
use crate::position::LineIndex;

fn understood(text: &str) -> Document {
    document(&crate::discover::Guide {
        id: "guide.md".into(),
        path: "/guide.md".into(),
        text: Arc::from(text),
        expected_path: "/expected/guide.toml".into(),
        settings: Arc::new(Settings::default()),
        selectors: Vec::new(),
    })
}

/// What each example printed on one interpreter: prompt by prompt in a session, else whole.
type Printed<'a> = (u64, &'a [&'a str]);

fn transcript_of(example: &Example, outputs: &mut std::slice::Iter<'_, &str>) -> Transcript {
    let mut blocks = Vec::new();
    for block in &example.blocks {
        let count = match &block.kind {
            BlockKind::Session(prompts) => prompts.len(),
            BlockKind::Script => 1,
        };
        let of_block: Vec<String> = (outputs.by_ref().take(count))
            .map(|output| (*output).to_owned())
            .collect();
        blocks.push(of_block);
    }
    let stdout: String = blocks.concat().concat();
    match stdout.split_once("!raise ") {
        Some((stdout, exception)) => raised(stdout, exception.trim_end()),
        None => Transcript {
            blocks,
            ..printed(&stdout)
        },
    }
}

struct Ran {
    interpreters: Vec<Interpreter>,
    /// By example, then interpreter.
    transcripts: Vec<Vec<Transcript>>,
}

fn run(document: &Document, runs: &[Printed<'_>]) -> Ran {
    let by_interpreter: Vec<Vec<Transcript>> = (runs.iter())
        .map(|(_, outputs)| {
            let mut outputs = outputs.iter();
            (document.examples.iter())
                .map(|example| transcript_of(example, &mut outputs))
                .collect()
        })
        .collect();
    Ran {
        interpreters: runs.iter().map(|(minor, _)| interpreter(*minor)).collect(),
        transcripts: (0..document.examples.len())
            .map(|example| {
                (by_interpreter.iter())
                    .map(|all| all[example].clone())
                    .collect()
            })
            .collect(),
    }
}

fn rewriting(document: &Document, ran: &Ran) -> Rewriting {
    let sources: Vec<Source<'_>> = (document.examples.iter().zip(&ran.transcripts))
        .map(|(example, transcripts)| Source {
            example,
            analyses: (example.blocks.iter())
                .map(|block| analysis(&block.code))
                .collect(),
            runs: ran.interpreters.iter().zip(transcripts).collect(),
        })
        .collect();
    rewrite(document, &sources, Claims::Explicit)
}

/// Rewrites a guide and holds it against everything that must be true of any rewriting.
fn rewritten(before: &str, runs: &[Printed<'_>]) -> (String, Vec<String>) {
    let document = understood(before);
    assert!(document.problems.is_empty(), "{:?}", document.problems);
    let ran = run(&document, runs);
    let rewriting = rewriting(&document, &ran);
    let after = apply(before, &rewriting.edits);
    let again = understood(&after);
    let ran_again = run(&again, runs);
    let more = super::tests::rewriting(&again, &ran_again);
    assert_eq!(more.edits, [], "rewriting twice changes more in\n{after}");
    if rewriting.refusals.is_empty() {
        assert_true(&again, &ran_again);
    }
    assert_same_grammar([&document, &again], &rewriting.edits);
    let lines = LineIndex::new(before);
    let refusals = (rewriting.refusals.iter())
        .map(|refusal| format!("{} {}", lines.line(refusal.offset), refusal.message))
        .collect();
    (after, refusals)
}

/// What is told of rewritten code without asking is what would be answered.
fn assert_same_grammar([before, after]: [&Document; 2], edits: &[Edit]) {
    let guide = &before.guide.text;
    let scripts = |document: &Document| -> Vec<Block> {
        let blocks = document.examples.iter().flat_map(|example| &example.blocks);
        let scripts = blocks.filter(|block| matches!(block.kind, BlockKind::Script));
        scripts.cloned().collect()
    };
    for (before, after) in scripts(before).iter().zip(&scripts(after)) {
        let told = analysis(&before.code);
        let text = after.code.as_str();
        let told = grammar::analysis_after(&told, [before, after], guide, edits);
        assert_eq!(told, Some(analysis(text)), "{text}");
    }
}

fn assert_true(document: &Document, ran: &Ran) {
    for (example, transcripts) in document.examples.iter().zip(&ran.transcripts) {
        let analyses: Vec<Analysis> = (example.blocks.iter())
            .map(|block| analysis(&block.code))
            .collect();
        for (interpreter, transcript) in ran.interpreters.iter().zip(transcripts) {
            let text = &document.guide.text;
            let faults = false_claims(
                example,
                text,
                &analyses,
                transcript,
                interpreter,
                Claims::Explicit,
            );
            let failing: Vec<_> = faults.iter().filter(|fault| fault.fails).collect();
            assert!(failing.is_empty(), "{failing:#?} in\n{text}");
        }
    }
}

#[track_caller]
fn golden(before: &str, runs: &[Printed<'_>], after: &str) {
    let (found, refusals) = rewritten(before, runs);
    assert_eq!(found, after);
    assert_eq!(refusals, [] as [String; 0]);
}

#[track_caller]
fn refused(before: &str, runs: &[Printed<'_>], reasons: &[&str]) {
    let (found, refusals) = rewritten(before, runs);
    assert_eq!(found, before);
    assert_eq!(refusals, reasons);
}

#[test]
fn a_true_guide_is_not_touched() {
    let guide = "```python\nprint(1)  # => 1\nprint(2)\n#> 2\n```\n\nOutput:\n\n```text\n1\n...\n```\n\n```pycon\n>>> 3\n3\n```\n";
    golden(guide, &[(12, &["1\n2\n", "3\n"])], guide);
}

#[test]
fn a_false_comment_gets_what_was_printed_beside_it() {
    golden(
        "```python\nprint(x)  # => old\nprint(y)  # -> y\n```\n",
        &[(12, &["new\ny\n"]), (13, &["new\ny\n"])],
        "```python\nprint(x)  # => new\nprint(y)  # -> y\n```\n",
    );
    golden(
        "```python\nprint(x)\n#> old\n```\n",
        &[(12, &["new\n"])],
        "```python\nprint(x)\n#> new\n```\n",
    );
    golden(
        "```python\nprint(x)  #>\nprint(y)  #> b\n```\n",
        &[(12, &["a\n\n"])],
        "```python\nprint(x)  #> a\nprint(y)  #>\n```\n",
    );
}

#[test]
fn a_false_comment_below_one_of_several_prints_gets_what_that_printed() {
    golden(
        "```python\nprint(x)  # => x\nprint(y)\n#> old\nprint(z)\n```\n",
        &[(12, &["x\ny\nz\n"])],
        "```python\nprint(x)  # => x\nprint(y)\n#> y\nprint(z)\n```\n",
    );
}

#[test]
fn comments_below_a_print_grow_and_shrink() {
    golden(
        "> ```python\n> print(x)\n> #> a\n> #> b\n> ```\n",
        &[(12, &["a\nc\nd\n"])],
        "> ```python\n> print(x)\n> #> a\n> #> c\n> #> d\n> ```\n",
    );
    golden(
        "```python\r\nprint(x)\r\n#> a\r\n#> b\r\n#> c\r\ny = 1\r\n```\r\n",
        &[(12, &["a\n"])],
        "```python\r\nprint(x)\r\n#> a\r\ny = 1\r\n```\r\n",
    );
}

#[test]
fn patterns_in_comments_stay_where_they_match() {
    golden(
        "```python\nprint(x)  # => took [..] s\nprint(y)  # => old\n```\n",
        &[(12, &["took 3 s\nnew\n"])],
        "```python\nprint(x)  # => took [..] s\nprint(y)  # => new\n```\n",
    );
}

#[test]
fn comments_on_which_versions_differ_move_into_fences() {
    golden(
        "- item\n\n  ```python\n  import gc\n  print(gc.get())  # => 7\n  print(1)  # => 1\n  ```\n\n  after\n",
        &[(12, &["7\n1\n"]), (13, &["20\n1\n"])],
        "- item\n\n  ```python\n  import gc\n  print(gc.get())\n  print(1)  # => 1\n  ```\n\n  Output on 3.12:\n\n  <!-- fencepost: python=\"<3.13\" -->\n  ```text\n  7\n  1\n  ```\n\n  Output on 3.13:\n\n  <!-- fencepost: python=\">=3.13\" -->\n  ```text\n  20\n  1\n  ```\n\n  after\n",
    );
}

#[test]
fn comments_that_would_then_claim_everything_move_with_those_that_differ() {
    golden(
        "```python\nprint(x)  # -> b\n#> c\n```\n",
        &[(12, &["b\n\n"]), (13, &["b\na\n"])],
        "```python\nprint(x)\n```\n\nOutput on 3.12:\n\n<!-- fencepost: python=\"<3.13\" -->\n```text\nb\n\n```\n\nOutput on 3.13:\n\n<!-- fencepost: python=\">=3.13\" -->\n```text\nb\na\n```\n",
    );
}

#[test]
fn a_false_fence_gets_its_false_lines_replaced() {
    golden(
        "```python\nf()\n```\n\nOutput:\n\n```text\na\nold\nc\n```\n",
        &[(12, &["a\nb\nc\nd\n"])],
        "```python\nf()\n```\n\nOutput:\n\n```text\na\nb\nc\n```\n",
    );
    golden(
        "```python\nf()\n```\n\n```output\na\nold\n```\n",
        &[(12, &["a\nb\nc\n"])],
        "```python\nf()\n```\n\n```output\na\nb\nc\n```\n",
    );
    golden(
        "> ```python\n> f()\n> ```\n>\n> Output:\n>\n> ```text\n> a\n> old\n> ```\n",
        &[(12, &["a\nb\n\nc\n"])],
        "> ```python\n> f()\n> ```\n>\n> Output:\n>\n> ```text\n> a\n> b\n>\n> c\n> ```\n",
    );
}

#[test]
fn patterns_in_fences_stay_where_they_match() {
    golden(
        "```python\nf()\n```\n\nВывод:\n\n```text\ntook [..] s\n...\nend\nold\n```\n",
        &[(12, &["took 3 s\nx\nend\nnew\n"])],
        "```python\nf()\n```\n\nВывод:\n\n```text\ntook [..] s\n...\nend\nnew\n```\n",
    );
}

#[test]
fn a_fence_on_which_versions_differ_is_split() {
    golden(
        "```python\nf()\n```\n\nВывод:\n\n```text\n7\n```\n\nдальше\n",
        &[(11, &["7\n"]), (12, &["7\n"]), (13, &["20\n"])],
        "```python\nf()\n```\n\nВывод:\n\n<!-- fencepost: python=\"<3.13\" -->\n```text\n7\n```\n\nВывод на 3.13:\n\n<!-- fencepost: python=\">=3.13\" -->\n```text\n20\n```\n\nдальше\n",
    );
    golden(
        "1. x\r\n\r\n   ```python\r\n   f()\r\n   ```\r\n\r\n   Output:\r\n\r\n   ~~~~text\r\n   7\r\n   ~~~~\r\n",
        &[(12, &["7\n"]), (13, &["20\n"])],
        "1. x\r\n\r\n   ```python\r\n   f()\r\n   ```\r\n\r\n   Output:\r\n\r\n   <!-- fencepost: python=\"<3.13\" -->\r\n   ~~~~text\r\n   7\r\n   ~~~~\r\n\r\n   Output on 3.13:\r\n\r\n   <!-- fencepost: python=\">=3.13\" -->\r\n   ~~~~text\r\n   20\r\n   ~~~~\r\n",
    );
}

#[test]
fn a_condition_that_stands_there_is_narrowed() {
    golden(
        "```python\nf()\n```\n\n<!-- fencepost: python=\"<3.12\" -->\n```text\n1\n```\n\n<!-- fencepost: python=\">=3.12\" -->\n```text\n2\n```\n",
        &[(11, &["1\n"]), (12, &["2\n"]), (13, &["3\n"])],
        "```python\nf()\n```\n\n<!-- fencepost: python=\"<3.12\" -->\n```text\n1\n```\n\n<!-- fencepost: python=\">=3.12,<3.13\" -->\n```text\n2\n```\n\nOutput on 3.13:\n\n<!-- fencepost: python=\">=3.13\" -->\n```text\n3\n```\n",
    );
}

#[test]
fn a_traceback_keeps_its_frames() {
    golden(
        "```python\nf()\n```\n\nOutput:\n\n```text\na\nTraceback (most recent call last):\n  File \"x.py\", line 1\nValueError: old\n```\n",
        &[(12, &["b\n!raise ValueError: new\n"])],
        "```python\nf()\n```\n\nOutput:\n\n```text\nb\nTraceback (most recent call last):\n  File \"x.py\", line 1\nValueError: new\n```\n",
    );
}

#[test]
fn what_is_only_advice_is_left_alone() {
    let guide = "```python\nprint(1)  # 2\n```\n\n```text\n3\n```\n";
    golden(guide, &[(12, &["1\n"])], guide);
}

#[test]
fn a_session_gets_what_its_prompts_printed() {
    golden(
        "```pycon\n>>> 1\nold\n>>> for i in x:\n...     i\n...\na\n>>> y\n\n>>> z\n9\n8\n```\n",
        &[(12, &["1\n", "a\n\nb\n", "2\n", ""])],
        "```pycon\n>>> 1\n1\n>>> for i in x:\n...     i\n...\na\n<BLANKLINE>\nb\n>>> y\n2\n\n>>> z\n```\n",
    );
    golden(
        ">     >>> 1\n>     old\n>     >>> 2\n",
        &[(12, &["1\nx\n", "2\n"])],
        ">     >>> 1\n>     1\n>     x\n>     >>> 2\n>     2\n",
    );
}

#[test]
fn a_session_keeps_frames_ellipses_and_wildcards() {
    golden(
        "```pycon\n>>> f()\nTraceback (most recent call last):\n  File \"<stdin>\", line 1\nE: old\n>>> g() # doctest: +ELLIPSIS\n[0, ..., 9]\nold\n>>> h()\n[..]s\nold\n>>> 1/0\nTraceback (most recent call last):\n```\n",
        &[(
            12,
            &[
                "Traceback (most recent call last):\n    ...\nE: new\n",
                "[0, 1, 9]\nnew\n",
                "3 s\nnew\n",
                "Traceback (most recent call last):\n    ...\nZeroDivisionError: division by zero\n",
            ],
        )],
        "```pycon\n>>> f()\nTraceback (most recent call last):\n  File \"<stdin>\", line 1\nE: new\n>>> g() # doctest: +ELLIPSIS\n[0, ..., 9]\nnew\n>>> h()\n[..]s\nnew\n>>> 1/0\nTraceback (most recent call last):\nZeroDivisionError: division by zero\n```\n",
    );
}

#[test]
fn what_only_a_person_can_mend_is_refused() {
    refused(
        "```pycon\n>>> v\n3.11\n```\n",
        &[(12, &["3.12\n"]), (13, &["3.13\n"])],
        &[
            "2 the prompt prints otherwise on other versions: give each its own block with `python=`",
        ],
    );
    refused(
        "```pycon\n>>> v\n1\n```\n",
        &[(12, &[">>> x\n"])],
        &["2 what the prompt prints cannot be shown in a session: rewrite the prompt"],
    );
    refused(
        "> ```pycon\n> >>> v\n> 1\n> ```\n",
        &[(
            12,
            &["Traceback (most recent call last):\n    ...\nNameError: name 'v' is not defined\n"],
        )],
        &[
            "2 the prompt raised `NameError: name 'v' is not defined`, and the guide does not show that: mend the prompt, or write `Traceback (most recent call last):` below it",
        ],
    );
    refused(
        "```python\nf()\n```\n\nOutput:\n\n```text\na\n```\n",
        &[(12, &["```\n"])],
        &["7 what is printed would close the fence: give it a longer one"],
    );
    refused(
        "```python\nf()\n```\n\nOutput:\n\n```text\na\n```\n",
        &[(12, &[""])],
        &["7 nothing is printed any more: remove the fence"],
    );
    refused(
        "# T\n\n>     >>> x\n>     a\n> \t\tb\n",
        &[(12, &["c\nd\n"])],
        &["3 a tab before its output is part of it: indent it by blanks, or mend it by hand"],
    );
    refused(
        "- ```python\n  f()\n  ```\n\n  Output:\n\n  \t\ta\n",
        &[(12, &["b\n"])],
        &["7 a tab before its lines is part of them: indent it by blanks, or mend it by hand"],
    );
    refused(
        "```python\nf()\n```\n\nOutput:\n\n```text\na\n[..]\n```\n",
        &[(12, &[""])],
        &["7 nothing is printed any more: remove the fence"],
    );
    refused(
        "```python\nprint(1)  # => 1\nfor i in x:\n    print(i)  # => 5\n```\n",
        &[(12, &["1\n2\n3\n"])],
        &["4 it cannot be told which lines stand for the claim `5`: mend it by hand"],
    );
}

#[test]
fn what_one_claim_comes_to_tells_what_its_neighbours_stand_for() {
    let quotes = |first: &str, second: &str| {
        let quote = |lines: &str| format!("print(x)\n\"\"\"\n{lines}\n\"\"\"\n");
        format!("```python\n{}{}```\n", quote(first), quote(second))
    };
    golden(
        &quotes("a\nb", "a\nb"),
        &[(12, &["b\nc\n"])],
        &quotes("b", "c"),
    );
}

#[test]
fn what_is_printed_never_becomes_markdown() {
    let would = "shown there, what is printed would change how the guide is read: mend it by hand, in a fence of its own";
    for (guide, printed, line) in [
        ("# T\n\n> >>> x\n", "```\n", 3),
        ("# T\n\n>>> x\n", "~~~\n", 3),
        ("# T\n\n!!! note\n    >>> x\n", "```\n", 4),
        ("# T\n\n>-     >>> x\n>      a\n", "```\n", 3),
        (
            "```python\nprint(x)\n\"\"\"\na\nb\n\"\"\"\n```\n",
            "```\n```\n",
            4,
        ),
        (
            "# T\n\n!!! note\n        >>> x\n        a\n    ...\n    b<!--pytest-codeblocks:expected-output-->\n    >>> y\n",
            "~~~\nc\n ~~~\n",
            5,
        ),
    ] {
        let reason = format!("{line} {would}");
        refused(guide, &[(12, &[printed])], &[reason.as_str()]);
    }
}

#[test]
fn a_place_moves_by_what_is_rewritten_above_it() {
    let edit = |start, end, replacement: &str| Edit {
        start,
        end,
        replacement: replacement.to_owned(),
    };
    let rewriting = Rewriting {
        edits: vec![edit(2, 4, "xyz"), edit(6, 8, ""), edit(9, 9, "new")],
        ..Rewriting::default()
    };
    let moved = [0, 2, 4, 5, 6, 7, 8, 9, 10].map(|offset| rewriting.moved(offset));
    assert_eq!(moved, [0, 2, 5, 6, 7, 7, 7, 8, 12]);
}

#[test]
fn what_cannot_be_shown_keeps_nothing_else_from_being_mended() {
    let guide = |shown: &str| format!("# T\n\n>>> x\n\n## A\n\n```pycon\n>>> y\n{shown}\n```\n");
    let (after, refusals) = rewritten(&guide("old"), &[(12, &["```\n", "new\n"])]);
    assert_eq!(after, guide("new"));
    assert_eq!(refusals.len(), 1);
}

#[test]
fn outputs_below_the_marks_of_a_list_item_stand_in_the_item() {
    for marks in ["- ", "10. ", "1. > ", "> - "] {
        let below: String = (marks.chars())
            .map(|mark| if mark == '>' { mark } else { ' ' })
            .collect();
        golden(
            &format!("# T\n\n{marks}>>> x\n"),
            &[(12, &["a\nb\n"])],
            &format!("# T\n\n{marks}>>> x\n{below}a\n{below}b\n"),
        );
    }
}

#[test]
fn tracebacks_that_were_printed_are_an_output_like_any_other() {
    let guide = |shown: &str| {
        format!(
            "```python\nf()\n```\n\n<!--pytest-codeblocks:expected-output-->\n```\n{shown}```\n"
        )
    };
    let printed = "Traceback (most recent call last):\n    ...\nE: a\n".repeat(2) + "b\n";
    golden(&guide("old\n"), &[(12, &[&printed])], &guide(&printed));
}

#[test]
fn a_traceback_that_no_exception_ends_is_as_false_as_check_says() {
    refused(
        "<!-- fencepost: group=g -->\n```pycon\n>>> x\n```\n\n```output\nTraceback (most recent call last):\n\n\n```\n",
        &[(12, &[""])],
        &["6 nothing is printed any more: remove the fence"],
    );
}

#[test]
fn comments_that_stay_and_would_then_claim_other_lines_are_refused_with_those_that_go() {
    let would = "shown there, what is printed would change how the guide is read: mend it by hand, in a fence of its own";
    let untold = "it cannot be told which lines stand for the claim ``: mend it by hand";
    refused(
        "```python\nprint(x)  # -> b\n#>\ny = 1\n#>\ny = 2\n#>\n```\n",
        &[(12, &["    a\n\n"]), (13, &["    a\nb\n\n"])],
        &[
            &format!("2 {would}"),
            &format!("5 {untold}"),
            &format!("7 {untold}"),
        ],
    );
}

#[test]
fn quotes_that_would_come_to_stand_below_a_print_are_refused() {
    let would = "shown there, what is printed would change how the guide is read: mend it by hand, in a fence of its own";
    refused(
        "```python\nprint(x)\n#> a\n\"\"\"\nb\n\"\"\"\n```\n",
        &[(12, &["a\n"]), (13, &["c\n"])],
        &[&format!("2 {would}")],
    );
}

#[test]
fn fences_that_are_true_one_by_one_and_not_together_are_refused() {
    refused(
        "```python\nf()\n```\n\n```output\nb\n```\n\n```output\na\n```\n",
        &[(12, &["a\nb\n"])],
        &["10 the guide shows `a`, and it was not printed: mend it by hand"],
    );
}

#[test]
fn a_wildcard_that_stands_for_nothing_goes() {
    golden(
        "```pycon\n>>> x\n[..]\n>>> y\n[..]\nold\n```\n",
        &[(12, &["", ""])],
        "```pycon\n>>> x\n>>> y\n```\n",
    );
}

#[test]
fn edits_are_applied_from_the_end_and_never_overlap() {
    let edit = |start, end, replacement: &str| Edit {
        start,
        end,
        replacement: replacement.into(),
    };
    let edits = [edit(2, 3, "X"), edit(0, 1, "YY"), edit(2, 4, "no")];
    assert_eq!(apply("abcd", &edits), "YYbXd");
}

#[test]
fn a_guide_that_changed_meanwhile_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guide.md");
    std::fs::write(&path, "abc").unwrap();
    let edits = [Edit {
        start: 0,
        end: 1,
        replacement: "X".into(),
    }];
    let problem = write_guide(&path, "guide.md", "other", &edits).unwrap_err();
    assert_eq!(problem.code, "guide-changed");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "abc");
    write_guide(&path, "guide.md", "abc", &edits).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "Xbc");
}

/// Lines that a guide shows as an output.
fn shown() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec("[ab]{0,2}|\\[\\.\\.\\]|\\.\\.\\.", 1..4)
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// A script with a claim for each print, beside or below it, or in quotes.
fn script() -> impl Strategy<Value = Vec<String>> {
    (proptest::collection::vec("[ab]{1,2}", 1..4), 0..3).prop_map(|(claims, kind)| {
        let mut lines = owned(&["```python"]);
        for claim in claims {
            match kind {
                0 => lines.extend(["print(x)".to_owned(), format!("#> {claim}")]),
                1 => lines.push(format!("print(x)  # => {claim}")),
                _ => lines.extend(["print(x)", "\"\"\"", &claim, "b", "\"\"\""].map(str::to_owned)),
            }
        }
        lines.push("```".to_owned());
        lines
    })
}

/// A script with an output below it: with a label, whole as other tools have it, or indented.
fn with_output() -> impl Strategy<Value = Vec<String>> {
    let below: [(&[&str], &str, &[&str]); 5] = [
        (&["", "Output:", "", "```output"], "", &["```"]),
        (&["", "Вывод:", "", "~~~~text"], "", &["~~~~"]),
        (
            &["", "<!--pytest-codeblocks:expected-output-->", "", "```"],
            "",
            &["```"],
        ),
        (&["", "```{testoutput}"], "", &["```"]),
        (&["", "Output:", ""], "    ", &[]),
    ];
    (script(), proptest::sample::select(below.to_vec()), shown()).prop_map(
        |(mut lines, (opening, indentation, closing), shown)| {
            if opening.contains(&"```{testoutput}") {
                lines[0] = "```{testcode}".to_owned();
            }
            lines.extend(owned(opening));
            lines.extend(shown.iter().map(|line| format!("{indentation}{line}")));
            lines.extend(owned(closing));
            lines
        },
    )
}

/// A session in a fence, or in none.
fn session() -> impl Strategy<Value = Vec<String>> {
    let prompt = ("[ab]{0,2}", any::<bool>());
    (proptest::collection::vec(prompt, 1..4), any::<bool>()).prop_map(|(prompts, fenced)| {
        let mut lines = Vec::new();
        for (want, has_flag) in prompts {
            let flag = if has_flag {
                "  # doctest: +ELLIPSIS"
            } else {
                ""
            };
            lines.push(format!(">>> x{flag}"));
            lines.extend(Some(want).filter(|want| !want.is_empty()));
        }
        if fenced {
            lines.insert(0, "```pycon".to_owned());
            lines.push("```".to_owned());
        }
        lines
    })
}

/// A guide with one example of a kind, inside a container, with any line ends.
fn any_guide() -> impl Strategy<Value = String> {
    let containers = [("", ""), ("> ", "> "), ("- ", "  "), ("1. > ", "   > ")];
    let container = proptest::sample::select(containers.to_vec());
    (
        prop_oneof![with_output(), session()],
        container,
        any::<bool>(),
    )
        .prop_map(|(lines, (first, rest), crlf)| {
            let end = if crlf { "\r\n" } else { "\n" };
            let prefixed = lines.iter().enumerate().map(|(at, line)| {
                let prefix = if at == 0 { first } else { rest };
                format!("{prefix}{line}").trim_end().to_owned() + end
            });
            format!("# Title{end}{end}{}", prefixed.collect::<String>())
        })
}

/// What printed lines may be: plain, or Markdown themselves.
const PRINTED: &str = "(([ab]{0,2}|```|~~~|- a|# a|    a|1\\. a)\n){0,4}";

/// What rewriting must keep: the text around outputs, and the code without its claims.
fn kept(document: &Document) -> Vec<String> {
    let text = &document.guide.text;
    let (mut kept, mut end) = (Vec::new(), 0);
    for (at, fence) in document.fences.iter().enumerate() {
        kept.push(text[end..fence.span.start].to_owned());
        end = fence.span.end;
        let mut blocks = document.examples.iter().flat_map(|example| &example.blocks);
        match blocks
            .find(|block| block.fence == at)
            .map(|block| (&block.kind, block))
        {
            Some((BlockKind::Session(prompts), _)) => {
                kept.extend(prompts.iter().map(|prompt| prompt.source.clone()));
            }
            Some((BlockKind::Script, block)) => {
                let prints = block.code.lines().filter(|line| line.starts_with("print"));
                kept.extend(prints.map(|line| line.split('#').take(1).collect()));
            }
            None => {}
        }
        if fence.kind == crate::extract::FenceKind::Fenced {
            kept.extend(text[fence.span.clone()].lines().next().map(str::to_owned));
            kept.extend(text[fence.span.clone()].lines().last().map(str::to_owned));
        }
    }
    kept.push(text[end..].to_owned());
    kept
}

proptest! {
    #[test]
    fn rewriting_makes_claims_true_once_and_for_all(
        guide in any_guide(),
        outputs in proptest::collection::vec(proptest::collection::vec(PRINTED, 4), 1..4),
    ) {
        let outputs: Vec<Vec<&str>> = (outputs.iter())
            .map(|outputs| outputs.iter().map(String::as_str).collect())
            .collect();
        let runs: Vec<Printed<'_>> = (outputs.iter().enumerate())
            .map(|(at, outputs)| (10 + at as u64, outputs.as_slice()))
            .collect();
        if understood(&guide).problems.is_empty() {
            rewritten(&guide, &runs);
        }
    }

    #[test]
    fn no_byte_outside_a_claim_changes(
        guide in any_guide(),
        outputs in proptest::collection::vec(PRINTED, 4),
    ) {
        let document = understood(&guide);
        prop_assume!(document.problems.is_empty());
        let outputs: Vec<&str> = outputs.iter().map(String::as_str).collect();
        let (after, _) = rewritten(&guide, &[(12, &outputs)]);
        prop_assert_eq!(kept(&document), kept(&understood(&after)), "{:?}", after);
        let lone = |text: &str| text.replace("\r\n", "").contains(['\r', '\n']);
        prop_assert_eq!(lone(&guide), lone(&after), "{:?}", after);
    }
}
