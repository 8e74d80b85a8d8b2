//! Exit codes: the whole contract with shells and CI.

/// How fencepost ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// All true.
    Success,
    /// A finding in a guide or an expected file.
    Finding,
    /// Command line, configuration, a path that names nothing, refused under CI.
    Usage,
    /// Blocked, could not run or could not write.
    Blocked,
    /// A bug in fencepost.
    Bug,
    /// Interrupted.
    Interrupted,
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
