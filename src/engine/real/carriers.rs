//! Where messages are between a `put` and a `get`: in this process where all tasks are in one, in a pipe where they are
//! not.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::os::fd::{BorrowedFd, RawFd};
use std::sync::{Arc, Mutex, PoisonError};

use super::memory;
use super::shared::{Shared, SharedQueue};
use crate::machine::sys;
use crate::plan::Plan;
use crate::state::{Failure, PlanFault};
use crate::units::{QueueId, Stamp};

/// What a message carries. It is not copied where sender and receiver share their memory.
pub(super) type Payload = Arc<[u8]>;

/// A message in a queue.
pub(super) struct Message {
    /// When it was put in.
    pub(super) at: Stamp,
    /// What it carries.
    pub(super) payload: Payload,
}

/// Messages in this process, in order.
#[derive(Default)]
pub(super) struct Messages(Mutex<VecDeque<Message>>);

impl Messages {
    /// Appends one.
    pub(super) fn push(&self, message: Message) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(message);
    }

    /// Takes the first one.
    pub(super) fn pop(&self) -> Option<Message> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

/// Where the messages of one queue are.
pub(super) enum Carrier {
    /// In this process, in order.
    Here(Messages),
    /// In a pipe: its reading and its writing end.
    Pipe(RawFd, RawFd),
}

/// The queues of a run, as one process has them: copies are of the same queues, which are there until the process ends.
#[derive(Clone, Copy)]
pub(super) struct Queues {
    carriers: &'static [Carrier],
    names: &'static [String],
}

impl Queues {
    /// The queues of `plan`; `shared` gets to know their room, who puts messages in, and their pipes where workers are
    /// processes.
    ///
    /// # Errors
    /// If the system has no file descriptors left for pipes.
    pub(super) fn create(plan: &Plan, shared: Shared) -> std::io::Result<Queues> {
        let by_value = plan.model.kind.rules().by_value;
        // Serially nobody could make room while a task waits for some.
        let is_bounded = plan.model.kind.rules().many_workers || plan.model.kind.rules().interleaves;
        for ((id, queue), of) in shared.queues().zip(&plan.queues) {
            let room = if is_bounded { u64::from(of.room) } else { u64::MAX };
            let pipe = if by_value { Some(sys::inherited_pipe()?) } else { None };
            queue.set_up(room, shared.putters(id), pipe);
        }
        let names: Vec<String> = plan.queues.iter().map(|queue| queue.name.clone()).collect();
        Ok(Queues::open(shared, names))
    }

    /// The queues that are set up in `shared`, called `names`.
    pub(super) fn open(shared: Shared, names: Vec<String>) -> Queues {
        let carrier = |queue: SharedQueue| match queue.pipe() {
            Some((read, write)) => Carrier::Pipe(read, write),
            None => Carrier::Here(Messages::default()),
        };
        let carriers: Vec<Carrier> = shared.queues().map(|(_, queue)| carrier(queue)).collect();
        Queues { carriers: carriers.leak(), names: names.leak() }
    }

    /// Whether their names are known, if there are any.
    pub(super) fn are_named(&self) -> bool {
        self.names.len() == self.carriers.len()
    }

    /// The name of that queue.
    pub(super) fn name(&self, queue: QueueId) -> String {
        self.names.get(queue.index()).cloned().unwrap_or_default()
    }

    /// Where the messages of that queue are.
    ///
    /// # Errors
    /// If there is no such queue.
    pub(super) fn carrier(self, queue: QueueId) -> Result<&'static Carrier, Failure> {
        self.carriers.get(queue.index()).ok_or_else(no_such_queue)
    }
}

/// The failure of a plan whose step names a queue that does not exist.
pub(super) fn no_such_queue() -> Failure {
    Failure::Plan { fault: PlanFault::Queue }
}

/// A payload that may be more than there is memory for.
const MUCH: u64 = 1 << 24;

/// The payloads that one worker sends: one of each length, made when it is first needed.
#[derive(Default)]
pub(super) struct Payloads(Vec<Payload>);

impl Payloads {
    /// A payload of this many bytes.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub(super) fn of(&mut self, bytes: u64) -> Result<Payload, Failure> {
        if let Some(known) = self.0.iter().find(|payload| payload.len() as u64 == bytes) {
            return Ok(Arc::clone(known));
        }
        // Whoever sends it, the bytes on their way and whoever gets it have one each.
        let needed = bytes.saturating_mul(3);
        if let Some(free) = memory::free().filter(|free| bytes >= MUCH && needed > *free) {
            return Err(Failure::Payload { bytes, free });
        }
        let length = usize::try_from(bytes).unwrap_or(usize::MAX);
        let payload: Payload = (0..length).map(|n| n as u8).collect();
        self.0.push(Arc::clone(&payload));
        Ok(payload)
    }
}

/// Bytes before the payload of a message in a pipe: its length, and when it was put in.
pub(super) const HEAD: usize = 16;

/// These bytes.
pub(super) fn head(length: usize, at: Stamp) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    head[..8].copy_from_slice(&(length as u64).to_le_bytes());
    head[8..].copy_from_slice(&at.0.to_le_bytes());
    head
}

/// An end of a pipe.
pub(super) struct Pipe(pub(super) BorrowedFd<'static>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Ok(rustix::io::write(self.0, bytes)?)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Read for Pipe {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        Ok(rustix::io::read(self.0, into)?)
    }
}

/// Reads the payload of the next message.
///
/// # Errors
/// If the pipe breaks, or there is no memory for it.
pub(super) fn receive_from(pipe: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let mut head = [0; HEAD];
    pipe.read_exact(&mut head)?;
    let length = head.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let mut payload = Vec::new();
    let length = usize::try_from(length).map_err(|_| std::io::ErrorKind::InvalidData)?;
    payload.try_reserve_exact(length).map_err(|_| std::io::ErrorKind::OutOfMemory)?;
    payload.resize(length, 0);
    pipe.read_exact(&mut payload)?;
    Ok(payload)
}
