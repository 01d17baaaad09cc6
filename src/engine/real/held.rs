//! The workload's own locks that a task holds. It lets go of each when the steps inside the lock are done, or when a
//! panic or the end of the run ends the task.

use tokio::sync::OwnedMutexGuard;

use super::compute::Worker;
use super::notes;
use super::ring::Tracer;
use super::shared::{SharedLock, Waits};
use crate::interpreter::Depth;
use crate::machine::sys::{self, Taken};
use crate::semantics::Effect;
use crate::state::{Failure, PlanFault};
use crate::trace::Event;
use crate::units::{LockId, Stamp, TaskId};
use crate::workload::LockIndex;

/// What keeps other tasks out of a held lock.
pub(super) enum By {
    /// The mutex in shared memory; this thread has locked it.
    Mutex,
    /// The loop's own mutex: a task that waits for it is suspended.
    Loop(OwnedMutexGuard<()>),
}

/// A lock that is held.
struct Held {
    lock: SharedLock,
    /// `None` once the task has let go of it.
    by: Option<By>,
}

impl Held {
    fn let_go(&mut self, at: Stamp) {
        match self.by.take() {
            None => {}
            Some(By::Mutex) => self.lock.let_go(at),
            Some(By::Loop(guard)) => {
                self.lock.note_free(at);
                drop(guard);
            }
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.let_go(sys::now());
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
        let lock = shared.lock(index).ok_or_else(no_such_lock)?;
        let came = sys::now();
        let (came, at, taken, waited) = if let Some(taken) = lock.try_take(task, depth) {
            (came, came, taken, false)
        } else {
            let came = notes::leave(worker, task, effect, true, None);
            shared.set_waits(task, Some(Waits::Lock(index)));
            // The worker does not go round in a loop while it waits for the lock.
            worker.tracer.set_waits(None);
            let taken = lock.take(task, depth);
            shared.set_waits(task, None);
            (came, sys::now(), taken, true)
        };
        self.add(index, lock, By::Mutex);
        notes::lock_taken(&worker.tracer, task, LockId::named(index.0), (came, at), taken);
        if waited {
            // When the holder died is unknown, so since when the lock was free is too.
            let free = (taken == Taken::Properly).then(|| lock.released().max(came));
            worker.go_on(task, free);
        }
        Ok(())
    }

    /// Notes that the task holds `lock` from now on.
    pub(super) fn add(&mut self, index: LockIndex, lock: SharedLock, by: By) {
        self.0.push((index, Held { lock, by: Some(by) }));
    }

    /// `task` lets go of the lock `index`, which it took last. The instant is taken before the lock is free, so the
    /// next holder has a later stamp.
    pub(super) fn release(&mut self, index: LockIndex, task: TaskId, tracer: &Tracer) {
        let Some((_, mut held)) = self.0.pop_if(|(held, _)| *held == index) else { return };
        let at = sys::now();
        held.let_go(at);
        tracer.emit_at(at, Event::LockReleased { lock: LockId::named(index.0), task, forced: false });
    }
}

/// The failure of a plan whose step names a lock that does not exist.
pub(super) fn no_such_lock() -> Failure {
    Failure::Plan { fault: PlanFault::Lock }
}
