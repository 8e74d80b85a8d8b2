//! One fixture per way to write a fence: `NAME.md` is read, and `NAME.fates` says what each fence is.
//!
//! `UPDATE=1` writes the `.fates` files anew; read the difference before it is committed.

mod divisions;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fencepost::discover::{Guide, Settings, included_text};
use fencepost::extract::{BlockKind, Directives, Document, Example, Fence, document_with_includes};

#[test]
fn every_variation_of_the_field_has_its_fate() {
    check_folder("variations");
}

#[test]
fn every_construct_of_other_tools_has_its_fate() {
    check_folder("dialects");
}

/// Checks every fixture of a folder; tells all that differ.
fn check_folder(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/markup")
        .join(name);
    let mut guides: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    guides.sort();
    assert!(!guides.is_empty());
    let differing: Vec<String> = guides.iter().filter_map(|path| difference(path)).collect();
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

/// Compares a fixture with its `.fates`, or writes them where `UPDATE` is set.
fn difference(path: &Path) -> Option<String> {
    let read = described(&read(path));
    let expected_path = path.with_extension("fates");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&expected_path, read).unwrap();
        return None;
    }
    let expected = fs::read_to_string(&expected_path).unwrap_or_default();
    (expected != read).then(|| {
        format!(
            "{}\n--- expected\n{expected}--- read\n{read}",
            path.display()
        )
    })
}

fn read(path: &Path) -> Document {
    let guide = guide(path, &fs::read_to_string(path).unwrap());
    document_with_includes(&guide, &|wanted| included_text(&guide, wanted))
}

fn guide(path: &Path, text: &str) -> Guide {
    Guide {
        id: path.file_name().unwrap().to_string_lossy().into_owned(),
        path: path.to_owned(),
        text: Arc::from(text),
        expected_path: PathBuf::new(),
        settings: Arc::new(Settings::default()),
        selectors: Vec::new(),
    }
}

/// Reads a text that stands in no file.
fn read_text(text: &str) -> Document {
    document_with_includes(&guide(Path::new("guide.md"), text), &|_| None)
}

/// Writes a line per fence, then a line per problem.
fn described(document: &Document) -> String {
    let mut text = String::new();
    for (index, fence) in document.fences.iter().enumerate() {
        writeln!(text, "{}", row(document, index, fence)).unwrap();
    }
    for problem in &document.problems {
        let position = problem.position.unwrap();
        let severity = format!("{:?}", problem.severity).to_lowercase();
        writeln!(
            text,
            "{}:{} {severity} {}: {}",
            position.line, position.column, problem.code, problem.message
        )
        .unwrap();
    }
    text
}

fn row(document: &Document, index: usize, fence: &Fence) -> String {
    let kind = format!("{:?}", fence.kind).to_lowercase();
    let mut row = format!(
        "{}:{} {kind} {}",
        fence.position.line,
        fence.position.column,
        fence.fate.name()
    );
    if let Some(reason) = fence.fate.reason() {
        write!(row, " ({reason})").unwrap();
    }
    if let Some(id) = &fence.id {
        let name = id.split_once('#').unwrap().1;
        write!(row, " #{name}").unwrap();
        let example = document.examples.iter().find(|example| example.id == *id);
        row.push_str(
            &example
                .map(|example| detail(example, index))
                .unwrap_or_default(),
        );
    }
    row
}

/// Says what a fence is within its example: what it runs, what it shows, what is said of it.
fn detail(example: &Example, index: usize) -> String {
    let mut words = Vec::new();
    if let Some(at) = example.blocks.iter().position(|block| block.fence == index) {
        let block = &example.blocks[at];
        if example.blocks.len() > 1 {
            words.push(format!("block {}", at + 1));
        }
        words.push(match &block.kind {
            BlockKind::Script => format!("code {:?}", block.code.as_str()),
            BlockKind::Session(prompts) => format!(
                "session {:?}",
                prompts
                    .iter()
                    .map(|prompt| (&prompt.source, &prompt.want))
                    .collect::<Vec<_>>()
            ),
        });
        words.extend(said(&block.directives));
    }
    for output in example
        .outputs
        .iter()
        .filter(|output| output.fence == index)
    {
        let claim = if output.explicit { "claim" } else { "advice" };
        words.push(format!("{claim} {:?}", output.text.as_str()));
        let flags = output.whole.iter().map(|flags| {
            let flags = flags
                .iter()
                .map(|(name, on)| format!("{}{name}", if *on { '+' } else { '-' }));
            format!("whole {}", flags.collect::<Vec<_>>().join(" "))
        });
        words.extend(flags);
        words.extend(
            output
                .python
                .iter()
                .map(|python| format!("python {}", python.text)),
        );
    }
    words.extend(
        example
            .files
            .iter()
            .filter(|file| file.fence == index)
            .map(|file| format!("file {}", file.path)),
    );
    words.insert(0, String::new());
    words.join(" | ")
}

/// Lists the directives that are not as they are without a word.
fn said(directives: &Directives) -> Vec<String> {
    let plain = Directives::default();
    let mut said = Vec::new();
    if let Some(python) = &directives.python {
        said.push(format!("python {}", python.text));
    }
    if let Some(raises) = &directives.raises {
        let message = raises
            .message
            .as_ref()
            .map(|message| format!(": {message}"));
        said.push(format!(
            "raises {}{}",
            raises.exception,
            message.unwrap_or_default()
        ));
    }
    if let Some(status) = directives.exit {
        said.push(format!("exit {status}"));
    }
    if let Some(limit) = directives.timeout_ms {
        said.push(format!("timeout {limit} ms"));
    }
    if directives.stdout != plain.stdout {
        said.push(format!("stdout {:?}", directives.stdout).to_lowercase());
    }
    if directives.top_level_await {
        said.push("await".to_owned());
    }
    said
}
