//! What the kernel's record of switches comes to: how often threads of the run were switched, and how often one came
//! back on another core. Kept as sorted instants, so that those of any stretch are counted by two searches.

use super::grow;
use crate::units::{Ns, Range};

/// Switches of the run's workers in some stretch of time, by the kernel's record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Switched {
    /// A thread left its core to wait.
    pub voluntary: u64,
    /// The kernel took the core away.
    pub forced: u64,
    /// A thread came back on another core than the one it had left.
    pub migrations: u64,
}

/// The instants of all of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Counter {
    voluntary: Vec<Ns>,
    forced: Vec<Ns>,
    migrations: Vec<Ns>,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    Voluntary,
    Forced,
    Migration,
}

impl Counter {
    fn list(&mut self, what: Counted) -> &mut Vec<Ns> {
        match what {
            Counted::Voluntary => &mut self.voluntary,
            Counted::Forced => &mut self.forced,
            Counted::Migration => &mut self.migrations,
        }
    }

    pub(super) fn count(&mut self, what: Counted, at: Ns) {
        let list = self.list(what);
        let place = list.iter().rposition(|known| *known <= at).map_or(0, |last| last + 1);
        grow(list);
        list.insert(place, at);
    }

    /// Takes back what was counted at `at`.
    pub(super) fn uncount(&mut self, what: Counted, at: Ns) {
        let list = self.list(what);
        if let Some(place) = list.iter().rposition(|known| *known == at) {
            list.remove(place);
        }
    }

    pub(super) fn within(&self, range: Range) -> Switched {
        let count = |list: &[Ns]| {
            let before = |at: Ns| list.partition_point(|known| *known < at) as u64;
            before(range.to) - before(range.from)
        };
        Switched { voluntary: count(&self.voluntary), forced: count(&self.forced), migrations: count(&self.migrations) }
    }

    /// Drops what lies before `cut`; how much that was.
    pub(super) fn forget(&mut self, cut: Ns) -> usize {
        let lists = [&mut self.voluntary, &mut self.forced, &mut self.migrations];
        lists.into_iter().map(|list| list.drain(..list.partition_point(|at| *at < cut)).count()).sum()
    }
}
