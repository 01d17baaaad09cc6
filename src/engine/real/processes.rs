//! A process for each worker, and the runner's main thread as the dispatcher that hands them tasks. Nothing is shared
//! but the rings: programs and results travel by value.

use std::any::Any;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::event::{PollFd, PollFlags, poll};

use super::message::{self, Order, Reply};
use super::notes;
use super::run::{Finish, Run};
use crate::machine::process;
use crate::machine::process::own_executable;
use crate::state::{Failure, Outcome};
use crate::trace::{Direction, Event, TaskResult};
use crate::units::{Ns, TaskId, WorkerId};

/// Runs all tasks, until the last one that counts is over. Workers that still run then are killed with the `Finish`.
pub(super) fn run(run: &Run) -> Result<Finish, Failure> {
    let needed = run.workers_needed();
    let mut dispatcher = Dispatcher {
        run,
        crew: Vec::with_capacity(needed as usize),
        queue: (u32::from(needed)..run.plan.tasks.len() as u32).map(TaskId).collect::<Vec<_>>().into_iter(),
        finish: Finish::new(&run.plan),
        broken: None,
    };
    for who in (0..needed).map(WorkerId) {
        dispatcher.hire(who).map_err(|e| refused(who, e))?;
    }
    while !dispatcher.finish.is_complete() {
        if let Some(why) = dispatcher.broken {
            return Err(why);
        }
        if dispatcher.crew.iter().all(|m| m.line.is_none()) {
            dispatcher.give_up();
            break;
        }
        dispatcher.listen().map_err(|e| Failure::Unheard { system: e.into() })?;
    }
    if let Some(why) = dispatcher.broken {
        return Err(why);
    }
    dispatcher.finish.end = run.shared.end();
    // The worker processes stay until the run has been accounted for.
    dispatcher.finish.crew = dispatcher.crew.into_iter().map(|member| Box::new(member.child) as Box<dyn Any>).collect();
    Ok(dispatcher.finish)
}

/// The failure to start the worker `who`.
fn refused(who: WorkerId, e: io::Error) -> Failure {
    Failure::Process { number: who.0, descriptors: process::lacks_descriptors(&e), system: e.into() }
}

/// A child that does not outlive its owner, not even as a zombie.
pub(super) struct Own(Child);

impl Drop for Own {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A worker process as the dispatcher sees it.
struct Member {
    who: WorkerId,
    child: Own,
    /// `None` once the process is dead.
    line: Option<UnixStream>,
    /// The task that it performs.
    task: Option<TaskId>,
}

struct Dispatcher<'a> {
    run: &'a Run,
    crew: Vec<Member>,
    queue: std::vec::IntoIter<TaskId>,
    finish: Finish,
    /// Why the run must end.
    broken: Option<Failure>,
}

impl Dispatcher<'_> {
    /// Starts the worker `who` and sends it the task of the same number.
    fn hire(&mut self, who: WorkerId) -> io::Result<()> {
        let task = TaskId(u32::from(who.0));
        let tracer = &self.run.dispatcher;
        let at = tracer.emit(Event::WorkerStarting { who, task });
        tracer.emit_at(at, notes::starting(task));
        let (line, theirs) = UnixStream::pair()?;
        let child = Command::new(own_executable())
            .args([super::WORKER, &process::introduction(), &who.0.to_string()])
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::from(self.run.memory.try_clone()?))
            .stderr(Stdio::null())
            .spawn()?;
        let mut member = Member { who, child: Own(child), line: Some(line), task: Some(task) };
        member.send(self.run, task);
        self.crew.push(member);
        Ok(())
    }

    /// Waits until a worker has sent something, and hears all that have.
    fn listen(&mut self) -> io::Result<()> {
        let lines = self.crew.iter().enumerate().filter_map(|(n, m)| Some((n, m.line.as_ref()?)));
        let (numbers, mut fds): (Vec<usize>, Vec<PollFd<'_>>) =
            lines.map(|(n, line)| (n, PollFd::new(line, PollFlags::IN))).unzip();
        match poll(&mut fds, None) {
            Err(rustix::io::Errno::INTR) => return Ok(()),
            other => other?,
        };
        let speaking: Vec<usize> =
            numbers.iter().zip(&fds).filter(|(_, fd)| !fd.revents().is_empty()).map(|(n, _)| *n).collect();
        for n in speaking {
            self.hear(n);
        }
        Ok(())
    }

    fn hear(&mut self, n: usize) {
        let member = &mut self.crew[n];
        let Some(line) = &mut member.line else { return };
        let Ok(Some(reply)) = message::receive::<Reply>(line) else {
            return self.bury(n);
        };
        let (bytes, spent) = (reply.bytes, reply.spent);
        let Reply { id: task, result, cpu } = reply.value;
        let tracer = &self.run.dispatcher;
        let at = tracer.emit(Event::Copied { task, direction: Direction::Out, bytes, spent });
        let result = result.unwrap_or_else(|why| {
            self.broken.get_or_insert(why);
            TaskResult::broken(Outcome::Failed)
        });
        tracer.emit_at(at, Event::Ended { task, outcome: result.outcome, signal: 0, cpu });
        self.run.shared.mark_over(task, tracer);
        self.finish.hold(task, result);
        member.task = None;
        if self.finish.is_complete() {
            return;
        }
        match self.queue.next() {
            Some(next) => {
                self.run.dispatcher.emit(notes::copying(next));
                member.send(self.run, next);
            }
            None => member.leave(self.run),
        }
    }

    /// Takes note that a worker is dead; its task dies with it.
    fn bury(&mut self, n: usize) {
        let member = &mut self.crew[n];
        member.line = None;
        // It has closed its end: it is dead, or is killed now.
        let _ = member.child.0.kill();
        let status = member.child.0.wait().unwrap_or_default();
        let (outcome, signal) = fate(status);
        member.leave(self.run);
        let shared = self.run.shared;
        shared.one_worker_less();
        shared.return_permits(member.who);
        shared.wake_all_at_queues();
        if let Some(queue) = shared.torn_by(member.who) {
            let (queue, number) = (self.run.queues.name(queue), member.who.0);
            self.broken.get_or_insert(Failure::Torn { queue, number });
        }
        let tracer = &self.run.dispatcher;
        if let Some(task) = member.task.take() {
            let cpu = self.run.account(member.who).cpu;
            tracer.emit(Event::Ended { task, outcome, signal, cpu });
            self.run.shared.mark_over(task, tracer);
            self.finish.hold(task, TaskResult::broken(outcome));
        }
        tracer.emit(Event::WorkerEnded { who: member.who, outcome, signal });
    }

    /// Ends all queued tasks as failed: no worker is left to do them.
    fn give_up(&mut self) {
        for task in self.queue.by_ref() {
            let outcome = Outcome::Failed;
            self.run.dispatcher.emit(Event::Ended { task, outcome, signal: 0, cpu: Ns::ZERO });
            self.finish.hold(task, TaskResult::broken(outcome));
        }
    }
}

impl Member {
    /// Sends an order. If it cannot be sent the worker is dead, and its line says so.
    fn send(&mut self, run: &Run, id: TaskId) {
        self.task = Some(id);
        if let (Some(line), Some(task)) = (&mut self.line, run.plan.tasks.get(id.index())) {
            let queues = run.plan.queues.iter().map(|queue| queue.name.clone()).collect();
            let _ = message::send(line, &Order { id, task: task.clone(), queues });
        }
    }

    /// Notes that the worker gets no more orders.
    fn leave(&self, run: &Run) {
        if let Some(ring) = run.shared.ring(self.who) {
            ring.set_left();
        }
    }
}

fn fate(status: ExitStatus) -> (Outcome, u8) {
    match status.signal() {
        Some(signal) => (Outcome::Killed, signal as u8),
        None => (Outcome::Failed, 0),
    }
}
