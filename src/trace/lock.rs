//! Who held a lock, and when. Derived from the events of taking and letting go, sorted by time.

use crate::units::{Ns, Range, TaskId};

/// A stretch during which one task held the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// From when to when.
    pub range: Range,
    /// Who held it.
    pub task: TaskId,
    /// How long the holder had waited for it.
    pub waited: Ns,
    /// Whether it was asked to let go; false while it holds on.
    pub forced: bool,
    /// Whether it still holds it.
    pub open: bool,
}

/// One lock's record.
#[derive(Clone, Debug, Default)]
pub struct LockTrack {
    turns: Vec<Turn>,
    /// How many times a waiter asked the holder to let go.
    pub drop_requests: u64,
    /// How many times the holder let go because it was asked.
    pub forced: u64,
    /// How many times it let go by itself, to wait.
    pub voluntary: u64,
    /// How many times its holder died with it.
    pub abandoned: u64,
    dropped_held: Ns,
    dropped_hand_overs: u64,
}

#[derive(Clone, Copy, Debug)]
struct Turn {
    at: Ns,
    task: TaskId,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Taken { waited: Ns },
    Released { forced: bool },
}

impl LockTrack {
    pub(super) fn taken(&mut self, at: Ns, task: TaskId, waited: Ns) {
        self.insert(Turn { at, task, what: What::Taken { waited } });
    }

    pub(super) fn released(&mut self, at: Ns, task: TaskId, forced: bool) {
        if forced {
            self.forced += 1;
        } else {
            self.voluntary += 1;
        }
        self.insert(Turn { at, task, what: What::Released { forced } });
    }

    fn insert(&mut self, turn: Turn) {
        let mut place = self.turns.len();
        while place > 0 && self.turns[place - 1].at > turn.at {
            place -= 1;
        }
        self.turns.insert(place, turn);
    }

    /// How many records it keeps.
    pub fn len(&self) -> usize {
        self.turns.len()
    }

    /// Whether nobody ever took it.
    pub fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// Who held it when, within `window`, in order.
    pub fn holds(&self, window: Range) -> impl Iterator<Item = Hold> + '_ {
        let first = self.turns.partition_point(|t| t.at < window.from).saturating_sub(2);
        (first..self.turns.len())
            .take_while(move |i| self.turns[*i].at < window.to)
            .filter_map(move |i| self.hold(i, window.to))
            .map(move |h| Hold { range: h.range.and(window), ..h })
            .filter(|h| !h.range.is_empty())
    }

    fn hold(&self, index: usize, until: Ns) -> Option<Hold> {
        let turn = self.turns[index];
        let What::Taken { waited } = turn.what else { return None };
        let next = self.turns.get(index + 1);
        let forced = matches!(next.map(|n| n.what), Some(What::Released { forced: true }));
        let to = next.map_or(until, |n| n.at);
        Some(Hold { range: Range::new(turn.at, to), task: turn.task, waited, forced, open: next.is_none() })
    }

    /// How many times it changed hands up to `until`: it was taken by another than the one before.
    pub fn hand_overs(&self, until: Ns) -> u64 {
        self.dropped_hand_overs + hand_overs(&self.turns, until)
    }

    /// For how long it was held, up to `until`.
    pub fn held(&self, until: Ns) -> Ns {
        self.dropped_held + self.holds(Range::new(Ns::ZERO, until)).map(|h| h.range.len()).sum()
    }

    pub(super) fn forget(&mut self, cut: Ns) -> usize {
        let gone = self.turns.partition_point(|t| t.at < cut);
        let gone = gone.saturating_sub(1);
        // The last turn that goes was somebody's: the next hand-over counts from it.
        if gone > 0 {
            let all = hand_overs(&self.turns, Ns::MAX);
            let rest = hand_overs(&self.turns[gone..], Ns::MAX);
            self.dropped_hand_overs += all - rest;
        }
        let before: Ns = (0..gone).filter_map(|i| self.hold(i, cut)).map(|h| h.range.len()).sum();
        self.dropped_held += before;
        self.turns.drain(..gone);
        gone
    }
}

fn hand_overs(turns: &[Turn], until: Ns) -> u64 {
    let takers = turns.iter().filter(|t| t.at < until && matches!(t.what, What::Taken { .. })).map(|t| t.task);
    let mut last = None;
    takers.filter(|task| last.replace(*task).is_some_and(|before| before != *task)).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_follow_from_turns_in_any_order_of_arrival() {
        let mut lock = LockTrack::default();
        lock.taken(Ns(5), TaskId(1), Ns(5));
        lock.taken(Ns(0), TaskId(0), Ns(0));
        lock.released(Ns(4), TaskId(0), true);
        lock.released(Ns(9), TaskId(1), false);
        lock.taken(Ns(12), TaskId(1), Ns(0));
        let holds: Vec<_> =
            lock.holds(Range::new(Ns(0), Ns(20))).map(|h| (h.range.from.0, h.range.to.0, h.task.0, h.forced)).collect();
        assert_eq!(holds, [(0, 4, 0, true), (5, 9, 1, false), (12, 20, 1, false)]);
        assert_eq!((lock.forced, lock.voluntary), (1, 1));
        assert_eq!(lock.hand_overs(Ns(20)), 1);
        assert_eq!(lock.held(Ns(20)), Ns(16));
        let tail: Vec<_> = lock.holds(Range::new(Ns(2), Ns(6))).map(|h| (h.range.from.0, h.range.to.0)).collect();
        assert_eq!(tail, [(2, 4), (5, 6)]);
    }

    #[test]
    fn forgetting_keeps_what_was_held() {
        let mut lock = LockTrack::default();
        for i in 0..100u64 {
            lock.taken(Ns(i * 10), TaskId(i as u32 % 3), Ns(1));
            lock.released(Ns(i * 10 + 9), TaskId(i as u32 % 3), true);
        }
        let figures = |lock: &LockTrack| (lock.held(Ns(2_000)), lock.hand_overs(Ns(2_000)));
        let before = figures(&lock);
        lock.forget(Ns(500));
        assert_eq!(figures(&lock), before);
        assert!(lock.len() < 110);
    }
}
