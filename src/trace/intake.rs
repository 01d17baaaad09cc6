//! What a trace takes in: the run's begin, its events in whatever order they arrive, its end. Says what each event
//! changes, and derives nothing.

use super::event::{Direction, Event, Stamped};
use super::lock::LockTrack;
use super::mark::Mark;
use super::store::{Flag, Loss, Trace, WorkerTrack};
use super::threads::Own;
use super::wire::{Begin, End};
use crate::state::{Outcome, State};
use crate::units::{LockId, Ns, Range, Stamp, TaskId, WorkerId};

/// The most locks of which anything is kept. No run has as many; a damaged file may name any number.
const MOST_LOCKS: usize = 1 << 13;

impl Trace {
    /// The run has begun.
    pub fn begin(&mut self, begin: &Begin) {
        self.t0 = Some(begin.t0);
        self.made_by = begin.made_by;
        self.pid = begin.pid;
        self.cores.clone_from(&begin.cores);
        self.aggregate.allow(&begin.cores);
        self.kernel_record.clone_from(&begin.kernel_record);
        self.threads.set_watchers(&begin.watchers);
    }

    /// The run is over.
    pub fn end(&mut self, end: End) {
        let at = self.offset(end.at);
        self.latest = self.latest.max(at);
        self.report = Some(end);
        self.block = Some((at, self.longest_block(at)));
    }

    /// The run broke off at `at`: as far as anybody knows, what its tasks did last went on until then.
    pub fn fail(&mut self, at: Stamp) {
        self.latest = self.latest.max(self.offset(at));
    }

    /// One more event.
    pub fn push(&mut self, stamped: &Stamped) {
        self.extend([stamped]);
    }

    /// More events: faster than one by one where they are not in order.
    pub fn extend<'a>(&mut self, events: impl IntoIterator<Item = &'a Stamped>) {
        for stamped in events {
            self.take(stamped);
        }
        self.aggregate.settle();
        self.locks.values_mut().for_each(LockTrack::settle);
        self.sharing.settle();
        self.block = None;
    }

    fn take(&mut self, stamped: &Stamped) {
        let at = self.offset(stamped.at);
        self.latest = self.latest.max(at);
        self.event_count += 1;
        if let Event::Switched { tid, switch } = stamped.event {
            self.merge_switch(tid, at, stamped.core, switch);
        } else {
            let mut own = self.before_own(stamped, at);
            if let (None, Event::Ended { task, .. }) = (&own, stamped.event) {
                own = self.before_end(task, at);
            }
            self.take_told(stamped, at, own.as_mut());
            if let Some(own) = own {
                self.after_own(own, stamped, at);
            }
        }
        if self.kept > self.limit {
            self.forget();
        }
    }

    /// Takes an event that somebody in the run recorded. `own` is the thread of that worker, where the kernel's record
    /// knows it.
    fn take_told(&mut self, stamped: &Stamped, at: Ns, own: Option<&mut Own>) {
        let core = own.as_ref().and_then(|own| own.core()).unwrap_or(stamped.core);
        let mark = |state, holds| Mark { at, state, holds, worker: stamped.worker, core };
        match stamped.event {
            Event::Submitted { task } => self.mark(task, mark(State::Queued, false)),
            Event::Enter { task, state, holds, ago, due } => {
                if ago > Ns::ZERO && state == State::Running {
                    // A task that left its worker free while it waited does so too while it is ready: it waits for a
                    // busy loop.
                    let before = self.tasks.get(task.index()).and_then(|t| t.marks().last());
                    let held = before.map_or(holds, |m| m.holds);
                    self.mark(task, Mark { at: at - ago, ..mark(State::Ready, held) });
                }
                let woke = self.adopt(own.filter(|_| state == State::Running && ago > Ns::ZERO), task, (at - ago, at));
                let mark = Mark { at: woke.unwrap_or(at), ..mark(state, holds) };
                self.mark_until(task, mark, due.map_or(Ns::MAX, |d| at + d));
            }
            Event::WasOff { task, spent } => {
                self.mark(task, Mark { at: at - spent, core: Stamped::NO_CORE, ..mark(State::Ready, true) });
                self.mark(task, mark(State::Running, true));
            }
            Event::Moved { task } => self.mark(task, mark(State::Running, true)),
            Event::Ended { task, outcome, signal, cpu } => {
                // A task that is stopped while its wait is overdue could have gone on since the deadline: it was ready.
                let since = self.tasks.get(task.index()).and_then(|t| t.overdue(at));
                if let Some(since) = since.filter(|_| outcome == Outcome::Stopped) {
                    self.mark(task, Mark { at: since, ..mark(State::Ready, false) });
                }
                self.mark(task, mark(State::Ended, false));
                if let Some(track) = self.tasks.get_mut(task.index()) {
                    let was_broken = track.end.is_some_and(|(end, _)| end.is_broken());
                    self.broken += usize::from(outcome.is_broken() && !was_broken);
                    track.end = Some((outcome, signal));
                    track.worker_cpu = cpu;
                }
            }
            Event::WorkerStarting { who, task } => {
                self.worker(who, |w| (w.starting, w.first_task) = (Some(at), Some(task)));
                self.mark(task, Mark { worker: who, ..mark(State::Starting, true) });
            }
            Event::WorkerStarted { pid, tid } => self.worker(stamped.worker, |w| {
                (w.pid, w.tid, w.started) = (pid, tid, Some(at));
            }),
            Event::WorkerEnded { who, outcome, signal } => self.worker(who, |w| w.ended = Some((at, outcome, signal))),
            Event::LoopListens => self.listens(stamped.worker, at, true),
            Event::LoopWakes => self.listens(stamped.worker, at, false),
            Event::LockTaken { lock, task, waited } => self.lock(lock, task, |l| l.taken(at, task, waited)),
            Event::LockReleased { lock, task, forced } => self.lock(lock, task, |l| l.released(at, task, forced)),
            Event::LockAbandoned { lock } => self.lock(lock, TaskId(0), |l| l.abandoned += 1),
            Event::DropRequest { lock, task } => self.lock(lock, task, |l| l.asked(at, task)),
            Event::LockTimeout { lock, task } => self.lock(lock, task, |l| l.timed_out(at, task)),
            Event::Copied { task, bytes, spent, direction: Direction::In | Direction::Out } => {
                if let Some(track) = self.tasks.get_mut(task.index()) {
                    // Nothing was copied before the run began.
                    let spent = spent.min(at);
                    track.copied = track.copied.saturating_add(bytes);
                    track.copying += spent;
                    self.copied.0 = self.copied.0.saturating_add(bytes);
                    self.copied.1 += spent;
                }
            }
            Event::Lost { count } => self.losses.push(Loss { at, worker: stamped.worker, count }),
            Event::Suspended { spent } => self.stood_still(Range::new(at - spent, at)),
            Event::IntervalChanged { length } => self.flags.push((at, Flag::Interval(length))),
            Event::Switched { .. } => {}
            Event::PermitTaken { task, .. } | Event::PermitReleased { task, .. } | Event::LockRefused { task, .. } => {
                self.share(task, at, stamped);
            }
            Event::Put { task, .. } | Event::Got { task, .. } | Event::Added { task, .. } => {
                self.share(task, at, stamped);
            }
            Event::QueueClosed { .. } => self.share(TaskId(0), at, stamped),
        }
    }

    /// The whole run stood still from one instant to the other: it was suspended.
    pub fn suspend(&mut self, from: Stamp, to: Stamp) {
        self.push(&Stamped::suspended(from, to));
    }

    /// The run stood still during `range`. The watcher may say so, the run itself, or both.
    fn stood_still(&mut self, range: Range) {
        match self.suspended.last_mut().filter(|last| range.from <= last.to && last.from <= range.to) {
            Some(last) => *last = Range::new(last.from.min(range.from), last.to.max(range.to)),
            None => self.suspended.push(range),
        }
    }

    fn listens(&mut self, worker: WorkerId, at: Ns, listens: bool) {
        let Some(worker) = self.workers.get_mut(worker.index()) else { return };
        if worker.listens != listens {
            worker.listens = listens;
            self.kept += 1;
            self.aggregate.listens(at.max(self.forgotten), listens);
        }
    }

    fn worker(&mut self, who: WorkerId, change: impl FnOnce(&mut WorkerTrack)) {
        self.appear_worker(who);
        if let Some(worker) = self.workers.get_mut(who.index()) {
            change(worker);
        }
    }

    /// Takes an event of something that tasks share, if `task` exists.
    fn share(&mut self, task: TaskId, at: Ns, stamped: &Stamped) {
        if task.index() < self.tasks.len() {
            self.kept += self.sharing.take(at, stamped);
        }
    }

    /// Makes a change to the record of `lock`, if `task` exists and there is room for the lock.
    fn lock(&mut self, lock: LockId, task: TaskId, change: impl FnOnce(&mut LockTrack)) {
        let room = self.locks.len() < MOST_LOCKS || self.locks.contains_key(&lock);
        if !room || task.index() >= self.tasks.len() {
            return;
        }
        self.kept += 1;
        let new = || if lock.name_index().is_some() { LockTrack::named() } else { LockTrack::default() };
        change(self.locks.entry(lock).or_insert_with(new));
    }
}
