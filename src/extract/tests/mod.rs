//! Whole guides, read: fates, names, groups, outputs, problems.

mod commonmark;
mod generated;
mod hostile;
mod properties;

use std::path::PathBuf;
use std::sync::Arc;

use super::*;
use crate::discover::{Guide, Settings, Sharing};

/// Reads `text` as the guide `g.md` under `settings`.
pub(super) fn read_with(text: &str, settings: Settings) -> Document {
    document(&Guide {
        id: "g.md".to_owned(),
        path: PathBuf::from("/g.md"),
        text: Arc::from(text),
        expected_path: PathBuf::from("/expected/g.toml"),
        settings: Arc::new(settings),
        selectors: Vec::new(),
    })
}

pub(super) fn read(text: &str) -> Document {
    read_with(text, Settings::default())
}

/// Writes each fence as `line kind fate name`, a reason in brackets.
pub(super) fn listed(document: &Document) -> Vec<String> {
    let row = |fence: &Fence| {
        let reason = fence.fate.reason().map(|reason| format!(" ({reason})"));
        let id = fence.id.as_deref().unwrap_or("-").replace("g.md#", "");
        format!(
            "{} {:?} {}{} {id}",
            fence.position.line,
            fence.kind,
            fence.fate.name(),
            reason.unwrap_or_default()
        )
    };
    document.fences.iter().map(row).collect()
}

#[track_caller]
fn case(text: &str, expected: &[&str]) {
    let document = read(text);
    assert_eq!(listed(&document), expected, "{text}");
    assert!(document.problems.is_empty(), "{:#?}", document.problems);
}

/// Checks the codes and lines of a guide's problems.
#[track_caller]
fn faults(text: &str, expected: &[&str]) -> Document {
    let document = read(text);
    let told: Vec<String> = document
        .problems
        .iter()
        .map(|problem| {
            let line = problem.position.map_or(0, |position| position.line);
            format!("{line} {}", problem.code)
        })
        .collect();
    assert_eq!(told, expected, "{text}\n{:#?}", document.problems);
    document
}

#[test]
fn each_fence_has_one_fate() {
    case(
        "```python\nprint(1)\n```\n\n```rust\n```\n\n~~~py\nx\n~~~\n\n```\nplain\n```\n",
        &[
            "1 Fenced run 1",
            "5 Fenced not-python -",
            "8 Fenced run 2",
            "12 Fenced output 2",
        ],
    );
}

#[test]
fn code_keeps_its_lines_whatever_stands_around_it() {
    for text in [
        "```py\na = 1\n\n  b\n```\n",
        "> ```py\n> a = 1\n>\n>   b\n> ```\n",
        "- x\n\n  ```py\n  a = 1\n\n    b\n  ```\n",
        "1. x\r\n\r\n   ```py\r\n   a = 1\r\n\r\n     b\r\n   ```\r\n",
        "   ```py\n   a = 1\n\n     b\n   ```\n",
        "\u{feff}```py\ra = 1\r\r  b\r```\t\r",
    ] {
        let document = read(text);
        let block = &document.examples[0].blocks[0];
        assert_eq!(block.code, "a = 1\n\n  b\n", "{text:?}");
        let spans: Vec<&str> = block
            .code
            .line_spans()
            .iter()
            .map(|span| &text[span.clone()])
            .collect();
        assert_eq!(spans, ["a = 1", "", "  b"], "{text:?}");
        assert!(document.problems.is_empty(), "{text:?}");
    }
}

#[test]
fn a_span_holds_the_whole_fence() {
    let text = "x\n\n> ```py\n> 1\n> ```\n\ny\n";
    let fence = &read(text).fences[0];
    assert_eq!(&text[fence.span.clone()], "```py\n> 1\n> ```");
    assert_eq!((fence.position.line, fence.position.column), (3, 3));
}

#[test]
fn uniform_indentation_inside_a_fence_is_taken_away() {
    let document = read("```py\n    a = 1\n    if a:\n        b\n```\n");
    assert_eq!(document.examples[0].blocks[0].code, "a = 1\nif a:\n    b\n");
}

#[test]
fn an_example_is_named_by_the_guide_or_by_its_headings() {
    let text = "# Title\n\n```py\n1\n```\n\n## Вопрос 3. GIL?\n\n### Пример\n\n```py\n1\n```\n\n\
                <!-- fencepost: name=mine -->\n```py\n1\n```\n\n```py {name=yours}\n1\n```\n\n```py\n1\n```\n";
    let names: Vec<String> = read(text)
        .examples
        .iter()
        .map(|example| example.name.to_string())
        .collect();
    assert_eq!(
        names,
        [
            "1",
            "вопрос-3-gil/пример/1",
            "mine",
            "yours",
            "вопрос-3-gil/пример/4"
        ]
    );
}

#[test]
fn front_matter_is_no_heading() {
    let text = "---\ntitle: x\n---\n\n# T\n\n## A\n\n```py\n1\n```\n";
    assert_eq!(read(text).examples[0].name, "a/1");
}

#[test]
fn a_group_is_one_example() {
    let text = "<!-- fencepost: group=g timeout=2 -->\n```py\na = 1\n```\n\n```py\nalone\n```\n\n\
                <!-- fencepost: group=g raises=ValueError -->\n```py\nb\n```\n\nOutput:\n\n```text\n1\n```\n";
    case(
        text,
        &[
            "2 Fenced run g",
            "6 Fenced run 2",
            "11 Fenced run g",
            "17 Fenced output g",
        ],
    );
    let document = read(text);
    let group = &document.examples[0];
    assert_eq!(group.id, "g.md#g");
    assert!(group.named);
    assert_eq!(group.blocks.len(), 2);
    assert_eq!(group.limits.timeout_ms, 2000);
    assert!(group.directives.raises.is_some());
    assert_eq!(group.outputs[0].block, 1);
    assert!(group.outputs[0].explicit);
}

#[test]
fn sharing_guide_joins_all_blocks() {
    let settings = Settings {
        sharing: Sharing::Guide,
        ..Settings::default()
    };
    let document = read_with(
        "```py\na\n```\n\n```py {skip=x}\nb\n```\n\n```py\nc\n```\n",
        settings,
    );
    assert_eq!(document.examples[0].blocks.len(), 2);
    assert_eq!(document.examples[0].id, "g.md#guide");
    assert_eq!(document.examples.len(), 2);
}

#[test]
fn a_file_stands_beside_the_next_example_or_that_of_its_group() {
    let text = "<!-- fencepost: file=data/a.toml -->\n```toml\nx = 1\n```\n\n```py\nopen\n```\n\n\
                ```py {file=mod.py group=g}\ny\n```\n\n```py {group=g}\nimport mod\n```\n";
    case(
        text,
        &[
            "2 Fenced file 1",
            "6 Fenced run 1",
            "10 Fenced file g",
            "14 Fenced run g",
        ],
    );
    let document = read(text);
    assert_eq!(document.examples[0].files[0].path, "data/a.toml");
    assert_eq!(document.examples[0].files[0].content, "x = 1\n");
    faults(
        "```py\n1\n```\n\n```toml {file=a}\n```\n",
        &["5 bad-directive"],
    );
    faults(
        "```toml {file=../a}\n```\n\n```py\n1\n```\n",
        &["1 bad-directive"],
    );
}

#[test]
fn an_output_belongs_to_the_example_before_it() {
    let python = "```py\nprint(1)\n```\n";
    case(
        &format!("{python}\nВывод на 3.12:\n\n```text\n1\n```\n\n```\n2\n```\n"),
        &["1 Fenced run 1", "7 Fenced output 1", "11 Fenced output 1"],
    );
    case(
        &format!("{python}\nProse.\n\n```output\n1\n```\n"),
        &["1 Fenced run 1", "7 Fenced output 1"],
    );
    case(
        &format!("{python}\nProse.\n\n```text\n1\n```\n"),
        &["1 Fenced run 1", "7 Fenced not-python -"],
    );
    case(
        &format!("{python}\n**Output:**\n\nProse.\n\n```text\n1\n```\n"),
        &["1 Fenced run 1", "9 Fenced not-python -"],
    );
    case(
        &format!("{python}\n## H\n\n```text\n1\n```\n"),
        &["1 Fenced run 1", "7 Fenced not-python -"],
    );
    case(
        &format!("{python}\n```console\n$ ls\n```\n"),
        &["1 Fenced run 1", "5 Fenced not-python -"],
    );
    case(
        &format!(
            "{python}\n<details>\n<summary>Ответ</summary>\n\n```text\n1\n```\n\n</details>\n"
        ),
        &["1 Fenced run 1", "8 Fenced output 1"],
    );
    case(
        &format!("{python}\n<!-- fencepost: skip=\"diagram\" -->\n```text\n1\n```\n"),
        &["1 Fenced run 1", "6 Fenced not-python -"],
    );
    case(
        &format!("{python}\nOutput:\n\n    1\n"),
        &["1 Fenced run 1", "7 Indented output 1"],
    );
    case(&format!("{python}\nProse.\n\n    1\n"), &["1 Fenced run 1"]);
}

#[test]
fn outputs_may_each_have_a_condition() {
    let text = "```py\nprint(1)\n```\n\nВывод на 3.12:\n\n<!-- fencepost: python=\"<3.13\" -->\n```text\n1\n```\n\n\
                Вывод на 3.13:\n\n<!-- fencepost: python=\">=3.13\" -->\n```text\n2\n```\n";
    let document = faults(text, &[]);
    let outputs = &document.examples[0].outputs;
    assert_eq!(outputs.len(), 2);
    assert!(outputs.iter().all(|output| output.explicit));
    assert_eq!(
        outputs[1]
            .python
            .as_ref()
            .map(|python| python.text.as_str()),
        Some(">=3.13")
    );
    assert_eq!(&text[outputs[0].text.line_spans()[0].clone()], "1");
}

#[test]
fn an_unlabelled_output_is_advice() {
    let outputs = |text: &str| read(text).examples[0].outputs.clone();
    assert!(!outputs("```py\n1\n```\n```\n1\n```\n")[0].explicit);
    assert!(outputs("```py\n1\n```\n```output\n1\n```\n")[0].explicit);
    assert!(outputs("```py\n1\n```\nPrints:\n```\n1\n```\n")[0].explicit);
}

#[test]
fn prompts_make_a_session_in_any_fence_and_in_none() {
    let session = ">>> 1 + 1\n2\n";
    for info in ["py", "pycon", "", "text", "console", "sh", "doctest"] {
        let document = read(&format!("```{info}\n{session}```\n"));
        let kind = &document.examples[0].blocks[0].kind;
        assert!(
            matches!(kind, BlockKind::Session(prompts) if prompts[0].want == "2\n"),
            "{info}"
        );
    }
    case("Text:\n\n    >>> 1\n    1\n", &["3 Indented run 1"]);
    let script = read("```py\ndef f():\n    \"\"\"\n    >>> f()\n    \"\"\"\n```\n");
    assert_eq!(script.examples[0].blocks[0].kind, BlockKind::Script);
}

#[test]
fn what_is_python_and_does_not_run_says_why() {
    case("```py\n\n```\n", &["1 Fenced skipped (empty) 1"]);
    case(
        "```pycon\nno prompt\n```\n",
        &["1 Fenced skipped (holds no `>>>` prompt) 1"],
    );
    case(
        "```python2\nprint 1\n```\n",
        &["1 Fenced skipped (Python 2) 1"],
    );
    case(
        "```py {skip=\"not now\"}\n1\n```\n",
        &["1 Fenced skipped (not now) 1"],
    );
    case(
        "```py\nIn [1]: 1\n```\n",
        &["1 Fenced skipped (prompts of IPython) 1"],
    );
}

#[test]
fn a_fence_in_a_longer_fence_is_documentation() {
    case(
        "````markdown\n```python\n1\n```\n````\n",
        &["1 Fenced not-python -", "2 Nested nested -"],
    );
    case(
        "~~~\n```py\n1\n```\n\n```\nstray\n~~~\n",
        &["1 Fenced not-python -", "2 Nested nested -"],
    );
    case(
        "```py\n1\n```\n\n```pytb\n    x.y\n    ~~~^^\n    x.y\n    ~~~\n    ~~~\n```\n",
        &["1 Fenced run 1", "5 Fenced output 1"],
    );
}

#[test]
fn faults_are_told_with_their_place() {
    faults("```py\n1\n", &["1 unterminated-fence"]);
    faults("> ```py\n> 1\n\ntext\n", &["1 unterminated-fence"]);
    faults("```pyhton\n1\n```\n", &["1 lookalike"]);
    faults("```output\n1\n```\n", &["1 unattributed-output"]);
    faults("```py\n>>>1\n>>> 2\n```\n", &["2 bad-session"]);
    faults(
        "<!-- fencepost: timout=1 -->\n```py\n1\n```\n",
        &["1 unknown-directive"],
    );
    faults(
        "<!-- fencpost: name=a -->\n```py\n1\n```\n",
        &["1 unknown-directive"],
    );
    faults(
        "<!-- fencepost: timeout=soon -->\n```py\n1\n```\n",
        &["1 bad-directive"],
    );
    faults("<!-- fencepost: name=a -->\n\ntext\n", &["1 bad-directive"]);
    faults(
        "<!-- fencepost: name=a -->\n```js\n```\n",
        &["1 bad-directive"],
    );
    faults(
        "<!-- fencepost: name=a -->\n```py {name=b}\n1\n```\n",
        &["2 bad-directive"],
    );
    faults(
        "```py {name=a}\n1\n```\n\n```py {name=a}\n2\n```\n",
        &["1 equal-names", "5 equal-names"],
    );
    faults(
        "```py {name=a}\n1\n```\n\n```py {group=a}\n2\n```\n",
        &["1 equal-names", "5 equal-names"],
    );
    faults(
        "```py\n1\n```\n\n```py {name=1}\n2\n```\n",
        &["1 equal-names", "5 equal-names"],
    );
}

#[test]
fn equal_names_are_told_at_each_and_part_their_examples() {
    let ids = |text: &str| -> Vec<String> {
        let ids = read(text)
            .examples
            .into_iter()
            .map(|example| example.id.to_string());
        ids.collect()
    };
    // The first keeps a name that was given; a place in the guide is nobody else's name.
    let given = "```py {name=a}\n1\n```\n\n```py {name=a}\n2\n```\n";
    assert_eq!(ids(given), ["g.md#a", "g.md#2"]);
    let by_place = "```py\n1\n```\n\n```py {name=1}\n2\n```\n";
    assert_eq!(ids(by_place), ["g.md#1", "g.md#2"]);
    let before = "```py {name=2}\n1\n```\n\n```py\n2\n```\n";
    assert_eq!(ids(before), ["g.md#1", "g.md#2"]);
    let group = "```py {name=g}\n1\n```\n\n```py {group=g}\n2\n```\n\n```py {group=g}\n3\n```\n";
    assert_eq!(ids(group), ["g.md#g", "g.md#2"]);
    let found = read(group);
    assert_eq!(found.fences[2].id.as_deref(), Some("g.md#2"));
    let messages: Vec<&str> = found
        .problems
        .iter()
        .map(|problem| problem.message.as_str())
        .collect();
    assert_eq!(
        messages,
        [
            "the fence at line 5 takes the name `g` too",
            "the name `g` is taken by the fence at line 1"
        ]
    );
    // A block of a group may have the group's name, and every block of it its own.
    faults(
        "```py {group=g name=g}\n1\n```\n\n```py {group=g name=h}\n2\n```\n",
        &[],
    );
    faults(
        "```py {group=g name=h}\n1\n```\n\n```py {group=g name=h}\n2\n```\n",
        &["1 equal-names", "5 equal-names"],
    );
}

#[test]
fn an_unknown_key_names_the_nearest() {
    let document = faults(
        "<!-- fencepost: timout=1 -->\n```py\n1\n```\n",
        &["1 unknown-directive"],
    );
    let hint = document.problems[0].hint.clone().unwrap_or_default();
    assert!(hint.starts_with("did you mean `timeout`?"), "{hint}");
    assert_eq!(
        document.problems[0]
            .position
            .map(|position| position.column),
        Some(17)
    );
}

#[test]
fn fences_in_containers_are_found_at_any_depth() {
    let text = "!!! note\n    Text.\n\n    ```py\n    a = 1\n\n    b\n    ```\n\n\
                === \"One\"\n\n    ??? tip \"Two\"\n        ```py title=\"x\"\n        c\n        ```\n\nText\n";
    case(text, &["4 Container run 1", "13 Container run 2"]);
    let document = read(text);
    assert_eq!(document.examples[0].blocks[0].code, "a = 1\n\nb\n");
    assert_eq!(document.examples[1].blocks[0].code, "c\n");
    case(
        "> !!! note\n>     ```py\n>     a\n>     ```\n",
        &["2 Container run 1"],
    );
    case(
        "- x\n\n    !!! note\n\n        ```py\n        a\n        ```\n",
        &["5 Container run 1"],
    );
    case(
        "!!! note\r\n\r\n    ```py\r\n    a\r\n    ```\r\n",
        &["3 Container run 1"],
    );
    case(
        "```py\n1\n```\n\n??? success \"Output\"\n    ```\n    1\n    ```\n",
        &["1 Fenced run 1", "6 Container output 1"],
    );
}

#[test]
fn prompts_in_no_fence_are_a_session() {
    case(">>> x = 1\n>>> x\n1\n\nText.\n", &["1 Bare run 1"]);
    case(
        "Like this:\n    >>> x = 1\n    >>> x\n    1\n\n    >>> x\n    1\n",
        &["2 Bare run 1"],
    );
    case("> >>> x = 1\n> >>> x\n> 1\n", &["1 Bare run 1"]);
    case(">>> I agree with you there.\n\n>>>> Me too.\n", &[]);
    let document = read("- item\n  >>> x = 1\n  >>> x\n  1\n```py\n2\n```\n");
    assert_eq!(document.examples[0].blocks[0].code, ">>> x = 1\n>>> x\n1\n");
}

#[test]
fn a_fence_among_tags_needs_a_blank_line() {
    let text = "<details>\n<summary>x</summary>\n```py\na\n```\n</details>\n";
    let document = faults(text, &["3 lookalike"]);
    let listed = listed(&document);
    assert_eq!(
        listed,
        ["3 Container lookalike (it stands among HTML tags) -"]
    );
    case(
        "<div markdown>\n```py\na\n```\n</div>\n",
        &["2 Container run 1"],
    );
    case(
        "<details>\n\n```py\na\n```\n\n</details>\n",
        &["3 Fenced run 1"],
    );
}

#[test]
fn a_fence_in_a_comment_is_skipped() {
    case(
        "<!--\n```py\na\n\nb\n```\n-->\n\n```py\nc\n```\n",
        &["2 Comment skipped (commented out) 1", "9 Fenced run 2"],
    );
    case(
        "<!-- ```py\na -->\n",
        &["1 Comment skipped (commented out) 1"],
    );
}

#[test]
fn a_fence_indented_too_far_is_documentation_or_a_slip() {
    case(
        "Text:\n\n    ```py\n    a\n    ```\n",
        &["3 Indented nested -"],
    );
    faults("- x\n\n      ```py\n      a\n      ```\n", &["3 lookalike"]);
}

#[test]
fn a_terminal_that_starts_python_is_a_session() {
    case(
        "```console\n$ python3\nPython 3.13.0\n>>> 1\n1\n```\n",
        &["1 Fenced run 1"],
    );
    case("```console\n$ ls\n>>> 1\n```\n", &["1 Fenced not-python -"]);
}

#[test]
fn a_block_that_names_a_file_holds_its_text_or_is_skipped() {
    let text = "```py\n{!> ../src/x.py !}\n```\n\n```py\na\n--8<-- \"y.py\"\n```\n";
    let guide = read(text).guide;
    let found = document_with_includes(&guide, &|path| {
        (path == "y.py").then(|| "b\nc\n".to_owned())
    });
    assert_eq!(
        listed(&found),
        [
            "1 Fenced skipped (include not found: `../src/x.py`) 1",
            "5 Fenced run 2",
        ]
    );
    let block = &found.examples[1].blocks[0];
    assert_eq!(block.code, "a\nb\nc\n");
    assert_eq!(&text[block.code.line_spans()[2].clone()], "--8<-- \"y.py\"");
}

#[test]
fn a_directive_that_shows_a_file_holds_its_text_or_is_skipped() {
    let text = "```{literalinclude} src/y.py\n:lines: 2-\n```\n\n:::{literalinclude} x.py\n:::\n\n```{literalinclude} y.txt\n:language: python\n```\n\n```{literalinclude} y.txt\n```\n\n```{literalinclude} src/y.py\n:pyobject: f\n```\n";
    let guide = read(text).guide;
    let found = document_with_includes(&guide, &|path| {
        (path != "x.py").then(|| "a\nb\nc\n".to_owned())
    });
    assert_eq!(
        listed(&found),
        [
            "1 Fenced run 1",
            "5 Container skipped (include not found: `x.py`) 2",
            "8 Fenced run 3",
            "12 Fenced not-python -",
            "15 Fenced skipped (literalinclude: `:pyobject: f` is not read; `:start-at:` and `:end-before:` are) 4",
        ]
    );
    let block = &found.examples[0].blocks[0];
    assert_eq!(block.code, "b\nc\n");
    assert_eq!(
        &text[block.code.line_spans()[1].clone()],
        "{literalinclude} src/y.py"
    );
}

#[test]
fn keys_in_an_info_string_are_ours_theirs_or_slips() {
    faults("```py {timeot=5}\n1\n```\n", &["1 unknown-directive"]);
    faults("```py {nmae=a}\n1\n```\n", &["1 unknown-directive"]);
    for theirs in [
        "output=\"json\"",
        "start=10",
        "hl_lines=\"1\"",
        "lines=5",
        "frame=none",
        "title=x",
        "lint=skip",
    ] {
        faults(&format!("```py {{{theirs}}}\n1\n```\n"), &[]);
    }
    faults("```py {timeout=soon}\n1\n```\n", &["1 bad-directive"]);
}

#[test]
fn beside_fenced_blocks_only_python_and_outputs_are_fences() {
    case(
        "!!! note\n    ```sh\n    ls\n    ```\n\n    ````md\n    ```py\n    1\n    ```\n    ````\n",
        &["7 Nested nested -"],
    );
    case("<!--\n```sh\nls\n```\n-->\n", &[]);
}
