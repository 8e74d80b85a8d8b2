//! SIGINT, SIGTERM and SIGHUP: noticed by one thread for the whole process, once the first run begins.
//!
//! State of the process as a whole, since signals are. The first signal asks runs to end and to clean
//! up; a second one ends fencepost at once.

use std::sync::OnceLock;

use tokio::sync::watch;

use crate::problem::{Class, Problem};

static STATE: OnceLock<watch::Receiver<bool>> = OnceLock::new();

/// Says whether a signal has asked fencepost to stop.
#[must_use]
pub fn interrupted() -> bool {
    STATE.get().is_some_and(|state| *state.borrow())
}

/// Returns the problem that an interrupted command ends with.
pub(super) fn problem() -> Problem {
    Problem {
        class: Class::Interrupted,
        ..Problem::finding("interrupted", "interrupted")
    }
}

/// Starts to listen, at the first call; returns what turns true when a signal has come.
pub(super) fn watch() -> watch::Receiver<bool> {
    STATE
        .get_or_init(|| {
            let (sender, receiver) = watch::channel(false);
            let (ready, listening) = std::sync::mpsc::channel();
            let thread = std::thread::Builder::new().name("signals".to_owned());
            // Without a thread left the signals keep their usual effect.
            if thread.spawn(move || listen(&sender, &ready)).is_ok() {
                let _ = listening.recv();
            }
            receiver
        })
        .clone()
}

fn listen(sender: &watch::Sender<bool>, ready: &std::sync::mpsc::Sender<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let Ok(runtime) = runtime else { return };
    runtime.block_on(async {
        let Ok(mut signals) = Signals::new() else {
            return;
        };
        let _ = ready.send(());
        signals.next().await;
        sender.send_replace(true);
        signals.next().await;
        stop_at_once();
    });
}

#[cfg(unix)]
struct Signals([tokio::signal::unix::Signal; 3]);

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self([
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
        ]))
    }

    async fn next(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => (),
            _ = terminate.recv() => (),
            _ = hangup.recv() => (),
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

#[expect(
    clippy::exit,
    reason = "the user asked twice; what is left on disk goes at the next start"
)]
fn stop_at_once() {
    std::process::exit(130);
}
