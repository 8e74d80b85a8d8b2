//! `fencepost init`: a starting configuration.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use crate::problem::Problem;
use crate::report::say;

use super::ExitCode;
use super::arguments::InitArguments;
use super::request::current_folder;

const NAME: &str = "fencepost.toml";

/// Runs the command.
pub(crate) fn run(arguments: &InitArguments) -> Result<ExitCode, Vec<Problem>> {
    let folder = current_folder()?;
    let guides = if arguments.guides.is_empty() {
        likely_guides(&folder)
    } else {
        arguments.guides.clone()
    };
    write_new(&folder.join(NAME), &text(&guides)).map_err(|problem| vec![problem])?;
    say(&format!("wrote {NAME}; now run: fencepost check"));
    Ok(ExitCode::Success)
}

/// Guesses where guides are: the usual folders that exist, else every Markdown file.
fn likely_guides(folder: &Path) -> Vec<String> {
    let usual = ["docs", "doc", "content", "guides"];
    let found: Vec<String> = usual
        .iter()
        .filter(|name| folder.join(name).is_dir())
        .map(|name| format!("{name}/**/*.md"))
        .collect();
    if found.is_empty() {
        vec!["**/*.md".to_owned()]
    } else {
        found
    }
}

fn text(guides: &[String]) -> String {
    let list = guides
        .iter()
        .map(|glob| format!("{glob:?}"))
        .collect::<Vec<_>>()
        .join(", ");
    format!(
        "# Configuration of fencepost; `fencepost config schema` describes every key.\n\
         guides = [{list}]\n\
         expected = \"expected\"\n\
         \n\
         # python = [\"3.10..3.13\"]   # default: every CPython found\n\
         # timeout = \"10s\"\n\
         # strict = true              # fragments, missing modules and the like fail\n"
    )
}

/// Writes a file that must not exist yet.
fn write_new(path: &Path, text: &str) -> Result<(), Problem> {
    let opened = OpenOptions::new().write(true).create_new(true).open(path);
    let written = opened.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Problem::usage("exists", format!("`{NAME}` is there already"))
                .hint("edit it, or remove it first")
        }
        _ => Problem::blocked("cannot-write", format!("cannot write `{NAME}`"))
            .because(error.to_string()),
    })
}
