//! Hostile guides are read to their end, and every promise holds for them too.
//!
//! Anything that grows with the square of the text would not end within the test's outer limit:
//! each text is of a size at which the square is hours.

use std::sync::Arc;

use super::properties::promises;
use super::read;

#[track_caller]
fn case(name: &str, text: &str) {
    let document = read(text);
    if let Err(broken) = promises(text, &document) {
        panic!("{name}: {broken}");
    }
}

#[test]
fn deep_nesting_is_read_to_its_end() {
    case("quotes", &"> ".repeat(100_000));
    case("lists", &"- ".repeat(100_000));
    case("both", &"> - ".repeat(50_000));
    case(
        "fence below lists",
        &format!("{}x\n{}", "- ".repeat(5_000), "```\n```\n".repeat(5_000)),
    );
    let header = |depth: usize| format!("{}!!! note\n", " ".repeat(depth * 4 % 400));
    let headers: Vec<String> = (0..2_000).map(header).collect();
    case("containers", &headers.concat());
    case("brackets", &"[".repeat(50_000));
}

#[test]
fn long_lines_are_read_to_their_end() {
    let long = "a".repeat(1 << 20);
    case("prose", &long);
    case("code", &format!("```py\n{long}\n```\n"));
    case("info", &format!("```py {{{long}=1}}\n```\n"));
    case(
        "heading",
        &format!("# T\n## {long}\n{}", "```py\n1\n```\n".repeat(2_000)),
    );
    case(
        "directive",
        &format!("<!-- fencepost: {long}=1 -->\n```py\n1\n```\n"),
    );
    case(
        "directives",
        &format!(
            "{}\n```py\n1\n```\n",
            "<!-- fencepost: x=1 -->".repeat(20_000)
        ),
    );
    case(
        "words",
        &format!(
            "<!-- fencepost: {} -->\n```py\n1\n```\n",
            "x=1 ".repeat(200_000)
        ),
    );
    case("comments", &"<!--".repeat(200_000));
    case("tabs", &format!("```{}x\n", "\t ".repeat(200_000)));
    case("backticks", &"`".repeat(1 << 20));
}

#[test]
fn many_fences_are_read_to_their_end() {
    case("fences", &"```\n```\n".repeat(50_000));
    case("python", &"```py\n1\n```\n".repeat(50_000));
    case("one group", &"```py {group=a}\n1\n```\n".repeat(20_000));
    case("one name", &"```py {name=a}\n1\n```\n".repeat(20_000));
    case("files", &"```py {file=a}\n1\n```\n".repeat(20_000));
    case(
        "outputs",
        &format!(
            "```py\n1\n```\n{}",
            "Output:\n\n```\n1\n```\n\n".repeat(20_000)
        ),
    );
    case(
        "nested",
        &format!("~~~~\n{}~~~~\n", "```py\n```\n".repeat(50_000)),
    );
    case(
        "prompts",
        &format!("```py\n{}```\n", ">>> 1\n1\n".repeat(50_000)),
    );
    case("bare prompts", &">>> 1\n1\n\n".repeat(20_000));
}

#[test]
fn what_stands_in_a_guide_as_it_is_is_held_once() {
    let block = "```py title=a\nx = 1\n\nprint(x)\n```\n\n```output\n1\n```\n\n```pycon\n```\n\n";
    let document = read(&block.repeat(100));
    let guide = document.guide.text.as_bytes().as_ptr_range();
    let last = document.examples[199].id.as_ptr();
    let ids = document.examples[0].id.as_ptr()..=last;
    for fence in &document.fences {
        assert!(guide.contains(&fence.info.as_ptr()), "{fence:?}");
        let id = fence.id.as_ref().map(|id| id.as_ptr());
        assert!(id.is_some_and(|id| ids.contains(&id)), "{fence:?}");
    }
    for pair in document.examples.chunks(2) {
        let (ran, skipped) = (&pair[0], &pair[1]);
        assert!(guide.contains(&ran.blocks[0].code.as_ptr()));
        assert!(guide.contains(&ran.outputs[0].text.as_ptr()));
        assert!(ids.contains(&ran.name.as_ptr()));
        let first = &document.examples[1].directives;
        assert!(Arc::ptr_eq(&skipped.directives, first), "{skipped:?}");
    }
}

#[test]
fn bytes_that_no_guide_should_have_are_kept() {
    case("NUL", &"\0".repeat(10_000));
    let document = read("```py\na\0b\n```\n");
    assert_eq!(document.examples[0].blocks[0].code, "a\0b\n");
    case("separators", "```py\na\u{2028}b\u{b}c\n```\n");
}
