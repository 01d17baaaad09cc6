//! All tasks on one thread, with an event loop: whoever waits is suspended and the loop goes on with another.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::{Builder, Runtime};

use super::compute::Worker;
use super::request::{AsyncLine, Dice, due};
use super::run::{Finish, Run};
use super::scratch::Scratch;
use super::shared::{Depth, Waits};
use super::steps::{iterations, note_taken};
use crate::machine::sys::{self, Taken};
use crate::model::ModelKind;
use crate::semantics::{self, LockUse};
use crate::state::{Outcome, State};
use crate::trace::{Event, TaskResult};
use crate::units::{LockId, Ns, Stamp, TaskId, WorkerId};
use crate::workload::{LockIndex, Op, Request, StepKind, Until, walk};

/// The loop's one worker and what the tasks share.
struct Loop {
    run: Arc<Run>,
    /// Never waited for: there is one thread.
    worker: Mutex<Worker>,
    /// The workload's locks: waiting for one is a suspension.
    locks: Vec<tokio::sync::Mutex<()>>,
    /// CPU time of the threads that read and write for it.
    helpers: AtomicU64,
    /// When the loop last began to listen.
    listens: AtomicU64,
    /// When it last woke up, having really waited.
    woke: AtomicU64,
}

/// Where a task's result goes.
type Results = tokio::sync::mpsc::UnboundedSender<(TaskId, Result<TaskResult, String>)>;

/// A loop that listens for less has not waited: something was already there, since before it began.
const GLANCE: Ns = Ns::from_micros(20);

/// Runs all tasks, until the last one that counts is over. What is suspended then stays so.
pub(super) fn run(run: &Arc<Run>) -> Result<Finish, String> {
    let tracer = run.main_worker(c"loop")?;
    let worker = Worker::new(run.shared, tracer, run.gil(WorkerId(0)).as_ref());
    let turns = Arc::new(Loop {
        run: Arc::clone(run),
        worker: Mutex::new(worker),
        locks: run.plan.locks.iter().map(|_| tokio::sync::Mutex::default()).collect(),
        helpers: AtomicU64::new(0),
        listens: AtomicU64::new(0),
        woke: AtomicU64::new(0),
    });
    let runtime = build(&turns)
        .map_err(|e| format!("the event loop cannot be made: {e}; raise `ulimit -n`, or close programs"))?;
    let finish = runtime.block_on(async {
        let (results, mut received) = tokio::sync::mpsc::unbounded_channel();
        for task in (0..run.plan.tasks.len() as u32).map(TaskId) {
            turns.worker().tracer.emit(enter(task, State::Ready, false, None));
            tokio::spawn(live(Arc::clone(&turns), task, results.clone()));
        }
        drop(results);
        let mut finish = Finish::new(&run.plan);
        while let Some((task, result)) = received.recv().await {
            finish.hold(task, result?);
            if finish.is_complete() {
                break;
            }
        }
        finish.end = sys::now();
        finish.helpers = Ns(turns.helpers.load(Ordering::Relaxed));
        Ok(finish)
    });
    turns.worker().release_lock();
    // The process ends soon; nobody is to be woken or dropped before.
    std::mem::forget(runtime);
    finish
}

fn build(turns: &Arc<Loop>) -> std::io::Result<Runtime> {
    let (parks, wakes) = (Arc::clone(turns), Arc::clone(turns));
    Builder::new_current_thread()
        .enable_time()
        .enable_io()
        .on_thread_park(move || {
            let mut worker = parks.worker();
            let at = worker.tracer.emit(Event::LoopListens);
            worker.release_lock();
            parks.listens.store(at.0, Ordering::Relaxed);
        })
        .on_thread_unpark(move || {
            let at = wakes.worker().tracer.emit(Event::LoopWakes);
            if at.since(Stamp(wakes.listens.load(Ordering::Relaxed))) > GLANCE {
                wakes.woke.store(at.0, Ordering::Relaxed);
            }
        })
        .build()
}

fn enter(task: TaskId, state: State, holds: bool, due: Option<Ns>) -> Event {
    Event::Enter { task, state, holds, ago: Ns::ZERO, due }
}

impl Loop {
    fn worker(&self) -> MutexGuard<'_, Worker> {
        self.worker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `task` moves again. It could have since `ready`, if that is known, but not before the loop woke up: until then
    /// it was its timer that was late.
    fn go_on(&self, task: TaskId, ready: Option<Stamp>) {
        let woke = Stamp(self.woke.load(Ordering::Relaxed));
        self.worker().go_on(task, ready.map(|r| r.max(woke)));
    }
}

/// A task's life on the loop.
async fn live(turns: Arc<Loop>, task: TaskId, results: Results) {
    let witness = Witness { turns: &turns, task, results: &results };
    turns.go_on(task, None);
    let dice = Dice::new(turns.run.shared.seed(), task.0);
    let (line, scratch) = (AsyncLine::default(), Some(Scratch::default()));
    let mut life = Life { turns: &turns, task, dice, line, scratch, depth: 0, laps: 0 };
    let value = life.all(&turns.run.plan.tasks[task.index()].ops, 0).await;
    let outcome = if value.is_ok() { Outcome::Done } else { Outcome::Failed };
    turns.worker().end(task, outcome);
    let laps = life.laps;
    let _ = results.send((task, value.map(|value| TaskResult::done(value, laps))));
    drop(witness);
}

/// Sees a task panic, and says so.
struct Witness<'a> {
    turns: &'a Loop,
    task: TaskId,
    results: &'a Results,
}

impl Drop for Witness<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.turns.worker().end(self.task, Outcome::Failed);
            let _ = self.results.send((self.task, Ok(TaskResult::broken(Outcome::Failed))));
        }
    }
}

/// What a program has come to, or why the run must end.
type Value = Result<u64, String>;

/// A task on the loop, and what it has in hand.
struct Life<'a> {
    turns: &'a Arc<Loop>,
    task: TaskId,
    dice: Dice,
    line: AsyncLine,
    /// Lent to a helper thread while that reads or writes.
    scratch: Option<Scratch>,
    /// How many `repeat until` it is inside of.
    depth: Depth,
    /// Rounds of its innermost repeats so far.
    laps: u64,
}

impl Life<'_> {
    fn all<'s>(&'s mut self, ops: &'s [Op], mut value: u64) -> Pin<Box<dyn Future<Output = Value> + Send + 's>> {
        Box::pin(async move {
            for op in ops {
                match op {
                    Op::Compute(kernel, work) => {
                        value = self.turns.worker().compute(self.task, *kernel, value, iterations(*work));
                    }
                    Op::Sleep(time) => self.step(StepKind::Sleep, *time).await,
                    Op::BlockingSleep(time) => self.step(StepKind::BlockingSleep, *time).await,
                    Op::Yield => self.step(StepKind::Yield, Ns::ZERO).await,
                    Op::Await => self.step(StepKind::Await, Ns::ZERO).await,
                    Op::Request(request) => self.request(request).await?,
                    Op::Read(bytes) => {
                        let bytes = *bytes;
                        self.file(StepKind::Read, move |scratch| scratch.read(bytes)).await?;
                    }
                    Op::Write(bytes) => {
                        let bytes = *bytes;
                        self.file(StepKind::Write, move |scratch| scratch.write(bytes)).await?;
                    }
                    Op::Lock(lock, body) => value = self.locked(*lock, body, value).await?,
                    Op::Repeat(until, body) => value = self.repeat(until, body, value).await?,
                }
            }
            Ok(value)
        })
    }

    /// Enters the state that `step` says; when.
    fn leave(&self, step: StepKind, due: Option<Ns>) -> Stamp {
        let effect = semantics::effect(step, ModelKind::Async);
        let holds = effect.worker == semantics::Worker::Blocks;
        let mut worker = self.turns.worker();
        let began = worker.leave(self.task, enter(self.task, effect.state, holds, due));
        if effect.lock == LockUse::Released {
            worker.release_lock();
        }
        began
    }

    async fn step(&self, step: StepKind, time: Ns) {
        use semantics::Worker::{Blocks, Computes, Offloads, PassesBy, Suspends, YieldsCore, YieldsLoop};
        match semantics::effect(step, ModelKind::Async).worker {
            Suspends | Offloads => {
                let began = self.leave(step, Some(time));
                // A timer that is due at once would still cost a millisecond: the wheel's step.
                if time == Ns::ZERO {
                    tokio::task::yield_now().await;
                } else {
                    tokio::time::sleep(time.to_std()).await;
                }
                self.turns.go_on(self.task, Some(began + time));
            }
            Blocks => {
                let began = self.leave(step, Some(time));
                sys::sleep_until(began + time);
                self.turns.worker().go_on(self.task, Some(began + time));
            }
            YieldsLoop | YieldsCore => {
                self.leave(step, None);
                tokio::task::yield_now().await;
                self.turns.go_on(self.task, None);
            }
            Computes | PassesBy => {}
        }
    }

    async fn request(&mut self, request: &Request) -> Result<(), String> {
        let latency = self.dice.latency(request);
        let began = self.leave(StepKind::Request, Some(due(latency, request.bytes)));
        let sent = self.line.ask(self.turns.run.shared.port(), latency, request.bytes).await?;
        self.turns.go_on(self.task, Some(sent.max(began)));
        Ok(())
    }

    /// Has a helper thread `act` on the task's file.
    async fn file<F>(&mut self, step: StepKind, act: F) -> Result<(), String>
    where
        F: FnOnce(&mut Scratch) -> Result<(), String> + Send + 'static,
    {
        let mut scratch = self.scratch.take().unwrap_or_default();
        self.leave(step, None);
        let turns = Arc::clone(self.turns);
        let helped = tokio::task::spawn_blocking(move || {
            let cpu = sys::thread_cpu();
            let done = act(&mut scratch);
            turns.helpers.fetch_add(sys::thread_cpu().less(cpu).0, Ordering::Relaxed);
            (scratch, done, sys::now())
        });
        let (scratch, done, at) = helped.await.map_err(|e| format!("a helper thread for files broke down: {e}"))?;
        self.scratch = Some(scratch);
        done?;
        self.turns.go_on(self.task, Some(at));
        Ok(())
    }

    async fn locked(&mut self, index: LockIndex, body: &[Op], value: u64) -> Value {
        let shared = self.turns.run.shared;
        let (Some(mutex), Some(lock)) = (self.turns.locks.get(usize::from(index.0)), shared.lock(index)) else {
            return self.all(body, value).await;
        };
        let (task, id) = (self.task, LockId::named(index.0));
        let came = sys::now();
        let held = if let Ok(held) = mutex.try_lock() {
            lock.note_taken(task, self.depth);
            note_taken(&self.turns.worker().tracer, task, id, (came, came), Taken::Properly);
            held
        } else {
            let came = self.leave(StepKind::Lock, None);
            shared.set_waits(task, Some(Waits::Lock(index)));
            let held = mutex.lock().await;
            shared.set_waits(task, None);
            lock.note_taken(task, self.depth);
            note_taken(&self.turns.worker().tracer, task, id, (came, sys::now()), Taken::Properly);
            self.turns.go_on(task, Some(lock.released().max(came)));
            held
        };
        let value = self.all(body, value).await;
        let at = self.turns.worker().tracer.emit(Event::LockReleased { lock: id, task, forced: false });
        lock.note_free(at);
        drop(held);
        value
    }

    async fn round(&mut self, body: &[Op], value: u64) -> Value {
        let value = self.all(body, value).await?;
        self.laps += u64::from(walk(body).all(|visit| visit.op.until().is_none()));
        Ok(value)
    }

    async fn repeat(&mut self, until: &Until, body: &[Op], mut value: u64) -> Value {
        let from = sys::now();
        match until {
            Until::Times(n) => {
                for _ in 0..*n {
                    value = self.round(body, value).await?;
                }
            }
            Until::For(time) => loop {
                value = self.round(body, value).await?;
                if sys::now().since(from) >= *time {
                    break;
                }
            },
            Until::Tasks(tasks) => {
                let shared = self.turns.run.shared;
                self.depth = self.depth.saturating_add(1);
                loop {
                    value = self.round(body, value).await?;
                    let missing = shared.first_missing(tasks);
                    if missing.is_none() || !semantics::TABLE.others_move_during(body, ModelKind::Async) {
                        break;
                    }
                    shared.set_waits(self.task, missing.map(|task| Waits::Task(task, self.depth)));
                }
                self.depth = self.depth.saturating_sub(1);
                shared.set_waits(self.task, None);
            }
        }
        Ok(value)
    }
}
