//! The locks of a run, in shared memory: who holds which, since when they are free, and who waits for what.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{LINE, Shared};
use crate::engine::real::sys::{MUTEX_WORDS, SharedMutex, Taken};
use crate::units::{Stamp, TaskId};
use crate::workload::LockIndex;

/// Words of a lock: the mutex, and a line for what is said of it.
pub(super) const LOCK_WORDS: usize = MUTEX_WORDS + LINE;
const HOLDER: usize = MUTEX_WORDS;
const RELEASED: usize = MUTEX_WORDS + 1;

/// What a task waits for, that others must do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine::real) enum Waits {
    /// To let go of this lock.
    Lock(LockIndex),
    /// To end: this task at least.
    Task(TaskId),
}

/// One lock.
#[derive(Clone, Copy)]
pub(in crate::engine::real) struct SharedLock {
    words: &'static [AtomicU64; LOCK_WORDS],
}

impl SharedLock {
    fn mutex(self) -> SharedMutex {
        SharedMutex::at(self.mutex_words())
    }

    fn mutex_words(self) -> &'static [AtomicU64; MUTEX_WORDS] {
        let words: &'static [AtomicU64] = self.words;
        words.first_chunk().unwrap_or_else(|| unreachable!("a lock begins with its mutex"))
    }

    /// Takes it for `task` if nobody has it.
    pub(in crate::engine::real) fn try_take(self, task: TaskId) -> Option<Taken> {
        let taken = self.mutex().try_lock()?;
        self.note_taken(task);
        Some(taken)
    }

    /// Takes it for `task`, waiting as long as it takes.
    pub(in crate::engine::real) fn take(self, task: TaskId) -> Taken {
        let taken = self.mutex().lock();
        self.note_taken(task);
        taken
    }

    /// Lets go of it, at the instant `at`.
    pub(in crate::engine::real) fn let_go(self, at: Stamp) {
        self.note_free(at);
        self.mutex().unlock();
    }

    /// Says that `task` has it: for a lock that is not the mutex here, but an event loop's.
    pub(in crate::engine::real) fn note_taken(self, task: TaskId) {
        self.words[HOLDER].store(u64::from(task.0) + 1, Ordering::Release);
    }

    /// Says that nobody has it any more, since `at`.
    pub(in crate::engine::real) fn note_free(self, at: Stamp) {
        self.words[RELEASED].store(at.0, Ordering::Relaxed);
        self.words[HOLDER].store(0, Ordering::Release);
    }

    /// Who has it.
    pub(in crate::engine::real) fn holder(self) -> Option<TaskId> {
        self.words[HOLDER].load(Ordering::Acquire).checked_sub(1).map(|task| TaskId(task as u32))
    }

    /// When somebody last let go of it.
    pub(in crate::engine::real) fn released(self) -> Stamp {
        Stamp(self.words[RELEASED].load(Ordering::Relaxed))
    }
}

impl Shared {
    /// Makes all locks, once.
    pub(super) fn create_locks(self) {
        for lock in (0..self.locks()).map(LockIndex).filter_map(|l| self.lock(l)) {
            SharedMutex::create(lock.mutex_words());
        }
    }

    /// The lock of that number.
    pub(in crate::engine::real) fn lock(self, lock: LockIndex) -> Option<SharedLock> {
        let from = self.locks_at() + usize::from(lock.0) * LOCK_WORDS;
        let words = self.words.get(from..from + LOCK_WORDS).filter(|_| lock.0 < self.locks())?;
        words.first_chunk().map(|words| SharedLock { words })
    }

    /// Says what `task` waits for, or that it waits no more.
    pub(in crate::engine::real) fn set_waits(self, task: TaskId, waits: Option<Waits>) {
        let word = match waits {
            None => 0,
            Some(Waits::Lock(lock)) => 1 << 32 | u64::from(lock.0),
            Some(Waits::Task(task)) => 2 << 32 | u64::from(task.0),
        };
        if let Some(place) = self.words.get(self.waits_at() + task.index()) {
            place.store(word, Ordering::Release);
        }
    }

    /// What `task` waits for.
    pub(in crate::engine::real) fn waits(self, task: TaskId) -> Option<Waits> {
        let word = self.words.get(self.waits_at() + task.index())?.load(Ordering::Acquire);
        match word >> 32 {
            1 => Some(Waits::Lock(LockIndex(word as u16))),
            2 => Some(Waits::Task(TaskId(word as u32))),
            _ => None,
        }
    }
}
