//! A thread for each worker, all in the runner's process. A worker starts with the task of its own number and then
//! takes the next one from the queue, which is a counter.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use super::compute::Worker;
use super::gil::Gil;
use super::run::{Finish, Run, worker_name};
use super::{blocking, notes};
use crate::machine::{cores, sys};
use crate::model::ModelKind;
use crate::state::{Failure, Outcome, ThreadPurpose};
use crate::trace::{Event, TaskResult};
use crate::units::{TaskId, WorkerId};

type Results = Sender<(TaskId, Result<TaskResult, Failure>)>;

/// Runs all tasks, until the last one that counts is over. Threads may go on after that.
pub(super) fn run(run: &Arc<Run>) -> Result<Finish, Failure> {
    let workers = run.workers_needed();
    let queue = Arc::new(AtomicUsize::new(workers as usize));
    let gil = run.gil(WorkerId(0));
    let (results, received) = channel();
    let mut threads = Vec::new();
    for who in (0..workers).map(WorkerId) {
        let task = TaskId(u32::from(who.0));
        let at = run.dispatcher.emit(Event::WorkerStarting { who, task });
        run.dispatcher.emit_at(at, notes::starting(task));
        let (run, queue, gil, results) = (Arc::clone(run), Arc::clone(&queue), gil.clone(), results.clone());
        let thread = thread::Builder::new()
            .name(worker_name(who))
            .spawn(move || work(&run, who, &queue, gil.as_ref(), &results))
            .map_err(|e| {
                let (purpose, number) = (ThreadPurpose::Worker, Some(who.0));
                Failure::Thread { purpose, number, system: e.into() }
            })?;
        threads.push(thread);
    }
    drop(results);
    let mut finish = Finish::new(&run.plan);
    while let Ok((task, result)) = received.recv() {
        finish.hold(task, result?);
        if finish.is_complete() {
            break;
        }
    }
    finish.end = run.shared.end();
    if !run.plan.tasks.iter().any(|t| t.background) {
        // All that the workers still have to do is leave: their last events belong to the record. (A worker that let go
        // of the lock may have lost its core before it could record that.)
        for thread in threads {
            let _ = thread.join();
        }
    }
    Ok(finish)
}

/// The life of a worker.
fn work(run: &Run, who: WorkerId, queue: &AtomicUsize, gil: Option<&Arc<Gil>>, results: &Results) {
    let born = sys::now();
    let Some(tracer) = run.shared.tracer(who) else { return };
    tracer.introduce(false);
    let account = run.account(who);
    tracer.emit_at(born, Event::WorkerStarted { pid: account.pid, tid: account.tid });
    cores::pin(&run.pinned);
    let mut worker = Worker::new(run.shared, tracer, run.queues, gil);
    let mut next = who.index();
    while let Some(task) = run.plan.tasks.get(next) {
        let id = TaskId(next as u32);
        let result = blocking::perform(&mut worker, (ModelKind::Threads, run.table), id, task);
        worker.end(id, result.as_ref().map_or(Outcome::Failed, |r| r.outcome));
        if results.send((id, result)).is_err() {
            break;
        }
        next = queue.fetch_add(1, Ordering::Relaxed);
    }
    worker.tracer.set_left();
    worker.release_lock();
    worker.tracer.emit(Event::WorkerEnded { who, outcome: Outcome::Done, signal: 0 });
    worker.tracer.publish(sys::thread_cpu());
}
