//! Where an interpreter is asked: behind the walls of the level that examples have, within limits of its own.

use std::time::Duration;

use crate::child::{self, Command, Resource};
use crate::discover::Limits;
use crate::execute::sandbox::Level;
use crate::execute::{Ending, open};
use crate::plan::Interpreter;
use crate::problem::Problem;

use super::SCRIPT;

/// Seconds of CPU time for one block. Interpreters that have no timers know none.
pub(super) const BLOCK_SECONDS: u32 = 10;

const LIMITS: Limits = Limits {
    timeout_ms: 60_000,
    memory: 1 << 30,
    processes: 8,
    files: 64,
    output: 128 << 20,
    disk: 1 << 20,
};

/// Address space without walls: more than the memory limit, since maps that nothing fills count too.
const ADDRESS_SPACE: u64 = 4 << 30;

/// What came of a question.
pub(super) struct Heard {
    pub stdout: Vec<u8>,
    pub ending: Ending,
}

/// What stands between the interpreter and the machine.
pub(super) enum Room {
    /// Nothing but an empty environment, a deadline, caps and rlimits.
    Open,
    /// A sandbox.
    #[cfg(target_os = "linux")]
    Walled(Box<walled::Walled>),
}

impl Room {
    /// Raises the walls of a level.
    pub(super) async fn open(interpreter: &Interpreter, level: Level) -> Result<Self, Problem> {
        match level {
            Level::Off => Ok(Self::Open),
            #[cfg(target_os = "linux")]
            Level::Reduced | Level::Full => {
                let walled = walled::Walled::raise(interpreter, level).await?;
                Ok(Self::Walled(Box::new(walled)))
            }
            #[cfg(not(target_os = "linux"))]
            Level::Reduced | Level::Full => {
                let _ = interpreter;
                Err(crate::execute::sandbox::not_supported())
            }
        }
    }

    /// Asks about some blocks.
    pub(super) async fn ask(&mut self, interpreter: &Interpreter, codes: &[&str]) -> Heard {
        let question = serde_json::Value::from(codes.to_vec()).to_string();
        match self {
            Self::Open => ask_in_the_open(interpreter, question).await,
            #[cfg(target_os = "linux")]
            Self::Walled(walled) => walled.ask(interpreter, &question).await,
        }
    }

    /// Ends what stands ready.
    pub(super) async fn close(self) {
        match self {
            Self::Open => (),
            #[cfg(target_os = "linux")]
            Self::Walled(walled) => walled.lower().await,
        }
    }
}

fn arguments() -> Vec<String> {
    let seconds = BLOCK_SECONDS.to_string();
    ["-I", "-S", "-W", "ignore", "-c", SCRIPT, &seconds]
        .map(str::to_owned)
        .into()
}

async fn ask_in_the_open(interpreter: &Interpreter, question: String) -> Heard {
    let command = Command {
        output_cap: LIMITS.output,
        resources: vec![
            (Resource::CoreDump, 0),
            (Resource::AddressSpace, ADDRESS_SPACE),
        ],
        ..Command::new(&interpreter.path)
            .arguments(arguments())
            .stdin(question)
            .deadline(Duration::from_millis(LIMITS.timeout_ms))
    };
    let output = child::run_async(&command).await;
    Heard {
        ending: open::ending(&output.exit, &LIMITS),
        stdout: output.stdout,
    }
}

#[cfg(target_os = "linux")]
mod walled {
    //! A slot of the sandbox that only interpreters with the one script are started in.

    use std::io;

    use crate::execute::load::Load;
    use crate::execute::place::{Place, Site};
    use crate::execute::sandbox::order::{RunOrder, SlotOrder};
    use crate::execute::sandbox::slot::{Slot, SlotOutput};
    use crate::execute::sandbox::{Level, raise};
    use crate::execute::{Ending, walled};
    use crate::plan::Interpreter;
    use crate::problem::Problem;

    use super::{Heard, LIMITS, arguments};

    pub(in crate::execute::analyse) struct Walled {
        order: SlotOrder,
        /// `None` once it has failed; a new one takes its place.
        slot: Option<Slot>,
        /// Folders, where there is no root of its own.
        site: Option<Site>,
    }

    impl Walled {
        pub(super) async fn raise(
            interpreter: &Interpreter,
            level: Level,
        ) -> Result<Self, Problem> {
            let order = SlotOrder {
                level,
                readable: walled::readable_of(interpreter),
            };
            let program = walled::path_inside(interpreter);
            let slot = raise(&order, &program.to_string_lossy()).await?;
            let site = (!slot.ready.namespaces).then(Site::new).transpose()?;
            Ok(Self {
                order,
                slot: Some(slot),
                site,
            })
        }

        pub(super) async fn ask(&mut self, interpreter: &Interpreter, question: &str) -> Heard {
            match self.try_ask(interpreter, question).await {
                Ok(output) => Heard {
                    ending: walled::ending(&output, &LIMITS),
                    stdout: output.stdout,
                },
                Err(error) => Heard {
                    ending: Ending::CouldNotStart {
                        reason: error.to_string(),
                    },
                    stdout: Vec::new(),
                },
            }
        }

        async fn try_ask(
            &mut self,
            interpreter: &Interpreter,
            question: &str,
        ) -> io::Result<SlotOutput> {
            let mut slot = match self.slot.take() {
                Some(slot) => slot,
                None => Slot::start(&self.order).await?,
            };
            let place = self.site.as_ref().map(|site| site.place("example"));
            let place = place.transpose()?;
            let order = order(interpreter, place.as_ref());
            let load = Load::unshared();
            let output = slot.run(&order, question.as_bytes(), LIMITS.output, &load);
            let output = output.await?;
            self.slot = Some(slot);
            Ok(output)
        }

        pub(super) async fn lower(self) {
            if let Some(slot) = self.slot {
                slot.stop().await;
            }
        }
    }

    /// It may write nowhere: it has nothing to write.
    fn order(interpreter: &Interpreter, place: Option<&Place>) -> RunOrder {
        let program = walled::path_inside(interpreter);
        let mut order = RunOrder::plain(&program.to_string_lossy(), arguments());
        order.limits = LIMITS;
        order.writable = Vec::new();
        if let Some(place) = place {
            order.folder = place.home.to_string_lossy().into_owned();
        }
        order
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::child::Exit;
    use crate::execute::testing::interpreters;

    #[test]
    fn a_block_that_takes_too_long_ends_the_interpreter() {
        let code = "x = [1, 2, 3]\n".repeat(20_000);
        for interpreter in interpreters() {
            let mut arguments = arguments();
            *arguments.last_mut().unwrap() = "0.02".to_owned();
            let question = serde_json::json!(["a = 1\n", code, "b = 1\n"]).to_string();
            let command = Command::new(&interpreter.path).arguments(arguments);
            let output = child::run(&command.stdin(question));
            assert_eq!(output.exit, Exit::Signalled(libc::SIGPROF));
            let lines = output.stdout.iter().filter(|byte| **byte == b'\n');
            assert_eq!(lines.count(), 1, "{}", interpreter.version);
        }
    }
}
