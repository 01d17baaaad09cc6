//! How many permits were taken of a lock that several tasks may hold at a time, when, and by whom.

use super::series::{Change, Levels, Series, Waits};
use crate::units::{Ns, Range, TaskId};

/// A permit changed hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permit {
    /// When.
    pub at: Ns,
    /// Who took it or gave it back.
    pub task: TaskId,
    /// How many are taken from then on; 255 stands for more.
    pub taken: u8,
    /// For how long the task had waited for it; nothing where it was given back.
    pub waited: Option<Ns>,
}

impl Change for Permit {
    fn at(&self) -> Ns {
        self.at
    }

    fn moved_to(self, at: Ns) -> Permit {
        Permit { at, ..self }
    }

    fn task(&self) -> TaskId {
        self.task
    }

    fn level(&self) -> u32 {
        self.taken.into()
    }
}

/// The record of one lock with permits.
#[derive(Clone, Debug)]
pub struct PermitTrack {
    permits: Series<Permit>,
    waits: Waits,
}

/// Who gave a permit back to a task that waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct GivenBack {
    pub holder: TaskId,
    pub hold: Range,
}

impl Default for PermitTrack {
    fn default() -> PermitTrack {
        PermitTrack { permits: Series::new(0), waits: Waits::default() }
    }
}

impl PermitTrack {
    /// Takes in a change; returns how many records it makes.
    pub(super) fn changed(&mut self, permit: Permit) -> usize {
        self.permits.insert(permit);
        1 + self.waits.insert(permit.at, permit.waited.unwrap_or_default())
    }

    /// A task that waits for a permit since that instant will never get one.
    pub(super) fn leave_open(&mut self, since: Ns) {
        self.waits.leave_open(since);
    }

    pub(super) fn settle(&mut self) {
        self.permits.settle();
        self.waits.settle();
    }

    pub(super) fn moved(&self) -> u64 {
        self.permits.moved() + self.waits.moved()
    }

    pub(super) fn middle(&self) -> (usize, Option<Ns>) {
        (self.permits.len(), self.permits.middle())
    }

    pub(super) fn forget(&mut self, cut: Ns) -> usize {
        self.waits.forget(cut) + self.permits.forget(cut)
    }

    /// How many are taken at `at`.
    pub fn taken_at(&self, at: Ns) -> u32 {
        self.permits.level(at)
    }

    /// How many were taken during `range`.
    pub fn taken(&self, range: Range) -> Levels {
        self.permits.levels(range)
    }

    /// How many times a permit was taken or given back before `at`.
    pub fn changes_before(&self, at: Ns) -> u64 {
        self.permits.before(at)
    }

    /// Who took or gave back a permit within `window`, in order.
    pub fn changes(&self, window: Range) -> &[Permit] {
        self.permits.within(window)
    }

    /// How many tasks wait for one at `at`; only waits that ended with a permit count, and those that a run left open.
    pub fn waiting_at(&self, at: Ns) -> u64 {
        self.waits.at(at)
    }

    /// How long tasks waited for one within `range`, added up; only waits that ended with a permit count, and those that a run left open.
    pub fn waiting(&self, range: Range) -> Ns {
        self.waits.within(range)
    }

    /// When `task` takes a permit for the first time after `at`: the index of that, and its instant.
    pub(super) fn next_taking(&self, task: TaskId, at: Ns) -> Option<(usize, Ns)> {
        let index = self.permits.next_of(task, at)?;
        let found = self.permits.all()[index];
        found.waited.map(|_| (index, found.at))
    }

    /// Who gave back the permit that was taken at `index`: whoever did so last before.
    pub(super) fn given_back(&self, index: usize) -> Option<GivenBack> {
        let all = self.permits.all();
        let last = all[..index].iter().rfind(|p| p.waited.is_none())?;
        let taken = self.permits.last_of(last.task, last.at).map(|index| all[index]).filter(|p| p.waited.is_some());
        Some(GivenBack { holder: last.task, hold: Range::new(taken.map_or(last.at, |p| p.at), last.at) })
    }
}

#[cfg(test)]
mod tests;
