//! Performing a program on a worker that does one thing after the other: the main thread, a thread of many, a worker
//! process. What a step does is read from `semantics`; here is only how.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::compute::Worker;
use super::sys;
pub(super) use super::sys::sleep_until;
use crate::model::ModelKind;
use crate::semantics::{self, Effect, LockUse};
use crate::state::{Outcome, State};
use crate::trace::{Event, TaskResult};
use crate::units::{Ns, Stamp, TaskId};
use crate::workload::{Op, StepKind, Task, Until, Work};

/// Performs `task` under `model` on `worker`; it is `running` from the start. Ending it is left to the caller.
pub(super) fn perform(worker: &mut Worker, model: ModelKind, id: TaskId, task: &Task) -> TaskResult {
    let performed = catch_unwind(AssertUnwindSafe(|| {
        worker.go_on(id, None);
        Performer { worker, model, task: id }.all(&task.ops, 0)
    }));
    match performed {
        Ok(value) => TaskResult { outcome: Outcome::Done, value: Some(value) },
        Err(_) => TaskResult { outcome: Outcome::Failed, value: None },
    }
}

/// Iterations of `work`; a plan has turned times into them.
pub(super) fn iterations(work: Work) -> u64 {
    match work {
        Work::Iterations(n) => n,
        Work::Time(_) => 0,
    }
}

struct Performer<'a> {
    worker: &'a mut Worker,
    model: ModelKind,
    task: TaskId,
}

impl Performer<'_> {
    fn all(&mut self, ops: &[Op], value: u64) -> u64 {
        ops.iter().fold(value, |value, op| self.one(op, value))
    }

    fn one(&mut self, op: &Op, value: u64) -> u64 {
        match op {
            Op::Compute(kernel, work) => return self.worker.compute(self.task, *kernel, value, iterations(*work)),
            Op::Sleep(time) => self.step(StepKind::Sleep, *time),
            Op::BlockingSleep(time) => self.step(StepKind::BlockingSleep, *time),
            Op::Yield => self.step(StepKind::Yield, Ns::ZERO),
            Op::Repeat(until, body) => return self.repeat(until, body, value),
        }
        value
    }

    fn step(&mut self, step: StepKind, time: Ns) {
        use semantics::Worker::{Blocks, Computes, PassesBy, Suspends, YieldsCore, YieldsLoop};
        let effect = semantics::effect(step, self.model);
        match effect.worker {
            // Whoever suspends without a loop under it just waits.
            Blocks | Suspends => {
                let began = self.leave(effect, Some(time));
                sleep_until(began + time);
                self.worker.go_on(self.task, Some(began + time));
            }
            YieldsCore => {
                self.leave(effect, None);
                rustix::thread::sched_yield();
                self.worker.go_on(self.task, None);
            }
            Computes | PassesBy | YieldsLoop => {}
        }
    }

    /// Enters the state of a step that does not compute, and does with the lock what it says.
    fn leave(&mut self, effect: Effect, due: Option<Ns>) -> Stamp {
        let (task, state) = (self.task, effect.state);
        let at = self.worker.leave(task, Event::Enter { task, state, holds: true, ago: Ns::ZERO, due });
        if effect.lock == LockUse::Released {
            self.worker.release_lock();
        }
        at
    }

    fn repeat(&mut self, until: &Until, body: &[Op], mut value: u64) -> u64 {
        let from = sys::now();
        match until {
            Until::Times(n) => (0..*n).fold(value, |value, _| self.round(body, value)),
            Until::For(time) => loop {
                value = self.round(body, value);
                if sys::now().since(from) >= *time {
                    return value;
                }
            },
            Until::Tasks(tasks) => {
                loop {
                    value = self.round(body, value);
                    if self.need_not_wait(tasks) {
                        break;
                    }
                }
                self.worker.recorder.set_waits(None);
                value
            }
        }
    }

    fn round(&mut self, body: &[Op], value: u64) -> u64 {
        let value = self.all(body, value);
        self.worker.give_lock_up_if_wanted(self.task);
        value
    }

    /// Whether `tasks` are over, or never will be.
    fn need_not_wait(&mut self, tasks: &[TaskId]) -> bool {
        let shared = self.worker.shared;
        let over = shared.over();
        if shared.all_over(tasks) || !semantics::others_move(self.model) {
            return true;
        }
        self.worker.recorder.set_waits(Some(over));
        shared.is_stuck(over)
    }
}

/// The event of a task that has been put off until its worker is there.
pub(super) fn starting(task: TaskId) -> Event {
    Event::Enter { task, state: State::Starting, holds: false, ago: Ns::ZERO, due: None }
}
