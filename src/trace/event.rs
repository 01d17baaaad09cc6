//! What can happen in a run.

use crate::state::{Outcome, State};
use crate::units::{CoreId, LockId, Ns, Stamp, TaskId, TurnLength, WorkerId};

/// An event with its instant, the worker that recorded it, and the core on which it was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamped {
    /// When.
    pub at: Stamp,
    /// By which worker. The dispatcher and the collector have the number after the last worker's.
    pub worker: WorkerId,
    /// On which core; [`Stamped::NO_CORE`] where nobody looked.
    pub core: CoreId,
    /// What.
    pub event: Event,
}

/// What happened.
///
/// `ago`, `spent` and `waited` count back from the event's own instant; `due` counts forward from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The task is submitted: it is `queued` from now.
    Submitted {
        /// Which.
        task: TaskId,
    },
    /// The task is in `state` from now.
    Enter {
        /// Which.
        task: TaskId,
        /// Its new state.
        state: State,
        /// Whether it keeps its worker occupied meanwhile.
        holds: bool,
        /// For `running`: the task's wait was over this long ago, and the task has been `ready` since.
        ago: Ns,
        /// For waits with a known end: the deadline lies this far ahead.
        due: Option<Ns>,
    },
    /// The task computes, and finds that its worker was off its core for the last `spent`.
    WasOff {
        /// Which.
        task: TaskId,
        /// For how long, up to now.
        spent: Ns,
    },
    /// The task computes on another core from now (the one it is stamped with).
    Moved {
        /// Which.
        task: TaskId,
    },
    /// The task is over.
    Ended {
        /// Which.
        task: TaskId,
        /// How.
        outcome: Outcome,
        /// The signal that killed its worker; 0 if none did.
        signal: u8,
        /// CPU time of its worker so far.
        cpu: Ns,
    },
    /// The creation of the worker begins.
    WorkerStarting {
        /// Which; not necessarily the one that says this.
        who: WorkerId,
        /// The task that waits for it.
        task: TaskId,
    },
    /// The worker's first instruction.
    WorkerStarted {
        /// Its process.
        pid: u32,
        /// Its thread.
        tid: u32,
    },
    /// The worker is gone.
    WorkerEnded {
        /// Which; not necessarily the one that says this.
        who: WorkerId,
        /// How.
        outcome: Outcome,
        /// The signal that killed it; 0 if none did.
        signal: u8,
    },
    /// The event loop has nothing to run and listens.
    LoopListens,
    /// The event loop wakes up.
    LoopWakes,
    /// The lock has a new holder, which had waited.
    LockTaken {
        /// Which lock.
        lock: LockId,
        /// By which task.
        task: TaskId,
        /// For how long it had waited.
        waited: Ns,
    },
    /// The holder lets go of the lock.
    LockReleased {
        /// Which lock.
        lock: LockId,
        /// Which task held it.
        task: TaskId,
        /// True for a forced switch: a waiter had asked for the lock, or the holder's ticks were used up. False where
        /// the holder let go by itself, to wait.
        forced: bool,
    },
    /// A waiter, having waited a whole interval, asks the holder to let go.
    DropRequest {
        /// Which lock.
        lock: LockId,
        /// Who asks.
        task: TaskId,
    },
    /// A waiter has waited a whole interval and does not ask: another has asked, or the lock went to another meanwhile.
    /// Once for each wait, so that thousands of waiters do not fill the trace.
    LockTimeout {
        /// Which lock.
        lock: LockId,
        /// The task that goes on waiting.
        task: TaskId,
    },
    /// The holder died while it held the lock: the next task to take the lock takes it from the dead one.
    LockAbandoned {
        /// Which lock.
        lock: LockId,
    },
    /// A payload was serialized and sent, or received and read.
    Copied {
        /// The task that the payload belongs to.
        task: TaskId,
        /// To the worker, or back.
        direction: Direction,
        /// How many bytes.
        bytes: u64,
        /// CPU time of that, on both sides. (The time until now in runs of versions before this one.)
        spent: Ns,
    },
    /// `count` events before this one did not fit and are lost.
    Lost {
        /// How many.
        count: u64,
    },
    /// The whole run stood still (was suspended) for `spent`, up to now.
    Suspended {
        /// For how long.
        spent: Ns,
    },
    /// The global lock has another interval from now: a dial was turned.
    IntervalChanged {
        /// The new one.
        length: TurnLength,
    },
    /// The kernel put the thread on a core (the one it is stamped with), or took it off. By the kernel's record.
    Switched {
        /// The kernel's number of the thread.
        tid: u32,
        /// Which way.
        switch: Switch,
    },
}

/// What the kernel did with a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Switch {
    /// It is on the core from now.
    In = 0,
    /// It left the core to wait.
    Blocked = 1,
    /// It was taken off the core, and could have gone on.
    Preempted = 2,
    /// It has ended.
    Gone = 3,
}

impl Switch {
    /// The switch with this number.
    pub const fn from_repr(n: u8) -> Option<Switch> {
        Some(match n {
            0 => Switch::In,
            1 => Switch::Blocked,
            2 => Switch::Preempted,
            3 => Switch::Gone,
            _ => return None,
        })
    }
}

/// The way a payload went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Arguments, to the worker.
    In,
    /// Results, from it.
    Out,
}

impl Stamped {
    /// The worker of an event that no worker recorded, such as those of the kernel's record.
    pub const NO_WORKER: WorkerId = WorkerId(u16::MAX);
    /// The core of an event for which nobody looked at the core.
    pub const NO_CORE: CoreId = CoreId(u16::MAX);

    /// The event which says that the whole run stood still from `from` to `to`.
    pub fn suspended(from: Stamp, to: Stamp) -> Stamped {
        let event = Event::Suspended { spent: to.since(from) };
        Stamped { at: to, worker: Stamped::NO_WORKER, core: Stamped::NO_CORE, event }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Any event, with no duration that reaches back or forward by more than `longest`.
    pub(in crate::trace) fn events(longest: u64) -> impl Strategy<Value = Event> {
        let task = any::<u32>().prop_map(TaskId);
        let who = any::<u16>().prop_map(WorkerId);
        let lock = any::<u32>().prop_map(LockId);
        let short = (0..=longest).prop_map(Ns);
        let outcome = (0u8..4).prop_map(|n| Outcome::from_repr(n).expect("an outcome"));
        let state = (0u8..=12).prop_map(|n| State::from_code(n).expect("a state"));
        let due = proptest::option::of((0..u64::MAX).prop_map(Ns));
        let direction = prop_oneof![Just(Direction::In), Just(Direction::Out)];
        prop_oneof![
            task.clone().prop_map(|task| Event::Submitted { task }),
            (task.clone(), state, any::<bool>(), short.clone(), due)
                .prop_map(|(task, state, holds, ago, due)| Event::Enter { task, state, holds, ago, due }),
            (task.clone(), short.clone()).prop_map(|(task, spent)| Event::WasOff { task, spent }),
            task.clone().prop_map(|task| Event::Moved { task }),
            (task.clone(), outcome.clone(), any::<u8>(), any::<u64>().prop_map(Ns))
                .prop_map(|(task, outcome, signal, cpu)| Event::Ended { task, outcome, signal, cpu }),
            (who.clone(), task.clone()).prop_map(|(who, task)| Event::WorkerStarting { who, task }),
            (any::<u32>(), any::<u32>()).prop_map(|(pid, tid)| Event::WorkerStarted { pid, tid }),
            (who, outcome, any::<u8>()).prop_map(|(who, outcome, signal)| Event::WorkerEnded { who, outcome, signal }),
            Just(Event::LoopListens),
            Just(Event::LoopWakes),
            (lock.clone(), task.clone(), short.clone()).prop_map(|(lock, task, waited)| Event::LockTaken {
                lock,
                task,
                waited
            }),
            (lock.clone(), task.clone(), any::<bool>()).prop_map(|(lock, task, forced)| Event::LockReleased {
                lock,
                task,
                forced
            }),
            lock.clone().prop_map(|lock| Event::LockAbandoned { lock }),
            (lock.clone(), task.clone()).prop_map(|(lock, task)| Event::DropRequest { lock, task }),
            (lock, task.clone()).prop_map(|(lock, task)| Event::LockTimeout { lock, task }),
            (task, direction, any::<u64>(), short.clone()).prop_map(|(task, direction, bytes, spent)| Event::Copied {
                task,
                direction,
                bytes,
                spent
            }),
            any::<u64>().prop_map(|count| Event::Lost { count }),
            any::<u64>().prop_map(|time| Event::IntervalChanged { length: TurnLength::Time(Ns(time)) }),
            any::<u32>().prop_map(|ticks| Event::IntervalChanged { length: TurnLength::Ticks(ticks) }),
            short.prop_map(|spent| Event::Suspended { spent }),
            (any::<u32>(), 0u8..4).prop_map(|(tid, n)| {
                let switch = Switch::from_repr(n).expect("a switch");
                Event::Switched { tid, switch }
            }),
        ]
    }
}
