//! What the aggregate tells apart: activities, and the time and the number of tasks in each.

use super::few::Few;
use crate::state::State;
use crate::trace::StateSums;
use crate::units::{Ns, TaskId};

/// The places of [`Activity`]s: each state twice (without and with a worker), then these three, then three for each
/// core in the order in which the cores are first seen. So what is kept of a run has as many numbers as its cores ask
/// for.
pub(super) const ENDED: u16 = 2 * State::COUNT as u16;
const LISTENS: u16 = ENDED + 1;
const NOTHING: u16 = LISTENS + 1;
const ON_CORES: u16 = NOTHING + 1;
/// How many activities there are for each core.
const KINDS: u16 = 3;

/// How many cores take no memory of their own in the lists that have numbers for each core.
const FEW: usize = 4;
/// How many activities take no memory of their own: those of no core, and those of these cores.
const IN_PLACE: usize = ON_CORES as usize + KINDS as usize * FEW;
/// How many lanes take none: the loop's, and two for each of these cores.
pub(super) const LANES_IN_PLACE: usize = 1 + 2 * FEW;

/// The loop's lane. Behind it each core has two lanes: one for the task that computes there, one for a thread that is
/// there without computing. A lane has one owner at a time.
pub(super) const LOOP: usize = 0;
/// The owner of a lane that nobody has.
pub(super) const FREE: u16 = u16::MAX;
/// The owner of a lane that somebody has, but it is not known who.
pub const SOMEBODY: u16 = u16::MAX - 1;
/// The owner of a lane that a helper has: a thread of the run that is no worker.
pub const HELPER: u16 = u16::MAX - 2;
/// The owner of a lane that a watcher has: a thread that watches or serves the run.
pub const WATCHER: u16 = u16::MAX - 3;

/// What a thread does on a core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(super) enum OnCore {
    /// A task computes.
    Computes = 0,
    /// A thread of the run is there and computes nothing: it starts, copies, or wakes for a moment within a wait.
    OffTask = 1,
    /// A thread that watches or serves the run is there.
    Overhead = 2,
}

/// What a task does, as far as it is told apart: its state, whether it keeps its worker, and on which core it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activity(u16);

impl Activity {
    pub(super) const NOTHING: Activity = Activity(NOTHING);
    pub(super) const LISTENS: Activity = Activity(LISTENS);

    /// The activity of a state that is not bound to a core.
    pub fn of(state: State, holds: bool) -> Activity {
        Activity(if state == State::Ended { ENDED } else { 2 * state as u16 + u16::from(holds) })
    }

    /// Doing `what` on the core at `place`.
    pub(super) fn on_core(place: u16, what: OnCore) -> Activity {
        Activity(ON_CORES + KINDS * place + what as u16)
    }

    /// Its place among all activities.
    pub fn place(self) -> u16 {
        self.0
    }

    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }

    /// Whether a task that does this has the event loop to itself: it executes, or waits without giving way.
    #[inline]
    pub(super) fn has_loop(self) -> bool {
        if let Some(rest) = self.0.checked_sub(ON_CORES) {
            return rest % KINDS == OnCore::Computes as u16;
        }
        let (state, holds) = (self.0 / 2, self.0 % 2 == 1);
        state == State::Running as u16 || (holds && self.0 < ENDED && state != State::Starting as u16)
    }

    pub(super) fn is_ready(self) -> bool {
        self.is_in(State::Ready)
    }

    /// Whether it is this state, on no core.
    pub(super) fn is_in(self, state: State) -> bool {
        self.0 / 2 == state as u16
    }

    /// Whether it is no task's: a loop listens, or somebody is on a core without computing.
    pub(super) fn is_apart(self) -> bool {
        self.0 == LISTENS || self.0.checked_sub(ON_CORES).is_some_and(|rest| rest % KINDS > 0)
    }

    /// The core's lane that this activity takes, if it is on a core.
    #[inline]
    pub(super) fn lane(self) -> Option<usize> {
        let rest = usize::from(self.0.checked_sub(ON_CORES)?);
        let (place, kind) = (rest / usize::from(KINDS), rest % usize::from(KINDS));
        Some(if kind == 0 { computes(place) } else { is_there(place) })
    }
}

/// The lane of the task that computes on the core at `place`.
pub(super) fn computes(place: usize) -> usize {
    1 + 2 * place
}

/// The lane of the thread that is on the core at `place` without computing.
pub(super) fn is_there(place: usize) -> usize {
    2 + 2 * place
}

/// The place of a lane's core, and whether the lane is for computing there. The loop's lane has no core.
pub(super) fn core_of(lane: usize) -> Option<(usize, bool)> {
    lane.checked_sub(1).map(|rest| (rest / 2, rest % 2 == 0))
}

/// Time that all tasks together spent in each state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Totals(Few<u64, IN_PLACE>);

impl Totals {
    fn at(&self, activity: Activity) -> Ns {
        Ns(self.0.get(activity.index()))
    }

    /// Each state's time: without a worker and with one.
    fn pairs(&self) -> impl Iterator<Item = (Ns, Ns)> + '_ {
        State::ALL.into_iter().map(|s| (self.at(Activity::of(s, false)), self.at(Activity::of(s, true))))
    }

    /// The time of `what` on all cores, added up.
    fn on_cores(&self, what: OnCore) -> Ns {
        self.0.every(KINDS.into(), usize::from(ON_CORES + what as u16)).map(Ns).sum()
    }

    /// Time in each state.
    pub fn states(&self) -> StateSums {
        let mut sums = StateSums::default();
        for (sum, (free, held)) in sums.iter_mut().zip(self.pairs()) {
            *sum = free + held;
        }
        sums[State::Running as usize] += self.on_cores(OnCore::Computes);
        sums
    }

    /// The part of each state's time in which no worker was kept occupied. Work always has one.
    pub fn free(&self) -> StateSums {
        let mut sums = StateSums::default();
        for (sum, (free, _)) in sums.iter_mut().zip(self.pairs()) {
            *sum = free;
        }
        sums[State::Running as usize] = Ns::ZERO;
        sums
    }

    /// Time at work on a core, by its place among [`Aggregate::cores`](super::Aggregate::cores).
    pub fn on_core(&self, place: usize) -> Ns {
        self.at(Activity::on_core(place as u16, OnCore::Computes))
    }

    /// Time in which a thread of the run was on a core without computing: it started, copied, or woke within a wait. By
    /// the core's place, as [`Totals::on_core`]; known from the kernel's record only.
    pub fn off_task(&self, place: usize) -> Ns {
        self.at(Activity::on_core(place as u16, OnCore::OffTask))
    }

    /// Time in which what watches or serves the run was on a core, as [`Totals::off_task`].
    pub fn overhead(&self, place: usize) -> Ns {
        self.at(Activity::on_core(place as u16, OnCore::Overhead))
    }

    /// [`Totals::off_task`] of all cores.
    pub fn all_off_task(&self) -> Ns {
        self.on_cores(OnCore::OffTask)
    }

    /// [`Totals::overhead`] of all cores.
    pub fn all_overhead(&self) -> Ns {
        self.on_cores(OnCore::Overhead)
    }

    /// Time in which a task had the event loop.
    pub fn on_loop(&self) -> Ns {
        let elsewhere = (0..ON_CORES).map(Activity).filter(|activity| activity.has_loop());
        elsewhere.map(|activity| self.at(activity)).sum::<Ns>() + self.on_cores(OnCore::Computes)
    }

    /// Time in which the event loop had nothing to do.
    pub fn listening(&self) -> Ns {
        self.at(Activity::LISTENS)
    }

    /// The time that was added after `earlier`.
    #[must_use]
    pub fn since(&self, earlier: &Totals) -> Totals {
        let mut rest = self.clone();
        rest.0.with(&earlier.0, |now, then| *now = now.wrapping_sub(then));
        rest
    }

    /// Moves `time` from `from` to `to`.
    #[inline]
    pub fn shift(&mut self, from: Activity, to: Activity, time: Ns) {
        let less = self.0.slot(from.index());
        *less = less.wrapping_sub(time.0);
        let more = self.0.slot(to.index());
        *more = more.wrapping_add(time.0);
    }

    /// Adds `time` for each task that `counts` has in a state.
    pub(super) fn pass(&mut self, counts: &Counts, time: Ns) {
        self.0.with(&counts.0, |sum, count| *sum = sum.wrapping_add(time.0.wrapping_mul(count.into())));
    }

    /// The bytes that it takes outside its own value.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.0.bytes()
    }
}

/// How many tasks are in each state at one instant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts(Few<u16, IN_PLACE>);

impl Counts {
    fn at(&self, activity: Activity) -> usize {
        self.0.get(activity.index()).into()
    }

    /// How many are in `state`.
    pub fn state(&self, state: State) -> usize {
        if state == State::Ended {
            return self.at(Activity::of(state, false));
        }
        let on_cores = self.0.every(KINDS.into(), ON_CORES.into()).map(usize::from);
        let rest = if state == State::Running { on_cores.sum() } else { 0 };
        self.at(Activity::of(state, false)) + self.at(Activity::of(state, true)) + rest
    }

    /// How many are begun and not over.
    pub fn in_flight(&self) -> usize {
        State::ALL.into_iter().filter(|s| s.is_in_flight()).map(|s| self.state(s)).sum()
    }

    pub(super) fn ready(&self) -> u16 {
        let count = |holds| self.0.get(Activity::of(State::Ready, holds).index());
        count(false).wrapping_add(count(true))
    }

    #[inline]
    pub(super) fn listens(&self) -> bool {
        self.0.get(Activity::LISTENS.index()) > 0
    }

    /// Moves one task from `from` to `to`. Returns how many are left in `from`.
    #[inline]
    pub(super) fn change(&mut self, from: Activity, to: Activity) -> u16 {
        let left = self.0.slot(from.index());
        *left = left.wrapping_sub(1);
        let left = *left;
        let others = self.0.slot(to.index());
        *others = others.wrapping_add(1);
        left
    }

    /// The bytes that it takes outside its own value.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.0.bytes()
    }
}

/// Who has each lane. Stored as complements, so that nobody ([`FREE`]) is zero.
#[derive(Clone, Debug, Default)]
pub(super) struct Owners(Few<u16, LANES_IN_PLACE>);

/// Who has a core or the loop, as far as that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Nobody.
    Nobody,
    /// This task.
    Task(TaskId),
    /// One of several that claim it.
    Somebody,
    /// A thread of the run that is no worker.
    Helper,
    /// What watches or serves the run.
    Watcher,
}

impl Owner {
    /// The owner for which the number `kept` stands.
    #[inline]
    pub(super) fn of(kept: u16) -> Owner {
        match kept {
            FREE => Owner::Nobody,
            SOMEBODY => Owner::Somebody,
            HELPER => Owner::Helper,
            WATCHER => Owner::Watcher,
            task => Owner::Task(TaskId(task.into())),
        }
    }
}

impl Owners {
    #[inline]
    pub(super) fn take(&mut self, lane: usize, task: u16) {
        *self.0.slot(lane) = !task;
    }

    #[inline]
    pub(super) fn leave(&mut self, lane: usize, task: u16, others: bool) {
        let owner = !self.0.get(lane);
        if owner == task || (owner == SOMEBODY && !others) {
            self.take(lane, if others { SOMEBODY } else { FREE });
        }
    }

    /// Who has `lane`, as a number.
    #[inline]
    pub(super) fn raw(&self, lane: usize) -> u16 {
        !self.0.get(lane)
    }

    pub(super) fn owner(&self, lane: usize) -> Owner {
        Owner::of(self.raw(lane))
    }

    /// The bytes that it takes outside its own value.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.0.bytes()
    }
}
