//! The workload's own locks that a task holds. It lets go of each when the steps inside the lock are done, or when a
//! panic or the end of the run ends the task.

use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit};

use super::compute::Worker;
use super::notes;
use super::ring::Tracer;
use super::shared::{SharedLock, SharedPermits, Waits};
use crate::interpreter::Depth;
use crate::machine::sys::{self, Taken};
use crate::plan::Plan;
use crate::semantics::Effect;
use crate::state::{Failure, PlanFault};
use crate::trace::Event;
use crate::units::{LockId, Stamp, TaskId};
use crate::workload::LockIndex;

/// What keeps other tasks out of a held lock.
pub(super) enum By {
    /// The mutex in shared memory; this thread has locked it.
    Mutex(SharedLock),
    /// The loop's own mutex: a task that waits for it is suspended.
    Loop(SharedLock, OwnedMutexGuard<()>),
    /// One of several permits in shared memory.
    Permit(SharedPermits),
    /// The same, and one of the loop's own permits: a task that waits for that is suspended.
    LoopPermit(SharedPermits, OwnedSemaphorePermit),
}

impl By {
    /// Lets others in, from the instant `at`; returns how many permits are taken then, and when, where there are several.
    fn let_go(self, at: Stamp) -> Option<(u8, Stamp)> {
        match self {
            By::Mutex(lock) => {
                lock.let_go(at);
                None
            }
            By::Loop(lock, guard) => {
                lock.note_free(at);
                drop(guard);
                None
            }
            By::Permit(permits) => Some(permits.give_back()),
            By::LoopPermit(permits, own) => {
                let taken = permits.give_back();
                drop(own);
                Some(taken)
            }
        }
    }
}

/// A lock that is held; by nothing once the task has let go of it.
struct Held(Option<By>);

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.0.take().map(|by| by.let_go(sys::now()));
    }
}

/// The locks that one task holds, in the order in which it took them.
#[derive(Default)]
pub(super) struct HeldLocks(Vec<(LockIndex, Held)>);

impl HeldLocks {
    /// Takes the lock `index` for `task`, which is inside `depth` `repeat until` loops; its thread waits as long as
    /// that takes.
    ///
    /// # Errors
    /// If there is no such lock.
    pub(super) fn take(
        &mut self,
        worker: &mut Worker,
        task: TaskId,
        (index, depth): (LockIndex, Depth),
        effect: Effect,
    ) -> Result<(), Failure> {
        let shared = worker.shared;
        if let Some(permits) = shared.permits(index, worker.tracer.worker()) {
            self.take_permit(worker, task, (index, permits), effect);
            return Ok(());
        }
        let lock = shared.lock(index).ok_or_else(no_such_lock)?;
        let came = sys::now();
        let (came, at, taken, waited) = if let Some(taken) = lock.try_take(task, depth) {
            let at = lock.held_since(came);
            (at, at, taken, false)
        } else {
            let came = notes::leave(worker, task, effect, true, None);
            wait_for(worker, task, Waits::Lock(index));
            let taken = lock.take(task, depth);
            shared.set_waits(task, None);
            (came, sys::now(), taken, true)
        };
        self.add(index, By::Mutex(lock));
        notes::lock_taken(&worker.tracer, task, LockId::named(index.0), (came, at), taken);
        if waited {
            // When the holder died is unknown, so since when the lock was free is too.
            let free = (taken == Taken::Properly).then(|| lock.released().max(came));
            worker.go_on(task, free);
        }
        Ok(())
    }

    /// The same for a lock that several tasks may hold at a time.
    fn take_permit(
        &mut self,
        worker: &mut Worker,
        task: TaskId,
        (index, permits): (LockIndex, SharedPermits),
        effect: Effect,
    ) {
        let (came, (taken, at), waited) = if let Some(taken) = permits.try_take() {
            (taken.1, taken, false)
        } else {
            let came = notes::leave(worker, task, effect, true, None);
            wait_for(worker, task, Waits::Permit(index));
            let taken = permits.take();
            worker.shared.set_waits(task, None);
            (came, taken, true)
        };
        self.add(index, By::Permit(permits));
        notes::permit_taken(&worker.tracer, task, LockId::named(index.0), (came, at), taken);
        if waited {
            worker.go_on(task, Some(permits.free_since().max(came)));
        }
    }

    /// Takes the lock `index` for `task` if it is free; returns whether it was.
    ///
    /// # Errors
    /// If there is no such lock.
    pub(super) fn try_take(
        &mut self,
        worker: &Worker,
        task: TaskId,
        (index, depth): (LockIndex, Depth),
    ) -> Result<bool, Failure> {
        let (tracer, id) = (&worker.tracer, LockId::named(index.0));
        let at = sys::now();
        if let Some(permits) = worker.shared.permits(index, tracer.worker()) {
            let Some((taken, at)) = permits.try_take() else { return Ok(refused(tracer, task, id)) };
            self.add(index, By::Permit(permits));
            notes::permit_taken(tracer, task, id, (at, at), taken);
            return Ok(true);
        }
        let lock = worker.shared.lock(index).ok_or_else(no_such_lock)?;
        let Some(taken) = lock.try_take(task, depth) else { return Ok(refused(tracer, task, id)) };
        let at = lock.held_since(at);
        self.add(index, By::Mutex(lock));
        notes::lock_taken(tracer, task, id, (at, at), taken);
        Ok(true)
    }

    /// Notes that the task holds the lock `index` from now on.
    pub(super) fn add(&mut self, index: LockIndex, by: By) {
        self.0.push((index, Held(Some(by))));
    }

    /// `task` lets go of the lock `index`, which it took last. The instant is taken before the lock is free, so the
    /// next holder has a later stamp.
    pub(super) fn release(&mut self, index: LockIndex, task: TaskId, tracer: &Tracer) {
        let Some((_, mut held)) = self.0.pop_if(|(held, _)| *held == index) else { return };
        let Some(by) = held.0.take() else { return };
        let (at, lock) = (sys::now(), LockId::named(index.0));
        match by.let_go(at) {
            None => tracer.emit_at(at, Event::LockReleased { lock, task, forced: false }),
            Some((taken, at)) => tracer.emit_at(at, Event::PermitReleased { lock, task, taken }),
        }
    }
}

/// Records that `task` found the lock taken; false.
pub(super) fn refused(tracer: &Tracer, task: TaskId, lock: LockId) -> bool {
    tracer.emit(Event::LockRefused { lock, task });
    false
}

/// `task` begins to wait on its own thread.
fn wait_for(worker: &Worker, task: TaskId, what: Waits) {
    worker.shared.set_waits(task, Some(what));
    // The worker does not go round in a loop while it waits for the lock.
    worker.tracer.set_waits(None);
}

/// The failure of `task`, which goes round for `lock` while nobody else can move.
pub(super) fn spins(plan: &Plan, task: TaskId, lock: LockIndex) -> Failure {
    let lock = plan.locks.get(usize::from(lock.0)).cloned().unwrap_or_default();
    Failure::Spins { task: plan.tasks[task.index()].name.clone(), lock }
}

/// The failure of a plan whose step names a lock that does not exist.
pub(super) fn no_such_lock() -> Failure {
    Failure::Plan { fault: PlanFault::Lock }
}
