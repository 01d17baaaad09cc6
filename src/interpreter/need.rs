//! What an interpreter asks its host for, and what a host answers.

use crate::semantics::Effect;
use crate::units::{CounterId, Ns, QueueId, Stamp, TaskId};
use crate::workload::{Kernel, LockIndex};

/// How many `repeat until` a task is inside of. A lock that it takes in there, it lets go of before it checks again.
pub type Depth = u8;

/// What a task needs next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Need<'p> {
    /// Do this action, with this effect on worker, lock and state. The answer, once it is done, is the one that the
    /// action names, else [`Answer::Done`].
    Step(Action, Effect),
    /// Let go of this lock, the last that it took of those it still holds.
    Release(LockIndex),
    /// Tell what time it is: [`Answer::Instant`].
    Now,
    /// A round of a `repeat` has ended.
    Round,
    /// An interpreter may switch to another thread here.
    Switch,
    /// Tell whether all these tasks are over, or never will be: [`Answer::Over`]. If not, the task goes round once
    /// more, `depth` deep in `repeat until` loops.
    Others {
        /// The tasks that it waits for.
        tasks: &'p [TaskId],
        /// In how many `repeat until` it is, this one included.
        depth: Depth,
    },
    /// Fail: a `retry` goes round for this lock on an event loop, and nobody else can move meanwhile, so that it is never
    /// free.
    Spins(LockIndex),
    /// Nothing: the program is over. Every further question gives this again.
    End {
        /// The value that it has computed.
        value: u64,
        /// Rounds of its innermost repeats.
        laps: u64,
    },
}

/// What a host is to do for a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Action {
    /// Compute: [`Answer::Value`].
    Compute {
        /// With which kernel.
        kernel: Kernel,
        /// How many iterations.
        amount: u64,
        /// Starting from this.
        value: u64,
    },
    /// Wait for a timer of this length.
    Wait(Ns),
    /// Ask the server and wait for its answer.
    Request {
        /// How long after the request the server answers.
        latency: Ns,
        /// Bytes of the answer.
        bytes: u64,
    },
    /// Read this many bytes of the task's own file.
    Read(u64),
    /// Write this many bytes to the task's own file, and wait until they are on the disk.
    Write(u64),
    /// Let other tasks move, once.
    GiveWay,
    /// Take the lock, as long as that takes.
    Take {
        /// Which.
        lock: LockIndex,
        /// In how many `repeat until` the task is.
        depth: Depth,
    },
    /// Take the lock if it is free: [`Answer::Whether`].
    Try {
        /// Which.
        lock: LockIndex,
        /// In how many `repeat until` the task is.
        depth: Depth,
    },
    /// Put a message into a queue.
    Put {
        /// Which.
        queue: QueueId,
        /// How many bytes the message carries.
        bytes: u64,
    },
    /// Take a message out of a queue: [`Answer::Whether`] there was one.
    Get {
        /// Which.
        queue: QueueId,
        /// Whether the task gets one message after the other until the queue is closed and empty. If not, there must
        /// be one.
        each: bool,
    },
    /// Load the value of a counter: [`Answer::Loaded`].
    Load(CounterId),
    /// Store the value that was loaded, and one more.
    Store(CounterId, Loaded),
    /// Add one to a counter in one instruction.
    Increment(CounterId),
}

/// A counter's value as a task has loaded it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// The value.
    pub value: u32,
    /// When.
    pub at: Stamp,
}

impl Action {
    /// How long it takes if nothing is late; `None` where that depends on other tasks or on a disk.
    ///
    /// An answer takes about a nanosecond a byte to arrive. A task that has not gone on by then most likely has it, and
    /// waits for its turn; the server's own stamp says exactly when the answer was sent.
    pub fn due(self) -> Option<Ns> {
        match self {
            Action::Wait(time) => Some(time),
            Action::Request { latency, bytes } => Some(latency + Ns(bytes)),
            Action::Compute { .. } | Action::Read(_) | Action::Write(_) | Action::GiveWay => None,
            Action::Take { .. } | Action::Try { .. } | Action::Put { .. } | Action::Get { .. } => None,
            Action::Load(_) | Action::Store(..) | Action::Increment(_) => None,
        }
    }
}

/// What a host answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    /// It is done. Also the first answer to a new interpreter, which has asked for nothing yet.
    Done,
    /// What was computed.
    Value(u64),
    /// The instant.
    Instant(Stamp),
    /// Whether the tasks are over.
    Over(bool),
    /// Whether there was what the task asked for: the lock was free, or there was a message.
    Whether(bool),
    /// What was loaded.
    Loaded(Loaded),
}
