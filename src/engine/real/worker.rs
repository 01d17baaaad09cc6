//! A worker process: performs the orders that arrive on its stdin, one after the other, and replies there. Its stdout
//! is the shared memory.

use std::ffi::OsString;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::Arc;

use super::carriers::Queues;
use super::compute::Worker;
use super::gil::Gil;
use super::message::{self, Order, Reply};
use super::run::worker_name;
use super::shared::Shared;
use super::{blocking, notes};
use crate::machine::{cores, process, sys};
use crate::model::ModelKind;
use crate::semantics::TABLE;
use crate::trace::{Direction, Event};
use crate::units::{Stamp, TaskId, WorkerId};

/// A worker's `main`; its first instruction was at `born`.
pub(super) fn main(born: Stamp, args: &[OsString]) -> ExitCode {
    process::die_with_parent(args.first());
    let who = args.get(1).and_then(|n| n.to_str()).and_then(|n| n.parse().ok()).map(WorkerId);
    match who.map(|who| work(born, who)) {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(_)) | None => ExitCode::FAILURE,
    }
}

fn work(born: Stamp, who: WorkerId) -> io::Result<()> {
    let shared = Shared::open(io::stdout().as_fd())?;
    let tracer = shared.tracer(who).ok_or(io::ErrorKind::InvalidInput)?;
    tracer.introduce(false);
    let tid = sys::thread_id();
    tracer.emit_at(born, Event::WorkerStarted { pid: std::process::id(), tid });
    // The first order is the task of the same number.
    tracer.emit_at(born, notes::copying(TaskId(u32::from(who.0))));
    let name = worker_name(who);
    let _ = std::ffi::CString::new(name).map(|name| sys::name_thread(&name));
    if let Some(n) = shared.cores() {
        cores::pin(&cores::allowed()[..usize::from(n).min(cores::allowed().len())]);
    }
    let gil = Gil::of(who, &shared).map(Arc::new);
    let mut worker = Worker::new(shared, tracer, Queues::open(shared, Vec::new()), gil.as_ref());
    let mut line = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    while let Some(order) = message::receive::<Order>(&mut line)? {
        let Order { id: task, task: program, queues } = order.value;
        if !worker.queues.are_named() {
            worker.queues = Queues::open(shared, queues);
        }
        let (bytes, spent) = (order.bytes, order.spent);
        worker.tracer.emit(Event::Copied { task, direction: Direction::In, bytes, spent });
        let result = blocking::perform(&mut worker, (ModelKind::Processes, &TABLE), task, &program);
        worker.leave(task, notes::copying(task));
        worker.release_lock();
        let cpu = worker.tracer.publish(sys::process_cpu());
        message::send(&mut line, &Reply { id: task, result, cpu })?;
    }
    Ok(())
}
