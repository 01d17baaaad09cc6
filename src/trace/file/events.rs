//! How events are packed: each block by itself, so that one can be read without those before it.
//!
//! ```text
//! block   how many events, then each of them
//! event   what happened (low five bits) and which of the next three differ from what was expected (high three),
//!         [worker], [core], [task], time since the event before, then what belongs to what happened
//! switch  the same, with the thread in the place of the task, always there
//! ```
//!
//! Expected are the worker of the event before, and the core, the task and the lock that this worker had last. Workers and
//! threads are numbered as they first appear in the block; the real number follows where one does. Numbers take seven
//! bits a byte, the lowest first; differences have their sign in the lowest bit. Every record comes back as it was, also
//! one that makes no sense: no value is cut off.

use super::super::event::{Direction, Event, Record, Switch};
use crate::state::{Outcome, State};
use crate::units::{CoreId, LockId, Ns, Stamp, TaskId, TurnLength, WorkerId};

/// The most events of one block: reading one never takes more memory than these.
pub(super) const MOST: usize = 1 << 16;

const OTHER_WORKER: u8 = 0x20;
const OTHER_CORE: u8 = 0x40;
const OTHER_TASK: u8 = 0x80;
const WHAT: u8 = 0x1f;
/// The first of four: thread switches, by [`Switch`].
const SWITCHED: u8 = 28;

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
        Worker { number, core: Record::NO_CORE.0, task: 0, lock: 0 }
    }
}

impl Thread {
    fn new(tid: u32) -> Thread {
        Thread { tid, core: Record::NO_CORE.0 }
    }
}

/// Packs events; kept from one block to the next, so that it allocates nothing for long.
#[derive(Debug, Default)]
pub(super) struct Packer {
    workers: Vec<Worker>,
    threads: Vec<Thread>,
    /// The places in these lists, by worker and by thread.
    worker_places: std::collections::HashMap<u16, u32>,
    thread_places: std::collections::HashMap<u32, u32>,
}

impl Packer {
    /// Packs `records`, at most [`MOST`], at the end of `out`.
    pub(super) fn pack(&mut self, records: &[Record], out: &mut Vec<u8>) {
        self.workers.clear();
        self.threads.clear();
        self.worker_places.clear();
        self.thread_places.clear();
        number(out, records.len() as u64);
        let (mut before, mut current) = (0, None::<usize>);
        for record in records {
            let since = record.at.0.wrapping_sub(before);
            before = record.at.0;
            if let Event::Switched { tid, switch } = record.event {
                self.switched(record, tid, switch, since, out);
                continue;
            }
            let place = match current {
                Some(place) if self.workers[place].number == record.worker.0 => place,
                _ => self.place(record.worker.0),
            };
            let first = place == self.workers.len();
            if first {
                self.workers.push(Worker::new(record.worker.0));
            }
            let other = current != Some(place);
            current = Some(place);
            let worker = &mut self.workers[place];
            let (what, task) = what(&record.event);
            let task = task.map_or(worker.task, |t| t.0);
            let mut head = what;
            head |= if other { OTHER_WORKER } else { 0 };
            head |= if worker.core == record.core.0 { 0 } else { OTHER_CORE };
            head |= if worker.task == task { 0 } else { OTHER_TASK };
            out.push(head);
            if other {
                number(out, place as u64);
                if first {
                    number(out, record.worker.0.into());
                }
            }
            if head & OTHER_CORE != 0 {
                number(out, record.core.0.into());
            }
            if head & OTHER_TASK != 0 {
                number(out, sign_low(task.wrapping_sub(worker.task).cast_signed().into()));
            }
            (worker.core, worker.task) = (record.core.0, task);
            number(out, sign_low(since.cast_signed()));
            rest(&record.event, &mut worker.lock, out);
        }
    }

    fn place(&mut self, worker: u16) -> usize {
        let next = self.workers.len() as u32;
        *self.worker_places.entry(worker).or_insert(next) as usize
    }

    fn switched(&mut self, record: &Record, tid: u32, switch: Switch, since: u64, out: &mut Vec<u8>) {
        let next = self.threads.len() as u32;
        let place = *self.thread_places.entry(tid).or_insert(next);
        if place == next {
            self.threads.push(Thread::new(tid));
        }
        let thread = &mut self.threads[place as usize];
        let told = record.worker != Record::NO_WORKER;
        let mut head = SWITCHED + switch as u8;
        head |= if told { OTHER_WORKER } else { 0 };
        head |= if thread.core == record.core.0 { 0 } else { OTHER_CORE };
        out.push(head);
        if told {
            number(out, record.worker.0.into());
        }
        number(out, place.into());
        if place == next {
            number(out, tid.into());
        }
        if head & OTHER_CORE != 0 {
            number(out, record.core.0.into());
        }
        thread.core = record.core.0;
        number(out, sign_low(since.cast_signed()));
    }
}

/// The number of what happened, and to which task.
fn what(event: &Event) -> (u8, Option<TaskId>) {
    match *event {
        Event::Submitted { task } => (0, Some(task)),
        Event::Enter { task, .. } => (1, Some(task)),
        Event::WasOff { task, .. } => (2, Some(task)),
        Event::Moved { task } => (3, Some(task)),
        Event::Ended { task, .. } => (4, Some(task)),
        Event::WorkerStarting { task, .. } => (5, Some(task)),
        Event::WorkerStarted { .. } => (6, None),
        Event::WorkerEnded { .. } => (7, None),
        Event::LoopListens => (8, None),
        Event::LoopWakes => (9, None),
        Event::LockTaken { task, .. } => (10, Some(task)),
        Event::LockReleased { task, forced: false, .. } => (11, Some(task)),
        Event::LockReleased { task, forced: true, .. } => (12, Some(task)),
        Event::DropRequest { task, .. } => (13, Some(task)),
        Event::LockTimeout { task, .. } => (14, Some(task)),
        Event::LockAbandoned { .. } => (15, None),
        Event::Copied { task, direction: Direction::In, .. } => (16, Some(task)),
        Event::Copied { task, direction: Direction::Out, .. } => (17, Some(task)),
        Event::Lost { .. } => (18, None),
        Event::Suspended { .. } => (19, None),
        Event::IntervalChanged { length: TurnLength::Time(_) } => (20, None),
        Event::IntervalChanged { length: TurnLength::Ticks(_) } => (21, None),
        Event::Switched { switch, .. } => (SWITCHED + switch as u8, None),
    }
}

const HOLDS: u8 = 0x10;
const AGO: u8 = 0x20;
const DUE: u8 = 0x40;

/// What belongs to what happened.
fn rest(event: &Event, lock_before: &mut u32, out: &mut Vec<u8>) {
    let mut locked = |lock: LockId, out: &mut Vec<u8>| {
        number(out, sign_low(lock.0.wrapping_sub(*lock_before).cast_signed().into()));
        *lock_before = lock.0;
    };
    match *event {
        Event::Enter { state, holds, ago, due, .. } => {
            let mut how = state as u8;
            how |= if holds { HOLDS } else { 0 };
            how |= if ago > Ns::ZERO { AGO } else { 0 };
            how |= if due.is_some() { DUE } else { 0 };
            out.push(how);
            if ago > Ns::ZERO {
                number(out, ago.0);
            }
            if let Some(due) = due {
                number(out, due.0);
            }
        }
        Event::WasOff { spent, .. } | Event::Suspended { spent } => number(out, spent.0),
        Event::Ended { outcome, signal, cpu, .. } => {
            out.extend([outcome as u8, signal]);
            number(out, cpu.0);
        }
        Event::WorkerStarting { who, .. } => number(out, who.0.into()),
        Event::WorkerStarted { pid, tid } => {
            number(out, pid.into());
            number(out, tid.into());
        }
        Event::WorkerEnded { who, outcome, signal } => {
            number(out, who.0.into());
            out.extend([outcome as u8, signal]);
        }
        Event::LockTaken { lock, waited, .. } => {
            locked(lock, out);
            number(out, waited.0);
        }
        Event::LockReleased { lock, .. }
        | Event::DropRequest { lock, .. }
        | Event::LockTimeout { lock, .. }
        | Event::LockAbandoned { lock } => locked(lock, out),
        Event::Copied { bytes, spent, .. } => {
            number(out, bytes);
            number(out, spent.0);
        }
        Event::Lost { count } => number(out, count),
        Event::IntervalChanged { length: TurnLength::Time(time) } => number(out, time.0),
        Event::IntervalChanged { length: TurnLength::Ticks(ticks) } => number(out, ticks.into()),
        Event::Submitted { .. }
        | Event::Moved { .. }
        | Event::LoopListens
        | Event::LoopWakes
        | Event::Switched { .. } => {}
    }
}

/// The sign in the lowest bit, so that small differences either way are small numbers.
fn sign_low(difference: i64) -> u64 {
    ((difference << 1) ^ (difference >> 63)).cast_unsigned()
}

fn signed(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
}

fn number(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// Bytes that are taken one number at a time; nothing where they are none.
struct Packed<'a> {
    bytes: &'a [u8],
}

impl Packed<'_> {
    #[inline]
    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*byte)
    }

    #[inline]
    fn number(&mut self) -> Option<u64> {
        let first = self.byte()?;
        if first < 0x80 { Some(first.into()) } else { self.long(first) }
    }

    #[inline]
    fn long(&mut self, first: u8) -> Option<u64> {
        let mut n = u64::from(first & 0x7f);
        for shift in (7..64).step_by(7) {
            let byte = self.byte()?;
            // Of the tenth byte only one bit has room.
            if shift == 63 && byte > 1 {
                return None;
            }
            n |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(n);
            }
        }
        None
    }

    fn time(&mut self) -> Option<Ns> {
        self.number().map(Ns)
    }

    fn short(&mut self) -> Option<u16> {
        u16::try_from(self.number()?).ok()
    }

    fn word(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    /// As far from `before` as it says.
    fn near(&mut self, before: u32) -> Option<u32> {
        let difference = i32::try_from(signed(self.number()?)).ok()?;
        Some(before.wrapping_add_signed(difference))
    }

    fn lock(&mut self, before: &mut u32) -> Option<LockId> {
        *before = self.near(*before)?;
        Some(LockId(*before))
    }

    fn outcome(&mut self) -> Option<Outcome> {
        Outcome::from_repr(self.byte()?)
    }
}

/// Unpacks blocks; kept from one to the next, so that it allocates nothing for long.
#[derive(Debug, Default)]
pub(super) struct Unpacker {
    workers: Vec<Worker>,
    threads: Vec<Thread>,
}

impl Unpacker {
    /// Hands every event of the block `bytes` to `each`, in order. Gives back how many there were; nothing where the
    /// bytes are no such block, some of whose events may have been handed over nevertheless.
    pub(super) fn unpack(&mut self, bytes: &[u8], mut each: impl FnMut(Record)) -> Option<usize> {
        self.workers.clear();
        self.threads.clear();
        let mut packed = Packed { bytes };
        let count = usize::try_from(packed.number()?).ok().filter(|count| *count <= MOST)?;
        let (mut at, mut current) = (0u64, 0);
        for _ in 0..count {
            let head = packed.byte()?;
            if head & WHAT >= SWITCHED {
                each(self.switch(head, &mut at, &mut packed)?);
                continue;
            }
            if head & OTHER_WORKER != 0 {
                current = usize::try_from(packed.number()?).ok()?;
                if current == self.workers.len() {
                    self.workers.push(Worker::new(packed.short()?));
                }
            }
            let worker = self.workers.get_mut(current)?;
            if head & OTHER_CORE != 0 {
                worker.core = packed.short()?;
            }
            if head & OTHER_TASK != 0 {
                worker.task = packed.near(worker.task)?;
            }
            at = at.wrapping_add_signed(signed(packed.number()?));
            let event = event(head & WHAT, TaskId(worker.task), &mut worker.lock, &mut packed)?;
            each(Record { at: Stamp(at), worker: WorkerId(worker.number), core: CoreId(worker.core), event });
        }
        packed.bytes.is_empty().then_some(count)
    }

    fn switch(&mut self, head: u8, at: &mut u64, packed: &mut Packed<'_>) -> Option<Record> {
        let switch = Switch::from_repr((head & WHAT) - SWITCHED)?;
        let worker = if head & OTHER_WORKER == 0 { Record::NO_WORKER } else { WorkerId(packed.short()?) };
        let place = usize::try_from(packed.number()?).ok()?;
        if place == self.threads.len() {
            self.threads.push(Thread::new(packed.word()?));
        }
        let thread = self.threads.get_mut(place)?;
        if head & OTHER_CORE != 0 {
            thread.core = packed.short()?;
        }
        *at = at.wrapping_add_signed(signed(packed.number()?));
        let event = Event::Switched { tid: thread.tid, switch };
        Some(Record { at: Stamp(*at), worker, core: CoreId(thread.core), event })
    }
}

#[inline]
fn event(what: u8, task: TaskId, lock: &mut u32, packed: &mut Packed<'_>) -> Option<Event> {
    Some(match what {
        0 => Event::Submitted { task },
        1 => {
            let how = packed.byte()?;
            let state = State::from_repr(how & 0x0f)?;
            let ago = if how & AGO == 0 { Ns::ZERO } else { packed.time()? };
            let due = if how & DUE == 0 { None } else { Some(packed.time()?) };
            Event::Enter { task, state, holds: how & HOLDS != 0, ago, due }
        }
        2 => Event::WasOff { task, spent: packed.time()? },
        3 => Event::Moved { task },
        4 => Event::Ended { task, outcome: packed.outcome()?, signal: packed.byte()?, cpu: packed.time()? },
        5 => Event::WorkerStarting { who: WorkerId(packed.short()?), task },
        6 => Event::WorkerStarted { pid: packed.word()?, tid: packed.word()? },
        7 => {
            let who = WorkerId(packed.short()?);
            Event::WorkerEnded { who, outcome: packed.outcome()?, signal: packed.byte()? }
        }
        8 => Event::LoopListens,
        9 => Event::LoopWakes,
        10 => Event::LockTaken { lock: packed.lock(lock)?, task, waited: packed.time()? },
        11 | 12 => Event::LockReleased { lock: packed.lock(lock)?, task, forced: what == 12 },
        13 => Event::DropRequest { lock: packed.lock(lock)?, task },
        14 => Event::LockTimeout { lock: packed.lock(lock)?, task },
        15 => Event::LockAbandoned { lock: packed.lock(lock)? },
        16 => Event::Copied { task, direction: Direction::In, bytes: packed.number()?, spent: packed.time()? },
        17 => Event::Copied { task, direction: Direction::Out, bytes: packed.number()?, spent: packed.time()? },
        18 => Event::Lost { count: packed.number()? },
        19 => Event::Suspended { spent: packed.time()? },
        20 => Event::IntervalChanged { length: TurnLength::Time(packed.time()?) },
        21 => Event::IntervalChanged { length: TurnLength::Ticks(packed.word()?) },
        _ => return None,
    })
}
