//! A run's trace: everything known of it so far, kept so that any stretch of it is found quickly. Puts the parts
//! together and no more: what an event changes in them, how two records are merged, what is dropped, and which figures
//! come out of it are written above it, each in a file of its own.

use std::collections::BTreeMap;

use super::aggregate::Aggregate;
use super::event::Stamped;
use super::lock::LockTrack;
use super::mark::Mark;
use super::provenance::Provenance;
use super::sharing::{CounterName, QueueName, Sharing};
use super::stats::LongestBlock;
use super::switched::Counter;
use super::threads::Threads;
use super::track::Track;
use super::wire::{End, KernelRecord};
use crate::state::Outcome;
use crate::units::{CoreId, LockId, Ns, Range, Stamp, TaskId, TurnLength, WorkerId};

/// What a trace knows of a task from the start: its name, and whether the run waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskName {
    /// As it stands before the lane.
    pub name: String,
    /// Whether the run may end before it does.
    pub background: bool,
}

/// What is known of one worker.
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
    pub(super) listens: bool,
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

/// How many changes of state, and turns of a lock, a live trace keeps: the oldest go first. Each takes 40 to 63 bytes
/// with all that is derived from it (16 in its track, the rest for sums, the aggregate, and room to grow), so 32 MB are
/// the most there can be.
pub const KEPT_MARKS: usize = 500_000;

/// The most tasks that can appear in a run.
const MOST_TASKS: usize = 1 << 15;

/// The longest run: 104 days, up to which instants are exact wherever they are drawn or divided. A damaged file may
/// name any instant; as all are bounded here, no other code need fear that adding to one overflows.
pub const LONGEST: Ns = Ns(1 << 53);

/// One run, as far as it is known.
#[derive(Clone, Debug)]
pub struct Trace {
    pub(super) t0: Option<Stamp>,
    /// Who makes it.
    pub made_by: Provenance,
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
    /// What each task did.
    pub tasks: Vec<Track>,
    /// Each worker, in the plan's order.
    pub workers: Vec<WorkerTrack>,
    /// Each lock.
    pub locks: BTreeMap<LockId, LockTrack>,
    /// Queues, counters, and locks that several tasks may hold at a time.
    pub sharing: Sharing,
    /// Stretches during which the whole run stood still.
    pub suspended: Vec<Range>,
    /// What was done to the run from outside, in order, with the instant.
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
    /// How many tasks failed or were killed.
    pub(super) broken: usize,
    /// All tasks' payload bytes, and the CPU time of serializing, sending and reading them.
    pub(super) copied: (u64, Ns),
    /// The length of the run, and what blocked its event loop longest; known once the run is over.
    pub(super) block: Option<(Ns, Option<LongestBlock>)>,
    /// The latest instant anything is known of.
    pub(super) latest: Ns,
    /// How many changes are kept, and how many may be.
    pub(super) kept: usize,
    pub(super) limit: usize,
    pub(super) event_count: u64,
    /// Whether tasks and workers may appear while the run goes on; else there are only those that were named.
    pub(super) open: bool,
}

impl Trace {
    /// The trace of a run that has not begun, of `names` on `workers` workers.
    pub fn new(names: Vec<TaskName>, workers: u16) -> Trace {
        let tasks = vec![Track::default(); names.len()];
        Trace {
            t0: None,
            made_by: Provenance::default(),
            pid: 0,
            cores: Vec::new(),
            kernel_record: KernelRecord::default(),
            names,
            lock_names: Vec::new(),
            tasks,
            workers: vec![WorkerTrack::default(); workers as usize],
            locks: BTreeMap::new(),
            sharing: Sharing::default(),
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
            open: false,
        }
    }

    /// With the workload's own locks called `names`.
    #[must_use]
    pub fn naming_locks(mut self, names: Vec<String>) -> Trace {
        self.lock_names = names;
        self
    }

    /// With the workload's queues and counters called so.
    #[must_use]
    pub fn naming_shared(mut self, queues: Vec<QueueName>, counters: Vec<CounterName>) -> Trace {
        (self.sharing.queue_names, self.sharing.counter_names) = (queues, counters);
        self
    }

    /// With locks that so many tasks may hold at a time, in the plan's order; what is not said is 1.
    #[must_use]
    pub fn limiting_locks(mut self, limits: Vec<u16>) -> Trace {
        self.sharing.limits = limits;
        self
    }

    /// With tasks and workers that appear while it goes on: those that are named come first, each further task has a
    /// number for a name until somebody says what it is called.
    #[must_use]
    pub fn open_ended(self) -> Trace {
        Trace { open: true, ..self }
    }

    /// Gives the task `id` its name. In an open-ended trace the task appears, if it had not yet.
    pub fn name_task(&mut self, id: TaskId, name: TaskName) {
        self.appear(id);
        if let Some(place) = self.names.get_mut(id.index()) {
            *place = name;
        }
    }

    /// Lets the task `id` appear, if the trace is open-ended and the number is not too large.
    fn appear(&mut self, id: TaskId) {
        if self.open && id.index() >= self.tasks.len() && id.index() < MOST_TASKS {
            self.tasks.resize(id.index() + 1, Track::default());
            for number in self.names.len()..self.tasks.len() {
                self.names.push(TaskName { name: format!("task {}", number + 1), background: false });
            }
        }
    }

    /// Lets the worker `who` appear, if the trace is open-ended and the number is not too large.
    pub(super) fn appear_worker(&mut self, who: WorkerId) {
        if self.open && who.index() >= self.workers.len() && who.index() < MOST_TASKS {
            self.workers.resize(who.index() + 1, WorkerTrack::default());
        }
    }

    /// With another bound on the changes of state that are kept.
    #[must_use]
    pub fn with_limit(mut self, marks: usize) -> Trace {
        self.limit = marks.max(16);
        self
    }

    /// With nothing dropped, however long the run is: for recorded runs, not for one that goes on.
    #[must_use]
    pub fn keeping_everything(self) -> Trace {
        self.with_limit(usize::MAX)
    }

    /// All tasks together.
    pub fn aggregate(&self) -> &Aggregate {
        &self.aggregate
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

    /// Whether the task `id` runs outside the makespan.
    pub fn is_background(&self, id: TaskId) -> bool {
        self.names.get(id.index()).is_some_and(|n| n.background)
    }

    /// `core`, or nothing where nobody looked on which core the event was.
    pub fn core_of(core: CoreId) -> Option<CoreId> {
        (core != Stamped::NO_CORE).then_some(core)
    }

    /// From `mark` on, `task` does something else.
    pub(super) fn mark(&mut self, task: TaskId, mark: Mark) {
        self.mark_until(task, mark, Ns::MAX);
    }

    /// As [`Trace::mark`]; a wait that begins with `mark` should end at `due`.
    pub(super) fn mark_until(&mut self, task: TaskId, mark: Mark, due: Ns) {
        let mark = Mark { at: mark.at.max(self.forgotten), ..mark };
        self.appear(task);
        if let Some(track) = self.tasks.get_mut(task.index()) {
            self.kept += 1;
            if let Some(placed) = track.insert(mark, due) {
                self.aggregate.mark(task, &mark, &placed);
            }
        }
    }

    /// Takes a mark back.
    pub(super) fn remove_mark(&mut self, task: TaskId, mark: &Mark) {
        let Some(track) = self.tasks.get_mut(task.index()) else { return };
        if let Some(placed) = track.remove(mark) {
            self.aggregate.unmark(task, mark, &placed);
        }
    }

    /// Notes that `count` more changes are kept.
    pub(super) fn count_kept(&mut self, count: usize) {
        self.kept += count;
    }

    /// What all tasks together did, for made-up traces.
    #[cfg(test)]
    pub(crate) fn aggregate_mut(&mut self) -> &mut Aggregate {
        &mut self.aggregate
    }

    /// How many changes it believes to keep.
    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        self.kept
    }
}
