//! The memory that a runner shares with its worker processes: what the workers must know, which tasks are over, and the
//! rings. It is one nameless file that all of them map; it disappears with the last of them.

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};

mod counters;
mod locks;
mod permits;
mod queues;
mod stuck;

pub(super) use counters::{Found, SharedCounter};
pub(super) use locks::{SharedLock, Waits};
pub(super) use permits::SharedPermits;
pub(super) use queues::{OpenBook, PipeEnd, SharedQueue};
pub(super) use stuck::Halt;

use counters::COUNTER_WORDS;
use locks::LOCK_WORDS;
use queues::{QUEUE_MUTEXES, QUEUE_WORDS};

use super::ring::{CAPACITY, Ring, Tracer, ring_words};
use crate::machine::sys::{self, SharedMemory};
use crate::model::GlobalLock;
use crate::plan::Plan;
use crate::trace::Event;
use crate::units::{Ns, QueueId, Stamp, TaskId, TurnLength, WorkerId};
use crate::workload::{Kernel, Op, Until, walk};

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
const QUEUES: usize = 12;
const COUNTERS: usize = 13;
/// How many tasks can be under way at a time now.
const AT_ONCE: usize = 14;
/// Whether a task that goes round until others end does anything in there that others may wait for.
const FEEDS: usize = 15;
/// Whether the run has ended.
const ENDED: usize = 16;
/// From here on, one word for each kernel.
const POLL_EVERY: usize = 17;

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
        let sizes = Sizes {
            workers: usize::from(plan.workers),
            tasks: plan.tasks.len(),
            locks: plan.locks.len(),
            queues: plan.queues.len(),
            counters: plan.counters.len(),
            capacity,
        };
        let mutexes = sizes.locks + sizes.queues * QUEUE_MUTEXES;
        let (memory, file) = SharedMemory::create("concviz-rings", mutexes, sizes.layout().end)?;
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
        shared.set(QUEUES, plan.queues.len() as u64);
        shared.set(COUNTERS, plan.counters.len() as u64);
        shared.set(AT_ONCE, plan.tasks_at_once() as u64);
        shared.set(FEEDS, plan.tasks.iter().any(|task| feeds(&task.ops)).into());
        shared.set_counters(&plan.counters);
        for lock in 0..plan.locks.len() {
            shared.set_limit(lock, plan.limit(lock));
        }
        for (task, id) in plan.tasks.iter().zip((0..).map(TaskId)) {
            shared.set_puts(id, puts(&task.ops));
        }
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
        if shared.layout().end == shared.words.len() { Ok(shared) } else { invalid() }
    }

    fn layout(&self) -> Layout {
        let [workers, tasks, locks] = [WORKERS, TASKS, LOCKS].map(|at| self.get(at) as usize);
        let [queues, counters, capacity] = [QUEUES, COUNTERS, CAPACITY_AT].map(|at| self.get(at) as usize);
        Sizes { workers, tasks, locks, queues, counters, capacity }.layout()
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

    fn queue_count(&self) -> usize {
        self.get(QUEUES) as usize
    }

    fn counter_count(&self) -> usize {
        self.get(COUNTERS) as usize
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

    /// Ends the run, and says at which instant.
    pub(super) fn end(&self) -> Stamp {
        // The mark comes first: who reads the clock and then finds no mark has read an instant before the end.
        self.words[ENDED].store(1, Ordering::SeqCst);
        sys::now()
    }

    /// Whether the run has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.words[ENDED].load(Ordering::SeqCst) > 0
    }

    /// A word of the line of `task`, where its worker counts.
    fn own_word(&self, task: TaskId, at: usize) -> Option<&'static AtomicU64> {
        self.words.get(self.layout().own + task.index() * LINE + at).filter(|_| task.index() < self.tasks())
    }

    fn laps_of(&self, task: TaskId) -> Option<&'static AtomicU64> {
        self.own_word(task, LAPS)
    }

    fn puts_of(&self, task: TaskId) -> Option<&'static AtomicU64> {
        self.own_word(task, PUTS)
    }

    fn waits_at(&self) -> usize {
        HEADER + self.tasks()
    }

    /// The ring of `worker`; the dispatcher's number is the one after the last worker's.
    pub(super) fn ring(&self, worker: WorkerId) -> Option<Ring> {
        let length = ring_words(self.get(CAPACITY_AT) as usize);
        let from = self.layout().rings + worker.index() * length;
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

    /// Marks `task` as begun.
    pub(super) fn mark_begun(&self, task: TaskId) {
        if let Some(mark) = self.mark(task) {
            mark.store(BEGUN, Ordering::Release);
        }
    }

    /// Marks `task` as over. Queues that this closes are recorded with `tracer`.
    pub(super) fn mark_over(&self, task: TaskId, tracer: &Tracer) {
        if let Some(mark) = self.mark(task) {
            mark.store(OVER, Ordering::Release);
            self.words[TASKS_OVER].fetch_add(1, Ordering::AcqRel);
            for queue in self.put_no_more(task) {
                tracer.emit(Event::QueueClosed { queue });
            }
        }
    }

    fn mark(&self, task: TaskId) -> Option<&'static AtomicU64> {
        self.words.get(HEADER + task.index()).filter(|_| task.index() < self.tasks())
    }

    /// One task less can be under way at a time: a worker is gone.
    pub(super) fn one_worker_less(&self) {
        self.words[AT_ONCE].fetch_sub(1, Ordering::AcqRel);
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
        let is_missing = |t: &&TaskId| self.mark(**t).is_some_and(|m| m.load(Ordering::Acquire) != OVER);
        tasks.iter().find(is_missing).copied()
    }

    /// Whether nothing moves any more: each worker that the run uses goes round waiting for tasks that were not over
    /// when `over` tasks were, or waits for a lock whose holder waits too, or has left.
    pub(super) fn is_stuck(&self, over: u64) -> bool {
        let used = usize::from(self.workers()).min(self.tasks());
        let releases = || self.words[RELEASES].load(Ordering::Acquire);
        let before = releases();
        let wait_for_others = self.waiting_for_locks() + self.waiting_for_shared();
        let wait = self.rings().take(used).filter(|(_, ring)| ring.waits_since(over)).count();
        // If a lock was let go of meanwhile, the values read are not of one moment.
        wait + wait_for_others >= used && self.over() == over && releases() == before
    }
}

/// The marks of a task that has begun, and of one that is over.
const BEGUN: u64 = 2;
const OVER: u64 = 1;
/// The words of a task's own line. Each task has a line: tasks on several cores count at the same time, as often as
/// they can.
const LAPS: usize = 0;
const PUTS: usize = 1;

/// How many there are of everything that has a place in the memory.
struct Sizes {
    workers: usize,
    tasks: usize,
    locks: usize,
    queues: usize,
    counters: usize,
    capacity: usize,
}

/// Where each part of the memory begins, in words. Before the first come the header, and two words for each task: its
/// mark, and what it waits for.
struct Layout {
    /// A line for each task.
    own: usize,
    locks: usize,
    /// How many permits of each lock each worker's tasks have.
    permits: usize,
    queues: usize,
    counters: usize,
    rings: usize,
    end: usize,
}

impl Sizes {
    fn layout(&self) -> Layout {
        let own = (HEADER + 2 * self.tasks).next_multiple_of(LINE);
        let locks = own + self.tasks * LINE;
        let permits = locks + self.locks * LOCK_WORDS;
        let queues = (permits + self.workers * self.locks).next_multiple_of(LINE);
        let counters = queues + self.queues * QUEUE_WORDS;
        let rings = counters + (self.workers + 1) * self.counters * COUNTER_WORDS;
        let end = rings + (self.workers + 1) * ring_words(self.capacity);
        Layout { own, locks, permits, queues, counters, rings, end }
    }
}

/// The queues that a program puts messages into, a bit for each.
fn puts(ops: &[Op]) -> u64 {
    let queues = walk(ops).filter_map(|visit| visit.op.puts_into());
    queues.fold(0, |all, QueueId(queue)| all | 1 << queue.min(63))
}

/// Whether a program, while it goes round until other tasks end, does anything that others may wait for: then it is
/// not known that they wait in vain.
fn feeds(ops: &[Op]) -> bool {
    let rounds =
        walk(ops).filter_map(|visit| if let Op::Repeat(Until::Tasks(_), body) = visit.op { Some(body) } else { None });
    rounds.flat_map(|body| walk(body)).any(|visit| visit.op.gives_others_something())
}

/// The most workers for which rings are long because of what their tasks do: then they take 128 MB at most.
const LONG_RINGS: u16 = 64;

/// How many events a ring of this run holds. Tasks that do nothing but pass messages on, or add, make ten million events
/// a second. A loop takes thousands of tasks through their first steps before the collector has come round once.
fn capacity(plan: &Plan) -> usize {
    let tasks_each = plan.tasks.len().div_ceil(usize::from(plan.workers.max(1)));
    let is_dense = !(plan.queues.is_empty() && plan.counters.is_empty()) && plan.workers <= LONG_RINGS;
    let least = if is_dense { 8 * CAPACITY } else { CAPACITY };
    (8 * tasks_each).next_power_of_two().clamp(least, 8 * CAPACITY)
}
