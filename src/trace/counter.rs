//! The value of a counter over time, and the additions that were lost: a task stored its sum over what another had
//! stored after it had loaded.

use std::collections::BTreeMap;

use super::series::{Change, Levels, Series};
use super::wire::CounterUse;
use crate::units::{Ns, Range, TaskId, WorkerId};

/// One addition to a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addition {
    /// When the sum was stored.
    pub at: Ns,
    /// Who added.
    pub task: TaskId,
    /// The sum that was stored.
    pub value: u32,
    /// The value that was there until then.
    pub found: u32,
    /// Who had stored that value, if the task had loaded another one.
    pub overwrote: Option<TaskId>,
    /// For how long the task had the value that it loaded.
    pub since: Ns,
}

impl Addition {
    /// How many additions it destroys; negative where it brings back what another had destroyed.
    pub const fn lost(&self) -> i64 {
        // The values go round after four billion.
        self.found.wrapping_sub(self.loaded()).cast_signed() as i64
    }

    /// The value that the task had loaded.
    pub const fn loaded(&self) -> u32 {
        self.value.wrapping_sub(1)
    }

    /// When the task loaded it.
    pub fn loaded_at(&self) -> Ns {
        self.at.less(self.since)
    }
}

impl Change for Addition {
    fn at(&self) -> Ns {
        self.at
    }

    fn moved_to(self, at: Ns) -> Addition {
        Addition { at, ..self }
    }

    fn task(&self) -> TaskId {
        self.task
    }

    fn level(&self) -> u32 {
        self.value
    }

    fn missing(&self) -> Option<i64> {
        Some(self.lost()).filter(|lost| *lost != 0)
    }
}

/// A counter, or one worker's own copy of it.
#[derive(Clone, Debug)]
pub struct CounterCopy {
    start: u32,
    additions: Series<Addition>,
    /// The first addition that destroyed another, and the one that it destroyed.
    first: Option<(Addition, Option<Addition>)>,
}

/// One counter's record.
#[derive(Clone, Debug)]
pub struct CounterTrack {
    /// The value from which it starts.
    pub start: u32,
    /// Whether each worker adds to a copy of its own.
    pub apart: bool,
    copies: BTreeMap<WorkerId, CounterCopy>,
}

/// The worker under which the only copy stands that all share.
const ALL: WorkerId = WorkerId(u16::MAX);
/// The most copies of which anything is kept. No run has as many; a damaged file may name any worker.
const MOST_COPIES: usize = 1 << 12;

impl CounterTrack {
    pub(super) fn new(start: u32, apart: bool) -> CounterTrack {
        CounterTrack { start, apart, copies: BTreeMap::new() }
    }

    /// Takes in an addition; returns how many records it makes.
    pub(super) fn added(&mut self, worker: WorkerId, addition: Addition) -> usize {
        let worker = if self.apart { worker } else { ALL };
        if self.copies.len() >= MOST_COPIES && !self.copies.contains_key(&worker) {
            return 0;
        }
        let start = self.start;
        let copy = self.copies.entry(worker).or_insert_with(|| CounterCopy {
            start,
            additions: Series::new(start),
            first: None,
        });
        copy.additions.insert(addition);
        1
    }

    pub(super) fn settle(&mut self) {
        self.copies.values_mut().for_each(|copy| copy.additions.settle());
    }

    pub(super) fn moved(&self) -> u64 {
        self.copies.values().map(|copy| copy.additions.moved()).sum()
    }

    pub(super) fn middle(&self) -> (usize, Option<Ns>) {
        let lists = self.copies.values().map(|copy| (copy.additions.len(), copy.additions.middle()));
        lists.max_by_key(|(count, _)| *count).unwrap_or_default()
    }

    pub(super) fn forget(&mut self, cut: Ns) -> usize {
        self.copies.values_mut().map(|copy| copy.forget(cut)).sum()
    }

    /// The counter that all tasks share; nothing where each worker has a copy of its own, or nobody has added yet.
    pub fn shared(&self) -> Option<&CounterCopy> {
        self.copies.get(&ALL)
    }

    /// The copies that workers have of their own, as far as they have added anything.
    pub fn copies(&self) -> impl Iterator<Item = (WorkerId, &CounterCopy)> {
        self.copies.iter().filter(|_| self.apart).map(|(worker, copy)| (*worker, copy))
    }

    /// The number of additions that are kept.
    pub fn kept(&self) -> usize {
        self.copies.values().map(|copy| copy.additions.len()).sum()
    }

    /// What it has come to, as far as no event is lost. A worker's copy that nobody added to is not known.
    pub fn so_far(&self) -> CounterUse {
        CounterUse {
            additions: self.copies.values().map(|copy| copy.additions(Ns::MAX)).sum(),
            value: self.shared().map_or(self.start, |copy| copy.value_at(Ns::MAX)),
            copies: self.copies().map(|(_, copy)| copy.value_at(Ns::MAX)).collect(),
        }
    }

    /// Whether nobody has added anything.
    pub fn is_unused(&self) -> bool {
        self.copies.is_empty()
    }
}

impl CounterCopy {
    fn forget(&mut self, cut: Ns) -> usize {
        self.additions.settle();
        self.first = self.first_loss();
        self.additions.forget(cut)
    }

    /// The value from which it starts.
    pub fn start(&self) -> u32 {
        self.start
    }

    /// The value at `at`.
    pub fn value_at(&self, at: Ns) -> u32 {
        self.additions.level(at)
    }

    /// The value during `range`.
    pub fn values(&self, range: Range) -> Levels {
        self.additions.levels(range)
    }

    /// How many additions there were before `at`.
    pub fn additions(&self, at: Ns) -> u64 {
        self.additions.before(at)
    }

    /// What the value should be after all additions before `at`.
    pub fn expected(&self, at: Ns) -> u64 {
        u64::from(self.start) + self.additions(at)
    }

    /// How many additions before `at` destroyed others, and how many others that were: after the last addition just
    /// what the value falls short of what it should be, if no event is lost.
    pub fn lost(&self, at: Ns) -> (u64, i64) {
        self.additions.missing(at)
    }

    /// The additions within `window`, in order.
    pub fn within(&self, window: Range) -> &[Addition] {
        self.additions.within(window)
    }

    /// The first addition after `at` that destroyed others.
    pub fn next_loss(&self, at: Ns) -> Option<&Addition> {
        self.additions.next_missing(at)
    }

    /// The last addition before `at` that destroyed others.
    pub fn last_loss(&self, at: Ns) -> Option<&Addition> {
        self.additions.last_missing(at)
    }

    /// The first addition that destroyed another, and the one whose sum it overwrote, as far as that is known; also
    /// where they are dropped by now.
    pub fn first_loss(&self) -> Option<(Addition, Option<Addition>)> {
        self.first.or_else(|| {
            let at_once = self.additions.all().first().filter(|first| first.missing().is_some());
            let first = at_once.or_else(|| self.next_loss(Ns::ZERO))?;
            Some((*first, self.overwritten(first)))
        })
    }

    /// The addition whose sum `by` overwrote.
    pub fn overwritten(&self, by: &Addition) -> Option<Addition> {
        let (other, additions) = (by.overwrote?, &self.additions);
        // The instants are taken after the stores: sometimes the one that came first has the later instant.
        let next = || additions.next_of(other, Ns(by.at.0.saturating_sub(1)));
        let stored = |index: usize| Some(additions.all()[index]).filter(|addition| addition.value == by.found);
        additions.last_of(other, by.at).and_then(stored).or_else(|| next().and_then(stored))
    }
}

#[cfg(test)]
mod tests;
