//! What the aggregate tells apart: activities, and times and numbers of tasks in each.

use crate::state::State;
use crate::trace::StateSums;
use crate::units::{Ns, TaskId};

/// How many cores are told apart, in the order in which work is first seen on them; work on further ones is counted,
/// but not on which of them it was.
pub(super) const CORES: usize = 16;

/// The places of [`Activity`]s: each state twice (without and with a worker), then these.
pub(super) const ENDED: u8 = 2 * State::COUNT as u8;
pub(super) const LISTENS: u8 = ENDED + 1;
pub(super) const ON_CORE: u8 = LISTENS + 1;
/// A thread of the run is on that core and computes nothing: it starts, copies, or wakes for a moment within a wait.
pub(super) const OFF_TASK: u8 = ON_CORE + CORES as u8;
/// A thread that watches or serves the run is on that core.
pub(super) const OVERHEAD: u8 = OFF_TASK + CORES as u8;
pub(super) const NOTHING: u8 = OVERHEAD + CORES as u8;
pub(super) const ACTIVITIES: usize = NOTHING as usize + 1;

/// The loop's place after the cores', among what only one has at a time.
pub(super) const LOOP: usize = CORES;
/// The places of those who are on a core and compute nothing, after the loop.
pub(super) const ALSO: usize = LOOP + 1;
/// How many such places there are.
pub(super) const PLACES: usize = ALSO + CORES;
/// Nobody has it.
pub(super) const FREE: u16 = u16::MAX;
/// Somebody has it, but it is not known who.
pub const SOMEBODY: u16 = u16::MAX - 1;
/// A thread of the run that is no worker has it.
pub const HELPER: u16 = u16::MAX - 2;
/// What watches or serves the run has it.
pub const WATCHER: u16 = u16::MAX - 3;

/// What is told apart of what a task does: its state, whether it keeps its worker, and on which core it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activity(pub(super) u8);

impl Activity {
    pub(super) const NOTHING: Activity = Activity(NOTHING);

    /// A state that is not bound to a core.
    pub fn of(state: State, holds: bool) -> Activity {
        Activity(if state == State::Ended { ENDED } else { 2 * state as u8 + u8::from(holds) })
    }

    /// Its place among all activities.
    pub fn place(self) -> u8 {
        self.0
    }

    /// Whether a task in it has the event loop to itself: it executes, or waits without giving way.
    pub(super) fn has_loop(self) -> bool {
        let holds = self.0 < ENDED && self.0 % 2 == 1 && self.0 / 2 != State::Starting as u8;
        holds || self.0 / 2 == State::Running as u8 || self.core().is_some()
    }

    /// The core that a task computes on.
    pub(super) fn core(self) -> Option<usize> {
        (ON_CORE..OFF_TASK).contains(&self.0).then(|| usize::from(self.0 - ON_CORE))
    }

    /// The place among [`Owners`] that one in it has: a core to compute on, or to do something else.
    pub(super) fn place_on_core(self) -> Option<usize> {
        let off_task = (OFF_TASK..NOTHING).contains(&self.0).then(|| ALSO + usize::from(self.0 - OFF_TASK) % CORES);
        self.core().or(off_task)
    }

    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// Time that all tasks together spent in each state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals(pub(super) [u64; ACTIVITIES]);

impl Totals {
    pub(super) const NONE: Totals = Totals([0; ACTIVITIES]);

    /// Time in each state.
    pub fn states(&self) -> StateSums {
        let mut sums = StateSums::default();
        for (sum, two) in sums.iter_mut().zip(self.0.chunks_exact(2)) {
            *sum = Ns(two[0]) + Ns(two[1]);
        }
        let on_cores = &self.0[usize::from(ON_CORE)..usize::from(OFF_TASK)];
        sums[State::Running as usize] += on_cores.iter().map(|t| Ns(*t)).sum();
        sums
    }

    /// The part of each state's time in which no worker was kept occupied. Work always has one.
    pub fn free(&self) -> StateSums {
        let mut sums = StateSums::default();
        for (sum, two) in sums.iter_mut().zip(self.0.chunks_exact(2)) {
            *sum = Ns(two[0]);
        }
        sums[State::Running as usize] = Ns::ZERO;
        sums
    }

    /// Time at work on a core, by its place among [`Aggregate::cores`].
    pub fn on_core(&self, place: usize) -> Ns {
        self.0.get(usize::from(ON_CORE) + place).map_or(Ns::ZERO, |t| Ns(*t))
    }

    /// Time in which a thread of the run was on a core without computing: it started, copied, or woke within a wait. By
    /// the core's place among [`Aggregate::cores`]; known from the kernel's record only.
    pub fn off_task(&self, place: usize) -> Ns {
        self.0.get(usize::from(OFF_TASK) + place).map_or(Ns::ZERO, |t| Ns(*t))
    }

    /// Time in which what watches or serves the run was on a core, as [`Totals::off_task`].
    pub fn overhead(&self, place: usize) -> Ns {
        self.0.get(usize::from(OVERHEAD) + place).map_or(Ns::ZERO, |t| Ns(*t))
    }

    /// Time in which a task had the event loop.
    pub fn on_loop(&self) -> Ns {
        (0..NOTHING).map(Activity).filter(|k| k.has_loop()).map(|k| Ns(self.0[k.index()])).sum()
    }

    /// Time in which the event loop had nothing to do.
    pub fn listening(&self) -> Ns {
        Ns(self.0[usize::from(LISTENS)])
    }

    /// What came after `earlier`.
    #[must_use]
    pub fn since(&self, earlier: &Totals) -> Totals {
        let mut rest = Totals::NONE;
        for (rest, (now, then)) in rest.0.iter_mut().zip(self.0.iter().zip(earlier.0)) {
            *rest = now.wrapping_sub(then);
        }
        rest
    }

    /// `time` was spent in `to` and not in `from`.
    pub fn shift(&mut self, from: Activity, to: Activity, time: Ns) {
        self.0[from.index()] = self.0[from.index()].wrapping_sub(time.0);
        self.0[to.index()] = self.0[to.index()].wrapping_add(time.0);
    }
}

/// How many tasks are in each state at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts(pub(super) [u16; ACTIVITIES]);

impl Counts {
    /// How many are in `state`.
    pub fn state(&self, state: State) -> usize {
        if state == State::Ended {
            return self.0[usize::from(ENDED)].into();
        }
        let two = 2 * state as usize;
        let on_cores = self.0[usize::from(ON_CORE)..usize::from(OFF_TASK)].iter().map(|n| usize::from(*n)).sum();
        let rest = if state == State::Running { on_cores } else { 0 };
        usize::from(self.0[two]) + usize::from(self.0[two + 1]) + rest
    }

    /// How many are begun and not over.
    pub fn in_flight(&self) -> usize {
        State::ALL.into_iter().filter(|s| s.is_in_flight()).map(|s| self.state(s)).sum()
    }

    pub(super) fn ready(&self) -> u16 {
        let two = 2 * State::Ready as usize;
        self.0[two].wrapping_add(self.0[two + 1])
    }
}

/// Who has what only one has at a time: each core, and the loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owners(pub(super) [u16; PLACES]);

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

impl Owners {
    pub(super) fn leave(&mut self, place: usize, task: u16, others: bool) {
        if self.0[place] == task || (self.0[place] == SOMEBODY && !others) {
            self.0[place] = if others { SOMEBODY } else { FREE };
        }
    }

    pub(super) fn owner(&self, place: usize) -> Owner {
        match self.0[place] {
            FREE => Owner::Nobody,
            SOMEBODY => Owner::Somebody,
            HELPER => Owner::Helper,
            WATCHER => Owner::Watcher,
            task => Owner::Task(TaskId(task.into())),
        }
    }
}
