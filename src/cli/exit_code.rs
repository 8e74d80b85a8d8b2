//! Exit codes: the whole contract with shells and CI.

use crate::compare::Verdict;
use crate::problem::{Class, Problem};
use crate::report::Report;

/// How fencepost ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// All true.
    Success,
    /// A finding in a guide or an expected file.
    Finding,
    /// Command line, configuration, a path that names nothing, refused under CI.
    Usage,
    /// Blocked, could not run or could not write, and nothing of the classes above.
    Blocked,
    /// A bug in fencepost.
    Bug,
    /// Interrupted.
    Interrupted,
}

impl ExitCode {
    /// Returns the code of a finished report.
    #[must_use]
    pub fn of_report(report: &Report) -> Self {
        let of_problems = Self::of_problems(report.all_problems());
        if of_problems != Self::Success && of_problems != Self::Blocked {
            return of_problems;
        }
        let tally = report.tally();
        if tally.findings > 0 {
            return Self::Finding;
        }
        if tally.runs(Verdict::Blocked) > 0 {
            Self::Blocked
        } else {
            of_problems
        }
    }

    /// Returns the code of problems alone: the most urgent class of those that are errors.
    #[must_use]
    pub fn of_problems<'a>(problems: impl IntoIterator<Item = &'a Problem>) -> Self {
        let problems: Vec<&Problem> = problems.into_iter().collect();
        let has = |class| {
            problems
                .iter()
                .any(|problem| problem.is_error() && problem.class == class)
        };
        let urgent = [
            (Class::Bug, Self::Bug),
            (Class::Interrupted, Self::Interrupted),
            (Class::Usage, Self::Usage),
            (Class::Finding, Self::Finding),
            (Class::Blocked, Self::Blocked),
        ];
        urgent
            .into_iter()
            .find(|(class, _)| has(*class))
            .map_or(Self::Success, |(_, code)| code)
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(match code {
            ExitCode::Success => 0,
            ExitCode::Finding => 1,
            ExitCode::Usage => 2,
            ExitCode::Blocked => 3,
            ExitCode::Bug => 70,
            ExitCode::Interrupted => 130,
        })
    }
}
