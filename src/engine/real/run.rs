//! A run as the models see it: the plan, the places to record events in, and the results that a model brings back.

use std::any::Any;
use std::ffi::CStr;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use super::carriers::Queues;
use super::gil::Gil;
use super::ring::{Account, Ring, Tracer};
use super::server::Server;
use super::shared::Shared;
use crate::machine::{cores, sys};
use crate::model::ModelKind;
use crate::plan::Plan;
use crate::semantics::Table;
use crate::state::{Failure, PlanFault};
use crate::trace::{Event, FileSystem, KernelRecord, TaskResult, WorkerUse};
use crate::units::{Ns, Stamp, TaskId, WorkerId};

/// A run as its models see it.
pub(super) struct Run {
    /// The plan that is run.
    pub(super) plan: Plan,
    /// What its steps do.
    pub(super) table: &'static Table,
    /// What records which thread was on which core.
    pub(super) record: KernelRecord,
    /// The thread that listens to the watcher of the run, by the kernel's number.
    pub(super) listener: u32,
    /// The rings and what else is shared.
    pub(super) shared: Shared,
    /// The queues between the tasks.
    pub(super) queues: Queues,
    /// The file behind `shared`.
    pub(super) memory: OwnedFd,
    /// The server that answers requests, if tasks make any.
    pub(super) server: Option<Server>,
    /// The file system that files are on, if tasks have any.
    pub(super) files: Option<FileSystem>,
    /// The writing end of the runner's own ring; for its main thread.
    pub(super) dispatcher: Tracer,
    /// The cores that workers are pinned to; empty if they are not pinned.
    pub(super) pinned: Vec<u16>,
}

/// What a model brings back.
pub(super) struct Finish {
    /// When the last result that counts was held.
    pub(super) end: Stamp,
    pub(super) results: Vec<Option<TaskResult>>,
    /// Tasks that count and are not over.
    missing: usize,
    background: Vec<bool>,
    /// CPU time of threads that were no workers and did a part of the tasks' work.
    pub(super) helpers: Ns,
    /// Worker processes, which die with this.
    pub(super) crew: Vec<Box<dyn Any>>,
}

impl Finish {
    /// Nothing yet.
    pub(super) fn new(plan: &Plan) -> Finish {
        let background: Vec<bool> = plan.tasks.iter().map(|t| t.background).collect();
        let missing = background.iter().filter(|b| !**b).count();
        Finish {
            end: Stamp(0),
            results: vec![None; background.len()],
            missing,
            background,
            helpers: Ns::ZERO,
            crew: Vec::new(),
        }
    }

    /// Keeps the result of `task`, and counts the task as over the first time.
    pub(super) fn hold(&mut self, task: TaskId, result: TaskResult) {
        let Some(place) = self.results.get_mut(task.index()) else { return };
        if place.replace(result).is_none() && !self.background[task.index()] {
            self.missing -= 1;
        }
    }

    /// Whether the run is over.
    pub(super) fn is_complete(&self) -> bool {
        self.missing == 0
    }

    /// Tasks without a result.
    pub(super) fn unfinished(&self) -> impl Iterator<Item = TaskId> {
        (0..).map(TaskId).zip(&self.results).filter(|(_, r)| r.is_none()).map(|(id, _)| id)
    }
}

impl Run {
    /// The global lock of the process whose first worker is `first`, if the plan has one.
    pub(super) fn gil(&self, first: WorkerId) -> Option<Arc<Gil>> {
        Gil::of(first, &self.shared).map(Arc::new)
    }

    /// How many workers are needed: one for each task at most, and at least one.
    pub(super) fn workers_needed(&self) -> u16 {
        self.plan.workers.min(self.plan.tasks.len().min(u16::MAX as usize) as u16).max(1)
    }

    /// What `worker` says of itself.
    pub(super) fn account(&self, worker: WorkerId) -> Account {
        self.shared.ring(worker).map(Ring::account).unwrap_or_default()
    }

    /// Makes the calling thread, the runner's main one, the only worker, called `name`.
    pub(super) fn main_worker(&self, name: &CStr) -> Result<Tracer, Failure> {
        let tracer = self.shared.tracer(WorkerId(0)).ok_or(Failure::Plan { fault: PlanFault::Empty })?;
        sys::name_thread(name);
        tracer.introduce(true);
        let account = self.account(WorkerId(0));
        tracer.emit(Event::WorkerStarted { pid: account.pid, tid: account.tid });
        cores::pin(&self.pinned);
        Ok(tracer)
    }

    /// Each worker's account at this instant; for a dead worker, the last that it published.
    pub(super) fn workers(&self) -> Vec<WorkerUse> {
        let own = std::process::id();
        let account = |who: WorkerId| {
            let Account { pid, tid, cpu, cpu_before, switches, .. } = self.account(who);
            let now = match pid {
                0 => None,
                pid if pid == own => sys::thread_cpu_of(tid),
                pid => sys::process_cpu_of(pid),
            };
            let cpu = now.map_or(cpu, |now| now.less(cpu_before)).max(cpu);
            WorkerUse { name: self.name_of(who), pid, tid, cpu, switches }
        };
        (0..self.plan.workers).map(WorkerId).map(account).collect()
    }

    fn name_of(&self, who: WorkerId) -> String {
        self.plan.model.kind.worker_name(who)
    }
}

/// The name of a worker among the system's threads, where there are several.
pub(super) fn worker_name(who: WorkerId) -> String {
    ModelKind::Threads.worker_name(who)
}
