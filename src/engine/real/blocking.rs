//! The host that blocks: a worker that does one thing after the other, be it the main thread, one of many threads or a
//! worker process. The interpreter says what a task needs and with which effect; this file only does it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::acts::Means;
use super::compute::Worker;
use super::held::HeldLocks;
use super::notes::{self, leave};
use super::shared::Waits;
use super::{counters, queues};
use crate::interpreter::{Action, Answer, Depth, Dice, Interpreter, Need};
use crate::machine::sys;
use crate::model::ModelKind;
use crate::semantics::{Effect, LockUse, Table, Worker as Doing};
use crate::state::{Failure, Outcome};
use crate::trace::TaskResult;
use crate::units::{Stamp, TaskId};
use crate::workload::Task;

/// Performs `task` under `model` on `worker`, every step as `table` says; the task is `running` from the start. The
/// caller records its end.
///
/// # Errors
/// If the system refuses what the task needs: the whole run is to end.
pub(super) fn perform(
    worker: &mut Worker,
    (model, table): (ModelKind, &Table),
    id: TaskId,
    task: &Task,
) -> Result<TaskResult, Failure> {
    let dice = Dice::new(worker.shared.seed(), id.0);
    let program = Interpreter::new(&task.ops, model, table, dice);
    worker.shared.mark_begun(id);
    let performed = catch_unwind(AssertUnwindSafe(|| {
        worker.go_on(id, None);
        Host { worker, task: id, name: &task.name, means: Means::default(), held: HeldLocks::default() }.follow(program)
    }));
    match performed {
        Ok(done) => done.map(|(value, laps)| TaskResult::done(value, laps)),
        Err(_) => Ok(TaskResult::broken(Outcome::Failed)),
    }
}

struct Host<'a> {
    worker: &'a mut Worker,
    task: TaskId,
    name: &'a str,
    means: Means,
    held: HeldLocks,
}

impl Host<'_> {
    /// Performs the program; returns its value and its laps.
    fn follow(&mut self, mut program: Interpreter<'_>) -> Result<(u64, u64), Failure> {
        let mut answer = Answer::Done;
        loop {
            answer = match program.next(answer) {
                Need::Step(action, effect) => self.step(action, effect)?,
                Need::Release(lock) => {
                    self.held.release(lock, self.task, &self.worker.tracer);
                    Answer::Done
                }
                Need::Now => Answer::Instant(sys::now()),
                Need::Round => {
                    self.worker.shared.set_laps(self.task, program.laps());
                    self.worker.give_lock_up_if_wanted(self.task);
                    Answer::Done
                }
                Need::Switch => {
                    self.worker.give_lock_up_if_wanted(self.task);
                    Answer::Done
                }
                Need::Others { tasks, depth } => Answer::Over(self.need_not_wait(tasks, depth)),
                // Only on a loop does nobody else move.
                Need::Spins(_) => Answer::Done,
                Need::End { value, laps } => return Ok((value, laps)),
            };
        }
    }

    fn step(&mut self, action: Action, effect: Effect) -> Result<Answer, Failure> {
        match action {
            Action::Compute { kernel, amount, value } => {
                return Ok(Answer::Value(self.worker.compute(self.task, (kernel, amount, value), effect.lock)));
            }
            Action::Take { lock, depth } => self.held.take(self.worker, self.task, (lock, depth), effect)?,
            Action::Try { lock, depth } => {
                return self.held.try_take(self.worker, self.task, (lock, depth)).map(Answer::Whether);
            }
            Action::Put { queue, bytes } => queues::put(self.worker, self.task, (queue, bytes), effect)?,
            Action::Get { queue, each } => {
                let (who, what) = ((self.task, self.name), (queue, each));
                return queues::get(self.worker, who, what, effect).map(Answer::Whether);
            }
            Action::Load(counter) => return counters::load(self.worker, counter, effect).map(Answer::Loaded),
            Action::Store(counter, loaded) => counters::store(self.worker, self.task, (counter, loaded), effect)?,
            Action::Increment(counter) => counters::increment(self.worker, self.task, counter, effect)?,
            Action::Wait(_) | Action::Request { .. } | Action::Read(_) | Action::Write(_) | Action::GiveWay => {
                self.wait(action, effect)?;
            }
        }
        Ok(Answer::Done)
    }

    fn wait(&mut self, action: Action, effect: Effect) -> Result<(), Failure> {
        match effect.worker {
            // Without a loop, a task that suspends or offloads just waits.
            Doing::Blocks | Doing::Suspends | Doing::Offloads => {
                let began = leave(self.worker, self.task, effect, true, action.due());
                let ready = self.act(action, effect, began)?;
                self.worker.go_on(self.task, ready);
            }
            Doing::YieldsCore => {
                leave(self.worker, self.task, effect, true, None);
                std::thread::yield_now();
                self.worker.go_on(self.task, None);
            }
            // The task goes on executing, and keeps the lock.
            Doing::Computes => {
                self.act(action, effect, sys::now())?;
            }
            // There is no loop to give way to.
            Doing::YieldsLoop | Doing::PassesBy => {}
        }
        Ok(())
    }

    /// Does `action`, which began at `began`; returns since when the task can go on, if that is known.
    fn act(&mut self, action: Action, effect: Effect, began: Stamp) -> Result<Option<Stamp>, Failure> {
        let (port, task) = (self.worker.shared.port(), self.task);
        let worker = &mut *self.worker;
        self.means.act(action, began, port, |began| between_calls(worker, task, action, effect, began))
    }

    /// Whether `tasks` are over, or never will be. If not, records which task this one goes round waiting for.
    fn need_not_wait(&mut self, tasks: &[TaskId], depth: Depth) -> bool {
        let shared = self.worker.shared;
        let over = shared.over();
        let waits = shared.first_missing(tasks).is_some_and(|missing| {
            shared.set_waits(self.task, Some(Waits::Task(missing, depth)));
            self.worker.tracer.set_waits(Some(over));
            !shared.is_stuck(over)
        });
        if !waits {
            self.worker.tracer.set_waits(None);
            shared.set_waits(self.task, None);
        }
        !waits
    }
}

/// What happens between sending a request and receiving its answer. As in `CPython` these are two calls: if the step
/// releases the global lock, the caller takes it again in between. Returns from when on an answer counts: while the
/// caller waited for the lock, an answer that came could not let it go on.
pub(super) fn between_calls(
    worker: &mut Worker,
    task: TaskId,
    action: Action,
    effect: Effect,
    mut began: Stamp,
) -> Stamp {
    if effect.lock == LockUse::Released {
        if worker.take_lock(task) {
            let left = action.due().map(|due| due.less(sys::now().since(began)));
            began = worker.tracer.emit(notes::enter(task, effect.state, true, left));
        }
        worker.release_lock();
    }
    began
}
