//! What can be typed: commands and flags, with their help.

mod flags;
mod values;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use flags::{GuideArguments, OutputArguments, RunArguments};
pub(crate) use values::{Colour, ListFormat, ReportFormat, Sandbox};

const EXAMPLES: &str = "\
Examples:
  fencepost                             check the guides of this project
  fencepost check docs/                 check every Markdown file below docs/
  fencepost check guide.md:41           check the example that holds line 41
  fencepost check 'guide.md#gc'         check the example named gc
  fencepost record                      write down what the examples print
  fencepost compare --python 3.12 --python 3.13

Exit codes: 0 all true; 1 a finding; 2 wrong usage; 3 blocked; 70 a bug; 130 interrupted";

const CHECK_EXAMPLES: &str = "\
Examples:
  fencepost check docs/ --python 3.12 --python 3.13t
  fencepost check docs/ --python '3.10..3.13' --jobs 4
  fencepost check guide.md:41 --timeout 30s
  fencepost check --report junit=report.xml --report json=report.jsonl
  fencepost check --format github
  fencepost check --repeat 20           find examples that are not stable
  fencepost check --pending             keep what changed, for fencepost review";

const RECORD_EXAMPLES: &str = "\
Examples:
  fencepost record                      every guide on every interpreter found
  fencepost record 'guide.md#gc'        one example
  fencepost record --python 3.14        add a version, leave the others as they are
  fencepost record --claims             also rewrite false outputs that the guides show
  fencepost record --prune              also remove what no example answers to";

const LIST_EXAMPLES: &str = "\
Examples:
  fencepost list docs/
  fencepost list docs/ --fate skipped
  fencepost list guide.md --format json";

const COMPARE_EXAMPLES: &str = "\
Examples:
  fencepost compare docs/ --python 3.12 --python 3.13
  fencepost compare docs/ --python '3.10..3.13' --fail-on-change
  fencepost compare 'guide.md#gc' --format markdown";

const ENV_EXAMPLES: &str = "\
Examples:
  fencepost env lock                    write fencepost.NAME.lock for each environment
  fencepost env lock web --upgrade      choose newer versions
  fencepost env sync                    install what is locked, for every interpreter
  fencepost env list --format json";

/// Keeps the Python examples in Markdown guides true
///
/// Takes every Python block out of the guides, runs each one on the CPython interpreters you
/// choose, and compares what it printed and how it ended with recorded expectations.
#[derive(Debug, Parser)]
#[command(name = "fencepost", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    /// What to do; `check` if no command is named
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) check: CheckArguments,

    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub(crate) color: Colour,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the examples and compare them with what was recorded
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArguments),
    /// Run the examples and write down what they print
    #[command(after_help = RECORD_EXAMPLES)]
    Record(RecordArguments),
    /// Show every fence with its fate, without running anything
    #[command(after_help = LIST_EXAMPLES)]
    List(ListArguments),
    /// Write the examples as files, with a map back to the lines of their guides
    #[command(after_help = crate::cli::extract::EXAMPLES)]
    Extract(crate::cli::extract::ExtractArguments),
    /// Show what differs between interpreters
    #[command(after_help = COMPARE_EXAMPLES)]
    Compare(CompareArguments),
    /// Look at what changed, and accept or reject it
    #[command(after_help = crate::cli::review::EXAMPLES)]
    Review(crate::cli::review::ReviewArguments),
    /// Prove that expectations can fail: change what examples print and look whether it is noticed
    #[command(after_help = crate::cli::mutate::EXAMPLES)]
    Mutate(crate::cli::mutate::MutateArguments),
    /// Show the interpreters of this machine, or install one
    Python(PythonArguments),
    /// Lock and make package environments
    #[command(after_help = ENV_EXAMPLES)]
    Env(EnvArguments),
    /// Show or clear what is kept of earlier runs
    #[command(after_help = "Examples:\n  fencepost cache info\n  fencepost cache clear")]
    Cache(CacheArguments),
    /// Show what this machine offers, the fix for each gap, and what other tools would run of the guides
    #[command(
        after_help = "Examples:\n  fencepost doctor\n  fencepost doctor docs/\n  fencepost doctor docs/ --format json"
    )]
    Doctor(DoctorArguments),
    /// Write a starting configuration
    #[command(after_help = "Examples:\n  fencepost init\n  fencepost init --guides 'docs/**/*.md'")]
    Init(InitArguments),
    /// Show the JSON schema of fencepost.toml
    #[command(after_help = "Examples:\n  fencepost config schema > fencepost.schema.json")]
    Config(ConfigArguments),
    /// Write a completion script for a shell
    #[command(after_help = "Examples:\n  fencepost completions bash > fencepost.bash")]
    Completions(CompletionsArguments),
    /// Write the manual page
    #[command(after_help = "Examples:\n  fencepost man > fencepost.1")]
    Man(ManArguments),
}

/// `check`
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    pub(crate) guides: GuideArguments,
    #[command(flatten)]
    pub(crate) run: RunArguments,
    #[command(flatten)]
    pub(crate) output: OutputArguments,

    /// Run each example so many times, and tell those that print now this, now that
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) repeat: u16,

    /// Keep what would change in the expected files for `fencepost review`
    #[arg(long)]
    pub(crate) pending: bool,
}

/// `record`
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct RecordArguments {
    #[command(flatten)]
    pub(crate) guides: GuideArguments,
    #[command(flatten)]
    pub(crate) run: RunArguments,
    #[command(flatten)]
    pub(crate) output: OutputArguments,

    /// Run each example so many times before it is recorded
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(4..))]
    pub(crate) runs: u16,

    /// Record below the full sandbox too, and note it in the expected files
    #[arg(long)]
    pub(crate) allow_unsandboxed: bool,

    /// Remove expectations that no example answers to
    #[arg(long)]
    pub(crate) prune: bool,

    /// First rewrite outputs that the guides show and that are false
    #[arg(long)]
    pub(crate) claims: bool,

    /// Record even where the environment variable CI is set
    #[arg(long)]
    pub(crate) allow_ci: bool,
}

/// `list`
#[derive(Debug, Clone, Args)]
pub(crate) struct ListArguments {
    #[command(flatten)]
    pub(crate) guides: GuideArguments,

    /// Show only fences of these fates (can be repeated, or separated by commas)
    #[arg(long, value_name = "FATE", value_delimiter = ',', value_parser = crate::extract::Fate::NAMES)]
    pub(crate) fate: Vec<String>,

    /// Report in this form
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(crate) format: ListFormat,

    /// Write the list to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// `compare`
#[derive(Debug, Clone, Args)]
pub(crate) struct CompareArguments {
    #[command(flatten)]
    pub(crate) guides: GuideArguments,
    #[command(flatten)]
    pub(crate) run: RunArguments,
    #[command(flatten)]
    pub(crate) output: OutputArguments,

    /// Exit with 1 where anything differs or is flaky
    #[arg(long)]
    pub(crate) fail_on_change: bool,
}

/// `python`
#[derive(Debug, Clone, Args)]
pub(crate) struct PythonArguments {
    #[command(subcommand)]
    pub(crate) command: PythonCommand,
}

/// What to do about interpreters.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum PythonCommand {
    /// Show every interpreter found, with version, build and path
    #[command(
        after_help = "Examples:\n  fencepost python list\n  fencepost python list --format json"
    )]
    List {
        /// Report in this form
        #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
        format: ListFormat,
    },
    /// Install a CPython by uv
    #[command(
        after_help = "Examples:\n  fencepost python install 3.14\n  fencepost python install 3.13t"
    )]
    Install {
        /// Which: 3.14, 3.12.1, 3.13t
        #[arg(value_name = "VERSION")]
        version: String,
    },
}

/// `env`
#[derive(Debug, Clone, Args)]
pub(crate) struct EnvArguments {
    #[command(subcommand)]
    pub(crate) command: EnvCommand,

    /// Use this configuration instead of searching for one
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
}

/// What to do about package environments.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum EnvCommand {
    /// Choose versions and write lock files with hashes
    Lock {
        /// Which environments; all if none is named
        #[arg(value_name = "NAME")]
        names: Vec<String>,

        /// Choose the newest versions instead of keeping those of the lock
        #[arg(long)]
        upgrade: bool,
    },
    /// Make environments from their lock files, for each interpreter
    Sync {
        /// Which environments; all if none is named
        #[arg(value_name = "NAME")]
        names: Vec<String>,

        /// Make them for these interpreters (can be repeated) [default: those of the guides]
        #[arg(long, value_name = "SPEC")]
        python: Vec<String>,

        /// Make so many at once [default: number of CPUs]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
        jobs: Option<u16>,

        /// Show no progress
        #[arg(long, short)]
        quiet: bool,
    },
    /// Show every environment with its lock and what is made of it
    List {
        /// Report in this form
        #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
        format: ListFormat,
    },
}

/// `cache`
#[derive(Debug, Clone, Args)]
pub(crate) struct CacheArguments {
    #[command(subcommand)]
    pub(crate) command: CacheCommand,
}

/// What to do about what is kept.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum CacheCommand {
    /// Show where results are kept, how many, and how much room they take
    Info {
        /// Report in this form
        #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
        format: ListFormat,
    },
    /// Remove every kept result; environments and expectations stay
    Clear,
}

/// `doctor`
#[derive(Debug, Clone, Args)]
pub(crate) struct DoctorArguments {
    #[command(flatten)]
    pub(crate) guides: GuideArguments,
    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}

/// `init`
#[derive(Debug, Clone, Args)]
pub(crate) struct InitArguments {
    /// Where the guides are, as globs (can be repeated) [default: found by looking]
    #[arg(long, value_name = "GLOB")]
    pub(crate) guides: Vec<String>,
}

/// `config`
#[derive(Debug, Clone, Args)]
pub(crate) struct ConfigArguments {
    #[command(subcommand)]
    pub(crate) command: ConfigCommand,
}

/// What to show of the configuration.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show the JSON schema of fencepost.toml
    Schema,
}

/// `completions`
#[derive(Debug, Clone, Args)]
pub(crate) struct CompletionsArguments {
    /// For which shell
    pub(crate) shell: clap_complete::Shell,
}

/// `man`
#[derive(Debug, Clone, Args)]
pub(crate) struct ManArguments {
    /// Write one page per command into this folder instead of the main page to standard output
    #[arg(long, value_name = "DIR")]
    pub(crate) to: Option<PathBuf>,
}
