//! The memory that a runner shares with its worker processes: what the workers must know, which tasks are over, and the
//! rings. It is one nameless file that all of them map; it disappears with the last of them.

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};

mod locks;

pub(super) use locks::{SharedLock, Waits};

use locks::LOCK_WORDS;

use super::ring::{CAPACITY, Ring, Tracer, ring_words};
use crate::machine::sys::SharedMemory;
use crate::model::GlobalLock;
use crate::plan::Plan;
use crate::units::{Ns, TaskId, TurnLength, WorkerId};
use crate::workload::Kernel;

/// Words before the words that mark tasks as over.
const HEADER: usize = 24;
/// Rings begin at a multiple of this many words: a cache line.
const LINE: usize = 8;

const WORKERS: usize = 0;
const TASKS: usize = 1;
/// Which global lock there is. The next word is its interval, in the lock's own unit (ns or ticks).
const LOCK: usize = 2;
const INTERVAL: usize = 3;
const CORES: usize = 4;
const CAPACITY_AT: usize = 5;
const LOCKS: usize = 6;
const SEED: usize = 7;
const TASKS_OVER: usize = 8;
const PORT: usize = 9;
/// How many times any lock was let go of.
const RELEASES: usize = 10;
/// Whether the kernel records which thread is on which core.
const KERNEL_RECORD: usize = 11;
/// From here on, one word for each kernel.
const POLL_EVERY: usize = 16;

/// A view of the memory. Copies see the same memory.
#[derive(Clone, Copy)]
pub(super) struct Shared {
    memory: SharedMemory,
    words: &'static [AtomicU64],
}

impl Shared {
    /// New memory for a run of `plan`, and the file behind it.
    ///
    /// # Errors
    /// If the kernel has no memory or no file left.
    pub(super) fn create(plan: &Plan) -> io::Result<(Shared, OwnedFd)> {
        let capacity = capacity(plan);
        let words = words(plan.workers as usize, plan.tasks.len(), plan.locks.len(), capacity);
        let (memory, file) = SharedMemory::create("concviz-rings", plan.locks.len(), words)?;
        let shared = Shared { memory, words: memory.words() };
        let (lock, interval) = match plan.model.lock {
            GlobalLock::Off => (0, 0),
            GlobalLock::Gil { interval, forced_switching: true } => (1, interval.0),
            GlobalLock::Gil { interval, forced_switching: false } => (2, interval.0),
            GlobalLock::GilLegacy { check_interval } => (3, check_interval.into()),
        };
        shared.set(WORKERS, u64::from(plan.workers));
        shared.set(TASKS, plan.tasks.len() as u64);
        shared.set(CAPACITY_AT, capacity as u64);
        for (place, every) in (POLL_EVERY..).zip(plan.poll_every) {
            shared.set(place, every);
        }
        shared.set(LOCK, lock);
        shared.set(INTERVAL, interval);
        shared.set(CORES, plan.cores.map_or(0, u64::from));
        shared.set(LOCKS, plan.locks.len() as u64);
        shared.set(SEED, plan.seed);
        Ok((shared, file))
    }

    /// The memory behind `file`, which a runner has created.
    ///
    /// # Errors
    /// If `file` is not such memory.
    pub(super) fn open(file: BorrowedFd<'_>) -> io::Result<Shared> {
        let memory = SharedMemory::open(file)?;
        let shared = Shared { memory, words: memory.words() };
        let invalid = || Err(io::ErrorKind::InvalidData.into());
        if shared.words.len() < HEADER {
            return invalid();
        }
        let [workers, tasks, locks, capacity] = [WORKERS, TASKS, LOCKS, CAPACITY_AT].map(|at| shared.get(at) as usize);
        if words(workers, tasks, locks, capacity) == shared.words.len() { Ok(shared) } else { invalid() }
    }

    fn get(&self, at: usize) -> u64 {
        self.words[at].load(Ordering::Relaxed)
    }

    fn set(&self, at: usize, value: u64) {
        self.words[at].store(value, Ordering::Relaxed);
    }

    /// How many workers the plan has.
    pub(super) fn workers(&self) -> u16 {
        self.get(WORKERS) as u16
    }

    /// For each kernel, after how many iterations a worker looks up; at least 1.
    pub(super) fn poll_every(&self) -> [u64; Kernel::COUNT] {
        std::array::from_fn(|kernel| self.get(POLL_EVERY + kernel).max(1))
    }

    /// The global lock, as it is set now.
    pub(super) fn global_lock(&self) -> GlobalLock {
        let interval = self.get(INTERVAL);
        match self.get(LOCK) {
            1 => GlobalLock::gil(Ns(interval)),
            2 => GlobalLock::Gil { interval: Ns(interval), forced_switching: false },
            3 => GlobalLock::GilLegacy { check_interval: u32::try_from(interval).unwrap_or(u32::MAX) },
            _ => GlobalLock::Off,
        }
    }

    /// The word that holds the global lock's interval, in the lock's own unit: it can change at any time.
    pub(super) fn interval(&self) -> &'static AtomicU64 {
        &self.words[INTERVAL]
    }

    /// Changes the global lock's interval, for all processes; returns whether there is a lock that counts in this unit.
    pub(super) fn set_turn_length(&self, length: TurnLength) -> bool {
        let lock = self.global_lock();
        let counts = lock.is_on() && lock.is_legacy() == matches!(length, TurnLength::Ticks(_));
        if counts {
            self.set(
                INTERVAL,
                match length {
                    TurnLength::Time(interval) => interval.0,
                    TurnLength::Ticks(ticks) => ticks.into(),
                },
            );
        }
        counts
    }

    /// How many of the allowed cores the workers are pinned to.
    pub(super) fn cores(&self) -> Option<u16> {
        Some(self.get(CORES) as u16).filter(|&n| n > 0)
    }

    /// How many tasks there are.
    pub(super) fn tasks(&self) -> usize {
        self.get(TASKS) as usize
    }

    /// How many locks the workload names.
    pub(super) fn locks(&self) -> u16 {
        self.get(LOCKS) as u16
    }

    /// The seed of everything random.
    pub(super) fn seed(&self) -> u64 {
        self.get(SEED)
    }

    /// Stores whether the kernel records which thread is on which core.
    pub(super) fn set_kernel_record(&self, recorded: bool) {
        self.set(KERNEL_RECORD, recorded.into());
    }

    /// Whether the kernel records which thread is on which core: then workers need not find that out themselves.
    pub(super) fn has_kernel_record(&self) -> bool {
        self.get(KERNEL_RECORD) > 0
    }

    /// Stores on which port the server listens.
    pub(super) fn set_port(&self, port: u16) {
        self.set(PORT, port.into());
    }

    /// The port on which the server listens; 0 where there is none.
    pub(super) fn port(&self) -> u16 {
        self.get(PORT) as u16
    }

    fn laps_of(&self, task: TaskId) -> Option<&AtomicU64> {
        self.words.get(laps_at(self.tasks()) + task.index() * LINE)
    }

    fn waits_at(&self) -> usize {
        HEADER + self.tasks()
    }

    fn locks_at(&self) -> usize {
        locks_at(self.tasks())
    }

    /// The ring of `worker`; the dispatcher's number is the one after the last worker's.
    pub(super) fn ring(&self, worker: WorkerId) -> Option<Ring> {
        let length = ring_words(self.get(CAPACITY_AT) as usize);
        let from = rings_at(self.tasks(), self.locks().into()) + worker.index() * length;
        Ring::new(self.words.get(from..from + length)?)
    }

    /// The writing end of the ring of `worker`, for that worker alone.
    pub(super) fn tracer(&self, worker: WorkerId) -> Option<Tracer> {
        self.ring(worker).map(|ring| Tracer::new(ring, worker))
    }

    /// All rings, the dispatcher's last.
    pub(super) fn rings(self) -> impl Iterator<Item = (WorkerId, Ring)> {
        (0..=self.workers()).filter_map(move |w| Some((WorkerId(w), self.ring(WorkerId(w))?)))
    }

    /// Marks `task` as over.
    pub(super) fn mark_over(&self, task: TaskId) {
        if let Some(mark) = self.words.get(HEADER + task.index()) {
            mark.store(1, Ordering::Release);
            self.words[TASKS_OVER].fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Stores how many laps `task` has made so far: for the case that it does not come to its end.
    pub(super) fn set_laps(&self, task: TaskId, laps: u64) {
        if let Some(word) = self.laps_of(task) {
            word.store(laps, Ordering::Relaxed);
        }
    }

    /// How many laps `task` has made, as far as its worker has said.
    pub(super) fn laps(&self, task: TaskId) -> u64 {
        self.laps_of(task).map_or(0, |word| word.load(Ordering::Relaxed))
    }

    /// How many tasks are over.
    pub(super) fn over(&self) -> u64 {
        self.words[TASKS_OVER].load(Ordering::Acquire)
    }

    /// The first of `tasks` that is not over; a task that does not exist counts as over.
    pub(super) fn first_missing(&self, tasks: &[TaskId]) -> Option<TaskId> {
        let marks = &self.words[HEADER..HEADER + self.tasks()];
        let is_missing = |t: &&TaskId| marks.get(t.index()).is_some_and(|m| m.load(Ordering::Acquire) == 0);
        tasks.iter().find(is_missing).copied()
    }

    /// Whether nothing moves any more: each worker that the run uses goes round waiting for tasks that were not over
    /// when `over` tasks were, or waits for a lock whose holder waits too, or has left.
    pub(super) fn is_stuck(&self, over: u64) -> bool {
        let used = usize::from(self.workers()).min(self.tasks());
        let releases = || self.words[RELEASES].load(Ordering::Acquire);
        let before = releases();
        let wait_for_locks = self.waiting_for_locks();
        let wait = self.rings().take(used).filter(|(_, ring)| ring.waits_since(over)).count();
        // If a lock was let go of meanwhile, the values read are not of one moment.
        wait + wait_for_locks >= used && self.over() == over && releases() == before
    }
}

/// The first word of the laps, after two words for each task: its mark, and what it waits for. Each task has a cache
/// line for its laps: tasks on several cores count at the same time, as often as they can.
fn laps_at(tasks: usize) -> usize {
    (HEADER + 2 * tasks).next_multiple_of(LINE)
}

/// The first word of the locks.
fn locks_at(tasks: usize) -> usize {
    laps_at(tasks) + tasks * LINE
}

fn rings_at(tasks: usize, locks: usize) -> usize {
    locks_at(tasks) + locks * LOCK_WORDS
}

fn words(workers: usize, tasks: usize, locks: usize, capacity: usize) -> usize {
    rings_at(tasks, locks) + (workers + 1) * ring_words(capacity)
}

/// How many events a ring of this run holds. A loop takes thousands of tasks through their first steps before the
/// collector has come round once.
fn capacity(plan: &Plan) -> usize {
    let tasks_each = plan.tasks.len().div_ceil(usize::from(plan.workers.max(1)));
    (8 * tasks_each).next_power_of_two().clamp(CAPACITY, 8 * CAPACITY)
}
