//! The host on the loop: one task of the runtime for each task of the run. The interpreter says what a task needs and
//! with which effect; this file only does it, in a way that need not keep the thread waiting.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Loop;
use crate::engine::real::acts::Means;
use crate::engine::real::blocking::between_calls;
use crate::engine::real::carriers::no_such_queue;
use crate::engine::real::held::{self, By, HeldLocks, no_such_lock};
use crate::engine::real::notes::{self, leave};
use crate::engine::real::queues::Got;
use crate::engine::real::request::AsyncLine;
use crate::engine::real::shared::{SharedPermits, Waits};
use crate::engine::real::{counters, queues};
use crate::interpreter::{Action, Answer, Depth, Dice, Interpreter, Need};
use crate::machine::sys::{self, Taken};
use crate::model::ModelKind;
use crate::semantics::{Effect, Worker as Doing};
use crate::state::{Failure, Outcome};
use crate::trace::TaskResult;
use crate::units::{LockId, Ns, QueueId, Stamp, TaskId};
use crate::workload::LockIndex;

/// The life of `task` on the loop.
pub(super) async fn live(turns: Arc<Loop>, task: TaskId) {
    let witness = Witness { turns: &turns, task };
    turns.run.shared.mark_begun(task);
    turns.go_on(task, None);
    let run = Arc::clone(&turns.run);
    let dice = Dice::new(run.shared.seed(), task.0);
    let program = Interpreter::new(&run.plan.tasks[task.index()].ops, ModelKind::Async, run.table, dice);
    let line = AsyncLine::default();
    let mut host = Host { turns: &turns, task, means: Some(Means::default()), line, held: HeldLocks::default() };
    let done = host.follow(program).await;
    let means = host.means.take();
    drop(host);
    let outcome = if done.is_ok() { Outcome::Done } else { Outcome::Failed };
    turns.end(task, outcome);
    // Removing a file waits for the disk. A helper thread does it: on the loop all tasks would wait for it.
    if let Some(means) = means.filter(Means::has_file) {
        tokio::task::spawn_blocking(move || drop(means));
    }
    let _ = turns.results.send((task, done.map(|(value, laps)| TaskResult::done(value, laps))));
    drop(witness);
}

/// Dropped when a task ends: begins another task in its place. If the task panicked, reports it as failed.
struct Witness<'a> {
    turns: &'a Arc<Loop>,
    task: TaskId,
}

impl Drop for Witness<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.turns.end(self.task, Outcome::Failed);
            let _ = self.turns.results.send((self.task, Ok(TaskResult::broken(Outcome::Failed))));
        }
        self.turns.begin_next();
    }
}

struct Host<'a> {
    turns: &'a Arc<Loop>,
    task: TaskId,
    /// Lent to a helper thread while that thread does an action.
    means: Option<Means>,
    line: AsyncLine,
    held: HeldLocks,
}

impl Host<'_> {
    /// Performs the program; returns its value and its laps.
    async fn follow(&mut self, mut program: Interpreter<'_>) -> Result<(u64, u64), Failure> {
        let mut answer = Answer::Done;
        loop {
            answer = match program.next(answer) {
                Need::Step(action, effect) => self.step(action, effect).await?,
                Need::Release(lock) => {
                    self.held.release(lock, self.task, &self.turns.worker().tracer);
                    Answer::Done
                }
                Need::Now => Answer::Instant(sys::now()),
                // No other thread interprets this program.
                Need::Switch => Answer::Done,
                // No other task on this thread can have asked for the global lock.
                Need::Round => {
                    self.turns.run.shared.set_laps(self.task, program.laps());
                    Answer::Done
                }
                Need::Others { tasks, depth } => Answer::Over(self.are_over(tasks, depth)),
                Need::Spins(lock) => return Err(held::spins(&self.turns.run.plan, self.task, lock)),
                Need::End { value, laps } => return Ok((value, laps)),
            };
        }
    }

    async fn step(&mut self, action: Action, effect: Effect) -> Result<Answer, Failure> {
        match action {
            Action::Compute { kernel, amount, value } => {
                let work = (kernel, amount, value);
                return Ok(Answer::Value(self.turns.worker().compute(self.task, work, effect.lock)));
            }
            Action::Take { lock, depth } => self.take(lock, depth, effect).await?,
            Action::Try { lock, depth } => return self.try_take(lock, depth).map(Answer::Whether),
            Action::Put { queue, bytes } => self.put(queue, bytes, effect).await?,
            Action::Get { queue, each } => return self.get(queue, each, effect).await.map(Answer::Whether),
            Action::Load(counter) => {
                return counters::load(&self.turns.worker(), counter, effect).map(Answer::Loaded);
            }
            Action::Store(counter, loaded) => {
                counters::store(&self.turns.worker(), self.task, (counter, loaded), effect)?;
            }
            Action::Increment(counter) => {
                counters::increment(&self.turns.worker(), self.task, counter, effect)?;
            }
            Action::Wait(_) | Action::Request { .. } | Action::Read(_) | Action::Write(_) | Action::GiveWay => {
                self.wait(action, effect).await?;
            }
        }
        Ok(Answer::Done)
    }

    fn leave(&self, effect: Effect, holds: bool, due: Option<Ns>) -> Stamp {
        leave(&mut self.turns.worker(), self.task, effect, holds, due)
    }

    async fn wait(&mut self, action: Action, effect: Effect) -> Result<(), Failure> {
        match effect.worker {
            Doing::Suspends | Doing::Offloads => {
                let began = self.leave(effect, false, action.due());
                let offloads = effect.worker == Doing::Offloads;
                let ready =
                    if offloads { self.offload(action, began).await? } else { self.suspend(action, began).await? };
                self.turns.go_on(self.task, ready);
            }
            Doing::YieldsLoop => {
                self.leave(effect, false, None);
                self.turns.yields.give_way().await;
                self.turns.go_on(self.task, None);
            }
            Doing::Blocks => {
                let began = self.leave(effect, true, action.due());
                let ready = self.act(action, effect, began)?;
                self.turns.worker().go_on(self.task, ready);
            }
            Doing::YieldsCore => {
                self.leave(effect, true, None);
                std::thread::yield_now();
                self.turns.worker().go_on(self.task, None);
            }
            // The task goes on executing, and keeps the lock.
            Doing::Computes => {
                self.act(action, effect, sys::now())?;
            }
            Doing::PassesBy => {}
        }
        Ok(())
    }

    /// Does `action` on the loop's own thread: no other task moves meanwhile.
    fn act(&mut self, action: Action, effect: Effect, began: Stamp) -> Result<Option<Stamp>, Failure> {
        let (task, mut worker) = (self.task, self.turns.worker());
        let port = worker.shared.port();
        let means = self.means.get_or_insert_default();
        means.act(action, began, port, |began| between_calls(&mut worker, task, action, effect, began))
    }

    /// Waits for what `action` asks for while the loop runs others; returns since when the task can go on, if that is
    /// known.
    async fn suspend(&mut self, action: Action, began: Stamp) -> Result<Option<Stamp>, Failure> {
        match action {
            Action::Wait(time) => {
                // A timer that is due already would still go through the kernel: the task gives way instead.
                if !self.turns.timers.until(began + time).await {
                    self.turns.yields.give_way().await;
                }
                Ok(Some(began + time))
            }
            Action::Request { latency, bytes } => {
                let sent = self.line.ask(self.turns.run.shared.port(), latency, bytes).await?;
                Ok(Some(sent.max(began)))
            }
            // No system lets a loop wait for a file as it can wait for a socket.
            Action::Read(_) | Action::Write(_) => self.offload(action, began).await,
            Action::GiveWay
            | Action::Compute { .. }
            | Action::Take { .. }
            | Action::Try { .. }
            | Action::Put { .. }
            | Action::Get { .. }
            | Action::Load(_)
            | Action::Store(..)
            | Action::Increment(_) => {
                self.turns.yields.give_way().await;
                Ok(None)
            }
        }
    }

    /// Has a helper thread do `action` while the loop runs others; returns since when it is done.
    async fn offload(&mut self, action: Action, began: Stamp) -> Result<Option<Stamp>, Failure> {
        let mut means = self.means.take().unwrap_or_default();
        let turns = Arc::clone(self.turns);
        let helped = tokio::task::spawn_blocking(move || {
            let cpu = sys::thread_cpu();
            let done = means.act(action, began, turns.run.shared.port(), |began| began);
            turns.helpers.fetch_add(sys::thread_cpu().less(cpu).0, Ordering::Relaxed);
            (means, done, sys::now())
        });
        let (means, done, at) = helped.await.map_err(|e| Failure::Helper { said: e.to_string() })?;
        self.means = Some(means);
        done.map(|ready| ready.or(Some(at)))
    }

    async fn take(&mut self, index: LockIndex, depth: Depth, effect: Effect) -> Result<(), Failure> {
        if !suspends(effect) {
            // The lock's holder may be waiting on this very loop: then nothing ever moves again, as in real code.
            return self.held.take(&mut self.turns.worker(), self.task, (index, depth), effect);
        }
        let shared = self.turns.run.shared;
        let permits = shared.permits(index, self.turns.worker().tracer.worker());
        if let Some(permits) = permits {
            return self.take_permit(index, permits, effect).await;
        }
        let (task, id) = (self.task, LockId::named(index.0));
        let (Some(mutex), Some(lock)) = (self.turns.locks.get(usize::from(index.0)), shared.lock(index)) else {
            return Err(no_such_lock());
        };
        let note = |came, at| notes::lock_taken(&self.turns.worker().tracer, task, id, (came, at), Taken::Properly);
        let came = sys::now();
        let guard = if let Ok(guard) = Arc::clone(mutex).try_lock_owned() {
            lock.note_taken(task, depth);
            note(came, came);
            guard
        } else {
            let came = self.leave(effect, false, None);
            shared.set_waits(task, Some(Waits::Lock(index)));
            let guard = Arc::clone(mutex).lock_owned().await;
            shared.set_waits(task, None);
            lock.note_taken(task, depth);
            note(came, sys::now());
            self.turns.go_on(task, Some(lock.released().max(came)));
            guard
        };
        self.held.add(index, By::Loop(lock, guard));
        Ok(())
    }

    /// The same for a lock that several tasks may hold at a time.
    async fn take_permit(&mut self, index: LockIndex, permits: SharedPermits, effect: Effect) -> Result<(), Failure> {
        let (task, id, shared) = (self.task, LockId::named(index.0), self.turns.run.shared);
        let own = self.turns.permits.get(usize::from(index.0)).ok_or_else(no_such_lock)?;
        // Whoever has one of the loop's own permits finds one of the shared ones free.
        let note = |came: Option<Stamp>| {
            let (taken, at) = permits.try_take().unwrap_or_else(|| (u8::MAX, sys::now()));
            notes::permit_taken(&self.turns.worker().tracer, task, id, (came.unwrap_or(at), at), taken);
        };
        let permit = if let Ok(permit) = Arc::clone(own).try_acquire_owned() {
            note(None);
            permit
        } else {
            let came = self.leave(effect, false, None);
            shared.set_waits(task, Some(Waits::Permit(index)));
            let permit = Arc::clone(own).acquire_owned().await.map_err(|_| no_such_lock())?;
            shared.set_waits(task, None);
            note(Some(came));
            self.turns.go_on(task, Some(permits.free_since().max(came)));
            permit
        };
        self.held.add(index, By::LoopPermit(permits, permit));
        Ok(())
    }

    /// Takes a lock if it is free; returns whether it was.
    fn try_take(&mut self, index: LockIndex, depth: Depth) -> Result<bool, Failure> {
        let (task, id, shared, at) = (self.task, LockId::named(index.0), self.turns.run.shared, sys::now());
        let worker = self.turns.worker();
        let place = usize::from(index.0);
        let by = if let Some(permits) = shared.permits(index, worker.tracer.worker()) {
            let own = self.turns.permits.get(place).ok_or_else(no_such_lock)?;
            let Ok(permit) = Arc::clone(own).try_acquire_owned() else {
                return Ok(held::refused(&worker.tracer, task, id));
            };
            let (taken, at) = permits.try_take().unwrap_or((u8::MAX, at));
            notes::permit_taken(&worker.tracer, task, id, (at, at), taken);
            By::LoopPermit(permits, permit)
        } else {
            let (Some(mutex), Some(lock)) = (self.turns.locks.get(place), shared.lock(index)) else {
                return Err(no_such_lock());
            };
            let Ok(guard) = Arc::clone(mutex).try_lock_owned() else {
                return Ok(held::refused(&worker.tracer, task, id));
            };
            lock.note_taken(task, depth);
            notes::lock_taken(&worker.tracer, task, id, (at, at), Taken::Properly);
            By::Loop(lock, guard)
        };
        drop(worker);
        self.held.add(index, by);
        Ok(true)
    }

    async fn put(&mut self, queue: QueueId, bytes: u64, effect: Effect) -> Result<(), Failure> {
        if !suspends(effect) {
            return queues::put(&mut self.turns.worker(), self.task, (queue, bytes), effect);
        }
        let (came, mut left) = (sys::now(), None);
        let gates = self.turns.gates.get(queue.index()).ok_or_else(no_such_queue)?;
        let shared = self.turns.run.shared;
        loop {
            let room_since = {
                let mut worker = self.turns.worker();
                queues::try_put(&mut worker, self.task, (queue, bytes), (came, left))?
            };
            if let Some(since) = room_since {
                self.arrive(left, since);
                gates.messages.open();
                return Ok(());
            }
            if left.is_none() {
                left = Some(self.leave(effect, false, None));
                shared.set_waits(self.task, Some(Waits::Room(queue)));
            }
            gates.room.wait().await;
        }
    }

    async fn get(&mut self, queue: QueueId, each: bool, effect: Effect) -> Result<bool, Failure> {
        let turns = self.turns;
        let name = &turns.run.plan.tasks[self.task.index()].name;
        if !suspends(effect) {
            return queues::get(&mut turns.worker(), (self.task, name), (queue, each), effect);
        }
        let (came, mut left) = (sys::now(), None);
        let gates = turns.gates.get(queue.index()).ok_or_else(no_such_queue)?;
        loop {
            let got = {
                let worker = turns.worker();
                queues::try_get(&worker, self.task, queue, (came, left))?
            };
            match got {
                Some((Got::Message, since)) => {
                    self.arrive(left, since);
                    gates.room.open();
                    return Ok(true);
                }
                Some((Got::Closed, since)) => {
                    self.arrive(left, since);
                    let queues = turns.worker().queues;
                    return if each { Ok(false) } else { Err(queues::no_message(queues, name, queue)) };
                }
                None => {}
            }
            if left.is_none() {
                left = Some(self.leave(effect, false, None));
                turns.run.shared.set_waits(self.task, Some(Waits::Message(queue)));
            }
            gates.messages.wait().await;
        }
    }

    /// The task goes on after a wait at a queue, if it had to wait: it could have since `since`.
    fn arrive(&self, left: Option<Stamp>, since: Stamp) {
        if let Some(left) = left {
            self.turns.run.shared.set_waits(self.task, None);
            self.turns.go_on(self.task, Some(since.max(left)));
        }
    }

    /// Whether `tasks` are over. If not, records which task this one goes round waiting for.
    fn are_over(&self, tasks: &[TaskId], depth: Depth) -> bool {
        let shared = self.turns.run.shared;
        let missing = shared.first_missing(tasks);
        shared.set_waits(self.task, missing.map(|missing| Waits::Task(missing, depth)));
        missing.is_none()
    }
}

/// Whether a task that waits leaves the loop free meanwhile.
const fn suspends(effect: Effect) -> bool {
    match effect.worker {
        Doing::Suspends | Doing::Offloads | Doing::YieldsLoop | Doing::YieldsCore => true,
        Doing::Blocks | Doing::Computes | Doing::PassesBy => false,
    }
}
