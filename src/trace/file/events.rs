//! How events are packed: each block by itself, so that one can be read without those before it.
//!
//! ```text
//! block   how many events, then each of them
//! event   what happened (low five bits) and which of the next three differ from what was expected (high three),
//!         [worker], [core], [task], time since the event before, then what belongs to what happened
//! switch  the same without a task: what happened, [worker], thread, [core], time since the event before
//! ```
//!
//! Expected are the worker of the event before, and the core, the task and the lock that this worker had last. Workers and
//! threads are numbered as they first appear in the block; the real number follows where one does. Numbers take seven
//! bits a byte, the lowest first; differences have their sign in the lowest bit. Every record comes back as it was, also
//! one that makes no sense: no value is cut off.

use super::super::event::Stamped;

mod pack;
mod unpack;

pub(super) use pack::Packer;
pub(super) use unpack::Unpacker;

/// The most events of one block: reading one never takes more memory than these.
pub(super) const MOST: usize = 1 << 16;

const OTHER_WORKER: u8 = 0x20;
const OTHER_CORE: u8 = 0x40;
const OTHER_TASK: u8 = 0x80;
const WHAT: u8 = 0x1f;
/// The first of four: switches of threads, by the number of each way.
const SWITCHED: u8 = 28;
// How a task goes on: its state in the low four bits, and what stands behind it.
const HOLDS: u8 = 0x10;
const AGO: u8 = 0x20;
const DUE: u8 = 0x40;

/// What is expected of a worker's next event.
#[derive(Clone, Copy, Debug)]
struct Worker {
    number: u16,
    core: u16,
    task: u32,
    lock: u32,
}

/// What is expected of a thread's next switch.
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
