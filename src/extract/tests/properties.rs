//! What holds for every guide, however strange.

use proptest::prelude::*;

use super::super::{Document, Fate, Fence, FenceKind};
use super::generated::{guide, mixed_fixtures};
use super::read;

/// Checks everything that is promised of a document.
pub(super) fn promises(text: &str, document: &Document) -> Result<(), TestCaseError> {
    spans_are_ordered_and_disjoint(text, document)?;
    lines_are_in_the_guide(text, document)?;
    fates_and_examples_agree(document)
}

/// A nested fence lies inside one that is listed before it; all others are disjoint.
fn spans_are_ordered_and_disjoint(text: &str, document: &Document) -> Result<(), TestCaseError> {
    let mut outer = 0..0;
    let mut start = 0;
    for fence in &document.fences {
        prop_assert!(fence.span.start >= start, "ordered");
        prop_assert!(fence.span.end <= text.len() && fence.span.start <= fence.span.end);
        prop_assert!(text.get(fence.span.clone()).is_some(), "whole characters");
        start = fence.span.start;
        if fence.kind == FenceKind::Nested {
            let inside = fence.span.end <= outer.end;
            prop_assert!(inside || fence.span.start >= outer.end, "inside or after");
        } else {
            prop_assert!(
                fence.span.start >= outer.end,
                "disjoint: {:?} {:?}",
                outer,
                fence
            );
            outer = fence.span.clone();
        }
    }
    Ok(())
}

/// Each line of code is the bytes that its span names, but for blanks a tab became.
fn lines_are_in_the_guide(text: &str, document: &Document) -> Result<(), TestCaseError> {
    let changed = text.contains("phmdoctest:");
    for example in &document.examples {
        for block in &example.blocks {
            let fence = &document.fences[block.fence];
            let code: Vec<&str> = block.code.lines().collect();
            prop_assert_eq!(code.len(), block.code.line_spans().len());
            for (line, span) in code
                .iter()
                .zip(block.code.line_spans())
                .filter(|_| !changed)
            {
                let shown = &text[span.clone()];
                prop_assert!(
                    line.trim_start() == shown.trim_start(),
                    "{:?} {:?}",
                    line,
                    shown
                );
                prop_assert!(span.start >= fence.span.start && span.end <= fence.span.end);
            }
        }
        for output in &example.outputs {
            prop_assert!(output.block < example.blocks.len());
            prop_assert_eq!(output.text.lines().count(), output.text.line_spans().len());
        }
    }
    Ok(())
}

/// A fence that runs or is skipped has an example, and every example has such fences.
fn fates_and_examples_agree(document: &Document) -> Result<(), TestCaseError> {
    for fence in &document.fences {
        let of_python = matches!(fence.fate, Fate::Run | Fate::Skipped(_) | Fate::Output);
        prop_assert!(!of_python || fence.id.is_some(), "{:?}", fence);
    }
    for example in &document.examples {
        for block in &example.blocks {
            let fence = &document.fences[block.fence];
            prop_assert_eq!(fence.id.as_ref(), Some(&example.id));
            prop_assert_eq!(fence.fate.reason(), block.directives.skip.as_deref());
        }
    }
    Ok(())
}

#[test]
fn a_container_below_indented_code_is_code() {
    for guide in [
        "    <!--\n    !!! example \"Code\"\n        ```py\n",
        "    x = 1\n\n    === \"Tab\"\n\n        ```py\n        1\n        ```\n",
    ] {
        let document = read(guide);
        promises(guide, &document).expect("the promises hold");
        let in_container = |fence: &Fence| fence.kind == FenceKind::Container;
        assert!(!document.fences.iter().any(in_container), "{guide}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn promises_hold_for_any_guide(guide in guide()) {
        promises(&guide, &read(&guide))?;
    }

    #[test]
    fn promises_hold_for_any_mix_of_fixtures(guide in mixed_fixtures()) {
        promises(&guide, &read(&guide))?;
    }

    #[test]
    fn promises_hold_for_any_text(guide in "\\PC*") {
        promises(&guide, &read(&guide))?;
    }
}
