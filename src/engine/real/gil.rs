//! The global lock of a process, in one of its two generations, and a worker's side of it. Which of them there is, and
//! its interval, stands in the run's shared memory; the interval can change while the run goes on.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crossbeam::utils::CachePadded;

use super::ring::Tracer;
use super::shared::Shared;
use crate::model::GlobalLock;
use crate::state::State;
use crate::trace::Event;
use crate::units::{LockId, Ns, Stamp, TaskId, WorkerId};

mod asked;
mod ticking;

use asked::Asked;
use ticking::Ticking;

/// The lock of one process.
pub(super) struct Gil {
    id: LockId,
    kind: Generation,
}

enum Generation {
    Asked(Asked),
    Ticking(Ticking),
}

/// The holder of a lock that nobody has had yet.
const NOBODY: u32 = u32::MAX;

impl Gil {
    /// The lock of the process whose first worker is `first`, if the run has one.
    pub(super) fn of(first: WorkerId, shared: &Shared) -> Option<Gil> {
        let id = LockId(u32::from(first.0));
        let kind = match shared.global_lock() {
            GlobalLock::Off => return None,
            GlobalLock::Gil { forced_switching, .. } => {
                Generation::Asked(Asked::new(id, shared.interval(), forced_switching))
            }
            GlobalLock::GilLegacy { .. } => Generation::Ticking(Ticking::new(id, shared.interval())),
        };
        Some(Gil { id, kind })
    }

    /// What is set when a waiter asks the holder to let go, for the holder to look at: never where nobody asks.
    pub(super) fn wanted(&self) -> Arc<CachePadded<AtomicBool>> {
        match &self.kind {
            Generation::Asked(lock) => lock.wanted(),
            Generation::Ticking(_) => Arc::default(),
        }
    }

    fn take(&self, tracer: &Tracer, task: TaskId) -> bool {
        match &self.kind {
            Generation::Asked(lock) => lock.take(tracer, task, false),
            Generation::Ticking(lock) => lock.take(tracer, task),
        }
    }

    /// Lets go of the lock, which `me` holds, to do something without it.
    fn release(&self, tracer: &Tracer, task: TaskId) {
        let me = u32::from(tracer.worker().0);
        let released = Event::LockReleased { lock: self.id, task, forced: false };
        match &self.kind {
            Generation::Asked(lock) => {
                let at = lock.open(me);
                tracer.emit_at(at, released);
                lock.see_it_taken(me);
            }
            Generation::Ticking(lock) => {
                let at = lock.open();
                tracer.emit_at(at, released);
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
        if let Generation::Ticking(lock) = &gil.kind {
            lock.join();
        }
        Turn { gil, holds_for: None }
    }

    /// Takes the lock for `task` if this worker does not hold it; whether it had to wait. A worker that goes on with
    /// another task keeps the lock: that is recorded as a hand-over within the worker.
    pub(super) fn take(&mut self, tracer: &Tracer, task: TaskId) -> bool {
        let lock = self.gil.id;
        match self.holds_for.replace(task) {
            None => self.gil.take(tracer, task),
            Some(before) => {
                if before != task {
                    let at = tracer.emit(Event::LockReleased { lock, task: before, forced: false });
                    tracer.emit_at(at, Event::LockTaken { lock, task, waited: Ns::ZERO });
                }
                false
            }
        }
    }

    /// Lets go of the lock, if held.
    pub(super) fn release(&mut self, tracer: &Tracer) {
        if let Some(task) = self.holds_for.take() {
            self.gil.release(tracer, task);
        }
    }

    /// Gives the lock up if somebody asked for it, and waits until it is this worker's turn again; whether it did. What
    /// is to be recorded of the time before, `first` records when the others have been served. Under the older lock,
    /// which nobody asks for, nothing happens here: see [`Turn::work`].
    #[inline]
    pub(super) fn look(&mut self, tracer: &Tracer, task: TaskId, first: impl FnOnce(Stamp)) -> bool {
        match &self.gil.kind {
            Generation::Asked(lock) if self.holds_for.is_some() => lock.look(tracer, task, first),
            _ => false,
        }
    }

    /// How many iterations may be done before the older lock's ticks are used up, where `in_a_piece` of them are 20 us
    /// of work; nothing under the newer lock.
    #[inline]
    pub(super) fn until_check(&self, in_a_piece: u64) -> Option<u64> {
        match &self.gil.kind {
            Generation::Asked(_) => None,
            Generation::Ticking(lock) => Some(lock.iterations_left(in_a_piece)),
        }
    }

    /// Counts `done` iterations of work under the older lock, and when its ticks are used up lets go of it and takes it
    /// again: whether somebody else had it in between. `first` as in [`Turn::look`].
    #[inline]
    pub(super) fn work(
        &mut self,
        tracer: &Tracer,
        task: TaskId,
        (done, in_a_piece): (u64, u64),
        first: impl FnOnce(Stamp),
    ) -> bool {
        match &self.gil.kind {
            Generation::Ticking(lock) => lock.spend_work(done, in_a_piece) && lock.check(tracer, task, first),
            Generation::Asked(_) => false,
        }
    }

    /// At the end of a round of a loop: gives the lock up where it is time to; whether somebody else had it.
    pub(super) fn round(&mut self, tracer: &Tracer, task: TaskId) -> bool {
        match &self.gil.kind {
            Generation::Asked(_) => self.look(tracer, task, |_| ()),
            Generation::Ticking(lock) if self.holds_for.is_some() => {
                lock.spend_round() && lock.check(tracer, task, |_| ())
            }
            Generation::Ticking(_) => false,
        }
    }
}

#[cfg(test)]
mod tests;
