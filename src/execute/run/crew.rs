//! Workers that take runs from a common list, and tell what becomes of them.

use std::sync::{Arc, Mutex};

use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::execute::load::Loads;
use crate::execute::start::{self, Beginning};
use crate::execute::walls::Walls;
use crate::execute::{RunRecord, interrupt};
use crate::plan::PlannedRun;
use crate::problem::Problem;

use super::queue::Queue;

/// One run that waits for its turn.
pub(super) struct Turn {
    /// Its place in the list that was asked for.
    pub(super) index: usize,
    pub(super) run: Arc<PlannedRun>,
    /// How its process begins.
    pub(super) beginning: Beginning,
    /// Which warm interpreter it begins from.
    pub(super) group: Option<usize>,
    /// Whether it is known to take so long that it must not wait for others.
    pub(super) is_long: bool,
}

impl Turn {
    /// Returns a turn of the same run in a process of its own.
    pub(super) fn anew(self) -> Self {
        Self {
            beginning: Beginning::Spawn(start::ASKED_FOR),
            group: None,
            ..self
        }
    }
}

/// What a worker tells.
pub(super) enum News {
    Started(usize),
    Finished(Turn, Box<RunRecord>),
}

/// Everybody at work behind the same walls.
pub(super) struct Crew<'a> {
    runtime: &'a Runtime,
    walls: Arc<Walls>,
    interrupt: watch::Receiver<bool>,
    loads: Arc<Loads>,
    workers: JoinSet<()>,
    sender: mpsc::UnboundedSender<News>,
    receiver: mpsc::UnboundedReceiver<News>,
}

impl<'a> Crew<'a> {
    /// Returns a crew that nobody has joined yet.
    pub(super) fn new(
        runtime: &'a Runtime,
        walls: Walls,
        interrupt: watch::Receiver<bool>,
    ) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        Self {
            runtime,
            walls: Arc::new(walls),
            interrupt,
            loads: Arc::new(Loads::new(1, &[], false)),
            workers: JoinSet::new(),
            sender,
            receiver,
        }
    }

    /// Sends out as many workers as a list of runs needs, so many of them using the CPU at once.
    pub(super) fn send_out(&mut self, turns: Vec<Turn>, jobs: usize) {
        let overlaps = self.walls.see_sleepers() && turns.len() > 1;
        let runs: Vec<&PlannedRun> = turns.iter().map(|turn| &*turn.run).collect();
        self.loads = Arc::new(Loads::new(jobs, &runs, overlaps));
        let queue = Arc::new(Mutex::new(Queue::new(turns)));
        for _ in 0..self.loads.workers {
            self.send(Arc::clone(&queue));
        }
    }

    /// Sends out one more worker, for one more run.
    pub(super) fn send_after(&mut self, turn: Turn) {
        self.send(Arc::new(Mutex::new(Queue::new(vec![turn]))));
    }

    fn send(&mut self, queue: Arc<Mutex<Queue>>) {
        let (walls, loads) = (Arc::clone(&self.walls), Arc::clone(&self.loads));
        let sender = self.sender.clone();
        let work = async move {
            loop {
                let load = loads.take().await;
                let Some(turn) = next(&queue, &walls) else {
                    break;
                };
                let memory = loads.take_memory(&turn.run).await;
                let _ = sender.send(News::Started(turn.index));
                let record = walls
                    .run(&turn.run, (&turn.beginning, turn.group), &load)
                    .await;
                drop((load, memory));
                let _ = sender.send(News::Finished(turn, Box::new(record)));
            }
        };
        self.workers.spawn_on(work, self.runtime.handle());
    }

    /// Waits for the next news; there is none when all have come to their end.
    ///
    /// # Errors
    ///
    /// When a signal has asked fencepost to stop, or a worker failed; nobody is at work then.
    pub(super) fn news(&mut self) -> Result<Option<News>, Problem> {
        self.runtime.block_on(async {
            loop {
                tokio::select! {
                    biased;
                    _ = self.interrupt.wait_for(|interrupted| *interrupted) => {
                        self.workers.shutdown().await;
                        return Err(interrupt::problem());
                    }
                    Some(news) = self.receiver.recv() => return Ok(Some(news)),
                    ended = self.workers.join_next() => match ended {
                        Some(Ok(())) => (),
                        Some(Err(error)) => return Err(Problem::bug(format!("a worker failed: {error}"))),
                        // The last one may have told something between the two looks.
                        None => return Ok(self.receiver.try_recv().ok()),
                    },
                }
            }
        })
    }

    /// Ends everybody's work and what stands ready.
    pub(super) fn dismiss(mut self) {
        self.runtime.block_on(async {
            self.workers.shutdown().await;
            self.walls.lower().await;
        });
    }
}

fn next(queue: &Mutex<Queue>, walls: &Walls) -> Option<Turn> {
    queue
        .lock()
        .expect("no worker panics while it holds the queue")
        .take(|turn| walls.fit(turn.group))
}
