//! Batches of blocks, and the one block of a batch that an interpreter ended over.

use crate::execute::sandbox::Level;
use crate::execute::{Ending, interrupt};
use crate::plan::Interpreter;
use crate::problem::Problem;

use super::room::{BLOCK_SECONDS, Heard, Room};
use super::{Analysis, Answer};

const BATCH_BLOCKS: usize = 500;
const BATCH_BYTES: usize = 2 << 20;

/// The signal that ends an interpreter over a block that takes too long, and the one that the system
/// ends processes with when it runs out of memory.
const TOO_LONG: &str = "PROF";
const KILLED: &str = "KILL";

/// Asks an interpreter about every block. It is not started where there are none.
pub(super) fn ask(
    interpreter: &Interpreter,
    codes: &[&str],
    level: Level,
) -> Result<Vec<Answer>, Problem> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let mut interrupt = interrupt::watch();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| not_analysed(interpreter, &error.to_string()))?;
    runtime.block_on(async {
        tokio::select! {
            biased;
            _ = interrupt.wait_for(|interrupted| *interrupted) => Err(interrupt::problem()),
            answers = ask_all(interpreter, codes, level) => answers,
        }
    })
}

async fn ask_all(
    interpreter: &Interpreter,
    codes: &[&str],
    level: Level,
) -> Result<Vec<Answer>, Problem> {
    let mut talk = Talk {
        interpreter,
        room: Room::open(interpreter, level).await?,
        speaks: false,
    };
    let mut answers = Vec::with_capacity(codes.len());
    for batch in batches(codes) {
        answers.extend(talk.ask_batch(batch).await?);
    }
    talk.room.close().await;
    Ok(answers)
}

/// A talk with one interpreter.
struct Talk<'a> {
    interpreter: &'a Interpreter,
    room: Room,
    /// Whether it has ever answered.
    speaks: bool,
}

impl Talk<'_> {
    /// Analyses one batch. Where the child ends early, the block that it ended over is asked about alone,
    /// then the rest.
    async fn ask_batch(&mut self, batch: &[&str]) -> Result<Vec<Answer>, Problem> {
        let mut answers = Vec::with_capacity(batch.len());
        while answers.len() < batch.len() {
            let rest = &batch[answers.len()..];
            let (some, ending) = self.ask(rest).await?;
            answers.extend(some.into_iter().map(known));
            let Some(suspect) = batch.get(answers.len()) else {
                break;
            };
            let is_named = rest.len() == 1 || is_signal(&ending, TOO_LONG);
            answers.push(if is_named {
                unknown(self.interpreter, &ending)
            } else {
                self.ask_alone(suspect).await?
            });
            if !self.speaks && self.ask(&[""]).await?.0.is_empty() {
                // Whatever it is asked about, it does not answer.
                answers.resize_with(batch.len(), || unknown(self.interpreter, &ending));
            }
        }
        Ok(answers)
    }

    async fn ask_alone(&mut self, code: &str) -> Result<Answer, Problem> {
        let (answers, ending) = self.ask(&[code]).await?;
        let answer = answers.into_iter().next().map(known);
        Ok(answer.unwrap_or_else(|| unknown(self.interpreter, &ending)))
    }

    /// Returns what is known of the first blocks, and how the child ended.
    async fn ask(&mut self, codes: &[&str]) -> Result<(Vec<Analysis>, Ending), Problem> {
        let Heard { stdout, ending } = self.room.ask(self.interpreter, codes).await;
        if let Ending::CouldNotStart { reason } = &ending {
            return Err(not_analysed(self.interpreter, reason));
        }
        let answers = understand(&stdout, codes.len());
        self.speaks |= !answers.is_empty();
        Ok((answers, ending))
    }
}

/// Reads one answer a line, up to the first line that is none.
fn understand(stdout: &[u8], most: usize) -> Vec<Analysis> {
    stdout
        .split_inclusive(|byte| *byte == b'\n')
        .take(most)
        .map_while(|line| serde_json::from_slice(line.strip_suffix(b"\n")?).ok())
        .collect()
}

fn known(analysis: Analysis) -> Answer {
    Answer {
        analysis,
        is_final: true,
    }
}

/// Returns the answer about a block that an interpreter ended over.
fn unknown(interpreter: &Interpreter, ending: &Ending) -> Answer {
    let is_crash = matches!(ending, Ending::Signal { .. });
    Answer {
        analysis: Analysis {
            syntax_error: Some((in_words(interpreter, ending), 0)),
            unanswered: true,
            ..Analysis::default()
        },
        is_final: is_crash && !is_signal(ending, TOO_LONG) && !is_signal(ending, KILLED),
    }
}

fn is_signal(ending: &Ending, name: &str) -> bool {
    matches!(ending, Ending::Signal { signal, .. } if signal == name)
}

/// Says how an interpreter ended over a block.
fn in_words(interpreter: &Interpreter, ending: &Ending) -> String {
    let name = interpreter.in_words();
    match ending {
        Ending::Exited { code: 0 } => format!("{name} gave no answer about it"),
        Ending::Exited { code } => format!("{name} exited with status {code} while compiling it"),
        Ending::Signal { signal, .. } if signal == TOO_LONG => {
            format!("{name} took longer than {BLOCK_SECONDS} s over it")
        }
        Ending::Signal { signal, .. } => {
            format!("{name} crashed (SIG{signal}) while compiling it")
        }
        Ending::TimedOut { limit_ms } => {
            format!("{name} took longer than {} s over it", limit_ms / 1000)
        }
        Ending::TooMuchOutput { .. } => format!("{name} wrote too much about it"),
        Ending::OutOfMemory { .. } => format!("{name} needed too much memory to compile it"),
        Ending::Limit { limit } => format!("{name} passed the limit `{limit}` over it"),
        Ending::CouldNotStart { reason } => format!("{name} could not start: {reason}"),
    }
}

fn not_analysed(interpreter: &Interpreter, reason: &str) -> Problem {
    let name = interpreter.in_words();
    Problem::blocked("not-analysed", format!("{name} cannot be asked about code"))
        .because(reason.trim().to_owned())
        .hint(format!(
            "see whether `{} -I -S` starts",
            interpreter.path.display()
        ))
}

/// Splits blocks into batches of bounded size, so that no single child takes long or prints much.
pub(super) fn batches<'a, 'b>(codes: &'a [&'b str]) -> impl Iterator<Item = &'a [&'b str]> {
    let mut rest = codes;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fitting = rest.iter().take_while(|code| {
            bytes += code.len();
            bytes < BATCH_BYTES
        });
        let count = fitting.count().clamp(1, BATCH_BLOCKS).min(rest.len());
        let (batch, others) = rest.split_at(count);
        rest = others;
        (!batch.is_empty()).then_some(batch)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_bounded_and_lose_nothing() {
        let codes = vec!["x = 1\n"; 1201];
        let sizes: Vec<usize> = batches(&codes).map(<[&str]>::len).collect();
        assert_eq!(sizes, [500, 500, 201]);
        let large = "#".repeat(BATCH_BYTES);
        let codes = [large.as_str(), large.as_str(), "y"];
        let sizes: Vec<usize> = batches(&codes).map(<[&str]>::len).collect();
        assert_eq!(sizes, [1, 1, 1]);
    }

    #[test]
    fn answers_end_where_a_line_is_none() {
        let answer = serde_json::to_string(&Analysis::default()).unwrap();
        for (text, most, count) in [
            (format!("{answer}\n{answer}\n"), 2, 2),
            (format!("{answer}\n{answer}\n"), 1, 1),
            (format!("{answer}\n{answer}"), 2, 1),
            (format!("noise\n{answer}\n"), 2, 0),
            (format!("{answer}\n[]\n{answer}\n"), 3, 1),
        ] {
            assert_eq!(understand(text.as_bytes(), most).len(), count, "{text}");
        }
    }
}
