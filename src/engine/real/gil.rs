//! The global lock of a process, in one of its two generations, and a worker's side of it. The run's shared memory says
//! which generation the lock has, and holds its interval, which can change while the run goes on.

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

/// The value of `holder` while no worker has had the lock yet.
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

    /// The flag that a waiter sets to ask the holder to let go; the holder looks at it. Under the older lock it is
    /// never set.
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
    /// The side of a worker that does not hold the lock yet.
    pub(super) fn new(gil: Arc<Gil>) -> Turn {
        if let Generation::Ticking(lock) = &gil.kind {
            lock.join();
        }
        Turn { gil, holds_for: None }
    }

    /// Takes the lock for `task` if this worker does not hold it; returns whether it had to wait. A worker that goes on
    /// with another task keeps the lock: that is recorded as a hand-over within the worker.
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

    /// Gives the lock up if a waiter asked for it, and waits until this worker has it again; returns whether it did so.
    /// `first` is called after the lock is let go of, to record what belongs to the time before. Under the older lock,
    /// which nobody asks for, nothing happens here: see [`Turn::work`].
    #[inline]
    pub(super) fn look(&mut self, tracer: &Tracer, task: TaskId, first: impl FnOnce(Stamp)) -> bool {
        match &self.gil.kind {
            Generation::Asked(lock) if self.holds_for.is_some() => lock.look(tracer, task, first),
            _ => false,
        }
    }

    /// How many iterations may be done before the older lock's ticks are used up, where `in_a_piece` iterations are 20
    /// us of work; `None` under the newer lock.
    #[inline]
    pub(super) fn until_check(&self, in_a_piece: u64) -> Option<u64> {
        match &self.gil.kind {
            Generation::Asked(_) => None,
            Generation::Ticking(lock) => Some(lock.iterations_left(in_a_piece)),
        }
    }

    /// Counts `done` iterations of work under the older lock. When its ticks are used up, lets go of the lock and takes
    /// it again; returns whether another worker had it in between. `first` as in [`Turn::look`].
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

    /// At the end of a round of a loop: gives the lock up if that is due; returns whether the worker lost it meanwhile.
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
