//! The runner: reads a plan, makes the run, and ends. Everything that is the same under every model is here.

use std::ffi::{CStr, OsString};
use std::io::{self, stdin, stdout};
use std::os::fd::OwnedFd;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use super::collector::Collector;
use super::gil::Gil;
use super::processes::Own;
use super::ring::{Account, Recorder, Ring};
use super::shared::Shared;
use super::{event_loop, kin, machine, message, processes, serial, sys, threads};
use crate::model::ModelKind;
use crate::plan::{Plan, Stage};
use crate::state::Outcome;
use crate::trace::{Begin, End, Event, Frame, Overhead, Switches, TaskResult, WorkerUse, write_frame};
use crate::units::{Ns, Stamp, TaskId, WorkerId};

/// A run as its models see it.
pub(super) struct Run {
    /// What is run.
    pub(super) stage: Stage,
    /// The rings and what else is shared.
    pub(super) shared: Shared,
    /// The file behind `shared`.
    pub(super) memory: OwnedFd,
    /// The runner's own ring; for its main thread.
    pub(super) dispatcher: Recorder,
    /// The cores that workers are pinned to; none if they are not.
    pub(super) pinned: Vec<u16>,
}

/// What a model brings back.
pub(super) struct Finish {
    /// When the last result that counts was held.
    pub(super) end: Stamp,
    results: Vec<Option<TaskResult>>,
    /// Tasks that count and are not over.
    missing: usize,
    background: Vec<bool>,
    /// Worker processes, which die with this.
    pub(super) crew: Vec<Own>,
}

impl Finish {
    /// Nothing yet.
    pub(super) fn new(stage: &Stage) -> Finish {
        let background: Vec<bool> = stage.tasks.iter().map(|t| t.background).collect();
        let missing = background.iter().filter(|b| !**b).count();
        Finish { end: Stamp(0), results: vec![None; background.len()], missing, background, crew: Vec::new() }
    }

    /// Takes the result of `task`; the first one there is counts.
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
        self.shared.interval().map(|interval| Arc::new(Gil::new(first, interval)))
    }

    /// As many workers as there is work for; at least one.
    pub(super) fn workers_needed(&self) -> u16 {
        self.stage.workers.min(self.stage.tasks.len().min(u16::MAX as usize) as u16).max(1)
    }

    /// What `worker` says of itself.
    pub(super) fn account(&self, worker: WorkerId) -> Account {
        self.shared.ring(worker).map(Ring::account).unwrap_or_default()
    }

    /// Makes the calling thread, the runner's main one, the only worker, called `name`.
    pub(super) fn main_worker(&self, name: &CStr) -> Result<Recorder, String> {
        let recorder = self.shared.recorder(WorkerId(0)).ok_or("the plan has no worker")?;
        let _ = rustix::thread::set_name(name);
        recorder.introduce(true);
        let account = self.account(WorkerId(0));
        recorder.record(Event::WorkerStarted { pid: account.pid, tid: account.tid });
        machine::pin(&self.pinned);
        Ok(recorder)
    }

    /// Each worker's account at this instant; what a dead one had said last.
    fn workers(&self) -> Vec<WorkerUse> {
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
        (0..self.stage.workers).map(WorkerId).map(account).collect()
    }

    fn name_of(&self, who: WorkerId) -> String {
        match self.stage.model.kind {
            ModelKind::Serial => "main".to_owned(),
            ModelKind::Async => "loop".to_owned(),
            ModelKind::Threads | ModelKind::Processes => threads::worker_name(who),
        }
    }
}

/// A runner's `main`.
pub(super) fn main(args: &[OsString]) -> ExitCode {
    kin::die_with_parent(args.first());
    kin::lead_a_group();
    match prepare() {
        Ok((run, collector)) => {
            perform(&Arc::new(run), collector);
            ExitCode::SUCCESS
        }
        Err(reason) => {
            let _ = write_frame(&mut stdout(), &Frame::Failed(reason));
            ExitCode::FAILURE
        }
    }
}

/// Everything before the first task is submitted.
fn prepare() -> Result<(Run, Collector), String> {
    let mut plan: Plan = message::receive(&mut stdin().lock())
        .map_err(|e| format!("the plan cannot be read: {e}"))?
        .ok_or("there is no plan: this is started by the program itself")?
        .value;
    let stage = plan.stages.drain(..).next().ok_or("the plan has no stage")?;
    if stage.tasks.is_empty() || stage.workers == 0 {
        return Err("the plan has no tasks or no workers".to_owned());
    }
    let thread = |e: io::Error| format!("the system allows no more threads: {e}");
    thread::Builder::new().name("stdin".to_owned()).spawn(|| kin::watch(stdin().lock())).map_err(thread)?;
    let (shared, memory) = Shared::create(&stage).map_err(|e| format!("no memory can be shared with workers: {e}"))?;
    let dispatcher = shared.recorder(WorkerId(stage.workers)).ok_or("the plan has too many workers")?;
    let collector = Collector::start(shared, Unbuffered).map_err(thread)?;
    let mut pinned = machine::allowed_cores();
    pinned.truncate(stage.cores.map_or(0, |n| usize::from(n.max(1))));
    Ok((Run { stage, shared, memory, dispatcher, pinned }, collector))
}

fn perform(run: &Arc<Run>, collector: Collector) {
    let cores = if run.pinned.is_empty() { machine::allowed_cores() } else { run.pinned.clone() };
    let cpu = sys::thread_cpu();
    let t0 = sys::now();
    collector.begin(Begin { t0, pid: std::process::id(), workers: run.stage.workers, cores });
    for task in (0..run.stage.tasks.len() as u32).map(TaskId) {
        run.dispatcher.record_at(t0, Event::Submitted { task });
    }
    let kind = run.stage.model.kind;
    let finished = match kind {
        ModelKind::Serial => serial::run(run),
        ModelKind::Threads => threads::run(run),
        ModelKind::Processes => processes::run(run),
        ModelKind::Async => event_loop::run(run),
    };
    match finished {
        Ok(finish) => {
            let dispatcher = if kind.rules().many_workers { sys::thread_cpu().less(cpu) } else { Ns::ZERO };
            collector.end(account_for(run, &finish, dispatcher));
        }
        Err(reason) => collector.fail(reason),
    }
}

fn account_for(run: &Run, finish: &Finish, dispatcher: Ns) -> End {
    let workers = run.workers();
    for task in finish.unfinished() {
        let stopped = Event::Ended { task, outcome: Outcome::Stopped, signal: 0, cpu: Ns::ZERO };
        run.dispatcher.record_at(finish.end, stopped);
    }
    let add = |a: Switches, b: Switches| Switches {
        voluntary: a.voluntary + b.voluntary,
        involuntary: a.involuntary + b.involuntary,
    };
    let stopped = TaskResult { outcome: Outcome::Stopped, value: None };
    End {
        at: finish.end,
        cpu: workers.iter().map(|w| w.cpu).sum(),
        overhead: Overhead { dispatcher, ..Overhead::default() },
        switches: workers.iter().map(|w| w.switches).fold(Switches::default(), add),
        workers,
        results: finish.results.iter().map(|r| r.unwrap_or(stopped)).collect(),
        ..End::default()
    }
}

/// Standard output without the line buffer in between.
struct Unbuffered;

impl io::Write for Unbuffered {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::write(rustix::stdio::stdout(), bytes)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
