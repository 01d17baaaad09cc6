//! What the kernel's record of switches comes to: how often threads of the run were switched, and how often one came
//! back on another core. Kept as sorted instants, so that those of any stretch are counted by two searches.

use super::instants::Dated;
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

/// The instants of all switches and migrations.
#[derive(Clone, Debug, Default)]
pub(super) struct Counter {
    voluntary: Dated<()>,
    forced: Dated<()>,
    migrations: Dated<()>,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    Voluntary,
    Forced,
    Migration,
}

impl Counter {
    fn list(&mut self, what: Counted) -> &mut Dated<()> {
        match what {
            Counted::Voluntary => &mut self.voluntary,
            Counted::Forced => &mut self.forced,
            Counted::Migration => &mut self.migrations,
        }
    }

    pub(super) fn count(&mut self, what: Counted, at: Ns) {
        self.list(what).insert(at, ());
    }

    /// Takes back what was counted at `at`.
    pub(super) fn uncount(&mut self, what: Counted, at: Ns) {
        self.list(what).remove(at, ());
    }

    /// How many instants had to move to make room for late ones.
    pub(super) fn moved(&self) -> u64 {
        self.voluntary.moved + self.forced.moved + self.migrations.moved
    }

    /// How many lie in `range`. Those that are no longer kept count as between the start of the run and the first that
    /// is.
    pub(super) fn within(&self, range: Range) -> Switched {
        let before = |list: &Dated<()>, at: Ns| if at == Ns::ZERO { 0 } else { list.before(at) };
        let count = |list: &Dated<()>| before(list, range.to) - before(list, range.from);
        Switched { voluntary: count(&self.voluntary), forced: count(&self.forced), migrations: count(&self.migrations) }
    }

    /// Drops what lies before `cut`, and returns how many instants that were. They stay in the counts from the start of
    /// the run.
    pub(super) fn forget(&mut self, cut: Ns) -> usize {
        [&mut self.voluntary, &mut self.forced, &mut self.migrations].into_iter().map(|list| list.forget(cut)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_stays_in_the_count_from_the_start() {
        let mut counter = Counter::default();
        for at in [30, 10, 20, 40] {
            counter.count(Counted::Forced, Ns(at));
        }
        counter.count(Counted::Migration, Ns(20));
        let forced = |counter: &Counter, from, to| counter.within(Range::new(Ns(from), Ns(to))).forced;
        assert_eq!((forced(&counter, 0, 100), forced(&counter, 10, 40)), (4, 3));
        assert_eq!(counter.forget(Ns(25)), 3);
        assert_eq!((forced(&counter, 0, 100), forced(&counter, 25, 100)), (4, 2));
        counter.uncount(Counted::Forced, Ns(40));
        assert_eq!(forced(&counter, 0, 100), 3);
    }
}
