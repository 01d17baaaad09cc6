//! One event, and its fixed encoding of four 64-bit words: small enough for a ring in shared memory, the same
//! on the wire.

use crate::state::{Outcome, State};
use crate::units::{CoreId, LockId, Ns, Stamp, TaskId, TurnLength, WorkerId};

/// Bytes of one encoded event.
pub const EVENT_BYTES: usize = 32;
/// Words of one encoded event.
pub const EVENT_WORDS: usize = EVENT_BYTES / 8;

/// An event with its instant, who saw it, and on which core that was.
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
/// Durations count back from (`ago`, `spent`) or forward to (`due`) its own instant.
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
        /// For `running`: the reason for waiting was gone this long ago, and the task was `ready` since.
        ago: Ns,
        /// For waits with a known end: the deadline lies this far ahead.
        due: Option<Ns>,
    },
    /// The task, computing, finds that its worker had stood still: off its core for the last `spent`.
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
        /// Whether the holder would rather have gone on (a forced switch): a waiter had asked for the lock, or its ticks were
        /// used up; or it let go by itself, to wait.
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
        /// Who waits on.
        task: TaskId,
    },
    /// Whoever held the lock died with it: it is taken from the dead, by the next one that takes it.
    LockAbandoned {
        /// Which lock.
        lock: LockId,
    },
    /// A payload was serialized and sent, or received and read.
    Copied {
        /// Whose.
        task: TaskId,
        /// To the worker, or back.
        direction: Direction,
        /// How many bytes.
        bytes: u64,
        /// The time that took, up to now.
        spent: Ns,
    },
    /// So many events before this one did not fit and are lost.
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
    /// It is no more.
    Gone = 3,
}

impl Switch {
    /// The one with this number.
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

/// 48 bits: 78 hours in nanoseconds, the longest `ago` or `spent` that is kept exactly.
const LOW: u64 = (1 << 48) - 1;
/// The `due` of an event that has none.
const NEVER: u64 = u64::MAX;
const NO_TASK: TaskId = TaskId(u32::MAX);

impl Stamped {
    /// Who stamps what is no worker's: the kernel.
    pub const NO_WORKER: WorkerId = WorkerId(u16::MAX);
    /// The core of an event whose maker did not look.
    pub const NO_CORE: CoreId = CoreId(u16::MAX);

    /// That the whole run stood still from one instant to the other.
    pub fn suspended(from: Stamp, to: Stamp) -> Stamped {
        let event = Event::Suspended { spent: to.since(from) };
        Stamped { at: to, worker: Stamped::NO_WORKER, core: Stamped::NO_CORE, event }
    }

    /// As four words.
    pub fn encode(&self) -> [u64; EVENT_WORDS] {
        let core = u64::from(self.core.0) << 48;
        let short = |t: Ns| t.0.min(LOW);
        let (kind, sub, task, a, b) = match self.event {
            Event::Submitted { task } => (0, 0, task, 0, 0),
            Event::Enter { task, state, holds, ago, due } => {
                (1, state.code() | u8::from(holds) << 7, task, short(ago), due.map_or(NEVER, |d| d.0))
            }
            Event::WasOff { task, spent } => (2, 0, task, short(spent), 0),
            Event::Moved { task } => (3, 0, task, 0, 0),
            Event::Ended { task, outcome, signal, cpu } => (4, outcome as u8, task, u64::from(signal), cpu.0),
            Event::WorkerStarting { who, task } => (5, 0, task, u64::from(who.0), 0),
            Event::WorkerStarted { pid, tid } => (6, 0, NO_TASK, u64::from(pid), u64::from(tid)),
            Event::WorkerEnded { who, outcome, signal } => {
                (7, outcome as u8, NO_TASK, u64::from(who.0), u64::from(signal))
            }
            Event::LoopListens => (8, 0, NO_TASK, 0, 0),
            Event::LoopWakes => (9, 0, NO_TASK, 0, 0),
            Event::LockTaken { lock, task, waited } => (10, 0, task, short(waited), u64::from(lock.0)),
            Event::LockReleased { lock, task, forced } => (11, u8::from(forced), task, 0, u64::from(lock.0)),
            Event::DropRequest { lock, task } => (12, 0, task, 0, u64::from(lock.0)),
            Event::LockTimeout { lock, task } => (24, 0, task, 0, u64::from(lock.0)),
            Event::Copied { task, direction, bytes, spent } => (13, direction as u8, task, short(spent), bytes),
            Event::Lost { count } => (14, 0, NO_TASK, 0, count),
            Event::Suspended { spent } => (15, 0, NO_TASK, short(spent), 0),
            Event::LockAbandoned { lock } => (16, 0, NO_TASK, 0, u64::from(lock.0)),
            Event::Switched { tid, switch } => (17, switch as u8, NO_TASK, 0, u64::from(tid)),
            Event::IntervalChanged { length: TurnLength::Time(time) } => (20, 0, NO_TASK, 0, time.0),
            Event::IntervalChanged { length: TurnLength::Ticks(ticks) } => (20, 1, NO_TASK, 0, u64::from(ticks)),
        };
        let head =
            u64::from(kind as u8) | u64::from(sub) << 8 | u64::from(self.worker.0) << 16 | u64::from(task.0) << 32;
        [self.at.0, head, core | a, b]
    }

    /// Back from four words; nothing where they are none.
    pub fn decode(words: [u64; EVENT_WORDS]) -> Option<Stamped> {
        let [at, head, a, b] = words;
        let core = CoreId((a >> 48) as u16);
        let a = a & LOW;
        let (kind, sub) = (head as u8, (head >> 8) as u8);
        let worker = WorkerId((head >> 16) as u16);
        let task = TaskId((head >> 32) as u32);
        let lock = LockId(b as u32);
        let who = WorkerId(a as u16);
        let event = match kind {
            0 => Event::Submitted { task },
            1 => Event::Enter {
                task,
                state: State::from_code(sub & 0x7f)?,
                holds: sub & 0x80 != 0,
                ago: Ns(a),
                due: (b != NEVER).then_some(Ns(b)),
            },
            2 => Event::WasOff { task, spent: Ns(a) },
            3 => Event::Moved { task },
            4 => Event::Ended { task, outcome: Outcome::from_repr(sub)?, signal: a as u8, cpu: Ns(b) },
            5 => Event::WorkerStarting { who, task },
            6 => Event::WorkerStarted { pid: a as u32, tid: b as u32 },
            7 => Event::WorkerEnded { who, outcome: Outcome::from_repr(sub)?, signal: b as u8 },
            8 => Event::LoopListens,
            9 => Event::LoopWakes,
            10 => Event::LockTaken { lock, task, waited: Ns(a) },
            11 => Event::LockReleased { lock, task, forced: sub != 0 },
            12 => Event::DropRequest { lock, task },
            24 => Event::LockTimeout { lock, task },
            13 => {
                let direction = if sub == 0 { Direction::In } else { Direction::Out };
                Event::Copied { task, direction, bytes: b, spent: Ns(a) }
            }
            14 => Event::Lost { count: b },
            15 => Event::Suspended { spent: Ns(a) },
            16 => Event::LockAbandoned { lock },
            17 => Event::Switched { tid: b as u32, switch: Switch::from_repr(sub)? },
            20 if sub == 0 => Event::IntervalChanged { length: TurnLength::Time(Ns(b)) },
            20 => Event::IntervalChanged { length: TurnLength::Ticks(b as u32) },
            _ => return None,
        };
        Some(Stamped { at: Stamp(at), worker, core, event })
    }

    /// Encoded, little-endian, at the end of `out`.
    pub fn write(&self, out: &mut Vec<u8>) {
        for word in self.encode() {
            out.extend_from_slice(&word.to_le_bytes());
        }
    }

    /// Back from [`EVENT_BYTES`] little-endian bytes; nothing where they are none.
    pub fn read(bytes: &[u8]) -> Option<Stamped> {
        let mut words = [0; EVENT_WORDS];
        for (word, chunk) in words.iter_mut().zip(bytes.chunks_exact(8)) {
            *word = u64::from_le_bytes(chunk.try_into().ok()?);
        }
        Stamped::decode(words)
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
        let state = (0u8..=11).prop_map(|n| State::from_code(n).expect("a state"));
        let due = proptest::option::of((0..NEVER).prop_map(Ns));
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

    proptest! {
        #[test]
        fn what_is_written_is_read_back(at in any::<u64>(), worker in any::<u16>(), core in any::<u16>(), event in events(LOW)) {
            let stamped = Stamped { at: Stamp(at), worker: WorkerId(worker), core: CoreId(core), event };
            let mut bytes = Vec::new();
            stamped.write(&mut bytes);
            prop_assert_eq!(bytes.len(), EVENT_BYTES);
            prop_assert_eq!(Stamped::read(&bytes), Some(stamped));
        }

        #[test]
        fn any_bytes_are_an_event_or_nothing(words in any::<[u64; 4]>()) {
            if let Some(stamped) = Stamped::decode(words) {
                prop_assert_eq!(Stamped::decode(stamped.encode()), Some(stamped));
            }
        }
    }
}
