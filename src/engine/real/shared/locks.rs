//! The locks of a run, in shared memory: which task holds each, since when it is free, and what each task waits for.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{LINE, RELEASES, Shared};
use crate::interpreter::Depth;
use crate::machine::sys::{SharedMutex, Taken};
use crate::units::{Ns, QueueId, Stamp, TaskId};
use crate::workload::LockIndex;

/// Words that describe a lock, beside its mutex.
pub(super) const LOCK_WORDS: usize = LINE;
const HOLDER: usize = 0;
const RELEASED: usize = 1;

/// Something that a task waits for another task to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine::real) enum Waits {
    /// The holder must let go of this lock.
    Lock(LockIndex),
    /// At least this task must end. The waiting task meanwhile goes round in this many nested `repeat until`.
    Task(TaskId, Depth),
    /// Somebody must give a permit of this lock back.
    Permit(LockIndex),
    /// Somebody must take a message out of this queue.
    Room(QueueId),
    /// Somebody must put a message into this queue.
    Message(QueueId),
    /// Somebody must read what is in the pipe of this queue: a message has more bytes than the pipe has room for.
    Pipe(QueueId),
}

impl Waits {
    fn encode(self) -> u64 {
        match self {
            Waits::Lock(lock) => 1 << 32 | u64::from(lock.0),
            Waits::Task(task, depth) => u64::from(depth) << 40 | 2 << 32 | u64::from(task.0),
            Waits::Permit(lock) => 3 << 32 | u64::from(lock.0),
            Waits::Room(queue) => 4 << 32 | u64::from(queue.0),
            Waits::Message(queue) => 5 << 32 | u64::from(queue.0),
            Waits::Pipe(queue) => 6 << 32 | u64::from(queue.0),
        }
    }

    fn decode(word: u64) -> Option<Waits> {
        match word >> 32 & 0xff {
            1 => Some(Waits::Lock(LockIndex(word as u16))),
            2 => Some(Waits::Task(TaskId(word as u32), (word >> 40) as u8)),
            3 => Some(Waits::Permit(LockIndex(word as u16))),
            4 => Some(Waits::Room(QueueId(word as u8))),
            5 => Some(Waits::Message(QueueId(word as u8))),
            6 => Some(Waits::Pipe(QueueId(word as u8))),
            _ => None,
        }
    }
}

/// One lock.
#[derive(Clone, Copy)]
pub(in crate::engine::real) struct SharedLock {
    mutex: SharedMutex,
    words: &'static [AtomicU64; LOCK_WORDS],
    /// Counts the releases of all locks together.
    releases: &'static AtomicU64,
}

impl SharedLock {
    /// Takes the lock for `task`, which is inside `depth` `repeat until` loops, if no task has it.
    pub(in crate::engine::real) fn try_take(self, task: TaskId, depth: Depth) -> Option<Taken> {
        let taken = self.mutex.try_lock()?;
        self.note_taken(task, depth);
        Some(taken)
    }

    /// From when on its present holder, who came for it at `came` and found it free, has it: later than the one before.
    pub(in crate::engine::real) fn held_since(self, came: Stamp) -> Stamp {
        came.max(self.released() + Ns(1))
    }

    /// Takes the lock for `task`, which is inside `depth` `repeat until` loops, waiting as long as it takes.
    pub(in crate::engine::real) fn take(self, task: TaskId, depth: Depth) -> Taken {
        let taken = self.mutex.lock();
        self.note_taken(task, depth);
        taken
    }

    /// Lets go of it, at the instant `at`.
    pub(in crate::engine::real) fn let_go(self, at: Stamp) {
        self.note_free(at);
        self.mutex.unlock();
    }

    /// Stores that `task`, inside `depth` `repeat until` loops, has the lock: for a lock that is an event loop's, not
    /// the mutex here.
    pub(in crate::engine::real) fn note_taken(self, task: TaskId, depth: Depth) {
        self.words[HOLDER].store(u64::from(depth) << 40 | (u64::from(task.0) + 1), Ordering::Release);
    }

    /// Stores that no task has the lock any more, since `at`.
    pub(in crate::engine::real) fn note_free(self, at: Stamp) {
        self.releases.fetch_add(1, Ordering::AcqRel);
        self.words[RELEASED].store(at.0, Ordering::Relaxed);
        self.words[HOLDER].store(0, Ordering::Release);
    }

    /// The task that has the lock, and its depth when it took it.
    fn holder(self) -> Option<(TaskId, Depth)> {
        let word = self.words[HOLDER].load(Ordering::Acquire);
        let task = (word & 0xff_ffff_ffff).checked_sub(1)?;
        Some((TaskId(task as u32), (word >> 40) as u8))
    }

    /// When a task last let go of it.
    pub(in crate::engine::real) fn released(self) -> Stamp {
        Stamp(self.words[RELEASED].load(Ordering::Relaxed))
    }
}

impl Shared {
    /// The lock of that number.
    pub(in crate::engine::real) fn lock(self, lock: LockIndex) -> Option<SharedLock> {
        let mutex = self.memory.mutex(usize::from(lock.0))?;
        self.lock_words(lock).map(|words| SharedLock { mutex, words, releases: &self.words[RELEASES] })
    }

    /// The words of that lock.
    pub(super) fn lock_words(self, lock: LockIndex) -> Option<&'static [AtomicU64; LOCK_WORDS]> {
        let from = self.layout().locks + usize::from(lock.0) * LOCK_WORDS;
        self.words.get(from..from + LOCK_WORDS).filter(|_| lock.0 < self.locks())?.first_chunk()
    }

    /// Stores what `task` waits for, or that it waits no more.
    pub(in crate::engine::real) fn set_waits(self, task: TaskId, waits: Option<Waits>) {
        if let Some(place) = self.words.get(self.waits_at() + task.index()) {
            place.store(waits.map_or(0, Waits::encode), Ordering::Release);
        }
    }

    /// What `task` waits for.
    pub(in crate::engine::real) fn waits(self, task: TaskId) -> Option<Waits> {
        Waits::decode(self.words.get(self.waits_at() + task.index())?.load(Ordering::Acquire))
    }

    /// What `task` waits for, and which task must do it. `None` where `task` does not wait, or where the lock's holder
    /// goes round in a loop and lets go of the lock at the end of its present round.
    pub(in crate::engine::real) fn waits_for(self, task: TaskId) -> Option<(Waits, TaskId)> {
        let waits = self.waits(task)?;
        match waits {
            Waits::Task(other, _) => Some((waits, other)),
            // Any of several tasks can end such a wait.
            Waits::Permit(_) | Waits::Room(_) | Waits::Message(_) | Waits::Pipe(_) => None,
            Waits::Lock(lock) => {
                let (holder, taken) = self.lock(lock)?.holder()?;
                let lets_go = matches!(self.waits(holder), Some(Waits::Task(_, depth)) if depth <= taken);
                (!lets_go).then_some((waits, holder))
            }
        }
    }

    /// How many tasks wait for a lock whose holder waits itself. Tasks in a circle of waits, and tasks behind a circle,
    /// are not counted: nothing can set them free.
    pub(super) fn waiting_for_locks(self) -> usize {
        let tasks = if self.locks() == 0 { 0 } else { self.tasks() as u32 };
        let waits = |task: &TaskId| {
            let for_lock = matches!(self.waits(*task), Some(Waits::Lock(_)));
            for_lock && !self.is_over(*task) && self.chain(*task).is_some_and(|links| links > 1)
        };
        (0..tasks).map(TaskId).filter(waits).count()
    }

    /// How many waits lead from `task` to a task that waits for nobody; `None` if they lead into a circle.
    fn chain(self, task: TaskId) -> Option<usize> {
        let mut at = task;
        for links in 0..self.tasks() {
            match self.waits_for(at) {
                Some((_, next)) => at = next,
                None => return Some(links),
            }
        }
        None
    }

    pub(super) fn is_over(self, task: TaskId) -> bool {
        self.first_missing(&[task]).is_none()
    }
}
