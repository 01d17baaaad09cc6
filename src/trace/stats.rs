//! What the figures of a run are. Knows nothing of what they are derived from.

use super::aggregate::Activity;
use super::sums::StateSums;
use crate::state::State;
use crate::units::{Ns, Range, TaskId};

/// The figures of a run, up to some instant.
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
    /// How many tasks are over.
    pub ended: usize,
    /// How many of them failed or were killed.
    pub broken: usize,
    /// How many workers were created and executed their first instruction.
    pub spawned: usize,
    /// From the begin of each creation to the worker's first instruction, added up.
    pub spawning: Ns,
    /// Payload bytes that crossed a process boundary.
    pub copied: u64,
    /// CPU time of serializing, sending and reading them.
    pub copying: Ns,
    /// The global lock, summed over processes; nothing where nobody took one.
    pub lock: Option<LockStats>,
    /// Events that are missing.
    pub lost: u64,
}

/// The figures of a global lock.
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
    /// How many waits lasted a whole interval without the waiter asking for the lock.
    pub timeouts: u64,
    /// How many times the holder let go because it was asked.
    pub forced: u64,
    /// How many times the holder let go by itself.
    pub voluntary: u64,
}

/// The longest time for which one task kept the event loop without working.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LongestBlock {
    /// Which task.
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
    /// The state that its last mark says.
    pub state: State,
    /// The activity of that state.
    pub kind: Activity,
    pub(super) holds: bool,
}

impl Overdue {
    /// The activity that it really has: it is ready.
    pub fn ready(&self) -> Activity {
        Activity::of(State::Ready, self.holds)
    }
}
