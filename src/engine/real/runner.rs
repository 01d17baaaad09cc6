//! The runner: reads a plan, makes the run, and ends. Everything that is the same under every model is here.

use std::ffi::OsString;
use std::io::{self, stdin, stdout};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use super::collector::Collector;
use super::run::{Finish, Run};
use super::shared::Shared;
use super::{event_loop, kin, machine, message, processes, serial, sys, threads};
use crate::model::ModelKind;
use crate::plan::Plan;
use crate::state::Outcome;
use crate::trace::{Begin, End, Event, Frame, Overhead, Switches, TaskResult, write_frame};
use crate::units::{Ns, TaskId, WorkerId};

/// A runner's `main`.
pub(super) fn main(args: &[OsString]) -> ExitCode {
    kin::die_with_parent(args.first());
    kin::lead_a_group();
    sys::name_thread(c"concviz-runner");
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
    let pinned = machine::kept_on(stage.cores)?;
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
