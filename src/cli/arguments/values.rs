//! What flags choose from.

use clap::ValueEnum;

use crate::discover::Start;
use crate::execute::sandbox::Level;
use crate::report::Format;

/// How an example's process begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum StartArgument {
    /// Forked from a warm interpreter where the example cannot tell
    #[default]
    Auto,
    /// Forked wherever it can be
    Fork,
    /// Started anew
    Spawn,
}

impl StartArgument {
    /// Returns what is meant; `None` leaves the choice to directives, configuration and the example.
    pub(crate) fn start(self) -> Option<Start> {
        match self {
            Self::Auto => None,
            Self::Fork => Some(Start::Fork),
            Self::Spawn => Some(Start::Spawn),
        }
    }
}

/// What stands between examples and this machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sandbox {
    /// Namespaces, Landlock, seccomp and limits; refuses to run where one is missing
    #[default]
    Full,
    /// What an outer container that has no network leaves possible
    Reduced,
    /// Nothing: examples can do whatever you can
    Off,
}

impl Sandbox {
    /// Returns the level that is meant.
    pub(crate) fn level(self) -> Level {
        match self {
            Self::Full => Level::Full,
            Self::Reduced => Level::Reduced,
            Self::Off => Level::Off,
        }
    }
}

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Colour {
    /// Returns its name as typed.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }
    }
}

/// In what form to report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people
    #[default]
    Human,
    /// JSON lines
    Json,
    #[value(help = "JUnit XML")]
    Junit,
    /// GitHub workflow annotations
    Github,
    /// A Markdown table
    Markdown,
}

/// In what form to show a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people
    #[default]
    Human,
    /// JSON lines
    Json,
}

impl From<ListFormat> for Format {
    fn from(format: ListFormat) -> Self {
        match format {
            ListFormat::Human => Self::Human,
            ListFormat::Json => Self::Json,
        }
    }
}

impl From<ReportFormat> for Format {
    fn from(format: ReportFormat) -> Self {
        match format {
            ReportFormat::Human => Self::Human,
            ReportFormat::Json => Self::Json,
            ReportFormat::Junit => Self::Junit,
            ReportFormat::Github => Self::Github,
            ReportFormat::Markdown => Self::Markdown,
        }
    }
}
