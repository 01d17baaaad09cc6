//! The counters of a run, in shared memory: one that all tasks add to, and a copy for each worker, which its tasks add
//! to where nothing is shared.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{LINE, Shared};
use crate::trace::CounterUse;
use crate::units::{CounterId, TaskId, WorkerId};
use crate::workload::Counter;

/// Words of a counter, or of a copy of it: each has a cache line of its own.
pub(super) const COUNTER_WORDS: usize = LINE;
/// The value, and in the upper half the task that stored it, as its number and 1.
const WORD: usize = 0;
/// How many additions the worker of this copy has made, to whichever copy.
const ADDITIONS: usize = 1;

/// A counter as one worker adds to it.
#[derive(Clone, Copy)]
pub(in crate::engine::real) struct SharedCounter {
    word: &'static AtomicU64,
    additions: &'static AtomicU64,
}

/// What was in a counter when a task stored its sum there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine::real) struct Found {
    /// The value.
    pub(in crate::engine::real) value: u32,
    /// Who had stored it; nobody where it was there from the beginning.
    pub(in crate::engine::real) by: Option<TaskId>,
}

fn word(value: u32, by: Option<TaskId>) -> u64 {
    u64::from(by.map_or(0, |task| task.0 + 1)) << 32 | u64::from(value)
}

impl SharedCounter {
    /// Its value now.
    pub(in crate::engine::real) fn load(self) -> u32 {
        self.word.load(Ordering::Acquire) as u32
    }

    /// Stores `value` for `task`, whatever is there; returns what was there. Both happen in one instruction, so that
    /// what is returned is what is overwritten.
    pub(in crate::engine::real) fn store(self, value: u32, task: TaskId) -> Found {
        let found = self.word.swap(word(value, Some(task)), Ordering::AcqRel);
        self.count();
        Found { value: found as u32, by: ((found >> 32) as u32).checked_sub(1).map(TaskId) }
    }

    /// Adds one in one instruction; returns the value that was there.
    pub(in crate::engine::real) fn increment(self) -> u32 {
        let found = self.word.fetch_add(1, Ordering::AcqRel);
        self.count();
        found as u32
    }

    fn count(self) {
        // Only this worker writes here.
        self.additions.store(self.additions.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }
}

impl Shared {
    fn copy(self, counter: CounterId, copy: usize) -> Option<&'static [AtomicU64; COUNTER_WORDS]> {
        let from = self.layout().counters + (copy * self.counter_count() + counter.index()) * COUNTER_WORDS;
        self.words.get(from..from + COUNTER_WORDS).filter(|_| counter.index() < self.counter_count())?.first_chunk()
    }

    /// The counter of that number, as `worker` adds to it: its own copy, or the one that all share.
    pub(in crate::engine::real) fn counter(
        self,
        counter: CounterId,
        worker: WorkerId,
        own: bool,
    ) -> Option<SharedCounter> {
        let of_worker = self.copy(counter, worker.index() + 1)?;
        let word = if own { &of_worker[WORD] } else { &self.copy(counter, 0)?[WORD] };
        Some(SharedCounter { word, additions: &of_worker[ADDITIONS] })
    }

    /// Gives all copies of `counters` their values at first.
    pub(super) fn set_counters(self, counters: &[Counter]) {
        for (id, counter) in (0..).map(CounterId).zip(counters) {
            for copy in (0..=usize::from(self.workers())).filter_map(|n| self.copy(id, n)) {
                copy[WORD].store(word(counter.start, None), Ordering::Relaxed);
            }
        }
    }

    /// What each counter came to, in the plan's order, after a run on `workers` workers; `own` says whether each had
    /// copies of its own.
    pub(in crate::engine::real) fn counter_accounts(self, workers: u16, own: bool) -> Vec<CounterUse> {
        let read = |copy: Option<&[AtomicU64; COUNTER_WORDS]>, at: usize| {
            copy.map_or(0, |words| words[at].load(Ordering::Acquire))
        };
        let account = |id| CounterUse {
            additions: (1..=usize::from(workers)).map(|n| read(self.copy(id, n), ADDITIONS)).sum(),
            value: read(self.copy(id, 0), WORD) as u32,
            copies: if own {
                (1..=usize::from(workers)).map(|n| read(self.copy(id, n), WORD) as u32).collect()
            } else {
                Vec::new()
            },
        };
        (0..self.counter_count() as u8).map(CounterId).map(account).collect()
    }
}
