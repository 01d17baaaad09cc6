//! All tasks on one thread, with an event loop: whoever waits is suspended and the loop goes on with another.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::{Builder, Runtime};

use super::compute::Worker;
use super::run::{Finish, Run};
use super::steps::{iterations, sleep_until};
use super::sys;
use crate::model::ModelKind;
use crate::semantics::{self, LockUse};
use crate::state::{Outcome, State};
use crate::trace::{Event, TaskResult};
use crate::units::{Ns, Stamp, TaskId, WorkerId};
use crate::workload::{Op, StepKind, Until};

/// The loop's one worker and what the tasks share.
struct Loop {
    run: Arc<Run>,
    /// Never waited for: there is one thread.
    worker: Mutex<Worker>,
    /// When the loop last began to listen.
    listens: AtomicU64,
    /// When it last woke up, having really waited.
    woke: AtomicU64,
}

/// A loop that listens for less has not waited: something was already there, since before it began.
const GLANCE: Ns = Ns::from_micros(20);

/// Runs all tasks, until the last one that counts is over. What is suspended then stays so.
pub(super) fn run(run: &Arc<Run>) -> Result<Finish, String> {
    let recorder = run.main_worker(c"loop")?;
    let worker = Worker::new(run.shared, recorder, run.gil(WorkerId(0)).as_ref());
    let turns = Arc::new(Loop {
        run: Arc::clone(run),
        worker: Mutex::new(worker),
        listens: AtomicU64::new(0),
        woke: AtomicU64::new(0),
    });
    let runtime = build(&turns).map_err(|e| format!("the event loop cannot be made: {e}"))?;
    let finish = runtime.block_on(async {
        let spawn = |task| {
            turns.worker().recorder.record(enter(task, State::Ready, false, None));
            (task, tokio::spawn(live(Arc::clone(&turns), task)))
        };
        let handles: Vec<_> = (0..run.stage.tasks.len() as u32).map(TaskId).map(spawn).collect();
        let mut finish = Finish::new(&run.stage);
        for (task, handle) in handles {
            // A background task is not waited for, but may be over before the last that counts.
            if run.stage.tasks[task.index()].background && !handle.is_finished() {
                continue;
            }
            let failed = TaskResult { outcome: Outcome::Failed, value: None };
            finish.hold(task, handle.await.unwrap_or(failed));
        }
        finish.end = sys::now();
        finish
    });
    turns.worker().release_lock();
    // The process ends soon; nobody is to be woken or dropped before.
    std::mem::forget(runtime);
    Ok(finish)
}

fn build(turns: &Arc<Loop>) -> std::io::Result<Runtime> {
    let (parks, wakes) = (Arc::clone(turns), Arc::clone(turns));
    Builder::new_current_thread()
        .enable_time()
        .on_thread_park(move || {
            let mut worker = parks.worker();
            let at = worker.recorder.record(Event::LoopListens);
            worker.release_lock();
            parks.listens.store(at.0, Ordering::Relaxed);
        })
        .on_thread_unpark(move || {
            let at = wakes.worker().recorder.record(Event::LoopWakes);
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
async fn live(turns: Arc<Loop>, task: TaskId) -> TaskResult {
    let witness = Witness { turns: &turns, task };
    turns.go_on(task, None);
    let program = &turns.run.stage.tasks[task.index()].ops;
    let value = all(&turns, task, program, 0).await;
    turns.worker().end(task, Outcome::Done);
    drop(witness);
    TaskResult { outcome: Outcome::Done, value: Some(value) }
}

/// Sees a task panic, and says so.
struct Witness<'a> {
    turns: &'a Loop,
    task: TaskId,
}

impl Drop for Witness<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.turns.worker().end(self.task, Outcome::Failed);
        }
    }
}

type Value<'a> = Pin<Box<dyn Future<Output = u64> + Send + 'a>>;

fn all<'a>(turns: &'a Loop, task: TaskId, ops: &'a [Op], mut value: u64) -> Value<'a> {
    Box::pin(async move {
        for op in ops {
            match op {
                Op::Compute(kernel, work) => {
                    value = turns.worker().compute(task, *kernel, value, iterations(*work));
                }
                Op::Sleep(time) => step(turns, task, StepKind::Sleep, *time).await,
                Op::BlockingSleep(time) => step(turns, task, StepKind::BlockingSleep, *time).await,
                Op::Yield => step(turns, task, StepKind::Yield, Ns::ZERO).await,
                Op::Repeat(until, body) => value = repeat(turns, task, until, body, value).await,
            }
        }
        value
    })
}

async fn step(turns: &Loop, task: TaskId, step: StepKind, time: Ns) {
    use semantics::Worker::{Blocks, Computes, PassesBy, Suspends, YieldsCore, YieldsLoop};
    let effect = semantics::effect(step, ModelKind::Async);
    match effect.worker {
        Suspends => {
            let began = turns.worker().leave(task, enter(task, effect.state, false, Some(time)));
            // A timer that is due at once would still cost a millisecond: the wheel's step.
            if time == Ns::ZERO {
                tokio::task::yield_now().await;
            } else {
                tokio::time::sleep(time.to_std()).await;
            }
            turns.go_on(task, Some(began + time));
        }
        Blocks => {
            let began = {
                let mut worker = turns.worker();
                let began = worker.leave(task, enter(task, effect.state, true, Some(time)));
                if effect.lock == LockUse::Released {
                    worker.release_lock();
                }
                began
            };
            sleep_until(began + time);
            turns.worker().go_on(task, Some(began + time));
        }
        YieldsLoop | YieldsCore => {
            turns.worker().leave(task, enter(task, effect.state, false, None));
            tokio::task::yield_now().await;
            turns.go_on(task, None);
        }
        Computes | PassesBy => {}
    }
}

async fn repeat(turns: &Loop, task: TaskId, until: &Until, body: &[Op], mut value: u64) -> u64 {
    let from = sys::now();
    match until {
        Until::Times(n) => {
            for _ in 0..*n {
                value = all(turns, task, body, value).await;
            }
        }
        Until::For(time) => loop {
            value = all(turns, task, body, value).await;
            if sys::now().since(from) >= *time {
                break;
            }
        },
        Until::Tasks(tasks) => loop {
            value = all(turns, task, body, value).await;
            if turns.run.shared.all_over(tasks) || !semantics::others_move_during(body, ModelKind::Async) {
                break;
            }
        },
    }
    value
}
