//! `fencepost python install VERSION`: uv fetches what the machine lacks.

use crate::plan::interpreter::Spec;
use crate::problem::Problem;

use super::{FaultKind, Tools};

/// Installs a CPython by uv.
///
/// # Errors
///
/// A usage problem where `version` names no version; a blocked one where uv is absent, offline or fails.
pub fn install(version: &str, tools: &Tools<'_>) -> Result<(), Problem> {
    let Spec::Version { numbers, .. } = Spec::parse(version)? else {
        let message = format!("`{version}` is not one version");
        return Err(Problem::usage("bad-version-spec", message)
            .hint("name one: `3.14`, `3.12.1` or `3.13t`"));
    };
    if numbers < vec![3, 8] {
        let message = format!("CPython {version} is too old: fencepost runs 3.8 and newer");
        return Err(Problem::usage("bad-version-spec", message));
    }
    let Some(uv) = &tools.uv else {
        return Err(without_uv(version));
    };
    let command = tools.command(
        uv,
        &[
            "python",
            "install",
            "--color",
            "never",
            "--no-progress",
            version,
        ],
    );
    tools.succeed(&command).map(|_| ()).map_err(|fault| {
        let hint = match fault.kind {
            FaultKind::Offline => {
                "check the network; `UV_PYTHON_INSTALL_MIRROR` names a mirror to fetch from"
                    .to_owned()
            }
            FaultKind::Hash
            | FaultKind::NoWheel
            | FaultKind::NothingFound
            | FaultKind::Unsatisfiable
            | FaultKind::Other => other_ways(version),
        };
        Problem::blocked(
            "cannot-install",
            format!("CPython {version} could not be installed"),
        )
        .because(fault.reason)
        .hint(hint)
    })
}

fn without_uv(version: &str) -> Problem {
    Problem::blocked(
        "uv-missing",
        format!("cannot install CPython {version}: uv was not found"),
    )
    .hint(format!(
        "install uv with `pip install uv`, or {}",
        other_ways(version)
    ))
}

fn other_ways(version: &str) -> String {
    format!("get CPython {version} by `pyenv install {version}` or from your system's packages")
}
