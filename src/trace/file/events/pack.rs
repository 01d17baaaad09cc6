//! From records to bytes.

use std::collections::HashMap;

use super::super::super::event::{Direction, Event, Stamped, Switch};
use super::{AGO, DUE, HOLDS, OTHER_CORE, OTHER_TASK, OTHER_WORKER, SWITCHED, Thread, Worker};
use crate::units::{LockId, Ns, TaskId, TurnLength};

/// Packs events; kept from one block to the next, so that it allocates nothing for long.
#[derive(Debug, Default)]
pub(in crate::trace::file) struct Packer {
    workers: Vec<Worker>,
    threads: Vec<Thread>,
    /// The places in these lists, by worker and by thread.
    worker_places: HashMap<u16, u32>,
    thread_places: HashMap<u32, u32>,
}

impl Packer {
    /// Packs `records`, at most [`MOST`](super::MOST), at the end of `out`.
    pub(in crate::trace::file) fn pack(&mut self, events: &[Stamped], out: &mut Vec<u8>) {
        self.workers.clear();
        self.threads.clear();
        self.worker_places.clear();
        self.thread_places.clear();
        number(out, events.len() as u64);
        let (mut before, mut current) = (0, None::<usize>);
        for stamped in events {
            let since = stamped.at.0.wrapping_sub(before);
            before = stamped.at.0;
            if let Event::Switched { tid, switch } = stamped.event {
                self.switched(stamped, tid, switch, since, out);
                continue;
            }
            let place = match current {
                Some(place) if self.workers[place].number == stamped.worker.0 => place,
                _ => self.place(stamped.worker.0),
            };
            let first = place == self.workers.len();
            if first {
                self.workers.push(Worker::new(stamped.worker.0));
            }
            let other = current != Some(place);
            current = Some(place);
            let worker = &mut self.workers[place];
            let (what, task) = what(&stamped.event);
            let task = task.map_or(worker.task, |t| t.0);
            let mut head = what;
            head |= if other { OTHER_WORKER } else { 0 };
            head |= if worker.core == stamped.core.0 { 0 } else { OTHER_CORE };
            head |= if worker.task == task { 0 } else { OTHER_TASK };
            out.push(head);
            if other {
                number(out, place as u64);
                if first {
                    number(out, stamped.worker.0.into());
                }
            }
            if head & OTHER_CORE != 0 {
                number(out, stamped.core.0.into());
            }
            if head & OTHER_TASK != 0 {
                number(out, sign_low(task.wrapping_sub(worker.task).cast_signed().into()));
            }
            (worker.core, worker.task) = (stamped.core.0, task);
            number(out, sign_low(since.cast_signed()));
            rest(&stamped.event, &mut worker.lock, out);
        }
    }

    fn place(&mut self, worker: u16) -> usize {
        let next = self.workers.len() as u32;
        *self.worker_places.entry(worker).or_insert(next) as usize
    }

    fn switched(&mut self, stamped: &Stamped, tid: u32, switch: Switch, since: u64, out: &mut Vec<u8>) {
        let next = self.threads.len() as u32;
        let place = *self.thread_places.entry(tid).or_insert(next);
        if place == next {
            self.threads.push(Thread::new(tid));
        }
        let thread = &mut self.threads[place as usize];
        let told = stamped.worker != Stamped::NO_WORKER;
        let mut head = SWITCHED + switch as u8;
        head |= if told { OTHER_WORKER } else { 0 };
        head |= if thread.core == stamped.core.0 { 0 } else { OTHER_CORE };
        out.push(head);
        if told {
            number(out, stamped.worker.0.into());
        }
        number(out, place.into());
        if place == next {
            number(out, tid.into());
        }
        if head & OTHER_CORE != 0 {
            number(out, stamped.core.0.into());
        }
        thread.core = stamped.core.0;
        number(out, sign_low(since.cast_signed()));
    }
}

/// The number of what happened, and to which task.
fn what(event: &Event) -> (u8, Option<TaskId>) {
    match *event {
        Event::Submitted { task } => (0, Some(task)),
        Event::Enter { task, .. } => (1, Some(task)),
        Event::WasOff { task, .. } => (2, Some(task)),
        Event::Moved { task } => (3, Some(task)),
        Event::Ended { task, .. } => (4, Some(task)),
        Event::WorkerStarting { task, .. } => (5, Some(task)),
        Event::WorkerStarted { .. } => (6, None),
        Event::WorkerEnded { .. } => (7, None),
        Event::LoopListens => (8, None),
        Event::LoopWakes => (9, None),
        Event::LockTaken { task, .. } => (10, Some(task)),
        Event::LockReleased { task, forced: false, .. } => (11, Some(task)),
        Event::LockReleased { task, forced: true, .. } => (12, Some(task)),
        Event::DropRequest { task, .. } => (13, Some(task)),
        Event::LockTimeout { task, .. } => (14, Some(task)),
        Event::LockAbandoned { .. } => (15, None),
        Event::Copied { task, direction: Direction::In, .. } => (16, Some(task)),
        Event::Copied { task, direction: Direction::Out, .. } => (17, Some(task)),
        Event::Lost { .. } => (18, None),
        Event::Suspended { .. } => (19, None),
        Event::IntervalChanged { length: TurnLength::Time(_) } => (20, None),
        Event::IntervalChanged { length: TurnLength::Ticks(_) } => (21, None),
        Event::Switched { switch, .. } => (SWITCHED + switch as u8, None),
    }
}

/// What belongs to what happened.
fn rest(event: &Event, lock_before: &mut u32, out: &mut Vec<u8>) {
    let mut locked = |lock: LockId, out: &mut Vec<u8>| {
        number(out, sign_low(lock.0.wrapping_sub(*lock_before).cast_signed().into()));
        *lock_before = lock.0;
    };
    match *event {
        Event::Enter { state, holds, ago, due, .. } => {
            let mut how = state.code();
            how |= if holds { HOLDS } else { 0 };
            how |= if ago > Ns::ZERO { AGO } else { 0 };
            how |= if due.is_some() { DUE } else { 0 };
            out.push(how);
            if ago > Ns::ZERO {
                number(out, ago.0);
            }
            if let Some(due) = due {
                number(out, due.0);
            }
        }
        Event::WasOff { spent, .. } | Event::Suspended { spent } => number(out, spent.0),
        Event::Ended { outcome, signal, cpu, .. } => {
            out.extend([outcome as u8, signal]);
            number(out, cpu.0);
        }
        Event::WorkerStarting { who, .. } => number(out, who.0.into()),
        Event::WorkerStarted { pid, tid } => {
            number(out, pid.into());
            number(out, tid.into());
        }
        Event::WorkerEnded { who, outcome, signal } => {
            number(out, who.0.into());
            out.extend([outcome as u8, signal]);
        }
        Event::LockTaken { lock, waited, .. } => {
            locked(lock, out);
            number(out, waited.0);
        }
        Event::LockReleased { lock, .. }
        | Event::DropRequest { lock, .. }
        | Event::LockTimeout { lock, .. }
        | Event::LockAbandoned { lock } => locked(lock, out),
        Event::Copied { bytes, spent, .. } => {
            number(out, bytes);
            number(out, spent.0);
        }
        Event::Lost { count } => number(out, count),
        Event::IntervalChanged { length: TurnLength::Time(time) } => number(out, time.0),
        Event::IntervalChanged { length: TurnLength::Ticks(ticks) } => number(out, ticks.into()),
        Event::Submitted { .. }
        | Event::Moved { .. }
        | Event::LoopListens
        | Event::LoopWakes
        | Event::Switched { .. } => {}
    }
}

/// The sign in the lowest bit, so that small differences either way are small numbers.
fn sign_low(difference: i64) -> u64 {
    ((difference << 1) ^ (difference >> 63)).cast_unsigned()
}

fn number(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}
