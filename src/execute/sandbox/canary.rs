//! A real interpreter behind the walls tries to get out, before any example runs: a namespace that can
//! be made may still lack its powers.

use std::io;
use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::ExitStatus;

use super::order::{Layer, Missing, RunFate, RunOrder};
use super::slot::Slot;
use crate::execute::load::Load;
use crate::execute::place::Site;

const SCRIPT: &str = include_str!("canary.py");
const ANSWER: &[u8] = b"behind walls\n";
const OUTPUT_CAP: u64 = 64 * 1024;

/// Sends the canary out in a slot. The host really has what it looks for.
pub(super) async fn check(slot: &mut Slot, program: &str) -> Result<(), Missing> {
    let failed = |error: &io::Error| Missing::new(Layer::Canary, "sending out a canary", error);
    let (_site, secret) = secret().map_err(|error| failed(&error))?;
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| failed(&error))?;
    let address = listener.local_addr().map_err(|error| failed(&error))?;
    let order = order(program, &secret.to_string_lossy(), address.port());
    let output = slot
        .run(&order, &[], OUTPUT_CAP, &Load::unshared())
        .await
        .map_err(|error| failed(&error))?;
    match output.report.fate {
        RunFate::Ended(0) if output.stdout == ANSWER => Ok(()),
        RunFate::Failed(missing) => Err(missing),
        RunFate::Ended(status) => {
            let said = String::from_utf8_lossy(&output.stdout);
            let complained = String::from_utf8_lossy(&output.stderr);
            let status = ExitStatus::from_raw(status);
            Err(escaped(&format!("{status}; {said}{complained}")))
        }
        RunFate::TimedOut | RunFate::Stopped | RunFate::Exceeded(_) => {
            Err(escaped("it did not end"))
        }
    }
}

/// Makes a file that the canary must not reach. Its site is what the next start removes after a kill.
fn secret() -> io::Result<(Site, PathBuf)> {
    let site = Site::new().map_err(|problem| io::Error::other(problem.message))?;
    let secret = site.file("secret")?;
    Ok((site, secret))
}

fn escaped(found: &str) -> Missing {
    Missing {
        layer: Layer::Canary,
        step: format!("the canary `{SCRIPT_NAME}` answered: {}", found.trim()),
        errno: None,
    }
}

const SCRIPT_NAME: &str = "canary.py";

fn order(program: &str, secret: &str, port: u16) -> RunOrder {
    let arguments = ["-I", "-S", "-c", SCRIPT, secret, &port.to_string()];
    RunOrder::plain(program, arguments.map(str::to_owned).into())
}
