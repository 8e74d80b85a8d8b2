//! `fenced` is exactly `CommonMark`'s fenced code block: the specification's examples, and a second parser.

use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options};
use proptest::prelude::*;

use super::super::FenceKind;
use super::super::lines::{lines, text};
use super::super::outline::outline;
use super::super::piece::Piece;
use super::super::source::Source;
use super::generated::undisputed_guide;

/// Info string and literal of every fenced block, as we read them.
fn ours(guide: &str) -> Vec<(String, String)> {
    let pieces = outline(guide, &Source::whole(guide).mended()).pieces;
    let fenced = pieces.iter().filter_map(|piece| match piece {
        Piece::Code(code) if code.kind == FenceKind::Fenced => Some(code),
        _ => None,
    });
    fenced
        .map(|code| {
            let literal = text(guide, &lines(guide, &code.chunks));
            (guide[code.info.clone()].to_owned(), literal)
        })
        .collect()
}

/// The same as comrak reads them.
fn theirs(guide: &str) -> Vec<(String, String)> {
    let arena = Arena::new();
    let guide = guide.strip_prefix('\u{feff}').unwrap_or(guide);
    let root: &AstNode<'_> = comrak::parse_document(&arena, guide, &Options::default());
    root.descendants()
        .filter_map(|node| match &node.data.borrow().value {
            NodeValue::CodeBlock(block) if block.fenced => {
                Some((block.info.clone(), ended(&block.literal)))
            }
            _ => None,
        })
        .collect()
}

/// comrak keeps line ends as they were, and adds none at the end of the guide.
fn ended(literal: &str) -> String {
    let literal = literal.replace("\r\n", "\n").replace('\r', "\n");
    let end = if literal.is_empty() || literal.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    format!("{literal}{end}")
}

/// Info string and literal of the code blocks that an example of the specification renders to.
fn rendered(html: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| {
        let text = text.replace("&lt;", "<").replace("&gt;", ">");
        text.replace("&quot;", "\"").replace("&amp;", "&")
    };
    html.split("<pre><code")
        .skip(1)
        .map(|block| {
            let (attributes, rest) = block.split_once('>').unwrap();
            let literal = rest.split("</code></pre>").next().unwrap();
            let class = attributes.split("language-").nth(1).unwrap_or_default();
            (class.trim_end_matches('"').to_owned(), decoded(literal))
        })
        .collect()
}

#[test]
fn the_examples_of_the_specification_read_as_it_says() {
    let examples: Vec<serde_json::Value> = serde_json::from_str(include_str!(
        "../../../tests/commonmark/fenced-code-blocks.json"
    ))
    .unwrap();
    assert_eq!(examples.len(), 29);
    for example in examples {
        let markdown = example["markdown"].as_str().unwrap();
        let rendered = rendered(example["html"].as_str().unwrap());
        let read: Vec<_> = ours(markdown)
            .into_iter()
            .map(|(info, literal)| {
                let language = info.split_whitespace().next().unwrap_or_default();
                (language.to_owned(), literal)
            })
            .collect();
        let indented = matches!(example["example"].as_u64(), Some(134));
        if indented {
            assert!(read.is_empty(), "example 134 is an indented block");
        } else {
            assert_eq!(read, rendered, "example {}", example["example"]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn a_second_parser_sees_the_same_fences(guide in undisputed_guide()) {
        prop_assert_eq!(ours(&guide), theirs(&guide), "{:?}", guide);
    }
}
