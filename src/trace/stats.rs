//! What the figures of a run are. Knows nothing of what they are derived from.

use super::aggregate::Activity;
use super::sums::StateSums;
use crate::state::State;
use crate::units::{Ns, Range, TaskId};

/// What a run comes to, up to some instant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    /// Up to when, from the first submission.
    pub elapsed: Ns,
    /// Time in each state, over all tasks.
    pub sums: StateSums,
    /// Mean number of tasks executing on a core: cores kept busy.
    pub busy: f64,
    /// Mean number of tasks started and not over.
    pub concurrency: f64,
    /// How many tasks are begun and not over at that instant.
    pub in_flight: usize,
    /// How many tasks are over, and how many of them not as they should.
    pub ended: usize,
    /// How many ended otherwise than done (or stopped).
    pub broken: usize,
    /// Workers that were created, and the time that took in all.
    pub spawned: usize,
    /// From the begin of each creation to the worker's first instruction, added up.
    pub spawning: Ns,
    /// From the first worker's creation to the last one's first instruction.
    pub all_started: Ns,
    /// Payload bytes that crossed a process boundary.
    pub copied: u64,
    /// Time spent on serializing and sending them.
    pub copying: Ns,
    /// The global lock, summed over processes; nothing where nobody took one.
    pub lock: Option<LockStats>,
    /// Events that are missing.
    pub lost: u64,
}

/// What a global lock comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LockStats {
    /// How many there are: one in each process.
    pub instances: usize,
    /// Time held.
    pub held: Ns,
    /// Time that tasks waited for it.
    pub wait: Ns,
    /// How many times it went to another task.
    pub hand_overs: u64,
    /// How many times a waiter asked for it.
    pub drop_requests: u64,
    /// How many waits there were in which a whole interval was over and the waiter did not ask.
    pub timeouts: u64,
    /// How many times the holder let go because it was asked.
    pub forced: u64,
    /// How many times the holder let go by itself.
    pub voluntary: u64,
}

/// The longest time for which one task kept the event loop without working.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LongestBlock {
    /// Who did.
    pub task: TaskId,
    /// When.
    pub range: Range,
    /// How many tasks were ready meanwhile.
    pub ready: usize,
}

/// A task whose wait is overdue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overdue {
    /// Which.
    pub task: TaskId,
    /// Since when.
    pub from: Ns,
    /// The state it is taken to be in.
    pub state: State,
    /// The kind of that.
    pub kind: Activity,
    pub(super) holds: bool,
}

impl Overdue {
    /// What it is.
    pub fn ready(&self) -> Activity {
        Activity::of(State::Ready, self.holds)
    }
}
