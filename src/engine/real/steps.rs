//! Performing a program on a worker that does one thing after the other: the main thread, a thread of many, a worker
//! process. What a step does is read from `semantics`; here is only how.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::compute::Worker;
use super::request::{Dice, Line, due};
use super::scratch::Scratch;
use super::shared::{Depth, SharedLock, Waits};
use crate::machine::sys::{self, Taken};
use crate::model::ModelKind;
use crate::semantics::{self, Effect, LockUse};
use crate::state::{Outcome, State};
use crate::trace::{Event, TaskResult};
use crate::units::{LockId, Ns, Stamp, TaskId};
use crate::workload::{LockIndex, Op, Request, StepKind, Task, Until, Work, walk};

/// Performs `task` under `model` on `worker`; it is `running` from the start. Ending it is left to the caller.
///
/// # Errors
/// In a sentence, if the system refuses what the task needs: the whole run is to end.
pub(super) fn perform(worker: &mut Worker, model: ModelKind, id: TaskId, task: &Task) -> Result<TaskResult, String> {
    let dice = Dice::new(worker.shared.seed(), id.0);
    let performed = catch_unwind(AssertUnwindSafe(|| {
        worker.go_on(id, None);
        let (line, scratch) = (Line::default(), Scratch::default());
        let mut performer = Performer { worker, model, task: id, dice, line, scratch, depth: 0, laps: 0 };
        let value = performer.all(&task.ops, 0)?;
        Ok((value, performer.laps))
    }));
    match performed {
        Ok(done) => done.map(|(value, laps)| TaskResult::done(value, laps)),
        Err(_) => Ok(TaskResult::broken(Outcome::Failed)),
    }
}

/// Iterations of `work`; a plan has turned times into them.
pub(super) fn iterations(work: Work) -> u64 {
    match work {
        Work::Iterations(n) => n,
        Work::Time(_) => 0,
    }
}

/// What a program has come to, or why the run must end.
type Value = Result<u64, String>;

struct Performer<'a> {
    worker: &'a mut Worker,
    model: ModelKind,
    task: TaskId,
    dice: Dice,
    line: Line,
    scratch: Scratch,
    /// How many `repeat until` it is inside of.
    depth: Depth,
    /// Rounds of its innermost repeats so far.
    laps: u64,
}

impl Performer<'_> {
    fn all(&mut self, ops: &[Op], value: u64) -> Value {
        ops.iter().try_fold(value, |value, op| self.one(op, value))
    }

    fn one(&mut self, op: &Op, value: u64) -> Value {
        match op {
            Op::Compute(kernel, work) => return Ok(self.worker.compute(self.task, *kernel, value, iterations(*work))),
            Op::Sleep(time) => self.step(StepKind::Sleep, *time),
            Op::BlockingSleep(time) => self.step(StepKind::BlockingSleep, *time),
            Op::Yield => self.step(StepKind::Yield, Ns::ZERO),
            Op::Await => self.step(StepKind::Await, Ns::ZERO),
            Op::Request(request) => self.request(request)?,
            Op::Read(bytes) => self.file(StepKind::Read, |scratch| scratch.read(*bytes))?,
            Op::Write(bytes) => self.file(StepKind::Write, |scratch| scratch.write(*bytes))?,
            Op::Lock(lock, body) => return self.locked(*lock, body, value),
            Op::Repeat(until, body) => return self.repeat(until, body, value),
        }
        Ok(value)
    }

    fn step(&mut self, step: StepKind, time: Ns) {
        use semantics::Worker::{Blocks, Computes, Offloads, PassesBy, Suspends, YieldsCore, YieldsLoop};
        let effect = semantics::effect(step, self.model);
        match effect.worker {
            // Whoever suspends without a loop under it just waits.
            Blocks | Suspends | Offloads => {
                let began = self.leave(effect, Some(time));
                sys::sleep_until(began + time);
                self.worker.go_on(self.task, Some(began + time));
            }
            YieldsCore => {
                self.leave(effect, None);
                std::thread::yield_now();
                self.worker.go_on(self.task, None);
            }
            Computes | PassesBy | YieldsLoop => {}
        }
    }

    fn request(&mut self, request: &Request) -> Result<(), String> {
        let latency = self.dice.latency(request);
        let effect = semantics::effect(StepKind::Request, self.model);
        let due = due(latency, request.bytes);
        let mut began = self.leave(effect, Some(due));
        self.line.send(self.worker.shared.port(), latency, request.bytes)?;
        // Two calls, as in CPython: between sending and receiving the caller has the global lock again.
        if effect.lock == LockUse::Released {
            if self.worker.take_lock(self.task) {
                let (task, left) = (self.task, due.less(sys::now().since(began)));
                let back = Event::Enter { task, state: effect.state, holds: true, ago: Ns::ZERO, due: Some(left) };
                // An answer that came while it waited for the lock was no reason to go on before.
                began = self.worker.tracer.emit(back);
            }
            self.worker.release_lock();
        }
        let sent = self.line.receive(request.bytes)?;
        self.worker.go_on(self.task, Some(sent.max(began)));
        Ok(())
    }

    fn file(&mut self, step: StepKind, act: impl FnOnce(&mut Scratch) -> Result<(), String>) -> Result<(), String> {
        self.leave(semantics::effect(step, self.model), None);
        act(&mut self.scratch)?;
        self.worker.go_on(self.task, None);
        Ok(())
    }

    /// Enters the state of a step that does not compute, and does with the global lock what it says.
    fn leave(&mut self, effect: Effect, due: Option<Ns>) -> Stamp {
        let (task, state) = (self.task, effect.state);
        let at = self.worker.leave(task, Event::Enter { task, state, holds: true, ago: Ns::ZERO, due });
        if effect.lock == LockUse::Released {
            self.worker.release_lock();
        }
        at
    }

    fn locked(&mut self, index: LockIndex, body: &[Op], value: u64) -> Value {
        let effect = semantics::effect(StepKind::Lock, self.model);
        let lock = self.worker.shared.lock(index).filter(|_| effect.worker != semantics::Worker::PassesBy);
        let Some(lock) = lock else { return self.all(body, value) };
        let (task, id) = (self.task, LockId::named(index.0));
        let came = sys::now();
        let (came, at, taken, waited) = if let Some(taken) = lock.try_take(task, self.depth) {
            (came, came, taken, false)
        } else {
            let came = self.leave(effect, None);
            let shared = self.worker.shared;
            shared.set_waits(task, Some(Waits::Lock(index)));
            // It does not go round and round meanwhile.
            self.worker.tracer.set_waits(None);
            let taken = lock.take(task, self.depth);
            shared.set_waits(task, None);
            (came, sys::now(), taken, true)
        };
        let held = Held { lock, let_go: false };
        note_taken(&self.worker.tracer, task, id, (came, at), taken);
        if waited {
            // Nobody knows when the dead died.
            let free = (taken == Taken::Properly).then(|| lock.released().max(came));
            self.worker.go_on(task, free);
        }
        let value = self.all(body, value);
        let at = held.let_go();
        self.worker.tracer.emit_at(at, Event::LockReleased { lock: id, task, forced: false });
        value
    }

    fn repeat(&mut self, until: &Until, body: &[Op], mut value: u64) -> Value {
        let from = sys::now();
        match until {
            Until::Times(n) => (0..*n).try_fold(value, |value, _| self.round(body, value)),
            Until::For(time) => loop {
                value = self.round(body, value)?;
                if sys::now().since(from) >= *time {
                    return Ok(value);
                }
            },
            Until::Tasks(tasks) => {
                self.depth = self.depth.saturating_add(1);
                loop {
                    value = self.round(body, value)?;
                    if self.need_not_wait(tasks) {
                        break;
                    }
                }
                self.depth = self.depth.saturating_sub(1);
                self.worker.tracer.set_waits(None);
                self.worker.shared.set_waits(self.task, None);
                Ok(value)
            }
        }
    }

    fn round(&mut self, body: &[Op], value: u64) -> Value {
        let value = self.all(body, value)?;
        self.laps += u64::from(walk(body).all(|visit| visit.op.until().is_none()));
        self.worker.give_lock_up_if_wanted(self.task);
        Ok(value)
    }

    /// Whether `tasks` are over, or never will be.
    fn need_not_wait(&mut self, tasks: &[TaskId]) -> bool {
        let shared = self.worker.shared;
        let over = shared.over();
        let Some(missing) =
            shared.first_missing(tasks).filter(|_| semantics::TABLE.others_move_during(&[], self.model))
        else {
            return true;
        };
        shared.set_waits(self.task, Some(Waits::Task(missing, self.depth)));
        self.worker.tracer.set_waits(Some(over));
        shared.is_stuck(over)
    }
}

/// A lock that is held until it is let go of, also by a panic.
struct Held {
    lock: SharedLock,
    let_go: bool,
}

impl Held {
    /// Lets go of it; when that was. It is stamped before it is so: whoever has it next has a later stamp.
    fn let_go(mut self) -> Stamp {
        self.let_go = true;
        let at = sys::now();
        self.lock.let_go(at);
        at
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.let_go {
            self.lock.let_go(sys::now());
        }
    }
}

/// Records that `task`, which came for the lock `id` at the first instant, has it since the second.
pub(super) fn note_taken(
    tracer: &super::ring::Tracer,
    task: TaskId,
    id: LockId,
    (came, at): (Stamp, Stamp),
    taken: Taken,
) {
    if taken == Taken::FromTheDead {
        tracer.emit_at(at, Event::LockAbandoned { lock: id });
    }
    tracer.emit_at(at, Event::LockTaken { lock: id, task, waited: at.since(came) });
}

/// The event of a task that has been put off until its worker is there.
pub(super) fn starting(task: TaskId) -> Event {
    Event::Enter { task, state: State::Starting, holds: false, ago: Ns::ZERO, due: None }
}
