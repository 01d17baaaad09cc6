//! How events are packed: each block by itself, so that one can be read without those before it.
//!
//! ```text
//! block   how many events, the earliest stamp, how much later the latest is; then each event
//! event   its shape (low five bits) and which of the next three differ from what was expected (high three),
//!         [worker], [core], [task], time since the event before, [first figure], [second figure]
//! thread  the same for an event of a thread: shape, [worker], thread, [core], time since the event before,
//!         [first figure]
//! shape   its number in this block; where it is the next new one: kind, detail, and which figures follow
//! ```
//!
//! A **shape** is what an event has besides its numbers: its kind and detail, as the table of kinds has them
//! (`trace::codec`), and which figures stand behind it. Shapes are numbered as they first appear in the block: so most
//! events need no byte for their detail, and a reader that does not know a kind knows how long its events are, and
//! skips them. Shapes from 31 on have a number behind the first byte.
//!
//! A reader expects the worker of the event before, and the core, the task and the lock that this worker had last. For
//! the first event, the earliest stamp counts as the event before. Workers and threads are numbered as they first
//! appear in the block, and there the real number follows. Numbers take seven bits a byte, the lowest first;
//! differences have their sign in the lowest bit. Every event comes back as it was, also one that makes no sense: no
//! value is cut off.

use super::super::event::Stamped;

mod bytes;
pub(super) mod first;
mod owners;
mod pack;
mod unpack;

pub(super) use pack::Packer;
pub(super) use unpack::{Unpacker, span};

/// The most events of one block: reading one never takes more memory than these.
pub(super) const MOST: usize = 1 << 16;

const OTHER_WORKER: u8 = 0x20;
const OTHER_CORE: u8 = 0x40;
const OTHER_TASK: u8 = 0x80;
/// The bits of a shape's number; all of them are set where the number stands behind the first byte.
const SHAPE: u8 = 0x1f;

/// Which figures stand behind an event: the lowest bit for the first, the others for the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Figures(u8);

impl Figures {
    const FIRST: u8 = 1;
    const SECOND: u8 = !Figures::FIRST;
    /// The second figure is 0.
    const NONE: u8 = 0;
    /// The second figure is a number.
    const NUMBER: u8 = 1 << 1;
    /// The second figure is a lock: the difference from the one that the worker had last.
    const LOCK: u8 = 2 << 1;
    /// The second figure is the lock that the worker had last.
    const SAME_LOCK: u8 = 3 << 1;
    /// The second figure is the thread that the event belongs to.
    const THREAD: u8 = 4 << 1;
}

/// What is expected of a worker's next event.
#[derive(Clone, Copy, Debug)]
struct Worker {
    number: u16,
    core: u16,
    task: u32,
    lock: u32,
}

/// What is expected of a thread's next event.
#[derive(Clone, Copy, Debug)]
struct Thread {
    tid: u32,
    core: u16,
}

impl Worker {
    fn new(number: u16) -> Worker {
        Worker { number, core: Stamped::NO_CORE.0, task: 0, lock: 0 }
    }
}

impl Thread {
    fn new(tid: u32) -> Thread {
        Thread { tid, core: Stamped::NO_CORE.0 }
    }
}
