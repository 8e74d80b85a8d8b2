//! Flags that several commands have.

use std::path::PathBuf;

use clap::Args;

use super::values::{ReportFormat, Sandbox, StartArgument};

/// Which guides.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct GuideArguments {
    /// A file, a folder, GUIDE:LINE or GUIDE#NAME; the project's guides if none is named
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<String>,

    /// Use this configuration instead of searching for one
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Only guides that changed since this git revision
    #[arg(long, value_name = "REF")]
    pub(crate) since: Option<String>,
}

/// On what, and within which limits.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct RunArguments {
    /// Run on these interpreters: 3.12, 3.12.1, 3.13t, a path, 3.10..3.13, >=3.11, all, newest (can be repeated)
    #[arg(long, value_name = "SPEC")]
    pub(crate) python: Vec<String>,

    /// Run so many examples at once [default: number of CPUs]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,

    /// Stop an example after this time: 10s, 500ms, or seconds
    #[arg(long, value_name = "TIME")]
    pub(crate) timeout: Option<String>,

    /// What stands between examples and this machine
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t)]
    pub(crate) sandbox: Sandbox,

    /// How an example's process begins
    #[arg(long, value_enum, value_name = "HOW", default_value_t)]
    pub(crate) start: StartArgument,

    /// First make the package environments that are missing
    #[arg(long)]
    pub(crate) sync: bool,

    /// Run everything, and keep nothing of it
    #[arg(long)]
    pub(crate) no_cache: bool,

    /// Tell why each example ran again, or that it did not
    #[arg(long)]
    pub(crate) explain: bool,
}

/// How to report.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct OutputArguments {
    /// Report in this form
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(crate) format: ReportFormat,

    /// Write the report to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Write one more report, such as junit=report.xml (can be repeated)
    #[arg(long, value_name = "FORMAT=FILE")]
    pub(crate) report: Vec<String>,

    /// Show no progress
    #[arg(long, short)]
    pub(crate) quiet: bool,

    /// Tell more: each example as it ends, and every place that did not run
    #[arg(long, short)]
    pub(crate) verbose: bool,
}
