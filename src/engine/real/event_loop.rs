//! All tasks on one thread, with an event loop: a task that waits is suspended and the loop goes on with another. Ready
//! tasks run in the order in which they became ready.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::{Builder, Runtime};

use super::compute::Worker;
use super::notes;
use super::run::{Finish, Run};
use crate::state::{Failure, Outcome, State};
use crate::trace::{Event, TaskResult};
use crate::units::{Ns, Stamp, TaskId, WorkerId};

mod gates;
mod host;
mod timers;
mod yields;

use gates::Gates;
use timers::Timers;
use yields::Yields;

/// The loop's one worker and what the tasks share.
struct Loop {
    run: Arc<Run>,
    /// Locking it never waits: there is only one thread.
    worker: Mutex<Worker>,
    timers: Timers,
    yields: Yields,
    /// The workload's locks: waiting for one is a suspension.
    locks: Vec<Arc<tokio::sync::Mutex<()>>>,
    /// Their permits, where several tasks may hold one.
    permits: Vec<Arc<tokio::sync::Semaphore>>,
    /// Who waits at the workload's queues.
    gates: Vec<Gates>,
    /// The number of the next task to begin.
    next: AtomicUsize,
    results: Results,
    /// CPU time (ns) of the helper threads that read and write for the loop.
    helpers: AtomicU64,
    /// When the loop last began to listen.
    listens: AtomicU64,
    /// When it last woke up after a real wait, one longer than [`GLANCE`].
    woke: AtomicU64,
}

/// Where the tasks send their results.
type Results = tokio::sync::mpsc::UnboundedSender<(TaskId, Result<TaskResult, Failure>)>;

/// A loop that listens for less than this has not waited: something was ready before it began to listen.
const GLANCE: Ns = Ns::from_micros(20);

/// Runs all tasks, until the last one that counts is over. Tasks that are suspended then stay suspended.
pub(super) fn run(run: &Arc<Run>) -> Result<Finish, Failure> {
    let tracer = run.main_worker(c"loop")?;
    let (results, mut received) = tokio::sync::mpsc::unbounded_channel();
    let turns = Loop::new(run, Worker::new(run.shared, tracer, run.queues, run.gil(WorkerId(0)).as_ref()), results)?;
    let runtime = build(&turns).map_err(refused)?;
    let finish = runtime.block_on(async {
        turns.timers.start().map_err(refused)?;
        let usher = Arc::clone(&turns);
        tokio::spawn(async move { usher.yields.usher().await });
        for _ in 0..run.plan.tasks_at_once() {
            turns.begin_next();
        }
        let mut finish = Finish::new(&run.plan);
        while let Some((task, result)) = received.recv().await {
            finish.hold(task, result?);
            if finish.is_complete() {
                break;
            }
        }
        finish.end = run.shared.end();
        finish.helpers = Ns(turns.helpers.load(Ordering::Relaxed));
        Ok(finish)
    });
    turns.worker().release_lock();
    // The process ends soon; until then no task may be woken or dropped.
    std::mem::forget(runtime);
    finish
}

fn refused(e: std::io::Error) -> Failure {
    Failure::EventLoop { system: e.into() }
}

fn build(turns: &Arc<Loop>) -> std::io::Result<Runtime> {
    let (parks, wakes) = (Arc::clone(turns), Arc::clone(turns));
    let helpers = AtomicUsize::new(0);
    let mut builder = Builder::new_current_thread();
    if !turns.timers.are_exact() {
        builder.enable_time();
    }
    builder
        .enable_io()
        .thread_name_fn(move || format!("helper {}", helpers.fetch_add(1, Ordering::Relaxed) + 1))
        .on_thread_park(move || parks.listen())
        .on_thread_unpark(move || wakes.wake())
        .build()
}

fn permits(limit: u16) -> Arc<tokio::sync::Semaphore> {
    Arc::new(tokio::sync::Semaphore::new(limit.into()))
}

impl Loop {
    fn new(run: &Arc<Run>, worker: Worker, results: Results) -> Result<Arc<Loop>, Failure> {
        Ok(Arc::new(Loop {
            run: Arc::clone(run),
            worker: Mutex::new(worker),
            timers: Timers::new().map_err(refused)?,
            yields: Yields::default(),
            locks: run.plan.locks.iter().map(|_| Arc::default()).collect(),
            permits: (0..run.plan.locks.len()).map(|lock| permits(run.plan.limit(lock))).collect(),
            gates: run.plan.queues.iter().map(|_| Gates::default()).collect(),
            next: AtomicUsize::new(0),
            results,
            helpers: AtomicU64::new(0),
            listens: AtomicU64::new(0),
            woke: AtomicU64::new(0),
        }))
    }

    fn worker(&self) -> MutexGuard<'_, Worker> {
        self.worker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins the next task, if there is one left. Each task that ends makes room for another.
    fn begin_next(self: &Arc<Self>) {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        if next < self.run.plan.tasks.len() {
            let task = TaskId(next as u32);
            self.worker().tracer.emit(notes::enter(task, State::Ready, false, None));
            tokio::spawn(host::live(Arc::clone(self), task));
        }
    }

    /// Records that `task` is over. Whoever waits at a queue that this closes is woken.
    fn end(&self, task: TaskId, outcome: Outcome) {
        self.worker().end(task, outcome);
        for (gates, (_, queue)) in self.gates.iter().zip(self.run.shared.queues()) {
            if queue.open().is_closed() {
                gates.messages.open_wide();
            }
        }
    }

    /// Called when there is nothing to run: records it and lets go of the global lock.
    fn listen(&self) {
        let mut worker = self.worker();
        let at = worker.tracer.emit(Event::LoopListens);
        worker.release_lock();
        self.listens.store(at.0, Ordering::Relaxed);
    }

    /// Called when there is something to run again.
    fn wake(&self) {
        let at = self.worker().tracer.emit(Event::LoopWakes);
        if at.since(Stamp(self.listens.load(Ordering::Relaxed))) > GLANCE {
            self.woke.store(at.0, Ordering::Relaxed);
        }
    }

    /// `task` runs again. If it is known, `ready` is the instant since which it could have run. An instant before the
    /// loop woke up does not count: until then its timer was late.
    fn go_on(&self, task: TaskId, ready: Option<Stamp>) {
        let woke = Stamp(self.woke.load(Ordering::Relaxed));
        self.worker().go_on(task, ready.map(|r| r.max(woke)));
    }
}

#[cfg(test)]
mod tests;
