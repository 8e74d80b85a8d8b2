//! The pipes of a child: what it reads, what it wrote so far, and when to stop listening.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// How long pipes are still read after the process and its group are gone.
const DRAIN: Duration = Duration::from_millis(200);

/// How much is read at once, at least.
const CHUNK: usize = 4096;

/// Why reading stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    Ended,
    Flooded,
    TimedOut,
}

/// One stream of output: what came so far, up to a cap.
pub(crate) struct Stream {
    source: Option<Box<dyn AsyncRead + Send + Unpin>>,
    pub(crate) bytes: Vec<u8>,
    cap: usize,
    /// Whether more came than the cap. The pipe stays open then: a writer that is about to be killed
    /// must not find it broken first, and tell of that.
    flooded: bool,
}

impl Stream {
    /// Reads from a pipe, if there is one, up to `cap` bytes.
    pub(crate) fn of(source: Option<impl AsyncRead + Send + Unpin + 'static>, cap: u64) -> Self {
        Self {
            source: source.map(|source| Box::new(source) as Box<dyn AsyncRead + Send + Unpin>),
            bytes: Vec::new(),
            cap: usize::try_from(cap).unwrap_or(usize::MAX),
            flooded: false,
        }
    }

    /// Reads to the end or one byte past the cap; says whether it went past. Safe to drop and call again.
    async fn read(&mut self) -> bool {
        while let Some(source) = self.source.as_mut().filter(|_| !self.flooded) {
            self.bytes.reserve(CHUNK);
            match source.read_buf(&mut self.bytes).await {
                Ok(0) | Err(_) => self.source = None,
                Ok(_) => (),
            }
            self.flooded = self.bytes.len() > self.cap;
            self.bytes.truncate(self.cap);
        }
        self.flooded
    }
}

/// The streams of a child: two to read, one to feed.
pub(crate) struct Streams {
    pub(crate) stdout: Stream,
    pub(crate) stderr: Stream,
    input: Option<Input>,
}

type Input = (Box<dyn AsyncWrite + Send + Unpin>, Vec<u8>, usize);

impl Streams {
    /// Takes what is read.
    pub(crate) fn new(stdout: Stream, stderr: Stream) -> Self {
        Self {
            stdout,
            stderr,
            input: None,
        }
    }

    /// Feeds `bytes` to the child, then closes the pipe.
    pub(crate) fn feed(&mut self, pipe: impl AsyncWrite + Send + Unpin + 'static, bytes: Vec<u8>) {
        self.input = Some((Box::new(pipe), bytes, 0));
    }

    /// Moves data until the process has ended, a cap is passed or the deadline is there.
    pub(crate) async fn read_until(
        &mut self,
        ended: impl Future<Output = ()>,
        deadline: tokio::time::Instant,
    ) -> Reading {
        let (stdout, stderr, input) = (&mut self.stdout, &mut self.stderr, &mut self.input);
        let flooded = async {
            tokio::select! {
                true = stdout.read() => (),
                true = stderr.read() => (),
                else => std::future::pending().await,
            }
        };
        let fed = async {
            feed(input).await;
            std::future::pending::<std::convert::Infallible>().await
        };
        tokio::select! {
            biased;
            () = flooded => Reading::Flooded,
            () = ended => Reading::Ended,
            () = tokio::time::sleep_until(deadline) => Reading::TimedOut,
            never = fed => match never {},
        }
    }

    /// Reads what is still in the pipes, for a bounded time; says whether a cap was passed.
    pub(crate) async fn drain(&mut self) -> bool {
        let (stdout, stderr) = (&mut self.stdout, &mut self.stderr);
        let both = async { tokio::join!(stdout.read(), stderr.read()) };
        match tokio::time::timeout(DRAIN, both).await {
            Ok((first, second)) => first || second,
            Err(_) => false,
        }
    }
}

/// Writes what is left of the input, then closes the pipe. A reader that went away is no fault.
async fn feed(input: &mut Option<Input>) {
    while let Some((pipe, bytes, written)) = input {
        if *written == bytes.len() {
            break;
        }
        match pipe.write(&bytes[*written..]).await {
            Ok(count) if count > 0 => *written += count,
            Ok(_) | Err(_) => break,
        }
    }
    *input = None;
}
