//! The newer lock, as `CPython` has it since 3.2 (`ceval_gil.c`). A waiter waits for one switch interval. If it times
//! out and no other worker got the lock meanwhile, it asks the holder to let go. At its next look the holder lets go,
//! and waits until another worker has taken the lock. Nobody decides which one that is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};

use crossbeam::utils::CachePadded;

use super::{NOBODY, waits};
use crate::engine::real::ring::Tracer;
use crate::machine::sys::{self, Monitor};
use crate::trace::Event;
use crate::units::{LockId, Ns, Stamp, TaskId};

/// The lock. Everything but `wanted` changes only inside `monitor`, and is read there.
pub(super) struct Asked {
    id: LockId,
    /// In nanoseconds; changes whenever the user sets another interval.
    interval: &'static AtomicU64,
    /// Whether a holder that let go because it was asked waits until another worker has the lock.
    forced_switching: bool,
    monitor: Monitor,
    locked: AtomicBool,
    /// The worker that holds it, or that held it last.
    holder: AtomicU32,
    /// How many times the lock went to another holder than before.
    switches: AtomicU64,
    /// Set by a waiter to ask the holder to let go. On a cache line of its own: the holder reads it at every turn, and
    /// a neighbour that others write to would slow all work down by a tenth.
    wanted: Arc<CachePadded<AtomicBool>>,
    /// Where a holder that was asked to let go waits until another worker has the lock.
    switched: Monitor,
}

impl Asked {
    /// A lock that nobody has; its waiters ask for it after `interval` nanoseconds.
    pub(super) fn new(id: LockId, interval: &'static AtomicU64, forced_switching: bool) -> Asked {
        Asked {
            id,
            interval,
            forced_switching,
            monitor: Monitor::default(),
            locked: AtomicBool::new(false),
            holder: AtomicU32::new(NOBODY),
            switches: AtomicU64::new(0),
            wanted: Arc::default(),
            switched: Monitor::default(),
        }
    }

    /// The flag that a waiter sets to ask the holder to let go; the holder looks at it.
    pub(super) fn wanted(&self) -> Arc<CachePadded<AtomicBool>> {
        Arc::clone(&self.wanted)
    }

    /// Takes the lock for `task`, waiting as long as it takes; returns whether it had to wait. The task is in the state
    /// `gil` meanwhile, which is recorded unless the task `waits_already`.
    pub(super) fn take(&self, tracer: &Tracer, task: TaskId, waits_already: bool) -> bool {
        let me = u32::from(tracer.worker().0);
        let came = sys::now();
        let lock = self.id;
        let (mut waited, mut told) = (false, false);
        let mut inside = self.monitor.enter();
        while self.locked.load(Relaxed) {
            if !waited && !waits_already {
                tracer.emit(waits(task));
            }
            waited = true;
            let switches = self.switches.load(Relaxed);
            let timed_out = inside.wait_for(Ns(self.interval.load(Relaxed).max(1)));
            let same_turn = self.locked.load(Relaxed) && self.switches.load(Relaxed) == switches;
            if timed_out && same_turn && !self.wanted.load(Relaxed) {
                // Recorded before the flag is set: the holder looks all the time, and should find the monitor free.
                tracer.emit(Event::DropRequest { lock, task });
                self.wanted.store(true, Relaxed);
            } else if timed_out && !told {
                told = true;
                tracer.emit(Event::LockTimeout { lock, task });
            }
        }
        let switched = self.switched.enter();
        self.locked.store(true, Relaxed);
        let at = sys::now();
        if self.holder.swap(me, Relaxed) == me {
            tracer.count_retaken();
        } else {
            self.switches.fetch_add(1, Relaxed);
        }
        switched.signal();
        drop(switched);
        self.wanted.store(false, Relaxed);
        drop(inside);
        let waited_for = if waited || waits_already { at.since(came) } else { Ns::ZERO };
        tracer.emit_at(at, Event::LockTaken { lock, task, waited: waited_for });
        waited
    }

    /// Lets go of the lock, which `me` holds, and wakes one waiter; returns the instant. The instant is taken before
    /// the lock is free, so the next holder's stamp is later, on whatever core. The caller records it only afterwards,
    /// so that waiters do not wait for the recording.
    pub(super) fn open(&self, me: u32) -> Stamp {
        self.holder.store(me, Relaxed);
        let inside = self.monitor.enter();
        let at = sys::now();
        self.locked.store(false, Relaxed);
        inside.signal();
        at
    }

    /// If a waiter had asked `me` to let go: waits until another worker has taken the lock. Without forced switching
    /// `me` does not wait, and is mostly the first to take the lock again.
    pub(super) fn see_it_taken(&self, me: u32) {
        if self.forced_switching && self.wanted.load(Relaxed) {
            let mut switched = self.switched.enter();
            if self.holder.load(Relaxed) == me {
                self.wanted.store(false, Relaxed);
                switched.wait();
            }
        }
    }

    /// Gives the lock up if a waiter asked for it, and waits until this worker has it again; returns whether it did so.
    #[inline]
    pub(super) fn look(&self, tracer: &Tracer, task: TaskId, first: impl FnOnce(Stamp)) -> bool {
        if !self.wanted.load(Relaxed) {
            return false;
        }
        let me = u32::from(tracer.worker().0);
        let at = self.open(me);
        first(at);
        tracer.emit_at(at, Event::LockReleased { lock: self.id, task, forced: true });
        tracer.emit_at(at, waits(task));
        self.see_it_taken(me);
        self.take(tracer, task, true);
        true
    }
}
