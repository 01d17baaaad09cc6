//! Locks that several tasks may hold at a time: a limited number of permits, in shared memory. Which worker has how
//! many is kept too, so that those of a dead worker come back.

use std::sync::atomic::{AtomicU64, Ordering};

use super::locks::LOCK_WORDS;
use super::{RELEASES, Shared};
use crate::machine::sys::{self, Bell, SharedMutex};
use crate::units::{Stamp, WorkerId};
use crate::workload::LockIndex;

// Words of a lock that a mutex does not use.
const LIMIT: usize = 2;
const TAKEN: usize = 3;
const WANTED: usize = 4;
const BELL: usize = 5;
const FREE_SINCE: usize = 6;

/// The permits of one lock, as one worker sees them.
#[derive(Clone, Copy)]
pub(in crate::engine::real) struct SharedPermits {
    mutex: SharedMutex,
    words: &'static [AtomicU64; LOCK_WORDS],
    own: &'static AtomicU64,
    releases: &'static AtomicU64,
}

impl SharedPermits {
    fn get(self, at: usize) -> u64 {
        self.words[at].load(Ordering::Relaxed)
    }

    fn set(self, at: usize, value: u64) {
        self.words[at].store(value, Ordering::Relaxed);
    }

    fn taken(self) -> u8 {
        u8::try_from(self.get(TAKEN)).unwrap_or(u8::MAX)
    }

    /// Takes a permit if there is one; returns how many are taken then, and the instant.
    pub(in crate::engine::real) fn try_take(self) -> Option<(u8, Stamp)> {
        self.mutex.lock();
        let taken = self.take_if_free();
        self.mutex.unlock();
        taken
    }

    /// Takes a permit, waiting as long as it takes; returns how many are taken then, and the instant.
    pub(in crate::engine::real) fn take(self) -> (u8, Stamp) {
        let bell = Bell::new(&self.words[BELL]);
        self.mutex.lock();
        loop {
            if let Some(taken) = self.take_if_free() {
                self.mutex.unlock();
                return taken;
            }
            self.set(WANTED, self.get(WANTED) + 1);
            let seen = bell.rings();
            self.mutex.unlock();
            bell.wait(seen);
            self.mutex.lock();
        }
    }

    /// The instant is one at which nobody else takes a permit or gives one back: instants are in the order of the
    /// numbers.
    fn take_if_free(self) -> Option<(u8, Stamp)> {
        if self.get(TAKEN) >= self.get(LIMIT) {
            return None;
        }
        self.set(TAKEN, self.get(TAKEN) + 1);
        self.own.store(self.own.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        Some((self.taken(), sys::now()))
    }

    /// Gives a permit back; returns how many are taken then, and the instant.
    pub(in crate::engine::real) fn give_back(self) -> (u8, Stamp) {
        self.return_some(1)
    }

    /// Gives all permits back that this worker, which is dead, had.
    fn return_all(self) {
        let all = self.own.load(Ordering::Relaxed);
        if all > 0 {
            self.return_some(all);
        }
    }

    fn return_some(self, count: u64) -> (u8, Stamp) {
        let bell = Bell::new(&self.words[BELL]);
        self.mutex.lock();
        let at = sys::now();
        self.own.store(self.own.load(Ordering::Relaxed).saturating_sub(count), Ordering::Relaxed);
        self.set(TAKEN, self.get(TAKEN).saturating_sub(count));
        self.set(FREE_SINCE, at.0);
        let wake = self.get(WANTED).min(count);
        self.set(WANTED, self.get(WANTED) - wake);
        let taken = self.taken();
        self.releases.fetch_add(1, Ordering::AcqRel);
        if wake > 0 {
            bell.count();
        }
        self.mutex.unlock();
        if wake > 0 {
            bell.wake(wake as u32);
        }
        (taken, at)
    }

    /// When a permit was last given back.
    pub(in crate::engine::real) fn free_since(self) -> Stamp {
        Stamp(self.get(FREE_SINCE))
    }

    /// Whether no permit is left now.
    pub(super) fn are_gone(self) -> bool {
        self.get(TAKEN) >= self.get(LIMIT)
    }
}

impl Shared {
    /// Stores how many tasks may hold the lock number `lock` at a time.
    pub(super) fn set_limit(self, lock: usize, limit: u16) {
        if let Some(words) = self.lock_words(LockIndex(lock as u16)) {
            words[LIMIT].store(limit.into(), Ordering::Relaxed);
        }
    }

    /// The permits of that lock as `worker` sees them; nothing where only one task may hold it.
    pub(in crate::engine::real) fn permits(self, lock: LockIndex, worker: WorkerId) -> Option<SharedPermits> {
        let words = self.lock_words(lock).filter(|words| words[LIMIT].load(Ordering::Relaxed) > 1)?;
        let mutex = self.memory.mutex(usize::from(lock.0))?;
        let own = self.layout().permits + worker.index() * usize::from(self.locks()) + usize::from(lock.0);
        Some(SharedPermits { mutex, words, own: self.words.get(own)?, releases: &self.words[RELEASES] })
    }

    /// Gives back what permits `worker`, which is dead, had.
    pub(in crate::engine::real) fn return_permits(self, worker: WorkerId) {
        let all = (0..self.locks()).map(LockIndex).filter_map(|lock| self.permits(lock, worker));
        all.for_each(SharedPermits::return_all);
    }
}
