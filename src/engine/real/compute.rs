//! What executes tasks, be it a thread, a process or a loop. It computes in small pieces, looks up after each, and
//! notices when it was off its core meanwhile. A kernel's instructions are the same under every model, with and without
//! a lock.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crossbeam::utils::CachePadded;

use super::carriers::{Payloads, Queues};
use super::gil::{Gil, Turn};
use super::ring::Tracer;
use super::shared::Shared;
use crate::machine::kernels::Labour;
use crate::machine::sys;
use crate::semantics::LockUse;
use crate::state::{Outcome, State};
use crate::trace::Event;
use crate::units::{CoreId, Ns, Stamp, TaskId};
use crate::workload::Kernel;

/// A piece that takes this much longer than the quickest one was interrupted: the worker was off its core. Shorter
/// delays come from interrupts, cache misses and the collector's short turns.
const LATE: Ns = Ns::from_micros(150);
/// The longest time that counts as a whole piece's quickest: a plan makes a piece 20 us long. (It matters for a worker
/// whose first pieces are all interrupted.)
const LONGEST_PIECE: Ns = Ns::from_micros(100);

/// A worker at work.
pub(super) struct Worker {
    pub(super) shared: Shared,
    pub(super) tracer: Tracer,
    pub(super) queues: Queues,
    pub(super) payloads: Payloads,
    turn: Option<Turn>,
    /// Set while another worker wants the lock; never set where there is no lock. Read just as often in either case.
    wanted: Arc<CachePadded<AtomicBool>>,
    /// Never set: read in place of `wanted`, just as often, by a step that does not give way.
    never: Arc<CachePadded<AtomicBool>>,
    /// Iterations of each kernel between two looks.
    poll_every: [u64; Kernel::COUNT],
    /// The shortest time that a whole piece of each kernel has taken.
    quickest: [Ns; Kernel::COUNT],
    /// Whether it must notice by itself that it was off its core or changed cores, because the kernel does not record
    /// it.
    watches_itself: bool,
    /// When it last knew itself to be on a core. Each stretch between two such instants is checked, without a gap.
    looked: Stamp,
    core: CoreId,
}

/// What a worker computes.
#[derive(Clone, Copy)]
struct Job {
    task: TaskId,
    kernel: Kernel,
    /// Whether it lets go of the global lock when another worker asks for it.
    gives_way: bool,
}

impl Worker {
    /// A worker that emits its events with `tracer`, finds messages in `queues` and competes for `gil`, if there is
    /// one.
    pub(super) fn new(shared: Shared, tracer: Tracer, queues: Queues, gil: Option<&Arc<Gil>>) -> Worker {
        let turn = gil.map(|g| Turn::new(Arc::clone(g)));
        let wanted = gil.map_or_else(Arc::default, |g| g.wanted());
        let poll_every = shared.poll_every();
        Worker {
            shared,
            tracer,
            queues,
            payloads: Payloads::default(),
            turn,
            wanted,
            never: Arc::default(),
            poll_every,
            quickest: [LONGEST_PIECE; Kernel::COUNT],
            watches_itself: !shared.has_kernel_record(),
            looked: sys::now(),
            core: sys::core(),
        }
    }

    /// Takes the global lock, if there is one, and goes on with `task`. If it is known, `ready` is since when it could
    /// have.
    pub(super) fn go_on(&mut self, task: TaskId, ready: Option<Stamp>) {
        let waited = self.turn.as_mut().is_some_and(|t| t.take(&self.tracer, task));
        let at = sys::now();
        // After a wait for the lock, how much of the time since `ready` was the lock's is unknown: all of it is part of
        // the wait.
        let ago = ready.filter(|_| !waited).map_or(Ns::ZERO, |r| at.since(r));
        self.core = sys::core();
        self.looked = at;
        self.tracer.emit_at(at, Event::Enter { task, state: State::Running, holds: true, ago, due: None });
    }

    /// Takes the global lock for `task`, if there is one, without a new state of the task; returns whether it had to
    /// wait.
    pub(super) fn take_lock(&mut self, task: TaskId) -> bool {
        self.turn.as_mut().is_some_and(|turn| turn.take(&self.tracer, task))
    }

    /// Lets go of the global lock, if there is one and this worker holds it.
    pub(super) fn release_lock(&mut self) {
        if let Some(turn) = &mut self.turn {
            turn.release(&self.tracer);
        }
    }

    /// Does `amount` iterations of `kernel` for `task`, starting from `value`; returns the value after them. `lock` says
    /// what happens to the global lock meanwhile: whatever it is, the worker does the same pieces and looks up as often.
    pub(super) fn compute(&mut self, task: TaskId, (kernel, amount, value): (Kernel, u64, u64), lock: LockUse) -> u64 {
        if lock == LockUse::Released {
            self.release_lock();
        }
        let job = Job { task, kernel, gives_way: lock == LockUse::Held };
        let mut labour = Labour::new(kernel, value);
        let mut left = amount;
        while left > 0 {
            let most = left.min(self.poll_every[kernel as usize]);
            let (done, lost_the_lock) = self.piece(job, &mut labour, most);
            left -= done;
            if lost_the_lock {
                self.go_on(task, None);
            } else {
                self.look_up(job, done);
            }
        }
        match lock {
            LockUse::Released if self.take_lock(task) => self.go_on(task, None),
            // A worker that asked meanwhile is served where the call returns.
            LockUse::HeldToTheEnd => self.give_lock_up_if_wanted(task),
            LockUse::Held | LockUse::HeldBeyond | LockUse::Kept | LockUse::Released => {}
        }
        labour.value()
    }

    /// Does up to `most` iterations; returns how many, and whether another worker has had the lock since. The latter is
    /// found out here only under the older lock, whose ticks are much finer than a piece.
    fn piece(&mut self, job: Job, labour: &mut Labour, most: u64) -> (u64, bool) {
        let Job { task, kernel, gives_way } = job;
        let in_a_piece = self.poll_every[kernel as usize];
        let wanted = if gives_way { &self.wanted } else { &self.never };
        let mut done = 0;
        loop {
            let turn = self.turn.as_ref().filter(|_| gives_way);
            let until_check = turn.and_then(|turn| turn.until_check(in_a_piece));
            // One call for all locks: the address that a processor jumped from can affect a short loop's speed.
            let now = labour.advance(until_check.unwrap_or(most).min(most - done), wanted);
            done += now;
            let Some(turn) = self.turn.as_mut().filter(|_| until_check.is_some()) else { return (done, false) };
            let (tracer, from, quickest) = (&self.tracer, self.looked, self.quickest[kernel as usize]);
            let (expected, watches) = (quickest.times(done, in_a_piece), self.watches_itself);
            let late = |at| note_late(tracer, task, (from, at), expected, watches);
            let lost_the_lock = turn.work(tracer, task, (now, in_a_piece), late);
            if lost_the_lock || done == most {
                return (done, lost_the_lock);
            }
        }
    }

    /// What a worker does between two pieces: serves a waiter for the lock, and notices delays and a change of core.
    fn look_up(&mut self, Job { task, kernel, gives_way }: Job, piece: u64) {
        let (from, expected) = (self.looked, self.expected(kernel, piece));
        // A waiter for the lock is served first.
        let (tracer, watches) = (&self.tracer, self.watches_itself);
        let late = |at| note_late(tracer, task, (from, at), expected, watches);
        if self.turn.as_mut().filter(|_| gives_way).is_some_and(|t| t.look(tracer, task, late)) {
            self.go_on(task, None);
            return;
        }
        if !watches {
            return;
        }
        let now = sys::now();
        note_late(tracer, task, (from, now), expected, watches);
        if piece == self.poll_every[kernel as usize] {
            let quickest = &mut self.quickest[kernel as usize];
            *quickest = now.since(from).min(*quickest);
        }
        let core = sys::core();
        if core != self.core {
            self.core = core;
            self.tracer.emit_at(now, Event::Moved { task });
        }
        self.looked = now;
    }

    /// Records that `task`, which was running, now is in the state that `event` says; returns the instant.
    pub(super) fn leave(&mut self, task: TaskId, event: Event) -> Stamp {
        note_late(&self.tracer, task, (self.looked, sys::now()), Ns::ZERO, self.watches_itself);
        self.tracer.emit(event)
    }

    /// How long `piece` iterations of `kernel` take at their quickest.
    fn expected(&self, kernel: Kernel, piece: u64) -> Ns {
        self.quickest[kernel as usize].times(piece, self.poll_every[kernel as usize])
    }

    /// Gives the lock up if a waiter asked for it, and goes on once it is back.
    pub(super) fn give_lock_up_if_wanted(&mut self, task: TaskId) {
        if self.turn.as_mut().is_some_and(|t| t.round(&self.tracer, task)) {
            self.go_on(task, None);
        }
    }

    /// Records that `task` is over, on this thread, and marks it so for all workers.
    pub(super) fn end(&mut self, task: TaskId, outcome: Outcome) {
        let cpu = self.tracer.publish(sys::thread_cpu());
        self.leave(task, Event::Ended { task, outcome, signal: 0, cpu });
        self.shared.mark_over(task, &self.tracer);
    }
}

/// Records that the worker was off its core, if the time from the first to the second instant is longer than `expected`
/// by more than [`LATE`], and if it is the worker that `watches` this.
fn note_late(tracer: &Tracer, task: TaskId, (from, at): (Stamp, Stamp), expected: Ns, watches: bool) {
    let spent = at.since(from).less(expected);
    if watches && spent > LATE {
        tracer.emit_at(at, Event::WasOff { task, spent });
    }
}
