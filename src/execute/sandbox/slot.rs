//! fencepost's side of a launcher: starts it, gives it runs, reads what they print.

use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use rustix::fs::{MemfdFlags, Mode};
use tokio::io::Interest;
use tokio::net::UnixStream;
use tokio::net::unix::pipe;

use crate::child::{Reading, Stream, Streams};
use crate::execute::load::Load;

use super::order::{ASLEEP, AWAKE, Ready, RunOrder, RunReport, STOP, SlotOrder};
use super::socket;

/// The word that makes fencepost's binary a launcher.
pub(super) const WORD: &str = "\u{1}launcher";

/// How long a launcher may take beyond a run's own limit before it is given up.
const PATIENCE: Duration = Duration::from_secs(10);

static LAUNCHER: OnceLock<PathBuf> = OnceLock::new();

/// Makes launchers start from this binary instead of the running one: for programs that are not
/// fencepost and use its library.
pub fn use_launcher(path: PathBuf) {
    // Set once; whoever comes second means the same binary.
    let _ = LAUNCHER.set(path);
}

/// One launcher, idle or at work on one run.
#[derive(Debug)]
pub(crate) struct Slot {
    launcher: tokio::process::Child,
    control: UnixStream,
    /// Which walls stand around it.
    pub ready: Ready,
}

/// What came of a run.
pub(crate) struct SlotOutput {
    pub report: RunReport,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// Whether it was stopped for writing more than its cap.
    pub flooded: bool,
    pub duration: Duration,
}

impl Slot {
    /// Starts a launcher and hears which walls stand.
    pub(crate) async fn start(order: &SlotOrder) -> io::Result<Self> {
        let (ours, theirs) = socket::pair()?;
        let program = LAUNCHER
            .get()
            .map_or("/proc/self/exe".into(), PathBuf::clone);
        #[expect(clippy::disallowed_methods, reason = "the sandbox starts launchers")]
        let launcher = tokio::process::Command::new(program)
            .arg(WORD)
            .env_clear()
            .stdin(Stdio::from(theirs))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let control = std::os::unix::net::UnixStream::from(ours);
        control.set_nonblocking(true)?;
        let mut slot = Self {
            launcher,
            control: UnixStream::from_std(control)?,
            ready: Ready::default(),
        };
        slot.send(&serde_json::to_vec(order)?, &[]).await?;
        slot.ready = tokio::time::timeout(PATIENCE, slot.receive()).await??;
        Ok(slot)
    }

    /// Runs one example, and tells `load` whether it sleeps. After an error the slot is of no more use.
    pub(crate) async fn run(
        &mut self,
        order: &RunOrder,
        input: &[u8],
        output_cap: u64,
        load: &Load,
    ) -> io::Result<SlotOutput> {
        let began = Instant::now();
        let (mut streams, descriptors) = connect(order, input, output_cap)?;
        self.send(b"run", &descriptors).await?;
        drop(descriptors);
        let limit = Duration::from_millis(order.limits.timeout_ms);
        let deadline = tokio::time::Instant::from_std(began + limit + PATIENCE);
        let mut report = None;
        let reported = async { report = Some(self.receive_report(load).await) };
        let reading = streams.read_until(reported, deadline).await;
        let mut flooded = reading == Reading::Flooded;
        let report: RunReport = match (reading, report) {
            (Reading::Ended, Some(report)) => report?,
            (Reading::Ended | Reading::Flooded | Reading::TimedOut, _) => {
                self.send(STOP, &[]).await?;
                tokio::time::timeout(PATIENCE, self.receive_report(load)).await??
            }
        };
        flooded |= streams.drain().await;
        Ok(SlotOutput {
            report,
            stdout: streams.stdout.bytes,
            stderr: streams.stderr.bytes,
            flooded,
            duration: began.elapsed(),
        })
    }

    /// Ends the launcher and waits until it is gone.
    pub(crate) async fn stop(self) {
        let Self {
            mut launcher,
            control,
            ready: _,
        } = self;
        drop(control);
        if tokio::time::timeout(PATIENCE, launcher.wait())
            .await
            .is_err()
        {
            let _ = launcher.kill().await;
        }
    }

    async fn send(&self, text: &[u8], descriptors: &[OwnedFd]) -> io::Result<()> {
        self.control
            .async_io(Interest::WRITABLE, || {
                socket::send(self.control.as_fd(), text, descriptors)
            })
            .await
    }

    /// Waits for what came of a run; takes what is said until then.
    async fn receive_report(&self, load: &Load) -> io::Result<RunReport> {
        loop {
            let text = self.receive_text().await?;
            match text.as_slice() {
                ASLEEP => load.rest(),
                AWAKE => load.resume(),
                report => return Ok(serde_json::from_slice(report)?),
            }
        }
    }

    async fn receive<T: serde::de::DeserializeOwned>(&self) -> io::Result<T> {
        Ok(serde_json::from_slice(&self.receive_text().await?)?)
    }

    async fn receive_text(&self) -> io::Result<Vec<u8>> {
        let (text, _) = self
            .control
            .async_io(Interest::READABLE, || socket::receive(self.control.as_fd()))
            .await?;
        if text.is_empty() {
            let message = "the launcher of the sandbox has died";
            return Err(io::Error::new(io::ErrorKind::BrokenPipe, message));
        }
        Ok(text)
    }
}

/// Makes the pipes of a run; returns our ends, and the descriptors that its launcher gets: the order,
/// stdout, stderr, and stdin if there is any.
fn connect(order: &RunOrder, input: &[u8], output_cap: u64) -> io::Result<(Streams, Vec<OwnedFd>)> {
    let file = rustix::fs::memfd_create("order", MemfdFlags::CLOEXEC)?;
    let mut file = std::fs::File::from(file);
    file.write_all(&serde_json::to_vec(order)?)?;
    let mut descriptors = vec![OwnedFd::from(file)];
    let mut read = || -> io::Result<Stream> {
        let (reader, writer) = io::pipe()?;
        open_to_all(&writer)?;
        descriptors.push(writer.into());
        let reader = pipe::Receiver::from_owned_fd(reader.into())?;
        Ok(Stream::of(Some(reader), output_cap))
    };
    let mut streams = Streams::new(read()?, read()?);
    if !input.is_empty() {
        let (reader, writer) = io::pipe()?;
        open_to_all(&reader)?;
        descriptors.push(reader.into());
        let writer = pipe::Sender::from_owned_fd(writer.into())?;
        streams.feed(writer, input.to_vec());
    }
    Ok((streams, descriptors))
}

/// Lets an example open its own streams again by name (`/dev/stdout`), whoever it is.
fn open_to_all(pipe: impl std::os::fd::AsFd) -> io::Result<()> {
    Ok(rustix::fs::fchmod(pipe, Mode::from_raw_mode(0o666))?)
}
