//! Merging two records into one: what workers say that they do, and what the kernel says about who was on which core. A
//! task is `running` where its worker computes for it *and* is on a core; where the kernel took the core away it is
//! `preempted`; where its worker left the core by itself, though it meant to compute, it waits inside the system: at
//! the door of the global lock where there is one, else for something that nobody names (memory, mostly), which counts
//! as `io`.
//!
//! Both records arrive cut at the same moment and in order, but a worker may stamp an event, lose its core, and write
//! it down only after it is back. So what was merged behind a worker's last own event is kept in a tail, and taken back
//! when an event turns up that belongs before it.

use super::event::{Event, Stamped, Switch};
use super::mark::Mark;
use super::store::Trace;
use super::switched::Counted;
use super::threads::{Merged, Own, Role, Thread, Whereabouts};
use crate::state::State;
use crate::units::{CoreId, Ns, TaskId};

/// The most switches of one thread that are kept to be merged anew: a worker may compute for hours without an event.
const TAIL: usize = 1024;

impl Trace {
    /// The kernel switched the thread `tid`.
    pub(super) fn merge_switch(&mut self, tid: u32, at: Ns, core: CoreId, switch: Switch) {
        let Some(mut thread) = self.threads.take(tid) else { return };
        // The switches of one thread arrive in their true order: a stamp before the last one's is put off to that.
        let at = thread.tail.last().map_or(at, |last| at.max(last.at)).max(self.forgotten);
        let merged = self.apply(&mut thread, at, core, switch);
        if thread.tail.len() >= TAIL {
            thread.tail.drain(..TAIL / 2);
        }
        thread.tail.push(merged);
        self.threads.put_back(tid, thread);
    }

    /// The thread of the worker that recorded `stamped`, if the kernel's record knows it. It is taken out of its place,
    /// and the switches behind `at` that were merged already are taken back.
    pub(super) fn before_own(&mut self, stamped: &Stamped, at: Ns) -> Option<Own> {
        let tid = match stamped.event {
            Event::WorkerStarted { tid, .. } => tid,
            _ => self.threads.of_worker(stamped.worker)?,
        };
        let thread = self.threads.take_known(tid)?;
        let mut own = self.open(tid, thread, at);
        if own.thread.place.on.is_none() && stamped.core != Stamped::NO_CORE {
            // A thread that records an event is on a core: the switch that put it there is lost.
            self.apply(&mut own.thread, at, stamped.core, Switch::In);
        }
        Some(own)
    }

    /// As [`Trace::before_own`], for the thread that computes or copies for `task`, where somebody else says that the task is
    /// over.
    pub(super) fn before_end(&mut self, task: TaskId, at: Ns) -> Option<Own> {
        let tid = self.threads.busy(task)?;
        let thread = self.threads.take_known(tid)?;
        Some(self.open(tid, thread, at))
    }

    fn open(&mut self, tid: u32, mut thread: Thread, at: Ns) -> Own {
        let keep = thread.tail.partition_point(|merged| merged.at <= at);
        let again = thread.tail.split_off(keep);
        self.threads.moved += again.len() as u64;
        for merged in again.iter().rev() {
            self.take_back(&mut thread, merged);
        }
        thread.tail.clear();
        Own { tid, thread, again }
    }

    /// Goes on with a thread after its own event at `at`, which is in the task's record already, and merges again what
    /// was taken back.
    pub(super) fn after_own(&mut self, own: Own, stamped: &Stamped, at: Ns) {
        let Own { tid, mut thread, again } = own;
        let before = thread.clone();
        match stamped.event {
            Event::Enter { task, state: State::Running, .. } => {
                (thread.computing, thread.copying, thread.minds) = (Some(task), None, Some(task));
            }
            Event::Enter { task, holds, state, .. } => {
                let copies = state == State::Copying && matches!(thread.role, Role::Worker(_));
                thread.copying = if copies { Some(task) } else { thread.copying.filter(|t| *t != task) };
                thread.computing = thread.computing.filter(|t| *t != task);
                if holds || state == State::Copying {
                    thread.minds = Some(task);
                } else {
                    thread.minds = thread.minds.filter(|t| *t != task);
                }
            }
            Event::Ended { task, .. } => {
                thread.computing = thread.computing.filter(|t| *t != task);
                thread.copying = thread.copying.filter(|t| *t != task);
                thread.minds = thread.minds.filter(|t| *t != task);
            }
            Event::WorkerStarted { .. } => {
                thread.role = Role::Worker(stamped.worker);
                thread.minds = self.workers.get(stamped.worker.index()).and_then(|w| w.first_task);
                self.threads.is_of_worker(stamped.worker, tid);
            }
            Event::LoopListens => thread.minds = None,
            _ => {}
        }
        let changed = (before.computing, before.owner()) != (thread.computing, thread.owner());
        if let (true, Some(core)) = (changed, thread.place.on) {
            self.stands(&before, at, core, false);
            self.stands(&thread, at, core, true);
            thread.place.since = at;
        }
        for merged in again {
            let merged = self.apply(&mut thread, merged.at, merged.core, merged.switch);
            thread.tail.push(merged);
        }
        self.threads.put_back(tid, thread);
    }

    /// Since when a worker that goes on with `task` at `at` is back on its core, if it came back after `since`. From
    /// then on the time belongs to the task, which was on its way out of the wait.
    ///
    /// Nothing where there is a global lock: the task had to take that first.
    pub(super) fn adopt(&mut self, own: Option<&mut Own>, task: TaskId, (since, at): (Ns, Ns)) -> Option<Ns> {
        if self.has_global_lock() {
            return None;
        }
        let thread = &mut own?.thread;
        let (core, woke) = (thread.place.on?, thread.place.since);
        if thread.computing.is_some() || woke <= since || woke >= at {
            return None;
        }
        self.aggregate.take_off_task(woke, core, (thread.owner(), false), true);
        (thread.computing, thread.minds) = (Some(task), Some(task));
        Some(woke)
    }

    /// From `at` on, `thread` is on `core`, or, where `on` is false, no longer is. Counts only where it does not
    /// compute for a task.
    fn stands(&mut self, thread: &Thread, at: Ns, core: CoreId, on: bool) {
        if thread.computing.is_none() {
            self.count_kept(1);
            let watches = thread.role == Role::Watcher;
            self.aggregate.off_task(at, core, (thread.owner(), watches), on);
        }
    }

    fn apply(&mut self, thread: &mut Thread, at: Ns, core: CoreId, switch: Switch) -> Merged {
        let before = thread.place;
        let mut merged = Merged { at, core, switch, before, mark: None, counted: None };
        let Role::Worker(worker) = thread.role else {
            self.moves(thread, at, core, switch);
            return merged;
        };
        let on = switch == Switch::In;
        if before.on.is_some() != on {
            merged.counted = match switch {
                Switch::In => before.last.filter(|last| *last != core).map(|_| Counted::Migration),
                Switch::Blocked => Some(Counted::Voluntary),
                Switch::Preempted => Some(Counted::Forced),
                Switch::Gone => None,
            };
        }
        if let Some(what) = merged.counted {
            self.count_kept(1);
            self.switched.count(what, at);
        }
        let computes = thread.computing.map(|task| {
            let state = match switch {
                Switch::In => State::Running,
                Switch::Preempted => State::Preempted,
                Switch::Blocked | Switch::Gone => self.blocked(),
            };
            (task, state)
        });
        // A copy waits for its reader or its writer as it goes; only a wait for a core is none of it.
        let copies = || {
            let state = match switch {
                Switch::In => before.forced.then_some(State::Copying),
                Switch::Preempted => Some(State::Preempted),
                Switch::Blocked | Switch::Gone => None,
            };
            thread.copying.zip(state)
        };
        if let Some((task, state)) = computes.or_else(copies).filter(|_| before.on.is_some() != on) {
            let mark = Mark { at, state, holds: true, worker, core };
            merged.mark = Some((task, mark));
            self.mark(task, mark);
        }
        self.moves(thread, at, core, switch);
        merged
    }

    /// The state of a task whose worker left its core by itself while it computed.
    fn blocked(&self) -> State {
        if self.has_global_lock() { State::Gil } else { State::Io }
    }

    /// Whether anybody has ever taken a global lock.
    fn has_global_lock(&self) -> bool {
        self.locks.first_key_value().is_some_and(|(id, _)| id.name_index().is_none())
    }

    /// Moves the thread onto or off its core, and tells the aggregate so where it does not compute there.
    fn moves(&mut self, thread: &mut Thread, at: Ns, core: CoreId, switch: Switch) {
        let on = (switch == Switch::In).then_some(core);
        if thread.place.on == on {
            return;
        }
        if let Some(was) = thread.place.on {
            self.stands(thread, at, was, false);
        }
        if let Some(now) = on {
            self.stands(thread, at, now, true);
        }
        let last = on.or(thread.place.on).or(thread.place.last);
        thread.place = Whereabouts { on, since: at, last, forced: switch == Switch::Preempted };
    }

    fn take_back(&mut self, thread: &mut Thread, merged: &Merged) {
        if let Some((task, mark)) = merged.mark {
            self.remove_mark(task, &mark);
        }
        if let Some(what) = merged.counted {
            self.switched.uncount(what, merged.at);
        }
        let (was, now) = (merged.before.on, thread.place.on);
        if was != now && thread.computing.is_none() {
            let who = (thread.owner(), thread.role == Role::Watcher);
            if let Some(core) = now {
                self.aggregate.take_off_task(merged.at, core, who, true);
            }
            if let Some(core) = was {
                self.aggregate.take_off_task(merged.at, core, who, false);
            }
        }
        thread.place = merged.before;
    }
}

#[cfg(test)]
mod tests;
