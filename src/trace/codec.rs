//! Events as numbers. One table says what kinds there are and which numbers each has; the words of a ring, which travel
//! between processes, and the bytes of a file are both made from it. A new event is a row of [`KINDS`] and an arm in
//! each direction.

use super::event::{Direction, Event, Stamped, Switch};
use crate::state::{Outcome, State};
use crate::units::{CoreId, CounterId, LockId, Ns, QueueId, Stamp, TaskId, TurnLength, WorkerId};

/// Bytes of one encoded event.
pub const EVENT_BYTES: usize = 32;
/// Words of one encoded event.
pub const EVENT_WORDS: usize = EVENT_BYTES / 8;

/// An event as numbers. A number that its kind does not use is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Numbers {
    /// The code of its kind: the index of a row of [`KINDS`].
    pub kind: u8,
    /// Which variety of it: a state, an outcome, a direction.
    pub detail: u8,
    /// The task it belongs to; any number where its kind has no task.
    pub task: u32,
    /// The first figure; a ring keeps 48 bits of it.
    pub a: u64,
    /// The second one.
    pub b: u64,
}

/// One row of [`KINDS`]: the name of a kind of events, and what its numbers mean to a file, which leaves out the
/// numbers that a reader expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// Its name, which a file stores beside the code.
    pub name: &'static str,
    /// Whether its events belong to one task.
    pub task: bool,
    /// What its second figure is.
    pub second: Second,
}

/// What a second figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Second {
    /// A number.
    Number = 0,
    /// A lock: mostly the one that the worker had last.
    Lock = 1,
    /// A thread: the event belongs to that thread, and mostly has no worker.
    Thread = 2,
}

const fn kind(name: &'static str, task: bool, second: Second) -> Kind {
    Kind { name, task, second }
}

/// The kinds of events, by their code. A code and the meaning of its numbers never change.
pub(super) const KINDS: [Kind; 27] = [
    kind("submitted", true, Second::Number),
    kind("enter", true, Second::Number),
    kind("was_off", true, Second::Number),
    kind("moved", true, Second::Number),
    kind("ended", true, Second::Number),
    kind("worker_starting", true, Second::Number),
    kind("worker_started", false, Second::Number),
    kind("worker_ended", false, Second::Number),
    kind("loop_listens", false, Second::Number),
    kind("loop_wakes", false, Second::Number),
    kind("lock_taken", true, Second::Lock),
    kind("lock_released", true, Second::Lock),
    kind("drop_request", true, Second::Lock),
    kind("lock_timeout", true, Second::Lock),
    kind("lock_abandoned", false, Second::Lock),
    kind("copied", true, Second::Number),
    kind("lost", false, Second::Number),
    kind("suspended", false, Second::Number),
    kind("interval_changed", false, Second::Number),
    kind("switched", false, Second::Thread),
    kind("put", true, Second::Number),
    kind("got", true, Second::Number),
    kind("queue_closed", false, Second::Number),
    kind("added", true, Second::Number),
    kind("permit_taken", true, Second::Lock),
    kind("permit_released", true, Second::Lock),
    kind("lock_refused", true, Second::Lock),
];

/// The bit in the detail of `enter` which says that the task keeps its worker occupied.
const HOLDS: u8 = 0x80;

/// Why numbers are no event that this version knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strange {
    /// A newer version has more kinds, or more varieties of this one.
    Unknown,
    /// A newer version has more states: here is the event, with [`State::Unknown`] for the state.
    UnknownState(Event),
    /// No version writes such numbers.
    Nonsense,
}

/// 48 bits: 78 hours in nanoseconds, the longest `ago` or `spent` that a ring keeps exactly.
const LOW: u64 = (1 << 48) - 1;

/// Bits of the first figure of `added` that keep a time; those above keep a task.
const GAP_BITS: u32 = Event::LONGEST_GAP.0.count_ones();
/// Bits of the second figure of a message that keep a length; those above keep its number.
const LENGTH_BITS: u32 = Event::MOST_IN_A_QUEUE.count_ones();

/// The second figure of a message.
fn message(number: u64, length: u32) -> u64 {
    number.min(Event::LAST_MESSAGE) << LENGTH_BITS | u64::from(length.min(Event::MOST_IN_A_QUEUE))
}

/// The number of the message in such a figure.
const fn number(figure: u64) -> u64 {
    figure >> LENGTH_BITS
}

/// The length of the queue in such a figure.
const fn length(figure: u64) -> u32 {
    figure as u32 & Event::MOST_IN_A_QUEUE
}

impl Numbers {
    /// The numbers of `event`.
    #[inline]
    pub fn of(event: &Event) -> Numbers {
        let (kind, detail, task, a, b) = match *event {
            Event::Submitted { task } => (0, 0, task.0, 0, 0),
            Event::Enter { task, state, holds, ago, due } => {
                // 0 stands for no deadline, so every deadline is stored as 1 ns more.
                let due = due.map_or(0, |due| due.0.saturating_add(1));
                (1, state.code() | if holds { HOLDS } else { 0 }, task.0, ago.0, due)
            }
            Event::WasOff { task, spent } => (2, 0, task.0, spent.0, 0),
            Event::Moved { task } => (3, 0, task.0, 0, 0),
            Event::Ended { task, outcome, signal, cpu } => (4, outcome as u8, task.0, u64::from(signal), cpu.0),
            Event::WorkerStarting { who, task } => (5, 0, task.0, u64::from(who.0), 0),
            Event::WorkerStarted { pid, tid } => (6, 0, 0, u64::from(pid), u64::from(tid)),
            Event::WorkerEnded { who, outcome, signal } => (7, outcome as u8, 0, u64::from(who.0), u64::from(signal)),
            Event::LoopListens => (8, 0, 0, 0, 0),
            Event::LoopWakes => (9, 0, 0, 0, 0),
            Event::LockTaken { lock, task, waited } => (10, 0, task.0, waited.0, u64::from(lock.0)),
            Event::LockReleased { lock, task, forced } => (11, u8::from(forced), task.0, 0, u64::from(lock.0)),
            Event::DropRequest { lock, task } => (12, 0, task.0, 0, u64::from(lock.0)),
            Event::LockTimeout { lock, task } => (13, 0, task.0, 0, u64::from(lock.0)),
            Event::LockAbandoned { lock } => (14, 0, 0, 0, u64::from(lock.0)),
            Event::Copied { task, direction, bytes, spent } => (15, direction as u8, task.0, spent.0, bytes),
            Event::Lost { count } => (16, 0, 0, 0, count),
            Event::Suspended { spent } => (17, 0, 0, spent.0, 0),
            Event::IntervalChanged { length: TurnLength::Time(time) } => (18, 0, 0, 0, time.0),
            Event::IntervalChanged { length: TurnLength::Ticks(ticks) } => (18, 1, 0, 0, u64::from(ticks)),
            Event::Switched { tid, switch } => (19, switch as u8, 0, 0, u64::from(tid)),
            Event::Put { queue, task, number, length, waited } => {
                (20, queue.0, task.0, waited.0, message(number, length))
            }
            Event::Got { queue, task, number, length, waited } => {
                (21, queue.0, task.0, waited.0, message(number, length))
            }
            Event::QueueClosed { queue } => (22, queue.0, 0, 0, 0),
            Event::Added { counter, task, value, found, overwrote, since } => {
                // 0 stands for nobody.
                let whom = overwrote.map_or(0, |task| u64::from(task.min(Event::LAST_OVERWRITTEN).0) + 1);
                let a = whom << GAP_BITS | since.min(Event::LONGEST_GAP).0;
                (23, counter.0, task.0, a, u64::from(found) << 32 | u64::from(value))
            }
            Event::PermitTaken { lock, task, taken, waited } => (24, taken, task.0, waited.0, u64::from(lock.0)),
            Event::PermitReleased { lock, task, taken } => (25, taken, task.0, 0, u64::from(lock.0)),
            Event::LockRefused { lock, task } => (26, 0, task.0, 0, u64::from(lock.0)),
        };
        Numbers { kind, detail, task, a, b }
    }

    /// The event that these numbers stand for.
    ///
    /// # Errors
    /// If this version knows no such event.
    #[expect(clippy::inline_always, reason = "once an event; as calls they cost a tenth of opening a file")]
    #[inline(always)]
    pub fn event(self) -> Result<Event, Strange> {
        let Numbers { kind, detail, task, a, b } = self;
        let task = TaskId(task);
        let word = |n: u64| u32::try_from(n).map_err(|_| Strange::Nonsense);
        let byte = |n: u64| u8::try_from(n).map_err(|_| Strange::Nonsense);
        let worker = |n: u64| u16::try_from(n).map(WorkerId).map_err(|_| Strange::Nonsense);
        let lock = || word(b).map(LockId);
        // An unknown outcome is kept as such: it still says that the task or the worker is over.
        let outcome = Outcome::from_repr(detail).unwrap_or(Outcome::Unknown);
        Ok(match kind {
            0 => Event::Submitted { task },
            1 => {
                let state = State::from_code(detail & !HOLDS);
                let (holds, ago, due) = (detail & HOLDS != 0, Ns(a), b.checked_sub(1).map(Ns));
                let event = Event::Enter { task, state: state.unwrap_or(State::Unknown), holds, ago, due };
                return if state.is_some() { Ok(event) } else { Err(Strange::UnknownState(event)) };
            }
            2 => Event::WasOff { task, spent: Ns(a) },
            3 => Event::Moved { task },
            4 => Event::Ended { task, outcome, signal: byte(a)?, cpu: Ns(b) },
            5 => Event::WorkerStarting { who: worker(a)?, task },
            6 => Event::WorkerStarted { pid: word(a)?, tid: word(b)? },
            7 => Event::WorkerEnded { who: worker(a)?, outcome, signal: byte(b)? },
            8 => Event::LoopListens,
            9 => Event::LoopWakes,
            10 => Event::LockTaken { lock: lock()?, task, waited: Ns(a) },
            11 => Event::LockReleased { lock: lock()?, task, forced: detail != 0 },
            12 => Event::DropRequest { lock: lock()?, task },
            13 => Event::LockTimeout { lock: lock()?, task },
            14 => Event::LockAbandoned { lock: lock()? },
            15 => {
                let direction = match detail {
                    0 => Direction::In,
                    1 => Direction::Out,
                    _ => return Err(Strange::Unknown),
                };
                Event::Copied { task, direction, bytes: b, spent: Ns(a) }
            }
            16 => Event::Lost { count: b },
            17 => Event::Suspended { spent: Ns(a) },
            18 => match detail {
                0 => Event::IntervalChanged { length: TurnLength::Time(Ns(b)) },
                1 => Event::IntervalChanged { length: TurnLength::Ticks(word(b)?) },
                _ => return Err(Strange::Unknown),
            },
            19 => Event::Switched { tid: word(b)?, switch: Switch::from_repr(detail).ok_or(Strange::Unknown)? },
            20 => Event::Put { queue: QueueId(detail), task, number: number(b), length: length(b), waited: Ns(a) },
            21 => Event::Got { queue: QueueId(detail), task, number: number(b), length: length(b), waited: Ns(a) },
            22 => Event::QueueClosed { queue: QueueId(detail) },
            23 => Event::Added {
                counter: CounterId(detail),
                task,
                value: b as u32,
                found: (b >> 32) as u32,
                overwrote: u32::try_from(a >> GAP_BITS).map_err(|_| Strange::Nonsense)?.checked_sub(1).map(TaskId),
                since: Ns(a & Event::LONGEST_GAP.0),
            },
            24 => Event::PermitTaken { lock: lock()?, task, taken: detail, waited: Ns(a) },
            25 => Event::PermitReleased { lock: lock()?, task, taken: detail },
            26 => Event::LockRefused { lock: lock()?, task },
            _ => return Err(Strange::Unknown),
        })
    }
}

impl Stamped {
    /// The event as the four words of a ring. A first figure of more than 48 bits becomes the largest that fits.
    #[inline]
    pub fn encode(&self) -> [u64; EVENT_WORDS] {
        let Numbers { kind, detail, task, a, b } = Numbers::of(&self.event);
        let head = u64::from(kind) | u64::from(detail) << 8 | u64::from(self.worker.0) << 16 | u64::from(task) << 32;
        [self.at.0, head, u64::from(self.core.0) << 48 | a.min(LOW), b]
    }

    /// The event in four words; nothing where they are no event that this version knows.
    pub fn decode(words: [u64; EVENT_WORDS]) -> Option<Stamped> {
        let [at, head, a, b] = words;
        let (kind, detail, task) = (head as u8, (head >> 8) as u8, (head >> 32) as u32);
        let event = Numbers { kind, detail, task, a: a & LOW, b }.event().ok()?;
        let (worker, core) = (WorkerId((head >> 16) as u16), CoreId((a >> 48) as u16));
        Some(Stamped { at: Stamp(at), worker, core, event })
    }

    /// The event in four words that somebody wrote. Where this version does not know it, it is counted as one lost
    /// event.
    pub fn told(words: [u64; EVENT_WORDS]) -> Stamped {
        let [at, head, a, _] = words;
        Stamped::decode(words).unwrap_or(Stamped {
            at: Stamp(at),
            worker: WorkerId((head >> 16) as u16),
            core: CoreId((a >> 48) as u16),
            event: Event::Lost { count: 1 },
        })
    }

    /// Appends the encoded event, little-endian, to `out`.
    pub fn write(&self, out: &mut Vec<u8>) {
        for word in self.encode() {
            out.extend_from_slice(&word.to_le_bytes());
        }
    }

    /// As [`Stamped::told`], from little-endian bytes.
    pub fn read(bytes: &[u8; EVENT_BYTES]) -> Stamped {
        let mut words = [0; EVENT_WORDS];
        for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        Stamped::told(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::event::tests::events;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_back(at in any::<u64>(), worker in any::<u16>(), core in any::<u16>(), event in events(LOW)) {
            let stamped = Stamped { at: Stamp(at), worker: WorkerId(worker), core: CoreId(core), event };
            let mut bytes = Vec::new();
            stamped.write(&mut bytes);
            prop_assert_eq!(bytes.len(), EVENT_BYTES);
            prop_assert_eq!(Stamped::read(bytes.first_chunk().expect("all of it")), stamped);
        }

        #[test]
        fn any_bytes_are_an_event_or_nothing(words in any::<[u64; 4]>()) {
            if let Some(stamped) = Stamped::decode(words) {
                prop_assert_eq!(Stamped::decode(stamped.encode()), Some(stamped));
            }
        }

        #[test]
        fn numbers_are_where_their_row_says(event in events(u64::MAX)) {
            let numbers = Numbers::of(&event);
            let kind = KINDS[usize::from(numbers.kind)];
            prop_assert_eq!(numbers.event(), Ok(event));
            // A file leaves out the task of a kind that has none, and stores 32 bits of a lock or a thread: nothing may
            // be lost.
            prop_assert!(kind.task || numbers.task == 0);
            if kind.second != Second::Number {
                prop_assert!(u32::try_from(numbers.b).is_ok());
            }
        }
    }

    #[test]
    fn what_nobody_knows_is_counted_as_lost() {
        let words = [7, 0xff | 2 << 16, 3 << 48, 0];
        let event = Event::Lost { count: 1 };
        let lost = Stamped { at: Stamp(7), worker: WorkerId(2), core: CoreId(3), event };
        assert_eq!((Stamped::decode(words), Stamped::told(words)), (None, lost));
    }

    #[test]
    fn names_are_words_and_each_has_one_kind() {
        let names: std::collections::BTreeSet<&str> = KINDS.iter().map(|kind| kind.name).collect();
        assert_eq!(names.len(), KINDS.len());
        assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')));
    }

    #[test]
    fn what_a_newer_version_adds_is_told_apart_from_nonsense() {
        let numbers = |kind, detail, a, b| Numbers { kind, detail, task: 3, a, b }.event();
        assert_eq!(numbers(KINDS.len() as u8, 0, 0, 0), Err(Strange::Unknown));
        assert_eq!(numbers(15, 2, 0, 0), Err(Strange::Unknown));
        assert_eq!(numbers(19, 4, 0, 7), Err(Strange::Unknown));
        assert_eq!(numbers(19, 0, 0, 1 << 32), Err(Strange::Nonsense));
        let enter = Event::Enter { task: TaskId(3), state: State::Unknown, holds: true, ago: Ns(5), due: None };
        assert_eq!(numbers(1, HOLDS | 0x55, 5, 0), Err(Strange::UnknownState(enter)));
    }
}
