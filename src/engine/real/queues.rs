//! Messages between tasks: what a thread does that may wait for them. A loop waits in its own way.

use std::io::Write;

use super::carriers::{Carrier, HEAD, Message, Payload, Pipe, Queues, head, no_such_queue, receive_from};
use super::compute::Worker;
use super::notes;
use super::shared::{OpenBook, PipeEnd, Waits};
use crate::machine::sys;
use crate::semantics::{Effect, Worker as Doing};
use crate::state::{Awaited, Failure, Waiting};
use crate::trace::{Direction, Event};
use crate::units::{Ns, QueueId, Stamp, TaskId};

/// How a `get` ended.
pub(super) enum Got {
    /// There was a message.
    Message,
    /// The queue is closed and empty.
    Closed,
}

/// Puts a message of `bytes` bytes into the queue `id` for `task`; the thread waits for room as long as that takes.
///
/// # Errors
/// If there is no such queue, no memory for the payload, or its pipe is broken.
pub(super) fn put(
    worker: &mut Worker,
    task: TaskId,
    (id, bytes): (QueueId, u64),
    effect: Effect,
) -> Result<(), Failure> {
    let queue = worker.shared.queue(id).ok_or_else(no_such_queue)?;
    let carrier = worker.queues.carrier(id)?;
    let payload = worker.payloads.of(bytes)?;
    let mut wait = Wait::begin(worker, task, effect, Waits::Room(id));
    let mut book = queue.open();
    while effect.worker != Doing::Computes && !book.has_room() {
        let seen = book.expect_room();
        drop(book);
        wait.leave();
        queue.wait_for_room(seen);
        book = queue.open();
    }
    let ready = book.room_since();
    book.reserve();
    let Wait { worker, came, left, .. } = wait;
    if let (Carrier::Here(messages), false) = (carrier, effect.by_value) {
        let put = Posted { at: sys::now(), came, left };
        put.publish(worker, task, (id, bytes), &mut book, |at| messages.push(Message { at, payload }));
        drop(book);
    } else {
        drop(book);
        worker.leave(task, notes::copying(task));
        send(worker, task, (id, bytes), carrier, (came, left), &payload)?;
    }
    arrive(worker, task, left.is_some(), effect.by_value, ready.max(came));
    Ok(())
}

/// Ends a wait of `task`, if there was one, or goes on after copying.
fn arrive(worker: &mut Worker, task: TaskId, waited: bool, copied: bool, ready: Stamp) {
    if waited {
        worker.shared.set_waits(task, None);
    }
    if waited || copied {
        worker.go_on(task, Some(ready).filter(|_| !copied));
    }
}

/// A task that may have to wait at a queue.
struct Wait<'a> {
    worker: &'a mut Worker,
    task: TaskId,
    effect: Effect,
    waits: Waits,
    /// When it came.
    came: Stamp,
    /// When it began to wait.
    left: Option<Stamp>,
}

impl<'a> Wait<'a> {
    fn begin(worker: &'a mut Worker, task: TaskId, effect: Effect, waits: Waits) -> Wait<'a> {
        Wait { worker, task, effect, waits, came: sys::now(), left: None }
    }

    /// The task waits now: the first time, this is recorded.
    fn leave(&mut self) {
        if self.left.is_none() {
            self.left = Some(notes::leave(self.worker, self.task, self.effect, true, None));
            self.worker.shared.set_waits(self.task, Some(self.waits));
            // The worker does not go round in a loop while it waits.
            self.worker.tracer.set_waits(None);
        }
    }
}

/// A message that gets into its queue at `at`, after its sender came, and began to wait if it had to.
struct Posted {
    at: Stamp,
    came: Stamp,
    left: Option<Stamp>,
}

impl Posted {
    /// Enters the message in `book` and records it; `push` makes it available.
    fn publish(
        &self,
        worker: &Worker,
        task: TaskId,
        (queue, bytes): (QueueId, u64),
        book: &mut OpenBook,
        push: impl FnOnce(Stamp),
    ) {
        push(self.at);
        let (number, length) = book.publish(bytes);
        let waited = self.left.map_or(Ns::ZERO, |_| self.at.since(self.came));
        worker.tracer.emit_at(self.at, Event::Put { queue, task, number, length, waited });
    }
}

/// Serializes `payload` and sends it to whoever gets it.
fn send(
    worker: &Worker,
    task: TaskId,
    (id, bytes): (QueueId, u64),
    carrier: &Carrier,
    (came, left): (Stamp, Option<Stamp>),
    payload: &[u8],
) -> Result<(), Failure> {
    let queue = worker.shared.queue(id).ok_or_else(no_such_queue)?;
    let cpu = sys::thread_cpu();
    let mut frame = Vec::with_capacity(HEAD + payload.len());
    frame.extend_from_slice(&[0; HEAD]);
    frame.extend_from_slice(payload);
    let publish = |push: &mut dyn FnMut(Stamp)| {
        let mut book = queue.open();
        let put = Posted { at: sys::now(), came, left };
        put.publish(worker, task, (id, bytes), &mut book, push);
    };
    match carrier {
        Carrier::Here(messages) => {
            let mut copy = Some(Payload::from(&frame[HEAD..]));
            publish(&mut |at| copy.take().into_iter().for_each(|payload| messages.push(Message { at, payload })));
        }
        Carrier::Pipe(_, write) => {
            // A long message does not fit into the pipe: its sender, and all behind it, wait for a reader.
            worker.shared.set_waits(task, Some(Waits::Pipe(id)));
            let sent = queue.at_the_pipe(PipeEnd::Writing, worker.tracer.worker(), || {
                publish(&mut |at| frame[..HEAD].copy_from_slice(&head(payload.len(), at)));
                Pipe(sys::inherited(*write)).write_all(&frame)
            });
            worker.shared.set_waits(task, None);
            sent.map_err(|e| broken(worker, id, &e))?;
        }
    }
    let spent = sys::thread_cpu().less(cpu);
    worker.tracer.emit(Event::Copied { task, direction: Direction::Out, bytes: frame.len() as u64, spent });
    Ok(())
}

fn broken(worker: &Worker, queue: QueueId, e: &std::io::Error) -> Failure {
    Failure::Pipe { queue: worker.queues.name(queue), system: e.into() }
}

/// Takes a message out of the queue `id` for `task`, called `name`; the thread waits for one as long as that takes.
///
/// # Errors
/// If there is no such queue or its pipe is broken; if `each` is not said and the queue is closed; if the task may not
/// wait and there is none.
pub(super) fn get(
    worker: &mut Worker,
    (task, name): (TaskId, &str),
    (id, each): (QueueId, bool),
    effect: Effect,
) -> Result<bool, Failure> {
    let queue = worker.shared.queue(id).ok_or_else(no_such_queue)?;
    let queues = worker.queues;
    let carrier = queues.carrier(id)?;
    let mut wait = Wait::begin(worker, task, effect, Waits::Message(id));
    let mut book = queue.open();
    while !book.has_message() {
        if book.is_closed() {
            drop(book);
            let Wait { worker, left, came, .. } = wait;
            arrive(worker, task, left.is_some(), false, came);
            return if each { Ok(false) } else { Err(no_message(queues, name, id)) };
        }
        if effect.worker == Doing::Computes {
            let waiting = Waiting { task: name.to_owned(), awaits: Awaited::Message(queues.name(id)) };
            return Err(Failure::Stuck { waiting: vec![waiting], pool: None });
        }
        let seen = book.expect_message();
        drop(book);
        wait.leave();
        queue.wait_for_message(seen);
        book = queue.open();
    }
    book.claim();
    let Wait { worker, came, left, .. } = wait;
    let ready = if let (Carrier::Here(messages), false) = (carrier, effect.by_value) {
        let message = messages.pop();
        taken(worker, task, id, &mut book, (came, left));
        drop(book);
        message.map_or(came, |message| message.at)
    } else {
        drop(book);
        worker.leave(task, notes::copying(task));
        receive(worker, task, id, carrier, (came, left))?;
        came
    };
    arrive(worker, task, left.is_some(), effect.by_value, ready.max(came));
    Ok(true)
}

/// The failure of `task`, which wants a message that nobody will send any more.
pub(super) fn no_message(queues: Queues, task: &str, queue: QueueId) -> Failure {
    Failure::NoMessage { task: task.to_owned(), queue: queues.name(queue) }
}

/// Enters in `book` that `task` has taken a message out, and records it.
fn taken(worker: &Worker, task: TaskId, queue: QueueId, book: &mut OpenBook, (came, left): (Stamp, Option<Stamp>)) {
    let at = sys::now();
    let (number, length) = book.remove(at);
    let waited = left.map_or(Ns::ZERO, |_| at.since(came));
    worker.tracer.emit_at(at, Event::Got { queue, task, number, length, waited });
}

/// Receives the message that was promised to `task`, and deserializes it.
fn receive(
    worker: &Worker,
    task: TaskId,
    id: QueueId,
    carrier: &Carrier,
    since: (Stamp, Option<Stamp>),
) -> Result<(), Failure> {
    let queue = worker.shared.queue(id).ok_or_else(no_such_queue)?;
    let cpu = sys::thread_cpu();
    let payload = match carrier {
        Carrier::Here(messages) => {
            let mut book = queue.open();
            let message = messages.pop();
            taken(worker, task, id, &mut book, since);
            message.map(|message| message.payload.to_vec()).unwrap_or_default()
        }
        Carrier::Pipe(read, _) => queue
            .at_the_pipe(PipeEnd::Reading, worker.tracer.worker(), || {
                let payload = receive_from(&mut Pipe(sys::inherited(*read)));
                taken(worker, task, id, &mut queue.open(), since);
                payload
            })
            .map_err(|e| broken(worker, id, &e))?,
    };
    std::hint::black_box(&payload);
    let spent = sys::thread_cpu().less(cpu);
    // The bytes have been counted where they were sent.
    worker.tracer.emit(Event::Copied { task, direction: Direction::In, bytes: 0, spent });
    Ok(())
}

/// On a loop, where nothing may wait: puts a message into the queue `id` if there is room; returns since when there has been.
///
/// # Errors
/// As [`put`].
pub(super) fn try_put(
    worker: &mut Worker,
    task: TaskId,
    (id, bytes): (QueueId, u64),
    (came, left): (Stamp, Option<Stamp>),
) -> Result<Option<Stamp>, Failure> {
    let queue = worker.shared.queue(id).ok_or_else(no_such_queue)?;
    let Carrier::Here(messages) = worker.queues.carrier(id)? else { return Err(no_such_queue()) };
    let payload = worker.payloads.of(bytes)?;
    let mut book = queue.open();
    if !book.has_room() {
        return Ok(None);
    }
    book.reserve();
    let since = book.room_since();
    let put = Posted { at: sys::now(), came, left };
    put.publish(worker, task, (id, bytes), &mut book, |at| messages.push(Message { at, payload }));
    Ok(Some(since))
}

/// On a loop: takes a message out of the queue `id`, if there is one or will be none any more; also returns since when
/// the message has been there.
///
/// # Errors
/// As [`get`].
pub(super) fn try_get(
    worker: &Worker,
    task: TaskId,
    id: QueueId,
    since: (Stamp, Option<Stamp>),
) -> Result<Option<(Got, Stamp)>, Failure> {
    let queue = worker.shared.queue(id).ok_or_else(no_such_queue)?;
    let Carrier::Here(messages) = worker.queues.carrier(id)? else { return Err(no_such_queue()) };
    let mut book = queue.open();
    if !book.has_message() {
        return Ok(book.is_closed().then_some((Got::Closed, since.0)));
    }
    book.claim();
    let message = messages.pop();
    taken(worker, task, id, &mut book, since);
    Ok(Some((Got::Message, message.map_or(since.0, |message| message.at))))
}
