//! Adding to counters: on the worker's own thread, without a wait.

use super::compute::Worker;
use super::shared::{Found, SharedCounter};
use crate::interpreter::Loaded;
use crate::machine::sys;
use crate::semantics::Effect;
use crate::state::{Failure, PlanFault};
use crate::trace::Event;
use crate::units::{CounterId, Ns, TaskId};

/// The counter `id` as `worker` adds to it: its own copy where `effect` says so.
fn find(worker: &Worker, id: CounterId, effect: Effect) -> Result<SharedCounter, Failure> {
    let found = worker.shared.counter(id, worker.tracer.worker(), effect.by_value);
    found.ok_or(Failure::Plan { fault: PlanFault::Counter })
}

/// Loads the value of the counter `id`.
///
/// # Errors
/// If there is no such counter.
pub(super) fn load(worker: &Worker, id: CounterId, effect: Effect) -> Result<Loaded, Failure> {
    let counter = find(worker, id, effect)?;
    let at = sys::now();
    Ok(Loaded { value: counter.load(), at })
}

/// Stores what `task` has loaded from the counter `id`, and one more.
///
/// # Errors
/// If there is no such counter.
pub(super) fn store(
    worker: &Worker,
    task: TaskId,
    (id, loaded): (CounterId, Loaded),
    effect: Effect,
) -> Result<(), Failure> {
    let value = loaded.value.wrapping_add(1);
    let Found { value: found, by } = find(worker, id, effect)?.store(value, task);
    let at = sys::now();
    let overwrote = by.filter(|_| found != loaded.value);
    let added = Event::Added { counter: id, task, value, found, overwrote, since: at.since(loaded.at) };
    worker.tracer.emit_at(at, added);
    Ok(())
}

/// Adds one to the counter `id` for `task`, in one instruction.
///
/// # Errors
/// If there is no such counter.
pub(super) fn increment(worker: &Worker, task: TaskId, id: CounterId, effect: Effect) -> Result<(), Failure> {
    let found = find(worker, id, effect)?.increment();
    let value = found.wrapping_add(1);
    worker.tracer.emit(Event::Added { counter: id, task, value, found, overwrote: None, since: Ns::ZERO });
    Ok(())
}
