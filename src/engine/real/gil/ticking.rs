//! The older lock, as `CPython` has it up to 2.7: a binary semaphore, and a ticker that the holder counts down while it
//! works. Below zero the ticker starts anew, and the holder lets go of the lock and takes it again at once. Letting go
//! wakes a waiter, but does not hand the lock to it: the holder, which is running, nearly always gets the lock back
//! before the waiter is awake, and the waiter finds it taken and sleeps again. With a second core each such moment
//! costs both of them time; with only one core it costs nothing.
//!
//! # Ticks
//!
//! `CPython` 2.7 counts about three ticks for a turn of `while i < n: i += 1`; 100 ticks took 0.42 us on the machine
//! that this was built on. Here **a tick is 4.2 ns of work** by the kernel's calibrated speed, whatever the kernel; a
//! turn of a `repeat` counts [`ROUND`]. The work between two checks is at least one iteration, which nothing
//! interrupts, like a call into C: one iteration of `sort` or `matrix` takes longer than 100 ticks.
//!
//! # What is recorded
//!
//! A check after which the same worker has the lock again is counted and not recorded; there are two million of them in
//! a second. A check at which it lost the lock is a forced switch, with the instant at which the holder let go.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use super::{NOBODY, waits};
use crate::engine::real::ring::Tracer;
use crate::machine::sys::{self, Semaphore};
use crate::trace::Event;
use crate::units::{LockId, Ns, Stamp, TaskId};

/// Picoseconds of work in a tick.
const TICK: u64 = 4_200;
/// Picoseconds of work in a piece, after which a kernel looks up under any lock.
const PIECE: f64 = 20_000_000.0;
/// Ticks of a turn of a loop.
const ROUND: u64 = 3;

/// The lock.
pub(super) struct Ticking {
    id: LockId,
    /// In ticks; changes whenever the user sets another interval.
    check_interval: &'static AtomicU64,
    semaphore: Semaphore,
    /// The worker that holds it, or that held it last. Written by the holder only.
    holder: AtomicU32,
    /// How many workers may want the lock. `CPython` 2 makes its lock when the second thread starts; until then a check
    /// does not let go of it.
    workers: AtomicU32,
    /// Picoseconds of work until the next check. Written by the holder only; as in `CPython`, the next holder counts
    /// down from where this one stopped.
    ticker: AtomicU64,
}

impl Ticking {
    /// A lock that nobody has.
    pub(super) fn new(id: LockId, check_interval: &'static AtomicU64) -> Ticking {
        let lock = Ticking {
            id,
            check_interval,
            semaphore: Semaphore::default(),
            holder: AtomicU32::new(NOBODY),
            workers: AtomicU32::new(0),
            ticker: AtomicU64::new(0),
        };
        lock.ticker.store(lock.whole(), Relaxed);
        lock
    }

    /// Counts one more worker that may want the lock.
    pub(super) fn join(&self) {
        self.workers.fetch_add(1, Relaxed);
    }

    /// Picoseconds of work from one check to the next.
    fn whole(&self) -> u64 {
        self.check_interval.load(Relaxed).max(1).saturating_mul(TICK)
    }

    /// How many iterations are left until the next check, at least one, where `in_a_piece` are 20 us of work.
    #[inline]
    pub(super) fn iterations_left(&self, in_a_piece: u64) -> u64 {
        let left = self.ticker.load(Relaxed).min(self.whole());
        ((left as f64 * in_a_piece as f64 / PIECE) as u64).max(1)
    }

    /// Counts `done` iterations; returns whether a check is due. If so, the ticker starts anew.
    #[inline]
    pub(super) fn spend_work(&self, done: u64, in_a_piece: u64) -> bool {
        // An iteration that was cut off is work too: rounding down must not make it free.
        self.spend((done as f64 * PIECE / in_a_piece.max(1) as f64) as u64 + 1)
    }

    /// Counts a turn of a loop; returns whether a check is due.
    pub(super) fn spend_round(&self) -> bool {
        self.spend(ROUND * TICK)
    }

    #[inline]
    fn spend(&self, work: u64) -> bool {
        let whole = self.whole();
        let left = self.ticker.load(Relaxed).min(whole).saturating_sub(work);
        // Less than a tick left over comes from rounding to whole iterations: it counts as used up.
        let over = left < TICK;
        self.ticker.store(if over { whole } else { left }, Relaxed);
        over
    }

    /// Takes the lock for `task`, waiting as long as it takes; returns whether it had to wait.
    pub(super) fn take(&self, tracer: &Tracer, task: TaskId) -> bool {
        let came = sys::now();
        let waited = !self.semaphore.try_take();
        if waited {
            tracer.emit_at(came, waits(task));
            self.semaphore.take();
        }
        let at = sys::now();
        let me = u32::from(tracer.worker().0);
        if self.holder.swap(me, Relaxed) == me {
            tracer.count_retaken();
        }
        let waited_for = if waited { at.since(came) } else { Ns::ZERO };
        tracer.emit_at(at, Event::LockTaken { lock: self.id, task, waited: waited_for });
        waited
    }

    /// Lets go of the lock and wakes one waiter; returns the instant, which is taken before the lock is free.
    pub(super) fn open(&self) -> Stamp {
        let at = sys::now();
        self.semaphore.open();
        at
    }

    /// Lets go of the lock and takes it again as soon as it can; returns whether another worker had it in between.
    pub(super) fn check(&self, tracer: &Tracer, task: TaskId, first: impl FnOnce(Stamp)) -> bool {
        if self.workers.load(Relaxed) < 2 {
            return false;
        }
        let me = u32::from(tracer.worker().0);
        let at = self.open();
        let at_once = self.semaphore.try_take();
        if at_once && self.holder.load(Relaxed) == me {
            tracer.count_retaken();
            return false;
        }
        first(at);
        tracer.emit_at(at, Event::LockReleased { lock: self.id, task, forced: true });
        tracer.emit_at(at, waits(task));
        if !at_once {
            self.semaphore.take();
        }
        let taken = sys::now();
        self.holder.store(me, Relaxed);
        tracer.emit_at(taken, Event::LockTaken { lock: self.id, task, waited: taken.since(at) });
        true
    }
}
