//! The global lock, as `CPython` has it since 3.2 (`ceval_gil.c`): a waiter waits for one switch interval; if it timed
//! out and nobody else got the lock meanwhile, it asks the holder to let go; the holder, at its next look, does, and
//! waits until somebody else has taken it. Who that is, nobody decides.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};

use crossbeam::utils::CachePadded;

use super::ring::Recorder;
use super::sys::{self, Monitor};
use crate::state::State;
use crate::trace::Event;
use crate::units::{LockId, Ns, Stamp, TaskId, WorkerId};

/// The lock of one process. Everything but `wanted` changes only inside `monitor`, and is read there.
pub(super) struct Gil {
    id: LockId,
    interval: Ns,
    monitor: Monitor,
    locked: AtomicBool,
    /// Whoever holds it, or held it last.
    holder: AtomicU32,
    /// How many times the holder was another one than before.
    switches: AtomicU64,
    /// A waiter asks the holder to let go.
    /// On a cache line of its own: the holder reads it at every turn, and a neighbour that others write to would slow all
    /// work down by a tenth.
    wanted: Arc<CachePadded<AtomicBool>>,
    /// Where one that was made to let go waits until somebody else has the lock.
    switched: Monitor,
}

const NOBODY: u32 = u32::MAX;

impl Gil {
    /// The lock of the process whose first worker is `first`; its waiters ask for it after `interval`.
    pub(super) fn new(first: WorkerId, interval: Ns) -> Gil {
        Gil {
            id: LockId(u32::from(first.0)),
            interval,
            monitor: Monitor::default(),
            locked: AtomicBool::new(false),
            holder: AtomicU32::new(NOBODY),
            switches: AtomicU64::new(0),
            wanted: Arc::default(),
            switched: Monitor::default(),
        }
    }

    /// What is set when a waiter asks the holder to let go, for the holder to look at.
    pub(super) fn wanted(&self) -> Arc<CachePadded<AtomicBool>> {
        Arc::clone(&self.wanted)
    }

    /// Takes the lock for `task`, waiting as long as it takes; whether it had to. The task is in the state `gil`
    /// meanwhile, which is recorded unless it `waits_already`.
    fn take(&self, recorder: &Recorder, task: TaskId, waits_already: bool) -> bool {
        let me = u32::from(recorder.worker().0);
        let came = sys::now();
        let lock = self.id;
        let (mut waited, mut told) = (false, false);
        let mut inside = self.monitor.enter();
        while self.locked.load(Relaxed) {
            if !waited && !waits_already {
                recorder.record(waits(task));
            }
            waited = true;
            let switches = self.switches.load(Relaxed);
            let timed_out = inside.wait_for(self.interval);
            let same_turn = self.locked.load(Relaxed) && self.switches.load(Relaxed) == switches;
            if timed_out && same_turn && !self.wanted.load(Relaxed) {
                // Recorded first: the holder looks all the time, and is to find the monitor free.
                recorder.record(Event::DropRequest { lock, task });
                self.wanted.store(true, Relaxed);
            } else if timed_out && !told {
                told = true;
                recorder.record(Event::LockTimeout { lock, task });
            }
        }
        let switched = self.switched.enter();
        self.locked.store(true, Relaxed);
        let at = sys::now();
        if self.holder.swap(me, Relaxed) == me {
            recorder.count_retaken();
        } else {
            self.switches.fetch_add(1, Relaxed);
        }
        switched.signal();
        drop(switched);
        self.wanted.store(false, Relaxed);
        drop(inside);
        let waited_for = if waited || waits_already { at.since(came) } else { Ns::ZERO };
        recorder.record_at(at, Event::LockTaken { lock, task, waited: waited_for });
        waited
    }

    /// Lets go of the lock, which `me` holds, and wakes one who waits; when that was. It is stamped before it is so (the
    /// next holder's stamp is later, on whatever core), and recorded by the caller only after, since those who wait are
    /// not to be kept waiting by it.
    fn open(&self, me: u32) -> Stamp {
        self.holder.store(me, Relaxed);
        let inside = self.monitor.enter();
        let at = sys::now();
        self.locked.store(false, Relaxed);
        inside.signal();
        at
    }

    /// If somebody had asked `me` to let go: waits until somebody else has taken the lock.
    fn see_it_taken(&self, me: u32) {
        if self.wanted.load(Relaxed) {
            let mut switched = self.switched.enter();
            if self.holder.load(Relaxed) == me {
                self.wanted.store(false, Relaxed);
                switched.wait();
            }
        }
    }
}

fn waits(task: TaskId) -> Event {
    Event::Enter { task, state: State::Gil, holds: true, ago: Ns::ZERO, due: None }
}

/// A worker's side of the lock.
pub(super) struct Turn {
    gil: Arc<Gil>,
    holds_for: Option<TaskId>,
}

impl Turn {
    /// The side of one who does not hold it yet.
    pub(super) fn new(gil: Arc<Gil>) -> Turn {
        Turn { gil, holds_for: None }
    }

    /// Takes the lock for `task` if this worker does not hold it; whether it had to wait. A worker that goes on with
    /// another task keeps the lock: that is recorded as a hand-over within the worker.
    pub(super) fn take(&mut self, recorder: &Recorder, task: TaskId) -> bool {
        let lock = self.gil.id;
        match self.holds_for.replace(task) {
            None => self.gil.take(recorder, task, false),
            Some(before) => {
                if before != task {
                    let at = recorder.record(Event::LockReleased { lock, task: before, forced: false });
                    recorder.record_at(at, Event::LockTaken { lock, task, waited: Ns::ZERO });
                }
                false
            }
        }
    }

    /// Lets go of the lock, if held.
    pub(super) fn release(&mut self, recorder: &Recorder) {
        if let Some(task) = self.holds_for.take() {
            let me = u32::from(recorder.worker().0);
            let at = self.gil.open(me);
            recorder.record_at(at, Event::LockReleased { lock: self.gil.id, task, forced: false });
            self.gil.see_it_taken(me);
        }
    }

    /// Gives the lock up if somebody asked for it, and waits until it is this worker's turn again; whether it did. What
    /// is to be recorded of the time before, `first` records when the others have been served.
    #[inline]
    pub(super) fn look(&mut self, recorder: &Recorder, task: TaskId, first: impl FnOnce(Stamp)) -> bool {
        if !self.gil.wanted.load(Relaxed) || self.holds_for.is_none() {
            return false;
        }
        let me = u32::from(recorder.worker().0);
        let at = self.gil.open(me);
        first(at);
        recorder.record_at(at, Event::LockReleased { lock: self.gil.id, task, forced: true });
        recorder.record_at(at, waits(task));
        self.gil.see_it_taken(me);
        self.gil.take(recorder, task, true);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::real::ring::{CAPACITY, Ring, ring_words};
    use std::sync::atomic::AtomicU64;

    fn recorder(who: u16) -> (Ring, Recorder) {
        let words: Vec<AtomicU64> = std::iter::repeat_with(AtomicU64::default).take(ring_words(CAPACITY)).collect();
        let ring = Ring::new(words.leak()).expect("as many words as a ring has");
        (ring, Recorder::new(ring, WorkerId(who)))
    }

    fn events(ring: Ring) -> Vec<Event> {
        let mut records = Vec::new();
        ring.drain(&mut records);
        records.into_iter().map(|r| r.event).collect()
    }

    #[test]
    fn alone_nobody_waits_and_taking_it_again_is_counted() {
        let gil = Arc::new(Gil::new(WorkerId(0), Ns::from_millis(5)));
        let (ring, recorder) = recorder(0);
        let mut turn = Turn::new(Arc::clone(&gil));
        assert!(!turn.take(&recorder, TaskId(0)));
        assert!(!turn.look(&recorder, TaskId(0), |_| ()));
        turn.release(&recorder);
        turn.release(&recorder);
        assert!(!turn.take(&recorder, TaskId(0)));
        assert_eq!(ring.account().lock_retaken, 1);
        assert_eq!(events(ring).len(), 3);
        // Another task of the same worker: the lock stays, its name changes.
        assert!(!turn.take(&recorder, TaskId(1)));
        assert!(matches!(events(ring)[..], [Event::LockReleased { .. }, Event::LockTaken { .. }]));
        assert_eq!(ring.account().lock_retaken, 1);
    }

    #[test]
    fn a_holder_that_is_asked_does_not_get_it_back_before_the_other_had_it() {
        let gil = Arc::new(Gil::new(WorkerId(0), Ns::from_micros(200)));
        let (mine, recorder_a) = recorder(0);
        let (theirs, recorder_b) = recorder(1);
        let mut a = Turn::new(Arc::clone(&gil));
        let mut b = Turn::new(Arc::clone(&gil));
        a.take(&recorder_a, TaskId(0));
        std::thread::scope(|s| {
            s.spawn(|| {
                assert!(b.take(&recorder_b, TaskId(1)), "it is held");
                b.release(&recorder_b);
            });
            while !a.look(&recorder_a, TaskId(0), |_| ()) {}
        });
        let theirs = events(theirs);
        let waits = matches!(theirs[0], Event::Enter { state: State::Gil, holds: true, .. });
        assert!(waits && matches!(theirs[1], Event::DropRequest { .. }), "{theirs:?}");
        let mine = events(mine);
        assert!(matches!(mine[1], Event::LockReleased { forced: true, .. }), "{mine:?}");
        assert!(matches!(mine[2], Event::Enter { state: State::Gil, .. }), "{mine:?}");
        assert!(matches!(mine[3], Event::LockTaken { .. }), "{mine:?}");
        assert_eq!(recorder_a.worker(), WorkerId(0));
    }
}
