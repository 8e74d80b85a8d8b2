//! Claims of a guide, each broken in turn, are rewritten to the very bytes that stood there; golden
//! pairs of guides before and after.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fencepost::compare::rewrite::{Source, apply, rewrite};
use fencepost::discover::{Claims, Guide, Settings};
use fencepost::execute::sandbox::Level;
use fencepost::execute::{Analysis, RunOptions, analyse, run_all};
use fencepost::extract::{Document, document};
use fencepost::normalise::{Transcript, transcript};
use fencepost::plan::interpreter::{Places, Spec, choose, find};
use fencepost::plan::{Choice, Disposition, Interpreter, plan};
use fencepost::position::{LineIndex, Span};

use crate::support::Project;

const GUIDE: &str = "# Claims\r
\r
- a list item with an example:\r
\r
  ```python\r
  import gc\r
  print('один')  # => один\r
  print(1, 2)  # -> 1 2\r
  print([1, 2, 3])\r
  #> [1, 2, 3]\r
  ```\r
\r
> Output in a quote:\r
>\r
> ```python\r
> for i in range(5):\r
>     print('line', i)\r
> ```\r
>\r
> Output:\r
>\r
> ```text\r
> line 0\r
> line [..]\r
> ...\r
> line 4\r
> ```\r
\r
```pycon\r
>>> {'a': 1}\r
{'a': 1}\r
>>> print('x\\n\\ny')\r
x\r
<BLANKLINE>\r
y\r
>>> 1/0\r
Traceback (most recent call last):\r
  File \"<stdin>\", line 1\r
ZeroDivisionError: division by zero\r
```\r
\r
<!-- fencepost: raises=\"ValueError: bad\" -->\r
```python\r
print('before')\r
raise ValueError('bad')\r
```\r
\r
Output:\r
\r
```text\r
before\r
Traceback (most recent call last):\r
  File \"example.py\", line 2, in <module>\r
ValueError: bad\r
```\r
";

/// A guide to try instead, if one is named.
fn guide() -> String {
    match std::env::var("FENCEPOST_GUIDE") {
        Ok(path) => std::fs::read_to_string(path).unwrap(),
        Err(_) => GUIDE.to_owned(),
    }
}

fn understood(text: &str) -> Document {
    document(&Guide {
        id: "guide.md".into(),
        path: PathBuf::from("/guide.md"),
        text: Arc::from(text),
        expected_path: PathBuf::from("/expected/guide.toml"),
        settings: Arc::new(Settings::default()),
        selectors: Vec::new(),
    })
}

type Runs = Vec<(String, Interpreter, Transcript)>;

fn runs_of(document: &Document, interpreters: &[Interpreter]) -> Runs {
    let choice = Choice {
        document,
        examples: document.examples.iter().collect(),
        interpreters,
    };
    let (mut planned, mut entries) = (Vec::new(), Vec::new());
    for entry in plan(&[choice]).entries {
        if let Disposition::Run(run) = &entry.disposition {
            planned.push((**run).clone());
            entries.push(entry);
        }
    }
    let options = RunOptions::new(2, Level::Off);
    let records = run_all(&planned, &options, &mut |_| {}).unwrap();
    (records.iter().zip(entries))
        .map(|(record, entry)| {
            let mut examples = document.examples.iter();
            let example = examples.find(|example| example.id == entry.id).unwrap();
            let seen = transcript(record, &entry.interpreter, &example.directives, &[]);
            (entry.id, entry.interpreter, seen)
        })
        .collect()
}

/// Rewrites a guide by what was printed; `analyses` are those of the guide whose claims are true.
fn rewritten(text: &str, runs: &Runs, analyses: &[Vec<Analysis>]) -> (String, Vec<String>) {
    let document = understood(text);
    let sources: Vec<Source<'_>> = (document.examples.iter().zip(analyses))
        .map(|(example, analyses)| {
            let with_comments_of = |(block, analysis): (&fencepost::extract::Block, &Analysis)| {
                let lines: Vec<&str> = block.code.lines().collect();
                let mut of_block = analysis.clone();
                for comment in &mut of_block.comments {
                    comment.text = lines[comment.line].chars().skip(comment.column).collect();
                }
                of_block
            };
            Source {
                example,
                analyses: example
                    .blocks
                    .iter()
                    .zip(analyses)
                    .map(with_comments_of)
                    .collect(),
                runs: (runs.iter())
                    .filter(|(id, ..)| *id == example.id)
                    .map(|(_, interpreter, seen)| (interpreter, seen))
                    .collect(),
            }
        })
        .collect();
    let rewriting = rewrite(&document, &sources, Claims::Explicit);
    let lines = LineIndex::new(text);
    let refusals = (rewriting.refusals.into_iter())
        .map(|refusal| format!("{}: {}", lines.line(refusal.offset), refusal.message))
        .collect();
    (apply(text, &rewriting.edits), refusals)
}

/// The bytes of every claimed line that may be broken: not a pattern, not a frame, not a blank.
fn claims(document: &Document, runs: &Runs) -> Vec<Span> {
    let text = &document.guide.text;
    let mut claims = Vec::new();
    for example in &document.examples {
        if !runs.iter().any(|(id, ..)| *id == example.id) {
            continue;
        }
        for block in &example.blocks {
            for (span, line) in block.code.line_spans().into_iter().zip(block.code.lines()) {
                let marks = ["# => ", "# -> ", "#> "];
                let found = marks
                    .iter()
                    .find_map(|mark| Some(line.find(mark)? + mark.len()));
                if let Some(at) = found {
                    claims.push(span.start + at..span.end);
                }
            }
            if let fencepost::extract::BlockKind::Session(prompts) = &block.kind {
                let lines = prompts.iter().flat_map(|prompt| prompt.want_lines.clone());
                let spans = block.code.line_spans();
                claims.extend(lines.map(|line| spans[line].clone()));
            }
        }
        let fences = example.outputs.iter().filter(|fence| fence.explicit);
        claims.extend(fences.flat_map(|fence| fence.text.line_spans()));
    }
    claims.retain(|span| {
        let line = &text[span.clone()];
        let is_pattern = line.contains("[..]") || line == "...";
        let is_frame = line.starts_with("Traceback") || line.starts_with("  File");
        !line.is_empty() && !is_pattern && !is_frame
    });
    claims
}

#[test]
fn each_claim_that_is_broken_is_mended_to_its_old_bytes() {
    let places = Places::from_variables(&|name| std::env::var_os(name));
    let found = find(&places, &[]);
    let interpreters = choose(&[Spec::parse(">=3.9").unwrap()], &found).unwrap();
    let text = guide();
    let document = understood(&text);
    let runs = runs_of(&document, &interpreters);
    let newest = interpreters.last().unwrap();
    let analyses: Vec<Vec<Analysis>> = (document.examples.iter())
        .map(|example| {
            let codes: Vec<&str> = example
                .blocks
                .iter()
                .map(|block| block.code.as_str())
                .collect();
            analyse(newest, &codes, &RunOptions::new(1, Level::Off)).unwrap()
        })
        .collect();
    assert_eq!(
        rewritten(&text, &runs, &analyses),
        (text.clone(), Vec::new())
    );
    let claims = claims(&document, &runs);
    assert!(claims.len() >= 12, "{claims:?}");
    for span in claims {
        let mut broken = text.clone();
        broken.insert_str(span.start, "NO ");
        let (mended, refusals) = rewritten(&broken, &runs, &analyses);
        assert_eq!(mended, text, "{:?}: {refusals:?}", &text[span]);
    }
}

/// Each `NAME.before` of `tests/rewriting/` is rewritten by the real command to `NAME.after`, byte by byte.
#[test]
fn guides_are_rewritten_to_their_golden_pairs() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rewriting"));
    let pairs: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "before"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect();
    assert!(pairs.len() > 15);
    let project = pairs.iter().fold(Project::new(), |project, (name, text)| {
        project.file(&format!("{name}.md"), text)
    });
    project.run("record --claims").exits(0);
    for (name, _) in &pairs {
        let after = fs::read_to_string(folder.join(format!("{name}.after"))).unwrap();
        assert_eq!(project.read(&format!("{name}.md")), after, "{name}");
    }
    project.run("check").exits(0);
    project.run("record --claims").exits(0);
    for (name, _) in &pairs {
        let after = fs::read_to_string(folder.join(format!("{name}.after"))).unwrap();
        assert_eq!(project.read(&format!("{name}.md")), after, "{name}, again");
    }
}

#[test]
fn what_an_included_file_shows_is_mended_there_and_not_in_the_guide() {
    let guide = "# T\n\n```{literalinclude} session.py\n```\n\n```{literalinclude} script.py\n```\n\n```python\n{!> session.py !}\n```\n";
    let project = Project::new()
        .file("a.md", guide)
        .file("session.py", ">>> 1 + 1\n3\n")
        .file("script.py", "print(1)  # => 2\n");
    project
        .run("record --claims")
        .exits(1)
        .prints("this prompt stands in a file that the guide includes: mend it there");
    assert_eq!(project.read("a.md"), guide);
    assert_eq!(project.read("session.py"), ">>> 1 + 1\n3\n");
}

#[test]
fn a_guide_that_an_example_changes_meanwhile_is_not_written() {
    let project = Project::new();
    let path = project.path("a.md");
    let path = serde_json::to_string(&path).unwrap();
    let guide = format!(
        "# T\n\n```python\nwith open({path}, 'a') as guide:\n    guide.write('more\\n')\nprint(1)  # => 2\n```\n"
    );
    let project = project.file("a.md", &guide);
    let recording = "record --claims --sandbox off --allow-unsandboxed --python newest";
    project
        .run(recording)
        .exits(1)
        .prints("the guide changed while its examples ran");
    let after = project.read("a.md");
    let added = after.strip_prefix(&guide).unwrap();
    assert!(!added.is_empty() && added.lines().all(|line| line == "more"));
}
