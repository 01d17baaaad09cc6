//! Instants in order, with what is needed to count and to add them up quickly.

use super::{grow, place_of};
use crate::units::{Ns, Range};

/// How many instants lie from one that comes with a sum to the next.
const EACH: usize = 16;

/// Instants of which only numbers and sums are asked.
#[derive(Clone, Debug, Default)]
pub(super) struct Instants {
    list: Vec<Ns>,
    /// The sum of all instants before every [`EACH`]th one; the first is the sum of those that were dropped.
    before: Vec<u128>,
    /// How many were dropped.
    dropped: usize,
    /// How many instants, from the first, are in the sums.
    settled: usize,
    /// How many had to move to make room for late ones.
    pub(super) moved: u64,
}

impl Instants {
    pub(super) fn insert(&mut self, at: Ns) {
        let place = place_of(&self.list, at, |x| *x);
        self.moved += (self.list.len() - place) as u64;
        grow(&mut self.list);
        self.list.insert(place, at);
        self.settled = self.settled.min(place);
    }

    /// Computes the sums anew behind the earliest instant that arrived since the last time.
    pub(super) fn settle(&mut self) {
        if self.before.is_empty() {
            self.before.push(0);
        }
        self.before.truncate(self.settled / EACH + 1);
        while self.before.len() * EACH <= self.list.len() {
            let next = self.sum(self.before.len() * EACH);
            grow(&mut self.before);
            self.before.push(next);
        }
        self.settled = self.list.len();
    }

    /// The sum of the first `count`, and of all that were dropped.
    fn sum(&self, count: usize) -> u128 {
        let Some(last) = self.before.len().checked_sub(1) else { return 0 };
        let kept = (count / EACH).min(last);
        self.before[kept] + self.list[kept * EACH..count].iter().map(|at| u128::from(at.0)).sum::<u128>()
    }

    /// How many there were before `at`.
    pub(super) fn count(&self, at: Ns) -> usize {
        self.dropped + self.list.partition_point(|x| *x < at)
    }

    /// The time that lies between each instant before `at` and `at`, added up.
    pub(super) fn since(&self, at: Ns) -> u128 {
        let count = self.list.partition_point(|x| *x < at);
        (u128::from(at.0) * (count + self.dropped) as u128).saturating_sub(self.sum(count))
    }

    /// Drops what lies before `cut`, keeping the sums. Returns how many instants that were.
    pub(super) fn forget(&mut self, cut: Ns) -> usize {
        self.settle();
        let gone = self.list.partition_point(|x| *x < cut);
        let sum = self.sum(gone);
        self.list.drain(..gone);
        self.dropped += gone;
        self.before = vec![sum];
        self.settled = 0;
        self.settle();
        gone
    }
}

/// Instants with what happened then, in order.
#[derive(Clone, Debug)]
pub(super) struct Dated<T> {
    list: Vec<(Ns, T)>,
    /// How many were dropped.
    dropped: u64,
    /// How many had to move to make room for late ones.
    pub(super) moved: u64,
}

impl<T> Default for Dated<T> {
    fn default() -> Dated<T> {
        Dated { list: Vec::new(), dropped: 0, moved: 0 }
    }
}

impl<T: Copy + PartialEq> Dated<T> {
    pub(super) fn insert(&mut self, at: Ns, what: T) {
        let place = place_of(&self.list, at, |x| x.0);
        self.moved += (self.list.len() - place) as u64;
        grow(&mut self.list);
        self.list.insert(place, (at, what));
    }

    /// Takes out an entry that was put in.
    pub(super) fn remove(&mut self, at: Ns, what: T) {
        if let Some(place) = self.list.iter().rposition(|known| *known == (at, what)) {
            self.moved += (self.list.len() - place) as u64;
            self.list.remove(place);
        }
    }

    /// How many there were before `at`.
    pub(super) fn before(&self, at: Ns) -> u64 {
        self.dropped + self.list.partition_point(|x| x.0 < at) as u64
    }

    /// How many there are, and the instant that has half of them before it.
    pub(super) fn middle(&self) -> (usize, Option<Ns>) {
        (self.list.len(), self.list.get(self.list.len() / 2).map(|x| x.0))
    }

    pub(super) fn within(&self, window: Range) -> &[(Ns, T)] {
        let place = |at: Ns| self.list.partition_point(|x| x.0 < at);
        &self.list[place(window.from)..place(window.to)]
    }

    /// Drops what lies before `cut`. Returns how many entries that were.
    pub(super) fn forget(&mut self, cut: Ns) -> usize {
        let gone = self.list.partition_point(|x| x.0 < cut);
        self.list.drain(..gone);
        self.dropped += gone as u64;
        gone
    }
}
