//! Events as format 1 packed them: read only.
//!
//! ```text
//! block   how many events, then each of them
//! event   what happened (low five bits) and which of the next three differ from what was expected (high three),
//!         [worker], [core], [task], time since the event before, then what belongs to what happened
//! switch  the same without a task: what happened, [worker], thread, [core], time since the event before
//! ```
//!
//! What happened and states are plain numbers here, without a name: a reader must know each.

use super::super::super::event::{Direction, Event, Stamped, Switch};
use super::MOST;
use super::bytes::Packed;
use super::owners::{OfThread, Owners};
use crate::state::{Outcome, State};
use crate::units::{CoreId, LockId, Ns, Stamp, TaskId, TurnLength, WorkerId};

const WHAT: u8 = 0x1f;
/// The first of four numbers for switches of threads, one for each [`Switch`].
const SWITCHED: u8 = 28;
// Of the byte that says how a task goes on: the low four bits are its state, these say more and what stands behind it.
const HOLDS: u8 = 0x10;
const AGO: u8 = 0x20;
const DUE: u8 = 0x40;

impl Packed<'_> {
    fn time(&mut self) -> Option<Ns> {
        self.number().map(Ns)
    }

    fn lock(&mut self, before: &mut u32) -> Option<LockId> {
        *before = self.near(*before)?;
        Some(LockId(*before))
    }

    fn outcome(&mut self) -> Option<Outcome> {
        Outcome::from_repr(self.byte()?)
    }
}

/// Unpacks blocks. It is used for many of them: its memory is kept, so that it soon allocates nothing more.
#[derive(Debug, Default)]
pub(in crate::trace::file) struct Unpacker {
    owners: Owners,
}

impl Unpacker {
    /// Hands every event of the block `bytes` to `each`, in order. Returns how many there were; nothing where the bytes
    /// are no such block, though some events may have been handed over by then.
    pub(in crate::trace::file) fn unpack(&mut self, bytes: &[u8], mut each: impl FnMut(Stamped)) -> Option<usize> {
        self.owners.clear();
        let mut packed = Packed { bytes };
        let count = usize::try_from(packed.number()?).ok().filter(|count| *count <= MOST)?;
        let mut at = 0;
        for _ in 0..count {
            let head = packed.byte()?;
            if head & WHAT >= SWITCHED {
                each(self.switch(head, &mut at, &mut packed)?);
                continue;
            }
            let worker = self.owners.worker(head, &mut packed)?;
            at = packed.after(at)?;
            let event = event(head & WHAT, TaskId(worker.task), &mut worker.lock, &mut packed)?;
            each(Stamped { at: Stamp(at), worker: WorkerId(worker.number), core: CoreId(worker.core), event });
        }
        packed.bytes.is_empty().then_some(count)
    }

    fn switch(&mut self, head: u8, at: &mut u64, packed: &mut Packed<'_>) -> Option<Stamped> {
        let switch = Switch::from_repr((head & WHAT) - SWITCHED)?;
        let OfThread { worker, core, tid } = self.owners.thread(head, packed)?;
        *at = packed.after(*at)?;
        let event = Event::Switched { tid, switch };
        Some(Stamped { at: Stamp(*at), worker: WorkerId(worker), core: CoreId(core), event })
    }
}

#[inline]
fn event(what: u8, task: TaskId, lock: &mut u32, packed: &mut Packed<'_>) -> Option<Event> {
    Some(match what {
        0 => Event::Submitted { task },
        1 => {
            let how = packed.byte()?;
            let state = State::from_code(how & 0x0f)?;
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
