//! Messages: between a dispatcher and its worker processes, and on a runner's stdin the plan and later commands to the
//! run. A message is its length, the CPU time that serializing took, and JSON.

use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::machine::sys;
use crate::state::Failure;
use crate::trace::TaskResult;
use crate::units::{Ns, TaskId, TurnLength};
use crate::workload::Task;

/// To a worker: perform this task.
#[derive(Serialize, Deserialize)]
pub(super) struct Order {
    /// The task's place in the plan.
    pub(super) id: TaskId,
    /// Its program.
    pub(super) task: Task,
    /// The names of the run's queues.
    pub(super) queues: Vec<String>,
}

/// From a worker: the result of a task.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Reply {
    /// The task's place in the plan.
    pub(super) id: TaskId,
    /// Its result, or why the run must end.
    pub(super) result: Result<TaskResult, Failure>,
    /// The worker's CPU time so far.
    pub(super) cpu: Ns,
}

/// To a runner, while its run goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Told {
    /// The global lock has this interval from now.
    Interval(TurnLength),
    /// The watcher looks no more often than once in this time.
    Looks(Ns),
}

/// A message as it arrived.
pub(super) struct Received<T> {
    /// The message itself.
    pub(super) value: T,
    /// Its length in bytes, the head included.
    pub(super) bytes: u64,
    /// CPU time of serializing it, reading it from its first byte on, and deserializing it. What either side waited
    /// meanwhile, for a core or for the rest of the message, is no copying.
    pub(super) spent: Ns,
}

/// Bytes before the JSON.
const HEAD: usize = 12;
/// The longest message, in bytes, that is accepted.
const LONGEST: u32 = 256 << 20;

/// Writes `value` to `out`, in one piece.
pub(super) fn send(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let from = sys::thread_cpu();
    let mut bytes = vec![0; HEAD];
    serde_json::to_writer(&mut bytes, value)?;
    let length = u32::try_from(bytes.len() - HEAD).map_err(|_| io::ErrorKind::InvalidInput)?;
    bytes[..4].copy_from_slice(&length.to_le_bytes());
    bytes[4..HEAD].copy_from_slice(&sys::thread_cpu().less(from).0.to_le_bytes());
    out.write_all(&bytes)?;
    out.flush()
}

/// Reads the next message from `from`; `None` at the end, even inside a message (its writer died).
pub(super) fn receive<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<Received<T>>> {
    let mut head = [0; HEAD];
    let at_end = |e: &io::Error| {
        matches!(e.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe)
    };
    match from.read_exact(&mut head) {
        Err(e) if at_end(&e) => return Ok(None),
        other => other?,
    }
    let began = sys::thread_cpu();
    let (length, serializing) = head.split_at(4);
    let length = u32::from_le_bytes(length.try_into().unwrap_or_default());
    let serializing = Ns(u64::from_le_bytes(serializing.try_into().unwrap_or_default()));
    if length > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut payload = vec![0; length as usize];
    match from.read_exact(&mut payload) {
        Err(e) if at_end(&e) => return Ok(None),
        other => other?,
    }
    let value = serde_json::from_slice(&payload)?;
    let spent = serializing + sys::thread_cpu().less(began);
    Ok(Some(Received { value, bytes: (HEAD + payload.len()) as u64, spent }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out a message in two pieces, and is away from its core before each.
    struct Slow<'a>(&'a [u8]);

    /// How long it is away.
    const AWAY: Ns = Ns::from_millis(200);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            std::thread::sleep(AWAY.to_std());
            self.0.read(into)
        }
    }

    #[test]
    fn what_a_reader_waits_for_is_no_copying() {
        let mut sent = Vec::new();
        send(&mut sent, &Told::Looks(Ns(7))).expect("memory has room");
        let from = sys::now();
        let received = receive::<Told>(&mut Slow(&sent)).expect("memory can be read").expect("a message");
        assert_eq!((received.value, received.bytes), (Told::Looks(Ns(7)), sent.len() as u64));
        assert!(sys::now().since(from) >= AWAY.times(2, 1));
        assert!(received.spent < AWAY, "{} of CPU time for {} bytes", received.spent, received.bytes);
    }
}
