//! Properties that hold across stages.

use std::sync::Arc;

use fencepost::discover::{Guide, Settings};
use fencepost::extract::{Document, document};
use fencepost::plan::{Build, Choice, Installation, Interpreter, plan, select};
use proptest::prelude::*;

fn guide(number: usize, blocks: usize) -> Document {
    let id = format!("guide-{number}.md");
    let block = |index: usize| format!("\n## Part {index}\n\n```python\nprint({index})\n```\n");
    document(&Guide {
        path: id.clone().into(),
        expected_path: format!("expected/guide-{number}.toml").into(),
        id,
        text: (0..blocks).map(block).collect::<String>().into(),
        settings: Arc::new(Settings::default()),
        selectors: Vec::new(),
    })
}

fn interpreter(minor: u64) -> Interpreter {
    Installation {
        path: "python".into(),
        real_path: format!("python3.{minor}").into(),
        prefix: "prefix".into(),
        base_prefix: "prefix".into(),
        ..Installation::unplaced(&format!("3.{minor}.0"), [3, minor, 0], Build::Default)
    }
    .into()
}

proptest! {
    #[test]
    fn a_plan_does_not_depend_on_the_order_of_guides_or_interpreters(
        order in Just((0..6_usize).collect::<Vec<_>>()).prop_shuffle(),
        minors in Just((9..14_u64).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let documents: Vec<Document> = (0..6).map(|number| guide(number, number)).collect();
        let usual: Vec<Interpreter> = (9..14).map(interpreter).collect();
        let shuffled: Vec<Interpreter> = minors.into_iter().map(interpreter).collect();
        let choose = |document, interpreters| Choice { document, examples: select(document).unwrap(), interpreters };
        let one: Vec<Choice<'_>> = documents.iter().map(|document| choose(document, &usual)).collect();
        let other: Vec<Choice<'_>> = order.iter().map(|index| choose(&documents[*index], &shuffled)).collect();
        prop_assert_eq!(plan(&one), plan(&other));
    }
}
