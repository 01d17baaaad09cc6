//! A run's trace: everything known of it so far, kept so that any stretch of it is found quickly.

mod forget;

use std::collections::BTreeMap;

use super::aggregate::Aggregate;
use super::event::{Direction, Event, Stamped};
use super::lock::LockTrack;
use super::mark::Mark;
use super::stats::LongestBlock;
use super::switched::Counter;
use super::threads::{Own, Threads};
use super::track::Track;
use super::wire::{Begin, End, KernelRecord};
use crate::state::{Outcome, State};
use crate::units::{CoreId, LockId, Ns, Range, Stamp, TaskId, TurnLength, WorkerId};

/// What is remembered of the run before its trace: who the tasks are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskName {
    /// As it stands before the lane.
    pub name: String,
    /// Whether the run may end before it does.
    pub background: bool,
}

/// One worker's events.
#[derive(Clone, Debug, Default)]
pub struct WorkerTrack {
    /// Its process; 0 while unknown.
    pub pid: u32,
    /// Its thread; 0 while unknown.
    pub tid: u32,
    /// When its creation began.
    pub starting: Option<Ns>,
    /// Its first instruction.
    pub started: Option<Ns>,
    /// When it was gone, how, and by which signal.
    pub ended: Option<(Ns, Outcome, u8)>,
    /// The task that it begins with.
    pub first_task: Option<TaskId>,
    /// Whether its loop listens.
    listens: bool,
}

/// A place where events are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// They were lost before this instant.
    pub at: Ns,
    /// Whose they were.
    pub worker: WorkerId,
    /// How many.
    pub count: u64,
}

/// Something that was done to the run from outside while it went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    /// Its global lock was given this interval.
    Interval(TurnLength),
}

/// How many changes of state, and turns of a lock, a live trace keeps: the oldest go first. Each takes 40 to
/// 63 bytes with all that is derived from it (16 in its track, the rest for sums, the aggregate, and room to grow), so 32 MB are
/// the most there can be.
pub const KEPT_MARKS: usize = 500_000;

/// The most locks of which anything is kept. No run has as many; a damaged file may name any number.
const MOST_LOCKS: usize = 1 << 13;

/// The longest run: 104 days, up to which instants are exact wherever they are drawn or divided. A damaged file may say
/// anything; with its instants bounded here, nobody else need think of those that nothing can be added to.
pub const LONGEST: Ns = Ns(1 << 53);

/// One run, as far as it is known.
#[derive(Clone, Debug)]
pub struct Trace {
    t0: Option<Stamp>,
    /// The runner's process; 0 before the run has begun.
    pub pid: u32,
    /// The cores the workers may use.
    pub cores: Vec<u16>,
    /// What is known of who was on which core.
    pub kernel_record: KernelRecord,
    /// Who the tasks are, in the plan's order.
    pub names: Vec<TaskName>,
    /// What the workload's own locks are called, in the plan's order.
    pub lock_names: Vec<String>,
    /// What each of them did.
    pub tasks: Vec<Track>,
    /// Each worker, in the plan's order.
    pub workers: Vec<WorkerTrack>,
    /// Each lock.
    pub locks: BTreeMap<LockId, LockTrack>,
    /// Stretches during which the whole run stood still.
    pub suspended: Vec<Range>,
    /// What was done to it from outside, in order, with the instant.
    pub flags: Vec<(Ns, Flag)>,
    /// Where events are missing.
    pub losses: Vec<Loss>,
    /// Nothing before this is kept.
    pub forgotten: Ns,
    /// The runner's account, once the run is over.
    pub report: Option<End>,
    pub(super) aggregate: Aggregate,
    pub(super) switched: Counter,
    pub(super) threads: Threads,
    /// Tasks that ended otherwise than done or stopped, and all tasks' payload bytes and the time those took.
    pub(super) broken: usize,
    pub(super) copied: (u64, Ns),
    /// What is true of the whole run, and its length; known once it is over.
    pub(super) block: Option<(Ns, Option<LongestBlock>)>,
    latest: Ns,
    kept: usize,
    limit: usize,
    event_count: u64,
}

impl Trace {
    /// The trace of a run that has not begun, of `names` on `workers` workers.
    pub fn new(names: Vec<TaskName>, workers: u16) -> Trace {
        let tasks = vec![Track::default(); names.len()];
        Trace {
            t0: None,
            pid: 0,
            cores: Vec::new(),
            kernel_record: KernelRecord::default(),
            names,
            lock_names: Vec::new(),
            tasks,
            workers: vec![WorkerTrack::default(); workers as usize],
            locks: BTreeMap::new(),
            suspended: Vec::new(),
            flags: Vec::new(),
            losses: Vec::new(),
            forgotten: Ns::ZERO,
            report: None,
            aggregate: Aggregate::default(),
            switched: Counter::default(),
            threads: Threads::default(),
            broken: 0,
            copied: (0, Ns::ZERO),
            block: None,
            latest: Ns::ZERO,
            kept: 0,
            limit: KEPT_MARKS,
            event_count: 0,
        }
    }

    /// With the workload's own locks called `names`.
    #[must_use]
    pub fn naming_locks(mut self, names: Vec<String>) -> Trace {
        self.lock_names = names;
        self
    }

    /// With another bound on the changes of state that are kept.
    #[must_use]
    pub fn with_limit(mut self, marks: usize) -> Trace {
        self.limit = marks.max(16);
        self
    }

    /// With nothing dropped, however long it is: for what is looked at again, not for what goes on.
    #[must_use]
    pub fn keeping_everything(self) -> Trace {
        self.with_limit(usize::MAX)
    }

    /// The run has begun.
    pub fn begin(&mut self, begin: &Begin) {
        self.t0 = Some(begin.t0);
        self.pid = begin.pid;
        self.cores.clone_from(&begin.cores);
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

    /// All tasks together.
    pub fn aggregate(&self) -> &Aggregate {
        &self.aggregate
    }

    /// The run broke off at `at`: what went on until then did so, as far as anybody knows.
    pub fn fail(&mut self, at: Stamp) {
        self.latest = self.latest.max(self.offset(at));
    }

    /// Whether the kernel records who is on which core; also before the run has begun, when nobody can say otherwise.
    pub fn has_kernel_record(&self) -> bool {
        self.t0().is_none() || self.kernel_record == KernelRecord::Switches
    }

    /// The first submission, once the run has begun.
    pub fn t0(&self) -> Option<Stamp> {
        self.t0
    }

    /// The time from the first submission to the last result, once the run is over.
    pub fn makespan(&self) -> Option<Ns> {
        self.report.as_ref().map(|end| self.offset(end.at))
    }

    /// The latest instant anything is known of.
    pub fn latest(&self) -> Ns {
        self.latest
    }

    /// How many events it was made from.
    pub fn event_count(&self) -> u64 {
        self.event_count
    }

    /// `at` on the run's own axis, which ends at [`LONGEST`].
    pub fn offset(&self, at: Stamp) -> Ns {
        self.t0.map_or(Ns::ZERO, |t0| at.since(t0).min(LONGEST))
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

    /// Takes what somebody in the run has told; `own` is the thread of the worker who did, where the kernel tells of it.
    fn take_told(&mut self, stamped: &Stamped, at: Ns, own: Option<&mut Own>) {
        let core = own.as_ref().and_then(|own| own.core()).unwrap_or(stamped.core);
        let mark = |state, holds| Mark { at, state, holds, worker: stamped.worker, core };
        match stamped.event {
            Event::Submitted { task } => self.mark(task, mark(State::Queued, false)),
            Event::Enter { task, state, holds, ago, due } => {
                if ago > Ns::ZERO && state == State::Running {
                    // Whoever was free while it waited still is: nobody is kept occupied by a task that a busy loop leaves ready.
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
                // Whoever is stopped while its wait is overdue could have gone on since then.
                let since = self.tasks.get(task.index()).and_then(|t| t.overdue(at));
                if let Some(since) = since.filter(|_| outcome == Outcome::Stopped) {
                    self.mark(task, Mark { at: since, ..mark(State::Ready, false) });
                }
                self.mark(task, mark(State::Ended, false));
                if let Some(track) = self.tasks.get_mut(task.index()) {
                    let broken = |end| matches!(end, Some((Outcome::Failed | Outcome::Killed, _)));
                    self.broken +=
                        usize::from(broken(Some((outcome, signal)))).saturating_sub(broken(track.end).into());
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
                    track.copied = track.copied.saturating_add(bytes);
                    track.copying += spent;
                    self.copied.0 = self.copied.0.saturating_add(bytes);
                    self.copied.1 += spent;
                }
            }
            Event::Lost { count } => self.losses.push(Loss { at, worker: stamped.worker, count }),
            Event::Suspended { spent } => self.suspended.push(Range::new(at - spent, at)),
            Event::IntervalChanged { length } => self.flags.push((at, Flag::Interval(length))),
            Event::Switched { .. } => {}
        }
    }

    /// The whole run stood still from one instant to the other: it was suspended.
    pub fn suspend(&mut self, from: Stamp, to: Stamp) {
        self.push(&Stamped::suspended(from, to));
    }

    fn mark(&mut self, task: TaskId, mark: Mark) {
        self.mark_until(task, mark, Ns::MAX);
    }

    fn mark_until(&mut self, task: TaskId, mark: Mark, due: Ns) {
        let mark = Mark { at: mark.at.max(self.forgotten), ..mark };
        if let Some(track) = self.tasks.get_mut(task.index()) {
            self.kept += 1;
            if let Some(placed) = track.insert(mark, due) {
                self.aggregate.mark(task, &mark, &placed, &self.cores);
            }
        }
    }

    /// A mark that the kernel's record makes.
    pub(super) fn insert_mark(&mut self, task: TaskId, mark: Mark) {
        self.mark(task, mark);
    }

    /// Takes such a mark back.
    pub(super) fn remove_mark(&mut self, task: TaskId, mark: &Mark) {
        let Some(track) = self.tasks.get_mut(task.index()) else { return };
        if let Some(placed) = track.remove(mark) {
            self.aggregate.unmark(task, mark, &placed, &self.cores);
        }
    }

    /// So many changes more are kept.
    pub(super) fn count_kept(&mut self, count: usize) {
        self.kept += count;
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
        if let Some(worker) = self.workers.get_mut(who.index()) {
            change(worker);
        }
    }

    /// Something happened to `lock`, by a `task` that there is.
    fn lock(&mut self, lock: LockId, task: TaskId, change: impl FnOnce(&mut LockTrack)) {
        let room = self.locks.len() < MOST_LOCKS || self.locks.contains_key(&lock);
        if !room || task.index() >= self.tasks.len() {
            return;
        }
        self.kept += 1;
        let new = || if lock.name_index().is_some() { LockTrack::named() } else { LockTrack::default() };
        change(self.locks.entry(lock).or_insert_with(new));
    }

    /// All tasks together, for made-up traces.
    #[cfg(test)]
    pub(crate) fn crowd_mut(&mut self) -> &mut Aggregate {
        &mut self.aggregate
    }

    /// How many changes it believes to keep.
    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        self.kept
    }

    /// Whether the task `id` runs outside the makespan.
    pub fn is_background(&self, id: TaskId) -> bool {
        self.names.get(id.index()).is_some_and(|n| n.background)
    }

    /// The core that `stamped` was made on, if anybody looked.
    pub fn core_of(core: CoreId) -> Option<CoreId> {
        (core != Stamped::NO_CORE).then_some(core)
    }
}
