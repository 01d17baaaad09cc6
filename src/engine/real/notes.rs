//! Events that more than one kind of worker emits, in the same words.

use super::compute::Worker;
use super::ring::Tracer;
use crate::machine::sys::Taken;
use crate::semantics::{Effect, LockUse};
use crate::state::State;
use crate::trace::Event;
use crate::units::{LockId, Ns, Stamp, TaskId};

/// The event that `task` is in `state` from now, with `holds`: whether it keeps its worker, and `due`: when it should
/// end.
pub(super) const fn enter(task: TaskId, state: State, holds: bool, due: Option<Ns>) -> Event {
    Event::Enter { task, state, holds, ago: Ns::ZERO, due }
}

/// The event that the worker of `task` is being created.
pub(super) const fn starting(task: TaskId) -> Event {
    enter(task, State::Starting, false, None)
}

/// The event that the order or the result of `task` is under way.
pub(super) const fn copying(task: TaskId) -> Event {
    enter(task, State::Copying, true, None)
}

/// Has `task`, which was running on `worker`, enter the state of `effect`, and releases the global lock if `effect`
/// says so; returns the instant.
pub(super) fn leave(worker: &mut Worker, task: TaskId, effect: Effect, holds: bool, due: Option<Ns>) -> Stamp {
    let at = worker.leave(task, enter(task, effect.state, holds, due));
    if effect.lock == LockUse::Released {
        worker.release_lock();
    }
    at
}

/// Records that `task`, which came for the lock `id` at the first instant, has it since the second.
pub(super) fn lock_taken(tracer: &Tracer, task: TaskId, id: LockId, (came, at): (Stamp, Stamp), taken: Taken) {
    if taken == Taken::FromTheDead {
        tracer.emit_at(at, Event::LockAbandoned { lock: id });
    }
    tracer.emit_at(at, Event::LockTaken { lock: id, task, waited: at.since(came) });
}

/// Records that `task`, which came for a permit of the lock `lock` at the first instant, has it since the second; now
/// `taken` are taken.
pub(super) fn permit_taken(tracer: &Tracer, task: TaskId, lock: LockId, (came, at): (Stamp, Stamp), taken: u8) {
    tracer.emit_at(at, Event::PermitTaken { lock, task, taken, waited: at.since(came) });
}
