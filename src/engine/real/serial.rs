//! One task after the other on the runner's main thread.

use super::blocking;
use super::compute::Worker;
use super::run::{Finish, Run};
use crate::model::ModelKind;
use crate::state::{Failure, Outcome};
use crate::units::{TaskId, WorkerId};

/// Runs the tasks until the last one that counts is over.
pub(super) fn run(run: &Run) -> Result<Finish, Failure> {
    let tracer = run.main_worker(c"main")?;
    let mut worker = Worker::new(run.shared, tracer, run.queues, run.gil(WorkerId(0)).as_ref());
    let mut finish = Finish::new(&run.plan);
    for (id, task) in (0..).map(TaskId).zip(&run.plan.tasks) {
        let result = blocking::perform(&mut worker, (ModelKind::Serial, run.table), id, task);
        worker.end(id, result.as_ref().map_or(Outcome::Failed, |r| r.outcome));
        let result = result?;
        finish.hold(id, result);
        if finish.is_complete() {
            break;
        }
    }
    finish.end = run.shared.end();
    worker.release_lock();
    Ok(finish)
}
