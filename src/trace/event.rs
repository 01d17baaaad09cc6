//! What can happen in a run.

use crate::state::{Outcome, State};
use crate::units::{CoreId, CounterId, LockId, Ns, QueueId, Stamp, TaskId, TurnLength, WorkerId};

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
    /// The task has one of the permits of a lock that several tasks may hold at a time.
    PermitTaken {
        /// Which lock.
        lock: LockId,
        /// By which task.
        task: TaskId,
        /// How many permits are taken now; 255 stands for more.
        taken: u8,
        /// For how long it had waited.
        waited: Ns,
    },
    /// The task gives its permit back.
    PermitReleased {
        /// Which lock.
        lock: LockId,
        /// Which task had it.
        task: TaskId,
        /// How many permits are taken now; 255 stands for more.
        taken: u8,
    },
    /// The task tried to take the lock, and found it taken.
    LockRefused {
        /// Which lock.
        lock: LockId,
        /// Which task.
        task: TaskId,
    },
    /// The task has put a message into the queue.
    Put {
        /// Which queue.
        queue: QueueId,
        /// Which task.
        task: TaskId,
        /// Which message of this queue, from 0: the one that is got has the same number.
        number: u64,
        /// How many messages were in the queue after that, as far as [`Event::MOST_IN_A_QUEUE`].
        length: u32,
        /// For how long the task had waited for room.
        waited: Ns,
    },
    /// The task has taken a message out of the queue.
    Got {
        /// Which queue.
        queue: QueueId,
        /// Which task.
        task: TaskId,
        /// Which message of this queue, from 0.
        number: u64,
        /// How many messages were in the queue after that, as far as [`Event::MOST_IN_A_QUEUE`].
        length: u32,
        /// For how long the task had waited for a message.
        waited: Ns,
    },
    /// No task will put anything into the queue any more.
    QueueClosed {
        /// Which queue.
        queue: QueueId,
    },
    /// The task has added one to the counter.
    Added {
        /// Which counter.
        counter: CounterId,
        /// Which task.
        task: TaskId,
        /// The value that it has stored.
        value: u32,
        /// The value that was there until then. If nobody came in between, it is one less.
        found: u32,
        /// Who had stored that value, if it is not the one that this task had loaded: that task's addition is
        /// overwritten.
        overwrote: Option<TaskId>,
        /// For how long the task had the value that it loaded; at most [`Event::LONGEST_GAP`].
        since: Ns,
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

impl Event {
    /// The largest length of a queue that an event keeps; it stands for all that are larger.
    pub const MOST_IN_A_QUEUE: u32 = (1 << 20) - 1;
    /// The largest number of a message that an event keeps.
    pub const LAST_MESSAGE: u64 = (1 << 44) - 1;
    /// The longest time between load and store that an event keeps: 17 seconds.
    pub const LONGEST_GAP: Ns = Ns((1 << 34) - 1);
    /// The last task that an event can name as overwritten; no run has as many tasks.
    pub const LAST_OVERWRITTEN: TaskId = TaskId((1 << 14) - 2);
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
            shared_things(longest),
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

    /// Any event of a queue, a counter or a lock with permits.
    fn shared_things(longest: u64) -> impl Strategy<Value = Event> {
        let message = (any::<u8>(), any::<u32>(), 0..=Event::LAST_MESSAGE, 0..=Event::MOST_IN_A_QUEUE, 0..=longest);
        let overwrote = proptest::option::of((0..=Event::LAST_OVERWRITTEN.0).prop_map(TaskId));
        let addition = (any::<u8>(), any::<u32>(), any::<u32>(), any::<u32>(), overwrote, 0..=Event::LONGEST_GAP.0);
        let permit = (any::<u32>(), any::<u32>(), any::<u8>(), 0..=longest);
        prop_oneof![
            (message, any::<bool>()).prop_map(|((queue, task, number, length, waited), put)| {
                let (queue, task, waited) = (QueueId(queue), TaskId(task), Ns(waited));
                if put {
                    Event::Put { queue, task, number, length, waited }
                } else {
                    Event::Got { queue, task, number, length, waited }
                }
            }),
            any::<u8>().prop_map(|queue| Event::QueueClosed { queue: QueueId(queue) }),
            addition.prop_map(|(counter, task, value, found, overwrote, since)| {
                let (counter, task, since) = (CounterId(counter), TaskId(task), Ns(since));
                Event::Added { counter, task, value, found, overwrote, since }
            }),
            (permit, 0u8..3).prop_map(|((lock, task, taken, waited), which)| {
                let (lock, task, waited) = (LockId(lock), TaskId(task), Ns(waited));
                match which {
                    0 => Event::PermitTaken { lock, task, taken, waited },
                    1 => Event::PermitReleased { lock, task, taken },
                    _ => Event::LockRefused { lock, task },
                }
            }),
        ]
    }
}
